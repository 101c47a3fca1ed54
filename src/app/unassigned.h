/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_UNASSIGNED_H
#define APP_UNASSIGNED_H

#include "app/app.h"

/* Domains in reports of any kind that nobody owns, most messages first; refused ones at
 * the end. Days are those of all kinds. */
bool app_unassigned(const struct app *app, const struct app_filter *filter,
		    struct arena *a, struct app_domain_line **out, size_t *out_n,
		    struct err *err);

struct app_refusal {
	struct sv name;
	uint64_t reports; /* that count no more */
	uint64_t sealed;  /* that go on counting: only their months' totals are left */
	bool known;       /* a report has named it, or it was refused before */
	bool already;     /* it was refused before: nothing changed */
};
/* Stops counting the reports of one such domain, and refuses later ones. Also names that
 * no report has. */
bool app_unassigned_refuse(const struct app *app, struct sv name, struct arena *a,
			   struct app_refusal *out, struct err *err);

/* What the end of an ingest does: it removes reports that nobody owns, older than
 * app->unassigned_days, and the oldest arrivals beyond app->unassigned_max bytes; and it
 * folds the roll-ups of months that are over (facts_fold). */
struct app_upkeep {
	uint64_t old, over; /* reports removed for their age, and for space */
	uint64_t bytes;     /* that they held */
	uint64_t left;      /* bytes that such reports still hold */
};
bool app_unassigned_upkeep(const struct app *app, struct app_upkeep *out,
			   struct err *err);

#endif
