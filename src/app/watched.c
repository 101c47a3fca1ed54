/* SPDX-License-Identifier: Apache-2.0 */
#include "app/watched_int.h"

#include "base/arena.h"

#include <stdlib.h>

enum {
	MONTH = 28, /* whose sources of abuse are counted */
	YOUNG_DAYS = 28,
	ASK_MESSAGES = 10, /* of a sender that is looked for in earlier days */
	ASK_EACH = 32,     /* addresses of one */
	ASK_MOST = 2048    /* ... and of all */
};

/* A sender of the domain's own, day by day. */
struct own {
	uint64_t *sent, *failed;
};

struct work {
	const struct look *k;
	const struct scope *s; /* the look's */
	const struct judged *j;
	struct watch_domain *out;
	const struct own **sent, **failed; /* whose each row is; NULL: nobody's */
};

static size_t place_of(const struct judged *j, const struct judged_row *r)
{
	return (size_t)(r - j->row);
}

/* --- whose mail fails --- */

/* A place that an own sender sends from. */
struct home {
	const struct service_from *from;
	const struct service *service;
	const struct own *own;
};

static int cmp(const void *a, const void *b)
{
	return (a > b) - (a < b);
}

static int by_from(const void *x, const void *y)
{
	const struct home *a = x, *b = y;
	return cmp(a->from, b->from);
}

static int by_service(const void *x, const void *y)
{
	const struct home *a = x, *b = y;
	return cmp(a->service, b->service);
}

struct homes {
	struct home *from, *service; /* sorted */
	size_t n, services;
};

static const struct own *own_of(const struct homes *h, const struct service_row *r)
{
	const struct home want = { r->from, r->match->service, NULL };
	const struct home *at = h->services && want.service
					? bsearch(&want, h->service, h->services,
						  sizeof(want), by_service)
					: NULL;
	if (!at && h->n)
		at = bsearch(&want, h->from, h->n, sizeof(want), by_from);
	return at ? at->own : NULL;
}

/* Mail that does not align, of a class that forwarding and abuse do not explain. A
 * platform's hosts are everybody's. */
static bool may_be_own(const struct service_row *r)
{
	return r->class == SERVICE_NOT_ALIGNED ||
	       (r->class == SERVICE_UNKNOWN && r->why != SERVICE_WHY_PLATFORM);
}

static void add_homes(struct work *w, const struct sender_group *g, const struct own *own,
		      struct homes *h)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct service_row *r = g->row[i]->row;
		w->sent[place_of(w->j, g->row[i])] = own;
		h->from[h->n++] = (struct home){ r->from, NULL, own };
		if (r->match->service)
			h->service[h->services++] =
				(struct home){ NULL, r->match->service, own };
	}
}

static void find_failing(struct work *w, struct homes *h)
{
	if (h->n)
		qsort(h->from, h->n, sizeof(*h->from), by_from);
	if (h->services)
		qsort(h->service, h->services, sizeof(*h->service), by_service);
	for (size_t i = 0; i < w->j->n; i++)
		if (may_be_own(w->j->row[i].row))
			w->failed[i] = own_of(h, w->j->row[i].row);
}

/* --- senders --- */

static uint64_t *new_days(struct arena *a)
{
	uint64_t *day = arena_array(a, WATCH_DAYS, sizeof(*day));
	for (size_t i = 0; i < WATCH_DAYS; i++)
		day[i] = 0;
	return day;
}

/* Might somebody call it new? */
static bool is_young(const struct work *w, const struct watch_sender *s)
{
	return s->first_day > w->out->today - YOUNG_DAYS && s->messages >= ASK_MESSAGES &&
	       s->class != SERVICE_ABUSE;
}

/* Which of the young did one of their larger sources send as before the days looked at?
 * One question for all: what is behind the end of it counts as seen. */
static bool find_before(struct work *w, const struct sender_group *g,
			struct watch_sender *sender, size_t n, struct err *err)
{
	struct addr *at = arena_array(w->s->arena, ASK_MOST, sizeof(*at));
	size_t *whose = arena_array(w->s->arena, ASK_MOST, sizeof(*whose));
	bool *seen = arena_array(w->s->arena, ASK_MOST, sizeof(*seen));
	size_t asked = 0;
	for (size_t i = 0; i < n; i++) {
		sender[i].before = !is_young(w, &sender[i]) || asked == ASK_MOST;
		for (size_t k = 0;
		     !sender[i].before && k < g[i].n && k < ASK_EACH && asked < ASK_MOST;
		     k++) {
			at[asked] = g[i].row[k]->row->from->source.address;
			whose[asked++] = i;
		}
	}
	if (asked == 0)
		return true;
	if (!facts_seen(w->s->store, w->s->id, w->s->id_n, w->out->today - WATCH_DAYS, at,
			asked, seen, err))
		return false;
	for (size_t i = 0; i < asked; i++)
		sender[whose[i]].before = sender[whose[i]].before || seen[i];
	return true;
}

static void add_sender(struct work *w, const struct sender_group *g,
		       struct watch_sender *to, struct homes *h)
{
	const struct app_sender *s = &g->sender;
	*to = (struct watch_sender){ .name = s->name,
				     .class = s->class,
				     .marked = s->why == SERVICE_WHY_MARKED,
				     .messages = s->messages,
				     .passed = s->passed,
				     .first_day = s->first_day,
				     .last_day = s->last_day };
	if (s->class != SERVICE_OWN)
		return;
	struct own *own = arena_alloc(w->s->arena, sizeof(*own));
	*own = (struct own){ new_days(w->s->arena), new_days(w->s->arena) };
	add_homes(w, g, own, h);
	to->sent = own->sent;
	to->failed = own->failed;
}

static bool add_senders(struct work *w, struct err *err)
{
	struct arena *a = w->s->arena;
	const struct sender_group *g = w->k->sender;
	size_t n = w->k->sender_n;
	struct watch_sender *sender = arena_array(a, n + 1, sizeof(*sender));
	struct homes h = {
		.from = arena_array(a, w->j->n + 1, sizeof(*h.from)),
		.service = arena_array(a, w->j->n + 1, sizeof(*h.service)),
	};
	for (size_t i = 0; i < n; i++)
		add_sender(w, &g[i], &sender[i], &h);
	find_failing(w, &h);
	w->out->sender = sender;
	w->out->sender_n = n;
	return find_before(w, g, sender, n, err);
}

/* --- days --- */

static void take_day(void *ctx, const struct judged_row *r, int64_t day,
		     uint64_t messages)
{
	const struct work *w = ctx;
	struct watch_domain *d = w->out;
	const int64_t at = day - (d->today - (WATCH_DAYS - 1));
	const size_t place = place_of(w->j, r);
	const struct service_facet *f = r->row->facet;
	if (at < 0 || at >= WATCH_DAYS)
		return;
	d->messages[at] += messages;
	if (r->row->class == SERVICE_ABUSE)
		d->abuse[at] += messages;
	else if (!f->dkim_aligned && !f->spf_aligned)
		d->failed[at] += messages;
	if (w->sent[place])
		w->sent[place]->sent[at] += messages;
	if (w->failed[place])
		w->failed[place]->failed[at] += messages;
}

static int by_pointer(const void *x, const void *y)
{
	const void *const *a = x, *const *b = y;
	return cmp(*a, *b);
}

static void count_abusers(struct work *w)
{
	const void **from = arena_array(w->s->arena, w->j->n + 1, sizeof(*from));
	size_t n = 0;
	for (size_t i = 0; i < w->j->n; i++) {
		const struct judged_row *r = &w->j->row[i];
		if (r->row->class == SERVICE_ABUSE && r->last_day > w->out->today - MONTH)
			from[n++] = r->row->from;
	}
	if (n)
		qsort(from, n, sizeof(*from), by_pointer);
	for (size_t i = 0; i < n; i++)
		w->out->abuse_sources += i == 0 || from[i] != from[i - 1];
}

bool watched_read(const struct look *k, struct watch_domain *out, struct err *err)
{
	struct arena *a = k->s.arena;
	struct work w = {
		.k = k,
		.s = &k->s,
		.j = &k->j,
		.out = out,
		.sent = arena_array(a, k->j.n + 1, sizeof(*w.sent)),
		.failed = arena_array(a, k->j.n + 1, sizeof(*w.failed)),
	};
	for (size_t i = 0; i < k->j.n; i++)
		w.sent[i] = w.failed[i] = NULL;
	if (!add_senders(&w, err))
		return false;
	count_abusers(&w);
	return judged_days(&k->s, &k->j, take_day, &w, err);
}
