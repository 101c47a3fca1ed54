/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/sparse.h"

#include "base/arena.h"
#include "intake/unpack_stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct sparse *sparse_new(void)
{
	struct sparse *s = heap_array(1, sizeof(*s));
	s->piece = heap_array(1, STREAM_PIECE);
	return s;
}

void sparse_free(struct sparse **s)
{
	if (!*s)
		return;
	if ((*s)->p)
		munmap((*s)->p, (size_t)(*s)->size);
	free((*s)->mark);
	free((*s)->piece);
	free(*s);
	*s = NULL;
}

void sparse_add(struct sparse *s, const struct mime_decoder *before, size_t n)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->mark = heap_grow(s->mark, s->cap, sizeof(*s->mark));
	}
	s->mark[s->n++] = (struct sparse_mark){ *before, s->size };
	s->size += n;
}

void sparse_begin(struct sparse *s)
{
	s->piece_at = s->n;
	if (s->size == 0)
		return;
	void *p = mmap(NULL, (size_t)s->size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		arena_guard((size_t)s->size);
	s->p = p;
}

/* The number of the piece that holds the byte at `at`, which there is. */
static size_t piece_of(const struct sparse *s, uint64_t at)
{
	size_t low = 0, high = s->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (s->mark[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static struct sv piece_get(struct sparse *s, size_t i)
{
	if (s->piece_at != i) {
		struct mime_decoder d = s->mark[i].decoder;
		s->piece_n = stream_decode(&d, s->piece, STREAM_PIECE);
		s->piece_at = i;
	}
	return (struct sv){ s->piece, s->piece_n };
}

void sparse_need(struct sparse *s, uint64_t at, uint64_t n)
{
	if (at >= s->size)
		return;
	uint64_t end = n < s->size - at ? at + n : s->size;
	if (at >= s->have && end <= s->have_end)
		return;
	s->have = at;
	s->have_end = end;
	/* A file may change beneath its map: a piece that is shorter than it was leaves
	 * zeros, and a longer one is cut. */
	for (size_t i = piece_of(s, at); at < end; i++) {
		uint64_t next = i + 1 < s->n && s->mark[i + 1].at < end
					? s->mark[i + 1].at
					: end;
		struct sv piece = sv_sub(piece_get(s, i), (size_t)(at - s->mark[i].at),
					 (size_t)(next - at));
		if (piece.n)
			memcpy(s->p + at, piece.p, piece.n);
		at = next;
	}
}

void sparse_forget(struct sparse *s)
{
	if (s->p)
		(void)madvise(s->p, (size_t)s->size, MADV_DONTNEED);
	s->have = s->have_end = 0;
}

struct mime_decoder sparse_decoder(const struct sparse *s, uint64_t at, size_t *out_skip)
{
	const struct sparse_mark *m = &s->mark[piece_of(s, at)];
	*out_skip = (size_t)(at - m->at);
	return m->decoder;
}
