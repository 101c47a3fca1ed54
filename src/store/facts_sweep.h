/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FACTS_SWEEP_H
#define STORE_FACTS_SWEEP_H

#include "store/facts_int.h"

/*
 * Sums over roll-ups by a key that does not fit their order: sources, facets, or both,
 * of any number of domains and days. Memory is bounded: where there are more keys than
 * LIMIT_TALLIES, those that sort behind wait for another round over the same roll-ups.
 */
enum sweep_by {
	SWEEP_SOURCES,
	SWEEP_FACETS,
	SWEEP_PAIRS
};

struct tally {
	struct codec_key key; /* what it is not by is zero */
	uint64_t rows, messages, passed;
	int32_t first_day, last_day;
	uint32_t domains; /* seen with so many */
	uint32_t domain;  /* the last of them, by its place in the question */
};

/* The tallies with most messages, at most `limit` (0, or beyond LIMIT_LINES: that), in
 * their order; *out_all says how many there are. free() the array. */
bool facts_sweep(struct store *s, const struct facts_query *q, enum sweep_by by,
		 uint32_t limit, struct tally **out, size_t *out_n, uint64_t *out_all,
		 struct err *err);

#endif
