/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_HELD_H
#define INTAKE_HELD_H

#include <stddef.h>

/*
 * Room for the bytes of small items that are under way: a ring, taken in order and given
 * back in nearly that order. Child processes do not inherit it, so that to start one
 * costs nothing for it.
 */
struct held;

struct held *held_new(size_t size);
void held_free(struct held **h);
/* NULL: there is no room now. */
char *held_take(struct held *h, size_t n);
void held_give_back(struct held *h, const char *p);

#endif
