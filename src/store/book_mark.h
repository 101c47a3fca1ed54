/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_MARK_H
#define STORE_BOOK_MARK_H

#include "store/store.h"

struct arena;

/* What the user said of a source (an address's text) or a service (its id), for a domain
 * by its folded name. The numbers are those of whoever judges by them. */
struct book_mark {
	struct sv subject;
	uint8_t mark;
	int64_t created; /* seconds */
};

/* 0 takes it back. */
bool book_mark_set(struct store *s, struct sv domain, const struct book_mark *m,
		   struct err *err);
/* By subject. */
bool book_marks(struct store *s, struct sv domain, struct arena *a,
		struct book_mark **out, size_t *out_n, struct err *err);

#endif
