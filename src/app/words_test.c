/* SPDX-License-Identifier: Apache-2.0 */
#include "app/words.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void groups_digits(void **state)
{
	static const struct {
		uint64_t n;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1,000" },
		{ 123456, "123,456" },
		{ 1234567, "1,234,567" },
		{ UINT64_MAX, "18,446,744,073,709,551,615" },
	};
	char out[WORDS_TEXT];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(words_number(cases[i].n, out), cases[i].want);
}

static void never_rounds_to_all_or_none(void **state)
{
	static const struct {
		uint64_t passed, messages;
		const char *want;
	} cases[] = {
		{ 0, 0, "-" },
		{ 0, 5, "0 %" },
		{ 5, 5, "100 %" },
		{ 1, 3, "33.3 %" },
		{ 2, 3, "66.7 %" },
		{ 9996, 10000, ">99.9 %" },
		{ 9994, 10000, "99.9 %" },
		{ 4, 10000, "<0.1 %" },
		{ 6, 10000, "0.1 %" },
		{ 1, 2, "50.0 %" },
		{ UINT64_MAX - 1, UINT64_MAX, ">99.9 %" },
		{ 1, UINT64_MAX, "<0.1 %" },
	};
	char out[WORDS_TEXT];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(words_share(cases[i].passed, cases[i].messages, out),
				    cases[i].want);
}

static void writes_sizes_and_times(void **state)
{
	char out[WORDS_TEXT];
	(void)state;
	assert_string_equal(words_size(0, out), "0 B");
	assert_string_equal(words_size(1023, out), "1023 B");
	assert_string_equal(words_size(1536, out), "1.5 KiB");
	assert_string_equal(words_size(UINT64_C(10) << 30, out), "10.0 GiB");
	assert_string_equal(words_duration(59, out), "59 s");
	assert_string_equal(words_duration(200, out), "3 min 20 s");
	assert_string_equal(words_duration(7500, out), "2 h 5 min");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_digits),
		cmocka_unit_test(never_rounds_to_all_or_none),
		cmocka_unit_test(writes_sizes_and_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
