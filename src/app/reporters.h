/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_REPORTERS_H
#define APP_REPORTERS_H

#include "app/app.h"
#include "report/repair.h"

/* What had to be mended in a reporter's reports. */
struct app_quirk {
	const struct repair_kind *kind;
	uint64_t reports, times;
};

/* Who reports, by the organisation's name as reported, ASCII case folded. Of a report of
 * several days its first counts; a gap is the days from one with a report to the next. */
struct app_reporting {
	struct sv org;
	uint64_t reports, messages, passed;
	size_t domains; /* of the book with all they own, and those that nobody owns */
	size_t clients; /* that own one of them */
	int64_t first_day, last_day;
	size_t days;       /* with a report */
	int64_t usual_gap; /* half of the gaps are no longer; 0: all is of one day */
	int64_t long_gap;  /* 19 of 20 are no longer */
	int64_t quiet;     /* days since last_day */
	bool silent;       /* quiet far beyond its habit */
	uint64_t mended;   /* reports with repairs */
	struct app_quirk *quirk; /* most reports first */
	size_t quirk_n;
};

struct app_reporters {
	struct app_reporting *reporter; /* most messages first */
	size_t n, silent;
	uint64_t reports, messages, passed;
	int64_t as_of;    /* the day for which silence is judged */
	bool sealed, cut; /* as in struct app_overview */
	int64_t details_from;
};

/* Reporters of aggregate reports. The filter narrows which reports are looked at, and so
 * what is a reporter's habit; silence is judged as of its last day. */
bool app_reporters(const struct app *app, const struct app_filter *filter,
		   struct arena *a, struct app_reporters *out, struct err *err);

#endif
