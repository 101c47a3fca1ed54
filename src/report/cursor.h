/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_CURSOR_H
#define REPORT_CURSOR_H

#include "base/sv.h"
#include "report/bytes.h"

#include <assert.h>

/*
 * All that the scanner does with bytes: it reads none but through these functions, and
 * each looks at `end` first. `p` never passes `end`.
 */
struct cursor {
	const char *p, *end;
};

/* What a byte may be part of, as a set of bits. */
enum cursor_set {
	CURSOR_BLANK = 1,      /* space, tab, CR, LF */
	CURSOR_NAME_START = 2, /* a letter, '_' */
	CURSOR_NAME = 4,       /* also a digit, '-', '.' */
	CURSOR_TEXT = 8,   /* text that is passed on as it is: ASCII but CR, <, &, ] */
	CURSOR_VALUE = 16, /* an attribute's value: as it is, without quotes */
	CURSOR_HIGH = 32   /* beyond ASCII */
};

extern const uint8_t cursor_sets[256];

static inline struct cursor cursor_over(struct sv s)
{
	return (struct cursor){ s.p, s.p + s.n };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

static inline bool cursor_is_in(const struct cursor *c, unsigned set)
{
	return c->p < c->end && (cursor_sets[(uint8_t)*c->p] & set);
}

static inline bool cursor_at(const struct cursor *c, char ch)
{
	return c->p < c->end && *c->p == ch;
}

/* The byte `i` further on; -1 where there is none. */
static inline int cursor_peek(const struct cursor *c, size_t i)
{
	return i < cursor_left(c) ? (uint8_t)c->p[i] : -1;
}

/* Steps over `ch` where it is next. */
static inline bool cursor_take(struct cursor *c, char ch)
{
	bool is = cursor_at(c, ch);
	c->p += is;
	return is;
}

/* Steps over `what` where it is next, all of it. */
static inline bool cursor_take_sv(struct cursor *c, struct sv what)
{
	if (cursor_left(c) < what.n || !bytes_same(c->p, what.p, what.n))
		return false;
	c->p += what.n;
	return true;
}

/* Takes the run of bytes of that set; it may be empty. */
static inline struct sv cursor_span(struct cursor *c, unsigned set)
{
	const char *from = c->p;
	while (c->p < c->end && (cursor_sets[(uint8_t)*c->p] & set))
		c->p++;
	return (struct sv){ from, (size_t)(c->p - from) };
}

/* The bytes at the cursor, at most `n`; the cursor stays. */
static inline struct sv cursor_ahead(const struct cursor *c, size_t n)
{
	size_t left = cursor_left(c);
	return (struct sv){ c->p, left < n ? left : n };
}

/* Takes `n` bytes, which must be there. */
static inline struct sv cursor_take_n(struct cursor *c, size_t n)
{
	assert(n <= cursor_left(c));
	c->p += n;
	return (struct sv){ c->p - n, n };
}

/* What lies between `from`, which was c->p before, and c->p. */
static inline struct sv cursor_since(const struct cursor *c, const char *from)
{
	return (struct sv){ from, (size_t)(c->p - from) };
}

/* Steps over blanks: reporters indent by runs of spaces, so by eights and fours first. */
static inline void cursor_skip_blanks(struct cursor *c)
{
	static const char spaces[8] = { ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ' };
	c->p += cursor_is_in(c, CURSOR_BLANK);
	while (cursor_left(c) >= sizeof(spaces) && bytes_same(c->p, spaces, 8))
		c->p += sizeof(spaces);
	if (cursor_left(c) >= 4 && bytes_same(c->p, spaces, 4))
		c->p += 4;
	while (cursor_is_in(c, CURSOR_BLANK))
		c->p++;
}

#endif
