/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reporters.h"

#include "app/scope_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/book_reporters.h"
#include "watch/watch.h"

#include <stdlib.h>

/* --- quirks: a list a reporter, in the order in which they were met --- */

struct quirk {
	struct quirk *next;
	uint64_t last; /* of its reporter's mended reports, the one it was met in */
	struct app_quirk q;
};

struct quirks {
	struct arena *a;
	struct of_reporter {
		struct quirk *first;
		size_t n;
		uint64_t mended;
	} * of;
	size_t n;
};

static struct of_reporter *quirks_of(struct quirks *all, size_t reporter)
{
	if (reporter >= all->n) {
		size_t n = reporter * 2 + 64;
		all->of = heap_grow(all->of, n, sizeof(*all->of));
		for (; all->n < n; all->n++)
			all->of[all->n] = (struct of_reporter){ 0 };
	}
	return &all->of[reporter];
}

static struct quirk *quirk_of(struct quirks *all, struct of_reporter *of, uint16_t code)
{
	for (struct quirk *q = of->first; q; q = q->next)
		if (q->q.kind->code == code)
			return q;
	struct quirk *q = arena_alloc(all->a, sizeof(*q));
	*q = (struct quirk){ .next = of->first, .q.kind = repair_kind(code) };
	of->first = q;
	of->n++;
	return q;
}

static void take_repairs(void *ctx, size_t reporter, struct sv repairs)
{
	struct quirks *all = ctx;
	struct of_reporter *of = quirks_of(all, reporter);
	struct repair r;
	of->mended++;
	while (repair_take(&repairs, &r)) {
		struct quirk *q = quirk_of(all, of, r.code);
		q->q.reports += q->last != of->mended;
		q->q.times += r.times;
		q->last = of->mended;
	}
}

static int by_reports(const void *x, const void *y)
{
	const struct app_quirk *a = x, *b = y;
	if (a->reports != b->reports)
		return a->reports > b->reports ? -1 : 1;
	return (a->kind->code > b->kind->code) - (a->kind->code < b->kind->code);
}

static void list_quirks(struct quirks *all, size_t reporter, struct app_reporting *out)
{
	const struct of_reporter *of = quirks_of(all, reporter);
	out->mended = of->mended;
	out->quirk = arena_array(all->a, of->n + 1, sizeof(*out->quirk));
	for (const struct quirk *q = of->first; q; q = q->next)
		out->quirk[out->quirk_n++] = q->q;
	if (out->quirk_n)
		qsort(out->quirk, out->quirk_n, sizeof(*out->quirk), by_reports);
}

/* --- habits --- */

static void judge_habit(int64_t as_of, const struct book_habit *h, struct arena *a,
			struct app_reporting *r)
{
	const struct watch_habit habit = watch_habit_of(h->day, h->day_n, a);
	r->usual_gap = habit.usual;
	r->long_gap = habit.most;
	r->quiet = as_of > r->last_day ? as_of - r->last_day : 0;
	r->silent = watch_is_silent(&habit, r->quiet);
}

/* --- for whom --- */

/* Where each policy domain belongs, and which reporter was counted there last. */
struct places {
	const struct scope *s;
	size_t *line, *client; /* by place; holds the reporter's number + 1 */
};

static bool is_first(size_t *last, size_t at, size_t reporter)
{
	if (last[at] == reporter + 1)
		return false;
	last[at] = reporter + 1;
	return true;
}

static void count_places(struct places *p, const struct book_habit *h, size_t reporter,
			 struct app_reporting *out)
{
	const struct scope *s = p->s;
	for (size_t i = 0; i < h->domain_n; i++) {
		size_t line = scope_line_of(s, h->domain[i]);
		if (line == SCOPE_NO_LINE || !is_first(p->line, line, reporter))
			continue;
		out->domains++;
		const struct book_client *c =
			line < s->entry_n ? scope_client(s, s->entry[line].client) : NULL;
		out->clients += c &&
				is_first(p->client, (size_t)(c - s->client), reporter);
	}
}

/* --- all of it --- */

static int by_messages(const void *x, const void *y)
{
	const struct app_reporting *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	if (a->reports != b->reports)
		return a->reports > b->reports ? -1 : 1;
	return sv_cmp(a->org, b->org);
}

static struct app_reporting reporting_of(const struct book_habit *h,
					 enum app_result result)
{
	struct app_reporting out = { .org = h->sum.org,
				     .reports = h->sum.reports,
				     .messages = h->sum.messages,
				     .passed = h->sum.passed,
				     .first_day = h->day[0],
				     .last_day = h->sum.last_day,
				     .days = h->day_n };
	if (result == APP_RESULT_PASS)
		out.messages = out.passed;
	if (result == APP_RESULT_FAIL) {
		out.messages -= out.passed;
		out.passed = 0;
	}
	return out;
}

static void add_reporter(struct app_reporters *out, const struct app_reporting *r)
{
	out->reports += r->reports;
	out->messages += r->messages;
	out->passed += r->passed;
	out->silent += r->silent;
	out->reporter[out->n++] = *r;
}

static bool read_all(const struct scope *s, struct quirks *quirks,
		     struct app_reporters *out, struct err *err)
{
	struct book_report_filter f = scope_reports(s);
	struct book_habit *h;
	size_t n;
	if (!book_habits(s->store, &f, take_repairs, quirks, s->arena, &h, &n, err))
		return false;
	struct places places = {
		s, arena_array(s->arena, s->entry_n + s->policy_n + 1, sizeof(size_t)),
		arena_array(s->arena, s->client_n + 1, sizeof(size_t))
	};
	out->reporter = arena_array(s->arena, n + 1, sizeof(*out->reporter));
	for (size_t i = 0; i < n; i++) {
		struct app_reporting r = reporting_of(&h[i], s->filter.result);
		count_places(&places, &h[i], i, &r);
		judge_habit(out->as_of, &h[i], s->arena, &r);
		list_quirks(quirks, i, &r);
		add_reporter(out, &r);
	}
	if (out->n)
		qsort(out->reporter, out->n, sizeof(*out->reporter), by_messages);
	return scope_sealed(s, &out->sealed, &out->details_from, &out->cut, err);
}

bool app_reporters(const struct app *app, const struct app_filter *filter,
		   struct arena *a, struct app_reporters *out, struct err *err)
{
	struct scope s;
	struct quirks quirks = { .a = a };
	*out = (struct app_reporters){ .as_of = date_day_of(app->now) };
	if (!scope_open(&s, app, STORE_READ, filter, a, err))
		return false;
	if (s.filter.day_to < out->as_of)
		out->as_of = s.filter.day_to;
	bool ok = scope_is_empty(&s) || read_all(&s, &quirks, out, err);
	free(quirks.of);
	scope_close(&s);
	return ok;
}
