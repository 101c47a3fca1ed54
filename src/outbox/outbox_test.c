/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A program of our own in the place of sendmail, and what it wrote down. */
struct fixture {
	char dir[32], program[64], wrote[64];
	struct outbox_way way;
	struct outbox_mail mail;
	struct outbox_answer said;
	struct err err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/postern-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->program, sizeof(f->program), "%s/sendmail", f->dir);
	(void)snprintf(f->wrote, sizeof(f->wrote), "%s/wrote", f->dir);
	f->way = (struct outbox_way){ .sendmail = f->program, .seconds = 20 };
	f->mail = (struct outbox_mail){ "msp@msp.example", "it@acme.example",
					SV("Subject: x\r\n\r\nHello\r\n") };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	(void)unlink(f->program);
	(void)unlink(f->wrote);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

static void put_program(struct fixture *f, const char *script)
{
	FILE *to = fopen(f->program, "w");
	assert_non_null(to);
	(void)fprintf(to, "#!/bin/sh\n%s\n", script);
	(void)fclose(to);
	assert_int_equal(chmod(f->program, 0700), 0);
}

static void send(struct fixture *f, enum outbox_result want)
{
	if (!outbox_send(&f->way, &f->mail, &f->said, &f->err))
		fail_msg("%s", f->err.text);
	assert_int_equal(f->said.result, want);
}

static void test_program(void **state)
{
	struct fixture *f = *state;
	char script[128], have[128] = "";
	(void)snprintf(script, sizeof(script), "{ echo \"$*\"; cat; } >%s", f->wrote);
	put_program(f, script);
	send(f, OUTBOX_ACCEPTED);
	FILE *from = fopen(f->wrote, "r");
	assert_non_null(from);
	assert_true(fread(have, 1, sizeof(have) - 1, from) > 0);
	(void)fclose(from);
	assert_string_equal(have, "-i -f msp@msp.example -- it@acme.example\n"
				  "Subject: x\r\n\r\nHello\r\n");
}

static void test_program_says_no(void **state)
{
	struct fixture *f = *state;
	put_program(f, "echo 'no such user' >&2; exit 67");
	send(f, OUTBOX_REFUSED);
	assert_string_equal(f->said.said, "no such user");
	put_program(f, "cat >/dev/null; exit 75");
	send(f, OUTBOX_LATER);
	assert_string_equal(f->said.said, "it ended with status 75");
	/* It does not read, and dies of something. */
	put_program(f, "kill -9 $$");
	f->mail.bytes = (struct sv){ calloc(1, 1 << 20), 1 << 20 };
	send(f, OUTBOX_LATER);
	free((void *)(uintptr_t)f->mail.bytes.p);
}

static void test_program_never_ends(void **state)
{
	struct fixture *f = *state;
	put_program(f, "exec sleep 600");
	f->way.seconds = 1;
	send(f, OUTBOX_LATER);
	assert_string_equal(f->said.said, "it did not end in time");
}

static void test_no_program(void **state)
{
	struct fixture *f = *state;
	assert_false(outbox_send(&f->way, &f->mail, &f->said, &f->err));
	assert_int_equal(f->err.code, ERR_CONFIG);
}

/* Nobody listens there. */
static void test_no_server(void **state)
{
	struct fixture *f = *state;
	f->way.smtp = "smtp://127.0.0.1:9";
	send(f, OUTBOX_LATER);
	assert_true(strlen(f->said.said) > 0);
	f->way.smtp = "file:///etc/passwd";
	send(f, OUTBOX_LATER);
}

static void test_odd_addresses(void **state)
{
	struct fixture *f = *state;
	static const char *const odd[] = { "",         "-oQ/tmp",       "a@b,c@d",
					   "a@b\r\nX", "<a@b.example>", "a b@c" };
	put_program(f, "exit 0");
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		f->mail.to = odd[i];
		assert_false(outbox_send(&f->way, &f->mail, &f->said, &f->err));
		assert_int_equal(f->err.code, ERR_USAGE);
	}
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_program),
		TEST(test_program_says_no),
		TEST(test_program_never_ends),
		TEST(test_no_program),
		TEST(test_no_server),
		TEST(test_odd_addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
