/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/charset.h"
#include "base/text.h"
#include "report/parser.h"

#include <stdlib.h>
#include <string.h>

/*
 * The lenient reader: takes markup for markup where it is plainly meant as such, all else
 * for text, and says what it mended. An end tag that fits no open element is dropped; one
 * that fits an outer element closes what is inside; the end of the bytes closes nothing.
 */
enum {
	HEAD = 1024,        /* bytes in which an XML declaration must end */
	SLICE = 16 * 1024,  /* bytes decoded at a time */
	REFERENCE = 256,    /* the longest "&...;" that is waited for */
	SNIPPET = 40,       /* bytes of text shown with a repair */
	ATTR_COMPARED = 32, /* attributes that are looked through for their double */
};

enum state {
	IN_TEXT,
	IN_COMMENT,
	IN_CDATA,
	IN_INSTRUCTION
};

/* An attribute as it stands in the tag. */
struct raw_attr {
	struct sv name, value;
	bool odd; /* without quotes, or without a blank before it */
};

struct lenient {
	struct build *build;
	struct charset_decoder decoder;
	char head[HEAD];
	size_t head_n;
	bool settled;  /* the character set is */
	bool ascii;    /* US-ASCII was declared */
	bool begun;    /* something but a byte order mark was read */
	bool after_cr; /* a CR was read as the line's end: a LF behind it is part of it */
	bool last;     /* nothing comes behind `work` */
	struct buf work; /* decoded and not read yet */
	enum state state;
	struct buf names; /* of the open elements, one behind the other */
	uint32_t name[LIMIT_XML_DEPTH + 1];
	unsigned depth;
	struct raw_attr *raw;
	struct build_attr *attr;
	size_t attr_n, attr_cap;
	struct buf values; /* of the tag's attributes */
};

static void *lenient_new(struct build *b)
{
	struct lenient *l = heap_array(1, sizeof(*l));
	l->build = b;
	/* What is left over, and a slice of which each byte may become three. */
	buf_init(&l->work, PARSER_MARKUP + REFERENCE + 4 * SLICE);
	buf_init(&l->names, (LIMIT_XML_DEPTH + 1) * (size_t)PARSER_MARKUP);
	buf_init(&l->values, 4 * PARSER_MARKUP);
	return l;
}

static void lenient_free(void *p)
{
	struct lenient *l = p;
	buf_deinit(&l->work);
	buf_deinit(&l->names);
	buf_deinit(&l->values);
	free(l->raw);
	free(l->attr);
	free(l);
}

static void lenient_reset(void *p)
{
	struct lenient *l = p;
	buf_clear(&l->work);
	buf_clear(&l->names);
	l->head_n = 0;
	l->settled = l->ascii = l->begun = l->after_cr = l->last = false;
	l->state = IN_TEXT;
	l->depth = 0;
}

/* --- character classes --- */

static bool is_name_start(char c)
{
	return (ascii_is_alnum(c) && !ascii_is_digit(c)) || c == '_' || c == ':' ||
	       (uint8_t)c >= 0x80;
}

static bool is_name(char c)
{
	return is_name_start(c) || ascii_is_digit(c) || c == '-' || c == '.';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t name_span(struct sv s)
{
	size_t n = 0;
	if (s.n && is_name_start(s.p[0]))
		while (n < s.n && is_name(s.p[n]))
			n++;
	return n;
}

static size_t blank_span(struct sv s)
{
	size_t n = 0;
	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n;
}

static struct sv rest_of(struct sv s, size_t from)
{
	return sv_sub(s, from, s.n);
}

/* The bytes of a character that XML does not allow: a control, U+FFFE, U+FFFF. 0: none.
 */
static size_t forbidden_span(struct sv s)
{
	if ((uint8_t)s.p[0] < 0x20)
		return !is_blank(s.p[0]);
	return s.n >= 3 && memcmp(s.p, "\xef\xbf", 2) == 0 && (uint8_t)s.p[2] >= 0xbe ? 3
										      : 0;
}

/* --- text --- */

static bool emit_forbidden(struct lenient *l)
{
	build_note(l->build, REPAIR_CONTROL_CHARACTER, (struct sv){ 0 });
	return build_text(l->build, SV("\xef\xbf\xbd"));
}

/* What interrupts a run of plain text. */
static bool is_special(char c)
{
	return c == '<' || c == '&' || c == ']' || c == '\xef' ||
	       ((uint8_t)c < 0x20 && c != '\t');
}

/* Reads up to the next '<', '&' or "]]>"; returns what it took, 0 to wait for more. */
static size_t read_plain(struct lenient *l, struct sv s)
{
	size_t n = 0;
	while (n < s.n && !is_special(s.p[n]))
		n++;
	if (n)
		return build_text(l->build, sv_sub(s, 0, n)) ? n : 0;
	return 0;
}

/* A line's end is LF, whatever it was (XML 2.11). */
static size_t read_line_end(struct lenient *l, char c)
{
	if (c == '\n' && l->after_cr) {
		l->after_cr = false;
		return 1;
	}
	l->after_cr = c == '\r';
	return build_text(l->build, SV("\n")) ? 1 : 0;
}

/* One special character that is no markup here. */
static size_t read_special(struct lenient *l, struct sv s)
{
	size_t n = forbidden_span(s);
	if (s.p[0] == '\r' || s.p[0] == '\n')
		return read_line_end(l, s.p[0]);
	if (n)
		return emit_forbidden(l) ? n : 0;
	return build_text(l->build, sv_sub(s, 0, 1)) ? 1 : 0;
}

/* --- references --- */

static bool is_xml_char(uint64_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
	       (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c <= 0x10ffff);
}

/* The number of "#65" or "#x41"; a value that is no character for what is none. */
static uint32_t character_number(struct sv s)
{
	bool hex = s.n > 1 && s.p[1] == 'x';
	uint64_t v = 0;
	size_t i = hex ? 2 : 1;
	if (i == s.n)
		return 0;
	for (; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		unsigned digit = ascii_is_digit(c)      ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
							: 99;
		if (digit >= (hex ? 16 : 10))
			return 0;
		v = v * (hex ? 16 : 10) + digit;
		if (v > 0x10ffff)
			return 0;
	}
	return is_xml_char(v) ? (uint32_t)v : 0;
}

static const char *named_character(struct sv name)
{
	static const struct {
		const char *name, *text;
	} named[] = { { "lt", "<" },
		      { "gt", ">" },
		      { "amp", "&" },
		      { "quot", "\"" },
		      { "apos", "'" } };
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (sv_eq(name, sv_from(named[i].name)))
			return named[i].text;
	return NULL;
}

/* Reads the reference at the front of `s` into `out`; returns the bytes that it took, 0
 * where its end is not there yet. What is none is text. */
static size_t read_reference(struct lenient *l, struct sv s, bool whole, struct buf *out)
{
	size_t n = 1;
	while (n < s.n && n < REFERENCE && (ascii_is_alnum(s.p[n]) || s.p[n] == '#'))
		n++;
	if (n == s.n && n < REFERENCE && !whole)
		return 0;
	struct sv name = sv_sub(s, 1, n - 1);
	if (n == s.n || s.p[n] != ';' || name.n == 0) {
		build_note(l->build, REPAIR_BARE_AMPERSAND, sv_sub(s, 0, n));
		buf_add_char(out, '&');
		return 1;
	}
	uint32_t c = name.p[0] == '#' ? character_number(name) : 0;
	const char *text = named_character(name);
	if (c) {
		utf8_encode(out, c);
	} else if (text) {
		buf_add_str(out, text);
	} else {
		build_note(l->build, REPAIR_ENTITY_UNKNOWN, sv_sub(s, 0, n + 1));
		buf_add_sv(out, sv_sub(s, 0, n + 1));
	}
	return n + 1;
}

static size_t read_text_reference(struct lenient *l, struct sv s)
{
	buf_clear(&l->values);
	size_t n = read_reference(l, s, l->last, &l->values);
	return n && build_text(l->build, buf_sv(&l->values)) ? n : 0;
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
	size_t end = sv_chr(*s, quote), less = sv_chr(*s, '<');
	if (less < end)
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
			n = read_reference(l, s, true, &l->values);
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

/* --- markup --- */

static size_t bare_less_than(struct lenient *l, struct sv s)
{
	size_t end = sv_chr(rest_of(s, 1), '<') + 1;
	if (end == s.n && end < SNIPPET && !l->last)
		return 0;
	build_note(l->build, REPAIR_BARE_LESS_THAN,
		   sv_trim_end(sv_sub(s, 0, end < SNIPPET ? end : SNIPPET)));
	return build_text(l->build, SV("<")) ? 1 : 0;
}

/* Markup that has not ended: waits for its end, or takes it for text. */
static size_t cut_markup(struct lenient *l, struct sv s)
{
	if (!l->last && s.n < PARSER_MARKUP)
		return 0;
	/* At the end of the bytes it is the report that is cut, unless that is whole. */
	if (l->last && s.n < PARSER_MARKUP && !l->build->root_closed)
		return s.n;
	return bare_less_than(l, s);
}

static size_t read_end_tag(struct lenient *l, struct sv s)
{
	size_t n = name_span(rest_of(s, 2));
	size_t end = 2 + n + blank_span(rest_of(s, 2 + n));
	struct sv name = sv_sub(s, 2, n);
	if (end < s.n && (n == 0 || s.p[end] != '>'))
		return bare_less_than(l, s);
	if (end < s.n)
		return end_element(l, name) ? end + 1 : 0;
	if (!l->last || !sv_eq_fold(local_name(name), SV("feedback")) ||
	    !find_open(l, name, true))
		return cut_markup(l, s);
	build_note(l->build, REPAIR_LAST_BRACKET, sv_trim_end(s));
	return end_element(l, name) ? s.n : 0;
}

static size_t read_start_tag(struct lenient *l, struct sv s)
{
	struct tag tag;
	switch (take_tag(l, s, &tag)) {
	case SHAPE_TAG:
		return start_element(l, &tag) ? tag.n : 0;
	case SHAPE_CUT:
		return cut_markup(l, s);
	case SHAPE_TEXT:
		break;
	}
	return bare_less_than(l, s);
}

static size_t enter(struct lenient *l, enum state state, size_t n)
{
	l->state = state;
	return n;
}

/* Does `s` begin with `what`, as far as it goes? */
static bool may_begin(struct sv s, struct sv what)
{
	return sv_has_prefix_fold(what, sv_sub(s, 0, what.n));
}

/* What begins with "<!". */
static size_t read_declaration(struct lenient *l, struct sv s)
{
	static const struct sv dtd[] = { { "<!DOCTYPE", 9 },
					 { "<!ELEMENT", 9 },
					 { "<!ENTITY", 8 },
					 { "<!ATTLIST", 9 },
					 { "<!NOTATION", 10 } };
	if (sv_has_prefix_fold(s, SV("<!--")))
		return enter(l, IN_COMMENT, 4);
	if (sv_has_prefix_fold(s, SV("<![CDATA[")))
		return enter(l, IN_CDATA, 9);
	bool open = may_begin(s, SV("<!--")) || may_begin(s, SV("<![CDATA["));
	for (size_t i = 0; i < sizeof(dtd) / sizeof(dtd[0]); i++) {
		/* Behind the report it can do no harm: some gateway's footer. */
		if (sv_has_prefix_fold(s, dtd[i]) && !l->build->root_closed)
			return build_refuse_dtd(l->build);
		open |= may_begin(s, dtd[i]) && s.n < dtd[i].n;
	}
	return open ? cut_markup(l, s) : bare_less_than(l, s);
}

static size_t read_instruction(struct lenient *l, struct sv s, bool first)
{
	if (s.n < 6 && !l->last)
		return 0;
	if (!name_span(rest_of(s, 2)))
		return bare_less_than(l, s);
	if (!first && sv_has_prefix_fold(s, SV("<?xml")) && s.n > 5 && is_blank(s.p[5]))
		build_note(l->build, REPAIR_XML_SYNTAX, SV("<?xml"));
	return enter(l, IN_INSTRUCTION, 2);
}

static size_t read_markup(struct lenient *l, struct sv s, bool first)
{
	if (s.n < 2)
		return cut_markup(l, s);
	if (s.p[1] == '/')
		return read_end_tag(l, s);
	if (s.p[1] == '!')
		return read_declaration(l, s);
	if (s.p[1] == '?')
		return read_instruction(l, s, first);
	return is_name_start(s.p[1]) ? read_start_tag(l, s) : bare_less_than(l, s);
}

/* "]]>" has no place in text (XML 2.4); its three bytes may come apart. */
static size_t read_bracket(struct lenient *l, struct sv s)
{
	if (s.n < 3 && !l->last && may_begin(s, SV("]]>")))
		return 0;
	if (sv_has_prefix_fold(s, SV("]]>")))
		build_note(l->build, REPAIR_XML_SYNTAX, SV("]]>"));
	return build_text(l->build, SV("]")) ? 1 : 0;
}

static size_t read_content(struct lenient *l, struct sv s)
{
	bool first = !l->begun;
	l->begun = true;
	char c = s.p[0];
	if (c != '\n')
		l->after_cr = false;
	size_t n;
	switch (c) {
	case '<':
		n = read_markup(l, s, first);
		break;
	case '&':
		n = read_text_reference(l, s);
		break;
	case ']':
		n = read_bracket(l, s);
		break;
	default:
		n = is_special(c) ? read_special(l, s) : read_plain(l, s);
	}
	if (n == 0 && first)
		l->begun = false;
	return n;
}

/* --- what is passed over until its end --- */

static size_t skip_comment(struct lenient *l, struct sv s)
{
	size_t at = sv_find(s, SV("--"));
	if (at == s.n)
		return s.p[s.n - 1] == '-' && !l->last ? s.n - 1 : s.n;
	if (at + 2 == s.n)
		return l->last ? s.n : at;
	if (s.p[at + 2] == '>')
		return enter(l, IN_TEXT, at + 3);
	build_note(l->build, REPAIR_XML_SYNTAX, SV("--"));
	return at + 1;
}

static size_t skip_instruction(struct lenient *l, struct sv s)
{
	size_t at = sv_find(s, SV("?>"));
	if (at < s.n)
		return enter(l, IN_TEXT, at + 2);
	return s.p[s.n - 1] == '?' && !l->last ? s.n - 1 : s.n;
}

static size_t read_cdata(struct lenient *l, struct sv s)
{
	if (s.p[0] != '\n')
		l->after_cr = false;
	if (sv_has_prefix_fold(s, SV("]]>")))
		return enter(l, IN_TEXT, 3);
	if (s.p[0] == ']' && s.n < 3 && !l->last && may_begin(s, SV("]]>")))
		return 0;
	return is_special(s.p[0]) ? read_special(l, s) : read_plain(l, s);
}

/* --- character sets --- */

/* The value of encoding="..." in an XML declaration; empty where it says none. */
static struct sv declared_encoding(struct sv head)
{
	struct sv s = sv_sub(head, 0, sv_chr(head, '>'));
	s = sv_sub(s, blank_span(s), s.n);
	size_t at = sv_find(s, SV("encoding"));
	if (!sv_has_prefix_fold(s, SV("<?xml")) || at == s.n)
		return (struct sv){ 0 };
	s = rest_of(s, at + 8);
	sv_take(&s, blank_span(s));
	if (s.n == 0 || sv_take(&s, 1).p[0] != '=')
		return (struct sv){ 0 };
	sv_take(&s, blank_span(s));
	if (s.n == 0 || (s.p[0] != '"' && s.p[0] != '\''))
		return (struct sv){ 0 };
	char quote = sv_take(&s, 1).p[0];
	return sv_sub(s, 0, sv_chr(s, quote));
}

static bool is_utf16(const struct charset *set)
{
	return set->form == CHARSET_UTF16LE || set->form == CHARSET_UTF16BE;
}

/* What the bytes show goes before what the declaration says. */
static const struct charset *choose(struct lenient *l, const struct charset *shown,
				    struct sv declared)
{
	const struct charset *set = charset_find(declared);
	if (declared.n == 0)
		return shown ? shown : charset_utf8();
	if (shown) {
		if (!set || is_utf16(set) != is_utf16(shown) ||
		    (set->form == CHARSET_BYTES))
			build_note(l->build, REPAIR_ENCODING_DECLARED, declared);
		return shown;
	}
	if (!set) {
		build_note(l->build, REPAIR_ENCODING_UNKNOWN, declared);
		return charset_windows1252();
	}
	if (is_utf16(set)) {
		build_note(l->build, REPAIR_ENCODING_DECLARED, declared);
		return charset_utf8();
	}
	l->ascii = set->form == CHARSET_UTF8 && !sv_eq(sv_from(set->name), SV("utf-8"));
	return set;
}

/* Decides on the character set; returns the bytes of a byte order mark. */
static size_t settle(struct lenient *l)
{
	struct sv head = { l->head, l->head_n };
	size_t mark;
	const struct charset *shown = charset_detect(head, &mark);
	struct buf text;
	buf_init(&text, 4 * HEAD);
	charset_decoder_init(&l->decoder, shown ? shown : charset_utf8());
	charset_decode(&l->decoder, rest_of(head, mark), true, &text);
	charset_decoder_init(&l->decoder,
			     choose(l, shown, declared_encoding(buf_sv(&text))));
	buf_deinit(&text);
	l->settled = true;
	return mark;
}

/* The head is enough when it shows whether a declaration stands there, and all of it. */
static bool is_enough(struct sv head)
{
	return head.n == HEAD || sv_chr(head, '>') < head.n;
}

/* --- driving --- */

static bool going(const struct lenient *l)
{
	return !l->build->refused;
}

static size_t read_some(struct lenient *l, struct sv s)
{
	switch (l->state) {
	case IN_COMMENT:
		return skip_comment(l, s);
	case IN_INSTRUCTION:
		return skip_instruction(l, s);
	case IN_CDATA:
		return read_cdata(l, s);
	case IN_TEXT:
		break;
	}
	return read_content(l, s);
}

/* Reads what is whole of l->work and keeps the rest. */
static void read_work(struct lenient *l)
{
	struct sv s = buf_sv(&l->work);
	while (s.n && going(l)) {
		size_t n = read_some(l, s);
		if (n == 0)
			break;
		sv_take(&s, n);
	}
	size_t rest = s.n;
	if (rest)
		memmove(l->work.p, s.p, rest);
	/* Not buf_clear(): its terminator would stand on the first of them. */
	l->work.n = rest;
	l->work.over = false;
}

static void decode(struct lenient *l, struct sv bytes, bool last)
{
	do {
		struct sv slice = sv_take(&bytes, SLICE);
		l->last = last && bytes.n == 0;
		for (size_t i = 0; l->ascii && i < slice.n; i++)
			l->decoder.mended += (uint8_t)slice.p[i] >= 0x80;
		charset_decode(&l->decoder, slice, l->last, &l->work);
		read_work(l);
	} while (bytes.n && going(l));
}

static enum aggregate_step lenient_feed(void *p, struct sv bytes, bool last)
{
	struct lenient *l = p;
	if (!l->settled) {
		struct sv more = sv_take(&bytes, HEAD - l->head_n);
		if (more.n)
			memcpy(l->head + l->head_n, more.p, more.n);
		l->head_n += more.n;
		struct sv head = { l->head, l->head_n };
		if (!last && !is_enough(head))
			return AGGREGATE_MORE;
		size_t mark = settle(l);
		decode(l, rest_of(head, mark), false);
	}
	if (going(l))
		decode(l, bytes, last);
	if (last && going(l) && l->decoder.mended)
		(void)notes_add(&l->build->notes, REPAIR_ENCODING_BYTES, PLACE_DOCUMENT,
				(struct sv){ 0 });
	return going(l) ? AGGREGATE_MORE : AGGREGATE_REFUSED;
}

const struct parser parser_lenient = { lenient_new, lenient_free, lenient_reset,
				       lenient_feed };
