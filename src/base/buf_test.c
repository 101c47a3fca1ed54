/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <string.h>

static void test_cap(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 5);
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_add_str(&b, "abc"));
	assert_true(buf_add_char(&b, 'd'));
	assert_false(buf_add_str(&b, "ef"));
	assert_true(b.over);
	/* Once over, also what would fit is left out: a text never has a hole. */
	assert_false(buf_add_char(&b, 'e'));
	assert_string_equal(buf_str(&b), "abcd");
	buf_clear(&b);
	assert_false(b.over);
	assert_true(buf_add_str(&b, "12345"));
	assert_false(buf_add_char(&b, '6'));
	assert_string_equal(buf_str(&b), "12345");
	buf_deinit(&b);
	assert_int_equal(b.max, 5);
}

static void test_no_room(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 0);
	assert_true(buf_add(&b, NULL, 0));
	assert_false(buf_add_char(&b, 'x'));
	assert_int_equal(buf_sv(&b).n, 0);
	assert_non_null(buf_sv(&b).p);
	buf_deinit(&b);
}

static void test_without_end(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, SIZE_MAX);
	for (int i = 0; i < 1000; i++)
		assert_true(buf_add_str(&b, "0123456789"));
	assert_int_equal(b.n, 10000);
	assert_int_equal(strlen(buf_str(&b)), 10000);
	assert_false(buf_add(&b, "", SIZE_MAX));
	buf_deinit(&b);
}

static void test_printf(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 8);
	assert_true(buf_addf(&b, "%d-%s", 12, "ab"));
	assert_true(buf_addf(&b, "%s", ""));
	assert_false(buf_addf(&b, "%s", "wxyz"));
	assert_string_equal(buf_str(&b), "12-ab");
	buf_clear(&b);
	assert_true(buf_addf(&b, "%08d", 1));
	assert_string_equal(buf_str(&b), "00000001");
	buf_deinit(&b);
}

static void test_varint(void **state)
{
	(void)state;
	static const struct {
		uint64_t v;
		struct sv bytes;
	} cases[] = {
		{ 0, SV_INIT("\x00") },
		{ 1, SV_INIT("\x01") },
		{ 127, SV_INIT("\x7f") },
		{ 128, SV_INIT("\x80\x01") },
		{ 300, SV_INIT("\xac\x02") },
		{ 16383, SV_INIT("\xff\x7f") },
		{ 16384, SV_INIT("\x80\x80\x01") },
		{ UINT64_MAX, SV_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
	};
	struct buf b;
	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 0;
		buf_clear(&b);
		assert_true(buf_add_varint(&b, cases[i].v));
		assert_true(sv_eq(buf_sv(&b), cases[i].bytes));
		struct sv s = buf_sv(&b);
		assert_true(sv_take_varint(&s, &v));
		assert_true(v == cases[i].v && s.n == 0);
		for (size_t cut = 0; cut < b.n; cut++) {
			s = sv_sub(buf_sv(&b), 0, cut);
			assert_false(sv_take_varint(&s, &v));
		}
	}
	buf_deinit(&b);
}

static void test_varint_refused(void **state)
{
	(void)state;
	static const struct sv cases[] = {
		SV_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), /* 65 bits */
		SV_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
		SV_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv s = cases[i];
		uint64_t v;
		assert_false(sv_take_varint(&s, &v));
	}
}

static void test_block(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 10);
	assert_true(buf_add_block(&b, SV("ab\0c")));
	assert_true(buf_add_block(&b, SV("")));
	/* A length without its bytes would be half a block. */
	assert_false(buf_add_block(&b, SV("12345")));
	struct sv s = buf_sv(&b), out;
	assert_int_equal(s.n, 6);
	assert_true(sv_take_block(&s, &out) && sv_eq(out, SV("ab\0c")));
	assert_true(sv_take_block(&s, &out) && sv_eq(out, SV("")));
	assert_false(sv_take_block(&s, &out));
	s = SV("\x05"
	       "abcd");
	assert_false(sv_take_block(&s, &out));
	s = SV("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
	       "a");
	assert_false(sv_take_block(&s, &out));
	buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cap),         cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_without_end), cmocka_unit_test(test_printf),
		cmocka_unit_test(test_varint),      cmocka_unit_test(test_varint_refused),
		cmocka_unit_test(test_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
