/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/writer_again.h"

#include "intake/outcome.h"
#include "intake/writer_kind.h"
#include "store/book_reread.h"
#include "store/facts.h"

#include <string.h>

/* --- the item --- */

bool writer_again_begin(struct writer *w, bool found)
{
	struct entering *in = &w->in;
	struct again *g = &in->again;
	/* It went while it lay with the workers. */
	if (!found || !in->raw.done || !in->raw.kept) {
		in->known = true;
		return true;
	}
	in->known = false;
	g->active = true;
	arena_reset(w->again_arena);
	if (!book_deliveries(w->store, in->raw.id, 0, w->again_arena, &g->was, &g->was_n,
			     &w->err))
		return false;
	g->used = arena_array(w->again_arena, g->was_n + 1, sizeof(*g->used));
	return true;
}

/* The old delivery that a member is: the one of its report, else of its place. */
static struct book_delivery *take_old(struct writer *w, int64_t report)
{
	struct again *g = &w->in.again;
	struct sv member = w->in.member.member;
	bool personal = w->in.kind && w->in.kind->personal;
	size_t at = g->was_n;
	for (size_t i = 0; report && i < g->was_n && at == g->was_n; i++)
		if (!g->used[i] && g->was[i].report == report)
			at = i;
	for (size_t i = 0; i < g->was_n && at == g->was_n; i++)
		if (!g->used[i] && sv_eq(personal ? writer_kept_member(g->was[i].member)
						  : g->was[i].member,
					 member))
			at = i;
	if (at == g->was_n)
		return NULL;
	g->used[at] = true;
	return &g->was[at];
}

static void push(struct writer *w, const struct book_delivery *d)
{
	struct again *g = &w->in.again;
	struct arena *a = w->again_arena;
	if (g->now_n == g->now_cap) {
		struct book_delivery *more = arena_array(a, g->now_cap * 2 + 8,
							 sizeof(*more));
		if (g->now_n)
			memcpy(more, g->now, g->now_n * sizeof(*more));
		g->now = more;
		g->now_cap = g->now_cap * 2 + 8;
	}
	struct book_delivery *k = &g->now[g->now_n];
	*k = *d;
	k->seq = (uint32_t)g->now_n++;
	struct sv *const text[] = { &k->member,       &k->reason,     &k->refused_domain,
				    &k->path,         &k->from,       &k->dkim_domains,
				    &k->auth_results, &k->message_id, &k->subject,
				    &k->date };
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		*text[i] = arena_sv(a, *text[i]);
}

/* --- what is told --- */

static void fill_before(struct intake_before *b, const struct book_delivery *was,
			const struct book_report *old)
{
	if (was) {
		b->kind = was->kind;
		b->status = was->status;
		b->reason = was->reason;
	}
	if (!old)
		return;
	b->report = true;
	b->kind = old->kind;
	b->complete = old->complete;
	b->org = old->org;
	b->report_id = old->report_id;
	b->domain = old->domain;
	b->rows = old->rows;
	b->messages = old->messages;
	b->passed = old->passed;
	b->repair_n = old->repair_n;
}

/* A member that was read again, and what became of it. */
struct settled {
	enum intake_change change;
	enum book_status status;
	struct sv reason, refused_domain;
	const struct book_report *report, *old; /* now; before; or NULL */
	const struct book_delivery *was;        /* or NULL */
};

static bool settle(struct writer *w, const struct settled *s)
{
	struct intake_outcome o;
	struct book_delivery d = writer_delivery(w, s->status, s->reason, s->report);
	d.refused_domain = s->refused_domain;
	if (s->was) {
		d.arrived = s->was->arrived;
		d.path = writer_kept_path(w, s->was->path);
	}
	if (!writer_outcome(w, w->in.asked, &d, s->report, &o))
		return false;
	o.change = (uint8_t)s->change;
	fill_before(&o.before, s->was, s->old);
	if (w->in.members > w->in.asked->told)
		outcome_put(&w->pending, &o);
	w->in.again.changed = w->in.again.changed || s->change != CHANGE_SAME;
	push(w, &d);
	return true;
}

/* It stays what it was, and so does how it was delivered. */
static bool stay(struct writer *w, const struct settled *s)
{
	struct settled now = *s;
	if (s->was && s->was->report)
		now.status = (enum book_status)s->was->status;
	return writer_forget_rows(w) && settle(w, &now);
}

/* It counts no more; totals are of aggregate reports. */
static void shrink(struct writer *w, const struct book_report *r)
{
	if (r->kind == KIND_AGGREGATE && r->counted)
		growth_add_report(&w->group_growth, r, -1);
}

/* --- a report that is known --- */

static bool reads_the_same(const struct book_report *a, const struct book_report *b)
{
	return a->kind == b->kind && sv_eq(a->org, b->org) && sv_eq(a->email, b->email) &&
	       sv_eq(a->report_id, b->report_id) && sv_eq(a->domain, b->domain) &&
	       a->has_begin == b->has_begin && a->has_end == b->has_end &&
	       (!a->has_begin || a->begin == b->begin) &&
	       (!a->has_end || a->end == b->end) && a->complete == b->complete &&
	       a->rows == b->rows && a->messages == b->messages &&
	       a->passed == b->passed && a->first_day == b->first_day &&
	       a->days == b->days && a->window == b->window && sv_eq(a->meta, b->meta) &&
	       a->repair_n == b->repair_n && sv_eq(a->repairs, b->repairs);
}

/* Its own raw is (or was) read again too: that one speaks for it. */
static bool speaks_for(struct writer *w, const struct book_report *old, bool *out)
{
	struct book_raw raw;
	bool found = false;
	*out = old->raw_id == w->in.raw.id;
	if (*out)
		return true;
	if (!book_raw_by_id(w->store, old->raw_id, w->member_arena, &raw, &found,
			    &w->err))
		return false;
	*out = !found || !raw.kept;
	return true;
}

static bool enter_content(struct writer *w, struct book_report *r, uint64_t *out)
{
	return w->in.kind->enter(w, w->store, r, &w->err) &&
	       book_report_content(w->store, r->id, out, &w->err);
}

static bool replace(struct writer *w, struct book_report *r,
		    const struct book_report *old, struct settled *s)
{
	struct identity id = { .status = STATUS_NEW };
	if (!store_release(w->store, &w->err) ||
	    !identify_again(w->store, r, w->member_arena, &id, &w->err))
		return false;
	shrink(w, old);
	if (r->kind == KIND_AGGREGATE)
		growth_add(&w->group_growth, &id.growth);
	s->change = CHANGE_REPORT;
	s->status = id.status;
	return settle(w, s);
}

static bool compare(struct writer *w, struct book_report *r,
		    const struct book_report *old, const struct book_delivery *was)
{
	struct settled s = { .change = CHANGE_SAME,
			     .status = STATUS_DUPLICATE,
			     .report = old,
			     .old = old,
			     .was = was };
	uint64_t before, after;
	bool speaks;
	if (!speaks_for(w, old, &speaks))
		return false;
	/* What is sealed has its sums in its months: there is nothing to compare. */
	if (!speaks || old->sealed)
		return stay(w, &s);
	r->id = old->id;
	r->raw_id = old->raw_id;
	r->member = old->member;
	r->arrived = old->arrived;
	if (!book_report_content(w->store, old->id, &before, &w->err) ||
	    !book_report_reread(w->store, r, &w->err) || !enter_content(w, r, &after))
		return false;
	if (before == after && reads_the_same(r, old))
		return stay(w, &s);
	s.report = r;
	return replace(w, r, old, &s);
}

/* --- a report that is new --- */

/* Of a domain that the user refused. What the member brought before stays. */
static bool refuse(struct writer *w, const struct book_report *r, struct settled *s)
{
	const struct book_delivery *was = s->was;
	s->reason = writer_refusal(w, r);
	if (was && was->report) {
		s->change = CHANGE_KEPT;
		s->report = s->old;
		return stay(w, s);
	}
	s->refused_domain = r->domain;
	s->change = was && sv_eq(was->refused_domain, r->domain) &&
				    sv_eq(was->reason, s->reason)
			    ? CHANGE_SAME
			    : CHANGE_REASON;
	return stay(w, s);
}

/* What this member brought before, and nothing else did, is not what it brings. */
static bool drop_old(struct writer *w, int64_t report, struct book_report *out,
		     bool *out_dropped)
{
	struct book_delivery *d;
	size_t n;
	*out_dropped = false;
	if (!book_report_by_id(w->store, report, w->member_arena, out, &w->err) ||
	    !book_deliveries(w->store, 0, report, w->member_arena, &d, &n, &w->err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (d[i].raw_id != w->in.raw.id)
			return true;
	if (out->raw_id != w->in.raw.id || out->sealed)
		return true;
	*out_dropped = true;
	return facts_count(w->store, report, false, &w->err) &&
	       book_report_drop(w->store, report, &w->err);
}

static bool enter_new(struct writer *w, struct book_report *r,
		      const struct book_delivery *was)
{
	const struct identify_content content = { w->in.kind->enter, w };
	struct identity id = { .status = STATUS_NEW };
	struct book_report old;
	struct settled s = { .change = CHANGE_READ, .was = was };
	bool dropped = false;
	if (was && was->report) {
		if (!drop_old(w, was->report, &old, &dropped))
			return false;
		s.old = &old;
		s.change = CHANGE_REPORT;
	}
	if (!identify_report(w->store, r, &content, w->member_arena, &id, &w->err))
		return false;
	s.status = id.status;
	if (id.status == STATUS_REFUSED)
		return refuse(w, r, &s);
	if (dropped)
		shrink(w, &old);
	if (r->kind == KIND_AGGREGATE)
		growth_add(&w->group_growth, &id.growth);
	s.report = &id.report;
	return settle(w, &s);
}

bool writer_again_report(struct writer *w, struct book_report *r)
{
	struct book_report old;
	bool found;
	if (!book_report_by_sha(w->store, r->sha, w->member_arena, &old, &found, &w->err))
		return false;
	const struct book_delivery *was = take_old(w, found ? old.id : 0);
	return found ? compare(w, r, &old, was) : enter_new(w, r, was);
}

/* --- no report --- */

bool writer_again_verdict(struct writer *w, const struct frame_verdict *v)
{
	const struct book_delivery *was = take_old(w, 0);
	struct settled s = { .status = (enum book_status)v->status,
			     .reason = v->reason,
			     .was = was };
	struct book_report old;
	if (was && was->report) {
		if (!book_report_by_id(w->store, was->report, w->member_arena, &old,
				       &w->err))
			return false;
		s.change = CHANGE_KEPT;
		s.report = s.old = &old;
		return stay(w, &s);
	}
	bool same = was && was->status == v->status && was->kind == w->in.member.kind &&
		    sv_eq(was->reason, v->reason);
	s.change = same ? CHANGE_SAME : CHANGE_REASON;
	return stay(w, &s);
}

bool writer_again_settle(struct writer *w, const struct frame_done *d)
{
	const struct entering *in = &w->in;
	struct again *g = &w->in.again;
	if (d->undone)
		return true; /* the copy was cut while it was read: nothing is sure */
	for (size_t i = 0; i < g->was_n; i++)
		if (!g->used[i] && g->was[i].report)
			push(w, &g->was[i]);
	bool forget = in->personal && !w->spec->keep_failure_body;
	if ((g->changed || in->personal || g->now_n != g->was_n) &&
	    !book_raw_deliver_again(w->store, in->raw.id, g->now, g->now_n, &w->err))
		return false;
	if (in->personal && !book_raw_path(w->store, in->raw.id,
					   writer_kept_path(w, in->raw.path), &w->err))
		return false;
	if (forget && !book_raw_forget(w->store, in->raw.id, &w->err))
		return false;
	return !(forget || (in->personal && g->changed)) ||
	       store_scrub_later(w->store, &w->err);
}
