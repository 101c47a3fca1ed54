/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	WORDS = 12
};

static int count(const char *const *argv)
{
	int n = 0;
	while (argv[n])
		n++;
	return n;
}

static void finds_command_and_words(void **state)
{
	static const struct {
		const char *argv[WORDS];
		enum cli_command_id command;
		size_t words;
	} cases[] = {
		{ { "postern", "overview" }, COMMAND_OVERVIEW, 0 },
		{ { "postern", "--json", "overview" }, COMMAND_OVERVIEW, 0 },
		{ { "postern", "overview", "--json" }, COMMAND_OVERVIEW, 0 },
		{ { "postern", "--db", "x", "client", "--json", "add", "A" },
		  COMMAND_CLIENT_ADD,
		  1 },
		{ { "postern", "ingest", "--db=x", "-", "a", "b" }, COMMAND_INGEST, 3 },
		{ { "postern", "ingest", "--", "--db" }, COMMAND_INGEST, 1 },
		{ { "postern", "-j", "4", "ingest", "a" }, COMMAND_INGEST, 1 },
		{ { "postern", "reports" }, COMMAND_REPORTS, 0 },
		{ { "postern", "report", "show", "ab12" }, COMMAND_REPORT_SHOW, 1 },
		{ { "postern", "client", "add", "A", "--domain", "a.example", "--domain",
		    "b.example" },
		  COMMAND_CLIENT_ADD,
		  1 },
		{ { "postern", "client", "add", "--help" }, COMMAND_CLIENT_ADD, 0 },
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cli_args args;
		struct err err = { 0 };
		assert_true(
			cli_parse(count(cases[i].argv), cases[i].argv, a, &args, &err));
		assert_non_null(args.command);
		assert_int_equal(args.command->id, cases[i].command);
		assert_int_equal(args.word_n, cases[i].words);
	}
	arena_free(&a);
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *argv[WORDS];
		const char *says;
	} cases[] = {
		{ { "postern" }, "no command given" },
		{ { "postern", "frobnicate" }, "no command \"frobnicate\"" },
		{ { "postern", "client" }, "needs one of: add, list, show, retire" },
		{ { "postern", "client", "frob" }, "no command \"client frob\"" },
		{ { "postern", "overview", "--doma", "x" }, "did you mean --domain?" },
		{ { "postern", "over" }, "no command \"over\"" },
		{ { "postern", "--js", "overview" }, "did you mean --json?" },
		{ { "postern", "overview", "--frob" }, "unknown option --frob" },
		{ { "postern", "overview", "-x" }, "unknown option -x" },
		{ { "postern", "--client", "A", "overview" }, "unknown option --client" },
		{ { "postern", "overview", "--mend" }, "unknown option --mend" },
		{ { "postern", "overview", "--db" }, "needs a value" },
		{ { "postern", "overview", "--db", "--json" }, "needs a value" },
		{ { "postern", "overview", "--json=1" }, "has no value" },
		{ { "postern", "overview", "--db", "a", "--db", "b" }, "given twice" },
		{ { "postern", "overview", "extra" }, "has no use for \"extra\"" },
		{ { "postern", "ingest" }, "needs PATH..." },
		{ { "postern", "overview", "--json", "--csv" }, "not both" },
		{ { "postern", "fsck", "--csv" }, "has no --csv" },
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cli_args args;
		struct err err = { 0 };
		assert_false(
			cli_parse(count(cases[i].argv), cases[i].argv, a, &args, &err));
		assert_int_equal(err.code, ERR_USAGE);
		if (!strstr(err.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
	arena_free(&a);
}

static void keeps_values(void **state)
{
	static const char *const argv[] = { "postern",
					    "client",
					    "add",
					    "A",
					    "--domain",
					    "a.example",
					    "--domain=b.example",
					    "--raw",
					    "r@msp.example",
					    NULL };
	struct arena *a = arena_new();
	struct cli_args args;
	struct err err = { 0 };
	(void)state;
	assert_true(cli_parse(count(argv), argv, a, &args, &err));
	assert_int_equal(args.given_n, 3);
	assert_string_equal(args.given[0].value, "a.example");
	assert_string_equal(args.given[1].value, "b.example");
	assert_string_equal(cli_value(&args, OPT_RAW_ADDRESS), "r@msp.example");
	assert_false(cli_has(&args, OPT_RAW));
	assert_null(cli_value(&args, OPT_DB));
	arena_free(&a);
}

/* Every option is global or used; no command has one name twice; no command's name is
 * also the first word of another. */
static void has_sound_tables(void **state)
{
	(void)state;
	for (unsigned o = OPT_NONE + 1; o < OPT_N; o++) {
		unsigned used = cli_option(o)->global;
		assert_int_equal(cli_option(o)->id, o);
		for (unsigned c = 0; c < COMMAND_N; c++)
			for (unsigned i = 0; cli_command(c)->option[i] != OPT_NONE; i++)
				used += cli_command(c)->option[i] == o;
		assert_true(used > 0);
	}
	for (unsigned c = 0; c < COMMAND_N; c++) {
		const struct cli_command *k = cli_command(c);
		assert_int_equal(k->id, c);
		/* A group that is a command too can be called alone. */
		assert_true(!cli_is_group(sv_from(k->name)) || k->min == 0);
		assert_ptr_equal(cli_command_named(sv_from(k->name)), k);
		for (unsigned i = 0; k->option[i] != OPT_NONE; i++) {
			assert_false(cli_option(k->option[i])->global);
			for (unsigned j = 0; j < i; j++)
				assert_string_not_equal(cli_option(k->option[i])->name,
							cli_option(k->option[j])->name);
		}
	}
}

static void test_a_group_that_is_a_command(void **state)
{
	(void)state;
	static const struct {
		const char *word[3];
		enum cli_command_id id;
		size_t words;
	} t[] = {
		{ { "services", NULL, NULL }, COMMAND_SERVICES, 0 },
		{ { "services", "mailchimp", NULL }, COMMAND_SERVICES, 1 },
		{ { "services", "verify", NULL }, COMMAND_SERVICES_VERIFY, 0 },
		{ { "services", "verify", "mailchimp" }, COMMAND_SERVICES_VERIFY, 1 },
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct arena *a = arena_new();
		struct cli_args args;
		struct err err = { 0 };
		const char *argv[4] = { "postern", t[i].word[0], t[i].word[1],
					t[i].word[2] };
		int argc = 1;
		while (argc < 4 && argv[argc])
			argc++;
		assert_true(cli_parse(argc, argv, a, &args, &err));
		assert_int_equal(args.command->id, t[i].id);
		assert_int_equal(args.word_n, t[i].words);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_group_that_is_a_command),
		cmocka_unit_test(finds_command_and_words),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(keeps_values),
		cmocka_unit_test(has_sound_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
