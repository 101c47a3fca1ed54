/* SPDX-License-Identifier: Apache-2.0 */
#include "spf/record.h"

#include "base/arena.h"
#include "spf/spf_int.h"

#include <string.h>

/* One check: what RFC 7208 4.6.4 counts, it counts over all records. */
struct check {
	const struct spf_question *q;
	struct dns_asker *dns;
	struct arena *a;
	struct spf_answer *out;
	struct spf_macros m;
	struct sv validated; /* %{p} */
	bool has_validated;
};

/* One record being evaluated. */
struct frame {
	struct sv domain;
	unsigned depth;
	bool included; /* by a record of somebody else, whose words it does not speak */
	struct spf_record r;
};

/* What became of a term. */
enum outcome {
	NO_MATCH,
	MATCH,
	ENDED /* the check, with *result */
};

static void tell(struct check *c, const struct frame *f, enum spf_event event,
		 struct sv text, struct sv detail)
{
	if (c->out->step_n == SPF_STEPS)
		return;
	c->out->step[c->out->step_n++] = (struct spf_step){ .event = event,
							    .why = c->out->why,
							    .depth = f->depth,
							    .domain = f->domain,
							    .text = text,
							    .detail = detail,
							    .lookups = c->out->lookups,
							    .voids = c->out->voids };
}

static enum outcome end(struct check *c, const struct frame *f, enum spf_result result,
			enum spf_why why, struct sv at, enum spf_result *out)
{
	c->out->why = why;
	*out = result;
	tell(c, f, SPF_FAULT, at, SV(""));
	return ENDED;
}

/* --- names --- */

/* Of several labels, each of letters, digits, hyphens and underscores. */
static bool is_domain(struct sv s)
{
	size_t dots = 0, label = 0;
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '.') {
			if (label == 0)
				return false;
			dots++;
			label = 0;
			continue;
		}
		if (!ascii_is_alnum(c) && c != '-' && c != '_')
			return false;
		if (++label > 63)
			return false;
	}
	return dots && label && s.n <= 253;
}

static const struct dns_answer *ask(struct check *c, struct sv name, enum dns_type type)
{
	return dns_ask(c->dns, name, type);
}

static bool failed(const struct dns_answer *a)
{
	return a->status == DNS_FAILED || a->status == DNS_TIMED_OUT;
}

static enum dns_type family(const struct check *c)
{
	return c->q->ip.kind == ADDR_V6 ? DNS_AAAA : DNS_A;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;
	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* --- limits --- */

/* Counts a term that asks the DNS. */
static bool may_look_up(struct check *c)
{
	return ++c->out->lookups <= SPF_LOOKUPS;
}

/* A name that is not there counts; one that has but addresses of the other kind does not,
 * or dual-stack hosts would fail at the side that they do not use. */
static bool is_void(struct check *c, struct sv name, enum dns_type type,
		    const struct dns_answer *a)
{
	if (a->status == DNS_NO_NAME)
		return true;
	if (a->status != DNS_NO_DATA || (type != DNS_A && type != DNS_AAAA))
		return a->status == DNS_NO_DATA;
	return ask(c, name, type == DNS_A ? DNS_AAAA : DNS_A)->status != DNS_FOUND;
}

static bool count_void(struct check *c, struct sv name, enum dns_type type,
		       const struct dns_answer *a)
{
	if (is_void(c, name, type, a))
		c->out->voids++;
	return c->out->voids <= SPF_VOIDS;
}

/* --- %{p}, ptr --- */

/* Names of the address that lead back to it (5.5), the first few. */
static size_t validated_names(struct check *c, struct sv *name,
			      const struct dns_answer **ptr)
{
	size_t n = 0;
	*ptr = ask(c, dns_reverse_name(&c->q->ip, c->a), DNS_PTR);
	for (size_t i = 0; i < (*ptr)->n && i < SPF_NAMES; i++)
		dns_ahead(c->dns, (*ptr)->record[i], family(c));
	for (size_t i = 0; i < (*ptr)->n && i < SPF_NAMES; i++) {
		const struct dns_answer *back = ask(c, (*ptr)->record[i], family(c));
		for (size_t k = 0; k < back->n; k++)
			if (memcmp(back->record[k].p, c->q->ip.b, addr_len(&c->q->ip)) ==
			    0) {
				name[n++] = (*ptr)->record[i];
				break;
			}
	}
	return n;
}

static bool is_at_or_below(struct sv name, struct sv domain)
{
	return sv_has_suffix_fold(name, domain) &&
	       (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

/* The domain's own before one below it before any (7.3). */
static struct sv find_validated(void *ctx)
{
	struct check *c = ctx;
	struct sv name[SPF_NAMES], best = SV("unknown");
	const struct dns_answer *ptr;
	int rank = 0;
	if (c->has_validated)
		return c->validated;
	size_t n = validated_names(c, name, &ptr);
	for (size_t i = 0; i < n; i++) {
		int r = sv_eq_fold(name[i], c->m.domain)       ? 3
			: is_at_or_below(name[i], c->m.domain) ? 2
							       : 1;
		if (r > rank) {
			rank = r;
			best = arena_sv(c->a, name[i]);
		}
	}
	c->has_validated = true;
	c->validated = best;
	return best;
}

/* --- mechanisms --- */

/* In the DNS's form, as names of answers are. */
static struct sv target(struct check *c, const struct frame *f, const struct spf_term *t)
{
	c->m.domain = f->domain;
	return t->domain.n
		       ? dns_name_text(spf_expand_domain(&c->m, t->domain, c->a), c->a)
		       : f->domain;
}

static struct sv address_text(struct check *c, struct sv bytes)
{
	struct addr a = { .kind = bytes.n == 4 ? ADDR_V4 : ADDR_V6 };
	char text[ADDR_TEXT];
	memcpy(a.b, bytes.p, bytes.n);
	return arena_sv(c->a, sv_from(addr_format(&a, text)));
}

/* Is the client one of a host's addresses, or of the networks around them? */
static enum outcome match_host(struct check *c, const struct frame *f,
			       const struct spf_term *t, struct sv host,
			       enum spf_result *result)
{
	const struct dns_answer *a = ask(c, host, family(c));
	unsigned bits = c->q->ip.kind == ADDR_V6 ? t->bits6 : t->bits4;
	if (failed(a))
		return end(c, f, SPF_TEMPERROR, SPF_WHY_DNS, t->text, result);
	if (!count_void(c, host, family(c), a))
		return end(c, f, SPF_PERMERROR, SPF_WHY_VOIDS, t->text, result);
	for (size_t i = 0; i < a->n; i++)
		if (same_bits((const uint8_t *)a->record[i].p, c->q->ip.b, bits)) {
			tell(c, f, SPF_MATCH, t->text, address_text(c, a->record[i]));
			return MATCH;
		}
	return NO_MATCH;
}

/* "10 mail.example": the name. */
static struct sv host_of(struct sv mx)
{
	return sv_sub(mx, sv_chr(mx, ' ') + 1, mx.n);
}

static enum outcome match_mx(struct check *c, const struct frame *f,
			     const struct spf_term *t, struct sv domain,
			     enum spf_result *result)
{
	const struct dns_answer *a = ask(c, domain, DNS_MX);
	if (failed(a))
		return end(c, f, SPF_TEMPERROR, SPF_WHY_DNS, t->text, result);
	if (!count_void(c, domain, DNS_MX, a))
		return end(c, f, SPF_PERMERROR, SPF_WHY_VOIDS, t->text, result);
	if (a->n > SPF_NAMES)
		return end(c, f, SPF_PERMERROR, SPF_WHY_MX_NAMES, t->text, result);
	for (size_t i = 0; i < a->n; i++)
		dns_ahead(c->dns, host_of(a->record[i]), family(c));
	for (size_t i = 0; i < a->n; i++) {
		enum outcome o = match_host(c, f, t, host_of(a->record[i]), result);
		if (o != NO_MATCH)
			return o;
	}
	return NO_MATCH;
}

static enum outcome match_ptr(struct check *c, const struct frame *f,
			      const struct spf_term *t, struct sv domain,
			      enum spf_result *result)
{
	struct sv name[SPF_NAMES];
	const struct dns_answer *ptr;
	size_t n = validated_names(c, name, &ptr);
	/* An error is no match (5.5). */
	if (!count_void(c, SV(""), DNS_PTR, ptr))
		return end(c, f, SPF_PERMERROR, SPF_WHY_VOIDS, t->text, result);
	for (size_t i = 0; i < n; i++)
		if (is_at_or_below(name[i], domain)) {
			tell(c, f, SPF_MATCH, t->text, arena_sv(c->a, name[i]));
			return MATCH;
		}
	return NO_MATCH;
}

static enum outcome match_exists(struct check *c, const struct frame *f,
				 const struct spf_term *t, struct sv name,
				 enum spf_result *result)
{
	const struct dns_answer *a = ask(c, name, DNS_A);
	if (failed(a))
		return end(c, f, SPF_TEMPERROR, SPF_WHY_DNS, t->text, result);
	if (a->status != DNS_FOUND && ++c->out->voids > SPF_VOIDS)
		return end(c, f, SPF_PERMERROR, SPF_WHY_VOIDS, t->text, result);
	if (a->status != DNS_FOUND)
		return NO_MATCH;
	tell(c, f, SPF_MATCH, t->text, name);
	return MATCH;
}

static enum outcome match_network(struct check *c, const struct frame *f,
				  const struct spf_term *t)
{
	unsigned bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6;
	if (t->network.kind != c->q->ip.kind ||
	    !same_bits(t->network.b, c->q->ip.b, bits))
		return NO_MATCH;
	tell(c, f, SPF_MATCH, t->text, SV(""));
	return MATCH;
}

static enum spf_result evaluate(struct check *c, struct sv domain, unsigned depth,
				bool included);

/* The table of 5.2. */
static enum outcome match_include(struct check *c, const struct frame *f,
				  const struct spf_term *t, struct sv domain,
				  enum spf_result *result)
{
	enum spf_result r = evaluate(c, domain, f->depth + 1, true);
	switch (r) {
	case SPF_PASS:
		tell(c, f, SPF_MATCH, t->text, domain);
		return MATCH;
	case SPF_TEMPERROR:
	case SPF_PERMERROR:
		*result = r;
		return ENDED;
	case SPF_NONE:
		return end(c, f, SPF_PERMERROR, SPF_WHY_INCLUDE_NONE, t->text, result);
	case SPF_NEUTRAL:
	case SPF_FAIL:
	case SPF_SOFTFAIL:
	default:
		return NO_MATCH;
	}
}

static bool asks_dns(enum spf_kind k)
{
	return k == SPF_INCLUDE || k == SPF_A || k == SPF_MX || k == SPF_PTR ||
	       k == SPF_EXISTS;
}

static enum outcome try_term(struct check *c, const struct frame *f,
			     const struct spf_term *t, enum spf_result *result)
{
	if (asks_dns(t->kind) && !may_look_up(c))
		return end(c, f, SPF_PERMERROR, SPF_WHY_LOOKUPS, t->text, result);
	struct sv name = asks_dns(t->kind) ? target(c, f, t) : SV("");
	switch (t->kind) {
	case SPF_ALL:
		tell(c, f, SPF_MATCH, t->text, SV(""));
		return MATCH;
	case SPF_INCLUDE:
		return match_include(c, f, t, name, result);
	case SPF_A:
		return match_host(c, f, t, name, result);
	case SPF_MX:
		return match_mx(c, f, t, name, result);
	case SPF_PTR:
		return match_ptr(c, f, t, name, result);
	case SPF_IP4:
	case SPF_IP6:
		return match_network(c, f, t);
	case SPF_EXISTS:
		return match_exists(c, f, t, name, result);
	case SPF_REDIRECT:
	case SPF_EXP:
	case SPF_MODIFIER:
	default:
		return NO_MATCH;
	}
}

/* --- a record --- */

/* The one SPF record among the texts of a name (4.5). */
static enum outcome select_record(struct check *c, const struct frame *f, struct sv *out,
				  enum spf_result *result)
{
	const struct dns_answer *a = ask(c, f->domain, DNS_TXT);
	size_t n = 0;
	if (failed(a))
		return end(c, f, SPF_TEMPERROR, SPF_WHY_DNS, f->domain, result);
	for (size_t i = 0; i < a->n; i++)
		if (spf_is_record(a->record[i])) {
			*out = arena_sv(c->a, a->record[i]);
			n++;
		}
	if (n > 1)
		return end(c, f, SPF_PERMERROR, SPF_WHY_TWO_RECORDS, f->domain, result);
	if (n == 0)
		return end(c, f, SPF_NONE, SPF_WHY_NO_RECORD, f->domain, result);
	return MATCH;
}

/* The owner's own words (6.2): where anything is wrong there are none. */
static void explain(struct check *c, const struct frame *f)
{
	struct buf b;
	const struct dns_answer *a;
	if (!f->r.exp || f->included)
		return;
	a = ask(c, target(c, f, f->r.exp), DNS_TXT);
	if (a->n != 1 || !spf_macros_are_valid(a->record[0], true))
		return;
	buf_init(&b, 1024);
	c->m.domain = f->domain;
	spf_expand(&c->m, a->record[0], &b);
	if (!b.over)
		c->out->explanation = arena_sv(c->a, buf_sv(&b));
	buf_deinit(&b);
}

static enum spf_result redirect(struct check *c, const struct frame *f)
{
	const struct spf_term *t = f->r.redirect;
	enum spf_result r;
	if (!may_look_up(c)) {
		(void)end(c, f, SPF_PERMERROR, SPF_WHY_LOOKUPS, t->text, &r);
		return r;
	}
	r = evaluate(c, target(c, f, t), f->depth + 1, f->included);
	if (r == SPF_NONE)
		(void)end(c, f, SPF_PERMERROR, SPF_WHY_INCLUDE_NONE, t->text, &r);
	return r;
}

static enum spf_result try_terms(struct check *c, const struct frame *f)
{
	enum spf_result result = SPF_NEUTRAL;
	for (size_t i = 0; i < f->r.n; i++) {
		const struct spf_term *t = &f->r.term[i];
		enum outcome o = try_term(c, f, t, &result);
		if (o == ENDED) {
			c->out->term = t->text;
			return result;
		}
		if (o == MATCH) {
			c->out->term = t->text;
			c->out->why = SPF_WHY_MATCHED;
			if (t->result == SPF_FAIL)
				explain(c, f);
			return t->result;
		}
		if (t->kind < SPF_REDIRECT)
			tell(c, f, SPF_NO_MATCH, t->text, SV(""));
	}
	if (f->r.redirect && !f->r.has_all)
		return redirect(c, f);
	c->out->why = SPF_WHY_NOTHING_MATCHED;
	c->out->term = SV("");
	return SPF_NEUTRAL;
}

static enum spf_result evaluate(struct check *c, struct sv domain, unsigned depth,
				bool included)
{
	struct frame f = { .domain = domain, .depth = depth, .included = included };
	struct sv text = SV(""), at;
	enum spf_result result;
	enum spf_why why;
	if (select_record(c, &f, &text, &result) == ENDED)
		return result;
	tell(c, &f, SPF_RECORD, text, SV(""));
	if (!spf_record_read(text, c->a, &f.r, &why, &at)) {
		(void)end(c, &f, SPF_PERMERROR, why, at, &result);
		return result;
	}
	return try_terms(c, &f);
}

/* The reverse-path in its parts (RFC 7208 2.4, 4.3). */
static void split_sender(struct check *c)
{
	const struct spf_question *q = c->q;
	struct sv path = q->mail_from, local = SV("");
	size_t at = path.n;
	while (at > 0 && path.p[at - 1] != '@')
		at--;
	if (at > 0)
		local = sv_sub(path, 0, at - 1);
	c->m.local = local.n ? local : SV("postmaster");
	c->m.sender_domain = path.n ? sv_sub(path, at, path.n) : q->helo;
	if (c->m.sender_domain.n && c->m.sender_domain.p[c->m.sender_domain.n - 1] == '.')
		c->m.sender_domain.n--;
	const struct sv part[] = { c->m.local, c->m.sender_domain };
	c->m.sender = arena_join(c->a, part, 2, '@');
}

void spf_check(const struct spf_question *q, struct dns_asker *k, struct arena *a,
	       struct spf_answer *out)
{
	struct check c = { .q = q, .dns = k, .a = a, .out = out };
	*out = (struct spf_answer){ .step = arena_array(a, SPF_STEPS,
							sizeof(*out->step)) };
	c.m = (struct spf_macros){ .q = q, .validated = find_validated, .ctx = &c };
	split_sender(&c);
	out->domain = c.m.sender_domain;
	if (!is_domain(out->domain)) {
		out->why = SPF_WHY_NO_DOMAIN;
		out->result = SPF_NONE;
		return;
	}
	out->result = evaluate(&c, out->domain, 0, false);
}
