/* SPDX-License-Identifier: Apache-2.0 */
#include "spf/record.h"

#include "base/arena.h"
#include "spf/spf_int.h"

/* What a mechanism may have behind its name (RFC 7208 5). */
enum form {
	FORM_NOTHING,
	FORM_NAME,       /* ":" domain-spec */
	FORM_MAYBE_NAME, /* the same, or nothing */
	FORM_HOSTS,      /* the same, and lengths of networks */
	FORM_ADDRESS
};

static const struct {
	struct sv name;
	enum spf_kind kind;
	enum form form;
} mechanisms[] = {
	{ SV_INIT("all"), SPF_ALL, FORM_NOTHING },
	{ SV_INIT("include"), SPF_INCLUDE, FORM_NAME },
	{ SV_INIT("a"), SPF_A, FORM_HOSTS },
	{ SV_INIT("mx"), SPF_MX, FORM_HOSTS },
	{ SV_INIT("ptr"), SPF_PTR, FORM_MAYBE_NAME },
	{ SV_INIT("ip4"), SPF_IP4, FORM_ADDRESS },
	{ SV_INIT("ip6"), SPF_IP6, FORM_ADDRESS },
	{ SV_INIT("exists"), SPF_EXISTS, FORM_NAME },
};

struct reader {
	struct spf_record *out;
	enum spf_why *why;
	struct sv *at;
};

static bool wrong(const struct reader *r, enum spf_why why, struct sv at)
{
	*r->why = why;
	*r->at = at;
	return false;
}

bool spf_is_record(struct sv text)
{
	struct sv version = SV("v=spf1");
	return sv_has_prefix_fold(text, version) &&
	       (text.n == version.n || text.p[version.n] == ' ');
}

/* Without zeros in front of it. */
static bool read_bits(struct sv s, unsigned most, unsigned *out)
{
	uint64_t n;
	if (!sv_to_u64(s, &n) || n > most || (s.n > 1 && s.p[0] == '0'))
		return false;
	*out = (unsigned)n;
	return true;
}

/* Takes "/24", "//64" or "/24//64" off the end. */
static bool take_bits(struct sv *s, struct spf_term *t)
{
	size_t end = s->n, at;
	for (at = s->n; at > 0 && ascii_is_digit(s->p[at - 1]);)
		at--;
	if (at > 1 && s->p[at - 1] == '/' && s->p[at - 2] == '/') {
		if (!read_bits(sv_sub(*s, at, end - at), 128, &t->bits6))
			return false;
		end = at - 2;
		for (at = end; at > 0 && ascii_is_digit(s->p[at - 1]);)
			at--;
	}
	if (at > 0 && at <= end && s->p[at - 1] == '/') {
		if (!read_bits(sv_sub(*s, at, end - at), 32, &t->bits4))
			return false;
		end = at - 1;
	}
	*s = sv_sub(*s, 0, end);
	return true;
}

static bool read_network(struct sv s, struct spf_term *t)
{
	bool v4 = t->kind == SPF_IP4;
	struct sv address = sv_sub(s, 0, sv_chr(s, '/'));
	unsigned *bits = v4 ? &t->bits4 : &t->bits6;
	if (address.n < s.n &&
	    !read_bits(sv_sub(s, address.n + 1, s.n), v4 ? 32 : 128, bits))
		return false;
	/* A mapped address (::ffff:192.0.2.1) is IPv4, and no IPv6 client has it. */
	return addr_parse(address, &t->network) &&
	       (sv_chr(address, ':') < address.n) == !v4;
}

/* `s` is what stands behind the name. */
static bool read_form(const struct reader *r, enum form form, struct sv s,
		      struct spf_term *t)
{
	if (form == FORM_HOSTS && !take_bits(&s, t))
		return wrong(r, SPF_WHY_BAD_ADDRESS, t->text);
	if (s.n == 0)
		return form == FORM_NOTHING || form == FORM_MAYBE_NAME ||
		       form == FORM_HOSTS || wrong(r, SPF_WHY_BAD_TERM, t->text);
	if (form == FORM_NOTHING || s.p[0] != ':')
		return wrong(r, SPF_WHY_BAD_TERM, t->text);
	s = sv_sub(s, 1, s.n);
	if (form == FORM_ADDRESS)
		return read_network(s, t) || wrong(r, SPF_WHY_BAD_ADDRESS, t->text);
	if (!spf_macros_are_valid(s, false))
		return wrong(r, SPF_WHY_BAD_MACRO, t->text);
	t->domain = s;
	return spf_is_domain_spec(s) || wrong(r, SPF_WHY_BAD_NAME, t->text);
}

static bool read_qualifier(struct sv *s, enum spf_result *out)
{
	*out = SPF_PASS;
	switch (s->p[0]) {
	case '+':
		break;
	case '-':
		*out = SPF_FAIL;
		break;
	case '~':
		*out = SPF_SOFTFAIL;
		break;
	case '?':
		*out = SPF_NEUTRAL;
		break;
	default:
		return false;
	}
	*s = sv_sub(*s, 1, s->n);
	return true;
}

static bool read_mechanism(const struct reader *r, struct sv s, struct spf_term *t)
{
	size_t n = 0;
	(void)read_qualifier(&s, &t->result);
	while (n < s.n && s.p[n] != ':' && s.p[n] != '/')
		n++;
	struct sv name = sv_take(&s, n);
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++)
		if (sv_eq_fold(name, mechanisms[i].name)) {
			t->kind = mechanisms[i].kind;
			r->out->has_all = r->out->has_all || t->kind == SPF_ALL;
			return read_form(r, mechanisms[i].form, s, t);
		}
	return wrong(r, SPF_WHY_UNKNOWN_TERM, t->text);
}

/* A modifier's name ends before the "="; 0: it is none. */
static size_t modifier_name(struct sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '=')
			return i;
		bool letter = ascii_is_alnum(c) && !ascii_is_digit(c);
		bool later = ascii_is_digit(c) || c == '-' || c == '_' || c == '.';
		if (!letter && !(i && later))
			return 0;
	}
	return 0;
}

static bool read_modifier(const struct reader *r, struct sv s, size_t name,
			  struct spf_term *t)
{
	const struct spf_term **only = NULL;
	struct sv key = sv_sub(s, 0, name), value = sv_sub(s, name + 1, s.n);
	t->kind = SPF_MODIFIER;
	t->domain = value;
	if (sv_eq_fold(key, SV("redirect"))) {
		t->kind = SPF_REDIRECT;
		only = &r->out->redirect;
	} else if (sv_eq_fold(key, SV("exp"))) {
		t->kind = SPF_EXP;
		only = &r->out->exp;
	}
	if (only && *only)
		return wrong(r, SPF_WHY_TWICE, t->text);
	if (!spf_macros_are_valid(value, false))
		return wrong(r, SPF_WHY_BAD_MACRO, t->text);
	if (!only)
		return true;
	*only = t;
	return spf_is_domain_spec(value) || wrong(r, SPF_WHY_BAD_NAME, t->text);
}

static bool read_term(const struct reader *r, struct sv s, struct spf_term *t)
{
	size_t name = modifier_name(s);
	*t = (struct spf_term){ .text = s, .bits4 = 32, .bits6 = 128 };
	return name ? read_modifier(r, s, name, t) : read_mechanism(r, s, t);
}

bool spf_record_read(struct sv text, struct arena *a, struct spf_record *out,
		     enum spf_why *why, struct sv *at)
{
	const struct reader r = { out, why, at };
	*out = (struct spf_record){ 0 };
	*at = text;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~')
			return wrong(&r, SPF_WHY_NOT_ASCII, sv_sub(text, i, 1));
	out->term = arena_array(a, text.n / 2 + 1, sizeof(*out->term));
	text = sv_sub(text, 6, text.n);
	while (text.n) {
		size_t n = sv_chr(text, ' ');
		struct sv term = sv_sub(text, 0, n);
		text = sv_sub(text, n + 1, text.n);
		if (term.n && !read_term(&r, term, &out->term[out->n++]))
			return false;
	}
	return true;
}
