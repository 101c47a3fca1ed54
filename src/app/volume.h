/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_VOLUME_H
#define APP_VOLUME_H

#include "app/app.h"

/*
 * How much was reported, month by month: what those who read reports for others bill by.
 * A report is of the month of its first day; messages are those of aggregate reports, of
 * the month that they are counted in. Months whose details retention removed count as
 * they stand.
 */
struct app_volume_month {
	int64_t month;  /* since 1970-01 */
	size_t domains; /* with a report of any kind: of the book with all they own, and
			   those that nobody owns */
	uint64_t messages, passed;
	/* Reports of each kind. A TLS report about several domains is one to whoever has
	 * them all, but one a domain where retention removed its details. */
	uint64_t aggregate, tls, failure;
};

struct app_volume_group {
	struct sv client; /* empty: what nobody owns, or all of it */
	bool retired;
	struct app_volume_month *month; /* all that were asked for, in order */
};

struct app_volume {
	int64_t month_from, month_to; /* the last is today's, which is not over */
	size_t months;
	struct app_volume_group *client; /* those with a report, by name */
	size_t n;
	bool has_unassigned; /* something was reported of these */
	struct app_volume_group unassigned, total;
};

enum {
	APP_VOLUME_MONTHS = 120 /* that can be asked for */
};

/* The last `months`, today's among them. `client` as in struct app_filter. */
bool app_volume(const struct app *app, struct sv client, unsigned months, struct arena *a,
		struct app_volume *out, struct err *err);

#endif
