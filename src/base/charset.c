/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"

#include "base/charset_int.h"
#include "base/text.h"
#include "base/text_int.h"

#include <string.h>

enum {
	NO_MEANING = 0xfffd,
	CHUNK = 256, /* units decoded at a time, where each is looked at singly */
	UTF8_LONGEST = 4,
};

static const struct charset utf8 = { "utf-8", CHARSET_UTF8, NULL };
static const struct charset us_ascii = { "us-ascii", CHARSET_UTF8, NULL };
static const struct charset utf16le = { "utf-16le", CHARSET_UTF16LE, NULL };
static const struct charset utf16be = { "utf-16be", CHARSET_UTF16BE, NULL };
/* The first unit decides: see settle_order(). */
static const struct charset utf16 = { "utf-16", CHARSET_UTF16BE, NULL };

static const struct charset bytes[CHARSET_TABLES] = {
#define BYTES(id, name) [id] = { name, CHARSET_BYTES, charset_high[id] }
	BYTES(CHARSET_ISO_8859_1, "iso-8859-1"),
	BYTES(CHARSET_ISO_8859_15, "iso-8859-15"),
	BYTES(CHARSET_WINDOWS_1250, "windows-1250"),
	BYTES(CHARSET_WINDOWS_1251, "windows-1251"),
	BYTES(CHARSET_WINDOWS_1252, "windows-1252"),
	BYTES(CHARSET_WINDOWS_1253, "windows-1253"),
	BYTES(CHARSET_WINDOWS_1254, "windows-1254"),
	BYTES(CHARSET_WINDOWS_1255, "windows-1255"),
	BYTES(CHARSET_WINDOWS_1256, "windows-1256"),
	BYTES(CHARSET_WINDOWS_1257, "windows-1257"),
	BYTES(CHARSET_WINDOWS_1258, "windows-1258"),
	BYTES(CHARSET_KOI8_R, "koi8-r"),
#undef BYTES
};

/* Names as fold_name() leaves them: letters and digits only. */
static const struct {
	const char *folded;
	const struct charset *set;
} names[] = {
	{ "utf8", &utf8 },
	{ "unicode11utf8", &utf8 },
	{ "unicode20utf8", &utf8 },
	{ "xunicode20utf8", &utf8 },
	{ "utf8mb4", &utf8 },
	{ "usascii", &us_ascii },
	{ "ascii", &us_ascii },
	{ "us", &us_ascii },
	{ "iso646us", &us_ascii },
	{ "ansix341968", &us_ascii },
	{ "ansix341986", &us_ascii },
	{ "cp367", &us_ascii },
	{ "ibm367", &us_ascii },
	{ "utf16", &utf16 },
	{ "ucs2", &utf16 },
	{ "iso10646ucs2", &utf16 },
	{ "unicode", &utf16 },
	{ "utf16le", &utf16le },
	{ "ucs2le", &utf16le },
	{ "utf16be", &utf16be },
	{ "ucs2be", &utf16be },
	{ "iso88591", &bytes[CHARSET_ISO_8859_1] },
	{ "iso885911987", &bytes[CHARSET_ISO_8859_1] },
	{ "88591", &bytes[CHARSET_ISO_8859_1] },
	{ "isoir100", &bytes[CHARSET_ISO_8859_1] },
	{ "latin1", &bytes[CHARSET_ISO_8859_1] },
	{ "l1", &bytes[CHARSET_ISO_8859_1] },
	{ "cp819", &bytes[CHARSET_ISO_8859_1] },
	{ "ibm819", &bytes[CHARSET_ISO_8859_1] },
	{ "iso885915", &bytes[CHARSET_ISO_8859_15] },
	{ "885915", &bytes[CHARSET_ISO_8859_15] },
	{ "latin9", &bytes[CHARSET_ISO_8859_15] },
	{ "l9", &bytes[CHARSET_ISO_8859_15] },
	{ "koi8r", &bytes[CHARSET_KOI8_R] },
	{ "koi8", &bytes[CHARSET_KOI8_R] },
	{ "cskoi8r", &bytes[CHARSET_KOI8_R] },
	{ "cp878", &bytes[CHARSET_KOI8_R] },
	{ "ansi", &bytes[CHARSET_WINDOWS_1252] },
};

enum {
	NAME_LONGEST = 40
};

/* False: too long, or with what no name holds. */
static bool fold_name(struct sv name, char out[NAME_LONGEST], size_t *out_n)
{
	size_t n = 0;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (ascii_is_alnum(c) && n < NAME_LONGEST)
			out[n++] = ascii_lower(c);
		else if (ascii_is_alnum(c) ||
			 (!ascii_is_space(c) && (c < '!' || c > '~')))
			return false;
	}
	*out_n = n;
	return true;
}

/* cp1252, windows-1252, win-1252, x-cp1252, ms-1252, 1252. */
static const struct charset *find_windows(struct sv folded)
{
	static const char *const before[] = { "windows", "win",       "cp",   "xcp",
					      "ms",      "cswindows", "ansi", "" };
	if (folded.n < 4)
		return NULL;
	struct sv digits = sv_sub(folded, folded.n - 4, 4);
	if (!sv_has_prefix_fold(digits, SV("125")) || digits.p[3] < '0' ||
	    digits.p[3] > '8')
		return NULL;
	struct sv head = sv_sub(folded, 0, folded.n - 4);
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (sv_eq(head, sv_from(before[i])))
			return &bytes[CHARSET_WINDOWS_1250 + (digits.p[3] - '0')];
	return NULL;
}

const struct charset *charset_find(struct sv name)
{
	char text[NAME_LONGEST];
	struct sv folded = { text, 0 };
	if (!fold_name(name, text, &folded.n))
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (sv_eq(folded, sv_from(names[i].folded)))
			return names[i].set;
	return find_windows(folded);
}

const struct charset *charset_utf8(void)
{
	return &utf8;
}

const struct charset *charset_windows1252(void)
{
	return &bytes[CHARSET_WINDOWS_1252];
}

/* What XML or JSON in UTF-16 begins with: blanks, then a bracket, each beside a zero. */
static bool begins_utf16(struct sv head, size_t zero_at)
{
	for (size_t i = 0; i + 2 <= head.n; i += 2) {
		char c = head.p[i + 1 - zero_at];
		if (head.p[i + zero_at] != '\0')
			return false;
		if (c == '<' || c == '{' || c == '[')
			return true;
		if (!ascii_is_space(c))
			return false;
	}
	return false;
}

const struct charset *charset_detect(struct sv head, size_t *out_bom)
{
	*out_bom = 0;
	if (sv_has_prefix_fold(head, SV("\xef\xbb\xbf"))) {
		*out_bom = 3;
		return &utf8;
	}
	if (sv_has_prefix_fold(head, SV("\xff\xfe"))) {
		*out_bom = 2;
		return &utf16le;
	}
	if (sv_has_prefix_fold(head, SV("\xfe\xff"))) {
		*out_bom = 2;
		return &utf16be;
	}
	if (begins_utf16(head, 1))
		return &utf16le;
	return begins_utf16(head, 0) ? &utf16be : NULL;
}

void charset_decoder_init(struct charset_decoder *d, const struct charset *set)
{
	*d = (struct charset_decoder){ .set = set };
}

/* Could more bytes make a character of `s`, the end of a piece? */
static bool is_cut_utf8(struct sv s)
{
	/* The least and the greatest end that the missing bytes can bring. */
	char low[UTF8_LONGEST + 1] = { 0 }, high[UTF8_LONGEST + 1] = { 0 };
	uint8_t b = (uint8_t)s.p[0];
	size_t want = b < 0xc2 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 1;
	if (s.n >= want)
		return false;
	memset(low, 0x80, UTF8_LONGEST);
	memset(high, 0xbf, UTF8_LONGEST);
	memcpy(low, s.p, s.n);
	memcpy(high, s.p, s.n);
	uint32_t c;
	return utf8_decode((struct sv){ low, want }, &c) ||
	       utf8_decode((struct sv){ high, want }, &c);
}

static size_t decode_utf8(struct charset_decoder *d, struct sv in, bool last,
			  struct buf *out)
{
	size_t at = 0;
	for (;;) {
		struct sv left = sv_sub(in, at, in.n);
		size_t run = utf8_span(left);
		buf_add(out, left.p, run);
		at += run;
		if (at == in.n)
			return at;
		left = sv_sub(in, at, in.n);
		if (!last && is_cut_utf8(left))
			return at;
		uint8_t b = (uint8_t)left.p[0];
		utf8_encode(out, charset_high[CHARSET_WINDOWS_1252][b - 0x80]);
		d->mended++;
		at++;
	}
}

static size_t decode_bytes(struct charset_decoder *d, struct sv in, struct buf *out)
{
	size_t at = 0;
	while (at < in.n) {
		char text[CHUNK * UTF8_LONGEST];
		size_t n = 0;
		for (size_t i = 0; i < CHUNK && at < in.n; i++) {
			uint8_t b = (uint8_t)in.p[at++];
			uint32_t c = b < 0x80 ? b : d->set->high[b - 0x80];
			d->mended += c == NO_MEANING;
			n += utf8_write(text + n, c);
		}
		buf_add(out, text, n);
	}
	return at;
}

static uint32_t utf16_unit(const struct charset *set, const char *p)
{
	uint32_t a = (uint8_t)p[0], b = (uint8_t)p[1];
	return set->form == CHARSET_UTF16LE ? b << 8 | a : a << 8 | b;
}

/* The bytes of the first character; 0 where its end has not come yet. A surrogate without
 * its other half, and a byte without its other half at the end, is no character. */
static size_t utf16_character(const struct charset *set, struct sv s, bool last,
			      uint32_t *out)
{
	*out = NO_MEANING;
	if (s.n < 2)
		return last ? s.n : 0;
	uint32_t c = utf16_unit(set, s.p);
	if (c >= 0xdc00 && c < 0xe000)
		return 2;
	if (c < 0xd800 || c >= 0xe000) {
		*out = c;
		return 2;
	}
	if (s.n < 4)
		return last ? 2 : 0;
	uint32_t low = utf16_unit(set, s.p + 2);
	if (low < 0xdc00 || low >= 0xe000)
		return 2;
	*out = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
	return 4;
}

/* The order of "utf-16", from its first unit; returns the bytes of a byte order mark. */
static size_t settle_order(struct charset_decoder *d, struct sv in)
{
	if (d->set != &utf16 || in.n < 2)
		return 0;
	uint8_t a = (uint8_t)in.p[0], b = (uint8_t)in.p[1];
	bool mark = (a == 0xff && b == 0xfe) || (a == 0xfe && b == 0xff);
	bool little = mark ? a == 0xff : a != 0 && a < 0x80 && b == 0;
	d->set = little ? &utf16le : &utf16be;
	return mark ? 2 : 0;
}

static size_t decode_utf16(struct charset_decoder *d, struct sv in, bool last,
			   struct buf *out)
{
	size_t at = settle_order(d, in), took = 1;
	while (took && at < in.n) {
		char text[CHUNK * UTF8_LONGEST];
		size_t n = 0;
		for (size_t i = 0; i < CHUNK && at < in.n; i++) {
			uint32_t c;
			took = utf16_character(d->set, sv_sub(in, at, 4), last, &c);
			if (took == 0)
				break;
			d->mended += c == NO_MEANING;
			n += utf8_write(text + n, c);
			at += took;
		}
		buf_add(out, text, n);
	}
	return at;
}

/* Decodes what is whole; returns how much that was. At most 3 bytes are left. */
static size_t decode(struct charset_decoder *d, struct sv in, bool last, struct buf *out)
{
	switch (d->set->form) {
	case CHARSET_UTF8:
		return decode_utf8(d, in, last, out);
	case CHARSET_UTF16LE:
	case CHARSET_UTF16BE:
		return decode_utf16(d, in, last, out);
	case CHARSET_BYTES:
		break;
	}
	return decode_bytes(d, in, out);
}

static void hold(struct charset_decoder *d, struct sv rest)
{
	d->held_n = (uint8_t)rest.n;
	if (rest.n)
		memcpy(d->held, rest.p, rest.n);
}

void charset_decode(struct charset_decoder *d, struct sv in, bool last, struct buf *out)
{
	size_t held = d->held_n;
	if (held) {
		/* Four more bytes finish whatever is held. */
		char text[sizeof(d->held) + UTF8_LONGEST];
		struct sv head = sv_sub(in, 0, UTF8_LONGEST);
		struct sv joined = { text, held + head.n };
		memcpy(text, d->held, held);
		if (head.n)
			memcpy(text + held, head.p, head.n);
		size_t done = decode(d, joined, last && head.n == in.n, out);
		if (done < held) {
			hold(d, sv_sub(joined, done, joined.n));
			return;
		}
		sv_take(&in, done - held);
	}
	size_t done = decode(d, in, last, out);
	hold(d, sv_sub(in, done, in.n));
}
