/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_LENIENT_INT_H
#define REPORT_LENIENT_INT_H

#include "base/charset.h"
#include "report/parser.h"

#include <string.h>

/* Inside the lenient reader. The functions that read take the front of what is decoded
 * and return how many bytes they took; 0 is to wait for more, or the end where the
 * builder refused. */
enum {
	LENIENT_HEAD = 1024, /* bytes in which an XML declaration must end */
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
	char head[LENIENT_HEAD];
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

/* A tag at the front of `s`, which begins with '<' and what may be its name or "</". */
size_t lenient_read_start_tag(struct lenient *l, struct sv s);
size_t lenient_read_end_tag(struct lenient *l, struct sv s);
/* The reference at the front of `s`, into `out`; `whole`: nothing comes behind `s`. */
size_t lenient_read_reference(struct lenient *l, struct sv s, bool whole,
			      struct buf *out);
/* A '<' that is text, and markup whose end is not there. */
size_t lenient_bare_less_than(struct lenient *l, struct sv s);
size_t lenient_cut_markup(struct lenient *l, struct sv s);

/* --- characters --- */

static inline bool is_name_start(char c)
{
	return (ascii_is_alnum(c) && !ascii_is_digit(c)) || c == '_' || c == ':' ||
	       (uint8_t)c >= 0x80;
}

static inline bool is_name(char c)
{
	return is_name_start(c) || ascii_is_digit(c) || c == '-' || c == '.';
}

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline size_t name_span(struct sv s)
{
	size_t n = 0;
	if (s.n && is_name_start(s.p[0]))
		while (n < s.n && is_name(s.p[n]))
			n++;
	return n;
}

static inline size_t blank_span(struct sv s)
{
	size_t n = 0;
	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n;
}

static inline struct sv rest_of(struct sv s, size_t from)
{
	return sv_sub(s, from, s.n);
}

/* The bytes of a character that XML does not allow: a control, U+FFFE, U+FFFF. 0: none.
 */
static inline size_t forbidden_span(struct sv s)
{
	if ((uint8_t)s.p[0] < 0x20)
		return !is_blank(s.p[0]);
	return s.n >= 3 && memcmp(s.p, "\xef\xbf", 2) == 0 && (uint8_t)s.p[2] >= 0xbe ? 3
										      : 0;
}

#endif
