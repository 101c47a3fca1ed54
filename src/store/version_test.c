/* SPDX-License-Identifier: Apache-2.0 */
#include "store/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		uint64_t n;
	} table[] = {
		{ "0.1.0", true, 1000 },
		{ "1.2.3", true, 1002003 },
		{ "1.2.10", true, 1002010 },
		{ "1.10.0", true, 1010000 },
		{ "10.0.0", true, 10000000 },
		{ "999999.999.999", true, UINT64_C(999999999999) },
		{ "1.2.3-rc1", true, 1002003 },
		{ "1.2.3-rc.1+a.b", true, 1002003 },
		{ "1.2.3+deb12u1", true, 1002003 },
		{ "1.2", false, 0 },
		{ "1.2-rc1", false, 0 },
		{ "1.2.3.4", false, 0 },
		{ "", false, 0 },
		{ "1.x.3", false, 0 },
		{ "v1.2.3", false, 0 },
		{ "1.2.3rc1", false, 0 },
		{ "1.1000.3", false, 0 },
		{ "1.2.1000", false, 0 },
		{ "1..3", false, 0 },
		{ "1000000.0.0", true, UINT64_C(1000000000000) },
		{ "1000000000.0.0", false, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t n = 0;
		bool ok = version_read(sv_from(table[i].text), &n);
		if (ok != table[i].ok || (ok && n != table[i].n))
			fail_msg("%s", table[i].text);
	}
}

/* Each number that this build writes is read as itself. */
static void test_ours(void **state)
{
	(void)state;
	char text[VERSION_TEXT];
	uint64_t n = 0;
	assert_true(version_ours() > 0);
	assert_true(version_read(sv_from(version_text(version_ours(), text)), &n));
	assert_int_equal(n, version_ours());
	assert_string_equal(version_text(1010002, text), "1.10.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
