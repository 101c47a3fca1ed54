/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
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
		    date_month_of(day) != (tm.tm_year - 70) * 12 + tm.tm_mon)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calendar),  cmocka_unit_test(test_day_of),
		cmocka_unit_test(test_format),    cmocka_unit_test(test_parse_time),
		cmocka_unit_test(test_parse_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
