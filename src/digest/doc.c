/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/doc.h"

#include "base/arena.h"

#include <string.h>

enum {
	BLOCKS_FIRST = 32
};

struct doc_block *doc_add(struct doc *d, enum doc_kind kind, struct sv text)
{
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : BLOCKS_FIRST;
		struct doc_block *more = arena_array(d->arena, cap, sizeof(*more));
		if (d->n)
			memcpy(more, d->block, d->n * sizeof(*more));
		d->block = more;
		d->cap = cap;
	}
	struct doc_block *b = &d->block[d->n++];
	*b = (struct doc_block){ .kind = kind, .text = text };
	return b;
}
