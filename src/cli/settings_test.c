/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

static const char *some_env(const char *name)
{
	if (strcmp(name, "POSTERN_UNASSIGNED_DAYS") == 0)
		return "30";
	if (strcmp(name, "POSTERN_JOBS") == 0)
		return "3";
	return strcmp(name, "XDG_DATA_HOME") == 0 ? "/data" : NULL;
}

static const char *relative_env(const char *name)
{
	if (strcmp(name, "HOME") == 0)
		return "/home/x";
	return strcmp(name, "XDG_DATA_HOME") == 0 ? "data" : NULL;
}

static void has_a_sound_table(void **state)
{
	struct arena *a = arena_new();
	struct settings s;
	char env[SETTING_ENV];
	(void)state;
	settings_init(&s, a);
	assert_int_equal(s.fault_n, 0); /* every default is within its bounds */
	for (unsigned i = 0; i < SETTING_N; i++) {
		assert_int_equal(setting(i)->id, i);
		assert_ptr_equal(setting_named(sv_from(setting(i)->name)), setting(i));
		assert_true(strlen(setting(i)->meaning) > 0);
	}
	assert_string_equal(setting_env(setting(SETTING_UNASSIGNED_MAX), env),
			    "POSTERN_UNASSIGNED_MAX");
	assert_int_equal(s.value[SETTING_UNASSIGNED_MAX].number, UINT64_C(10) << 30);
	assert_int_equal(s.value[SETTING_UNASSIGNED_DAYS].number, 90);
	arena_free(&a);
}

static void obeys_precedence(void **state)
{
	static const char *const argv[] = { "postern", "overview", "--jobs", "4" };
	struct arena *a = arena_new();
	struct settings s;
	struct cli_args args;
	struct err err = { 0 };
	(void)state;
	assert_true(cli_parse(4, argv, a, &args, &err));
	settings_init(&s, a);
	settings_apply_text(&s,
			    SV("# a comment\n\njobs = 2\nunassigned.days = 10 # so\n"
			       "unassigned.max=1 MiB\r\n"),
			    "t.conf");
	settings_apply_env(&s, some_env);
	settings_apply_args(&s, &args);
	assert_int_equal(s.fault_n, 0);
	assert_int_equal(s.value[SETTING_JOBS].number, 4);
	assert_string_equal(s.value[SETTING_JOBS].place, "--jobs");
	assert_int_equal(s.value[SETTING_UNASSIGNED_DAYS].number, 30);
	assert_string_equal(s.value[SETTING_UNASSIGNED_DAYS].place,
			    "POSTERN_UNASSIGNED_DAYS");
	assert_int_equal(s.value[SETTING_UNASSIGNED_MAX].number, 1048576);
	assert_string_equal(s.value[SETTING_UNASSIGNED_MAX].place, "t.conf:5");
	assert_true(s.value[SETTING_COLOR].is_default);
	arena_free(&a);
}

static void says_what_is_wrong_and_where(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "jbos = 2", "t.conf:1: there is no setting \"jbos\"" },
		{ "jobs", "t.conf:1: a line is `name = value`" },
		{ "jobs = two",
		  "t.conf:1: the value \"two\" of jobs is no whole number" },
		{ "jobs = 257", "from 0 to 256" },
		{ "jobs = -1", "from 0 to 256" },
		{ "jobs = 1\njobs = 2", "t.conf:2: jobs is set twice" },
		{ "unassigned.days = 0", "from 1 to 36500" },
		{ "unassigned.max = 10 GB", "is no size" },
		{ "unassigned.max = 2000 TiB", "is no size" },
		{ "unassigned.max = 99999999999 TiB", "is no size" },
		{ "color = blue", "is none of: auto always never" },
		{ "reports.address = nobody", "no mail address" },
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings s;
		settings_init(&s, a);
		settings_apply_text(&s, sv_from(cases[i].line), "t.conf");
		assert_int_equal(s.fault_n, 1);
		assert_int_equal(s.worst, ERR_CONFIG);
		if (!strstr(s.fault[0], cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", s.fault[0], cases[i].says);
	}
	arena_free(&a);
}

static void accepts_both_bounds(void **state)
{
	static const char *const lines[] = {
		"jobs = 0",
		"jobs = 256",
		"unassigned.days = 1",
		"unassigned.days=36500",
		"unassigned.max = 0",
		"unassigned.max = 1024 TiB",
		"unassigned.max = 5kib",
		"reports.address = a@b.example",
		"reports.address =",
		"color = never",
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct settings s;
		settings_init(&s, a);
		settings_apply_text(&s, sv_from(lines[i]), "t.conf");
		if (s.fault_n)
			fail_msg("%s", s.fault[0]);
	}
	arena_free(&a);
}

static void finds_the_default_database(void **state)
{
	struct arena *a = arena_new();
	struct settings s;
	(void)state;
	settings_init(&s, a);
	assert_false(settings_find_db(&s, no_env));
	assert_true(settings_find_db(&s, some_env));
	assert_string_equal(s.value[SETTING_DB].text, "/data/postern/postern.db");
	settings_init(&s, a);
	assert_true(settings_find_db(&s, relative_env));
	assert_string_equal(s.value[SETTING_DB].text,
			    "/home/x/.local/share/postern/postern.db");
	settings_init(&s, a);
	settings_apply(&s, SETTING_DB, "/x.db", "here");
	assert_true(settings_find_db(&s, some_env));
	assert_string_equal(s.value[SETTING_DB].text, "/x.db");
	arena_free(&a);
}

static void tells_a_missing_file(void **state)
{
	static const char *const argv[] = { "postern", "overview", "--config",
					    "/nonexistent/postern.conf" };
	struct arena *a = arena_new();
	struct settings s;
	struct cli_args args;
	struct err err = { 0 };
	(void)state;
	assert_true(cli_parse(4, argv, a, &args, &err));
	settings_init(&s, a);
	assert_false(settings_read(&s, &args, no_env, &err));
	assert_int_equal(err.code, ERR_NO_INPUT);
	arena_free(&a);
}

static void blames_options_as_usage(void **state)
{
	static const char *const argv[] = { "postern", "overview", "--jobs=x" };
	struct arena *a = arena_new();
	struct settings s;
	struct cli_args args;
	struct err err = { 0 };
	(void)state;
	assert_true(cli_parse(3, argv, a, &args, &err));
	settings_init(&s, a);
	assert_false(settings_read(&s, &args, no_env, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, "--jobs"));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_sound_table),
		cmocka_unit_test(obeys_precedence),
		cmocka_unit_test(says_what_is_wrong_and_where),
		cmocka_unit_test(accepts_both_bounds),
		cmocka_unit_test(finds_the_default_database),
		cmocka_unit_test(tells_a_missing_file),
		cmocka_unit_test(blames_options_as_usage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
