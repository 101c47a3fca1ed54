/* SPDX-License-Identifier: Apache-2.0 */
#include "app/upkeep_int.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void chooses_by_age_then_by_space(void **state)
{
	static const struct book_holding h[] = {
		{ 1, 100, 10 }, { 2, 200, 20 }, { 3, 300, 30 }, { 4, 400, 40 }
	};
	static const struct {
		int64_t oldest;
		uint64_t max;
		size_t gone;
		uint64_t old, over, left;
	} cases[] = {
		{ 0, 1000, 0, 0, 0, 100 }, { 100, 100, 0, 0, 0, 100 },
		{ 101, 100, 1, 1, 0, 90 }, { 0, 99, 1, 0, 1, 90 },
		{ 101, 70, 2, 1, 1, 70 },  { 1000, 1000, 4, 4, 0, 0 },
		{ 0, 0, 4, 0, 4, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct app_upkeep out;
		assert_int_equal(upkeep_choose(h, 4, cases[i].oldest, cases[i].max, &out),
				 cases[i].gone);
		assert_int_equal(out.old, cases[i].old);
		assert_int_equal(out.over, cases[i].over);
		assert_int_equal(out.left, cases[i].left);
		assert_int_equal(out.bytes + out.left, 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_by_age_then_by_space),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
