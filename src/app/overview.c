/* SPDX-License-Identifier: Apache-2.0 */
#include "app/overview.h"

#include "app/findings_int.h"
#include "app/overview_int.h"
#include "app/source_names_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/kept.h"

#include <time.h>

static void sum_line(struct app_overview *o, const struct app_domain_line *d)
{
	app_figures_add(&o->total, &d->f);
	if (!d->seen)
		return;
	if (!o->seen || d->first_day < o->first_day)
		o->first_day = d->first_day;
	if (!o->seen || d->last_day > o->last_day)
		o->last_day = d->last_day;
	o->seen = true;
}

/* Lines come client by client; a client without a line has none here either. */
static void sum_client(struct app_overview *o, const struct scope *s,
		       const struct app_domain_line *d)
{
	if (o->client_n == 0 || !sv_eq(o->client[o->client_n - 1].name, d->client)) {
		const struct book_client *b = scope_client_named(s, d->client);
		o->client[o->client_n++] = (struct app_client_line){
			.name = d->client, .retired = b && b->retired
		};
	}
	struct app_client_line *c = &o->client[o->client_n - 1];
	c->domains++;
	app_figures_add(&c->f, &d->f);
}

static bool fill(struct app_overview *o, const struct scope *s, struct err *err)
{
	if (!scope_lines(s, false, &o->domain, &o->domain_n, err))
		return false;
	o->client = arena_array(s->arena, s->client_n + 1, sizeof(*o->client));
	for (size_t i = 0; i < o->domain_n; i++) {
		const struct app_domain_line *d = &o->domain[i];
		sum_line(o, d);
		if (d->assigned) {
			sum_client(o, s, d);
			o->unassigned_from = i + 1;
		} else {
			app_figures_add(&o->unassigned, &d->f);
		}
	}
	return true;
}

bool scope_sources(const struct scope *s, const struct facts_query *q, uint32_t limit,
		   struct app_source **out, size_t *out_n, uint64_t *out_all,
		   struct err *err)
{
	struct arena *scratch = arena_new();
	struct facts_by_source *f;
	bool ok = facts_sources(s->store, q, limit, scratch, &f, out_n, out_all, err);
	size_t n = ok ? *out_n : 0;
	*out = arena_array(s->arena, n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct app_source){
			.source = f[i].source,
			.first_day = f[i].first_day,
			.last_day = f[i].last_day,
			.domains = f[i].domains,
			.f = { 0, f[i].sum.rows, f[i].sum.messages, f[i].sum.passed },
		};
	arena_free(&scratch);
	return ok;
}

/* What stands out is judged over all days and results: only domains narrow it. */
static bool fill_findings(struct app_overview *o, const struct scope *s,
			  const struct app *app, struct err *err)
{
	const struct app_findings_options open = { .since = INT64_MIN };
	struct scope whole = *s;
	struct app_findings found;
	whole.filter.day_from = INT64_MIN;
	whole.filter.day_to = INT64_MAX;
	whole.filter.result = APP_RESULT_ALL;
	if (!findings_in(&whole, app, &open, NULL, NULL, &found, err))
		return false;
	o->finding = found.finding;
	o->finding_n = found.n;
	return true;
}

static bool find(struct app_overview *o, const struct scope *s, uint32_t sources,
		 const struct app *app, struct err *err)
{
	struct facts_query q = scope_query(s);
	o->source_n = o->finding_n = 0;
	o->source_all = 0;
	/* Findings first: what they need meanwhile is free again before sources fill it.
	 */
	return fill_findings(o, s, app, err) &&
	       (scope_is_empty(s) || scope_sources(s, &q, sources, &o->source,
						   &o->source_n, &o->source_all, err));
}

static uint64_t cpu_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* As find(), for the whole: from what is kept, or else to be kept. */
static bool recall(struct app_overview *o, const struct scope *s, const struct app *app,
		   bool fresh, struct overview_kept *k, struct err *err)
{
	int64_t today = date_day_of(app->now);
	if (!overview_kept_read(s, today, o, k, err))
		return false;
	o->stale = k->stale && !fresh;
	o->found = k->made;
	if (k->holds || o->stale)
		return true;
	uint64_t began = cpu_ms();
	if (!find(o, s, OVERVIEW_KEPT_SOURCES, app, err))
		return false;
	k->made = app->now;
	k->day = today;
	k->took_ms = cpu_ms() - began;
	return true;
}

bool app_overview(const struct app *app, const struct app_overview_options *want,
		  struct arena *a, struct app_overview *out, struct err *err)
{
	struct scope s;
	struct overview_kept k = { 0 };
	uint64_t state = 0;
	uint32_t n = want->sources;
	*out = (struct app_overview){ .limit = n };
	if (!scope_open(&s, app, STORE_READ, want->filter, a, err))
		return false;
	bool whole = app_filter_is_open(&s.filter) && overview_is_large(&s) && n &&
		     n <= OVERVIEW_KEPT_SOURCES;
	/* What takes memory meanwhile comes first. */
	bool ok = (whole ? recall(out, &s, app, want->fresh, &k, err)
			 : find(out, &s, n, app, err)) &&
		  fill(out, &s, err) &&
		  scope_sealed(&s, &out->sealed, &out->details_from, &out->cut, err) &&
		  source_names(&s, out->source, out->source_n, err) &&
		  kept_state(s.store, &state, err);
	scope_close(&s);
	if (!ok || !whole)
		return ok;
	if (!k.holds && !out->stale)
		overview_keep(app, state, &k, out);
	if (out->source_n > n)
		out->source_n = n;
	return true;
}

bool overview_check(const struct scope *s, bool *out_differs, struct err *err)
{
	struct app_overview kept = { 0 }, anew = { 0 };
	struct overview_kept k;
	struct buf have, want;
	*out_differs = false;
	if (!overview_kept_read(s, INT64_MIN, NULL, &k, err) ||
	    !overview_kept_read(s, k.day, &kept, &k, err))
		return false;
	if (!k.holds)
		return true;
	struct app then = *s->app;
	then.now = k.day * DATE_DAY_SECONDS;
	if (!find(&anew, s, OVERVIEW_KEPT_SOURCES, &then, err))
		return false;
	buf_init(&have, OVERVIEW_BYTES_MAX);
	buf_init(&want, OVERVIEW_BYTES_MAX);
	overview_encode(&k, &kept, &have);
	overview_encode(&k, &anew, &want);
	*out_differs = !sv_eq(buf_sv(&have), buf_sv(&want));
	buf_deinit(&have);
	buf_deinit(&want);
	return true;
}
