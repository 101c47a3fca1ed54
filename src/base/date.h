/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/sv.h"

/*
 * Times are seconds since 1970-01-01 UTC, days are whole UTC days since then, both as
 * int64_t. Nothing here asks a clock or a time zone.
 */
enum {
	DATE_DAY_SECONDS = 86400,
	DATE_TEXT = 24,
	DATE_MAIL_MAX = 256
};

int64_t date_day_of(int64_t seconds); /* floor, also before 1970 */
int64_t date_from_civil(int64_t year, unsigned month, unsigned day);
void date_to_civil(int64_t day, int64_t *year, unsigned *month, unsigned *mday);
/* Months since 1970-01 of a day. */
int64_t date_month_of(int64_t day);
/* The first day of such a month. */
int64_t date_month_start(int64_t month);

/* "2026-11-24" and "2026-11-24T13:05:09Z"; years outside 0..9999 give "?". */
const char *date_format_day(int64_t day, char out[DATE_TEXT]);
const char *date_format_time(int64_t seconds, char out[DATE_TEXT]);

/* YYYY-MM-DD, checked against the calendar. */
bool date_parse_day(struct sv s, int64_t *out_day);
/* A day (its midnight), YYYY-MM-DDTHH:MM:SSZ (seconds and Z optional), or @SECONDS. */
bool date_parse_time(struct sv s, int64_t *out_seconds);

/* The date of a mail (RFC 5322 3.3, 4.3), and what else stands in its place: without a
 * day's name, with a zone's name, the order of asctime() or of ISO 8601. Without a zone,
 * or with an unknown one, it is UTC. Looks at DATE_MAIL_MAX bytes. */
bool date_parse_mail(struct sv s, int64_t *out_seconds);

/* Weeks of ISO 8601: they begin on Mondays, and the first of a year has its 4 January. */
void date_week_of(int64_t day, int64_t *year, unsigned *week);
/* "2026-W47", "2026-11": the first day of the week or the month; false where it is none.
 */
bool date_parse_week(struct sv s, int64_t *out_day);
bool date_parse_month(struct sv s, int64_t *out_day);

#endif
