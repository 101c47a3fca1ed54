/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_WATCH_INT_H
#define WATCH_WATCH_INT_H

#include "watch/watch.h"

enum {
	WATCH_RECENT = 14, /* judged days that make a finding of today */
	WATCH_MONTH = 28,
	WATCH_HISTORY = 21, /* days of evidence before which nothing is new */
	WATCH_FORGET = 60,  /* gone for longer is no news */
	WATCH_FEW = 10      /* messages of a sender that are not worth a word */
};

/* The place of a day, and the day of a place. */
static inline int64_t watch_day_of(const struct watch_domain *d, size_t at)
{
	return d->today - (WATCH_DAYS - 1) + (int64_t)at;
}

static inline int64_t watch_first(const struct watch_domain *d)
{
	return watch_day_of(d, 0);
}

/* The last day by which silence is told: not a young one, nor behind all reports. */
static inline int64_t watch_end(const struct watch_domain *d)
{
	int64_t old = d->today - WATCH_YOUNG;
	return d->last_day < old ? d->last_day : old;
}

/* A finding on the domain, with its severity as a rule; the rest is the caller's. */
struct finding *watch_add(struct watch_found *out, const struct watch_domain *d,
			  enum finding_code code, struct sv subject, int64_t since);

void watch_senders(const struct watch_domain *d, struct watch_found *out);
void watch_days(const struct watch_domain *d, struct watch_found *out);

#endif
