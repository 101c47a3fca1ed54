/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_RETENTION_H
#define APP_RETENTION_H

#include "app/app.h"

#include <signal.h>

/*
 * Retention: what is older than app->keep_months goes, by whole months. Of an age of N
 * months the current month and the N before it stay, so that nothing goes that is
 * younger.
 */
struct app_retention_ask {
	struct sv client; /* only what is reported of its domains; empty: all */
	bool apply;       /* else it is only looked for, and nothing is changed */
	const volatile sig_atomic_t *stop; /* set by a signal handler: end cleanly */
	/* Reports and raw copies looked at, then pages of the file given back. */
	void (*progress)(void *ctx, bool pages, uint64_t done, uint64_t all);
	void *ctx;
};

/* What goes, or went, of a month. */
struct app_retention_line {
	int64_t day;      /* its first */
	const char *kind; /* "aggregate", "tls", "failure", "unknown" */
	bool raw;         /* bytes as they came; else the details of reports */
	uint64_t reports; /* of raw: mails and files */
	uint64_t rows, bytes;
};

struct app_retention_age {
	const char *name; /* as in app_age_name() */
	uint64_t months;  /* 0: for ever */
	int64_t from;     /* the first day that stays; where months are not 0 */
};

struct app_retention {
	bool applied, interrupted;
	struct app_retention_age age[APP_AGES];
	struct app_retention_line *line; /* by month */
	size_t line_n;
	struct app_retention_line total[2]; /* details, raw */
	uint64_t aside; /* raw copies with a report that an earlier build did not read */
	uint64_t size_before, size_after; /* of the file */
	bool wal_busy;   /* what went may still stand in the file's WAL: somebody reads */
	struct sv clock; /* what is odd about the clock, or empty */
};

/* Where it applies, a clock that cannot be right is refused: ERR_CONFIG. */
bool app_retention(const struct app *app, const struct app_retention_ask *ask,
		   struct arena *a, struct app_retention *out, struct err *err);

const char *app_age_name(enum app_age age); /* "facts", "raw", "failure", ... */

#endif
