/* SPDX-License-Identifier: Apache-2.0 */
#include "app/changes_int.h"

#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>

enum {
	SETTLE = 2 * DATE_DAY_SECONDS, /* how old a day must be to be judged */
	REGULAR_DAYS = 4,              /* with fewer nobody was there regularly */
	PATIENCE = 7,                  /* days until anybody is gone */
	PATIENCE_TIMES = 2,            /* ... and so many of its long gaps */
	ENOUGH = 20,                   /* messages below which a share says little */
	SHARE_POINTS = 10,             /* per cent by which a share must move */
	VOLUME_TIMES = 3,
};

struct changes_window changes_window(int64_t now, int64_t since)
{
	struct changes_window w = { .today = date_day_of(now),
				    .settled = date_day_of(now - SETTLE) - 1 };
	w.since = since == INT64_MIN ? w.settled - 6 : since;
	w.before_from = w.since - CHANGES_BEFORE;
	w.look_from = w.since - CHANGES_LOOK_BACK;
	return w;
}

void changes_track_init(struct changes_track *t, const struct changes_window *w,
			struct arena *a)
{
	size_t days = (size_t)(w->today - w->look_from + 1);
	*t = (struct changes_track){ .first_day = INT64_MAX,
				     .last_day = INT64_MIN,
				     .day = arena_alloc(a, days / 8 + 1) };
}

void changes_track_add(struct changes_track *t, const struct changes_window *w,
		       int64_t day, uint64_t messages, bool passed)
{
	uint64_t good = passed ? messages : 0;
	if (messages == 0 || day < w->look_from || day > w->today)
		return;
	size_t at = (size_t)(day - w->look_from);
	t->day[at / 8] |= (uint8_t)(1U << at % 8);
	if (day < t->first_day)
		t->first_day = day;
	if (day > t->last_day)
		t->last_day = day;
	if (day >= w->since) {
		t->fresh += messages;
		t->fresh_passed += good;
		if (day <= w->settled) {
			t->now += messages;
			t->now_passed += good;
		}
	} else if (day >= w->before_from) {
		t->week[(day - w->before_from) / 7] += messages;
		t->before += messages;
		t->before_passed += good;
	}
}

bool changes_is_new(const struct changes_track *t, const struct changes_window *w,
		    uint64_t least)
{
	return t->first_day >= w->since && t->fresh >= least;
}

/* --- gone --- */

static int by_number(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;
	return (*a > *b) - (*a < *b);
}

/* The days from one with messages to the next; 19 of 20 are no longer than *out. False:
 * there are too few. */
static bool long_gap(const struct changes_track *t, const struct changes_window *w,
		     struct arena *scratch, int64_t *out)
{
	size_t days = (size_t)(w->today - w->look_from + 1), n = 0;
	int64_t *gap = arena_array(scratch, days, sizeof(*gap)), last = 0;
	for (size_t i = 0; i < days; i++) {
		if (!(t->day[i / 8] >> i % 8 & 1))
			continue;
		gap[n++] = (int64_t)i - last;
		last = (int64_t)i;
	}
	if (n < REGULAR_DAYS)
		return false;
	/* The first is no gap. */
	qsort(gap + 1, n - 1, sizeof(*gap), by_number);
	*out = gap[((n - 1) * 19 + 19) / 20];
	return true;
}

/* Of several periods in a row, it is gone in the one in which patience ran out. */
bool changes_is_gone(const struct changes_track *t, const struct changes_window *w,
		     struct arena *scratch)
{
	int64_t gap;
	if (t->last_day > w->settled - PATIENCE || !long_gap(t, w, scratch, &gap))
		return false;
	int64_t patience = gap * PATIENCE_TIMES > PATIENCE ? gap * PATIENCE_TIMES
							   : PATIENCE;
	int64_t gone = t->last_day + patience;
	return gone >= w->since && gone <= w->settled;
}

/* --- shifts --- */

/* A difference that chance explains is none: three times its deviation. */
bool changes_passes(const struct changes_track *t)
{
	double n = (double)t->before, m = (double)t->now;
	if (t->before < ENOUGH || t->now < ENOUGH)
		return false;
	double moved = (double)t->now_passed / m - (double)t->before_passed / n;
	double all = (double)(t->now_passed + t->before_passed) / (n + m);
	double variance = all * (1 - all) * (1 / n + 1 / m);
	return moved * moved * 10000 >= (double)SHARE_POINTS * SHARE_POINTS &&
	       moved * moved > 9 * variance;
}

uint64_t changes_weekly(const struct changes_track *t, const struct changes_window *w)
{
	uint64_t days = w->settled >= w->since ? (uint64_t)(w->settled - w->since + 1)
					       : 0;
	return days ? (uint64_t)((double)t->now * 7 / (double)days + 0.5) : 0;
}

/* Beyond each of the weeks before: a sender with a week's mail a month stays as it is. */
bool changes_volume(const struct changes_track *t, const struct changes_window *w)
{
	uint64_t least = t->week[0], most = t->week[0], now = changes_weekly(t, w);
	if (w->settled - w->since < 6)
		return false;
	for (size_t i = 1; i < CHANGES_WEEKS; i++) {
		least = t->week[i] < least ? t->week[i] : least;
		most = t->week[i] > most ? t->week[i] : most;
	}
	return (now >= most + ENOUGH && now / VOLUME_TIMES >= most) ||
	       (least >= now + ENOUGH && least / VOLUME_TIMES >= now);
}
