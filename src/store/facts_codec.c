/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts_codec.h"

#include <string.h>

/*
 * A row:              flags, address, facet, messages
 * An entry:           flags, address, facet, rows, messages
 * An entry of a month: the same, then first day + 32 * (last day - first day)
 *
 * The address is there unless it is the one before. Numbers are LEB128 and left out where
 * a flag says them. A facet of an entry with the address before it is the distance from
 * the facet before.
 */
enum {
	ADDR_BITS = 3, /* both */
	ADDR_IS_NONE = 0,
	ADDR_IS_V4 = 1,
	ADDR_IS_V6 = 2,
	ADDR_IS_SAME = 3,
	ROW_SAME_FACET = 1 << 2,
	ROW_ONE_MESSAGE = 1 << 3,
	ROW_FLAGS = ADDR_BITS | ROW_SAME_FACET | ROW_ONE_MESSAGE,
	ENTRY_PASSED = 1 << 2,
	ENTRY_ONE_ROW = 1 << 3,
	ENTRY_NO_ROW = 1 << 4,
	ENTRY_ONE_MESSAGE = 1 << 5,
	ENTRY_FLAGS = ADDR_BITS | ENTRY_PASSED | ENTRY_ONE_ROW | ENTRY_NO_ROW |
		      ENTRY_ONE_MESSAGE,
};

/* Facet ids are row ids: positive, and one bit is needed beside them. */
#define FACET_MAX (UINT64_MAX >> 2)

struct cursor {
	const uint8_t *p, *end;
};

static uint8_t *put_varint(uint8_t *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

static bool take_varint(struct cursor *c, uint64_t *out)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64 && c->p < c->end; shift += 7) {
		uint64_t byte = *c->p++;
		if (shift == 63 && byte > 1)
			return false;
		v |= (byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = v;
			return true;
		}
	}
	return false;
}

static struct cursor cursor_of(struct sv in)
{
	const uint8_t *p = (const uint8_t *)in.p;
	return (struct cursor){ p, p + in.n };
}

static void advance(struct sv *in, struct cursor c)
{
	in->p = (const char *)c.p;
	in->n = (size_t)(c.end - c.p);
}

static size_t addr_bytes(uint8_t flags)
{
	switch (flags & ADDR_BITS) {
	case ADDR_IS_V4:
		return 4;
	case ADDR_IS_V6:
		return 16;
	default:
		return 0;
	}
}

static uint8_t addr_flag(uint8_t kind)
{
	return kind == ADDR_V4 ? ADDR_IS_V4 : kind == ADDR_V6 ? ADDR_IS_V6 : ADDR_IS_NONE;
}

static uint8_t flag_kind(uint8_t flags)
{
	switch (flags & ADDR_BITS) {
	case ADDR_IS_V4:
		return ADDR_V4;
	case ADDR_IS_V6:
		return ADDR_V6;
	default:
		return ADDR_NONE;
	}
}

/* --- rows --- */

static bool same_source(const struct addr *a, const struct addr *b)
{
	return a->kind == b->kind && memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

size_t codec_put_row(struct facts_row *before, const struct facts_row *row, uint8_t *out)
{
	/* A zeroed row before has facet 0, which is none: its address is not the same. */
	bool same = before->facet && same_source(&before->source, &row->source);
	bool same_facet = before->facet == row->facet;
	uint8_t flags = same ? ADDR_IS_SAME : addr_flag(row->source.kind);
	uint8_t *p = out + 1;
	size_t n = addr_bytes(flags);
	memcpy(p, row->source.b, n);
	p += n;
	if (same_facet)
		flags |= ROW_SAME_FACET;
	else
		p = put_varint(p, (uint64_t)row->facet);
	if (row->messages == 1)
		flags |= ROW_ONE_MESSAGE;
	else
		p = put_varint(p, row->messages);
	out[0] = flags;
	*before = *row;
	return (size_t)(p - out);
}

bool codec_take_row(struct sv *in, struct facts_row *row)
{
	struct cursor c = cursor_of(*in);
	if (c.p == c.end)
		return false;
	uint8_t flags = *c.p++;
	if (flags & ~ROW_FLAGS)
		return false;
	bool same = (flags & ADDR_BITS) == ADDR_IS_SAME;
	if (!row->facet && (same || (flags & ROW_SAME_FACET)))
		return false;
	size_t n = addr_bytes(flags);
	if ((size_t)(c.end - c.p) < n)
		return false;
	if (!same) {
		row->source = (struct addr){ .kind = flag_kind(flags) };
		memcpy(row->source.b, c.p, n);
	}
	c.p += n;
	uint64_t facet = (uint64_t)row->facet;
	if (!(flags & ROW_SAME_FACET) && !take_varint(&c, &facet))
		return false;
	if (facet == 0 || facet > FACET_MAX)
		return false;
	row->facet = (int64_t)facet;
	row->messages = 1;
	if (!(flags & ROW_ONE_MESSAGE) && !take_varint(&c, &row->messages))
		return false;
	advance(in, c);
	return true;
}

/* --- keys --- */

static uint64_t load_be(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(v) : v;
}

static void store_be(uint8_t *p, uint64_t v)
{
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		v = __builtin_bswap64(v);
	memcpy(p, &v, sizeof(v));
}

struct codec_key codec_key_of(const struct addr *source, int64_t facet, bool passed)
{
	return (struct codec_key){ .kind = source->kind,
				   .hi = load_be(source->b),
				   .lo = load_be(source->b + 8),
				   .fp = (uint64_t)facet << 1 | passed };
}

struct addr codec_key_source(const struct codec_key *k)
{
	struct addr a = { .kind = k->kind };
	store_be(a.b, k->hi);
	store_be(a.b + 8, k->lo);
	return a;
}

void codec_key_bytes(const struct codec_key *k, uint8_t out[CODEC_KEY_SIZE])
{
	out[0] = k->kind;
	store_be(out + 1, k->hi);
	store_be(out + 9, k->lo);
	store_be(out + 17, k->fp);
}

bool codec_key_parse(struct sv bytes, struct codec_key *out)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	if (bytes.n != CODEC_KEY_SIZE)
		return false;
	out->kind = p[0];
	out->hi = load_be(p + 1);
	out->lo = load_be(p + 9);
	out->fp = load_be(p + 17);
	return true;
}

/* --- entries --- */

size_t codec_put_entry(struct codec_key *before, const struct codec_entry *e,
		       uint8_t *out)
{
	const struct codec_key *k = &e->key;
	bool same = before->fp && before->kind == k->kind && before->hi == k->hi &&
		    before->lo == k->lo;
	uint8_t flags = same ? ADDR_IS_SAME : addr_flag(k->kind);
	uint8_t *p = out + 1;
	if (!same && k->kind != ADDR_NONE) {
		uint8_t b[16];
		store_be(b, k->hi);
		store_be(b + 8, k->lo);
		memcpy(p, b, sizeof(b));
		p += addr_bytes(flags);
	}
	p = put_varint(p, (k->fp >> 1) - (same ? before->fp >> 1 : 0));
	if (k->fp & 1)
		flags |= ENTRY_PASSED;
	if (e->rows == 1)
		flags |= ENTRY_ONE_ROW;
	else if (e->rows == 0)
		flags |= ENTRY_NO_ROW;
	else
		p = put_varint(p, e->rows);
	if (e->messages == 1)
		flags |= ENTRY_ONE_MESSAGE;
	else
		p = put_varint(p, e->messages);
	out[0] = flags;
	*before = *k;
	return (size_t)(p - out);
}

static bool take_key(struct cursor *c, uint8_t flags, const struct codec_key *before,
		     struct codec_key *out)
{
	bool same = (flags & ADDR_BITS) == ADDR_IS_SAME;
	size_t n = addr_bytes(flags);
	if ((same && !before->fp) || (size_t)(c->end - c->p) < n)
		return false;
	if (same) {
		*out = *before;
	} else {
		uint8_t b[16] = { 0 };
		memcpy(b, c->p, n);
		*out = (struct codec_key){ .kind = flag_kind(flags),
					   .hi = load_be(b),
					   .lo = load_be(b + 8) };
		c->p += n;
	}
	uint64_t facet;
	if (!take_varint(c, &facet))
		return false;
	uint64_t base = same ? before->fp >> 1 : 0;
	if (facet > FACET_MAX - base || facet + base == 0)
		return false;
	out->fp = (facet + base) << 1 | ((flags & ENTRY_PASSED) != 0);
	return !before->fp || codec_key_cmp(before, out) < 0;
}

bool codec_take_entry(struct sv *in, struct codec_entry *e)
{
	struct cursor c = cursor_of(*in);
	if (c.p == c.end)
		return false;
	uint8_t flags = *c.p++;
	if (flags & ~ENTRY_FLAGS)
		return false;
	struct codec_key before = e->key;
	if (!take_key(&c, flags, &before, &e->key))
		return false;
	e->rows = (flags & ENTRY_ONE_ROW) ? 1 : 0;
	if (!(flags & (ENTRY_ONE_ROW | ENTRY_NO_ROW)) && !take_varint(&c, &e->rows))
		return false;
	e->messages = 1;
	if (!(flags & ENTRY_ONE_MESSAGE) && !take_varint(&c, &e->messages))
		return false;
	advance(in, c);
	return e->rows || e->messages;
}

/* --- entries of a month --- */

size_t codec_put_fold(struct codec_key *before, const struct codec_fold *f, uint8_t *out)
{
	size_t n = codec_put_entry(before, &f->e, out);
	uint64_t span = f->first | (uint64_t)(f->last - f->first) << 5;
	return (size_t)(put_varint(out + n, span) - out);
}

bool codec_take_fold(struct sv *in, struct codec_fold *f)
{
	uint64_t span;
	if (!codec_take_entry(in, &f->e))
		return false;
	struct cursor c = cursor_of(*in);
	if (!take_varint(&c, &span) || (span & 31) + (span >> 5) >= CODEC_FOLD_DAYS)
		return false;
	f->first = (uint8_t)(span & 31);
	f->last = (uint8_t)((span & 31) + (span >> 5));
	advance(in, c);
	return true;
}
