/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OWNER_H
#define APP_OWNER_H

#include "store/book.h"

/*
 * Whose is a policy domain? A domain of the book owns itself and all below it, unless a
 * longer entry exists; retired entries own too. Computed whenever it is asked, never
 * stored: a domain that is added takes over what was reported before.
 */

/* Puts the entries in the order that owner_of() searches. */
void owner_sort(struct book_domain *entry, size_t n);
/* NULL: unassigned. */
const struct book_domain *owner_of(const struct book_domain *entry, size_t n,
				   struct sv name);
/* Is `name` the domain `parent` or below it? */
bool owner_covers(struct sv parent, struct sv name);

#endif
