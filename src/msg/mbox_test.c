/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void test_from_line(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool want;
	} cases[] = {
		{ "From a@b.example Thu Jan  1 00:00:00 2026", true },
		{ "From - Thu Jan 01 00:00:00 2026", true },
		{ "From MAILER-DAEMON Fri Jul  8 12:08:34 2011", true },
		{ "From 1520838404871628834@xxx Thu Jan 29 18:17:16 +0000 2015", true },
		{ "From a@b Wed Jun 19 21:03:43 1996 -0400", true },
		{ "From a@b Wed Jun 19 21:03 MET DST 1996", true },
		{ "From a@b Wed, 19 Jun 1996 21:03:43 GMT", true },
		{ "From foo at b.example  Thu Jan  1 00:00:00 2026", true },
		{ "From a@b Thu Jan  1 00:00:00 2026 remote from host", true },
		{ "From Thu Jan  1 00:00:00 2026", true },
		{ "From a@b thu jan  1 00:00:60 2026", true },
		{ "From Mon a@b Thu Jan  1 00:00:00 2026", true },
		{ "", false },
		{ "From ", false },
		{ "From", false },
		{ "from a@b Thu Jan  1 00:00:00 2026", false },
		{ ">From a@b Thu Jan  1 00:00:00 2026", false },
		{ "From: a@b Thu Jan  1 00:00:00 2026", false },
		{ "From now on we meet on Thu", false },
		{ "From a@b Thu Jan  1 00:00:00", false },
		{ "From a@b Thu Jan  1 2026", false },
		{ "From a@b Thu Jan  1 24:00:00 2026", false },
		{ "From a@b Thu Jan  1 00:00:00:00 2026", false },
		{ "From a@b Thu Jan  0 00:00:00 2026", false },
		{ "From a@b Thu Jan  1 00:00:00 2026 and so on", false },
		{ "From a@b Thu Jan  1 00:00:00 2026 2026", false },
		{ "From a@b Jan  1 00:00:00 2026", false },
		{ "From a@b Thu Foo  1 00:00:00 2026", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (mbox_is_from_line(sv_from(cases[i].line)) != cases[i].want)
			fail_msg("%s", cases[i].line);
}

#define LINE "From a@b Thu Jan  1 00:00:00 2026\n"
#define CRLF_LINE "From a@b Thu Jan  1 00:00:00 2026\r\n"
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A256 A32 A32 A32 A32 A32 A32 A32 A32

static void scan(const char *text, size_t piece, uint64_t *starts, size_t *out_n)
{
	struct mbox_scan s;
	mbox_scan_init(&s);
	*out_n = 0;
	for (size_t at = 0, n = strlen(text); at < n; at += piece) {
		struct sv all = { text + at, n - at < piece ? n - at : piece };
		/* An exact copy, so that a sanitizer sees one byte too many. */
		char *copy = malloc(all.n);
		memcpy(copy, all.p, all.n);
		struct sv in = { copy, all.n };
		while (mbox_scan_next(&s, &in, &starts[*out_n])) {
			++*out_n;
			assert_true(*out_n < 8);
		}
		assert_int_equal(in.n, 0);
		free(copy);
	}
	assert_int_equal(s.offset, strlen(text));
}

static void test_scan(void **state)
{
	(void)state;
	static const struct {
		const char *label, *text;
		size_t n;
		uint64_t starts[4];
	} cases[] = {
		{ "nothing", "", 0, { 0 } },
		{ "no separator", "Subject: x\n\nFrom here\n", 0, { 0 } },
		{ "one", LINE "Subject: x\n\nbody\n", 1, { 0 } },
		{ "two", LINE "S: x\n\nb\n\n" LINE "S: y\n\nb\n", 2, { 0, 43 } },
		{ "CRLF", CRLF_LINE "S: x\r\n\r\nb\r\n\r\n" CRLF_LINE "x", 2, { 0, 48 } },
		{ "without an empty line before",
		  LINE "S: x\n\nb\n" LINE "c\n",
		  1,
		  { 0 } },
		{ "quoted", LINE "S: x\n\nb\n\n>" LINE "c\n", 1, { 0 } },
		{ "text at the start", "x\n\n" LINE "S: x\n", 1, { 3 } },
		{ "empty lines at the start", "\n\n" LINE "S: x\n", 1, { 2 } },
		{ "empty mails", LINE "\n" LINE "\n" LINE, 3, { 0, 35, 70 } },
		{ "line not ended",
		  LINE "\nFrom a@b Thu Jan  1 00:00:00 2026",
		  1,
		  { 0 } },
		{ "the longest sender",
		  "From " A256 " Thu Jan  1 00:00:00 2026\n\n" LINE,
		  2,
		  { 0, 288 } },
		{ "a line that only begins so",
		  "From " A256 A256 " Thu Jan  1 00:00:00 2026\n\n" LINE,
		  1,
		  { 544 } },
		{ "long lines",
		  "F" A256 A256 "\n\nf" A256 A256 A256 "\n\n" LINE,
		  1,
		  { 1286 } },
		{ "CR alone is no line", LINE "x\r\r" LINE, 1, { 0 } },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 1; piece < 1500;
		     piece = piece < 80 ? piece + 1 : piece * 2) {
			uint64_t starts[8];
			size_t n;
			scan(cases[i].text, piece, starts, &n);
			bool same = n == cases[i].n;
			for (size_t k = 0; same && k < n; k++)
				same = starts[k] == cases[i].starts[k];
			if (!same)
				fail_msg("%s, pieces of %zu: %zu, first at %llu",
					 cases[i].label, piece, n,
					 (unsigned long long)(n ? starts[0] : 0));
		}
	}
}

static void test_unquote(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ ">From x", "From x" },
		{ ">>From x\n>From y\r\n> From z\n", ">From x\nFrom y\r\n> From z\n" },
		{ "a >From x\n>From\n>from \n>>>", "a >From x\n>From\n>from \n>>>" },
		{ "a\n\n>From b\nc\n>>>>From d", "a\n\nFrom b\nc\n>>>From d" },
		{ ">From ", "From " },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].text);
		char *mail = malloc(n + 1);
		memcpy(mail, cases[i].text, n);
		n = mbox_unquote(mail, n);
		mail[n] = '\0';
		assert_string_equal(mail, cases[i].want);
		free(mail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_line),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_unquote),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
