/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/book.h"

#include <signal.h>

struct arena;

/*
 * What is old enough to go, and its going. It goes by whole months (UTC, counted from
 * 1970-01): the details of a report (seal.h) by the month of its last day; raw bytes by
 * the latest such month of the reports that came from them, and by their arrival where
 * they brought something else that is not in the book as a report. Hashes, keys and
 * figures stay.
 *
 * The work is done in small transactions, others may write between them. Whenever it
 * ends, by whatever cause, all sums are exact, and another run goes on.
 */
struct retention_age {
	uint8_t kind;               /* KIND_UNKNOWN: raw of which nothing could be read */
	int64_t details_to, raw_to; /* the last month that goes; INT64_MIN: none does */
};

struct retention {
	const struct retention_age *age; /* one a kind */
	size_t age_n;
	const int64_t *domains; /* policy domains, sorted; NULL: all, and raw of none */
	size_t domain_n;
	bool apply;  /* else it is only looked for, and the store may be STORE_READ */
	int64_t now; /* what is noted of raw that went */
	const volatile sig_atomic_t *stop; /* may be NULL; set: end between two steps */
	/* Reports and raws looked at, then pages given back; may be NULL. */
	void (*progress)(void *ctx, bool pages, uint64_t done, uint64_t all);
	void *ctx;
};

/* What goes, or went, of one month. */
struct retention_line {
	int64_t month;
	uint8_t kind;
	bool raw;
	uint64_t reports; /* of raw: mails and files */
	uint64_t rows, bytes;
};

struct retention_result {
	struct retention_line *line; /* by month, kind, details before raw */
	size_t line_n;
	uint64_t aside; /* raws among them with a report that was never read */
	bool interrupted;
	bool wal_busy; /* a reader kept the WAL from being emptied: it may still hold what
			  went */
};
bool retention_run(struct store *s, const struct retention *r, struct arena *a,
		   struct retention_result *out, struct err *err);

/* The latest arrival among the newest raws; *out_found is false where there is none. */
bool retention_last_arrival(struct store *s, int64_t *out, bool *out_found,
			    struct err *err);

#endif
