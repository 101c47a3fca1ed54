/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_AGREE_TEST_H
#define REPORT_AGREE_TEST_H

/*
 * Do two readings of the same bytes agree? All that a reading brings is written down as
 * bytes: rows, what the report says of itself, repairs with their places, completeness,
 * figures, or the refusal. What cannot be is caught on the way.
 */
#include "base/arena.h"
#include "report/aggregate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct agree {
	struct buf said;
	struct arena *arena;
	struct aggregate_reader *reader;
	bool broken; /* so is what the bytes came in */
	enum aggregate_step step;
	bool complete;
	enum scan_cause cause; /* why the scanner left it to expat, in a chain */
};

static inline void agree_must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static inline bool agree_take_row(void *ctx, const struct report_row *row)
{
	struct agree *r = ctx;
	struct report_facet facet;
	arena_reset(r->arena);
	agree_must(report_facet_decode(row->facet, r->arena, &facet),
		   "a row's facet decodes");
	buf_add(&r->said, &row->source, sizeof(row->source));
	buf_addf(&r->said, " %llu ", (unsigned long long)row->messages);
	buf_add_block(&r->said, row->facet);
	return true;
}

static inline void agree_say_result(struct agree *r,
				    const struct aggregate_result *result)
{
	struct report_meta meta;
	size_t from = r->said.n;
	arena_reset(r->arena);
	agree_must(report_meta_encode(&result->meta, &r->said), "a meta encodes");
	agree_must(report_meta_decode(sv_sub(buf_sv(&r->said), from, r->said.n), r->arena,
				      &meta),
		   "a meta decodes");
	agree_must(result->passed <= result->messages &&
			   result->repair_n <= LIMIT_REPAIRS,
		   "the figures are possible");
	for (size_t i = 0; i < result->repair_n; i++) {
		struct repair repair;
		from = r->said.n;
		agree_must(repair_encode(&result->repair[i], &r->said),
			   "a repair encodes");
		struct sv bytes = sv_sub(buf_sv(&r->said), from, r->said.n);
		agree_must(repair_take(&bytes, &repair) && bytes.n == 0,
			   "a repair decodes");
	}
	buf_addf(&r->said, " %d %llu %llu %llu %llu", result->complete,
		 (unsigned long long)result->rows, (unsigned long long)result->messages,
		 (unsigned long long)result->passed,
		 (unsigned long long)result->repair_more);
	r->complete = result->complete;
}

/* With one parser, in pieces of that many bytes. */
static inline void agree_read(struct agree *r, enum aggregate_parser parser,
			      struct sv bytes, size_t piece)
{
	struct aggregate_result result;
	buf_clear(&r->said);
	r->complete = false;
	aggregate_reset(r->reader, parser);
	r->step = AGGREGATE_MORE;
	/* Each piece is memory of its own, which goes before the next one comes. */
	while (bytes.n && r->step == AGGREGATE_MORE) {
		struct sv next = sv_take(&bytes, piece);
		char *copy = heap_array(next.n, 1);
		memcpy(copy, next.p, next.n);
		r->step = aggregate_feed(r->reader, (struct sv){ copy, next.n });
		free(copy);
	}
	if (r->step == AGGREGATE_MORE)
		r->step = aggregate_end(r->reader, r->broken,
					r->broken ? "the data ends early" : NULL,
					&result);
	if (r->step == AGGREGATE_MORE)
		agree_say_result(r, &result);
	else
		buf_addf(&r->said, " %d %s", (int)r->step, aggregate_reason(r->reader));
	agree_must(!r->said.over, "there is room");
}

/* As a report is read: from that parser on until one reads it or refuses it. */
static inline void agree_chain(struct agree *r, enum aggregate_parser first,
			       struct sv bytes, size_t piece)
{
	r->cause = SCAN_NONE;
	for (enum aggregate_parser p = first;; p++) {
		agree_read(r, p, bytes, piece);
		if (p == AGGREGATE_SCAN)
			r->cause = aggregate_cause(r->reader);
		if (r->step != AGGREGATE_AGAIN || p == AGGREGATE_LENIENT)
			return;
	}
}

static inline void agree_init(struct agree *r)
{
	buf_init(&r->said, 64 << 20);
	r->arena = arena_new();
	r->reader = aggregate_new(AGGREGATE_EXPAT,
				  (struct aggregate_sink){ agree_take_row, r });
}

static inline void agree_deinit(struct agree *r)
{
	buf_deinit(&r->said);
	arena_free(&r->arena);
	aggregate_free(&r->reader);
}

static inline bool agree_same(const struct agree *a, const struct agree *b)
{
	return a->step == b->step && sv_eq(buf_sv(&a->said), buf_sv(&b->said));
}

/* Is a report the same whether the scanner or expat begins? */
static inline bool agree_on(struct agree *scanned, struct agree *referee, struct sv bytes,
			    size_t piece)
{
	agree_chain(scanned, AGGREGATE_SCAN, bytes, piece);
	agree_chain(referee, AGGREGATE_EXPAT, bytes, piece);
	return agree_same(scanned, referee);
}

#endif
