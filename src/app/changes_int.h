/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHANGES_INT_H
#define APP_CHANGES_INT_H

#include "app/changes.h"

struct arena;

enum {
	CHANGES_WEEKS = 4,                  /* before, that are compared with */
	CHANGES_BEFORE = CHANGES_WEEKS * 7, /* the same in days */
	CHANGES_LOOK_BACK = 90,             /* what was there within them is not new */
};

/* Days, both ends included. */
struct changes_window {
	int64_t look_from, before_from, since, settled, today;
};
struct changes_window changes_window(int64_t now, int64_t since);

/* What a sender had on the days of a window. */
struct changes_track {
	uint64_t week[CHANGES_WEEKS]; /* messages, oldest first */
	uint64_t before, before_passed;
	uint64_t now, now_passed;     /* of days that are judged */
	uint64_t fresh, fresh_passed; /* all since */
	int64_t first_day, last_day;  /* INT64_MAX, INT64_MIN: none */
	uint8_t *day;                 /* a bit a day, from look_from on */
};
void changes_track_init(struct changes_track *t, const struct changes_window *w,
			struct arena *a);
void changes_track_add(struct changes_track *t, const struct changes_window *w,
		       int64_t day, uint64_t messages, bool passed);

/* Each says whether it is so. */
bool changes_is_new(const struct changes_track *t, const struct changes_window *w,
		    uint64_t least);
bool changes_is_gone(const struct changes_track *t, const struct changes_window *w,
		     struct arena *scratch);
bool changes_passes(const struct changes_track *t);
bool changes_volume(const struct changes_track *t, const struct changes_window *w);
/* Messages a week, of the judged days. */
uint64_t changes_weekly(const struct changes_track *t, const struct changes_window *w);

#endif
