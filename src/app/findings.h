/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FINDINGS_H
#define APP_FINDINGS_H

#include "app/app.h"
#include "finding/finding.h"

/* What somebody should know of, over the domains that are asked for. */
struct app_finding {
	struct finding f;
	bool snoozed, accepted;
	int64_t until;              /* of what is snoozed: the day it comes back */
	struct sv evidence, remedy; /* sentences */
};

struct app_findings {
	struct app_finding *finding; /* finding_cmp() */
	size_t n;
	size_t snoozed, accepted; /* of all, listed or not */
	size_t domains;           /* looked at */
	bool more;                /* not all rows of some domain were looked at */
};

struct app_findings_options {
	struct sv client, domain; /* empty: all */
	int64_t since;            /* only what began on this day or later */
	bool all;                 /* snoozed and accepted ones too */
	/* domains that were looked at; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

bool app_findings(const struct app *app, const struct app_findings_options *o,
		  struct arena *a, struct app_findings *out, struct err *err);

/* It comes back on the day `until`, or once it begins anew. */
bool app_finding_snooze(const struct app *app, uint64_t id, int64_t until,
			struct arena *a, struct app_finding *out, struct err *err);
/* It is as it should be: it comes back only once it begins anew. */
bool app_finding_accept(const struct app *app, uint64_t id, struct arena *a,
			struct app_finding *out, struct err *err);
/* Takes a decision back. */
bool app_finding_reopen(const struct app *app, uint64_t id, struct arena *a,
			struct app_finding *out, struct err *err);

#endif
