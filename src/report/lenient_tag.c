/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/text.h"
#include "report/lenient_int.h"
#include "report/reference.h"

/* Tags, attributes and references, as the lenient reader takes them. */
enum {
	REFERENCE = 256,    /* the longest "&...;" that is waited for */
	SNIPPET = 40,       /* bytes of text shown with a repair */
	ATTR_COMPARED = 32, /* attributes that are looked through for their double */
};

/* --- references --- */

/* Reads the reference at the front of `s` into `out`; returns the bytes that it took, 0
 * where its end is not there yet. What is none is text. */
size_t lenient_read_reference(struct lenient *l, struct sv s, bool whole, struct buf *out)
{
	size_t n = 1;
	while (n < s.n && n < REFERENCE && (ascii_is_alnum(s.p[n]) || s.p[n] == '#'))
		n++;
	if (n == s.n && n < REFERENCE && !whole)
		return 0;
	struct sv name = sv_sub(s, 1, n - 1);
	if (n == REFERENCE || n == s.n || s.p[n] != ';' || name.n == 0) {
		build_note(l->build, REPAIR_BARE_AMPERSAND, sv_sub(s, 0, n));
		buf_add_char(out, '&');
		return 1;
	}
	if (!reference_read(name, out)) {
		build_note(l->build, REPAIR_ENTITY_UNKNOWN, sv_sub(s, 0, n + 1));
		buf_add_sv(out, sv_sub(s, 0, n + 1));
	}
	return n + 1;
}

/* --- tags --- */

enum shape {
	SHAPE_TAG,
	SHAPE_TEXT, /* no tag after all */
	SHAPE_CUT   /* it may become one */
};

/* One attribute at the front of `s`, which begins with its name. */
static enum shape take_attribute(struct sv *s, struct raw_attr *out)
{
	out->name = sv_take(s, name_span(*s));
	sv_take(s, blank_span(*s));
	if (s->n == 0)
		return SHAPE_CUT;
	if (out->name.n == 0 || sv_take(s, 1).p[0] != '=')
		return SHAPE_TEXT;
	sv_take(s, blank_span(*s));
	if (s->n == 0)
		return SHAPE_CUT;
	char quote = s->p[0];
	if (quote != '"' && quote != '\'') {
		size_t n = 0;
		while (n < s->n && !is_blank(s->p[n]) && !strchr("<>\"'=/", s->p[n]))
			n++;
		out->value = sv_take(s, n);
		out->odd = true;
		return s->n == 0 ? SHAPE_CUT : n ? SHAPE_TAG : SHAPE_TEXT;
	}
	sv_take(s, 1);
	size_t end = sv_chr(*s, quote);
	if (sv_chr(sv_sub(*s, 0, end), '<') < end)
		return SHAPE_TEXT;
	if (end == s->n)
		return SHAPE_CUT;
	out->value = sv_take(s, end);
	sv_take(s, 1);
	return SHAPE_TAG;
}

static struct raw_attr *new_attribute(struct lenient *l)
{
	if (l->attr_n == l->attr_cap) {
		l->attr_cap = l->attr_cap ? l->attr_cap * 2 : 16;
		l->raw = heap_grow(l->raw, l->attr_cap, sizeof(*l->raw));
		l->attr = heap_grow(l->attr, l->attr_cap, sizeof(*l->attr));
	}
	struct raw_attr *raw = &l->raw[l->attr_n++];
	*raw = (struct raw_attr){ 0 };
	return raw;
}

struct tag {
	struct sv name;
	bool empty; /* closes itself */
	size_t n;   /* bytes */
};

/* The shape of what begins with '<' and a name; attributes are left in l->raw. */
static enum shape take_tag(struct lenient *l, struct sv s, struct tag *out)
{
	struct sv left = rest_of(s, 1);
	l->attr_n = 0;
	out->name = sv_take(&left, name_span(left));
	for (;;) {
		size_t blanks = blank_span(left);
		sv_take(&left, blanks);
		if (left.n == 0)
			return SHAPE_CUT;
		char c = left.p[0];
		if (c == '>' || c == '/')
			break;
		if (!is_name_start(c) || (blanks == 0 && l->attr_n == 0))
			return SHAPE_TEXT;
		struct raw_attr *raw = new_attribute(l);
		enum shape shape = take_attribute(&left, raw);
		if (shape != SHAPE_TAG)
			return shape;
		raw->odd |= blanks == 0;
	}
	out->empty = sv_take(&left, 1).p[0] == '/';
	if (out->empty && left.n == 0)
		return SHAPE_CUT;
	if (out->empty && sv_take(&left, 1).p[0] != '>')
		return SHAPE_TEXT;
	out->n = s.n - left.n;
	return SHAPE_TAG;
}

/* XML 3.3.3: each line end and blank is one space, references are what they stand for. */
static void normalize_value(struct lenient *l, struct sv s)
{
	while (s.n) {
		size_t n = 1, bad = forbidden_span(s);
		if (s.p[0] == '&') {
			n = lenient_read_reference(l, s, true, &l->values);
		} else if (bad) {
			build_note(l->build, REPAIR_CONTROL_CHARACTER, (struct sv){ 0 });
			utf8_encode(&l->values, 0xfffd);
			n = bad;
		} else if (is_blank(s.p[0])) {
			n += s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n';
			buf_add_char(&l->values, ' ');
		} else {
			buf_add_char(&l->values, s.p[0]);
		}
		sv_take(&s, n);
	}
}

static void read_attributes(struct lenient *l)
{
	buf_clear(&l->values);
	for (size_t i = 0; i < l->attr_n; i++) {
		struct raw_attr *raw = &l->raw[i];
		size_t from = l->values.n;
		bool odd = raw->odd;
		for (size_t k = 0; k < i && k < ATTR_COMPARED; k++)
			odd |= sv_eq(l->raw[k].name, raw->name);
		if (odd)
			build_note(l->build, REPAIR_XML_SYNTAX, raw->name);
		normalize_value(l, raw->value);
		/* The storage may still move: offsets first. */
		raw->value = (struct sv){ NULL, l->values.n - from };
	}
	const char *p = buf_sv(&l->values).p;
	for (size_t i = 0; i < l->attr_n; i++) {
		l->attr[i] = (struct build_attr){ l->raw[i].name,
						  { p, l->raw[i].value.n } };
		p += l->raw[i].value.n;
	}
}

static bool start_element(struct lenient *l, const struct tag *tag)
{
	read_attributes(l);
	if (!build_start(l->build, tag->name, l->attr, l->attr_n))
		return false;
	if (tag->empty)
		return build_end(l->build, BUILD_CLOSED);
	l->name[l->depth++] = (uint32_t)l->names.n;
	return buf_add_sv(&l->names, tag->name);
}

static struct sv open_name(const struct lenient *l, unsigned i)
{
	size_t end = i + 1 < l->depth ? l->name[i + 1] : l->names.n;
	return sv_sub(buf_sv(&l->names), l->name[i], end - l->name[i]);
}

static struct sv local_name(struct sv name)
{
	size_t colon = sv_chr(name, ':');
	return colon < name.n ? rest_of(name, colon + 1) : name;
}

/* The innermost open element of that name, from 1; 0 where there is none. */
static unsigned find_open(const struct lenient *l, struct sv name, bool folded)
{
	for (unsigned i = l->depth; i > 0; i--) {
		struct sv open = open_name(l, i - 1);
		if (folded ? sv_eq_fold(local_name(open), local_name(name))
			   : sv_eq(open, name))
			return i;
	}
	return 0;
}

static bool close_top(struct lenient *l, enum build_close close)
{
	l->names.n = l->name[--l->depth];
	return build_end(l->build, close);
}

static bool end_element(struct lenient *l, struct sv name)
{
	unsigned open = find_open(l, name, false);
	if (!open && (open = find_open(l, name, true)) != 0)
		build_note(l->build, REPAIR_XML_SYNTAX, name);
	if (!open) {
		build_note(l->build, REPAIR_END_TAG_UNMATCHED, name);
		return true;
	}
	while (l->depth > open)
		if (!close_top(l, BUILD_IMPLIED))
			return false;
	return close_top(l, BUILD_CLOSED);
}

size_t lenient_bare_less_than(struct lenient *l, struct sv s)
{
	size_t end = sv_chr(rest_of(s, 1), '<') + 1;
	if (end == s.n && end < SNIPPET && !l->last)
		return 0;
	build_note(l->build, REPAIR_BARE_LESS_THAN,
		   sv_trim_end(sv_sub(s, 0, end < SNIPPET ? end : SNIPPET)));
	return build_text(l->build, SV("<")) ? 1 : 0;
}

/* Markup that has not ended: waits for its end, or takes it for text. */
size_t lenient_cut_markup(struct lenient *l, struct sv s)
{
	if (!l->last && s.n < PARSER_MARKUP)
		return 0;
	/* At the end of the bytes it is the report that is cut, unless that is whole. */
	if (l->last && s.n < PARSER_MARKUP && !l->build->root_closed)
		return s.n;
	return lenient_bare_less_than(l, s);
}

size_t lenient_read_end_tag(struct lenient *l, struct sv s)
{
	size_t n = name_span(rest_of(s, 2));
	size_t end = 2 + n + blank_span(rest_of(s, 2 + n));
	struct sv name = sv_sub(s, 2, n);
	if (end < s.n && (n == 0 || s.p[end] != '>'))
		return lenient_bare_less_than(l, s);
	if (end < s.n)
		return end_element(l, name) ? end + 1 : 0;
	if (!l->last || !sv_eq_fold(local_name(name), SV("feedback")) ||
	    !find_open(l, name, true))
		return lenient_cut_markup(l, s);
	build_note(l->build, REPAIR_LAST_BRACKET, sv_trim_end(s));
	return end_element(l, name) ? s.n : 0;
}

size_t lenient_read_start_tag(struct lenient *l, struct sv s)
{
	struct tag tag;
	switch (take_tag(l, s, &tag)) {
	case SHAPE_TAG:
		return start_element(l, &tag) ? tag.n : 0;
	case SHAPE_CUT:
		return lenient_cut_markup(l, s);
	case SHAPE_TEXT:
		break;
	}
	return lenient_bare_less_than(l, s);
}
