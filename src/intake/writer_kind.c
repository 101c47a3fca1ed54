/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/writer_kind.h"

#include "report/aggregate.h"
#include "store/facts.h"

/* The days on which a report with a window counts. */
static void place(struct writer *w, struct book_report *r)
{
	struct report_days days = report_days(r->has_begin, r->begin, r->has_end, r->end,
					      writer_now(w));
	r->first_day = days.first;
	r->days = days.n;
	r->window = (uint8_t)days.window;
}

static bool fill_aggregate(struct writer *w, const struct frame_end *e,
			   struct book_report *r)
{
	struct report_meta m;
	if (!report_meta_decode(e->meta, w->member_arena, &m))
		return false;
	r->org = m.org;
	r->email = m.email;
	r->report_id = m.report_id;
	r->domain = m.domain;
	r->has_begin = m.has_begin;
	r->has_end = m.has_end;
	r->begin = m.begin;
	r->end = m.end;
	place(w, r);
	return true;
}

static bool enter_aggregate(void *writer, struct store *s, const struct book_report *r,
			    struct err *err)
{
	(void)writer;
	return facts_put_end(s, r->id, err);
}

static const struct writer_kind kinds[] = {
	{ .kind = KIND_AGGREGATE,
	  .has_facts = true,
	  .fill = fill_aggregate,
	  .enter = enter_aggregate },
};

const struct writer_kind *writer_kind(uint8_t kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}
