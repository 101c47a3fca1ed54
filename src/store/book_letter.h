/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_LETTER_H
#define STORE_BOOK_LETTER_H

#include "store/store.h"

/* Which letters were accepted for sending: once a period and client, whatever happens. */
struct book_letter {
	int64_t client; /* 0: the provider's own */
	struct sv period, address, message_id;
	int64_t sent; /* seconds: when it was accepted */
};

/* *out_sent is 0 where none was accepted, to whatever address. */
bool book_letter_sent(struct store *s, int64_t client, struct sv period,
		      int64_t *out_sent, struct err *err);
bool book_letter_add(struct store *s, const struct book_letter *l, struct err *err);

#endif
