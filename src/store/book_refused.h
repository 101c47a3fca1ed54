/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_REFUSED_H
#define STORE_BOOK_REFUSED_H

#include "store/book.h"

/*
 * What was refused or kept aside, in the order in which it came, the newest first. No
 * index leads to it: the deliveries are walked once, one row in memory at a time.
 */
struct book_refused_filter {
	int64_t from, to; /* seconds of its arrival, inclusive */
	uint32_t limit;   /* 0: all */
};

struct book_refused {
	struct book_delivery delivery; /* nothing of the mail around it */
	uint8_t sha[32];               /* of the raw item */
	uint64_t size;                 /* its bytes as they came */
	bool kept;                     /* they are here */
	int64_t removed;               /* when retention took them; 0: it did not */
};

struct book_refused_iter;
struct book_refused_iter *book_refused(struct store *s,
				       const struct book_refused_filter *f,
				       struct err *err);
bool book_refused_next(struct book_refused_iter *it, struct arena *a,
		       struct book_refused *out, struct err *err);
void book_refused_iter_free(struct book_refused_iter **it);
/* How many there are, whatever the limit. */
bool book_refused_count(struct store *s, const struct book_refused_filter *f,
			uint64_t *out, struct err *err);

#endif
