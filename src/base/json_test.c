/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <math.h>

static struct buf out;

static const char *quoted(struct sv s)
{
	struct json j;
	buf_clear(&out);
	json_init(&j, &out);
	json_string(&j, NULL, s);
	return buf_str(&out);
}

static void test_string(void **state)
{
	(void)state;
	static const struct {
		struct sv in;
		const char *out;
	} cases[] = {
		{ SV_INIT(""), "\"\"" },
		{ SV_INIT("plain / 'text'"), "\"plain / 'text'\"" },
		{ SV_INIT("a\"b\\c"), "\"a\\\"b\\\\c\"" },
		{ SV_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ SV_INIT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\"" },
		{ SV_INIT("Z\xc3\xbcrich \xf0\x9f\x93\xa7"),
		  "\"Z\xc3\xbcrich \xf0\x9f\x93\xa7\"" },
		{ SV_INIT("\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf"),
		  "\"\\u009b\\u202e\\u2028\\ufeff\"" },
		{ SV_INIT("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\"" },
		{ SV_INIT("\xf4\x8f\xbf\xbf"), "\"\\udbff\\udfff\"" },
		{ SV_INIT("a\xff"
			  "b\xc3"),
		  "\"a\xef\xbf\xbd"
		  "b\xef\xbf\xbd\"" },
		{ SV_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(quoted(cases[i].in), cases[i].out);
}

static void test_values(void **state)
{
	(void)state;
	struct json j;
	buf_clear(&out);
	json_init(&j, &out);
	json_array(&j, NULL);
	json_int(&j, NULL, INT64_MIN);
	json_uint(&j, NULL, UINT64_MAX);
	json_bool(&j, NULL, true);
	json_bool(&j, NULL, false);
	json_null(&j, NULL);
	json_str(&j, NULL, NULL);
	json_str(&j, NULL, "x");
	json_double(&j, NULL, 2.0 / 3, 3);
	json_double(&j, NULL, -12, 0);
	json_double(&j, NULL, (double)NAN, 2);
	json_double(&j, NULL, (double)INFINITY, 2);
	json_array_end(&j);
	assert_string_equal(buf_str(&out),
			    "[-9223372036854775808,18446744073709551615,true,false,null,"
			    "null,\"x\",0.667,-12,null,null]");
}

static void test_nesting(void **state)
{
	(void)state;
	struct json j;
	buf_clear(&out);
	json_init(&j, &out);
	json_object(&j, NULL);
	json_object(&j, "empty");
	json_object_end(&j);
	json_array(&j, "list");
	for (int i = 0; i < 2; i++) {
		json_object(&j, NULL);
		json_int(&j, "i", i);
		json_array(&j, "none");
		json_array_end(&j);
		json_object_end(&j);
	}
	json_int(&j, NULL, 3);
	json_array_end(&j);
	json_string(&j, "k\"\n", SV("v"));
	json_object_end(&j);
	assert_string_equal(buf_str(&out),
			    "{\"empty\":{},\"list\":[{\"i\":0,\"none\":[]},"
			    "{\"i\":1,\"none\":[]},3],\"k\\\"\\n\":\"v\"}");
}

static void test_depth(void **state)
{
	(void)state;
	struct json j;
	buf_clear(&out);
	json_init(&j, &out);
	for (size_t i = 0; i + 1 < sizeof(j.begun); i++)
		json_array(&j, NULL);
	for (size_t i = 0; i + 1 < sizeof(j.begun); i++)
		json_array_end(&j);
	assert_string_equal(buf_str(&out), "[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]");
	assert_int_equal(j.depth, 0);
}

static void test_full(void **state)
{
	(void)state;
	struct json j;
	struct buf small;
	buf_init(&small, 6);
	json_init(&j, &small);
	json_double(&j, NULL, 1e300, 2);
	json_string(&j, NULL, SV("abcdef"));
	assert_true(small.over && small.n <= 6);
	buf_deinit(&small);
}

static int set_up(void **state)
{
	(void)state;
	buf_init(&out, 1000);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_deinit(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_string),  cmocka_unit_test(test_values),
		cmocka_unit_test(test_nesting), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
