/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"
#include "base/text.h"
#include "tlsrpt/read_int.h"

#include <string.h>

/* The one value of the text, mended as it is copied; the copy is never longer. */
struct tidy {
	struct tls_reader *r;
	struct sv in;
	char *out;
	size_t n;
	unsigned depth;
};

/* U+FFFD, as the escape that takes the place of one that means no character. */
#define NO_CHARACTER "\\ufffd"

enum {
	ESCAPE = sizeof(NO_CHARACTER) - 1
};

static void put(struct tidy *t, char c)
{
	t->out[t->n++] = c;
}

static void put_all(struct tidy *t, const char *p, size_t n)
{
	memcpy(t->out + t->n, p, n);
	t->n += n;
}

/* Is this "\uXXXX", and of what? */
static bool is_escape(struct sv s, uint32_t *out)
{
	*out = 0;
	if (s.n < ESCAPE || s.p[0] != '\\' || s.p[1] != 'u')
		return false;
	for (size_t i = 2; i < ESCAPE; i++) {
		char c = ascii_lower(s.p[i]);
		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
		*out = *out << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

static bool is_high(uint32_t c)
{
	return c >= 0xd800 && c < 0xdc00;
}

static bool is_low(uint32_t c)
{
	return c >= 0xdc00 && c < 0xe000;
}

/* A backslash stands at the front. */
static void take_escape(struct tidy *t)
{
	uint32_t c, next;
	struct sv s = t->in;
	if (is_escape(s, &c)) {
		bool pair = is_high(c) && is_escape(sv_sub(s, ESCAPE, ESCAPE), &next) &&
			    is_low(next);
		if (c == 0 || (!pair && (is_high(c) || is_low(c)))) {
			tls_note(t->r, REPAIR_JSON_ESCAPE, TLS_MEMBER_UNKNOWN,
				 sv_sub(s, 0, ESCAPE));
			put_all(t, NO_CHARACTER, ESCAPE);
		} else {
			put_all(t, s.p, pair ? 2 * ESCAPE : ESCAPE);
		}
		sv_take(&t->in, pair ? 2 * ESCAPE : ESCAPE);
	} else if (s.n > 1 && memchr("\"\\/bfnrt", s.p[1], 8)) {
		put_all(t, s.p, 2);
		sv_take(&t->in, 2);
	} else {
		/* Whatever is behind it is read by itself. */
		tls_note(t->r, REPAIR_JSON_ESCAPE, TLS_MEMBER_UNKNOWN, sv_sub(s, 0, 2));
		sv_take(&t->in, 1);
	}
}

/* The text in quotes that begins here, up to and with its end. */
static void take_string(struct tidy *t)
{
	put(t, *sv_take(&t->in, 1).p);
	while (t->in.n) {
		char c = t->in.p[0];
		if (c == '\\') {
			take_escape(t);
			continue;
		}
		sv_take(&t->in, 1);
		if ((unsigned char)c < ' ') {
			tls_note(t->r, REPAIR_JSON_CONTROL, TLS_MEMBER_UNKNOWN,
				 (struct sv){ 0 });
			c = ' ';
		}
		put(t, c);
		if (c == '"')
			return;
	}
}

/* A comma with nothing but blanks behind it, before the end of an object or list. */
static void drop_comma(struct tidy *t)
{
	size_t at = t->n;
	while (at > 0 && ascii_is_space(t->out[at - 1]))
		at--;
	if (at == 0 || t->out[at - 1] != ',')
		return;
	tls_note(t->r, REPAIR_JSON_COMMA, TLS_MEMBER_UNKNOWN, (struct sv){ 0 });
	t->out[at - 1] = ' ';
}

static bool take_value(struct tidy *t)
{
	do {
		char c = t->in.p[0];
		if (c == '"') {
			take_string(t);
			continue;
		}
		if (c == '}' || c == ']') {
			drop_comma(t);
			t->depth--;
		} else if ((c == '{' || c == '[') && ++t->depth > LIMIT_TLS_DEPTH) {
			return tls_refuse(
				t->r,
				"the report's objects and lists are nested more "
				"than %d deep, the most that is read",
				LIMIT_TLS_DEPTH);
		}
		put(t, c);
		sv_take(&t->in, 1);
	} while (t->in.n && t->depth);
	return true;
}

static size_t find_value(struct sv s)
{
	size_t object = sv_chr(s, '{'), list = sv_chr(s, '[');
	return object < list ? object : list;
}

/* What stands behind the value: nothing, padding, or what belongs elsewhere. */
static bool check_rest(struct tls_reader *r, struct sv rest)
{
	struct sv all = rest;
	while (rest.n && (ascii_is_space(rest.p[0]) || rest.p[0] == '\0'))
		sv_take(&rest, 1);
	if (rest.n && (rest.p[0] == '{' || rest.p[0] == '['))
		return tls_refuse(r, "more than one report in one document: another JSON "
				     "value stands behind the first");
	if (sv_trim(all).n)
		tls_note(r, REPAIR_TEXT_AFTER, TLS_MEMBER_UNKNOWN, sv_trim(rest));
	return true;
}

/* UTF-8 without a byte order mark, whatever it came as. */
static bool decode(struct tls_reader *r, struct sv json, struct sv *out)
{
	size_t mark;
	const struct charset *set = charset_detect(json, &mark);
	sv_take(&json, mark);
	*out = json;
	if (!set)
		set = charset_utf8();
	if (set->form == CHARSET_UTF8 && utf8_is_valid(json))
		return true;
	struct buf text;
	struct charset_decoder d;
	buf_init(&text, LIMIT_TLS_REPORT);
	charset_decoder_init(&d, set);
	charset_decode(&d, json, true, &text);
	if (set->form != CHARSET_UTF8)
		tls_note(r, REPAIR_JSON_ENCODING, TLS_MEMBER_UNKNOWN, sv_from(set->name));
	if (d.mended)
		tls_note(r, REPAIR_ENCODING_BYTES, TLS_MEMBER_UNKNOWN, (struct sv){ 0 });
	*out = arena_sv(r->scratch, buf_sv(&text));
	bool over = text.over;
	buf_deinit(&text);
	return over ? tls_refuse_size(r) : true;
}

bool tls_tidy(struct tls_reader *r, struct sv json, struct sv *out)
{
	struct sv text;
	if (json.n > LIMIT_TLS_REPORT)
		return tls_refuse_size(r);
	if (!decode(r, json, &text))
		return false;
	struct sv before = sv_trim(sv_take(&text, find_value(text)));
	if (text.n == 0 && before.n == 0)
		return tls_refuse(r, "no JSON object: the data is empty");
	if (text.n == 0)
		return tls_refuse(r, "no JSON object: the data begins with \"%s\"",
				  tls_shown(r, before));
	if (before.n)
		tls_note(r, REPAIR_TEXT_BEFORE, TLS_MEMBER_UNKNOWN, before);
	struct tidy t = { .r = r, .in = text };
	t.out = arena_alloc(r->scratch, text.n);
	if (!take_value(&t) || !check_rest(r, t.in))
		return false;
	*out = (struct sv){ t.out, t.n };
	return true;
}
