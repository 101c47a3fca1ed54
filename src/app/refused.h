/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_REFUSED_H
#define APP_REFUSED_H

#include "app/app.h"

/* A member of what came that is no report in the book, and why. */
struct app_refused_item {
	int64_t arrived;
	const char *status; /* "refused", "aside" */
	const char *kind;   /* "aggregate", "tls", "failure", "unknown" */
	struct sv path, member, reason;
	struct sv domain; /* refused for `unassigned refuse`: whose reports; else empty */
	char id[65];      /* of the report that it was read as before, or "" */
	char sha[65];     /* of the mail or file around it */
	uint64_t size;    /* of that */
	bool kept;        /* its bytes are in the database */
	int64_t removed;  /* when retention removed them; 0: it did not */
};

struct app_refused_query {
	int64_t day_from,
		day_to; /* of its arrival, inclusive; INT64_MIN, INT64_MAX: open */
	uint32_t limit; /* 0: all */
};

/* What was refused or kept aside, the last that came first. */
struct app_refused;
struct app_refused *app_refused_open(const struct app *app,
				     const struct app_refused_query *q, uint64_t *out_all,
				     struct err *err);
/* False at the end (err->code is ERR_NONE) and on a failure; views last until the next
 * call. */
bool app_refused_next(struct app_refused *r, struct app_refused_item *out,
		      struct err *err);
void app_refused_free(struct app_refused **r);

#endif
