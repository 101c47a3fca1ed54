/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_MEMO_H
#define STORE_BOOK_MEMO_H

#include "store/rollup.h"

/*
 * What the book found out within the current transaction and need not ask again: while it
 * holds the write lock nobody else changes it. Entering a report takes some twenty
 * statements without it; it spares seven of them. Outside of a transaction nothing is
 * remembered.
 */
struct book_memo;

struct book_memo *book_memo_new(void);
void book_memo_free(struct book_memo **m);
/* A transaction begins or ends, or something is taken back. */
void book_memo_clear(struct store *s);

/* Policy domains, by their folded name; id 0: not remembered. */
struct book_memo_policy {
	int64_t id;
	bool refused;
};
struct book_memo_policy book_memo_policy(const struct store *s, struct sv name);
void book_memo_policy_is(struct store *s, struct sv name, struct book_memo_policy p);

/* Raw that is known not to be in the book. */
bool book_memo_no_raw(const struct store *s, const uint8_t sha[32]);
void book_memo_no_raw_is(struct store *s, const uint8_t sha[32], bool missing);

/* A report whose leading 12 hex digits no other one shares. */
bool book_memo_alone(const struct store *s, const uint8_t sha[32]);
void book_memo_alone_is(struct store *s, const uint8_t sha[32], bool alone);

/* Are there reports whose first day is not that of their key's window? -1: not known. */
int book_memo_odd(const struct store *s);
void book_memo_odd_is(struct store *s, bool odd);

/* Where the report entered last counts; it does not count yet. */
bool book_memo_place(const struct store *s, int64_t report, struct rollup_place *out);
void book_memo_place_is(struct store *s, int64_t report, const struct rollup_place *at);

#endif
