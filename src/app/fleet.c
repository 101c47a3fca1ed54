/* SPDX-License-Identifier: Apache-2.0 */
#include "app/readiness_int.h"

#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>

struct work {
	const struct app *app;
	const struct app_fleet_options *o;
	struct scope all;
	struct judging by;
	struct arena *scratch; /* of one domain */
	struct app_fleet *out;
};

static uint64_t lost(const struct app_readiness *r, enum service_class class)
{
	uint64_t most = 0;
	for (int k = 0; k < WHATIF_RECEIVERS; k++) {
		const struct whatif_sum *s = &r->of_class[class].at[k];
		uint64_t n = s->quarantined + s->rejected;
		most = n > most ? n : most;
	}
	return most;
}

static struct app_ready_line line_of(const struct app_readiness *r, struct arena *a)
{
	struct app_ready_line l = {
		.line = r->line,
		.judged = true,
		.rung = r->rung,
		.step_words = r->step_words,
		.at_end = r->at_end,
		.ready = r->ready,
		.ready_since = r->ready_since,
		.messages = r->messages,
		.own = lost(r, SERVICE_OWN) + lost(r, SERVICE_NOT_ALIGNED),
		.forwarded = lost(r, SERVICE_FORWARDED) +
			     lost(r, SERVICE_MAYBE_FORWARDED),
		.abuse = lost(r, SERVICE_ABUSE),
	};
	for (size_t i = r->condition_n; i-- > 0;) {
		const struct app_condition *c = &r->condition[i];
		if (c->met)
			continue;
		l.unmet++;
		l.held = c->kind;
		l.text = c->text;
		l.remedy = c->remedy;
	}
	l.text = l.text ? arena_sv(a, sv_from(l.text)).p : NULL;
	l.remedy = l.remedy ? arena_sv(a, sv_from(l.remedy)).p : NULL;
	return l;
}

static bool judge(struct work *w, const struct app_domain_line *line,
		  struct app_ready_line *to, struct err *err)
{
	const struct app_readiness_options o = { .domain = line->name };
	struct app_readiness r;
	struct look k;
	arena_reset(w->scratch);
	*to = (struct app_ready_line){ .line = *line };
	if (!line->seen || line->last_day < w->out->day_from)
		return true;
	if (!look_at(&w->all, &w->by, line, w->out->day_from, w->out->day_to, w->scratch,
		     &k, err) ||
	    !readiness_of(&k, w->app, &o, &r, err))
		return false;
	if (k.j.n)
		*to = line_of(&r, w->all.arena);
	return true;
}

/* --- worst first --- */

/* What is at its end is last, what is ready before it; what nobody reports on is first.
 */
static int state_of(const struct app_ready_line *l)
{
	if (!l->judged)
		return 0;
	return l->at_end ? 3 : l->ready ? 2 : 1;
}

static int worse(const void *x, const void *y)
{
	const struct app_ready_line *a = x, *b = y;
	if (state_of(a) != state_of(b))
		return state_of(a) - state_of(b);
	if (a->rung != b->rung)
		return a->rung < b->rung ? -1 : 1;
	if (a->own != b->own)
		return a->own > b->own ? -1 : 1;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return sv_cmp(a->line.name, b->line.name);
}

static bool is_asked(const struct app_domain_line *l)
{
	return l->assigned && !l->retired && !l->refused && l->use != APP_PARKED;
}

static bool read_all(struct work *w, struct err *err)
{
	struct app_domain_line *line;
	struct app_fleet *out = w->out;
	size_t n;
	if (!judging_begin(&w->all, &w->by, err) ||
	    !scope_lines(&w->all, true, &line, &n, err))
		return false;
	out->line = arena_array(w->all.arena, n + 1, sizeof(*out->line));
	for (size_t i = 0; i < n; i++) {
		struct app_ready_line *to = &out->line[out->n];
		if (w->o->progress)
			w->o->progress(w->o->ctx, i, n);
		if (!is_asked(&line[i]))
			continue;
		if (!judge(w, &line[i], to, err))
			return false;
		out->n++;
		out->at_end += to->judged && to->at_end;
		out->ready += to->judged && to->ready && !to->at_end;
	}
	if (out->n)
		qsort(out->line, out->n, sizeof(*out->line), worse);
	return true;
}

bool app_fleet(const struct app *app, const struct app_fleet_options *o, struct arena *a,
	       struct app_fleet *out, struct err *err)
{
	struct work w = { .app = app, .o = o, .out = out };
	struct app_filter f = app_filter_all();
	f.client = o->client;
	*out = (struct app_fleet){ .day_to = date_day_of(app->now) };
	out->day_from = out->day_to - (int64_t)o->days;
	if (!scope_open(&w.all, app, STORE_READ, &f, a, err))
		return false;
	w.scratch = arena_new();
	bool ok = read_all(&w, err);
	judging_end(&w.by);
	arena_free(&w.scratch);
	scope_close(&w.all);
	return ok;
}
