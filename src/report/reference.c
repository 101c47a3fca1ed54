/* SPDX-License-Identifier: Apache-2.0 */
#include "report/reference.h"

#include "base/text.h"

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

bool reference_read(struct sv name, struct buf *out)
{
	uint32_t c = name.n && name.p[0] == '#' ? character_number(name) : 0;
	const char *text = named_character(name);
	if (c)
		utf8_encode(out, c);
	else if (text)
		buf_add_str(out, text);
	return c || text;
}
