/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "report/aggregate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The first byte chooses the parser (its lowest bit) and the size of the pieces. What is
 * read may not depend on the pieces, every row and meta must decode, and a report that
 * expat reads to its end is the same to the lenient reader.
 */
struct reading {
	struct buf said;
	struct arena *arena;
	struct aggregate_reader *reader;
	enum aggregate_step step;
	bool complete;
};

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static bool take_row(void *ctx, const struct report_row *row)
{
	struct reading *r = ctx;
	struct report_facet facet;
	arena_reset(r->arena);
	must(report_facet_decode(row->facet, r->arena, &facet), "a row's facet decodes");
	buf_add(&r->said, &row->source, sizeof(row->source));
	buf_addf(&r->said, " %llu ", (unsigned long long)row->messages);
	buf_add_block(&r->said, row->facet);
	return true;
}

static void say_result(struct reading *r, const struct aggregate_result *result)
{
	struct report_meta meta;
	size_t from = r->said.n;
	arena_reset(r->arena);
	must(report_meta_encode(&result->meta, &r->said), "a meta encodes");
	must(report_meta_decode(sv_sub(buf_sv(&r->said), from, r->said.n), r->arena,
				&meta),
	     "a meta decodes");
	must(result->passed <= result->messages && result->repair_n <= LIMIT_REPAIRS,
	     "the figures are possible");
	for (size_t i = 0; i < result->repair_n; i++) {
		struct repair repair;
		from = r->said.n;
		must(repair_encode(&result->repair[i], &r->said), "a repair encodes");
		struct sv bytes = sv_sub(buf_sv(&r->said), from, r->said.n);
		must(repair_take(&bytes, &repair) && bytes.n == 0, "a repair decodes");
	}
	buf_addf(&r->said, " %d %llu %llu %llu", result->complete,
		 (unsigned long long)result->rows, (unsigned long long)result->messages,
		 (unsigned long long)result->passed);
	r->complete = result->complete;
}

static void read_all(struct reading *r, enum aggregate_parser parser, struct sv bytes,
		     size_t piece)
{
	struct aggregate_result result;
	buf_clear(&r->said);
	r->complete = false;
	aggregate_reset(r->reader, parser);
	r->step = AGGREGATE_MORE;
	while (bytes.n && r->step == AGGREGATE_MORE)
		r->step = aggregate_feed(r->reader, sv_take(&bytes, piece));
	if (r->step == AGGREGATE_MORE)
		r->step = aggregate_end(r->reader, false, NULL, &result);
	if (r->step == AGGREGATE_MORE)
		say_result(r, &result);
	else
		buf_addf(&r->said, " %d %s", (int)r->step, aggregate_reason(r->reader));
	must(!r->said.over, "there is room");
}

static void reading_init(struct reading *r)
{
	buf_init(&r->said, 64 << 20);
	r->arena = arena_new();
	r->reader = aggregate_new(AGGREGATE_EXPAT,
				  (struct aggregate_sink){ take_row, r });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reading one, two;
	if (!one.reader) {
		reading_init(&one);
		reading_init(&two);
	}
	if (size == 0)
		return 0;
	struct sv bytes = { (const char *)data + 1, size - 1 };
	enum aggregate_parser parser = data[0] & 1;
	(void)aggregate_recognise(bytes);
	read_all(&one, parser, bytes, size);
	read_all(&two, parser, bytes, (size_t)data[0] / 2 + 1);
	must(sv_eq(buf_sv(&one.said), buf_sv(&two.said)), "pieces do not matter");
	if (parser == AGGREGATE_EXPAT && one.complete) {
		read_all(&two, AGGREGATE_LENIENT, bytes, size);
		must(sv_eq(buf_sv(&one.said), buf_sv(&two.said)), "the parsers agree");
	}
	return 0;
}
