/* SPDX-License-Identifier: Apache-2.0 */
#include "report/scan_int.h"

#include <string.h>

/* Tags, as reporters usually write them; all else is expat's. */

/* --- attributes --- */

static bool is_twice(const struct scan *s, struct sv name)
{
	for (size_t i = 0; i < s->attr_n; i++)
		if (sv_eq(s->attr[i].name, name))
			return true;
	return false;
}

static enum scan_took take_attribute(struct scan *s, struct cursor *c)
{
	const char *from = c->p;
	if (!cursor_is_in(c, CURSOR_NAME_START))
		return scan_odd(s, c, SCAN_TAG);
	cursor_span(c, CURSOR_NAME);
	if (cursor_take(c, ':'))
		cursor_span(c, CURSOR_NAME);
	struct sv name = cursor_since(c, from);
	if (!cursor_take(c, '='))
		return scan_odd(s, c, SCAN_ATTRIBUTE);
	char quote = cursor_at(c, '\'') ? '\'' : '"';
	if (!cursor_take(c, quote))
		return scan_odd(s, c, SCAN_ATTRIBUTE);
	struct sv value = cursor_span(c, CURSOR_VALUE);
	if (!cursor_take(c, quote))
		return scan_odd(s, c, SCAN_ATTRIBUTE);
	if (s->attr_n == SCAN_ATTRS || is_twice(s, name))
		return scan_leave(s, SCAN_ATTRIBUTE);
	s->attr[s->attr_n++] = (struct build_attr){ name, value };
	return SCAN_TOOK;
}

/* What stands between an element's name and the tag's end, with that end. */
static enum scan_took take_attributes(struct scan *s, struct cursor *c, bool *out_empty)
{
	for (;;) {
		const char *from = c->p;
		cursor_skip_blanks(c);
		if (cursor_take(c, '>'))
			return SCAN_TOOK;
		*out_empty = cursor_take(c, '/');
		if (*out_empty)
			return cursor_take(c, '>') ? SCAN_TOOK : scan_odd(s, c, SCAN_TAG);
		if (c->p == from)
			return scan_odd(s, c, SCAN_TAG);
		enum scan_took took = take_attribute(s, c);
		if (took != SCAN_TOOK)
			return took;
	}
}

/* --- elements --- */

/* Expat would keep these names. */
static bool names_are_few(struct scan *s, struct sv name)
{
	if (s->build->frame[s->build->depth].place <= PLACE_UNKNOWN)
		s->names += name.n + PARSER_NAME_COST;
	for (size_t i = 0; i < s->attr_n; i++)
		s->names += s->attr[i].name.n + PARSER_NAME_COST;
	return s->names <= PARSER_NAMES;
}

static enum scan_took close_element(struct scan *s, const struct cursor *c)
{
	s->depth--;
	if (s->depth == 0)
		s->state = SCAN_AFTER_ROOT;
	bool going = build_end(s->build, BUILD_CLOSED);
	if (going && s->record && s->depth < s->record_depth)
		scan_same_end(s, c);
	return scan_told(s, going);
}

/* A record begins that may be one to keep. */
static void watch_record(struct scan *s, const struct cursor *c)
{
	if (s->attr_n || !build_in_plain_record(s->build))
		return;
	s->record = c->p;
	s->record_depth = s->depth;
	s->record_notes = s->build->notes.calls;
}

static enum scan_took open_element(struct scan *s, struct sv name)
{
	enum name id = name_find(name);
	if (!id && name.n > SCAN_NAME)
		return scan_leave(s, SCAN_LONG);
	if (!build_start_named(s->build, id, name, s->attr, s->attr_n))
		return scan_leave(s, SCAN_REFUSED);
	if (!names_are_few(s, name))
		return scan_leave(s, SCAN_NAMES);
	s->state = SCAN_IN_ROOT;
	if (s->record &&
	    (s->attr_n || !place_in_record(s->build->frame[s->build->depth].place)))
		s->record = NULL;
	/* The row builder refuses what is deeper than there is room for. */
	char *own = s->own[s->depth];
	if (!id)
		memcpy(own, name.p, name.n);
	s->open[s->depth++] = id ? name_text(id) : (struct sv){ own, name.n };
	return SCAN_TOOK;
}

static enum scan_took read_start(struct scan *s, struct cursor *c)
{
	struct sv name = cursor_span(c, CURSOR_NAME);
	bool empty = false;
	s->attr_n = 0;
	if (!cursor_take(c, '>')) {
		if (cursor_at(c, ':'))
			return scan_leave(s, SCAN_PREFIX);
		enum scan_took took = take_attributes(s, c, &empty);
		if (took != SCAN_TOOK)
			return took;
	}
	if (s->state == SCAN_AFTER_ROOT)
		return scan_leave(s, SCAN_OUTSIDE);
	enum scan_took took = open_element(s, name);
	if (took != SCAN_TOOK)
		return took;
	if (empty)
		return close_element(s, c);
	watch_record(s, c);
	return SCAN_TOOK;
}

/* An end tag that is not simply the one that is expected. */
static enum scan_took read_odd_end(struct scan *s, struct cursor *c, struct sv open)
{
	struct sv name = cursor_span(c, CURSOR_NAME);
	if (cursor_left(c) == 0)
		return SCAN_WAITS;
	if (cursor_at(c, ':'))
		return scan_leave(s, SCAN_PREFIX);
	if (!sv_eq(name, open))
		return scan_leave(s, SCAN_MISMATCH);
	cursor_skip_blanks(c);
	return cursor_take(c, '>') ? close_element(s, c) : scan_odd(s, c, SCAN_TAG);
}

static enum scan_took read_end(struct scan *s, struct cursor *c)
{
	if (s->depth == 0)
		return scan_leave(s, SCAN_MISMATCH);
	struct sv open = s->open[s->depth - 1];
	struct cursor simple = *c;
	if (!cursor_take_sv(&simple, open) || !cursor_take(&simple, '>'))
		return read_odd_end(s, c, open);
	*c = simple;
	return close_element(s, c);
}

/* Behind "<!". */
static enum scan_took leave_markup(struct scan *s, const struct cursor *c)
{
	switch (cursor_peek(c, 0)) {
	case -1:
		return SCAN_WAITS;
	case '-':
		return scan_leave(s, SCAN_COMMENT);
	case '[':
		return scan_leave(s, SCAN_CDATA);
	default:
		return scan_leave(s, SCAN_DOCTYPE);
	}
}

static enum scan_took read_tag(struct scan *s, struct cursor *c)
{
	cursor_take(c, '<');
	if (cursor_take(c, '/'))
		return read_end(s, c);
	if (cursor_is_in(c, CURSOR_NAME_START))
		return read_start(s, c);
	if (cursor_take(c, '!'))
		return leave_markup(s, c);
	return scan_odd(s, c, cursor_at(c, '?') ? SCAN_INSTRUCTION : SCAN_TAG);
}

/* Expat would wait for the end of a tag up to PARSER_MARKUP only, wherever pieces end. */
static enum scan_took unless_long(struct scan *s, const struct cursor *c,
				  const char *from, enum scan_took took)
{
	return took == SCAN_TOOK && cursor_since(c, from).n > SCAN_HOLD
		       ? scan_leave(s, SCAN_LONG)
		       : took;
}

enum scan_took scan_tag(struct scan *s, struct cursor *c)
{
	const char *from = c->p;
	return unless_long(s, c, from, read_tag(s, c));
}

/* --- the XML declaration --- */

/* name="value", behind blanks. False: it is not there; the cursor stays. */
static bool take_said(struct cursor *c, struct sv name, struct sv *out)
{
	struct cursor at = *c;
	cursor_skip_blanks(&at);
	if (at.p == c->p || !cursor_take_sv(&at, name) || !cursor_take(&at, '='))
		return false;
	char quote = cursor_at(&at, '\'') ? '\'' : '"';
	if (!cursor_take(&at, quote))
		return false;
	*out = cursor_span(&at, CURSOR_VALUE);
	if (!cursor_take(&at, quote))
		return false;
	*c = at;
	return true;
}

enum scan_took scan_declaration(struct scan *s, struct cursor *c)
{
	struct sv value;
	const char *from = c->p;
	if (!cursor_take_sv(c, SV("<?xml")) || !take_said(c, SV("version"), &value) ||
	    !sv_eq(value, SV("1.0")))
		return scan_leave(s, SCAN_DECLARATION);
	if (take_said(c, SV("encoding"), &value) && !sv_eq_fold(value, SV("UTF-8")))
		return scan_leave(s, SCAN_ENCODING);
	if (take_said(c, SV("standalone"), &value) && !sv_eq(value, SV("yes")) &&
	    !sv_eq(value, SV("no")))
		return scan_leave(s, SCAN_DECLARATION);
	cursor_skip_blanks(c);
	if (!cursor_take_sv(c, SV("?>")))
		return scan_leave(s, SCAN_DECLARATION);
	s->state = SCAN_BEFORE_ROOT;
	return unless_long(s, c, from, SCAN_TOOK);
}
