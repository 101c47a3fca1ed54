/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void json_init(struct json *j, struct buf *out)
{
	*j = (struct json){ .out = out };
}

static void add_escape(struct buf *b, uint32_t c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c && c < 0x80 ? strchr(from, (int)c) : NULL;
	if (at) {
		char pair[2] = { '\\', to[at - from] };
		buf_add(b, pair, 2);
	} else if (c < 0x10000) {
		buf_addf(b, "\\u%04x", (unsigned)c);
	} else {
		c -= 0x10000;
		buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xd800 | c >> 10),
			 (unsigned)(0xdc00 | (c & 0x3ff)));
	}
}

static bool is_plain_ascii(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static void add_quoted(struct buf *b, struct sv s)
{
	buf_add_char(b, '"');
	while (s.n) {
		size_t run = 0, n = 0;
		uint32_t c = 0;
		while (run < s.n) {
			if (is_plain_ascii(s.p[run])) {
				run++;
				continue;
			}
			n = utf8_decode(sv_sub(s, run, 4), &c);
			if (n < 2 || text_is_hidden(c))
				break;
			run += n;
		}
		buf_add_sv(b, sv_take(&s, run));
		if (s.n == 0)
			break;
		if (n)
			add_escape(b, c);
		else
			utf8_encode(b, 0xfffd);
		sv_take(&s, n ? n : 1);
	}
	buf_add_char(b, '"');
}

/* What stands before a value: the comma, and the key. */
static void begin_value(struct json *j, const char *key)
{
	if (j->begun[j->depth])
		buf_add_char(j->out, ',');
	j->begun[j->depth] = true;
	if (key) {
		add_quoted(j->out, sv_from(key));
		buf_add_char(j->out, ':');
	}
}

static void open_level(struct json *j, const char *key, char c)
{
	begin_value(j, key);
	buf_add_char(j->out, c);
	assert((size_t)j->depth + 1 < sizeof(j->begun));
	j->begun[++j->depth] = false;
}

static void close_level(struct json *j, char c)
{
	assert(j->depth > 0);
	j->depth--;
	buf_add_char(j->out, c);
}

void json_object(struct json *j, const char *key)
{
	open_level(j, key, '{');
}

void json_object_end(struct json *j)
{
	close_level(j, '}');
}

void json_array(struct json *j, const char *key)
{
	open_level(j, key, '[');
}

void json_array_end(struct json *j)
{
	close_level(j, ']');
}

void json_string(struct json *j, const char *key, struct sv value)
{
	begin_value(j, key);
	add_quoted(j->out, value);
}

void json_str(struct json *j, const char *key, const char *value)
{
	if (value)
		json_string(j, key, sv_from(value));
	else
		json_null(j, key);
}

void json_int(struct json *j, const char *key, int64_t value)
{
	begin_value(j, key);
	buf_addf(j->out, "%lld", (long long)value);
}

void json_uint(struct json *j, const char *key, uint64_t value)
{
	begin_value(j, key);
	buf_addf(j->out, "%llu", (unsigned long long)value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin_value(j, key);
	buf_add_str(j->out, value ? "true" : "false");
}

void json_double(struct json *j, const char *key, double value, int decimals)
{
	/* RFC 8259 6: numbers that are none of its grammar are not allowed. */
	if (!isfinite(value)) {
		json_null(j, key);
		return;
	}
	begin_value(j, key);
	size_t from = j->out->n;
	if (!buf_addf(j->out, "%.*f", decimals, value))
		return;
	/* A locale may write another decimal point. */
	char *comma = memchr(j->out->p + from, ',', j->out->n - from);
	if (comma)
		*comma = '.';
}

void json_null(struct json *j, const char *key)
{
	begin_value(j, key);
	buf_add_str(j->out, "null");
}
