/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_UPKEEP_INT_H
#define APP_UPKEEP_INT_H

#include "app/unassigned.h"
#include "store/book.h"

/* How many of these, oldest arrival first, go: those that arrived before `oldest`, and
 * more until what is left is at most `max` bytes. */
size_t upkeep_choose(const struct book_holding *h, size_t n, int64_t oldest, uint64_t max,
		     struct app_upkeep *out);

#endif
