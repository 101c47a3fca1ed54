/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "cli/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_in(const struct out *o, const char *what)
{
	if (!strstr(buf_str(&o->b), what))
		fail_msg("%s is missing", what);
}

static void names_all_commands_and_options(void **state)
{
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	help_main(&o);
	for (unsigned i = 0; i < COMMAND_N; i++) {
		expect_in(&o, cli_command(i)->name);
		expect_in(&o, cli_command(i)->does);
	}
	for (unsigned i = OPT_NONE + 1; i < OPT_N; i++)
		if (cli_option(i)->global)
			expect_in(&o, cli_option(i)->name);
	static const char *const statuses[] = { "  0 ",  "  64 ", "  65 ", "  66 ",
						"  70 ", "  75 ", "  76 ", "  78 " };
	for (size_t i = 0; i < 8; i++)
		expect_in(&o, statuses[i]);
	out_deinit(&o);
}

static void tells_a_commands_options(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COMMAND_N; i++) {
		const struct cli_command *c = cli_command(i);
		struct out o;
		out_init(&o, -1, OUT_TEXT);
		help_command(&o, c);
		expect_in(&o, c->name);
		expect_in(&o, c->does + 1);
		if (c->does[0] < 'a')
			expect_in(&o, c->does);
		expect_in(&o, c->more);
		for (unsigned k = 0; c->option[k] != OPT_NONE; k++)
			expect_in(&o, cli_option(c->option[k])->meaning);
		out_deinit(&o);
	}
}

/* Each status of the page is one of the help's, in its words. */
static void page_has_the_same_statuses(void **state)
{
	static char page[32768];
	struct out o;
	unsigned n = 0;
	(void)state;
	FILE *f = fopen("docs/operation.md", "r");
	assert_non_null(f);
	assert_true(fread(page, 1, sizeof(page) - 1, f) > 0);
	(void)fclose(f);
	out_init(&o, -1, OUT_TEXT);
	help_main(&o);
	for (struct sv rest = sv_from(page), line; sv_take_line(&rest, &line);) {
		struct sv status = sv_sub(line, 2, line.n), want;
		char text[256];
		if (line.n < 6 || line.p[0] != '|' || line.p[2] < '0' || line.p[2] > '9')
			continue;
		want = sv_take_until(&status, ' ');
		status = sv_sub(status, 2, status.n - 4); /* "| meaning |" */
		(void)snprintf(text, sizeof(text), "  %-25.*s %.*s\n", SV_ARG(want),
			       SV_ARG(status));
		expect_in(&o, text);
		n++;
	}
	assert_int_equal(n, 8);
	out_deinit(&o);
}

static void points_from_a_group_to_a_command(void **state)
{
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	help_group(&o, SV("domain"));
	expect_in(&o, "domain retire");
	expect_in(&o, "`postern help domain ");
	out_deinit(&o);
}

static void wraps_help(void **state)
{
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	o.width = 60;
	help_command(&o, cli_command(COMMAND_INGEST));
	for (struct sv rest = buf_sv(&o.b), line; sv_take_line(&rest, &line);)
		assert_true(line.n <= 60);
	out_deinit(&o);
}

static void writes_a_manual_page(void **state)
{
	struct out o;
	struct sv line;
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	help_man(&o);
	assert_true(sv_has_prefix_fold(buf_sv(&o.b), SV(".TH POSTERN 1 ")));
	for (unsigned i = 0; i < SETTING_N; i++)
		expect_in(&o, setting(i)->name);
	expect_in(&o, ".SH EXIT STATUS");
	expect_in(&o, "\\fBclient add\\fR \\fINAME\\fR");
	for (struct sv rest = buf_sv(&o.b); sv_take_line(&rest, &line);) {
		assert_true(line.n > 0);
		if (line.p[0] == '.') /* only the requests that we mean */
			assert_true(sv_has_prefix_fold(line, SV(".TH ")) ||
				    sv_has_prefix_fold(line, SV(".SH ")) ||
				    sv_has_prefix_fold(line, SV(".B ")) ||
				    sv_eq(line, SV(".TP")) || sv_eq(line, SV(".RS")) ||
				    sv_eq(line, SV(".RE")));
	}
	out_deinit(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_all_commands_and_options),
		cmocka_unit_test(tells_a_commands_options),
		cmocka_unit_test(page_has_the_same_statuses),
		cmocka_unit_test(points_from_a_group_to_a_command),
		cmocka_unit_test(wraps_help),
		cmocka_unit_test(writes_a_manual_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
