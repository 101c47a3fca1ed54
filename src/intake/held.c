/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/held.h"

#include "base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	PIECES = 1024 /* taken and not yet free, a power of two */
};

struct piece {
	size_t at, end;
	bool given_back;
};

struct held {
	char *bytes;
	size_t size;
	/* The pieces in the order in which they were taken; the ring is free from the end
	 * of the last to the beginning of the first. */
	struct piece piece[PIECES];
	size_t first, last;
};

struct held *held_new(size_t size)
{
	struct held *h = heap_array(1, sizeof(*h));
	h->size = size;
	h->bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	if (h->bytes == MAP_FAILED)
		arena_guard(size);
	(void)madvise(h->bytes, size, MADV_DONTFORK);
	return h;
}

void held_free(struct held **h)
{
	if (!*h)
		return;
	(void)munmap((*h)->bytes, (*h)->size);
	free(*h);
	*h = NULL;
}

static struct piece *piece_at(struct held *h, size_t i)
{
	return &h->piece[i % PIECES];
}

/* Where n bytes that lie together are free, or the size of the ring. */
static size_t find_room(struct held *h, size_t n)
{
	size_t none = h->size;
	if (n > h->size)
		return none;
	if (h->first == h->last)
		return 0;
	size_t from = piece_at(h, h->last - 1)->end, to = piece_at(h, h->first)->at;
	if (from <= to)
		return n < to - from ? from : none;
	if (n <= h->size - from)
		return from;
	return n < to ? 0 : none;
}

char *held_take(struct held *h, size_t n)
{
	n = n ? n : 1;
	size_t at = find_room(h, n);
	if (at == h->size || h->last - h->first == PIECES)
		return NULL;
	*piece_at(h, h->last++) = (struct piece){ at, at + n, false };
	return h->bytes + at;
}

void held_give_back(struct held *h, const char *p)
{
	size_t at = (size_t)(p - h->bytes);
	for (size_t i = h->first; i != h->last; i++) {
		if (piece_at(h, i)->at != at)
			continue;
		piece_at(h, i)->given_back = true;
		break;
	}
	while (h->first != h->last && piece_at(h, h->first)->given_back)
		h->first++;
}
