/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_REPARSE_H
#define APP_REPARSE_H

#include "app/app.h"
#include "intake/intake.h"

/* Raw copies are read again with today's readers; the totals follow in the same
 * transaction. */
struct app_reparse {
	bool has_since;
	int64_t since_day; /* raw that arrived on this day or later */
	struct sv kind;    /* "aggregate", "tls", "failure", "unknown"; empty: all */
	bool dry_run;      /* say what would change, and change nothing */
	enum aggregate_parser parser; /* the first one */
	bool keep_failure_body;
	const volatile sig_atomic_t *stop;
	void (*outcome)(void *ctx, const struct intake_outcome *o);
	void (*progress)(void *ctx, const struct intake_progress *p);
	void (*warning)(void *ctx, const char *sentence);
	void *ctx;
};

/* The summary is filled in every case; its rows, messages and passed are by how much the
 * totals grew (or would grow). */
bool app_reparse(const struct app *app, const struct app_reparse *in,
		 struct intake_summary *out, struct err *err);

#endif
