/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_INT_H
#define BASE_TEXT_INT_H

#include <stddef.h>
#include <stdint.h>

/* Characters by their width on a terminal (Unicode 14): sorted, apart from each other. */
struct text_range {
	uint32_t first, last;
};

extern const struct text_range text_wide[], text_zero[], text_hidden[];
extern const size_t text_wide_n, text_zero_n, text_hidden_n;

/* utf8_encode() into an array; returns the bytes, 1..4. */
size_t utf8_write(char out[4], uint32_t c);

#endif
