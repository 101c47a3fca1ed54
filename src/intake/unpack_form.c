/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"
#include "intake/unpack.h"

/* What the forms begin with. Text forms are told by looking closer. */
static const struct form_magic {
	struct sv bytes;
	enum unpack_form form;
} magic[] = {
	{ { "\x1f\x8b\x08", 3 }, FORM_GZIP },
	{ { "PK\x03\x04", 4 }, FORM_ZIP },
	{ { "PK\x05\x06", 4 }, FORM_ZIP },           /* empty */
	{ { "PK\x07\x08PK\x03\x04", 8 }, FORM_ZIP }, /* APPNOTE 8.5.4 */
	{ { "PK00PK\x03\x04", 8 }, FORM_ZIP },       /* APPNOTE 8.5.5 */
	{ { "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8 }, FORM_MSG },
};

enum {
	FORM_LOOK = 1024, /* bytes of UTF-16 that are looked at */
	ZLIB_LOOK = 64
};

/* RFC 1950 2.2: the four levels with the usual window. "x^2" is none: there must be
 * something that is not text. */
static bool is_zlib(struct sv s)
{
	if (s.n < 2 || s.p[0] != 'x' || sv_chr(SV("\x01\x5e\x9c\xda"), s.p[1]) == 4)
		return false;
	for (size_t i = 1; i < s.n && i < ZLIB_LOOK; i++)
		if ((s.p[i] < ' ' && !ascii_is_space(s.p[i])) || s.p[i] == '\x7f')
			return true;
	return false;
}

static bool is_name_start(char c)
{
	return (ascii_is_alnum(c) && !ascii_is_digit(c)) || c == '_' || c == ':' ||
	       (unsigned char)c >= 0x80;
}

static bool is_xml(struct sv s)
{
	if (s.n < 2 || s.p[0] != '<')
		return false;
	if (sv_has_prefix_fold(s, SV("<html")) ||
	    sv_has_prefix_fold(s, SV("<!doctype html")))
		return false;
	return s.p[1] == '?' || s.p[1] == '!' || is_name_start(s.p[1]);
}

/* An object with a first key, or an array of something; not what begins like it. */
static bool is_json(struct sv s)
{
	char open = s.n ? s.p[0] : ' ';
	if (open != '{' && open != '[')
		return false;
	sv_take(&s, 1);
	s = sv_trim(s);
	if (s.n == 0)
		return true;
	if (open == '{')
		return s.p[0] == '"' || s.p[0] == '}';
	return s.p[0] == '{' || s.p[0] == '[' || s.p[0] == ']' || s.p[0] == '"';
}

static enum unpack_form text_form(struct sv s)
{
	struct sv trimmed = sv_trim(s);
	if (trimmed.n == 0)
		return FORM_EMPTY;
	if (is_xml(trimmed))
		return FORM_XML;
	if (is_json(trimmed))
		return FORM_JSON;
	return mime_recognise(s) ? FORM_MAIL : FORM_OTHER;
}

static enum unpack_form utf16_form(const struct charset *set, struct sv s)
{
	struct buf text;
	struct charset_decoder d;
	buf_init(&text, (size_t)3 * FORM_LOOK);
	charset_decoder_init(&d, set);
	charset_decode(&d, sv_sub(s, 0, FORM_LOOK), false, &text);
	enum unpack_form form = text_form(buf_sv(&text));
	buf_deinit(&text);
	return form;
}

enum unpack_form unpack_form(struct sv head)
{
	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if (sv_eq(sv_sub(head, 0, magic[i].bytes.n), magic[i].bytes))
			return magic[i].form;
	if (is_zlib(head))
		return FORM_ZLIB;
	size_t bom = 0;
	const struct charset *set = charset_detect(head, &bom);
	struct sv text = sv_sub(head, bom, head.n);
	if (set && (set->form == CHARSET_UTF16LE || set->form == CHARSET_UTF16BE))
		return utf16_form(set, text);
	return text_form(text);
}
