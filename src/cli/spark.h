/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SPARK_H
#define CLI_SPARK_H

#include "base/buf.h"

/* Draws `n` values as at most `cells` bars of eight heights; several values in a cell are
 * averaged. The highest bar is `most`, by which several lines share one scale; nothing at
 * all is a dot. */
void spark_add(struct buf *b, const uint64_t *value, size_t n, size_t cells, double most);
/* The highest cell: the `most` of a line of its own. */
double spark_most(const uint64_t *value, size_t n, size_t cells);

#endif
