/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "cli/help.h"
#include "cli/run_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool (*const runs[])(struct cli *, struct err *) = {
#define COMMAND(id, words, args, min, max, forms, options, run, does, more) run,
#include "cli/commands.def"
#undef COMMAND
};

static const char *from_env(const char *name)
{
	return getenv(name);
}

void run_say(const char *sentence)
{
	struct buf b;
	buf_init(&b, 65536);
	buf_add_str(&b, "postern: ");
	text_add_visible(&b, sv_from(sentence));
	buf_add_char(&b, '\n');
	/* Standard error that cannot be written leaves nobody to be told. */
	ssize_t ignored = write(STDERR_FILENO, buf_str(&b), b.n);
	(void)ignored;
	buf_deinit(&b);
}

static bool wants_colour(const struct cli *c, bool terminal)
{
	const char *when = c->settings.value[SETTING_COLOR].text;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	if (strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return terminal && !(no && no[0]) && !(term && strcmp(term, "dumb") == 0);
}

static void set_up_output(struct cli *c)
{
	bool terminal = isatty(STDOUT_FILENO) == 1;
	c->err_terminal = isatty(STDERR_FILENO) == 1;
	out_init(&c->out, STDOUT_FILENO, OUT_TEXT);
	if (cli_has(c->args, OPT_JSON))
		c->out.form = OUT_JSON;
	else if (cli_has(c->args, OPT_CSV))
		c->out.form = OUT_CSV;
	c->out.colour = wants_colour(c, terminal);
	if (terminal)
		c->out.width = out_columns(STDOUT_FILENO, getenv("COLUMNS"));
}

static bool read_now(struct cli *c, struct err *err)
{
	const char *text = cli_value(c->args, OPT_NOW);
	c->app.now_fixed = text != NULL;
	c->app.now = (int64_t)time(NULL);
	if (!text || date_parse_time(sv_from(text), &c->app.now))
		return true;
	return err_set(err, ERR_USAGE,
		       "--now is a time such as 2026-11-24, 2026-11-24T13:05:09Z or "
		       "@1795525509; not \"%s\"",
		       text);
}

static void set_up_app(struct cli *c)
{
	const struct setting_value *v = c->settings.value;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	c->app.db = v[SETTING_DB].text;
	c->app.jobs = (unsigned)v[SETTING_JOBS].number;
	if (c->app.jobs == 0)
		c->app.jobs = cores < 1 ? 1 : cores > 256 ? 256 : (unsigned)cores;
	c->app.reports_address = sv_from(v[SETTING_REPORTS_ADDRESS].text);
	c->app.geo_country = sv_from(v[SETTING_GEO_COUNTRY].text);
	c->app.geo_as = sv_from(v[SETTING_GEO_AS].text);
	c->app.unassigned_days = v[SETTING_UNASSIGNED_DAYS].number;
	c->app.unassigned_max = v[SETTING_UNASSIGNED_MAX].number;
	c->app.keep_months[APP_AGE_FACTS] = v[SETTING_RETENTION_FACTS].number;
	c->app.keep_months[APP_AGE_RAW] = v[SETTING_RETENTION_RAW].number;
	c->app.keep_months[APP_AGE_FAILURE] = v[SETTING_RETENTION_FAILURE].number;
	c->app.keep_months[APP_AGE_FAILURE_BODY] =
		v[SETTING_RETENTION_FAILURE_BODY].number;
	c->quiet = cli_has(c->args, OPT_QUIET);
}

static bool needs_nothing(const struct cli_command *k)
{
	return k->id == COMMAND_HELP || k->id == COMMAND_MAN;
}

/* Faults in the settings stop every command but the one that lists them. */
static bool read_settings(struct cli *c, struct err *err)
{
	const struct cli_command *k = c->args->command;
	if (!settings_read(&c->settings, c->args, from_env, err)) {
		bool listed = k->id == COMMAND_CONFIG_CHECK && c->settings.fault_n;
		*err = listed ? (struct err){ 0 } : *err;
		return listed;
	}
	bool found = settings_find_db(&c->settings, from_env);
	bool needed = k->id != COMMAND_CONFIG_CHECK && k->id != COMMAND_CONFIG_SHOW;
	if (!found && needed)
		return err_set(
			err, ERR_CONFIG,
			"no place for the database: neither XDG_DATA_HOME nor HOME "
			"is set; give --db FILE");
	return true;
}

static bool run_command(struct cli *c, struct err *err)
{
	const struct cli_command *k = c->args->command;
	if (cli_has(c->args, OPT_VERSION)) {
		outf(&c->out, "postern %s\n", POSTERN_VERSION);
		return true;
	}
	if (cli_has(c->args, OPT_HELP)) {
		if (k)
			help_command(&c->out, k);
		else if (c->args->group.n)
			help_group(&c->out, c->args->group);
		else
			help_main(&c->out);
		return true;
	}
	if (needs_nothing(k))
		return runs[k->id](c, err);
	if (!read_settings(c, err))
		return false;
	set_up_app(c);
	c->out.colour = wants_colour(c, c->out.width > 0);
	return read_now(c, err) && runs[k->id](c, err);
}

/* Whoever closed the pipe has seen enough; anything else is to be told. */
static int finish(struct cli *c, bool ok, const struct err *err)
{
	out_flush(&c->out);
	int failed = c->out.failed, status = ok ? c->status : (int)err->code;
	out_deinit(&c->out);
	if (!ok)
		run_say(err->text);
	if (failed && failed != EPIPE) {
		struct err e;
		err_set(&e, ERR_TEMP, "the answer cannot be written: %s",
			strerror(failed));
		run_say(e.text);
		return status ? status : (int)ERR_TEMP;
	}
	return status;
}

int cli_main(int argc, const char *const *argv)
{
	struct arena *a = arena_new();
	struct cli_args args;
	struct err err = { 0 };
	int status;
	if (cli_parse(argc, argv, a, &args, &err)) {
		struct cli c = { .args = &args, .arena = a };
		settings_init(&c.settings, a);
		set_up_output(&c);
		bool ok = run_command(&c, &err);
		status = finish(&c, ok, &err);
	} else {
		run_say(err.text);
		status = (int)err.code;
	}
	arena_free(&a);
	return status;
}
