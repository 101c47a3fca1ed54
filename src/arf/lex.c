/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"

#include <string.h>

static void skip_comment(struct sv *s)
{
	size_t depth = 0;
	while (s->n) {
		char c = sv_take(s, 1).p[0];
		if (c == '\\')
			sv_take(s, 1);
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return;
	}
}

/* Returns what is between the quotes, as written. */
static struct sv take_quoted(struct sv *s)
{
	size_t n = 1;
	while (n < s->n && s->p[n] != '"')
		n += s->p[n] == '\\' && n + 1 < s->n ? 2 : 1;
	struct sv in = sv_sub(*s, 1, n - 1);
	sv_take(s, n + 1);
	return in;
}

void lex_skip(struct sv *s)
{
	while (s->n) {
		if (s->p[0] == '(')
			skip_comment(s);
		else if (ascii_is_space(s->p[0]))
			sv_take(s, 1);
		else
			return;
	}
}

static size_t length_until(struct sv s, const char *stops)
{
	size_t n = 0;
	while (n < s.n && !ascii_is_space(s.p[n]) && (!s.p[n] || !strchr(stops, s.p[n])))
		n++;
	return n;
}

struct sv lex_word(struct sv *s)
{
	return sv_take(s, length_until(*s, "(;,=\""));
}

struct sv lex_value(struct sv *s)
{
	if (s->n && s->p[0] == '"')
		return take_quoted(s);
	return sv_take(s, length_until(*s, "(;"));
}

struct sv lex_statement(struct sv *s)
{
	struct sv all = *s;
	while (s->n && s->p[0] != ';') {
		if (s->p[0] == '(')
			skip_comment(s);
		else if (s->p[0] == '"')
			take_quoted(s);
		else
			sv_take(s, 1);
	}
	struct sv statement = sv_sub(all, 0, all.n - s->n);
	sv_take(s, 1);
	return statement;
}
