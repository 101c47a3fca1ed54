/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <stdio.h>
#include <string.h>

int64_t date_day_of(int64_t seconds)
{
	int64_t d = seconds / DATE_DAY_SECONDS;
	return seconds % DATE_DAY_SECONDS < 0 ? d - 1 : d;
}

/* Both conversions count in 400-year eras of 146,097 days that begin on 1 March. */
int64_t date_from_civil(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (int64_t)((month + 9) % 12) + 2) / 5 + (int64_t)day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_to_civil(int64_t day, int64_t *year, unsigned *month, unsigned *mday)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*mday = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

int64_t date_month_of(int64_t day)
{
	int64_t year;
	unsigned month, mday;
	date_to_civil(day, &year, &month, &mday);
	return (year - 1970) * 12 + (int64_t)month - 1;
}

int64_t date_month_start(int64_t month)
{
	int64_t year = month / 12 - (month % 12 < 0);
	return date_from_civil(1970 + year, (unsigned)(month - 12 * year) + 1, 1);
}

const char *date_format_day(int64_t day, char out[DATE_TEXT])
{
	int64_t year;
	unsigned month, mday;
	if (day < -719528 || day > 2932896)
		return memcpy(out, "?", 2);
	date_to_civil(day, &year, &month, &mday);
	(void)snprintf(out, DATE_TEXT, "%04d-%02u-%02u", (int)year, month % 100,
		       mday % 100);
	return out;
}

const char *date_format_time(int64_t seconds, char out[DATE_TEXT])
{
	int64_t day = date_day_of(seconds);
	if (day < -719528 || day > 2932896)
		return memcpy(out, "?", 2);
	unsigned s = (unsigned)(seconds - day * DATE_DAY_SECONDS);
	date_format_day(day, out);
	(void)snprintf(out + 10, DATE_TEXT - 10, "T%02u:%02u:%02uZ", s / 3600 % 100,
		       s / 60 % 60, s % 60);
	return out;
}

static bool take_digits(struct sv *s, size_t n, uint64_t *out)
{
	return s->n >= n && sv_to_u64(sv_take(s, n), out);
}

static bool take_char(struct sv *s, char c)
{
	return s->n && sv_take(s, 1).p[0] == c;
}

static bool take_day(struct sv *s, int64_t *out)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t y, m, d;
	if (!take_digits(s, 4, &y) || !take_char(s, '-') || !take_digits(s, 2, &m) ||
	    !take_char(s, '-') || !take_digits(s, 2, &d))
		return false;
	if (m < 1 || m > 12 || d < 1 || d > days[m - 1])
		return false;
	if (m == 2 && d == 29 && (y % 4 || (y % 100 == 0 && y % 400)))
		return false;
	*out = date_from_civil((int64_t)y, (unsigned)m, (unsigned)d);
	return true;
}

bool date_parse_day(struct sv s, int64_t *out_day)
{
	return take_day(&s, out_day) && s.n == 0;
}

bool date_parse_time(struct sv s, int64_t *out_seconds)
{
	int64_t day;
	uint64_t h = 0, m = 0, sec = 0, at;
	if (s.n && s.p[0] == '@') {
		if (!sv_to_u64(sv_sub(s, 1, s.n), &at) || at > INT64_MAX)
			return false;
		*out_seconds = (int64_t)at;
		return true;
	}
	if (!take_day(&s, &day))
		return false;
	if (s.n) {
		char c = sv_take(&s, 1).p[0];
		if ((c != 'T' && c != ' ') || !take_digits(&s, 2, &h) ||
		    !take_char(&s, ':') || !take_digits(&s, 2, &m))
			return false;
		if (s.n && s.p[0] == ':' &&
		    (!take_char(&s, ':') || !take_digits(&s, 2, &sec)))
			return false;
		if (s.n && !take_char(&s, 'Z'))
			return false;
	}
	if (s.n || h > 23 || m > 59 || sec > 59)
		return false;
	*out_seconds = day * DATE_DAY_SECONDS + (int64_t)(h * 3600 + m * 60 + sec);
	return true;
}
