/* SPDX-License-Identifier: Apache-2.0 */
#include "service/match.h"

#include "base/arena.h"
#include "service/pattern.h"

#include <stdlib.h>
#include <string.h>

/* One pattern of a fact. Patterns are found by their tail: the labels at the end that
 * hold no wildcard. */
struct entry {
	struct sv tail, pattern;
	const struct service *service;
	const struct service_fact *fact;
};

struct network {
	struct addr address;
	unsigned bits;
	const struct service *service;
	const struct service_fact *fact;
};

struct as_number {
	uint32_t as;
	const struct service *service;
	const struct service_fact *fact;
};

struct service_index {
	struct entry *entry; /* by key, then tail */
	size_t n;
	struct network *network;
	size_t network_n;
	struct as_number *as;
	size_t as_n;
	size_t first[SERVICE_KEYS + 1]; /* of the entries of a key */
};

/* --- making it --- */

static struct sv tail_of(struct sv pattern)
{
	size_t wild = 0;
	for (size_t i = 0; i < pattern.n; i++)
		if (memchr("*#[]<>{}?", pattern.p[i], 9))
			wild = i + 1;
	if (wild == 0)
		return pattern;
	struct sv rest = sv_sub(pattern, wild, pattern.n);
	size_t dot = sv_chr(rest, '.');
	return sv_sub(rest, dot + 1, rest.n);
}

static int fold_cmp(struct sv a, struct sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	for (size_t i = 0; i < n; i++) {
		int d = (unsigned char)ascii_lower(a.p[i]) -
			(unsigned char)ascii_lower(b.p[i]);
		if (d)
			return d;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static int entry_cmp(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	if (a->fact->key != b->fact->key)
		return a->fact->key < b->fact->key ? -1 : 1;
	int d = fold_cmp(a->tail, b->tail);
	if (d)
		return d;
	d = sv_cmp(a->service->id, b->service->id);
	return d ? d : sv_cmp(a->pattern, b->pattern);
}

static size_t count_words(const struct service_catalogue *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->service[i].fact_n; k++) {
			struct sv v = c->service[i].fact[k].value;
			while (pattern_next(&v).n)
				n++;
		}
	return n;
}

static void add_patterns(struct service_index *ix, const struct service *s,
			 const struct service_fact *f)
{
	struct sv v = f->value, word;
	/* A selector that is bound to a d= tells no more than that d= does. */
	if (sv_chr(v, '@') < v.n)
		return;
	while ((word = pattern_next(&v)).n)
		ix->entry[ix->n++] = (struct entry){ tail_of(word), word, s, f };
}

static void add_networks(struct service_index *ix, const struct service *s,
			 const struct service_fact *f)
{
	struct sv v = f->value, word;
	while ((word = pattern_next(&v)).n) {
		struct network *n = &ix->network[ix->network_n];
		uint64_t bits;
		struct sv address = sv_take_until(&word, '/');
		if (!addr_parse(address, &n->address) || !sv_to_u64(word, &bits))
			continue;
		n->bits = (unsigned)bits;
		n->service = s;
		n->fact = f;
		ix->network_n++;
	}
}

static void add_numbers(struct service_index *ix, const struct service *s,
			const struct service_fact *f)
{
	struct sv v = f->value, word;
	uint64_t n;
	while ((word = pattern_next(&v)).n)
		if (sv_to_u64(word, &n))
			ix->as[ix->as_n++] = (struct as_number){ (uint32_t)n, s, f };
}

static bool is_pattern(enum service_key k)
{
	return k == SERVICE_KEY_PTR || k == SERVICE_KEY_DKIM ||
	       k == SERVICE_KEY_SELECTOR || k == SERVICE_KEY_TARGET ||
	       k == SERVICE_KEY_RETURN_PATH;
}

struct service_index *service_index_new(const struct service_catalogue *c,
					struct arena *a)
{
	struct service_index *ix = arena_alloc(a, sizeof(*ix));
	size_t words = count_words(c);
	*ix = (struct service_index){ 0 };
	ix->entry = arena_array(a, words + 1, sizeof(*ix->entry));
	ix->network = arena_array(a, words + 1, sizeof(*ix->network));
	ix->as = arena_array(a, words + 1, sizeof(*ix->as));
	for (size_t i = 0; i < c->n; i++) {
		const struct service *s = &c->service[i];
		for (size_t k = 0; k < s->fact_n; k++)
			if (is_pattern(s->fact[k].key))
				add_patterns(ix, s, &s->fact[k]);
			else if (s->fact[k].key == SERVICE_KEY_NETWORK)
				add_networks(ix, s, &s->fact[k]);
			else if (s->fact[k].key == SERVICE_KEY_AS)
				add_numbers(ix, s, &s->fact[k]);
	}
	if (ix->n)
		qsort(ix->entry, ix->n, sizeof(*ix->entry), entry_cmp);
	for (size_t k = 0, at = 0; k <= SERVICE_KEYS; k++) {
		while (at < ix->n && (size_t)ix->entry[at].fact->key < k)
			at++;
		ix->first[k] = at;
	}
	return ix;
}

/* --- asking it --- */

static bool is_platform(const struct service *s)
{
	return s->kind == SERVICE_TRANSACTIONAL || s->kind == SERVICE_MAILBOX;
}

/* What somebody read before what nobody did; who rides on a platform before that. */
static bool tells_more(const struct service_match *a, const struct service_match *b)
{
	if (!b->service)
		return true;
	if ((a->trust == SERVICE_HINT) != (b->trust == SERVICE_HINT))
		return b->trust == SERVICE_HINT;
	return is_platform(b->service) && !is_platform(a->service);
}

static void offer(struct service_match *best, struct service_match m)
{
	if (!m.fact->source.n)
		m.trust = SERVICE_HINT;
	if (tells_more(&m, best))
		*best = m;
}

static size_t first_of(const struct service_index *ix, enum service_key key,
		       struct sv tail)
{
	size_t from = ix->first[key], to = ix->first[key + 1];
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (fold_cmp(ix->entry[mid].tail, tail) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* A name held against the patterns of a key. */
struct ask {
	enum service_key key;
	enum service_by by;
	enum service_trust trust;
	bool exact; /* what lies below a pattern is not its own */
	bool own;   /* the name lies in a domain of the client */
};

/* What ends in a <word> is a shape of the customer's names, and of no others. */
static bool fits(const struct entry *e, const struct ask *q, struct sv name)
{
	bool customer = e->pattern.p[e->pattern.n - 1] == '>';
	if (q->key == SERVICE_KEY_RETURN_PATH && customer != q->own)
		return false;
	return q->exact ? pattern_matches(e->pattern, name)
			: pattern_is_below(e->pattern, name);
}

static void ask_tail(const struct service_index *ix, const struct ask *q, struct sv tail,
		     struct sv name, struct service_match *best)
{
	for (size_t i = first_of(ix, q->key, tail); i < ix->first[q->key + 1]; i++) {
		const struct entry *e = &ix->entry[i];
		if (fold_cmp(e->tail, tail) != 0)
			return;
		if (fits(e, q, name))
			offer(best, (struct service_match){ e->service, q->by, q->trust,
							    e->fact, name });
	}
}

/* Each tail that the name has, the whole name first. */
static void ask(const struct service_index *ix, const struct ask *q, struct sv name,
		struct service_match *best)
{
	struct sv tail = name;
	while (tail.n) {
		ask_tail(ix, q, tail, name, best);
		tail = sv_sub(tail, sv_chr(tail, '.') + 1, tail.n);
	}
	if (name.n)
		ask_tail(ix, q, tail, name, best);
}

static void by_target(const struct service_index *ix, const struct service_mail *s,
		      struct service_match *out)
{
	static const struct ask q = { SERVICE_KEY_TARGET, SERVICE_BY_TARGET, SERVICE_SURE,
				      .exact = true };
	for (size_t i = 0; i < s->signature_n; i++)
		if (s->signature[i].own)
			ask(ix, &q, s->signature[i].target, out);
}

static void by_selector(const struct service_index *ix, const struct service_mail *s,
			struct service_match *out)
{
	static const struct ask q = { SERVICE_KEY_SELECTOR, SERVICE_BY_SELECTOR,
				      SERVICE_LIKELY, .exact = true };
	for (size_t i = 0; i < s->signature_n; i++)
		if (s->signature[i].own && !s->signature[i].target.n)
			ask(ix, &q, s->signature[i].selector, out);
}

static void by_dkim(const struct service_index *ix, const struct service_mail *s,
		    struct service_match *out)
{
	/* The domain that its hosts are named in is its own, too. */
	static const struct ask host = { .key = SERVICE_KEY_PTR,
					 .by = SERVICE_BY_DKIM,
					 .trust = SERVICE_SURE };
	static const struct ask q = { .key = SERVICE_KEY_DKIM,
				      .by = SERVICE_BY_DKIM,
				      .trust = SERVICE_SURE };
	for (size_t i = 0; i < s->signature_n; i++)
		if (!s->signature[i].own) {
			ask(ix, &q, s->signature[i].domain, out);
			ask(ix, &host, s->signature[i].domain, out);
		}
}

static void by_return_path(const struct service_index *ix, const struct service_mail *s,
			   struct service_match *out)
{
	const struct ask q = { SERVICE_KEY_RETURN_PATH, SERVICE_BY_RETURN_PATH,
			       s->return_path_own ? SERVICE_LIKELY : SERVICE_SURE,
			       .own = s->return_path_own };
	const struct ask host = { .key = SERVICE_KEY_PTR,
				  .by = SERVICE_BY_RETURN_PATH,
				  .trust = SERVICE_SURE };
	ask(ix, &q, s->return_path, out);
	if (!s->return_path_own)
		ask(ix, &host, s->return_path, out);
}

static void by_host(const struct service_index *ix, const struct service_source *s,
		    struct service_match *out)
{
	static const struct ask q = { .key = SERVICE_KEY_PTR,
				      .by = SERVICE_BY_HOST,
				      .trust = SERVICE_SURE };
	for (size_t i = 0; i < s->host_n; i++)
		ask(ix, &q, s->host[i], out);
}

static bool is_in(const struct addr *a, const struct network *n)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;
	if (a->kind != n->address.kind || memcmp(a->b, n->address.b, whole) != 0)
		return false;
	return rest == 0 || (a->b[whole] ^ n->address.b[whole]) >> (8 - rest) == 0;
}

static void by_network(const struct service_index *ix, const struct service_source *s,
		       struct service_match *out)
{
	for (size_t i = 0; i < ix->network_n; i++) {
		const struct network *n = &ix->network[i];
		if (is_in(&s->address, n))
			offer(out,
			      (struct service_match){ n->service, SERVICE_BY_NETWORK,
						      SERVICE_LIKELY, n->fact, SV("") });
	}
}

/* An AS holds other hosts too. */
static void by_as(const struct service_index *ix, const struct service_source *s,
		  struct service_match *out)
{
	for (size_t i = 0; s->as && i < ix->as_n; i++)
		if (ix->as[i].as == s->as)
			offer(out, (struct service_match){ ix->as[i].service,
							   SERVICE_BY_AS, SERVICE_LIKELY,
							   ix->as[i].fact, SV("") });
}

/* Carriers below, hints last. */
static int rank(const struct service_match *m)
{
	if (!m->service)
		return 0;
	if (m->trust == SERVICE_HINT)
		return 1;
	return m->service->kind == SERVICE_TRANSACTIONAL ? 2 : 3;
}

/* The first way that tells; but who rides on a carrier before that, and a hint only where
 * no way tells more. */
static void settle(struct service_match *out, const struct service_match *way, size_t n)
{
	*out = (struct service_match){ 0 };
	for (size_t i = 0; i < n; i++)
		if (rank(&way[i]) > rank(out))
			*out = way[i];
}

void service_of_mail(const struct service_index *ix, const struct service_mail *m,
		     struct service_match *out)
{
	struct service_match way[4] = { { 0 } };
	by_target(ix, m, &way[0]);
	by_selector(ix, m, &way[1]);
	by_dkim(ix, m, &way[2]);
	by_return_path(ix, m, &way[3]);
	settle(out, way, 4);
}

void service_of_source(const struct service_index *ix, const struct service_source *s,
		       struct service_match *out)
{
	struct service_match way[3] = { { 0 } };
	by_host(ix, s, &way[0]);
	by_network(ix, s, &way[1]);
	by_as(ix, s, &way[2]);
	settle(out, way, 3);
}

const struct service_match *service_better(const struct service_match *mail,
					   const struct service_match *source)
{
	bool hint = mail->trust == SERVICE_HINT && source->trust != SERVICE_HINT;
	return mail->service && !(hint && source->service) ? mail : source;
}

static const char *const by_words[] = {
	[SERVICE_BY_NONE] = "nothing",
	[SERVICE_BY_TARGET] = "the CNAME of the domain's DKIM key",
	[SERVICE_BY_SELECTOR] = "the DKIM selector",
	[SERVICE_BY_DKIM] = "its DKIM signature",
	[SERVICE_BY_RETURN_PATH] = "its return-path",
	[SERVICE_BY_HOST] = "the host's name",
	[SERVICE_BY_NETWORK] = "its published network",
	[SERVICE_BY_AS] = "its network's number (AS)",
};

const char *service_by_words(enum service_by by)
{
	return by_words[by];
}

const char *service_trust_word(enum service_trust t)
{
	static const char *const words[] = { "hint", "likely", "sure" };
	return words[t];
}
