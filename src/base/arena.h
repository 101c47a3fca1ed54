/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/sv.h"

/*
 * Memory for one unit of work (a mail, a report, a command): everything goes at once.
 * What it hands out is zeroed, aligned for any type and never NULL.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena **a);
void arena_reset(struct arena *a); /* keeps the first block */

void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* product checked */
char *arena_str(struct arena *a, struct sv s);                 /* a terminated copy */
struct sv arena_sv(struct arena *a, struct sv s); /* a copy, terminated too */
/* All of them, with `between` between two. */
struct sv arena_join(struct arena *a, const struct sv *s, size_t n, char between);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
size_t arena_used(const struct arena *a);

/* What the program does when memory runs out: says so and ends the process. */
_Noreturn void arena_guard(size_t wanted);
/* Zeroed memory from the heap, or the guard; free() releases it. */
void *heap_array(size_t count, size_t size);
/* A terminated copy on the heap. */
char *heap_str(struct sv s);
/* realloc() that never returns NULL; what it adds is not zeroed. */
void *heap_grow(void *p, size_t count, size_t size);

#endif
