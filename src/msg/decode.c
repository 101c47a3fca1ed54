/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/msg_int.h"

#include <string.h>

enum {
	JUNK = 0xff,
	LINE_LOOK = 80,   /* letters that are looked at ahead: a line has 76 */
	BLANKS_MAX = 1024 /* a longer run of blanks is text, wherever its line ends */
};

/* Values of the base64 alphabet, RFC 4648 table 1; everything else is JUNK. */
static const uint8_t values[256] = {
#define J8 JUNK, JUNK, JUNK, JUNK, JUNK, JUNK, JUNK, JUNK
#define J32 J8, J8, J8, J8
	J32,  J8,   JUNK, JUNK, JUNK, 62,   JUNK, JUNK, JUNK, 63,   52,   53,
	54,   55,   56,   57,   58,   59,   60,   61,   JUNK, JUNK, JUNK, JUNK,
	JUNK, JUNK, JUNK, 0,    1,    2,    3,    4,    5,    6,    7,    8,
	9,    10,   11,   12,   13,   14,   15,   16,   17,   18,   19,   20,
	21,   22,   23,   24,   25,   JUNK, JUNK, JUNK, JUNK, JUNK, JUNK, 26,
	27,   28,   29,   30,   31,   32,   33,   34,   35,   36,   37,   38,
	39,   40,   41,   42,   43,   44,   45,   46,   47,   48,   49,   50,
	51,   JUNK, JUNK, JUNK, JUNK, JUNK, J32,  J32,  J32,  J32,
#undef J32
#undef J8
};

void mime_decoder_init(struct mime_decoder *d, enum mime_encoding encoding,
		       struct sv body)
{
	*d = (struct mime_decoder){ .encoding = encoding, .left = body };
}

static uint8_t value_of(char c)
{
	return values[(unsigned char)c];
}

/* Whole groups of four, as far as nothing else stands between them. */
static size_t decode_groups(struct mime_decoder *d, char *out, size_t cap)
{
	const char *p = d->left.p;
	size_t groups = d->left.n / 4 < cap / 3 ? d->left.n / 4 : cap / 3;
	size_t i = 0;
	for (; i < groups; i++, p += 4, out += 3) {
		uint32_t a = value_of(p[0]), b = value_of(p[1]);
		uint32_t c = value_of(p[2]), e = value_of(p[3]);
		if ((a | b | c | e) & 0xc0)
			break;
		uint32_t bits = a << 18 | b << 12 | c << 6 | e;
		out[0] = (char)(uint8_t)(bits >> 16);
		out[1] = (char)(uint8_t)(bits >> 8);
		out[2] = (char)(uint8_t)bits;
	}
	sv_take(&d->left, i * 4);
	return i * 3;
}

/* The bytes of a group that has fewer than four letters. */
static size_t flush_group(struct mime_decoder *d, char *out)
{
	size_t n = 0;
	if (d->have >= 2)
		out[n++] = (char)(uint8_t)(d->bits >> (d->have * 6 - 8));
	if (d->have == 3)
		out[n++] = (char)(uint8_t)(d->bits >> 2);
	d->have = 0;
	d->bits = 0;
	return n;
}

/* Behind padding stands either the next chunk of a sender that encodes in chunks, or
 * something that was appended to the mail. The next line tells. */
static bool is_base64_ahead(struct sv s)
{
	while (s.n && (ascii_is_space(s.p[0]) || s.p[0] == '='))
		sv_take(&s, 1);
	size_t n = 0;
	while (n < s.n && n < LINE_LOOK && (value_of(s.p[n]) != JUNK || s.p[n] == '='))
		n++;
	if (n == LINE_LOOK)
		return true;
	return n >= 4 && n % 4 == 0 && (n == s.n || ascii_is_space(s.p[n]));
}

/* One letter; returns the bytes that it completes. */
static size_t decode_letter(struct mime_decoder *d, char *out)
{
	char c = sv_take(&d->left, 1).p[0];
	uint8_t v = value_of(c);
	if (c == '=' && d->have) {
		size_t n = flush_group(d, out);
		if (!is_base64_ahead(d->left))
			d->left = SV("");
		return n;
	}
	if (v == JUNK)
		return 0;
	d->bits = d->bits << 6 | v;
	if (++d->have < 4)
		return 0;
	out[0] = (char)(uint8_t)(d->bits >> 16);
	out[1] = (char)(uint8_t)(d->bits >> 8);
	out[2] = (char)(uint8_t)d->bits;
	d->have = 0;
	d->bits = 0;
	return 3;
}

static size_t decode_base64(struct mime_decoder *d, char *out, size_t cap)
{
	size_t n = 0;
	while (d->left.n && cap - n >= 3) {
		if (d->have == 0)
			n += decode_groups(d, out + n, cap - n);
		if (d->left.n && cap - n >= 3)
			n += decode_letter(d, out + n);
	}
	if (d->left.n == 0 && !d->ended && cap - n >= 3) {
		n += flush_group(d, out + n);
		d->ended = true;
	}
	return n;
}

/* Length of a line's end at the front, 0 where there is none. */
static size_t line_end(struct sv s)
{
	if (s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n')
		return 2;
	return s.n && (s.p[0] == '\r' || s.p[0] == '\n');
}

static size_t blanks(struct sv s)
{
	size_t n = 0;
	while (n < s.n && n < BLANKS_MAX && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return n;
}

/* Passes over the `=` at the front and what belongs to it. Returns the byte that it
 * means, -1 for none (a soft line break); a malformed one is itself. */
static int take_escape(struct sv *s)
{
	sv_take(s, 1);
	size_t blank = blanks(*s);
	struct sv behind = sv_sub(*s, blank, s->n);
	if (behind.n == 0 || line_end(behind)) {
		sv_take(s, blank + line_end(behind));
		return -1;
	}
	int high = s->n > 1 ? value_hex(s->p[0]) : -1;
	int low = s->n > 1 ? value_hex(s->p[1]) : -1;
	if (high < 0 || low < 0)
		return '=';
	sv_take(s, 2);
	return high * 16 + low;
}

/* How much of the front, which is no `=`, stands for itself. Blanks before a line's end
 * do not (RFC 2045 6.7 (3)): they are dropped. */
static size_t literal_run(struct sv *s, size_t max)
{
	size_t n = blanks(*s);
	struct sv behind = sv_sub(*s, n, s->n);
	if (n) {
		if (behind.n && !line_end(behind))
			return n;
		sv_take(s, n);
		return 0;
	}
	while (n < s->n && n < max && s->p[n] != '=' && s->p[n] != ' ' && s->p[n] != '\t')
		n++;
	return n;
}

/* `bits` counts bytes at the front that are known to be literal, so that the outcome does
 * not depend on where a piece ends. */
static size_t decode_qp(struct mime_decoder *d, char *out, size_t cap)
{
	size_t n = 0;
	while (d->left.n && n < cap) {
		if (d->bits == 0 && d->left.p[0] == '=') {
			int byte = take_escape(&d->left);
			if (byte >= 0)
				out[n++] = (char)(uint8_t)byte;
			continue;
		}
		size_t run = d->bits ? d->bits : literal_run(&d->left, cap - n);
		struct sv text = sv_take(&d->left, run < cap - n ? run : cap - n);
		if (text.n)
			memcpy(out + n, text.p, text.n);
		n += text.n;
		d->bits = (uint32_t)(run - text.n);
	}
	return n;
}

size_t mime_decode(struct mime_decoder *d, char *out, size_t cap)
{
	if (d->encoding == MIME_BASE64)
		return decode_base64(d, out, cap);
	if (d->encoding == MIME_QP)
		return decode_qp(d, out, cap);
	struct sv bytes = sv_take(&d->left, cap);
	if (bytes.n)
		memcpy(out, bytes.p, bytes.n);
	return bytes.n;
}
