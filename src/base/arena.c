/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ARENA_BLOCK = 16384, /* at least, and at most as a rule */
	ARENA_BLOCK_MOST = 262144,
	EXIT_NO_MEMORY = 71
};

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *first; /* the newest; the oldest is kept by a reset */
	size_t used;
};

_Noreturn void arena_guard(size_t wanted)
{
	/* No stdio: there may be no memory for it, and a worker may only write. */
	char text[96];
	int n = snprintf(text, sizeof(text),
			 "postern: out of memory (%zu bytes wanted)\n", wanted);
	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(EXIT_NO_MEMORY);
	_exit(EXIT_NO_MEMORY);
}

void *heap_array(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);
	if (!p)
		arena_guard(count * size);
	return p;
}

char *heap_str(struct sv s)
{
	char *p = heap_array(s.n + 1, 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

void *heap_grow(void *p, size_t count, size_t size)
{
	void *q = reallocarray(p, count ? count : 1, size ? size : 1);
	if (!q)
		arena_guard(count * size);
	return q;
}

static struct block *block_new(size_t size, struct block *next)
{
	if (size > SIZE_MAX - sizeof(struct block))
		arena_guard(size);
	struct block *b = calloc(1, sizeof(struct block) + size);
	if (!b)
		arena_guard(size);
	b->size = size;
	b->next = next;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = heap_array(1, sizeof(*a));
	a->first = block_new(ARENA_BLOCK, NULL);
	return a;
}

void arena_reset(struct arena *a)
{
	while (a->first->next) {
		struct block *b = a->first;
		a->first = b->next;
		free(b);
	}
	memset(a->first->bytes, 0, a->first->used);
	a->first->used = 0;
	a->used = 0;
}

void arena_free(struct arena **a)
{
	if (!*a)
		return;
	arena_reset(*a);
	free((*a)->first);
	free(*a);
	*a = NULL;
}

/* A quarter of what there is: large arenas have few blocks, and little is left over. */
static size_t usual_block(const struct arena *a)
{
	size_t n = a->used / 4;
	n = n < ARENA_BLOCK ? ARENA_BLOCK : n;
	return n < ARENA_BLOCK_MOST ? n : ARENA_BLOCK_MOST;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t align = alignof(max_align_t);
	if (n > SIZE_MAX - align)
		arena_guard(n);
	n = (n + align - 1) / align * align;
	if (n > a->first->size - a->first->used)
		a->first = block_new(n > usual_block(a) ? n : usual_block(a), a->first);
	void *p = a->first->bytes + a->first->used;
	a->first->used += n;
	a->used += n;
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(count, size, &n))
		arena_guard(SIZE_MAX);
	return arena_alloc(a, n);
}

struct sv arena_sv(struct arena *a, struct sv s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct sv){ p, s.n };
}

char *arena_str(struct arena *a, struct sv s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct sv arena_join(struct arena *a, const struct sv *s, size_t n, char between)
{
	size_t size = n ? n - 1 : 0, at = 0;
	for (size_t i = 0; i < n; i++)
		size += s[i].n;
	char *p = arena_alloc(a, size + 1);
	for (size_t i = 0; i < n; i++) {
		if (i)
			p[at++] = between;
		if (s[i].n)
			memcpy(p + at, s[i].p, s[i].n);
		at += s[i].n;
	}
	return (struct sv){ p, size };
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	size_t size = n < 0 ? 1 : (size_t)n + 1;
	char *p = arena_alloc(a, size);
	(void)vsnprintf(p, size, fmt, again);
	va_end(again);
	va_end(ap);
	return p;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
