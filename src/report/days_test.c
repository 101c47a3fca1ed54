/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregate.h"

#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#define DAY INT64_C(86400)
#define HOUR INT64_C(3600)

static void test_windows(void **state)
{
	(void)state;
	static const struct {
		bool has_begin;
		int64_t begin;
		bool has_end;
		int64_t end;
		int64_t first;
		uint32_t n;
		enum report_window window;
	} cases[] = {
		/* A day, as it is meant and as it is counted. */
		{ true, 100 * DAY, true, 101 * DAY - 1, 100, 1, WINDOW_PLAIN },
		{ true, 100 * DAY, true, 101 * DAY, 100, 1, WINDOW_PLAIN },
		{ true, 100 * DAY, true, 101 * DAY + 1, 100, 1, WINDOW_PLAIN },
		/* Not at midnight; nothing; less than an hour. */
		{ true, 100 * DAY + 17 * HOUR, true, 101 * DAY + 17 * HOUR, 100, 1,
		  WINDOW_PLAIN },
		{ true, 100 * DAY + 5, true, 100 * DAY + 5, 100, 1, WINDOW_PLAIN },
		{ true, 100 * DAY - 5, true, 100 * DAY + 5, 99, 1, WINDOW_PLAIN },
		/* 26 hours and a second more. */
		{ true, 100 * DAY, true, 100 * DAY + 26 * HOUR, 100, 1, WINDOW_PLAIN },
		{ true, 100 * DAY, true, 100 * DAY + 26 * HOUR + 1, 100, 2,
		  WINDOW_SPREAD },
		/* Two days: the midnight at their end is not a third one. */
		{ true, 100 * DAY, true, 102 * DAY - 1, 100, 2, WINDOW_SPREAD },
		{ true, 100 * DAY, true, 102 * DAY, 100, 2, WINDOW_SPREAD },
		{ true, 100 * DAY, true, 102 * DAY + 1, 100, 3, WINDOW_SPREAD },
		{ true, 100 * DAY + HOUR, true, 102 * DAY, 100, 2, WINDOW_SPREAD },
		/* 31 days and a second more. */
		{ true, 100 * DAY, true, 131 * DAY, 100, 31, WINDOW_SPREAD },
		{ true, 100 * DAY + 1, true, 131 * DAY + 1, 100, 32, WINDOW_SPREAD },
		{ true, 100 * DAY, true, 131 * DAY + 1, 100, 1, WINDOW_ODD },
		/* Reversed; far apart; one or none of them. */
		{ true, 100 * DAY, true, 99 * DAY, 100, 1, WINDOW_ODD },
		{ true, 0, true, INT64_MAX, 0, 1, WINDOW_ODD },
		{ true, INT64_MIN, true, INT64_MAX, INT64_MIN / DAY - 1, 1, WINDOW_ODD },
		{ true, 100 * DAY, false, 7, 100, 1, WINDOW_ODD },
		{ false, 7, true, 100 * DAY, 100, 1, WINDOW_ODD },
		{ false, 7, false, 8, 500, 1, WINDOW_ODD },
		/* Before 1970. */
		{ true, -DAY, true, -1, -1, 1, WINDOW_PLAIN },
		{ true, -3 * DAY, true, 0, -3, 3, WINDOW_SPREAD },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_days d = report_days(cases[i].has_begin, cases[i].begin,
						   cases[i].has_end, cases[i].end,
						   500 * DAY + 12 * HOUR);
		if (d.first != cases[i].first || d.n != cases[i].n ||
		    d.window != cases[i].window)
			fail_msg("case %zu: day %lld, %u days, %d", i, (long long)d.first,
				 d.n, (int)d.window);
	}
}

static void test_shares(void **state)
{
	(void)state;
	static const uint64_t messages[] = { 0,  1,  2,       31,
					     32, 33, 1000003, UINT64_C(1) << 53 };
	for (uint32_t n = 1; n <= 32; n++)
		for (size_t m = 0; m < sizeof(messages) / sizeof(messages[0]); m++)
			for (uint64_t k = 0; k < 70; k++) {
				uint64_t sum = 0, least = messages[m] / n;
				for (uint32_t i = 0; i < n; i++) {
					uint64_t share = report_day_share(messages[m], k,
									  n, i);
					assert_true(share == least || share == least + 1);
					sum += share;
				}
				assert_true(sum == messages[m]);
			}
	/* The remainder of row k begins at day k mod n. */
	assert_int_equal(report_day_share(1, 0, 3, 0), 1);
	assert_int_equal(report_day_share(1, 4, 3, 1), 1);
	assert_int_equal(report_day_share(1, 4, 3, 2), 0);
	assert_int_equal(report_day_share(2, 5, 3, 2), 1);
	assert_int_equal(report_day_share(2, 5, 3, 0), 1);
	assert_int_equal(report_day_share(2, 5, 3, 1), 0);
	assert_int_equal(report_day_share(5, UINT64_MAX, 1, 0), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_shares),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
