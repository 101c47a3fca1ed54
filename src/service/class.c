/* SPDX-License-Identifier: Apache-2.0 */
#include "service/class.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* Tells the number of an AS from that of a range of addresses. */
#define AS_MARK (UINT64_C(1) << 62)

enum {
	NETWORKS = 4, /* unrelated: from so many AS, or /16 or /32, on it is spread ... */
	NEIGHBOURS = 8,  /* ... or from so many /24 or /48 */
	ALONE_TIMES = 8, /* so many times the median stands out */
	ALONE_LEAST = 20,
	ALONE_MOST = 3,    /* sources that may stand out */
	PASSES_SHARE = 10, /* one in so many messages is of note */
	REGULAR_DAYS = 28, /* who sends for so long, ... */
	REGULAR = 300      /* ... so much, is somebody and no part of a wave */
};

/* A selector that passed in alignment somewhere. Its home is where SPF passed with it,
 * or else where most of it came from. */
struct service_home {
	struct sv domain, selector;
	const struct service *home;
	const struct service_from *largest;
	uint64_t at_home, largest_messages;
};

struct judge {
	const struct service_domain *d;
	struct service_home *key; /* by domain and selector */
	size_t key_n;
};

/* --- the domain's selectors --- */

static int sign_cmp(struct sv d1, struct sv s1, struct sv d2, struct sv s2)
{
	int d = sv_cmp(d1, d2);
	return d ? d : sv_cmp(s1, s2);
}

static int key_cmp(const void *x, const void *y)
{
	const struct service_home *a = x, *b = y;
	return sign_cmp(a->domain, a->selector, b->domain, b->selector);
}

static struct service_home *find_key(const struct judge *j,
				     const struct service_signature *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct service_home want = { .domain = s[i].domain,
						   .selector = s[i].selector };
		struct service_home *k = j->key_n && s[i].own
						 ? bsearch(&want, j->key, j->key_n,
							   sizeof(want), key_cmp)
						 : NULL;
		if (k)
			return k;
	}
	return NULL;
}

/* The facets that rows share, each once. */
static size_t list_facets(const struct judge *j, struct service_facet **out)
{
	size_t n = 0;
	for (size_t i = 0; i < j->d->row_n; i++)
		j->d->row[i].facet->met = false;
	for (size_t i = 0; i < j->d->row_n; i++) {
		struct service_facet *f = j->d->row[i].facet;
		if (!f->met)
			out[n++] = f;
		f->met = true;
	}
	return n;
}

static void list_keys(struct judge *j, struct arena *a)
{
	struct service_facet **facet = arena_array(a, j->d->row_n + 1,
						   sizeof(struct service_facet *));
	size_t facets = list_facets(j, facet), n = 0, kept = 0;
	for (size_t i = 0; i < facets; i++)
		n += facet[i]->mail.signature_n;
	j->key = arena_array(a, n + 1, sizeof(*j->key));
	for (size_t i = 0; i < facets; i++) {
		const struct service_facet *f = facet[i];
		for (size_t k = 0; f->dkim_aligned && k < f->mail.signature_n; k++)
			if (f->mail.signature[k].own)
				j->key[j->key_n++] = (struct service_home){
					.domain = f->mail.signature[k].domain,
					.selector = f->mail.signature[k].selector,
				};
	}
	if (j->key_n)
		qsort(j->key, j->key_n, sizeof(*j->key), key_cmp);
	for (size_t i = 0; i < j->key_n; i++)
		if (kept == 0 || key_cmp(&j->key[kept - 1], &j->key[i]) != 0)
			j->key[kept++] = j->key[i];
	j->key_n = kept;
	for (size_t i = 0; i < facets; i++)
		facet[i]->key = find_key(j, facet[i]->mail.signature,
					 facet[i]->mail.signature_n);
}

static void find_home(const struct judge *j)
{
	for (size_t i = 0; i < j->d->row_n; i++) {
		const struct service_row *r = &j->d->row[i];
		struct service_facet *f = r->facet;
		if (!f->key)
			continue;
		if (f->spf_aligned && r->messages > f->key->at_home) {
			f->key->at_home = r->messages;
			f->key->home = r->from->match.service;
		}
		if (r->messages > f->key->largest_messages) {
			f->key->largest_messages = r->messages;
			f->key->largest = r->from;
		}
	}
	for (size_t i = 0; i < j->key_n; i++)
		if (!j->key[i].at_home && j->key[i].largest)
			j->key[i].home = j->key[i].largest->match.service;
}

static bool is_at_home(const struct service_row *r)
{
	const struct service_home *k = r->facet->key;
	const struct service *here = r->from->match.service;
	return r->facet->spf_aligned || (here && here == k->home) ||
	       (!k->at_home && k->largest == r->from);
}

/* --- a row by itself --- */

static bool is_relay(const struct service *s)
{
	return s && (s->kind == SERVICE_FORWARDER || s->kind == SERVICE_GATEWAY ||
		     s->kind == SERVICE_MAILBOX);
}

static bool is_told(const struct service_match *m)
{
	return m->service && m->trust != SERVICE_HINT;
}

/* Whose host it is, as far as somebody read that. */
static const struct service *host_of(const struct service_row *r)
{
	return is_told(&r->from->match) ? r->from->match.service : NULL;
}

static void set(struct service_row *r, enum service_class class, enum service_why why)
{
	r->class = class;
	r->why = why;
}

static bool judge_mark(const struct judge *j, struct service_row *r)
{
	enum service_mark m = r->from->mark;
	for (size_t i = 0; !m && i < j->d->marked_n; i++)
		if (r->match->service && r->match->service == j->d->marked[i].service)
			m = j->d->marked[i].mark;
	if (m == SERVICE_MARK_NONE)
		return false;
	set(r,
	    m == SERVICE_MARK_OWN     ? SERVICE_OWN
	    : m == SERVICE_MARK_ABUSE ? SERVICE_ABUSE
				      : SERVICE_NOT_ALIGNED,
	    SERVICE_WHY_MARKED);
	return true;
}

/* Signed with a key that a service holds, whose hosts are known, by a host that is not
 * one of them. */
static bool is_of_another(const struct service_row *r)
{
	const struct service_facet *f = r->facet;
	/* Some reporters leave selectors out. */
	bool held = f->match.by == SERVICE_BY_TARGET ||
		    f->match.by == SERVICE_BY_SELECTOR || !f->key->selector.n;
	bool agrees = !f->match.service || (f->match.trust != SERVICE_HINT &&
					    f->match.service == f->key->home);
	return held && agrees && f->key->home && !host_of(r) && r->from->source.host_n;
}

/* At home SPF passes with the key; here it passes for the return-path of somebody else
 * whom nobody knows, as where forwarders rewrite it. */
static bool is_rewritten(const struct service_row *r)
{
	const struct service_facet *f = r->facet;
	return f->key->at_home && f->mail.return_path.n && !f->mail.return_path_own &&
	       !r->match->service && !host_of(r);
}

/* What passes in alignment is the domain's own, or its own on the way. */
static bool judge_aligned(struct service_row *r)
{
	const struct service_facet *f = r->facet;
	if (!f->dkim_aligned && !f->spf_aligned)
		return false;
	set(r, SERVICE_OWN,
	    !f->spf_aligned    ? SERVICE_WHY_DKIM
	    : !f->dkim_aligned ? SERVICE_WHY_SPF
			       : SERVICE_WHY_BOTH);
	if (f->spf_aligned || !f->key || is_at_home(r))
		return true;
	if (f->excused)
		set(r, SERVICE_FORWARDED, SERVICE_WHY_EXCUSED);
	else if (is_of_another(r))
		set(r, SERVICE_FORWARDED, SERVICE_WHY_ELSEWHERE);
	else if (is_rewritten(r))
		set(r, SERVICE_FORWARDED, SERVICE_WHY_REWRITTEN);
	else if (is_relay(host_of(r)) ||
		 (f->match.by == SERVICE_BY_RETURN_PATH && is_relay(f->match.service)))
		set(r, SERVICE_FORWARDED, SERVICE_WHY_RELAYED);
	return true;
}

static bool passes_somehow(const struct service_facet *f)
{
	return f->mail.return_path.n || f->mail.signature_n;
}

/* A signature that failed is what the sender wrote. It tells of forwarding where the
 * receiver says so, where a forwarder's host or name is proven, or where a name passed
 * beside it, as a list's does: such names are looked at again (judge_lists()). */
static bool is_on_the_way(const struct service_row *r)
{
	const struct service_facet *f = r->facet;
	bool relay = is_told(r->match) && is_relay(r->match->service);
	return f->excused || f->sealed || relay || passes_somehow(f);
}

/* The service where the signature is at home, or a source of which most passes. */
static bool comes_from_home(const struct service_row *r, const struct service_home *key)
{
	return key && ((key->home && r->from->match.service == key->home) ||
		       r->from->aligned * 2 >= r->from->messages);
}

static bool judge_forwarded(const struct judge *j, struct service_row *r)
{
	const struct service_facet *f = r->facet;
	const struct service_home *key = find_key(j, f->broken, f->broken_n);
	const struct service *s = r->match->service;
	bool at_home = comes_from_home(r, key);
	if (at_home && !passes_somehow(f))
		set(r, SERVICE_UNKNOWN, SERVICE_WHY_FAILING);
	else if (key && !at_home && is_on_the_way(r))
		set(r, SERVICE_MAYBE_FORWARDED, SERVICE_WHY_BROKEN);
	else if (is_told(r->match) &&
		 (s->kind == SERVICE_FORWARDER || s->kind == SERVICE_GATEWAY))
		set(r, SERVICE_MAYBE_FORWARDED, SERVICE_WHY_UNSIGNED);
	else if (f->excused)
		set(r, SERVICE_MAYBE_FORWARDED, SERVICE_WHY_RECEIVER);
	else
		return false;
	return true;
}

static bool judge_service(struct service_row *r)
{
	if (is_told(&r->facet->match))
		set(r, SERVICE_NOT_ALIGNED, SERVICE_WHY_OTHER_NAME);
	else if (!is_told(&r->from->match))
		return false;
	else if (r->from->match.service->kind == SERVICE_MAILBOX)
		set(r, SERVICE_UNKNOWN, SERVICE_WHY_PLATFORM);
	else
		set(r, SERVICE_NOT_ALIGNED, SERVICE_WHY_ITS_HOST);
	return true;
}

/* --- what nothing explains --- */

static void judge_stranger(const struct judge *j, struct service_row *r)
{
	const struct service_facet *f = r->facet;
	set(r, SERVICE_UNKNOWN,
	    passes_somehow(f)                     ? SERVICE_WHY_STRANGER
	    : find_key(j, f->broken, f->broken_n) ? SERVICE_WHY_SELECTOR_ONLY
						  : SERVICE_WHY_NOTHING);
	if (!passes_somehow(f))
		r->from->nameless += r->messages;
}

static bool is_strange(const struct service_row *r)
{
	return r->class == SERVICE_UNKNOWN && r->why != SERVICE_WHY_PLATFORM &&
	       r->why != SERVICE_WHY_FAILING;
}

static int u64_cmp(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;
	return (*a > *b) - (*a < *b);
}

/* The network of so many leading bytes, as a number. */
static uint64_t network_of(const struct addr *a, size_t bytes)
{
	uint64_t n = a->kind;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | a->b[i];
	return n;
}

static size_t count_networks(const struct service_from *const *f, size_t n, bool wide,
			     uint64_t *room)
{
	size_t distinct = 0;
	for (size_t i = 0; i < n; i++) {
		const struct addr *at = &f[i]->source.address;
		bool v6 = at->kind == ADDR_V6;
		uint32_t as = f[i]->source.as;
		room[i] = wide && as ? AS_MARK | as
				     : network_of(at, wide ? (v6 ? 4 : 2) : (v6 ? 6 : 3));
	}
	qsort(room, n, sizeof(*room), u64_cmp);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || room[i] != room[i - 1];
	return distinct;
}

static uint64_t median_of(const struct service_from *const *f, size_t n, uint64_t *room)
{
	for (size_t i = 0; i < n; i++)
		room[i] = f[i]->nameless;
	qsort(room, n, sizeof(*room), u64_cmp);
	return room[n / 2];
}

/* Does nothing of note from it pass? One replayed mail excuses nobody. */
static bool never_passes(const struct service_from *f)
{
	return f->aligned * PASSES_SHARE < f->messages;
}

/* What stands out among so many sources is somebody; where many do, it is how they are.
 */
static uint64_t stands_out(const struct service_from *const *f, size_t n, uint64_t *room)
{
	uint64_t much = median_of(f, n, room) * ALONE_TIMES;
	size_t many = 0;
	much = much > ALONE_LEAST ? much : ALONE_LEAST;
	for (size_t i = 0; i < n; i++)
		many += f[i]->nameless >= much;
	return many <= ALONE_MOST ? much : UINT64_MAX;
}

/* A server that somebody forgot to name sends for weeks from one place; waves wander. */
static bool is_regular(const struct service_from *f)
{
	return f->nameless >= REGULAR && f->last_day - f->first_day >= REGULAR_DAYS;
}

static bool is_spread(const struct service_from *const *f, size_t n, uint64_t *room)
{
	return count_networks(f, n, true, room) >= NETWORKS ||
	       count_networks(f, n, false, room) >= NEIGHBOURS;
}

/* Sources that never pass and that nothing explains: where they are spread, those that do
 * not stand out among them are abuse. */
static void find_abusers(const struct judge *j, struct arena *a)
{
	const struct service_from **f = arena_array(a, j->d->from_n + 1, sizeof(*f));
	uint64_t *room = arena_array(a, j->d->from_n + 1, sizeof(*room));
	size_t n = 0;
	for (size_t i = 0; i < j->d->from_n; i++)
		if (j->d->from[i].nameless && never_passes(&j->d->from[i]) &&
		    !is_regular(&j->d->from[i]))
			f[n++] = &j->d->from[i];
	if (n == 0 || !is_spread(f, n, room))
		return;
	uint64_t much = stands_out(f, n, room);
	for (size_t i = 0; i < j->d->from_n; i++) {
		struct service_from *s = &j->d->from[i];
		s->abuses = s->nameless && never_passes(s) && s->nameless < much &&
			    !is_regular(s);
	}
}

struct sv service_mail_name(const struct service_mail *m)
{
	return m->signature_n ? m->signature[0].domain : m->return_path;
}

static int name_cmp(const void *x, const void *y)
{
	const struct sv *a = x, *b = y;
	return sv_cmp(*a, *b);
}

static size_t list_company(const struct judge *j, struct sv *out)
{
	size_t n = 0;
	for (size_t i = 0; i < j->d->row_n; i++) {
		const struct service_row *r = &j->d->row[i];
		if (is_strange(r) && r->from->abuses && passes_somehow(r->facet))
			out[n++] = service_mail_name(&r->facet->mail);
	}
	if (n)
		qsort(out, n, sizeof(*out), name_cmp);
	return n;
}

static void judge_abuse(const struct judge *j, struct arena *a)
{
	struct sv *company = arena_array(a, j->d->row_n + 1, sizeof(*company));
	size_t n = list_company(j, company);
	for (size_t i = 0; i < j->d->row_n; i++) {
		struct service_row *r = &j->d->row[i];
		if (!is_strange(r) || !never_passes(r->from))
			continue;
		struct sv name = service_mail_name(&r->facet->mail);
		if (r->from->abuses)
			set(r, SERVICE_ABUSE, SERVICE_WHY_SPREAD);
		else if (n && name.n &&
			 bsearch(&name, company, n, sizeof(name), name_cmp))
			set(r, SERVICE_ABUSE, SERVICE_WHY_COMPANY);
	}
}

/* --- lists --- */

/* Rows that are taken for forwarded by nothing but a name that passed beside a broken
 * signature. */
static bool is_by_name(const struct service_row *r)
{
	const struct service_facet *f = r->facet;
	return r->class == SERVICE_MAYBE_FORWARDED && r->why == SERVICE_WHY_BROKEN &&
	       !f->excused && !(is_told(r->match) && is_relay(r->match->service));
}

static int by_name_cmp(const void *x, const void *y)
{
	const struct service_row *const *a = x, *const *b = y;
	return sv_cmp(service_mail_name(&(*a)->facet->mail),
		      service_mail_name(&(*b)->facet->mail));
}

/* A list has its few hosts; a name that comes from all over is no list. */
static void judge_lists(const struct judge *j, struct arena *a)
{
	size_t n = 0, end;
	struct service_row **row = arena_array(a, j->d->row_n + 1, sizeof(*row));
	const struct service_from **f = arena_array(a, j->d->row_n + 1, sizeof(*f));
	uint64_t *room = arena_array(a, j->d->row_n + 1, sizeof(*room));
	for (size_t i = 0; i < j->d->row_n; i++)
		if (is_by_name(&j->d->row[i]))
			row[n++] = &j->d->row[i];
	if (n)
		qsort(row, n, sizeof(*row), by_name_cmp);
	for (size_t i = 0; i < n; i = end) {
		for (end = i; end < n && by_name_cmp(&row[i], &row[end]) == 0; end++)
			f[end - i] = row[end]->from;
		bool spread = is_spread(f, end - i, room);
		for (size_t k = i; spread && k < end; k++)
			set(row[k], SERVICE_ABUSE, SERVICE_WHY_SPREAD);
	}
}

/* --- all of it --- */

static void judge_row(const struct judge *j, struct service_row *r)
{
	if (judge_mark(j, r) || judge_aligned(r))
		return;
	if (j->d->parked)
		set(r, SERVICE_ABUSE, SERVICE_WHY_PARKED);
	else if (!judge_forwarded(j, r) && !judge_service(r))
		judge_stranger(j, r);
}

void service_judge(const struct service_domain *d, struct arena *a)
{
	struct judge j = { .d = d };
	for (size_t i = 0; i < d->row_n; i++) {
		struct service_row *r = &d->row[i];
		bool aligned = r->facet->dkim_aligned || r->facet->spf_aligned;
		r->match = service_better(&r->facet->match, &r->from->match);
		r->from->messages += r->messages;
		r->from->aligned += aligned ? r->messages : 0;
	}
	list_keys(&j, a);
	find_home(&j);
	for (size_t i = 0; i < d->row_n; i++)
		judge_row(&j, &d->row[i]);
	find_abusers(&j, a);
	judge_abuse(&j, a);
	judge_lists(&j, a);
}

/* --- words --- */

static const struct {
	const char *word, *what;
} classes[] = {
#define CLASS(id, word, what) { word, what },
#include "service/class.def"
#undef CLASS
}, whys[] = {
#define WHY(id, word, what) { word, what },
#include "service/why.def"
#undef WHY
};

bool service_class_named(struct sv word, enum service_class *out)
{
	for (int i = 0; i < SERVICE_CLASSES; i++)
		if (sv_eq(word, sv_from(classes[i].word))) {
			*out = (enum service_class)i;
			return true;
		}
	return false;
}

const char *service_class_word(enum service_class c)
{
	return classes[c].word;
}

const char *service_class_what(enum service_class c)
{
	return classes[c].what;
}

const char *service_why_word(enum service_why w)
{
	return whys[w].word;
}

const char *service_why_what(enum service_why w)
{
	return whys[w].what;
}
