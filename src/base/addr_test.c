/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <string.h>

static void test_parse_and_format(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out; /* NULL: refused */
		uint8_t kind;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1", ADDR_V4 },
		{ "0.0.0.0", "0.0.0.0", ADDR_V4 },
		{ "255.255.255.255", "255.255.255.255", ADDR_V4 },
		{ "::ffff:192.0.2.1", "192.0.2.1", ADDR_V4 },
		{ "::FFFF:C000:0201", "192.0.2.1", ADDR_V4 },
		{ "0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1", ADDR_V4 },
		{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1", ADDR_V6 },
		{ "2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1", ADDR_V6 },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", ADDR_V6 },
		{ "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", ADDR_V6 },
		{ "::", "::", ADDR_V6 },
		{ "::1", "::1", ADDR_V6 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ADDR_V6 },
		{ "", NULL, 0 },
		{ "192.0.2", NULL, 0 },
		{ "192.0.2.256", NULL, 0 },
		{ "192.0.2.01", NULL, 0 },
		{ "192.0.2.1 ", NULL, 0 },
		{ "192.0.2.1/24", NULL, 0 },
		{ "0x7f.1", NULL, 0 },
		{ "fe80::1%eth0", NULL, 0 },
		{ "[::1]", NULL, 0 },
		{ "1::2::3", NULL, 0 },
		{ "2001:db8:0000000000000000000000000000000000000001", NULL, 0 },
		{ "localhost", NULL, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr a;
		char text[ADDR_TEXT];
		assert_int_equal(addr_parse(sv_from(cases[i].in), &a),
				 cases[i].out != NULL);
		assert_int_equal(a.kind, cases[i].kind);
		assert_string_equal(addr_format(&a, text),
				    cases[i].out ? cases[i].out : "-");
	}
	struct addr a;
	assert_false(addr_parse(SV("192.0.2.1\0"), &a));
	assert_false(addr_parse(SV("::1\0.0"), &a));
}

static void test_unused_bytes(void **state)
{
	(void)state;
	static const uint8_t zero[16] = { 0 };
	struct addr a, b;
	assert_true(addr_parse(SV("::ffff:192.0.2.9"), &a));
	assert_true(addr_parse(SV("192.0.2.9"), &b));
	assert_memory_equal(a.b, b.b, 16);
	assert_memory_equal(a.b + 4, zero, 12);
	assert_false(addr_parse(SV("2001:db8::x"), &a));
	assert_memory_equal(a.b, zero, 16);
}

static void test_order(void **state)
{
	(void)state;
	static const char *const sorted[] = { "", "9.0.0.1", "10.0.0.0", "::1",
					      "2001::" };
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < 5; k++) {
			struct addr a, b;
			(void)addr_parse(sv_from(sorted[i]), &a);
			(void)addr_parse(sv_from(sorted[k]), &b);
			int cmp = addr_cmp(&a, &b);
			assert_int_equal((cmp > 0) - (cmp < 0), (i > k) - (i < k));
		}
	}
	struct addr a;
	assert_int_equal(addr_len(&(struct addr){ 0 }), 0);
	assert_true(addr_parse(SV("1.2.3.4"), &a) && addr_len(&a) == 4);
	assert_true(addr_parse(SV("1::"), &a) && addr_len(&a) == 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_format),
		cmocka_unit_test(test_unused_bytes),
		cmocka_unit_test(test_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
