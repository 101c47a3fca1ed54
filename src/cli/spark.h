/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SPARK_H
#define CLI_SPARK_H

#include "base/buf.h"

/* Adds `n` values as at most `cells` bars of eight heights; several values in a cell are
 * averaged. The highest bar is the highest cell; nothing at all is a dot. */
void spark_add(struct buf *b, const uint64_t *value, size_t n, size_t cells);

#endif
