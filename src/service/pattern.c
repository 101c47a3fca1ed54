/* SPDX-License-Identifier: Apache-2.0 */
#include "service/pattern.h"

#include <string.h>

struct sv pattern_next(struct sv *list)
{
	*list = sv_trim(*list);
	size_t n = 0;
	while (n < list->n && !ascii_is_space(list->p[n]))
		n++;
	return sv_take(list, n);
}

/* One thing of a pattern: a set of characters, and how many of them. */
struct element {
	bool in[128];
	size_t least, most;
};

static void add_range(struct element *e, char from, char to)
{
	for (unsigned c = (unsigned char)from; c <= (unsigned char)to; c++)
		e->in[(unsigned char)ascii_lower((char)c)] = true;
}

static void add_any(struct element *e, bool dots)
{
	add_range(e, 'a', 'z');
	add_range(e, '0', '9');
	e->in['-'] = e->in['_'] = true;
	e->in['.'] = dots;
	e->most = PATTERN_NAME;
}

static bool is_plain(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '=' ||
	       c == '+';
}

/* Behind '['. */
static bool take_set(struct sv *s, struct element *e)
{
	struct sv set = sv_sub(*s, 0, sv_chr(*s, ']'));
	if (set.n == s->n || set.n == 0)
		return false;
	*s = sv_sub(*s, set.n + 1, s->n);
	while (set.n) {
		size_t n = set.n > 2 && set.p[1] == '-' ? 3 : 1;
		char to = set.p[n - 1];
		if (!is_plain(set.p[0]) || !is_plain(to) || to < set.p[0])
			return false;
		add_range(e, set.p[0], to);
		set = sv_sub(set, n, set.n);
	}
	return true;
}

/* Behind '<'. */
static bool take_word(struct sv *s, struct element *e)
{
	struct sv word = sv_sub(*s, 0, sv_chr(*s, '>'));
	if (word.n == s->n || word.n == 0)
		return false;
	*s = sv_sub(*s, word.n + 1, s->n);
	for (size_t i = 0; i < word.n; i++)
		if (!ascii_is_alnum(word.p[i]) && word.p[i] != '-')
			return false;
	add_any(e, true);
	return true;
}

static bool take_number(struct sv s, size_t *out)
{
	uint64_t n;
	bool ok = sv_to_u64(s, &n) && n > 0 && n <= PATTERN_NAME;
	*out = ok ? (size_t)n : 0;
	return ok;
}

/* {3}, {2,4} */
static bool take_count(struct sv *s, struct element *e)
{
	struct sv count = sv_sub(*s, 1, sv_chr(*s, '}') - 1);
	if (count.n + 2 > s->n)
		return false;
	*s = sv_sub(*s, count.n + 2, s->n);
	struct sv least = sv_take_until(&count, ',');
	if (!take_number(least, &e->least))
		return false;
	e->most = e->least;
	return count.n == 0 || (take_number(count, &e->most) && e->most >= e->least);
}

static bool take_one(struct sv *s, struct element *e, bool *out_many)
{
	char c = sv_take(s, 1).p[0];
	*out_many = true;
	switch (c) {
	case '*':
		add_any(e, false);
		return true;
	case '#':
		add_range(e, '0', '9');
		e->most = PATTERN_NAME;
		return true;
	case '[':
		return take_set(s, e);
	case '<':
		return take_word(s, e);
	default:
		*out_many = false;
		if (is_plain(c))
			add_range(e, c, c);
		return is_plain(c);
	}
}

static bool take_element(struct sv *s, struct element *e)
{
	bool many;
	*e = (struct element){ .least = 1, .most = 1 };
	if (!take_one(s, e, &many))
		return false;
	if (s->n && s->p[0] == '{' && !(many && take_count(s, e)))
		return false;
	if (s->n && s->p[0] == '?') {
		*s = sv_sub(*s, 1, s->n);
		e->least = 0;
	}
	return true;
}

bool pattern_is_valid(struct sv pattern)
{
	struct element e;
	if (pattern.n == 0 || pattern.n > PATTERN_MAX)
		return false;
	while (pattern.n)
		if (!take_element(&pattern, &e))
			return false;
	return true;
}

/* From each place where what came before may have ended, to each where this may end;
 * false: there is none. */
static bool step(const struct element *e, struct sv name, const bool *from, bool *to)
{
	bool any = false;
	memset(to, 0, PATTERN_NAME + 1);
	for (size_t at = 0; at <= name.n; at++) {
		if (!from[at])
			continue;
		for (size_t k = 0; k <= e->most; k++) {
			if (k >= e->least)
				to[at + k] = any = true;
			if (at + k == name.n)
				break;
			unsigned char c = (unsigned char)ascii_lower(name.p[at + k]);
			if (c >= sizeof(e->in) || !e->in[c])
				break;
		}
	}
	return any;
}

/* Most patterns differ from a name in the first letter. */
static bool begins_otherwise(struct sv pattern, struct sv name)
{
	return is_plain(pattern.p[0]) && !(pattern.n > 1 && pattern.p[1] == '?') &&
	       (!name.n || ascii_lower(pattern.p[0]) != ascii_lower(name.p[0]));
}

bool pattern_matches(struct sv pattern, struct sv name)
{
	bool at[2][PATTERN_NAME + 1];
	struct element e;
	int now = 0;
	if (name.n > PATTERN_NAME || pattern.n == 0 || pattern.n > PATTERN_MAX ||
	    begins_otherwise(pattern, name))
		return false;
	memset(at, 0, sizeof(at));
	at[0][0] = true;
	while (pattern.n) {
		if (!take_element(&pattern, &e))
			return false;
		if (!step(&e, name, at[now], at[!now]))
			return false;
		now = !now;
	}
	return at[now][name.n];
}

bool pattern_is_below(struct sv pattern, struct sv name)
{
	if (pattern_matches(pattern, name))
		return true;
	for (size_t at = sv_chr(name, '.'); at < name.n; at = sv_chr(name, '.')) {
		name = sv_sub(name, at + 1, name.n);
		if (pattern_matches(pattern, name))
			return true;
	}
	return false;
}
