/* SPDX-License-Identifier: Apache-2.0 */
/* What other rooms use of a mail: its fields, its own bytes, a walk that stays outside of
 * the mails within. */
#include "base/arena.h"
#include "msg/header.h"
#include "msg/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <string.h>

static void test_fields(void **state)
{
	(void)state;
	struct sv rest = SV("One: a\r\n\tb \r\nTwo :\r\nX-Three:c\r\n\r\nFour: d\r\n");
	struct header_field f;
	assert_true(header_next(&rest, &f));
	assert_true(sv_eq(f.name, SV("One")));
	assert_true(sv_eq(f.value, SV("a\r\n\tb")));
	assert_true(header_next(&rest, &f));
	assert_true(header_is_named(f.name, "two"));
	assert_int_equal(f.value.n, 0);
	assert_true(header_next(&rest, &f));
	assert_true(header_is_named(f.name, "xthree"));
	assert_false(header_is_named(f.name, "xthre"));
	assert_false(header_is_named(f.name, "xthreee"));
	assert_false(header_next(&rest, &f));
	assert_true(sv_eq(rest, SV("Four: d\r\n")));
}

static void test_address(void **state)
{
	(void)state;
	static const struct {
		const char *value, *want;
	} cases[] = {
		{ "a@b.example", "a@b.example" },
		{ "\"c@d.example\" <a@b.example> (e@f)", "a@b.example" },
		{ "A B (c@d) a@b.example, e@f", "a@b.example" },
		{ "<not one> <a@b.example>", "a@b.example" },
		{ "< a@b.example >", "a@b.example" },
		{ "\"a b\"@c.example", "@c.example" },
		{ "undisclosed recipients:;", "" },
		{ "<a@b.example", "a@b.example" },
		{ "\"a@b.example", "" },
		{ "(a@b.example", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sv got = header_address(sv_from(cases[i].value));
		if (!sv_eq(got, sv_from(cases[i].want)))
			fail_msg("%s: %.*s", cases[i].value, SV_ARG(got));
	}
}

static void test_values(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, HEADER_TEXT);
	value_unfold(SV("a\r\n  b\n\tc "), &b);
	assert_string_equal(buf_str(&b), "a b c");
	buf_clear(&b);
	value_decode(SV("=?utf-8?Q?a=C3=A4?= b"), &b);
	assert_string_equal(buf_str(&b), "a\xc3\xa4 b");
	buf_deinit(&b);
}

static void test_window(void **state)
{
	(void)state;
	static char text[LIMIT_HEADER + 10];
	memset(text, 'x', sizeof(text));
	text[100] = '\n';
	assert_int_equal(header_window((struct sv){ text, LIMIT_HEADER }).n,
			 LIMIT_HEADER);
	assert_int_equal(header_window((struct sv){ text, LIMIT_HEADER + 1 }).n, 101);
	text[100] = 'x';
	assert_int_equal(header_window((struct sv){ text, LIMIT_HEADER + 1 }).n,
			 LIMIT_HEADER);
}

#define INNER "From: c@d.example\nSubject: in\n\nhello\n"
#define OUTER \
	"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n" \
	"--x\nContent-Type: message/rfc822\n\n" INNER "\n" \
	"--x\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" \
	"RnJvbTogZUBmLmV4YW1wbGUKCmhlbGxvCg==\n" \
	"--x\nContent-Type: text/plain\n\nend\n" \
	"--x\nFrom: g@h.example\nContent-Type: multipart/mixed; boundary=y\n\n" \
	"--y\n\nno label\n--y--\n" \
	"--x--\n"

static void test_raw(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(SV(OUTER), a);
	struct mime_part p;
	assert_true(mime_walk_next(w, &p));
	assert_true(sv_eq(p.mail->raw, SV(INNER)));
	assert_true(sv_eq(p.mail->around->raw, SV(OUTER)));
	assert_null(p.mail->around->around);
	assert_true(sv_eq(p.header, SV("From: c@d.example\nSubject: in\n\n")));
	assert_true(mime_walk_next(w, &p));
	assert_true(sv_eq(p.mail->raw, SV("From: e@f.example\n\nhello\n")));
	assert_true(mime_walk_next(w, &p));
	assert_true(sv_eq(p.mail->raw, SV(OUTER)));
	assert_true(sv_eq(p.header, SV("Content-Type: text/plain\n\n")));
	mime_walk_free(&w);
	arena_free(&a);
}

static void test_stay(void **state)
{
	(void)state;
	static const struct {
		const char *path, *type, *body;
	} leaves[] = {
		{ "part 1", "message/rfc822", INNER },
		{ "part 2", "message/rfc822", "RnJvbTogZUBmLmV4YW1wbGUKCmhlbGxvCg==" },
		{ "part 3", "text/plain", "end" },
		{ "part 4", "multipart/mixed", "--y\n\nno label\n--y--" },
	};
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(SV(OUTER), a);
	struct mime_part p;
	mime_walk_stay(w);
	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
		assert_true(mime_walk_next(w, &p));
		assert_true(sv_eq(p.path, sv_from(leaves[i].path)));
		assert_true(sv_eq(p.type, sv_from(leaves[i].type)));
		assert_true(sv_eq(p.body, sv_from(leaves[i].body)));
		assert_int_equal(p.mail->depth, 0);
	}
	assert_false(mime_walk_next(w, &p));
	mime_walk_free(&w);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields), cmocka_unit_test(test_address),
		cmocka_unit_test(test_values), cmocka_unit_test(test_window),
		cmocka_unit_test(test_raw),    cmocka_unit_test(test_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
