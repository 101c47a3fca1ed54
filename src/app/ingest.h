/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INGEST_H
#define APP_INGEST_H

#include "app/app.h"
#include "app/unassigned.h"
#include "intake/intake.h"

/* How to ingest; the rest of intake_options comes from `app`. */
struct app_ingest {
	const char *const *paths;
	size_t path_n;
	bool count_first;
	enum aggregate_parser parser; /* the first one */
	bool keep_failure_body; /* failure reports: keep the mail too (personal data) */
	const volatile sig_atomic_t *stop;
	void (*outcome)(void *ctx, const struct intake_outcome *o);
	void (*progress)(void *ctx, const struct intake_progress *p);
	void (*warning)(void *ctx, const char *sentence);
	void *ctx;
};

/* Reads the paths, then does the upkeep of what nobody owns, which is told as a warning
 * where anything went. The summary is filled in every case. */
bool app_ingest(const struct app *app, const struct app_ingest *in,
		struct intake_summary *out, struct err *err);

/* The words of intake_outcome's kind and status. */
const char *app_kind_name(uint8_t kind);
const char *app_status_name(uint8_t status);
enum app_status {
	APP_STATUS_NEW,
	APP_STATUS_DUPLICATE,
	APP_STATUS_SUPERSEDED,
	APP_STATUS_CONFLICT,
	APP_STATUS_REFUSED,
	APP_STATUS_ASIDE
};

#endif
