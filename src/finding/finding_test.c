/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/finding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct finding some(void)
{
	return (struct finding){ .code = FINDING_NEW_SENDER,
				 .client = SV("Acme"),
				 .domain = SV("acme.example"),
				 .subject = SV("Mailchimp") };
}

static void test_id_is_of_the_four(void **state)
{
	(void)state;
	struct finding a = some(), b = some();
	b.since = 20000;
	b.says.messages = 5;
	b.severity = FINDING_GRAVE;
	assert_true(finding_id(&a) == finding_id(&b));
	b.code = FINDING_GONE_SENDER;
	assert_true(finding_id(&a) != finding_id(&b));
	b = some();
	/* Where one name ends and the next begins counts too. */
	b.client = SV("Acmea");
	b.domain = SV("cme.example");
	assert_true(finding_id(&a) != finding_id(&b));
}

/* The ids that were printed must stay what they are: users snoozed them. */
static void test_id_stays(void **state)
{
	(void)state;
	struct finding a = some();
	char text[FINDING_ID_TEXT];
	assert_string_equal(finding_id_text(finding_id(&a), text), "a120bfafe9c5");
}

static void test_id_text(void **state)
{
	(void)state;
	char text[FINDING_ID_TEXT];
	uint64_t id;
	assert_string_equal(finding_id_text(UINT64_C(0x0012abcdef34), text),
			    "0012abcdef34");
	assert_true(finding_id_read(SV("0012ABCDEF34"), &id));
	assert_true(id == UINT64_C(0x12abcdef34));
	assert_false(finding_id_read(SV("0012abcdef3"), &id));
	assert_false(finding_id_read(SV("0012abcdef345"), &id));
	assert_false(finding_id_read(SV("0012abcdefg4"), &id));
	assert_false(finding_id_read(SV(""), &id));
}

static void test_order(void **state)
{
	(void)state;
	struct finding f[3] = { some(), some(), some() };
	f[0].since = 10;
	f[1].since = 12;
	f[2].severity = FINDING_GRAVE;
	qsort(f, 3, sizeof(f[0]), finding_cmp);
	assert_int_equal(f[0].severity, FINDING_GRAVE);
	assert_int_equal(f[1].since, 12);
	assert_int_equal(f[2].since, 10);
}

static void test_words(void **state)
{
	(void)state;
	for (int c = 0; c < FINDING_CODES; c++)
		for (int d = 0; d < c; d++)
			assert_string_not_equal(finding_word((enum finding_code)c),
						finding_word((enum finding_code)d));
	assert_string_equal(finding_severity_word(FINDING_GRAVE), "grave");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_is_of_the_four),
		cmocka_unit_test(test_id_stays),
		cmocka_unit_test(test_id_text),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
