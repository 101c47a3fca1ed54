/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <string.h>

static void test_set(void **state)
{
	(void)state;
	struct err e = { ERR_NONE, "" };
	assert_false(err_set(&e, ERR_TEMP, "the disk is full at %d %%", 100));
	assert_int_equal(e.code, ERR_TEMP);
	assert_string_equal(e.text, "the disk is full at 100 %");
}

static void test_at(void **state)
{
	(void)state;
	struct err e;
	err_set(&e, ERR_CONFIG, "no number");
	assert_false(err_at(&e, "line %d: ", 3));
	assert_false(err_at(&e, "%s: ", "postern.conf"));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(e.text, "postern.conf: line 3: no number");
}

static void test_long(void **state)
{
	(void)state;
	struct err e;
	err_set(&e, ERR_TEMP, "%0*d", 2 * (int)sizeof(e.text), 1);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	err_at(&e, "here: ");
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
	assert_memory_equal(e.text, "here: 000", 9);
	err_at(&e, "%0*d", 2 * (int)sizeof(e.text), 2);
	assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
