/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

enum {
	WEEK = 7,
	EPOCH_WEEKDAY = 3 /* 1970-01-01 was a Thursday; Monday is 0 */
};

static int64_t weekday(int64_t day)
{
	return ((day + EPOCH_WEEKDAY) % WEEK + WEEK) % WEEK;
}

/* The Monday of the first week of a year. */
static int64_t first_monday(int64_t year)
{
	int64_t in_it = date_from_civil(year, 1, 4);
	return in_it - weekday(in_it);
}

void date_week_of(int64_t day, int64_t *year, unsigned *week)
{
	unsigned month, mday;
	/* The Thursday of a week lies in the year that the week is of. */
	date_to_civil(day - weekday(day) + EPOCH_WEEKDAY, year, &month, &mday);
	*week = (unsigned)((day - first_monday(*year)) / WEEK) + 1;
}

/* "2026" and what stands behind a dash, of two digits. */
static bool read_parts(struct sv s, uint64_t *year, uint64_t *n)
{
	struct sv y = sv_take_until(&s, '-');
	return y.n == 4 && s.n == 2 && sv_to_u64(y, year) && *year >= 1970 &&
	       sv_to_u64(s, n);
}

bool date_parse_week(struct sv s, int64_t *out_day)
{
	uint64_t year, n;
	int64_t of_year;
	unsigned week;
	struct sv w = sv_sub(s, 5, s.n);
	if (s.n != 8 || w.p[0] != 'W' || s.p[4] != '-' ||
	    !sv_to_u64(sv_sub(s, 0, 4), &year) || year < 1970 ||
	    !sv_to_u64(sv_sub(w, 1, 2), &n) || n == 0)
		return false;
	*out_day = first_monday((int64_t)year) + ((int64_t)n - 1) * WEEK;
	date_week_of(*out_day, &of_year, &week);
	return of_year == (int64_t)year; /* few years have a 53rd */
}

bool date_parse_month(struct sv s, int64_t *out_day)
{
	uint64_t year, n;
	if (!read_parts(s, &year, &n) || n == 0 || n > 12)
		return false;
	*out_day = date_from_civil((int64_t)year, (unsigned)n, 1);
	return true;
}
