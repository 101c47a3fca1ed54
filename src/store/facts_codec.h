/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FACTS_CODEC_H
#define STORE_FACTS_CODEC_H

#include "store/facts.h"

/*
 * How facts lie in a BLOB; only facts_codec.c knows. Rows of a report: in their order,
 * each beside the one before it. Entries of a roll-up: strictly ascending by key. A piece
 * or a part can be read without any other. Decoding is bounded and checks all it reads.
 */
enum {
	CODEC_ROW_MAX = 1 + 16 + 10 + 10,
	CODEC_ENTRY_MAX = 1 + 16 + 10 + 10 + 10,
	CODEC_FOLD_MAX = CODEC_ENTRY_MAX + 2,
	CODEC_FOLD_DAYS = 31,
	CODEC_KEY_SIZE = 25,
};

/* `before` is zeroed for the first row of a piece and becomes `row`. Returns the bytes
 * written to `out`, which has room for CODEC_ROW_MAX. */
size_t codec_put_row(struct facts_row *before, const struct facts_row *row, uint8_t *out);
/* `row` holds the row before (zeroed for the first) and becomes the next one. False where
 * `in` is empty or damaged. */
bool codec_take_row(struct sv *in, struct facts_row *row);

/* (source, facet, passed) as integers that sort as the roll-ups do. */
struct codec_key {
	uint64_t hi, lo; /* the address, left-aligned */
	uint64_t fp;     /* facet << 1 | passed */
	uint8_t kind;    /* enum addr_kind */
};

struct codec_entry {
	struct codec_key key;
	uint64_t rows, messages; /* modulo 2^64 */
};

struct codec_key codec_key_of(const struct addr *source, int64_t facet, bool passed);
struct addr codec_key_source(const struct codec_key *k);

static inline int64_t codec_key_facet(const struct codec_key *k)
{
	return (int64_t)(k->fp >> 1);
}

static inline bool codec_key_passed(const struct codec_key *k)
{
	return k->fp & 1;
}

static inline int codec_key_cmp(const struct codec_key *a, const struct codec_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return (a->fp > b->fp) - (a->fp < b->fp);
}

/* As codec_put_row() and codec_take_row(). Taking is also false where the order is not
 * ascending or an entry says nothing. */
size_t codec_put_entry(struct codec_key *before, const struct codec_entry *e,
		       uint8_t *out);
bool codec_take_entry(struct sv *in, struct codec_entry *e);

/* An entry of a month: with the first and the last day of the month, from 0, on which the
 * pair was seen. */
struct codec_fold {
	struct codec_entry e;
	uint8_t first, last;
};
size_t codec_put_fold(struct codec_key *before, const struct codec_fold *f, uint8_t *out);
bool codec_take_fold(struct sv *in, struct codec_fold *f);

/* A key as bytes of which memcmp() tells the order; for what a part begins with. */
void codec_key_bytes(const struct codec_key *k, uint8_t out[CODEC_KEY_SIZE]);
bool codec_key_parse(struct sv bytes, struct codec_key *out);

#endif
