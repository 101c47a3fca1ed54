/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include "base/text_int.h"
#include <cmocka.h>

#include <string.h>

static struct buf out;

static const char *visible(struct sv s)
{
	buf_clear(&out);
	text_add_visible(&out, s);
	return buf_str(&out);
}

static const char *csv(struct sv s)
{
	buf_clear(&out);
	text_add_csv(&out, s);
	return buf_str(&out);
}

static void test_visible(void **state)
{
	(void)state;
	static const struct {
		struct sv in;
		const char *out;
	} cases[] = {
		{ SV_INIT(""), "" },
		{ SV_INIT("plain ~text~ \\x00"), "plain ~text~ \\x00" },
		{ SV_INIT("\x1b[31mred\x07"), "\\x1b[31mred\\x07" },
		{ SV_INIT("a\tb\r\nc"), "a\\x09b\\x0d\\x0ac" },
		{ SV_INIT("a\0b\x7f"), "a\\x00b\\x7f" },
		{ SV_INIT("Z\xc3\xbcrich \xe6\x97\xa5 \xf0\x9f\x93\xa7"),
		  "Z\xc3\xbcrich \xe6\x97\xa5 \xf0\x9f\x93\xa7" },
		{ SV_INIT("\xc2\x9b"
			  "31m"),
		  "\\u{009b}31m" },
		{ SV_INIT("\xc2\xa0|"), "\xc2\xa0|" },
		{ SV_INIT("soft\xc2\xadhyphen"), "soft\\u{00ad}hyphen" },
		{ SV_INIT("\xe2\x80\xaegpj.exe"), "\\u{202e}gpj.exe" },
		{ SV_INIT("\xe2\x81\xa6x\xe2\x81\xa9"), "\\u{2066}x\\u{2069}" },
		{ SV_INIT("\xd8\x9c\xe2\x80\x8f"), "\\u{061c}\\u{200f}" },
		{ SV_INIT("a\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xef\xbb\xbf"),
		  "a\\u{200b}\\u{200c}\\u{200d}\\u{feff}" },
		{ SV_INIT("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}" },
		{ SV_INIT("\xf3\xa0\x81\x81"), "\\u{e0041}" },
		{ SV_INIT("\xef\xbf\xbe\xef\xbf\xbf"), "\\u{fffe}\\u{ffff}" },
		{ SV_INIT("\xef\xbf\xbd"), "\xef\xbf\xbd" },
		{ SV_INIT("\xff\xfe"), "\\xff\\xfe" },
		{ SV_INIT("a\xc3"), "a\\xc3" },
		{ SV_INIT("\xc3("), "\\xc3(" },
		{ SV_INIT("\xe6\x97"), "\\xe6\\x97" },
		{ SV_INIT("\xc0\xaf\xe0\x80\xaf"), "\\xc0\\xaf\\xe0\\x80\\xaf" },
		{ SV_INIT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
		{ SV_INIT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(visible(cases[i].in), cases[i].out);
}

static void test_csv(void **state)
{
	(void)state;
	static const struct {
		struct sv in;
		const char *out;
	} cases[] = {
		{ SV_INIT(""), "" },
		{ SV_INIT("plain"), "plain" },
		{ SV_INIT("a,b"), "\"a,b\"" },
		{ SV_INIT("a;b"), "\"a;b\"" },
		{ SV_INIT("say \"x\""), "\"say \"\"x\"\"\"" },
		{ SV_INIT("\""), "\"\"\"\"" },
		{ SV_INIT(" a"), "\" a\"" },
		{ SV_INIT("a\nb"), "a\\x0ab" },
		{ SV_INIT("=1+1"), "'=1+1" },
		{ SV_INIT("+1+1"), "'+1+1" },
		{ SV_INIT("-x"), "'-x" },
		{ SV_INIT("@SUM(A1)"), "'@SUM(A1)" },
		{ SV_INIT("  =1"), "\"'  =1\"" },
		{ SV_INIT("\t=1"), "'\\x09=1" },
		{ SV_INIT("\xef\xbc\x9d"
			  "1"),
		  "'\xef\xbc\x9d"
		  "1" },
		{ SV_INIT("=HYPERLINK(\"x\",\"y\")"),
		  "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"" },
		{ SV_INIT("-1"), "-1" },
		{ SV_INIT("+3.50"), "+3.50" },
		{ SV_INIT("-.5"), "-.5" },
		{ SV_INIT("-"), "'-" },
		{ SV_INIT("-."), "'-." },
		{ SV_INIT("--1"), "'--1" },
		{ SV_INIT("-1.2.3"), "'-1.2.3" },
		{ SV_INIT("-1e5"), "'-1e5" },
		{ SV_INIT("-1 "), "\"'-1 \"" },
		{ SV_INIT("1=1"), "1=1" },
		{ SV_INIT("\xe2\x80\xae=1"), "\\u{202e}=1" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(csv(cases[i].in), cases[i].out);
}

static void test_width(void **state)
{
	(void)state;
	static const struct {
		struct sv s;
		size_t width;
	} cases[] = {
		{ SV_INIT(""), 0 },
		{ SV_INIT("abc"), 3 },
		{ SV_INIT("Z\xc3\xbc"), 2 },
		{ SV_INIT("u\xcc\x88"), 1 },                /* combining */
		{ SV_INIT("\xe6\x97\xa5\xe6\x9c\xac"), 4 }, /* CJK */
		{ SV_INIT("\xef\xbd\xb1"), 1 },             /* half-width */
		{ SV_INIT("\xef\xbc\xa1"), 2 },             /* full-width */
		{ SV_INIT("\xf0\x9f\x93\xa7"), 2 },         /* emoji */
		{ SV_INIT("\xed\x95\x9c"), 2 },             /* Hangul syllable */
		{ SV_INIT("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"),
		  2 }, /* the same, conjoining */
		{ SV_INIT("\xff\xfe"), 2 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(text_width(cases[i].s), cases[i].width);
}

static void test_clip(void **state)
{
	(void)state;
	static const struct {
		struct sv s;
		size_t columns, bytes;
	} cases[] = {
		{ SV_INIT("abc"), 0, 0 },
		{ SV_INIT("abc"), 2, 2 },
		{ SV_INIT("abc"), 9, 3 },
		{ SV_INIT("a\xe6\x97\xa5"
			  "b"),
		  2, 1 },
		{ SV_INIT("a\xe6\x97\xa5"
			  "b"),
		  3, 4 },
		{ SV_INIT("u\xcc\x88x"), 1, 3 },
		{ SV_INIT(""), 5, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(text_clip(cases[i].s, cases[i].columns).n,
				 cases[i].bytes);
}

/* Every code point there and back; what is none is refused, and written as U+FFFD. */
static void test_utf8(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x110100; c++) {
		bool is = c < 0xd800 || (c > 0xdfff && c < 0x110000);
		uint32_t back = 0;
		buf_clear(&out);
		utf8_encode(&out, c);
		size_t n = utf8_decode(buf_sv(&out), &back);
		if (n != out.n || back != (is ? c : 0xfffd))
			fail_msg("U+%04X", (unsigned)c);
		if (c > 0x3000 && c < 0x1f000 && c % 256)
			continue;
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(utf8_decode(sv_sub(buf_sv(&out), 0, cut), &back),
					 0);
	}
}

static void test_utf8_span(void **state)
{
	(void)state;
	static const struct {
		struct sv s;
		size_t span;
	} cases[] = {
		{ SV_INIT(""), 0 },
		{ SV_INIT("ascii"), 5 },
		{ SV_INIT("0123456789abcdef\xff"), 16 },
		{ SV_INIT("0123456789abcde\xff"
			  "0123456789abcdef"),
		  15 },
		{ SV_INIT("0123456789abcdef0123456789abcdef"), 32 },
		{ SV_INIT("\xc3\xbc\xe6\x97\xa5\xf0\x9f\x93\xa7x\x80"), 10 },
		{ SV_INIT("\x80"), 0 },
		{ SV_INIT("ab\xc1\x81"), 2 },
		{ SV_INIT("ab\xed\xbf\xbf"), 2 },
		{ SV_INIT("ab\xf0\x8f\xbf\xbf"), 2 },
		{ SV_INIT("ab\xf5\x80\x80\x80"), 2 },
		{ SV_INIT("ab\xe6\x97"), 2 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(utf8_span(cases[i].s), cases[i].span);
		assert_int_equal(utf8_is_valid(cases[i].s),
				 cases[i].span == cases[i].s.n);
	}
}

static void is_sorted(const struct text_range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_true(r[i].first <= r[i].last && r[i].last <= 0x10ffff);
		assert_true(i == 0 || r[i].first > r[i - 1].last);
	}
}

static void test_tables(void **state)
{
	(void)state;
	is_sorted(text_wide, text_wide_n);
	is_sorted(text_zero, text_zero_n);
	is_sorted(text_hidden, text_hidden_n);
	for (uint32_t c = 0; c < 0x100; c++)
		assert_int_equal(text_is_hidden(c),
				 c < 0x20 || (c > 0x7e && c < 0xa0) || c == 0xad);
	assert_true(text_is_hidden(0x10ffff));
	assert_false(text_is_hidden(0x10fffd));
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
		cmocka_unit_test(test_visible), cmocka_unit_test(test_csv),
		cmocka_unit_test(test_width),   cmocka_unit_test(test_clip),
		cmocka_unit_test(test_utf8),    cmocka_unit_test(test_utf8_span),
		cmocka_unit_test(test_tables),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
