/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"
#include "base/limits.h"
#include "msg/msg_int.h"

#include <stdio.h>
#include <string.h>

enum {
	PIECES_MAX = 64
};

struct param {
	struct sv name;  /* with its `*0*` */
	struct sv value; /* as written, without the quotes around it */
	bool quoted;
};

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static void skip_comment(struct sv *s)
{
	size_t depth = 0;
	while (s->n) {
		char c = sv_take(s, 1).p[0];
		if (c == '\\')
			sv_take(s, 1);
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return;
	}
}

static void skip_separators(struct sv *s)
{
	while (s->n) {
		if (s->p[0] == '(')
			skip_comment(s);
		else if (ascii_is_space(s->p[0]) || is_one_of(s->p[0], ";,="))
			sv_take(s, 1);
		else
			return;
	}
}

static size_t token_length(struct sv s)
{
	size_t n = 0;
	while (n < s.n && !ascii_is_space(s.p[n]) && !is_one_of(s.p[n], ";=(\""))
		n++;
	return n;
}

/* A value without quotes ends at the semicolon. Blanks belong to it (file names that
 * should have been quoted) unless a comment or the next parameter follows. */
static size_t unquoted_length(struct sv s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] != ';') {
		size_t next = n;
		while (next < s.n && ascii_is_space(s.p[next]))
			next++;
		if (next == n) {
			n++;
			continue;
		}
		struct sv rest = sv_sub(s, next, s.n);
		size_t token = token_length(rest);
		if (rest.n == 0 || rest.p[0] == '(' ||
		    (token && token < rest.n && rest.p[token] == '='))
			return n;
		n = next;
	}
	return n;
}

static struct sv take_quoted(struct sv *s)
{
	sv_take(s, 1);
	size_t n = 0;
	while (n < s->n && s->p[n] != '"')
		n += s->p[n] == '\\' && n + 1 < s->n && is_one_of(s->p[n + 1], "\"\\")
			     ? 2
			     : 1;
	struct sv value = sv_take(s, n);
	sv_take(s, 1);
	return value;
}

static bool param_next(struct sv *s, struct param *out)
{
	while (skip_separators(s), s->n) {
		if (s->p[0] == '"') { /* a quoted string that no name leads */
			take_quoted(s);
			continue;
		}
		out->name = sv_take(s, token_length(*s));
		struct sv rest = *s;
		while (rest.n && ascii_is_space(rest.p[0]))
			sv_take(&rest, 1);
		if (rest.n == 0 || rest.p[0] != '=')
			continue;
		sv_take(&rest, 1);
		while (rest.n && ascii_is_space(rest.p[0]))
			sv_take(&rest, 1);
		out->quoted = rest.n && rest.p[0] == '"';
		out->value = out->quoted
				     ? take_quoted(&rest)
				     : sv_trim_end(sv_take(&rest, unquoted_length(rest)));
		*s = rest;
		return true;
	}
	return false;
}

static bool param_find(struct sv params, const char *name, struct param *out)
{
	struct sv want = sv_from(name);
	while (param_next(&params, out))
		if (sv_eq_fold(out->name, want))
			return true;
	return false;
}

static void add_value(const struct param *p, bool extended, struct buf *out)
{
	for (struct sv v = p->value; v.n;) {
		char c = sv_take(&v, 1).p[0];
		int high = v.n > 1 ? value_hex(v.p[0]) : -1;
		int low = v.n > 1 ? value_hex(v.p[1]) : -1;
		if (extended && c == '%' && high >= 0 && low >= 0) {
			c = (char)(high * 16 + low);
			sv_take(&v, 2);
		} else if (p->quoted && c == '\\' && v.n && is_one_of(v.p[0], "\"\\")) {
			c = sv_take(&v, 1).p[0];
		}
		buf_add_char(out, c);
	}
}

/* Takes charset'language' from the front of an extended value (RFC 2231 4). */
static struct sv take_charset(struct sv *value)
{
	struct sv rest = *value;
	size_t first = sv_chr(rest, '\'');
	struct sv charset = sv_take_until(&rest, '\'');
	size_t second = sv_chr(rest, '\'');
	if (first == value->n || second == rest.n)
		return SV("");
	sv_take(&rest, second + 1);
	*value = rest;
	return charset;
}

/* Puts the pieces name*0, name*1 ... together; `*` at their end says percent-encoded. */
static bool add_pieces(struct sv params, const char *name, struct buf *out,
		       struct sv *out_charset)
{
	for (unsigned i = 0; i < PIECES_MAX; i++) {
		char key[64];
		struct param p;
		(void)snprintf(key, sizeof(key), "%s*%u", name, i);
		bool found = param_find(params, key, &p), extended = false;
		if (!found) {
			(void)snprintf(key, sizeof(key), "%s*%u*", name, i);
			extended = found = param_find(params, key, &p);
		}
		if (!found)
			return i > 0;
		if (extended && i == 0)
			*out_charset = take_charset(&p.value);
		add_value(&p, extended, out);
	}
	return true;
}

static void decode_value(const struct buf *raw, struct sv charset, bool extended,
			 struct buf *out)
{
	if (!extended) {
		value_decode(buf_sv(raw), out);
		return;
	}
	const struct charset *set = charset.n ? charset_find(charset) : charset_utf8();
	struct charset_decoder d;
	charset_decoder_init(&d, set ? set : charset_windows1252());
	charset_decode(&d, buf_sv(raw), true, out);
}

bool param_get(struct sv params, const char *name, struct buf *out)
{
	char key[64];
	struct param p;
	struct sv charset = SV("");
	struct buf raw;
	buf_init(&raw, LIMIT_VALUE);
	(void)snprintf(key, sizeof(key), "%s*", name);
	bool extended = param_find(params, key, &p), found = extended;
	if (extended)
		charset = take_charset(&p.value);
	else if (add_pieces(params, name, &raw, &charset))
		extended = charset.n > 0;
	else if (!(found = param_find(params, name, &p)))
		return false;
	if (found)
		add_value(&p, extended, &raw);
	decode_value(&raw, charset, extended, out);
	buf_deinit(&raw);
	return true;
}

struct sv param_take_type(struct sv *value)
{
	struct sv rest = *value;
	while (rest.n && (ascii_is_space(rest.p[0]) || rest.p[0] == '"'))
		sv_take(&rest, 1);
	size_t n = 0;
	while (n < rest.n && !ascii_is_space(rest.p[n]) &&
	       !is_one_of(rest.p[n], ";,(=\""))
		n++;
	struct sv type = sv_take(&rest, n);
	size_t slash = sv_chr(type, '/');
	if (slash == 0 || slash + 1 >= type.n)
		return SV("");
	*value = rest;
	return type;
}
