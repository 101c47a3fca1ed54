/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OVERVIEW_H
#define APP_OVERVIEW_H

#include "app/app.h"
#include "app/findings.h"

struct app_client_line {
	struct sv name;
	bool retired;
	size_t domains;
	struct app_figures f;
};

struct app_overview {
	struct app_figures total; /* with what nobody owns */
	bool seen;
	int64_t first_day, last_day;
	bool sealed; /* before `details_from` only whole months count, as totals */
	int64_t details_from;
	bool cut; /* the range cuts such a month, which counts for nothing */
	size_t unassigned_from; /* domains from here on belong to nobody */
	struct app_domain_line *domain;
	size_t domain_n;
	struct app_client_line
		*client; /* the group of the unassigned is not among them */
	size_t client_n;
	struct app_figures unassigned;
	struct app_source *source; /* most messages first */
	size_t source_n;
	uint64_t source_all; /* how many there are */
	uint32_t limit;      /* how many lines of a list were asked for, 0 all */
	/* What stands out, over all days and results of the domains chosen: open
	 * findings, finding_cmp(). Of what is kept each has no more than it prints. */
	struct app_finding *finding;
	size_t finding_n;
	/* Something was written since sources and findings were found, at `found` (UTC);
	 * all else is of now. */
	bool stale;
	int64_t found;
};

struct app_overview_options {
	const struct app_filter *filter; /* NULL: all */
	uint32_t sources; /* how many at most, 0 all; goes to `limit` too */
	bool fresh;       /* nothing stale, even if that takes seconds */
};

bool app_overview(const struct app *app, const struct app_overview_options *want,
		  struct arena *a, struct app_overview *out, struct err *err);

#endif
