/* SPDX-License-Identifier: Apache-2.0 */
#include "spf/spf_int.h"

#include "base/arena.h"

#include <string.h>

enum {
	PARTS = 128,     /* of a value, between delimiters; a name has no more labels */
	NAME_MOST = 253, /* RFC 7208 7.3 */
	VALUE_MOST = 4096
};

/* "%{ir-}": what it stands for, and how it is cut up. */
struct macro {
	char letter;    /* lower case */
	bool escape;    /* it was an upper case one */
	uint64_t right; /* so many parts from the right; 0: all */
	bool reverse;
	struct sv delimiters;
};

static bool is_delimiter(char c)
{
	return c && memchr(".-+,/_=", c, 7);
}

/* Behind "%{"; takes the "}" too. */
static bool take_macro(struct sv *s, struct macro *m)
{
	size_t end = sv_chr(*s, '}'), digits = 0;
	struct sv in = sv_sub(*s, 0, end);
	if (end == s->n || in.n == 0)
		return false;
	*s = sv_sub(*s, end + 1, s->n);
	char letter = sv_take(&in, 1).p[0];
	*m = (struct macro){ .letter = ascii_lower(letter),
			     .escape = letter != ascii_lower(letter) };
	if (!memchr("slodiphcrtv", m->letter, 11))
		return false;
	while (digits < in.n && ascii_is_digit(in.p[digits]))
		digits++;
	if (digits && (!sv_to_u64(sv_take(&in, digits), &m->right) || m->right == 0))
		return false;
	if (in.n && ascii_lower(in.p[0]) == 'r') {
		m->reverse = true;
		(void)sv_take(&in, 1);
	}
	m->delimiters = in;
	for (size_t i = 0; i < in.n; i++)
		if (!is_delimiter(in.p[i]))
			return false;
	return true;
}

static bool is_of_explanations(char letter)
{
	return letter == 'c' || letter == 'r' || letter == 't';
}

bool spf_macros_are_valid(struct sv s, bool explanation)
{
	while (s.n) {
		char c = sv_take(&s, 1).p[0];
		struct macro m;
		if (c < '!' || c > '~') {
			if (c != ' ' || !explanation)
				return false;
			continue;
		}
		if (c != '%')
			continue;
		c = s.n ? sv_take(&s, 1).p[0] : 0;
		if (c == '%' || c == '_' || c == '-')
			continue;
		if (c != '{' || !take_macro(&s, &m) ||
		    (!explanation && is_of_explanations(m.letter)))
			return false;
	}
	return true;
}

/* Letters, digits and hyphens, of which one is no digit, no hyphen at either end. */
static bool is_top_label(struct sv s)
{
	bool letter = false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
		letter = letter || !ascii_is_digit(s.p[i]);
	}
	return letter && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

bool spf_is_domain_spec(struct sv s)
{
	size_t last = 0;
	if (!spf_macros_are_valid(s, false))
		return false;
	/* What is valid and ends in "}" ends in a macro, but for a "}" by itself. */
	for (size_t at = 0; at < s.n;) {
		struct sv rest = sv_sub(s, at, s.n);
		if (rest.n > 1 && rest.p[0] == '%' && rest.p[1] == '{') {
			at += sv_chr(rest, '}') + 1;
			if (at == s.n)
				return true;
		} else {
			at += rest.p[0] == '%' ? 2 : 1;
		}
		last = rest.p[0] == '.' && rest.n > 1 ? at : last;
	}
	struct sv label = sv_sub(s, last, s.n);
	if (label.n && label.p[label.n - 1] == '.')
		label.n--;
	return last > 0 && is_top_label(label);
}

/* --- what they stand for --- */

static void add_ip(const struct addr *a, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	char text[ADDR_TEXT];
	if (a->kind != ADDR_V6) {
		buf_add_str(out, addr_format(a, text));
		return;
	}
	for (size_t i = 0; i < addr_len(a); i++)
		buf_addf(out, "%s%c.%c", i ? "." : "", hex[a->b[i] >> 4],
			 hex[a->b[i] & 15]);
}

static void add_value(const struct spf_macros *m, char letter, struct buf *out)
{
	char text[ADDR_TEXT];
	switch (letter) {
	case 's':
		buf_add_sv(out, m->sender);
		break;
	case 'l':
		buf_add_sv(out, m->local);
		break;
	case 'o':
		buf_add_sv(out, m->sender_domain);
		break;
	case 'd':
		buf_add_sv(out, m->domain);
		break;
	case 'i':
		add_ip(&m->q->ip, out);
		break;
	case 'p':
		buf_add_sv(out, m->validated(m->ctx));
		break;
	case 'h':
		buf_add_sv(out, m->q->helo);
		break;
	case 'c':
		buf_add_str(out, addr_format(&m->q->ip, text));
		break;
	case 'r':
		buf_add_sv(out, m->q->receiver.n ? m->q->receiver : SV("unknown"));
		break;
	case 't':
		buf_addf(out, "%lld", (long long)m->q->now);
		break;
	default:
		buf_add_str(out, m->q->ip.kind == ADDR_V6 ? "ip6" : "in-addr");
		break;
	}
}

static bool is_cut(const struct macro *m, char c)
{
	return m->delimiters.n ? sv_chr(m->delimiters, c) < m->delimiters.n : c == '.';
}

static size_t cut_up(const struct macro *m, struct sv value, struct sv *part)
{
	size_t n = 0, from = 0;
	for (size_t i = 0; i <= value.n && n < PARTS; i++)
		if (i == value.n || is_cut(m, value.p[i])) {
			part[n++] = sv_sub(value, from, i - from);
			from = i + 1;
		}
	return n;
}

static void add_escaped(struct sv s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (ascii_is_alnum(c) || (c && memchr("-._~", c, 4)))
			buf_add_char(out, c);
		else
			buf_addf(out, "%%%02X", (unsigned char)c);
	}
}

static void add_macro(const struct spf_macros *m, const struct macro *how,
		      struct buf *out)
{
	struct sv part[PARTS];
	struct buf value, whole;
	buf_init(&value, VALUE_MOST);
	buf_init(&whole, VALUE_MOST);
	add_value(m, how->letter, &value);
	size_t n = cut_up(how, buf_sv(&value), part);
	size_t keep = how->right && how->right < n ? (size_t)how->right : n;
	for (size_t i = 0; i < keep; i++) {
		size_t at = n - keep + i;
		if (i)
			buf_add_char(&whole, '.');
		buf_add_sv(&whole, part[how->reverse ? keep - 1 - i : at]);
	}
	if (how->escape)
		add_escaped(buf_sv(&whole), out);
	else
		buf_add_sv(out, buf_sv(&whole));
	buf_deinit(&value);
	buf_deinit(&whole);
}

void spf_expand(const struct spf_macros *m, struct sv s, struct buf *out)
{
	while (s.n) {
		struct macro how;
		char c = sv_take(&s, 1).p[0];
		if (c != '%' || s.n == 0) {
			buf_add_char(out, c);
			continue;
		}
		c = sv_take(&s, 1).p[0];
		if (c == '{' && take_macro(&s, &how))
			add_macro(m, &how, out);
		else
			buf_add_str(out, c == '_' ? " " : c == '-' ? "%20" : "%");
	}
}

struct sv spf_expand_domain(const struct spf_macros *m, struct sv text, struct arena *a)
{
	struct buf b;
	buf_init(&b, (size_t)VALUE_MOST * 4);
	spf_expand(m, text, &b);
	struct sv name = buf_sv(&b);
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	while (name.n > NAME_MOST && sv_chr(name, '.') < name.n)
		name = sv_sub(name, sv_chr(name, '.') + 1, name.n);
	name = arena_sv(a, name);
	buf_deinit(&b);
	return name;
}
