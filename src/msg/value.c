/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"
#include "base/limits.h"
#include "msg/msg_int.h"

enum {
	CHARSET_NAME_MAX = 64
};

/* An encoded word, RFC 2047 2. */
struct word {
	struct sv charset, text;
	bool base64;
	size_t n; /* of the whole word */
};

void value_unfold(struct sv value, struct buf *out)
{
	value = sv_sub(value, 0, LIMIT_VALUE);
	while (value.n) {
		size_t n = 0;
		while (n < value.n && value.p[n] != '\r' && value.p[n] != '\n')
			n++;
		struct sv line = sv_take(&value, n);
		if (value.n == 0) {
			buf_add_sv(out, line);
			return;
		}
		buf_add_sv(out, sv_trim_end(line));
		value = sv_trim(value);
		if (value.n)
			buf_add_char(out, ' ');
	}
}

struct sv value_cut(struct sv s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return sv_sub(s, 0, max);
}

int value_hex(char c)
{
	char l = ascii_lower(c);
	if (ascii_is_digit(c))
		return c - '0';
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* Reads the word that begins with the "=?" at the front of `s`. */
static bool word_parse(struct sv s, struct word *out)
{
	struct sv rest = sv_sub(s, 2, s.n);
	out->charset = sv_take_until(&rest, '?');
	out->charset = sv_sub(out->charset, 0,
			      sv_chr(out->charset, '*')); /* RFC 2231 5 */
	if (out->charset.n == 0 || out->charset.n > CHARSET_NAME_MAX || rest.n < 2 ||
	    rest.p[1] != '?')
		return false;
	char form = ascii_lower(rest.p[0]);
	out->base64 = form == 'b';
	if (form != 'b' && form != 'q')
		return false;
	sv_take(&rest, 2);
	size_t end = sv_find(rest, SV("?="));
	if (end == rest.n)
		return false;
	out->text = sv_take(&rest, end);
	out->n = s.n - rest.n + 2;
	return true;
}

static void word_decode_q(struct sv text, struct charset_decoder *d, struct buf *out)
{
	while (text.n) {
		char c = sv_take(&text, 1).p[0];
		int high = text.n > 1 ? value_hex(text.p[0]) : -1;
		int low = text.n > 1 ? value_hex(text.p[1]) : -1;
		if (c == '_') {
			c = ' ';
		} else if (c == '=' && high >= 0 && low >= 0) {
			c = (char)(high * 16 + low);
			sv_take(&text, 2);
		}
		charset_decode(d, (struct sv){ &c, 1 }, false, out);
	}
}

static void word_decode(const struct word *w, struct charset_decoder *d, struct buf *out)
{
	if (!w->base64) {
		word_decode_q(w->text, d, out);
		return;
	}
	char bytes[256];
	size_t n;
	struct mime_decoder m;
	mime_decoder_init(&m, MIME_BASE64, w->text);
	while ((n = mime_decode(&m, bytes, sizeof(bytes))) > 0)
		charset_decode(d, (struct sv){ bytes, n }, false, out);
}

static void plain_decode(struct sv text, struct buf *out)
{
	struct charset_decoder d;
	charset_decoder_init(&d, charset_utf8());
	charset_decode(&d, text, true, out);
}

static void word_finish(struct charset_decoder *d, struct buf *out)
{
	if (d->set)
		charset_decode(d, SV(""), true, out);
	d->set = NULL;
}

/* Offset of the last "?=": no word is looked for behind it. */
static size_t last_end(struct sv text)
{
	size_t i = text.n < 2 ? 0 : text.n - 2;
	while (i && (text.p[i] != '?' || text.p[i + 1] != '='))
		i--;
	return i;
}

/* Words beside each other are one text (RFC 2047 6.2), whose characters some senders
 * split between two words: so they share a decoder. */
void value_decode(struct sv text, struct buf *out)
{
	struct charset_decoder d = { .set = NULL };
	size_t plain = 0, last = last_end(text);
	for (size_t i = 0; i < last;) {
		i += sv_find(sv_sub(text, i, text.n), SV("=?"));
		struct word w;
		if (i >= last)
			break;
		if (!word_parse(sv_sub(text, i, text.n), &w)) {
			i += 2;
			continue;
		}
		struct sv between = sv_sub(text, plain, i - plain);
		const struct charset *set = charset_find(w.charset);
		if (!set)
			set = charset_windows1252();
		bool joined = d.set && sv_trim(between).n == 0;
		if (!joined || d.set != set)
			word_finish(&d, out);
		if (!joined)
			plain_decode(between, out);
		if (!d.set)
			charset_decoder_init(&d, set);
		word_decode(&w, &d, out);
		i += w.n;
		plain = i;
	}
	word_finish(&d, out);
	plain_decode(sv_sub(text, plain, text.n), out);
}
