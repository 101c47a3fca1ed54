/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/watch.h"

#include "base/arena.h"

#include <stdlib.h>

enum {
	HABIT_DAYS = 5,  /* fewer days with a report are no habit */
	SILENT_DAYS = 7, /* nobody is silent sooner */
	SILENT_TIMES = 3 /* nor before so many of its long gaps went by */
};

static int by_number(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;
	return (*a > *b) - (*a < *b);
}

struct watch_habit watch_habit_of(const int64_t *day, size_t n, struct arena *a)
{
	struct watch_habit h = { .days = n };
	if (n < 2)
		return h;
	int64_t *gap = arena_array(a, n - 1, sizeof(*gap));
	for (size_t i = 0; i + 1 < n; i++)
		gap[i] = day[i + 1] - day[i];
	qsort(gap, n - 1, sizeof(*gap), by_number);
	h.usual = gap[(n - 2) / 2];
	h.most = gap[((n - 1) * 19 + 19) / 20 - 1];
	return h;
}

bool watch_is_silent(const struct watch_habit *h, int64_t quiet)
{
	return h->days >= HABIT_DAYS && quiet > SILENT_DAYS &&
	       quiet > h->most * SILENT_TIMES;
}
