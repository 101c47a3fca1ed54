/* SPDX-License-Identifier: Apache-2.0 */
#include "app/enrich.h"

#include "app/lookup_int.h"

#include "app/owner.h"
#include "app/scope_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "dns/dns.h"
#include "report/model.h"
#include "store/book_dns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SOURCES = 100000,  /* with most messages, that are looked after */
	FACET_KEYS = 8,    /* signatures of a row that are looked at */
	ALL_KEYS = 100000, /* of all, and of these so many different ones: */
	MOST_KEYS = 10000,
	FACETS = 50000,   /* with most messages, whose selectors are */
	AT_ONCE = 256,    /* subjects whose questions are under way */
	SLOTS = 16,       /* questions of a subject, a power of two */
	IN_A_GROUP = 500, /* subjects written in a transaction */
	WAIT_MS = 100,
	DEAF = 6, /* questions of a network that stayed without answer: the rest is not
		     asked */
	NETWORKS = 65536,
	HOURS = 3600,
	KEEP_LEAST = 24 * HOURS, /* of an answer */
	KEEP_MOST = 30 * 24 * HOURS,
	KEEP_NOTHING = 7 * 24 * HOURS,
	KEEP_FAILED = 6 * HOURS,
};

/* A source or a key, and what is known of it so far. */
struct subject {
	enum book_dns_kind kind;
	struct sv text, asked; /* the name that is asked first */
	struct addr address;
	struct book_dns_found found;
	unsigned open; /* questions */
	uint32_t ttl;
	uint32_t network;
};

struct work {
	const struct app *app;
	const struct app_enrich *e;
	struct app_enriched *out;
	struct arena *a;
	struct subject *subject;
	size_t n, started, ended;
	size_t *done; /* not written yet */
	size_t done_n;
	struct dns *dns;
	uint8_t *deaf; /* a network's questions without answer, one behind the other */
};

/* --- what is due --- */

static uint32_t network_of(const struct addr *a)
{
	if (a->kind == ADDR_V4)
		return (uint32_t)a->b[0] << 8 | a->b[1];
	uint32_t h = 0;
	for (size_t i = 0; i < 4; i++)
		h = h * 31 + a->b[i];
	return h % NETWORKS;
}

static bool is_due(struct work *w, struct store *s, enum book_dns_kind kind,
		   struct sv text, bool *out, struct err *err)
{
	int64_t until;
	if (!book_dns_until(s, kind, text, &until, err))
		return false;
	/* Later than any is kept: it was written while the clock was ahead. */
	*out = w->e->again || until <= w->app->now || until > w->app->now + KEEP_MOST;
	if (w->e->most && w->n >= w->e->most)
		*out = false;
	else
		w->out->fresh += !*out;
	return true;
}

static bool add_source(struct work *w, struct store *s, const struct addr *a,
		       struct err *err)
{
	char text[ADDR_TEXT];
	bool due;
	struct sv t = sv_from(addr_format(a, text));
	if (a->kind == ADDR_NONE)
		return true;
	if (!is_due(w, s, BOOK_DNS_HOST, t, &due, err))
		return false;
	if (due)
		w->subject[w->n++] = (struct subject){ .kind = BOOK_DNS_HOST,
						       .text = arena_sv(w->a, t),
						       .asked = dns_reverse_name(a, w->a),
						       .address = *a,
						       .network = network_of(a) };
	w->out->sources += due;
	return true;
}

static int text_cmp(const void *x, const void *y)
{
	const struct sv *a = x, *b = y;
	return sv_cmp(*a, *b);
}

static bool is_clients(const struct scope *s, struct sv domain)
{
	return owner_of(s->entry, s->entry_n, domain) != NULL;
}

static void add_keys_of(const struct work *w, const struct scope *s,
			const struct report_facet *f, struct sv **key, size_t *n,
			size_t *cap)
{
	for (size_t i = 0; i < f->auth_dkim_n && i < FACET_KEYS && *n < ALL_KEYS; i++) {
		const struct report_auth *d = &f->auth_dkim[i];
		if (!sv_eq(d->result, SV("pass")) || !d->selector.n ||
		    d->selector.n > 63 || d->domain.n > 180 || !is_clients(s, d->domain))
			continue;
		if (*n == *cap) {
			*cap = *cap ? *cap * 2 : 256;
			*key = heap_grow(*key, *cap, sizeof(**key));
		}
		char *text = arena_printf(w->a, "%.*s._domainkey.%.*s",
					  SV_ARG(d->selector), SV_ARG(d->domain));
		for (char *p = text; *p; p++)
			*p = ascii_lower(*p);
		(*key)[(*n)++] = sv_from(text);
	}
}

static bool list_keys(const struct work *w, const struct scope *s, struct sv **key,
		      size_t *n, struct err *err)
{
	struct facts_query q = scope_query(s);
	struct facts_by_facet *f;
	struct arena *scratch = arena_new();
	size_t facets = 0, cap = 0;
	uint64_t all;
	q.result = FACTS_PASSED;
	bool ok = facts_facets(s->store, &q, FACETS, s->arena, &f, &facets, &all, err);
	for (size_t i = 0; ok && i < facets; i++) {
		struct sv bytes;
		struct report_facet r;
		bool passed;
		arena_reset(scratch);
		ok = facts_facet_bytes(s->store, f[i].facet, scratch, &bytes, &passed,
				       err);
		if (ok && report_facet_decode(bytes, scratch, &r))
			add_keys_of(w, s, &r, key, n, &cap);
	}
	arena_free(&scratch);
	return ok;
}

static bool add_keys(struct work *w, struct scope *s, struct sv *key, size_t n,
		     struct err *err)
{
	if (n)
		qsort(key, n, sizeof(*key), text_cmp);
	for (size_t i = 0; i < n; i++) {
		bool due;
		if ((i && sv_eq(key[i], key[i - 1])) || w->out->keys == MOST_KEYS)
			continue;
		if (!is_due(w, s->store, BOOK_DNS_KEY, key[i], &due, err))
			return false;
		if (due)
			w->subject[w->n++] = (struct subject){ .kind = BOOK_DNS_KEY,
							       .text = key[i],
							       .asked = key[i] };
		w->out->keys += due;
	}
	return true;
}

static bool list_work(struct work *w, struct scope *s, struct err *err)
{
	struct facts_query q = scope_query(s);
	struct facts_by_source *f;
	struct sv *key = NULL;
	size_t n = 0, keys = 0;
	uint64_t all;
	bool ok = scope_is_empty(s) ||
		  (facts_sources(s->store, &q, SOURCES, s->arena, &f, &n, &all, err) &&
		   list_keys(w, s, &key, &keys, err));
	w->subject = arena_array(w->a, n + keys + 1, sizeof(*w->subject));
	/* Keys are few and tell most. */
	ok = ok && add_keys(w, s, key, keys, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = add_source(w, s->store, &f[i].source, err);
	free(key);
	return ok;
}

/* --- asking --- */

static void ask(struct work *w, size_t i, unsigned slot, struct sv name,
		enum dns_type type)
{
	w->subject[i].open++;
	w->out->questions++;
	dns_start(w->dns, (uint64_t)i * SLOTS + slot, name, type);
}

static void end_subject(struct work *w, size_t i)
{
	const struct subject *s = &w->subject[i];
	bool confirmed = false;
	for (size_t k = 0; k < s->found.n; k++)
		confirmed = confirmed || s->found.confirmed[k];
	w->out->named += s->kind == BOOK_DNS_HOST && s->found.n;
	w->out->confirmed += confirmed;
	w->out->led += s->kind == BOOK_DNS_KEY && s->found.n;
	w->out->nothing += s->found.status == BOOK_DNS_NOTHING;
	w->out->failed += s->found.status == BOOK_DNS_FAILED;
	w->done[w->done_n++] = i;
	w->ended++;
}

/* Whose network does not answer is not asked at all. */
static void start_next(struct work *w)
{
	size_t i = w->started++;
	struct subject *s = &w->subject[i];
	s->found = (struct book_dns_found){ .kind = s->kind, .subject = s->text };
	if (s->kind == BOOK_DNS_HOST && w->deaf[s->network] >= DEAF) {
		s->found.status = BOOK_DNS_FAILED;
		w->out->skipped++;
		end_subject(w, i);
		return;
	}
	ask(w, i, 0, s->asked, s->kind == BOOK_DNS_HOST ? DNS_PTR : DNS_CNAME);
}

static bool is_hostname(struct sv name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '.' &&
		    name.p[i] != '_')
			return false;
	return name.n > 0 && name.n <= DNS_NAME;
}

static void take_names(struct work *w, size_t i, const struct dns_answer *d)
{
	struct subject *s = &w->subject[i];
	s->ttl = d->ttl;
	for (size_t k = 0; k < d->n && s->found.n < BOOK_DNS_NAMES; k++)
		if (is_hostname(d->record[k]))
			s->found.name[s->found.n++] = arena_sv(w->a, d->record[k]);
	if (s->found.n == 0)
		s->found.status = BOOK_DNS_NOTHING;
	if (s->kind != BOOK_DNS_HOST)
		return;
	for (size_t k = 0; k < s->found.n; k++)
		ask(w, i, (unsigned)k + 1, s->found.name[k],
		    s->address.kind == ADDR_V4 ? DNS_A : DNS_AAAA);
}

static void take_first(struct work *w, size_t i, const struct dns_answer *d)
{
	struct subject *s = &w->subject[i];
	bool deaf = d->status == DNS_TIMED_OUT;
	if (s->kind == BOOK_DNS_HOST && w->deaf[s->network] < DEAF)
		w->deaf[s->network] = deaf ? w->deaf[s->network] + 1 : 0;
	if (d->status == DNS_FOUND)
		take_names(w, i, d);
	else
		s->found.status = d->status == DNS_NO_DATA || d->status == DNS_NO_NAME
					  ? BOOK_DNS_NOTHING
					  : BOOK_DNS_FAILED;
}

static bool is_failure(enum dns_status status)
{
	return status == DNS_FAILED || status == DNS_TIMED_OUT;
}

/* Does the name lead back to the address? */
static void take_back(struct subject *s, size_t k, const struct dns_answer *d)
{
	size_t len = addr_len(&s->address);
	if (d->status == DNS_FOUND && d->ttl < s->ttl)
		s->ttl = d->ttl;
	s->found.unsure[k] = is_failure(d->status);
	for (size_t i = 0; d->status == DNS_FOUND && i < d->n; i++)
		if (d->record[i].n == len &&
		    memcmp(d->record[i].p, s->address.b, len) == 0)
			s->found.confirmed[k] = true;
}

static void take(struct work *w, const struct dns_answer *d)
{
	size_t i = (size_t)(d->id / SLOTS), slot = (size_t)(d->id % SLOTS);
	struct subject *s = &w->subject[i];
	if (slot == 0)
		take_first(w, i, d);
	else
		take_back(s, slot - 1, d);
	if (--s->open == 0)
		end_subject(w, i);
}

/* --- writing --- */

static int64_t keep_for(const struct subject *s)
{
	int64_t ttl = s->ttl;
	if (s->found.status == BOOK_DNS_FAILED)
		return KEEP_FAILED;
	for (size_t k = 0; k < s->found.n; k++)
		if (s->found.unsure[k])
			return KEEP_FAILED;
	if (s->found.status == BOOK_DNS_NOTHING)
		return KEEP_NOTHING;
	if (ttl < KEEP_LEAST)
		return KEEP_LEAST;
	return ttl < KEEP_MOST ? ttl : KEEP_MOST;
}

static bool write_done(struct work *w, struct err *err)
{
	const struct store_options so = { .path = w->app->db, .mode = STORE_WRITE };
	struct store *s;
	if (w->done_n == 0)
		return true;
	s = store_open(&so, err);
	bool ok = s && store_begin(s, err);
	for (size_t i = 0; ok && i < w->done_n; i++) {
		struct subject *of = &w->subject[w->done[i]];
		of->found.asked = w->app->now;
		of->found.until = w->app->now + keep_for(of);
		ok = book_dns_put(s, &of->found, err);
	}
	ok = ok && store_commit(s, err);
	store_close(&s);
	w->done_n = 0;
	return ok;
}

static bool is_stopped(const struct work *w)
{
	return w->e->stop && *w->e->stop;
}

/* Answers live in an arena of their own, which is emptied now and then. */
static bool ask_all(struct work *w, struct err *err)
{
	struct arena *scratch = arena_new();
	struct dns_answer d;
	bool ok = true;
	while (ok && w->ended < w->n && !is_stopped(w)) {
		while (w->started < w->n && w->started - w->ended < AT_ONCE)
			start_next(w);
		arena_reset(scratch);
		if (dns_next(w->dns, WAIT_MS, scratch, &d))
			take(w, &d);
		if (w->done_n >= IN_A_GROUP) {
			ok = write_done(w, err);
			if (w->e->progress)
				w->e->progress(w->e->ctx, w->ended, w->n);
		}
	}
	w->out->stopped = w->ended < w->n;
	arena_free(&scratch);
	return ok && write_done(w, err);
}

/* --- all of it --- */

static bool list(struct work *w, struct err *err)
{
	struct scope s;
	bool ok = scope_open(&s, w->app, STORE_READ, NULL, w->a, err);
	if (!ok)
		return false;
	ok = list_work(w, &s, err);
	scope_close(&s);
	return ok;
}

bool app_enrich(const struct app *app, const struct app_enrich *e,
		struct app_enriched *out, struct err *err)
{
	struct work w = { .app = app, .e = e, .out = out, .a = arena_new() };
	*out = (struct app_enriched){ 0 };
	const struct lookup_way way = { e->server, e->trust_anchor, e->zone };
	bool ok = list(&w, err) && lookup_open(&way, w.a, &w.dns, err);
	if (ok) {
		w.done = arena_array(w.a, w.n + 1, sizeof(*w.done));
		w.deaf = arena_array(w.a, NETWORKS, sizeof(*w.deaf));
		memset(w.deaf, 0, NETWORKS);
		ok = ask_all(&w, err);
	}
	dns_free(&w.dns);
	arena_free(&w.a);
	return ok;
}
