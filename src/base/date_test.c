/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <string.h>
#include <time.h>

/* Each day of twelve centuries, against the C library. */
static void test_calendar(void **state)
{
	(void)state;
	for (int64_t day = -250000; day < 250000; day++) {
		time_t t = (time_t)(day * DATE_DAY_SECONDS);
		struct tm tm;
		int64_t year;
		unsigned month, mday;
		assert_non_null(gmtime_r(&t, &tm));
		date_to_civil(day, &year, &month, &mday);
		if (year != tm.tm_year + 1900 || (int)month != tm.tm_mon + 1 ||
		    (int)mday != tm.tm_mday ||
		    date_from_civil(year, month, mday) != day ||
		    date_month_of(day) != (tm.tm_year - 70) * 12 + tm.tm_mon ||
		    date_month_start(date_month_of(day)) != day - tm.tm_mday + 1)
			fail_msg("day %lld", (long long)day);
	}
}

static void test_day_of(void **state)
{
	(void)state;
	assert_int_equal(date_day_of(0), 0);
	assert_int_equal(date_day_of(86399), 0);
	assert_int_equal(date_day_of(86400), 1);
	assert_int_equal(date_day_of(-1), -1);
	assert_int_equal(date_day_of(-86400), -1);
	assert_int_equal(date_day_of(-86401), -2);
	assert_true(date_day_of(INT64_MIN) < 0 && date_day_of(INT64_MAX) > 0);
}

static void test_format(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		const char *day, *time;
	} cases[] = {
		{ 0, "1970-01-01", "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31", "1969-12-31T23:59:59Z" },
		{ 951782399, "2000-02-28", "2000-02-28T23:59:59Z" },
		{ 951782400, "2000-02-29", "2000-02-29T00:00:00Z" },
		{ 253402300799, "9999-12-31", "9999-12-31T23:59:59Z" },
		{ 253402300800, "?", "?" },
		{ -62167219200, "0000-01-01", "0000-01-01T00:00:00Z" },
		{ -62167219201, "?", "?" },
		{ INT64_MAX, "?", "?" },
		{ INT64_MIN, "?", "?" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[DATE_TEXT];
		int64_t day = date_day_of(cases[i].seconds);
		assert_string_equal(date_format_day(day, text), cases[i].day);
		assert_string_equal(date_format_time(cases[i].seconds, text),
				    cases[i].time);
	}
	char text[DATE_TEXT];
	assert_string_equal(date_format_day(INT64_MAX, text), "?");
	assert_string_equal(date_format_day(INT64_MIN, text), "?");
}

static void test_parse_time(void **state)
{
	(void)state;
	static const struct {
		struct sv s;
		bool ok;
		int64_t seconds;
	} cases[] = {
		{ SV_INIT("1970-01-01"), true, 0 },
		{ SV_INIT("2000-02-29"), true, 951782400 },
		{ SV_INIT("2026-11-24T13:05:09Z"), true, 1795525509 },
		{ SV_INIT("2026-11-24T13:05:09"), true, 1795525509 },
		{ SV_INIT("2026-11-24T13:05Z"), true, 1795525500 },
		{ SV_INIT("2026-11-24 13:05"), true, 1795525500 },
		{ SV_INIT("0000-01-01"), true, -62167219200 },
		{ SV_INIT("@0"), true, 0 },
		{ SV_INIT("@9223372036854775807"), true, INT64_MAX },
		{ SV_INIT("@9223372036854775808"), false, 0 },
		{ SV_INIT("@"), false, 0 },
		{ SV_INIT("@-1"), false, 0 },
		{ SV_INIT(""), false, 0 },
		{ SV_INIT("2026-11-24T"), false, 0 },
		{ SV_INIT("2026-11-24T13"), false, 0 },
		{ SV_INIT("2026-11-24T24:00"), false, 0 },
		{ SV_INIT("2026-11-24T13:60"), false, 0 },
		{ SV_INIT("2026-11-24T13:05:60"), false, 0 },
		{ SV_INIT("2026-11-24T13:05:09ZZ"), false, 0 },
		{ SV_INIT("2026-11-24T13:05:"), false, 0 },
		{ SV_INIT("2026-11-24T13:05:09+01:00"), false, 0 },
		{ SV_INIT("2026-11-24x13:05"), false, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t seconds = 0;
		assert_int_equal(date_parse_time(cases[i].s, &seconds), cases[i].ok);
		assert_true(!cases[i].ok || seconds == cases[i].seconds);
	}
}

static void test_parse_day(void **state)
{
	(void)state;
	static const struct sv refused[] = {
		SV_INIT("2026-00-01"), SV_INIT("2026-13-01"), SV_INIT("2026-01-00"),
		SV_INIT("2026-01-32"), SV_INIT("2026-04-31"), SV_INIT("2026-02-29"),
		SV_INIT("2100-02-29"), SV_INIT("1900-02-29"), SV_INIT("2026-1-1"),
		SV_INIT("26-01-01"),   SV_INIT("2026/01/01"), SV_INIT("2026-01-01 "),
		SV_INIT(" 2026-01-1"), SV_INIT("-026-01-01"), SV_INIT("12026-01-01"),
		SV_INIT("2026-01"),    SV_INIT("2026-01-1x"), SV_INIT("2026-01-01T"),
		SV_INIT("2026-+1-01"), SV_INIT(""),
	};
	int64_t day;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(date_parse_day(refused[i], &day));
	assert_true(date_parse_day(SV("2024-02-29"), &day) && day == 19782);
	assert_true(date_parse_day(SV("2000-02-29"), &day) && day == 11016);
}

static void test_mail_dates(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* NULL: none */
	} cases[] = {
		{ "Mon, 01 Oct 2018 11:20:27 +0200", "2018-10-01T09:20:27Z" },
		{ "1 Oct 2018 11:20 -0730", "2018-10-01T18:50:00Z" },
		{ "Sat, 8 Oct 2011 20:15:58 +0000 (GMT)", "2011-10-08T20:15:58Z" },
		{ "(a (b) c) Sat, 8 Oct 2011 20:15:58 GMT", "2011-10-08T20:15:58Z" },
		{ "Thu, 8 Mar 2005 14:00:00 EDT", "2005-03-08T18:00:00Z" },
		{ "Sun, 24 Feb 2013 13:44:08 PST", "2013-02-24T21:44:08Z" },
		{ "6 October 2026 11:59 cest", "2026-10-06T09:59:00Z" },
		{ "6 Oct 2026 11:59:00 +0200 CEST", "2026-10-06T09:59:00Z" },
		{ "6 Oct 2026 11:59:00", "2026-10-06T11:59:00Z" },
		{ "6 Oct 2026 11:59:00 XYZ", "2026-10-06T11:59:00Z" },
		{ "6 Oct 2026 11:59:60 Z", "2026-10-06T12:00:00Z" },
		{ "Mon,06 Oct 26 11:59:00 -0000", "2026-10-06T11:59:00Z" },
		{ "6 Oct 99 11:59:00 -0000", "1999-10-06T11:59:00Z" },
		{ "6 Oct 126 11:59:00 -0000", "2026-10-06T11:59:00Z" },
		{ "06-Oct-2026 11:59:00 +0000", "2026-10-06T11:59:00Z" },
		{ "Tue Oct  6 11:59:00 2026", "2026-10-06T11:59:00Z" },
		{ "Tue Oct  6 11:59:00 2026 +0100", "2026-10-06T10:59:00Z" },
		{ "2026-10-06T11:59:00Z", "2026-10-06T11:59:00Z" },
		{ "2026-10-06T11:59:00.123456+02:00", "2026-10-06T09:59:00Z" },
		{ "2026-10-06 11:59:00 +02", "2026-10-06T09:59:00Z" },
		{ "29 Feb 2024 00:00:00 +0000", "2024-02-29T00:00:00Z" },
		{ "29 Feb 2023 00:00:00 +0000", NULL },
		{ "29 Feb 1900 00:00:00 +0000", NULL },
		{ "31 Apr 2026 00:00:00 +0000", NULL },
		{ "0 Apr 2026 00:00:00 +0000", NULL },
		{ "1 Apr 2026 24:00:00 +0000", NULL },
		{ "1 Apr 2026 00:60:00 +0000", NULL },
		{ "1 Apr 2026 00:00:61 +0000", NULL },
		{ "1 Apr 2026 00:00:00 +2400", NULL },
		{ "1 Apr 2026 00:00:00 +0060", NULL },
		{ "1 Apr 2026 00:00:00 +", NULL },
		{ "1 Apr 2026 00:00:00 +x", NULL },
		{ "1 Apr 2026", NULL },
		{ "Apr 2026 00:00:00", NULL },
		{ "1 2026 00:00:00", NULL },
		{ "1 2 3 4 Apr 2026 00:00:00", NULL },
		{ "1 Apr 20260 00:00:00", NULL },
		{ "1 Apr 2026 000:00:00", NULL },
		{ "1 Apr 2026 00:00:", NULL },
		{ "1 Apr 2026 00:00:00 00:00:00", NULL },
		{ "10/06/2026 00:00:00", NULL },
		{ "yesterday", NULL },
		{ "(((((", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t at = 0;
		char text[DATE_TEXT];
		bool good = date_parse_mail(sv_from(cases[i].text), &at);
		if (good != (cases[i].want != NULL) ||
		    (good && strcmp(date_format_time(at, text), cases[i].want) != 0))
			fail_msg("%s: %s", cases[i].text,
				 good ? date_format_time(at, text) : "none");
	}
}

static void test_weeks(void **state)
{
	(void)state;
	static const struct {
		const char *day, *week;
		int64_t year;
		unsigned number;
	} t[] = {
		{ "2026-11-16", "2026-W47", 2026, 47 },
		{ "2024-12-30", "2025-W01", 2025, 1 },
		{ "2026-12-28", "2026-W53", 2026, 53 },
		{ "2020-12-28", "2020-W53", 2020, 53 },
		{ "2023-01-02", "2023-W01", 2023, 1 },
		{ "1969-12-29", "1970-W01", 1970, 1 },
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		int64_t monday, day, year;
		unsigned week;
		assert_true(date_parse_day(sv_from(t[i].day), &monday));
		assert_true(date_parse_week(sv_from(t[i].week), &day));
		assert_int_equal(day, monday);
		for (int k = 0; k < 7; k++) {
			date_week_of(monday + k, &year, &week);
			assert_int_equal(year, t[i].year);
			assert_int_equal(week, t[i].number);
		}
	}
	static const char *const none[] = { "2025-W53", "2026-W00", "2026-W54", "2026-47",
					    "2026-W4",  "2026-w47", "2026W47",  "",
					    "x026-W47", "2026-W471" };
	int64_t day;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(date_parse_week(sv_from(none[i]), &day));
	assert_true(date_parse_month(SV("2026-11"), &day));
	assert_false(date_parse_month(SV("2026-13"), &day));
	assert_false(date_parse_month(SV("2026-1"), &day));
	assert_false(date_parse_month(SV("2026-00"), &day));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weeks),      cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_day_of),     cmocka_unit_test(test_format),
		cmocka_unit_test(test_parse_time), cmocka_unit_test(test_parse_day),
		cmocka_unit_test(test_mail_dates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
