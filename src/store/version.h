/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_VERSION_H
#define STORE_VERSION_H

#include "base/sv.h"

/*
 * Versions are compared as whole numbers, by which a build is known: X.Y.Z is X *
 * 1,000,000 + Y * 1,000 + Z. What follows behind a - or + (1.2.0-rc1) is left out of
 * that, so that a build before its release reads what itself wrote.
 */
enum {
	VERSION_TEXT = 40
};

/* False where it is not of that shape, or Y or Z is above 999. */
bool version_read(struct sv text, uint64_t *out);
uint64_t version_ours(void);
/* "X.Y.Z" */
const char *version_text(uint64_t build, char out[VERSION_TEXT]);

#endif
