/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_MANIFEST_TEST_H
#define STORE_MANIFEST_TEST_H

#include "store/manifest.h"

#include <string.h>

/* A block with these lines, and the digest that they have. */
static inline void manifest_of_lines(struct sv lines, char out[MANIFEST_SIZE])
{
	static const char head[] = "Postern backup\nsha256 ";
	const size_t at = sizeof(head) - 1 + DIGEST_HEX;
	uint8_t sha[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	struct digest *d = digest_new();
	memset(out, '\n', MANIFEST_SIZE);
	lines = sv_sub(lines, 0, MANIFEST_SIZE - at);
	memcpy(out + at, lines.p, lines.n);
	digest_add(d, out + at, MANIFEST_SIZE - at);
	digest_end(d, sha);
	digest_free(&d);
	memcpy(out, head, sizeof(head) - 1);
	memcpy(out + sizeof(head) - 1, digest_hex(sha, hex), DIGEST_HEX - 1);
}

#endif
