/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_BYTES_H
#define REPORT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* memcmp() == 0 for the short names and words that are compared some forty times a row,
 * where the call would cost more than the comparing: by halves that overlap. */
static inline bool bytes_same(const char *a, const char *b, size_t n)
{
	uint64_t a8, b8, a8_end, b8_end;
	uint32_t a4, b4, a4_end, b4_end;
	if (n > 16)
		return memcmp(a, b, n) == 0;
	if (n >= 8) {
		memcpy(&a8, a, 8);
		memcpy(&b8, b, 8);
		memcpy(&a8_end, a + n - 8, 8);
		memcpy(&b8_end, b + n - 8, 8);
		return a8 == b8 && a8_end == b8_end;
	}
	if (n >= 4) {
		memcpy(&a4, a, 4);
		memcpy(&b4, b, 4);
		memcpy(&a4_end, a + n - 4, 4);
		memcpy(&b4_end, b + n - 4, 4);
		return a4 == b4 && a4_end == b4_end;
	}
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

#endif
