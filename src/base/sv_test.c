/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <string.h>

static void test_compare(void **state)
{
	(void)state;
	static const struct {
		struct sv a, b;
		bool eq, fold;
		int cmp;
	} cases[] = {
		{ SV_INIT(""), SV_INIT(""), true, true, 0 },
		{ { NULL, 0 }, SV_INIT(""), true, true, 0 },
		{ SV_INIT("abc"), SV_INIT("abc"), true, true, 0 },
		{ SV_INIT("abc"), SV_INIT("ABC"), false, true, 1 },
		{ SV_INIT("ab"), SV_INIT("abc"), false, false, -1 },
		{ SV_INIT("b"), SV_INIT("abc"), false, false, 1 },
		{ SV_INIT("a\0b"), SV_INIT("a\0c"), false, false, -1 },
		{ SV_INIT("\xff"), SV_INIT("a"), false, false, 1 },
		{ SV_INIT("["), SV_INIT("{"), false, false, -1 },
		{ SV_INIT("\xc4"), SV_INIT("\xe4"), false, false, -1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int cmp = sv_cmp(cases[i].a, cases[i].b);
		assert_int_equal(sv_eq(cases[i].a, cases[i].b), cases[i].eq);
		assert_int_equal(sv_eq_fold(cases[i].a, cases[i].b), cases[i].fold);
		assert_int_equal((cmp > 0) - (cmp < 0), cases[i].cmp);
		cmp = sv_cmp(cases[i].b, cases[i].a);
		assert_int_equal((cmp > 0) - (cmp < 0), -cases[i].cmp);
	}
}

static void test_find(void **state)
{
	(void)state;
	static const struct {
		struct sv s, what;
		size_t at, fold_at;
	} cases[] = {
		{ SV_INIT(""), SV_INIT(""), 0, 0 },
		{ SV_INIT("abc"), SV_INIT(""), 0, 0 },
		{ SV_INIT(""), SV_INIT("a"), 0, 0 },
		{ SV_INIT("abc"), SV_INIT("abc"), 0, 0 },
		{ SV_INIT("abc"), SV_INIT("abcd"), 3, 3 },
		{ SV_INIT("aab"), SV_INIT("ab"), 1, 1 },
		{ SV_INIT("xaXAb"), SV_INIT("xab"), 5, 2 },
		{ SV_INIT("abcabd"), SV_INIT("abd"), 3, 3 },
		{ SV_INIT("ab\0cd"), SV_INIT("\0c"), 2, 2 },
		{ SV_INIT("aaaa"), SV_INIT("b"), 4, 4 },
		{ SV_INIT("</A></a>"), SV_INIT("</a>"), 4, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sv_find(cases[i].s, cases[i].what), cases[i].at);
		assert_int_equal(sv_find_fold(cases[i].s, cases[i].what),
				 cases[i].fold_at);
	}
	assert_int_equal(sv_chr(SV("abc"), 'c'), 2);
	assert_int_equal(sv_chr(SV("abc"), 'x'), 3);
	assert_int_equal(sv_chr((struct sv){ NULL, 0 }, 'x'), 0);
}

static void test_affixes(void **state)
{
	(void)state;
	assert_true(sv_has_prefix_fold(SV("From: x"), SV("FROM:")));
	assert_true(sv_has_prefix_fold(SV("x"), SV("")));
	assert_false(sv_has_prefix_fold(SV("Fro"), SV("From")));
	assert_true(sv_has_suffix_fold(SV("a.XML"), SV(".xml")));
	assert_true(sv_has_suffix_fold(SV(""), SV("")));
	assert_false(sv_has_suffix_fold(SV("xml"), SV(".xml")));
}

static void test_sub_and_trim(void **state)
{
	(void)state;
	assert_true(sv_eq(sv_sub(SV("abcdef"), 2, 3), SV("cde")));
	assert_true(sv_eq(sv_sub(SV("abc"), 2, SIZE_MAX), SV("c")));
	assert_true(sv_eq(sv_sub(SV("abc"), SIZE_MAX, SIZE_MAX), SV("")));
	assert_non_null(sv_sub((struct sv){ NULL, 0 }, 1, 1).p);
	assert_true(sv_eq(sv_trim(SV(" \t\r\n\v\fa b\n ")), SV("a b")));
	assert_true(sv_eq(sv_trim(SV(" \n")), SV("")));
	assert_true(sv_eq(sv_trim(SV("\xa0x\0")), SV("\xa0x\0")));
	assert_true(sv_eq(sv_trim_end(SV(" a ")), SV(" a")));
	assert_true(sv_eq(sv_from(NULL), SV("")));
	assert_true(sv_eq(sv_from("abc"), SV("abc")));
}

static void test_take(void **state)
{
	(void)state;
	struct sv s = SV("key=value=x");
	assert_true(sv_eq(sv_take_until(&s, '='), SV("key")));
	assert_true(sv_eq(sv_take(&s, 2), SV("va")));
	assert_true(sv_eq(sv_take_until(&s, ';'), SV("lue=x")));
	assert_int_equal(s.n, 0);
	assert_true(sv_eq(sv_take_until(&s, ';'), SV("")));
	assert_true(sv_eq(sv_take(&s, 5), SV("")));
}

static void test_take_line(void **state)
{
	(void)state;
	static const struct sv lines[] = { SV_INIT("a"), SV_INIT("b"), SV_INIT(""),
					   SV_INIT("c\rd"), SV_INIT("e") };
	struct sv s = SV("a\nb\r\n\nc\rd\r\ne"), line;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(sv_take_line(&s, &line));
		assert_true(sv_eq(line, lines[i]));
	}
	assert_false(sv_take_line(&s, &line));
	s = SV("only CR\r");
	assert_true(sv_take_line(&s, &line));
	assert_true(sv_eq(line, SV("only CR\r")));
}

static void test_to_u64(void **state)
{
	(void)state;
	static const struct {
		struct sv s;
		bool ok;
		uint64_t v;
	} cases[] = {
		{ SV_INIT("0"), true, 0 },
		{ SV_INIT("007"), true, 7 },
		{ SV_INIT("18446744073709551615"), true, UINT64_MAX },
		{ SV_INIT("18446744073709551616"), false, 0 },
		{ SV_INIT("99999999999999999999"), false, 0 },
		{ SV_INIT(""), false, 0 },
		{ SV_INIT("-1"), false, 0 },
		{ SV_INIT("+1"), false, 0 },
		{ SV_INIT(" 1"), false, 0 },
		{ SV_INIT("1 "), false, 0 },
		{ SV_INIT("1\0"), false, 0 },
		{ SV_INIT("0x1"), false, 0 },
		{ SV_INIT("\xb2"), false, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 0;
		assert_int_equal(sv_to_u64(cases[i].s, &v), cases[i].ok);
		assert_true(!cases[i].ok || v == cases[i].v);
	}
}

static void test_ascii(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		bool digit = i >= '0' && i <= '9', upper = i >= 'A' && i <= 'Z';
		bool letter = upper || (i >= 'a' && i <= 'z');
		assert_int_equal(ascii_is_digit(c), digit);
		assert_int_equal(ascii_is_alnum(c), digit || letter);
		assert_int_equal(ascii_is_space(c),
				 i && strchr(" \t\n\v\f\r", i) != NULL);
		assert_int_equal(ascii_lower(c), upper ? (char)(i + 32) : c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare), cmocka_unit_test(test_find),
		cmocka_unit_test(test_affixes), cmocka_unit_test(test_sub_and_trim),
		cmocka_unit_test(test_take),    cmocka_unit_test(test_take_line),
		cmocka_unit_test(test_to_u64),  cmocka_unit_test(test_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
