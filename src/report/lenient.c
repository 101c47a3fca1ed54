/* SPDX-License-Identifier: Apache-2.0 */
#include "report/lenient_int.h"

#include "base/arena.h"

#include <stdlib.h>

/*
 * The lenient reader: takes markup for markup where it is plainly meant as such, all else
 * for text, and says what it mended. An end tag that fits no open element is dropped; one
 * that fits an outer element closes what is inside; the end of the bytes closes nothing.
 */
enum {
	SLICE = 16 * 1024, /* bytes decoded at a time */
};

static void *lenient_new(struct build *b)
{
	struct lenient *l = heap_array(1, sizeof(*l));
	l->build = b;
	/* What is left over, and a slice of which each byte may become three; of a tag
	 * in there each byte may become three again. */
	buf_init(&l->work, PARSER_MARKUP + 4 * SLICE);
	buf_init(&l->values, 3 * (PARSER_MARKUP + 4 * SLICE));
	buf_init(&l->names, (LIMIT_XML_DEPTH + 1) * (size_t)LIMIT_VALUE);
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

static size_t read_text_reference(struct lenient *l, struct sv s)
{
	buf_clear(&l->values);
	size_t n = lenient_read_reference(l, s, l->last, &l->values);
	return n && build_text(l->build, buf_sv(&l->values)) ? n : 0;
}

/* --- markup --- */

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
	return open ? lenient_cut_markup(l, s) : lenient_bare_less_than(l, s);
}

static size_t read_instruction(struct lenient *l, struct sv s, bool first)
{
	if (s.n < 6 && !l->last)
		return 0;
	if (!name_span(rest_of(s, 2)))
		return lenient_bare_less_than(l, s);
	if (!first && sv_has_prefix_fold(s, SV("<?xml")) && s.n > 5 && is_blank(s.p[5]))
		build_note(l->build, REPAIR_XML_SYNTAX, SV("<?xml"));
	return enter(l, IN_INSTRUCTION, 2);
}

static size_t read_markup(struct lenient *l, struct sv s, bool first)
{
	if (s.n < 2)
		return lenient_cut_markup(l, s);
	if (s.p[1] == '/')
		return lenient_read_end_tag(l, s);
	if (s.p[1] == '!')
		return read_declaration(l, s);
	if (s.p[1] == '?')
		return read_instruction(l, s, first);
	return is_name_start(s.p[1]) ? lenient_read_start_tag(l, s)
				     : lenient_bare_less_than(l, s);
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
	buf_init(&text, 4 * LENIENT_HEAD);
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
	return head.n == LENIENT_HEAD || sv_chr(head, '>') < head.n;
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
		struct sv more = sv_take(&bytes, LENIENT_HEAD - l->head_n);
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
				       lenient_feed, NULL };
