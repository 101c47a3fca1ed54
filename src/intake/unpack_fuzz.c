/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/unpack.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads no more of a leaf than this: what bombs do is up to the caps' own tests. */
enum {
	READ_MAX = 1 << 20
};

static uint64_t read_leaf(struct unpack *u)
{
	struct sv piece;
	uint64_t n = 0;
	while (n < READ_MAX && unpack_read(u, &piece) == UNPACK_MORE) {
		if (piece.n == 0)
			abort();
		n += piece.n;
	}
	return n;
}

/* All leaves of an item, each read twice. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct unpack *u;
	if (!u)
		u = unpack_new();
	struct unpack_leaf leaf;
	struct unpack_input in = { .fd = -1,
				   .bytes = { (const char *)data, size },
				   .mbox = size && data[0] == 'F' };
	unpack_open(u, &in);
	while (unpack_next(u, &leaf)) {
		if (leaf.member.n > LIMIT_MEMBER)
			abort();
		uint64_t n = read_leaf(u);
		unpack_rewind(u);
		if (read_leaf(u) != n)
			abort();
	}
	return 0;
}
