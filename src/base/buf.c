/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUF_FIRST = 64
};

void buf_init(struct buf *b, size_t max)
{
	/* One less than everything, so that the terminator's byte can be counted. */
	*b = (struct buf){ .max = max < SIZE_MAX ? max : SIZE_MAX - 1 };
}

void buf_deinit(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p)
		b->p[0] = '\0';
}

static bool buf_reserve(struct buf *b, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	size_t need = b->n + n + 1;
	if (need <= b->cap)
		return true;
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	char *p = realloc(b->p, cap);
	if (!p)
		arena_guard(cap);
	b->p = p;
	b->cap = cap;
	return true;
}

bool buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_reserve(b, n))
		return false;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
	return true;
}

bool buf_add_sv(struct buf *b, struct sv s)
{
	return buf_add(b, s.p, s.n);
}

bool buf_add_str(struct buf *b, const char *cstr)
{
	return buf_add_sv(b, sv_from(cstr));
}

bool buf_add_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	bool ok = n >= 0 && buf_reserve(b, (size_t)n);
	if (ok) {
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	return ok;
}

bool buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	bool ok = buf_addv(b, fmt, ap);
	va_end(ap);
	return ok;
}

bool buf_add_varint(struct buf *b, uint64_t v)
{
	char out[10];
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		out[n++] = (char)(uint8_t)(v | 0x80);
	out[n++] = (char)(uint8_t)v;
	return buf_add(b, out, n);
}

bool buf_add_block(struct buf *b, struct sv s)
{
	size_t was = b->n;
	if (buf_add_varint(b, s.n) && buf_add_sv(b, s))
		return true;
	b->n = was;
	if (b->p)
		b->p[was] = '\0';
	return false;
}

struct sv buf_sv(const struct buf *b)
{
	return (struct sv){ b->p ? b->p : "", b->n };
}

const char *buf_str(const struct buf *b)
{
	return b->p ? b->p : "";
}

bool sv_take_varint(struct sv *s, uint64_t *out)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (s->n == 0)
			return false;
		uint8_t byte = (uint8_t)sv_take(s, 1).p[0];
		uint64_t bits = byte & 0x7f;
		if (shift == 63 && bits > 1)
			return false;
		v |= bits << shift;
		if (!(byte & 0x80)) {
			*out = v;
			return true;
		}
	}
	return false;
}

bool sv_take_block(struct sv *s, struct sv *out)
{
	uint64_t n;
	if (!sv_take_varint(s, &n) || n > s->n)
		return false;
	*out = sv_take(s, (size_t)n);
	return true;
}
