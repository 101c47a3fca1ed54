/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_test.h"

static void reporting(struct out *o)
{
	struct app_quirk q = { repair_kind(1), 3, 4 };
	struct app_reporting r = { .org = evil,
				   .reports = 5,
				   .messages = 7,
				   .passed = 6,
				   .domains = 2,
				   .clients = 1,
				   .first_day = 20000,
				   .last_day = 20010,
				   .days = 6,
				   .usual_gap = 1,
				   .long_gap = 2,
				   .quiet = 30,
				   .silent = true,
				   .mended = 3,
				   .quirk = &q,
				   .quirk_n = 1 };
	struct app_reporters v = { .reporter = &r,
				   .n = 1,
				   .silent = 1,
				   .reports = 5,
				   .messages = 7,
				   .as_of = 20040 };
	show_reporting(o, &v, 0);
}

static void volume(struct out *o)
{
	struct app_volume_month m[2] = { { 660, 1, 5, 4, 3, 2, 1 }, { .month = 661 } };
	struct app_volume_group g = { .client = evil, .retired = true, .month = m };
	struct app_volume v = { .month_from = 660,
				.month_to = 661,
				.months = 2,
				.client = &g,
				.n = 1,
				.has_unassigned = true,
				.unassigned = { .month = m },
				.total = { .month = m } };
	show_volume(o, &v);
}

static const struct answer answers[] = {
	{ reporting, true },
	{ volume, true },
};

enum {
	ANSWERS = sizeof(answers) / sizeof(*answers)
};

static void text_is_harmless(void **state)
{
	(void)state;
	expect_harmless_text(answers, ANSWERS);
}

static void csv_is_harmless(void **state)
{
	(void)state;
	expect_harmless_csv(answers, ANSWERS);
}

static void json_is_harmless_and_described(void **state)
{
	(void)state;
	expect_described_json(answers, ANSWERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(csv_is_harmless),
		cmocka_unit_test(json_is_harmless_and_described),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
