/* SPDX-License-Identifier: Apache-2.0 */
#include "report/codec.h"

#include "base/arena.h"

#include <string.h>

enum {
	SHORT = 127 /* the length and one more are one byte */
};

bool codec_add_text(struct buf *b, struct sv s)
{
	if (!s.p)
		return buf_add_char(b, '\0');
	/* Nearly all are short, and there is room: length and text at once. */
	if (s.n < SHORT && !b->over && b->cap - b->n > s.n + 1) {
		b->p[b->n] = (char)(s.n + 1);
		memcpy(b->p + b->n + 1, s.p, s.n);
		b->n += s.n + 1;
		b->p[b->n] = '\0';
		return true;
	}
	return buf_add_varint(b, (uint64_t)s.n + 1) && buf_add_sv(b, s);
}

bool codec_add_extra(struct buf *b, const struct report_extra *extra, size_t n)
{
	bool ok = buf_add_varint(b, n);
	for (size_t i = 0; ok && i < n; i++)
		ok = codec_add_text(b, extra[i].name) &&
		     codec_add_text(b, extra[i].value);
	return ok;
}

bool codec_take_number(struct sv *s, uint64_t *out)
{
	struct sv before = *s;
	if (!sv_take_varint(s, out))
		return false;
	/* The shortest form only: no zero byte of 7 bits at the end. */
	size_t n = before.n - s->n;
	return n == 1 || before.p[n - 1] != 0;
}

bool codec_take_text(struct sv *s, struct sv *out)
{
	uint64_t n;
	if (!codec_take_number(s, &n) || n > (uint64_t)s->n + 1)
		return false;
	*out = n ? sv_take(s, (size_t)n - 1) : (struct sv){ NULL, 0 };
	return true;
}

bool codec_take_count(struct sv *s, size_t least, size_t most, size_t *out)
{
	uint64_t n;
	if (!codec_take_number(s, &n) || n > most || n > s->n / least)
		return false;
	*out = (size_t)n;
	return true;
}

bool codec_take_extra(struct sv *s, struct arena *a, const struct report_extra **out,
		      size_t *out_n)
{
	size_t n;
	if (!codec_take_count(s, 2, SIZE_MAX, &n))
		return false;
	struct report_extra *extra = n ? arena_array(a, n, sizeof(*extra)) : NULL;
	for (size_t i = 0; i < n; i++)
		if (!codec_take_text(s, &extra[i].name) ||
		    !codec_take_text(s, &extra[i].value))
			return false;
	*out = extra;
	*out_n = n;
	return true;
}
