/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sv.h"

#include <string.h>

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_alnum(char c)
{
	char l = ascii_lower(c);
	return ascii_is_digit(c) || (l >= 'a' && l <= 'z');
}

struct sv sv_from(const char *cstr)
{
	return cstr ? (struct sv){ cstr, strlen(cstr) } : (struct sv){ "", 0 };
}

struct sv sv_sub(struct sv s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct sv){ s.n ? s.p + from : "", n };
}

bool sv_eq(struct sv a, struct sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool sv_eq_fold(struct sv a, struct sv b)
{
	return a.n == b.n && sv_has_prefix_fold(a, b);
}

int sv_cmp(struct sv a, struct sv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n && a.p != b.p ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool sv_has_prefix_fold(struct sv s, struct sv prefix)
{
	if (s.n < prefix.n)
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (ascii_lower(s.p[i]) != ascii_lower(prefix.p[i]))
			return false;
	return true;
}

bool sv_has_suffix_fold(struct sv s, struct sv suffix)
{
	if (s.n < suffix.n)
		return false;
	return sv_has_prefix_fold(sv_sub(s, s.n - suffix.n, suffix.n), suffix);
}

size_t sv_chr(struct sv s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

size_t sv_find(struct sv s, struct sv what)
{
	if (what.n == 0)
		return 0;
	const char *at = s.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

size_t sv_find_fold(struct sv s, struct sv what)
{
	for (size_t i = 0; i + what.n <= s.n; i++)
		if (sv_has_prefix_fold(sv_sub(s, i, what.n), what))
			return i;
	return s.n;
}

struct sv sv_trim_end(struct sv s)
{
	while (s.n && ascii_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct sv sv_trim(struct sv s)
{
	while (s.n && ascii_is_space(s.p[0]))
		s = sv_sub(s, 1, s.n);
	return sv_trim_end(s);
}

struct sv sv_take(struct sv *s, size_t n)
{
	struct sv out = sv_sub(*s, 0, n);
	*s = sv_sub(*s, out.n, s->n);
	return out;
}

struct sv sv_take_until(struct sv *s, char c)
{
	struct sv out = sv_take(s, sv_chr(*s, c));
	sv_take(s, 1);
	return out;
}

bool sv_take_line(struct sv *s, struct sv *out)
{
	if (s->n == 0)
		return false;
	size_t to = sv_chr(*s, '\n');
	bool ended = to < s->n;
	*out = sv_take_until(s, '\n');
	if (ended && to && out->p[to - 1] == '\r')
		out->n--;
	return true;
}

bool sv_to_u64(struct sv s, uint64_t *out)
{
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_digit(s.p[i]))
			return false;
		uint64_t d = (uint64_t)(s.p[i] - '0');
		if (v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return s.n > 0;
}
