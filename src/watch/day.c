/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/watch_int.h"

#include <stdlib.h>

enum {
	WEEK = 7,
	WEEKS = 8,
	WEEKS_LEAST = 4,
	SPIKE = 100, /* messages at least */
	SPIKE_TIMES = 5,
	SPIKE_PAUSE = 3 /* days between spikes of one time */
};

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

bool watch_usual(const uint64_t *count, size_t from, size_t at, uint64_t *out)
{
	uint64_t past[WEEKS];
	size_t n = 0;
	for (size_t back = WEEK; back <= at && at - back >= from && n < WEEKS;
	     back += WEEK)
		past[n++] = count[at - back];
	if (n < WEEKS_LEAST)
		return false;
	qsort(past, n, sizeof(*past), by_number);
	*out = past[n / 2];
	return true;
}

/* The place of the first day that the domain was reported on. */
static size_t begin_of(const struct watch_domain *d)
{
	int64_t first = d->first_day - watch_first(d);
	return first < 0 ? 0 : first > WATCH_DAYS ? WATCH_DAYS : (size_t)first;
}

static bool is_spike(const uint64_t *count, size_t from, size_t at, uint64_t *usual)
{
	return count[at] >= SPIKE && watch_usual(count, from, at, usual) &&
	       count[at] / SPIKE_TIMES > *usual;
}

/* Days far above what their weekdays are used to, up to the latest. */
struct spikes {
	size_t first, worst;
	uint64_t usual; /* on the worst */
	uint64_t all;   /* messages */
};

static bool find_spikes(const uint64_t *count, size_t from, size_t end,
			struct spikes *out)
{
	size_t at = end, pause = 0;
	uint64_t usual = 0;
	while (at > 0 && at + WATCH_RECENT > end &&
	       !is_spike(count, from, at - 1, &usual))
		at--;
	if (at == 0 || at + WATCH_RECENT <= end)
		return false;
	*out = (struct spikes){ at - 1, at - 1, usual, 0 };
	for (size_t i = at; i-- > 0 && pause <= SPIKE_PAUSE;) {
		pause = is_spike(count, from, i, &usual) ? 0 : pause + 1;
		if (pause)
			continue;
		out->first = i;
		out->all += count[i];
		if (count[i] >= count[out->worst]) {
			out->worst = i;
			out->usual = usual;
		}
	}
	return true;
}

void watch_days(const struct watch_domain *d, struct watch_found *out)
{
	const size_t from = begin_of(d);
	struct spikes s;
	if (find_spikes(d->failed, from, WATCH_DAYS - WATCH_YOUNG, &s)) {
		struct finding *f = watch_add(out, d, FINDING_SPIKE, SV(""),
					      watch_day_of(d, s.first));
		f->says.messages = d->failed[s.worst];
		f->says.usual = s.usual;
		f->says.day = watch_day_of(d, s.worst);
	}
	/* What is too much already only grows while reports come in. */
	if (find_spikes(d->abuse, from, WATCH_DAYS, &s)) {
		struct finding *f = watch_add(out, d, FINDING_ABUSE, SV(""),
					      watch_day_of(d, s.first));
		f->says.messages = s.all;
		f->says.usual = s.usual;
		f->says.sources = d->abuse_sources;
		f->says.day = watch_day_of(d, s.worst);
	}
}
