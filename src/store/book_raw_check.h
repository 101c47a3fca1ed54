/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_RAW_CHECK_H
#define STORE_BOOK_RAW_CHECK_H

#include "store/book.h"

/*
 * Are the raw copies what came? Each is unpacked, piece after piece, and its bytes are
 * held against the size and the SHA-256 under which it was entered. One that is not is a
 * verdict and no failure.
 */
bool book_raw_is_sound(struct store *s, const struct book_raw *raw, bool *out,
		       struct err *err);

/* book_raw_read(), but a piece that cannot be unpacked is no failure. */
bool book_raw_look(struct store *s, int64_t raw_id, uint32_t seq, struct arena *a,
		   struct sv *out, bool *out_readable, struct err *err);

struct book_raws_check {
	void (*progress)(void *ctx, uint64_t done, uint64_t all); /* bytes; may be NULL */
	void *ctx;
};
struct book_raws_checked {
	uint64_t copies, bytes; /* looked at */
	uint64_t damaged;
	char first[200]; /* where the first damaged one was read from, or "" */
};
/* All that are kept, outside of transactions; each is read as of one moment. */
bool book_raws_check(struct store *s, const struct book_raws_check *o,
		     struct book_raws_checked *out, struct err *err);

#endif
