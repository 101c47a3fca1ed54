/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_RETENTION_INT_H
#define STORE_RETENTION_INT_H

#include "store/book_int.h"
#include "store/retention.h"

/* A run of it. */
struct sweep {
	struct store *s;
	const struct retention *r;
	struct retention_result *out;
	struct book_list lines; /* struct retention_line, sorted */
	uint64_t done, all;     /* reports and raws looked at */
};

/* NULL where the kind is none of those given. */
const struct retention_age *sweep_age(const struct sweep *w, uint8_t kind);
/* Is one of the domains asked for? */
bool sweep_has_domain(const struct sweep *w, int64_t domain);
/* Is a report of nothing but domains asked for? Else it is left to a run over all. */
bool sweep_is_whole(struct sweep *w, int64_t report, int64_t domain, uint8_t kind,
		    bool *out, struct err *err);
/* Adds to the line of that month. */
void sweep_add(struct sweep *w, const struct retention_line *more);
bool sweep_is_stopped(const struct sweep *w);
/* Looked at `n` more. */
void sweep_progress(struct sweep *w, uint64_t n);
/* Where it applies: a small transaction begins; it ends, and others get their turn. */
bool sweep_begin(struct sweep *w, struct err *err);
bool sweep_end(struct sweep *w, bool ok, bool wrote, struct err *err);

/* retention_raw.c */
bool sweep_raws(struct sweep *w, struct err *err);
bool sweep_count_raws(struct sweep *w, uint64_t *out, struct err *err);

#endif
