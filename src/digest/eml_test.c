/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/eml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct buf out;

static const char *write_it(const struct eml *m)
{
	buf_clear(&out);
	eml_write(m, &out);
	return buf_str(&out);
}

static struct eml plain(void)
{
	return (struct eml){ .from_name = SV("Northgate IT"),
			     .from = SV("mail@northgate.example"),
			     .to = SV("it@acme.example"),
			     .subject = SV("Acme: mail"),
			     .message_id = SV("letter.2026-W47.ab@northgate.example"),
			     .date = 1764000000,
			     .text = SV("Hello\n"),
			     .html = SV("<p>Hello</p>\n") };
}

static void test_plain(void **state)
{
	(void)state;
	struct eml m = plain();
	assert_string_equal(
		write_it(&m),
		"From: \"Northgate IT\" <mail@northgate.example>\r\n"
		"To: <it@acme.example>\r\n"
		"Subject: Acme: mail\r\n"
		"Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n"
		"Message-ID: <letter.2026-W47.ab@northgate.example>\r\n"
		"Auto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: multipart/alternative; boundary=\"=_postern_forms\"\r\n"
		"\r\n"
		"--=_postern_forms\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"Hello\r\n"
		"--=_postern_forms\r\n"
		"Content-Type: text/html; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n"
		"\r\n"
		"<p>Hello</p>\r\n"
		"--=_postern_forms--\r\n");
}

/* Names that would write lines of their own into the header. */
static void test_hostile(void **state)
{
	(void)state;
	struct eml m = plain();
	m.from_name = SV("Evil\"\r\nBcc: all@evil.example");
	m.to = SV("it@acme.example>\r\nBcc: <x@evil.example");
	m.subject = SV("a\r\nX-Evil: 1");
	m.message_id = SV("a@b>\r\nX-Evil: 2");
	const char *text = write_it(&m);
	assert_null(strstr(text, "\r\nBcc"));
	assert_null(strstr(text, "\r\nX-Evil"));
	/* ... or boundaries and lines of a mail's own into the text. */
	m = plain();
	m.text = SV("--=_postern_forms--\n.\nFrom x\n= =\n \n");
	text = write_it(&m);
	assert_non_null(strstr(text,
			       "--=3D_postern_forms--\r\n=2E\r\nFrom x\r\n=3D =3D\r\n"
			       "=20\r\n"));
}

static void test_lines_are_short(void **state)
{
	(void)state;
	static char long_text[4001];
	for (size_t i = 0; i < 4000; i += 2)
		memcpy(long_text + i, i % 100 == 98 ? " ." : "\xc3\xa4", 2);
	struct eml m = plain();
	m.subject = m.from_name = sv_sub(sv_from(long_text), 0, 300);
	m.text = m.html = sv_from(long_text);
	m.logo = sv_from(long_text);
	m.logo_type = SV("image/png");
	m.logo_id = SV("logo@postern");
	struct sv rest = sv_from(write_it(&m)), line;
	while (sv_take_line(&rest, &line)) {
		assert_true(line.n <= 78);
		for (size_t i = 0; i < line.n; i++)
			assert_true((unsigned char)line.p[i] < 0x80);
	}
	assert_non_null(strstr(buf_str(&out), "Subject: =?utf-8?B?w6TD"));
	assert_non_null(strstr(buf_str(&out), "multipart/related"));
}

static int setup(void **state)
{
	(void)state;
	buf_init(&out, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buf_deinit(&out);
	return 0;
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain),
		TEST(test_hostile),
		TEST(test_lines_are_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
