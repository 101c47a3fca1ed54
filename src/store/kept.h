/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_KEPT_H
#define STORE_KEPT_H

#include "store/store.h"

struct arena;

/*
 * An answer that took long to find, kept beside what it was found in. Every commit that
 * wrote something, by whatever command, moves the file's `state` on, and an answer holds
 * for the state it was found in and for no other: so what is kept is what would be found.
 * It may be dropped at any time.
 */

/* The number of the state that a snapshot or a transaction shows. */
bool kept_state(struct store *s, uint64_t *out, struct err *err);

/* Keeps an answer under a name, in a transaction of its own; *out_kept is false where the
 * state has moved on meanwhile. */
bool kept_put(struct store *s, const char *name, uint64_t state, struct sv answer,
	      bool *out_kept, struct err *err);
/* Empty where there is none; *out_holds says whether it does. Lives in the arena. */
bool kept_get(struct store *s, const char *name, struct arena *a, struct sv *out,
	      bool *out_holds, struct err *err);

/* Called by store_commit(). */
bool kept_move_on(struct store *s, struct err *err);

#endif
