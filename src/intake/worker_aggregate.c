/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/worker_int.h"

#include "base/err.h"

#include <stdio.h>

static bool take_row(void *ctx, const struct report_row *row)
{
	struct worker *w = ctx;
	return emit_row(w->emit, row);
}

void worker_aggregate_init(struct worker *w)
{
	w->aggregate = aggregate_new(AGGREGATE_SCAN,
				     (struct aggregate_sink){ take_row, w });
}

struct reading {
	enum unpack_status data;
	enum aggregate_step step;
};

/* Feeds the leaf from its first byte until its data or the reader ends. */
static struct reading read_through(struct worker *w, enum aggregate_parser parser)
{
	struct reading r = { UNPACK_MORE, AGGREGATE_MORE };
	normal_digest_reset(w->digest);
	aggregate_reset(w->aggregate, parser);
	while (r.step == AGGREGATE_MORE) {
		struct sv bytes;
		r.data = worker_read(w, &bytes);
		if (r.data != UNPACK_MORE)
			break;
		normal_digest_add(w->digest, bytes.p, bytes.n);
		r.step = aggregate_feed(w->aggregate, bytes);
	}
	return r;
}

static struct reading read_with(struct worker *w, enum aggregate_parser parser,
				struct aggregate_result *out)
{
	struct reading r = read_through(w, parser);
	if (r.step == AGGREGATE_MORE && r.data != UNPACK_REFUSED)
		r.step = aggregate_end(w->aggregate, r.data == UNPACK_BROKEN,
				       unpack_why(w->unpack), out);
	return r;
}

static bool say_report(struct worker *w, const struct aggregate_result *a)
{
	struct frame_end end = { .complete = a->complete };
	buf_clear(&w->meta);
	if (!report_meta_encode(&a->meta, &w->meta))
		return worker_verdict(w, STATUS_REFUSED, true,
				      "the report says more of itself than 256 KiB");
	normal_digest_end(w->digest, end.sha);
	end.meta = buf_sv(&w->meta);
	emit_rows_end(w->emit);
	return worker_end(w, &end, a->repair, a->repair_n, a->repair_more, true);
}

bool worker_read_aggregate(struct worker *w, const struct unpack_leaf *leaf)
{
	struct aggregate_result result = { 0 };
	worker_member(w, KIND_AGGREGATE, leaf);
	enum aggregate_parser parser = w->parser;
	struct reading r = read_with(w, parser, &result);
	while (r.data != UNPACK_REFUSED && r.step == AGGREGATE_AGAIN) {
		emit_again(w->emit, aggregate_cause(w->aggregate));
		unpack_rewind(w->unpack);
		r = read_with(w, ++parser, &result);
	}
	if (r.data == UNPACK_REFUSED)
		return worker_verdict(w, STATUS_REFUSED, true, unpack_why(w->unpack));
	if (r.step != AGGREGATE_MORE)
		return worker_verdict(w, STATUS_REFUSED, true,
				      aggregate_reason(w->aggregate));
	return say_report(w, &result);
}
