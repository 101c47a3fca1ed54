/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scan.h"

#include "base/arena.h"
#include "base/text.h"
#include "report/reference.h"
#include "report/scan_int.h"

#include <stdlib.h>
#include <string.h>

/*
 * The scanner: reads reports as reporters usually write them, at a fraction of what XML
 * costs. It tells the row builder what expat would tell it, and leaves whatever is
 * unusual to expat, with a cause. So it need not know all of XML, and may never guess:
 * what it reads to its end must be well-formed. Bytes are read by a cursor only
 * (cursor.h).
 */
enum {
	JOIN = 256 /* bytes that are added to what was cut, at a time */
};

static const struct scan_cause_info causes[SCAN_CAUSES] = {
#define CAUSE(id, name, what) [SCAN_##id] = { name, what },
#include "report/scan.def"
#undef CAUSE
};

const struct scan_cause_info *scan_cause_info(unsigned cause)
{
	return cause > SCAN_NONE && cause < SCAN_CAUSES ? &causes[cause] : NULL;
}

static void *scan_new(struct build *b)
{
	struct scan *s = heap_array(1, sizeof(*s));
	s->build = b;
	s->same = scan_same_new();
	buf_init(&s->held, SCAN_HOLD + JOIN);
	buf_init(&s->entity, 8);
	return s;
}

static void scan_free(void *p)
{
	struct scan *s = p;
	scan_same_free(s->same);
	buf_deinit(&s->held);
	buf_deinit(&s->entity);
	free(s);
}

static void scan_reset(void *p)
{
	struct scan *s = p;
	s->cause = SCAN_NONE;
	s->state = SCAN_AT_START;
	s->depth = 0;
	s->names = 0;
	s->record = NULL;
	s->repeated = 0;
	scan_same_reset(s->same);
	buf_clear(&s->held);
}

static enum scan_cause scan_cause(const void *p)
{
	const struct scan *s = p;
	return s->cause;
}

/* --- text --- */

static enum scan_took read_reference(struct scan *s, struct cursor *c)
{
	cursor_take(c, '&');
	const char *from = c->p;
	cursor_take(c, '#');
	cursor_span(c, CURSOR_NAME);
	struct sv name = cursor_since(c, from);
	if (name.n > SCAN_NAME)
		return scan_leave(s, SCAN_LONG);
	if (!cursor_take(c, ';'))
		return scan_odd(s, c, SCAN_ENTITY);
	buf_clear(&s->entity);
	if (!reference_read(name, &s->entity))
		return scan_leave(s, SCAN_ENTITY);
	return scan_told(s, build_text(s->build, buf_sv(&s->entity)));
}

/* "]]>" has no place in text (XML 2.4); its three bytes may come apart. */
static enum scan_took read_bracket(struct scan *s, struct cursor *c)
{
	int second = cursor_peek(c, 1), third = cursor_peek(c, 2);
	if (second < 0 || (second == ']' && third < 0))
		return SCAN_WAITS;
	if (second == ']' && third == '>')
		return scan_leave(s, SCAN_BRACKETS);
	return scan_told(s, build_text(s->build, cursor_take_n(c, 1)));
}

/* A line's end is LF, whatever it was (XML 2.11). */
static enum scan_took read_line_end(struct scan *s, struct cursor *c)
{
	cursor_take(c, '\r');
	if (cursor_left(c) == 0)
		return SCAN_WAITS;
	cursor_take(c, '\n');
	return scan_told(s, build_text(s->build, SV("\n")));
}

/* U+FFFE and U+FFFF, which XML does not allow. */
static bool has_forbidden(struct sv s)
{
	return sv_find(s, SV("\xef\xbf\xbe")) < s.n ||
	       sv_find(s, SV("\xef\xbf\xbf")) < s.n;
}

static enum scan_took read_high(struct scan *s, struct cursor *c)
{
	struct cursor run = *c;
	struct sv high = cursor_span(&run, CURSOR_HIGH);
	size_t n = utf8_span(high);
	/* A character may be cut by the end of the piece. */
	if (n == 0 && cursor_left(&run) == 0 && high.n < 4)
		return SCAN_WAITS;
	if (n == 0)
		return scan_leave(s, SCAN_UTF8);
	if (has_forbidden(sv_sub(high, 0, n)))
		return scan_leave(s, SCAN_CONTROL);
	return scan_told(s, build_text(s->build, cursor_take_n(c, n)));
}

static enum scan_took read_root(struct scan *s, struct cursor *c)
{
	if (build_has_no_text(s->build)) {
		cursor_skip_blanks(c);
		if (cursor_left(c) == 0)
			return SCAN_TOOK;
	}
	if (cursor_is_in(c, CURSOR_TEXT))
		return scan_told(s, build_text(s->build, cursor_span(c, CURSOR_TEXT)));
	if (cursor_is_in(c, CURSOR_HIGH))
		return read_high(s, c);
	bool going;
	switch (cursor_peek(c, 0)) {
	case '<':
		return scan_same_take(s, c, &going) ? scan_told(s, going)
						    : scan_tag(s, c);
	case '&':
		return read_reference(s, c);
	case ']':
		return read_bracket(s, c);
	case '\r':
		return read_line_end(s, c);
	default:
		return scan_leave(s, SCAN_CONTROL);
	}
}

/* --- before, in and after the root element --- */

static enum scan_took read_outside(struct scan *s, struct cursor *c)
{
	cursor_skip_blanks(c);
	if (cursor_left(c) == 0)
		return SCAN_TOOK;
	return cursor_at(c, '<') ? scan_tag(s, c) : scan_leave(s, SCAN_OUTSIDE);
}

static enum scan_took read_start(struct scan *s, struct cursor *c)
{
	static const struct sv begin = SV_INIT("<?xml"), mark = SV_INIT("\xef\xbb\xbf");
	cursor_take_sv(c, mark);
	struct cursor rest = *c;
	if (cursor_left(c) < begin.n + 1)
		return SCAN_WAITS;
	if (!cursor_take_sv(&rest, begin) || !cursor_is_in(&rest, CURSOR_BLANK)) {
		s->state = SCAN_BEFORE_ROOT;
		return SCAN_TOOK;
	}
	while (cursor_left(&rest) && cursor_peek(&rest, 0) != '>')
		cursor_take_n(&rest, 1);
	return cursor_left(&rest) ? scan_declaration(s, c) : SCAN_WAITS;
}

static enum scan_took read_some(struct scan *s, struct cursor *c)
{
	switch (s->state) {
	case SCAN_AT_START:
		return read_start(s, c);
	case SCAN_IN_ROOT:
		return read_root(s, c);
	case SCAN_BEFORE_ROOT:
	case SCAN_AFTER_ROOT:
		break;
	}
	return read_outside(s, c);
}

/* --- pieces --- */

/* Reads what is whole; false where the rest is expat's. */
static bool read_whole(struct scan *s, struct cursor *c)
{
	enum scan_took took = SCAN_TOOK;
	s->record = NULL;
	while (took == SCAN_TOOK && cursor_left(c)) {
		const char *from = c->p;
		took = read_some(s, c);
		if (took == SCAN_WAITS)
			c->p = from;
	}
	return took != SCAN_LEAVES;
}

/* So much is kept of what is not read yet. */
static bool may_hold(struct scan *s, size_t n)
{
	if (n > SCAN_HOLD)
		s->cause = SCAN_LONG;
	return n <= SCAN_HOLD;
}

/* Drops what was read of it. */
static void keep_held(struct scan *s, size_t from)
{
	size_t n = s->held.n - from;
	memmove(s->held.p, s->held.p + from, n);
	s->held.n = n;
}

/* What is held is read together with the begin of `bytes`, as far as is needed. */
static bool read_held(struct scan *s, struct sv *bytes)
{
	while (s->held.n && bytes->n) {
		size_t before = s->held.n;
		struct sv more = sv_sub(*bytes, 0, JOIN);
		buf_add_sv(&s->held, more);
		struct cursor c = cursor_over(buf_sv(&s->held));
		if (!read_whole(s, &c))
			return false;
		size_t done = s->held.n - cursor_left(&c);
		if (done >= before) {
			sv_take(bytes, done - before);
			buf_clear(&s->held);
			break;
		}
		sv_take(bytes, more.n);
		keep_held(s, done);
		if (!may_hold(s, s->held.n))
			return false;
	}
	return true;
}

static bool is_over(struct scan *s)
{
	if (s->state == SCAN_AFTER_ROOT && s->held.n == 0)
		return true;
	s->cause = SCAN_CUT;
	return false;
}

static enum aggregate_step scan_feed(void *p, struct sv bytes, bool last)
{
	struct scan *s = p;
	bool ok = read_held(s, &bytes);
	if (ok && bytes.n) {
		struct cursor c = cursor_over(bytes);
		ok = read_whole(s, &c) && may_hold(s, cursor_left(&c)) &&
		     buf_add(&s->held, c.p, cursor_left(&c));
	}
	return ok && (!last || is_over(s)) ? AGGREGATE_MORE : AGGREGATE_AGAIN;
}

const struct parser parser_scan = { scan_new, scan_free, scan_reset, scan_feed,
				    scan_cause };
