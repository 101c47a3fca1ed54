/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OVERVIEW_INT_H
#define APP_OVERVIEW_INT_H

#include "app/overview.h"
#include "app/scope_int.h"
#include "base/buf.h"

/*
 * In a large database the top sources and what stands out of the whole take seconds to
 * find. They are kept (store/kept.h) for whoever asks next on the same day: found by
 * upkeep behind an ingest, and by whoever finds none of this day. Once something is
 * written they are stale; they are still shown, with the time they are of, until upkeep
 * found them anew.
 */
enum {
	OVERVIEW_KEPT_SOURCES = 100, /* so many at most are answered from there */
	OVERVIEW_BYTES_MAX = 16 * 1024 * 1024 /* of what is kept */
};

/* What was kept, in few words. */
struct overview_kept {
	int64_t made; /* seconds UTC */
	int64_t day;  /* the today that it was made for */
	uint64_t took_ms;
	bool holds;
	bool stale; /* it would hold, but something was written since */
};

/* Is the database so large that it is worth while? */
bool overview_is_large(const struct scope *s);
/* Sets sources and findings of `o` where what is kept holds for that day, or is but
 * stale; *out says more. What cannot be read is neither. */
bool overview_kept_read(const struct scope *s, int64_t today, struct app_overview *o,
			struct overview_kept *out, struct err *err);
/* Keeps those of `o`, found in that state. That nobody may write, or somebody does, is no
 * failure: then nothing is kept. */
void overview_keep(const struct app *app, uint64_t state, const struct overview_kept *k,
		   const struct app_overview *o);

/* The encoding; equal answers have equal bytes. */
void overview_encode(const struct overview_kept *k, const struct app_overview *o,
		     struct buf *out);
bool overview_decode(struct sv bytes, struct arena *a, struct overview_kept *k,
		     struct app_overview *o);

/* Is what is kept, where it holds, not what is found anew? */
bool overview_check(const struct scope *s, bool *out_differs, struct err *err);

/* Forgets what is kept. */
bool overview_drop(struct scope *s, struct err *err);

/* Finds it anew where the database is large, what is kept no longer holds, and the last
 * finding took but a small part of the time since. */
bool overview_upkeep(const struct app *app, struct err *err);

#endif
