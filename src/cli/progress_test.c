/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void tells_rate_and_remaining_time(void **state)
{
	static const struct {
		struct intake_progress at;
		const char *want;
	} cases[] = {
		{ { .files = 1, .reports = 1 }, "1 file, 1 report" },
		{ { .files = 1200, .files_all = 5000, .reports = 1100, .seconds = 4 },
		  "1,200 of 5,000 files, 1,100 reports, 300 files/s, 13 s left" },
		{ { .files = 10,
		    .files_all = 5000,
		    .bytes = 50,
		    .bytes_all = 100,
		    .seconds = 10 },
		  "10 of 5,000 files, 0 reports, 1 files/s, 10 s left" },
		{ { .files_all = 5000, .reports = 300, .seconds = 1 },
		  "file 1 of 5,000, 300 reports" },
		{ { .files = 10, .seconds = 10 }, "10 files, 0 reports, 1 files/s" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		buf_init(&b, 1000);
		progress_add_text(&b, &cases[i].at);
		assert_string_equal(buf_str(&b), cases[i].want);
		buf_deinit(&b);
	}
}

static void tells_the_share_that_is_done(void **state)
{
	static const struct {
		uint64_t done, all;
		const char *want;
	} cases[] = {
		{ 0, 0, "0 of 0 looked at" },
		{ 0, 1200, "0 of 1,200 looked at (0 %)" },
		{ 1199, 1200, "1,199 of 1,200 looked at (99 %)" },
		{ 1200, 1200, "1,200 of 1,200 looked at (100 %)" },
		{ 1201, 1200, "1,201 of 1,200 looked at" }, /* others write */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		buf_init(&b, 1000);
		progress_add_part(&b, "looked at", cases[i].done, cases[i].all);
		assert_string_equal(buf_str(&b), cases[i].want);
		buf_deinit(&b);
	}
}

static size_t shown(bool on, bool terminal, char *out, size_t cap)
{
	struct progress p;
	int fd[2];
	assert_int_equal(pipe(fd), 0);
	progress_init(&p, fd[1], on, terminal, 80);
	for (unsigned i = 0; i < 24; i++) /* twelve seconds, twice a second */
		progress_show(
			&p, &(struct intake_progress){ .files = i, .seconds = i / 2.0 });
	progress_clear(&p);
	progress_clear(&p);
	close(fd[1]);
	ssize_t n = read(fd[0], out, cap - 1);
	close(fd[0]);
	out[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static void writes_over_a_line_or_seldom(void **state)
{
	char text[8192];
	(void)state;
	assert_int_equal(shown(false, true, text, sizeof(text)), 0);
	assert_true(shown(true, true, text, sizeof(text)) > 0);
	assert_null(strchr(text, '\n'));
	assert_string_equal(text + strlen(text) - 4, "\r\x1b[K");
	assert_true(shown(true, false, text, sizeof(text)) > 0);
	assert_string_equal(text, "postern: 10 files, 0 reports, 2 files/s\n"
				  "postern: 20 files, 0 reports, 2 files/s\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_rate_and_remaining_time),
		cmocka_unit_test(tells_the_share_that_is_done),
		cmocka_unit_test(writes_over_a_line_or_seldom),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
