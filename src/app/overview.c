/* SPDX-License-Identifier: Apache-2.0 */
#include "app/overview.h"

#include "app/notes_int.h"
#include "base/arena.h"

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
	struct facts_by_source *f;
	size_t n;
	if (!facts_sources(s->store, q, limit, s->arena, &f, &n, out_all, err))
		return false;
	*out = arena_array(s->arena, n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct app_source){
			.source = f[i].source,
			.first_day = f[i].first_day,
			.last_day = f[i].last_day,
			.domains = f[i].domains,
			.f = { 0, f[i].sum.rows, f[i].sum.messages, f[i].sum.passed },
		};
	*out_n = n;
	return true;
}

/* What stands out is judged over all days and results: only domains narrow it. */
static bool fill_notes(struct app_overview *o, const struct scope *s, int64_t now,
		       struct err *err)
{
	struct scope whole = *s;
	struct app_overview all = { 0 };
	struct app_filter open = app_filter_all();
	whole.filter.day_from = open.day_from;
	whole.filter.day_to = open.day_to;
	whole.filter.result = open.result;
	if (!fill(&all, &whole, err) || !notes_find(&whole, now, &all, err))
		return false;
	o->note = all.note;
	o->note_n = all.note_n;
	return true;
}

bool app_overview(const struct app *app, const struct app_filter *filter,
		  uint32_t sources, struct arena *a, struct app_overview *out,
		  struct err *err)
{
	struct scope s;
	*out = (struct app_overview){ .limit = sources };
	if (!scope_open(&s, app, STORE_READ, filter, a, err))
		return false;
	bool ok = fill(out, &s, err) &&
		  scope_sealed(&s, &out->sealed, &out->details_from, err);
	if (ok && !scope_is_empty(&s)) {
		struct facts_query q = scope_query(&s);
		ok = scope_sources(&s, &q, sources, &out->source, &out->source_n,
				   &out->source_all, err);
	}
	ok = ok && fill_notes(out, &s, app->now, err);
	scope_close(&s);
	return ok;
}
