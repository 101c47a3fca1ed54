/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include "base/charset_int.h"
#include "base/text.h"
#include <cmocka.h>

#include <iconv.h>
#include <stdio.h>
#include <string.h>

static struct buf out;

static void test_find(void **state)
{
	(void)state;
	static const struct {
		const char *alias, *name; /* NULL: unknown */
	} cases[] = {
		{ "utf-8", "utf-8" },
		{ "UTF8", "utf-8" },
		{ " utf_8\n", "utf-8" },
		{ "unicode-1-1-utf-8", "utf-8" },
		{ "\"utf-8\"", "utf-8" },
		{ "us-ascii", "us-ascii" },
		{ "ASCII", "us-ascii" },
		{ "ANSI_X3.4-1968", "us-ascii" },
		{ "utf-16", "utf-16" },
		{ "UTF-16LE", "utf-16le" },
		{ "utf-16be", "utf-16be" },
		{ "iso-8859-1", "iso-8859-1" },
		{ "ISO8859-1", "iso-8859-1" },
		{ "ISO_8859-1:1987", "iso-8859-1" },
		{ "latin1", "iso-8859-1" },
		{ "Latin-1", "iso-8859-1" },
		{ "iso-8859-15", "iso-8859-15" },
		{ "latin9", "iso-8859-15" },
		{ "windows-1250", "windows-1250" },
		{ "Windows-1252", "windows-1252" },
		{ "cp1252", "windows-1252" },
		{ "x-cp1251", "windows-1251" },
		{ "win1258", "windows-1258" },
		{ "1253", "windows-1253" },
		{ "KOI8-R", "koi8-r" },
		{ "", NULL },
		{ "-", NULL },
		{ "utf-7", NULL },
		{ "utf-32", NULL },
		{ "windows-1259", NULL },
		{ "windows-125", NULL },
		{ "xwindows-1252", NULL },
		{ "iso-8859-2", NULL },
		{ "iso-2022-jp", NULL },
		{ "\xc3\xbctf-8", NULL },
		{ "utf-8\x01", NULL },
		{ "utf-8-and-then-far-more-than-any-name-has-letters", NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct charset *set = charset_find(sv_from(cases[i].alias));
		assert_string_equal(set ? set->name : "unknown",
				    cases[i].name ? cases[i].name : "unknown");
	}
	assert_string_equal(charset_utf8()->name, "utf-8");
	assert_string_equal(charset_windows1252()->name, "windows-1252");
}

static void test_detect(void **state)
{
	(void)state;
	static const struct {
		struct sv head;
		const char *name;
		size_t bom;
	} cases[] = {
		{ SV_INIT("\xef\xbb\xbf<?xml"), "utf-8", 3 },
		{ SV_INIT("\xff\xfe<\0"), "utf-16le", 2 },
		{ SV_INIT("\xfe\xff\0<"), "utf-16be", 2 },
		{ SV_INIT("<\0?\0"), "utf-16le", 0 },
		{ SV_INIT("\0<\0?"), "utf-16be", 0 },
		{ SV_INIT("\n\0 \0<\0"), "utf-16le", 0 },
		{ SV_INIT("\0 \0<"), "utf-16be", 0 },
		{ SV_INIT("{\0\n\0"), "utf-16le", 0 },
		{ SV_INIT("\0\r\0["), "utf-16be", 0 },
		{ SV_INIT("{\"a\""), "none", 0 },
		{ SV_INIT("\0\"\0{"), "none", 0 },
		{ SV_INIT("<?xml"), "none", 0 },
		{ SV_INIT("\n\0x\0<\0"), "none", 0 },
		{ SV_INIT("\xef\xbb"), "none", 0 },
		{ SV_INIT("\xff"), "none", 0 },
		{ SV_INIT("<"), "none", 0 },
		{ SV_INIT("<\0"), "utf-16le", 0 },
		{ SV_INIT("\0\0\0\0"), "none", 0 },
		{ SV_INIT(""), "none", 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t bom = 99;
		const struct charset *set = charset_detect(cases[i].head, &bom);
		assert_string_equal(set ? set->name : "none", cases[i].name);
		assert_int_equal(bom, cases[i].bom);
	}
}

static const struct {
	const char *set;
	struct sv in;
	const char *out;
	uint64_t mended;
} decoded[] = {
	{ "utf-8", SV_INIT(""), "", 0 },
	{ "utf-8", SV_INIT("plain"), "plain", 0 },
	{ "utf-8", SV_INIT("Z\xc3\xbc \xe6\x97\xa5 \xf0\x9f\x93\xa7"),
	  "Z\xc3\xbc \xe6\x97\xa5 \xf0\x9f\x93\xa7", 0 },
	/* An organisation's name in Latin-1, a quotation mark of windows-1252. */
	{ "utf-8", SV_INIT("M\xfcller GmbH"), "M\xc3\xbcller GmbH", 1 },
	{ "utf-8",
	  SV_INIT("\x91"
		  "a\x92"),
	  "\xe2\x80\x98"
	  "a\xe2\x80\x99",
	  2 },
	{ "utf-8", SV_INIT("a\xc3"), "a\xc3\x83", 1 },
	{ "utf-8", SV_INIT("\xe6\x97"), "\xc3\xa6\xe2\x80\x94", 2 },
	{ "utf-8", SV_INIT("\xe6\x97x"), "\xc3\xa6\xe2\x80\x94x", 2 },
	{ "utf-8", SV_INIT("\xf0\x9f\x93"), "\xc3\xb0\xc5\xb8\xe2\x80\x9c", 3 },
	{ "utf-8", SV_INIT("\xed\xa0\x80"), "\xc3\xad\xc2\xa0\xe2\x82\xac", 3 },
	{ "utf-8", SV_INIT("\xc0\xaf"), "\xc3\x80\xc2\xaf", 2 },
	{ "utf-8", SV_INIT("\xf4\x90\x80\x80"),
	  "\xc3\xb4\xef\xbf\xbd\xe2\x82\xac\xe2\x82\xac", 4 },
	{ "utf-8", SV_INIT("\xc3\xc3\xbc"), "\xc3\x83\xc3\xbc", 1 },
	{ "utf-8", SV_INIT("\x81"), "\xef\xbf\xbd", 1 },
	{ "us-ascii", SV_INIT("Z\xc3\xbc"), "Z\xc3\xbc", 0 },
	{ "utf-16le", SV_INIT("<\0\xfc\0\xe5\x65=\xd8\xe7\xdc"),
	  "<\xc3\xbc\xe6\x97\xa5\xf0\x9f\x93\xa7", 0 },
	{ "utf-16be", SV_INIT("\0<\0\xfc\x65\xe5\xd8=\xdc\xe7"),
	  "<\xc3\xbc\xe6\x97\xa5\xf0\x9f\x93\xa7", 0 },
	{ "utf-16be", SV_INIT("\0a\0"), "a\xef\xbf\xbd", 1 },
	{ "utf-16be", SV_INIT("\xd8="), "\xef\xbf\xbd", 1 },
	{ "utf-16be", SV_INIT("\xd8=\xdc"), "\xef\xbf\xbd\xef\xbf\xbd", 2 },
	{ "utf-16be", SV_INIT("\xd8=\0a"),
	  "\xef\xbf\xbd"
	  "a",
	  1 },
	{ "utf-16be", SV_INIT("\xd8=\xd8=\xdc\xe7"), "\xef\xbf\xbd\xf0\x9f\x93\xa7", 1 },
	{ "utf-16be", SV_INIT("\xdc\xe7\0a"),
	  "\xef\xbf\xbd"
	  "a",
	  1 },
	{ "utf-16", SV_INIT("\0a\0b"), "ab", 0 },
	{ "utf-16", SV_INIT("a\0b\0"), "ab", 0 },
	{ "utf-16",
	  SV_INIT("\xff\xfe"
		  "a\0\0b"),
	  "a\xe6\x88\x80", 0 },
	{ "utf-16",
	  SV_INIT("\xfe\xff"
		  "a\0\0b"),
	  "\xe6\x84\x80"
	  "b",
	  0 },
	{ "utf-16", SV_INIT("\xfe\xff"), "", 0 },
	{ "utf-16", SV_INIT("\x65\xe5"), "\xe6\x97\xa5", 0 },
	{ "utf-16", SV_INIT("\xfe"), "\xef\xbf\xbd", 1 },
	{ "iso-8859-1", SV_INIT("\xe4\x80"), "\xc3\xa4\xc2\x80", 0 },
	{ "iso-8859-15", SV_INIT("\xa4"), "\xe2\x82\xac", 0 },
	{ "windows-1252", SV_INIT("\x80\x81\xfc"), "\xe2\x82\xac\xef\xbf\xbd\xc3\xbc",
	  1 },
	{ "windows-1251", SV_INIT("\xcf\xf0\xe8"), "\xd0\x9f\xd1\x80\xd0\xb8", 0 },
	{ "koi8-r", SV_INIT("\xf0\xd2\xc9"), "\xd0\x9f\xd1\x80\xd0\xb8", 0 },
};

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decoded) / sizeof(decoded[0]); i++) {
		/* Whole, cut at every place, and byte by byte with nothing between. */
		for (size_t cut = 0; cut <= decoded[i].in.n; cut++) {
			struct sv in = decoded[i].in;
			struct charset_decoder d;
			charset_decoder_init(&d, charset_find(sv_from(decoded[i].set)));
			buf_clear(&out);
			charset_decode(&d, sv_take(&in, cut), false, &out);
			charset_decode(&d, in, true, &out);
			assert_string_equal(buf_str(&out), decoded[i].out);
			assert_true(d.mended == decoded[i].mended);
		}
		struct charset_decoder d;
		charset_decoder_init(&d, charset_find(sv_from(decoded[i].set)));
		buf_clear(&out);
		for (struct sv in = decoded[i].in; in.n;) {
			charset_decode(&d, sv_take(&in, 1), false, &out);
			charset_decode(&d, SV(""), false, &out);
		}
		charset_decode(&d, SV(""), true, &out);
		assert_string_equal(buf_str(&out), decoded[i].out);
		assert_true(d.mended == decoded[i].mended);
	}
}

/* Longer than the chunks in which they are decoded. */
static void test_long(void **state)
{
	(void)state;
	static const char *const sets[] = { "utf-8", "utf-16le", "koi8-r" };
	static char in[6000];
	for (size_t i = 0; i < sizeof(in); i += 2)
		memcpy(in + i, "\xc3\xbc", 2);
	static const size_t lengths[] = { 6000, 9000, 15000 };
	for (size_t i = 0; i < 3; i++) {
		struct charset_decoder d;
		charset_decoder_init(&d, charset_find(sv_from(sets[i])));
		buf_clear(&out);
		charset_decode(&d, (struct sv){ in, sizeof(in) }, true, &out);
		assert_true(utf8_is_valid(buf_sv(&out)));
		/* koi8-r: a letter of two bytes, a box drawing of three. */
		assert_int_equal(out.n, lengths[i]);
		assert_true(d.mended == 0);
	}
}

static void test_full(void **state)
{
	(void)state;
	struct buf small;
	struct charset_decoder d;
	buf_init(&small, 4);
	charset_decoder_init(&d, charset_find(SV("koi8-r")));
	charset_decode(&d, SV("\xf0\xd2\xc9"), true, &small);
	assert_true(small.over && small.n == 0);
	buf_deinit(&small);
}

/* Each table against the C library's, where it has one. */
static void test_tables(void **state)
{
	(void)state;
	static const char *const names[CHARSET_TABLES] = {
		"ISO-8859-1", "ISO-8859-15", "CP1250", "CP1251", "CP1252", "CP1253",
		"CP1254",     "CP1255",      "CP1256", "CP1257", "CP1258", "KOI8-R",
	};
	for (size_t t = 0; t < CHARSET_TABLES; t++) {
		iconv_t cd = iconv_open("UTF-16BE", names[t]);
		if (cd == (iconv_t)-1) {
			print_message("skipped: the C library has no %s\n", names[t]);
			continue;
		}
		for (unsigned i = 0; i < 128; i++) {
			char byte = (char)(uint8_t)(0x80 + i), *in = &byte;
			unsigned char two[8] = { 0 };
			char *to = (char *)two;
			size_t left = 1, room = sizeof(two);
			(void)iconv(cd, NULL, NULL, NULL, NULL);
			bool is = iconv(cd, &in, &left, &to, &room) != (size_t)-1 &&
				  iconv(cd, NULL, NULL, &to, &room) != (size_t)-1;
			unsigned c = is ? (unsigned)(two[0] << 8 | two[1]) : 0xfffdu;
			if (c != charset_high[t][i])
				fail_msg("%s %02x: %04x, not %04x", names[t], 0x80 + i,
					 charset_high[t][i], c);
		}
		iconv_close(cd);
	}
}

static int set_up(void **state)
{
	(void)state;
	buf_init(&out, 100000);
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
		cmocka_unit_test(test_find),   cmocka_unit_test(test_detect),
		cmocka_unit_test(test_decode), cmocka_unit_test(test_long),
		cmocka_unit_test(test_full),   cmocka_unit_test(test_tables),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
