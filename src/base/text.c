/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/text_int.h"

#include <string.h>

size_t utf8_decode(struct sv s, uint32_t *out)
{
	/* By length: the least character that needs it, so that overlong forms fail. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (s.n == 0)
		return 0;
	uint8_t b = (uint8_t)s.p[0];
	if (b < 0x80) {
		*out = b;
		return 1;
	}
	size_t n = b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
	if (n == 0 || s.n < n)
		return 0;
	uint32_t c = b & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		uint8_t next = (uint8_t)s.p[i];
		if ((next & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (next & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*out = c;
	return n;
}

size_t utf8_write(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(uint8_t)(0x80 | (c & 0x3f));
	out[0] = (char)(uint8_t)(0xf00u >> n | c);
	return n;
}

void utf8_encode(struct buf *b, uint32_t c)
{
	char out[4];
	buf_add(b, out, utf8_write(out, c));
}

/* Sixteen bytes at a time: reports are nearly all ASCII. */
static size_t ascii_span(struct sv s)
{
	size_t i = 0;
	for (; s.n - i >= 16; i += 16) {
		uint64_t v[2];
		memcpy(v, s.p + i, sizeof(v));
		if ((v[0] | v[1]) & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < s.n && !(s.p[i] & 0x80))
		i++;
	return i;
}

size_t utf8_span(struct sv s)
{
	size_t at = 0;
	for (;;) {
		at += ascii_span(sv_sub(s, at, s.n));
		uint32_t c;
		size_t n = utf8_decode(sv_sub(s, at, 4), &c);
		if (n == 0)
			return at;
		at += n;
	}
}

bool utf8_is_valid(struct sv s)
{
	return utf8_span(s) == s.n;
}

static bool is_in(uint32_t c, const struct text_range *r, size_t n)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (c > r[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && c >= r[low].first;
}

bool text_is_hidden(uint32_t c)
{
	if (c < 0xa0)
		return c < 0x20 || c >= 0x7f;
	return is_in(c, text_hidden, text_hidden_n);
}

/* Bytes of the character at the front, and whether they may stand as they are; one byte
 * where it is none. */
static size_t look(struct sv s, uint32_t *c, bool *plain)
{
	size_t n = utf8_decode(s, c);
	*plain = n > 0 && !text_is_hidden(*c);
	if (n == 0)
		*c = (uint8_t)s.p[0];
	return n;
}

void text_add_visible(struct buf *b, struct sv s)
{
	while (s.n) {
		size_t run = 0, n = 0;
		uint32_t c = 0;
		bool plain = true;
		while (run < s.n) {
			if (s.p[run] >= ' ' && s.p[run] <= '~') {
				run++;
				continue;
			}
			n = look(sv_sub(s, run, 4), &c, &plain);
			if (!plain)
				break;
			run += n;
		}
		buf_add_sv(b, sv_take(&s, run));
		if (plain)
			return;
		if (n > 1)
			buf_addf(b, "\\u{%04x}", (unsigned)c);
		else
			buf_addf(b, "\\x%02x", (unsigned)c);
		sv_take(&s, n ? n : 1);
	}
}

static bool is_number(struct sv s)
{
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		sv_take(&s, 1);
	size_t digits = 0, points = 0;
	for (size_t i = 0; i < s.n; i++) {
		digits += ascii_is_digit(s.p[i]);
		points += s.p[i] == '.';
	}
	return digits > 0 && points < 2 && digits + points == s.n;
}

/* The full-width forms too: spreadsheets set to an East Asian language take them. */
static bool is_formula(struct sv s)
{
	uint32_t c = 0;
	utf8_decode(sv_trim(s), &c);
	bool sign = c == '=' || c == '+' || c == '-' || c == '@' || c == 0xff1d ||
		    c == 0xff0b || c == 0xff0d || c == 0xff20;
	return sign && !is_number(s);
}

static bool needs_quotes(struct sv s)
{
	/* A semicolon parts cells where the comma is the decimal point. */
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == ';')
			return true;
	return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

void text_add_csv(struct buf *b, struct sv s)
{
	bool quoted = needs_quotes(s);
	if (quoted)
		buf_add_char(b, '"');
	if (is_formula(s))
		buf_add_char(b, '\'');
	while (s.n) {
		size_t run = sv_chr(s, '"');
		text_add_visible(b, sv_take(&s, run));
		if (s.n) {
			buf_add_str(b, "\"\"");
			sv_take(&s, 1);
		}
	}
	if (quoted)
		buf_add_char(b, '"');
}

/* Takes one character, or one byte of what is none, and says its columns. */
static size_t take_columns(struct sv *s)
{
	uint32_t c = 0;
	size_t n = utf8_decode(*s, &c);
	sv_take(s, n ? n : 1);
	if (n < 2)
		return 1;
	if (is_in(c, text_zero, text_zero_n))
		return 0;
	return is_in(c, text_wide, text_wide_n) ? 2 : 1;
}

size_t text_width(struct sv s)
{
	size_t columns = 0;
	while (s.n)
		columns += take_columns(&s);
	return columns;
}

struct sv text_clip(struct sv s, size_t columns)
{
	struct sv left = s;
	size_t kept = 0;
	while (left.n) {
		size_t wide = take_columns(&left);
		if (wide > columns)
			break;
		columns -= wide;
		kept = s.n - left.n;
	}
	return sv_sub(s, 0, kept);
}
