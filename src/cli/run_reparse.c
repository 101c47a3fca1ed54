/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/reparse.h"
#include "cli/progress.h"
#include "cli/show.h"

struct reparse {
	struct cli *cli;
	struct progress progress;
	struct show_reparse *show;
};

static void on_outcome(void *ctx, const struct intake_outcome *v)
{
	struct reparse *r = ctx;
	if (r->cli->out.form == OUT_TEXT)
		progress_clear(&r->progress);
	show_reparse_next(r->show, v);
	out_ease(&r->cli->out);
}

static void on_progress(void *ctx, const struct intake_progress *p)
{
	struct reparse *r = ctx;
	out_flush(&r->cli->out);
	progress_show(&r->progress, p);
}

static void on_warning(void *ctx, const char *sentence)
{
	struct reparse *r = ctx;
	progress_clear(&r->progress);
	out_flush(&r->cli->out);
	run_say(sentence);
}

static bool read_options(struct cli *c, struct app_reparse *how, struct err *err)
{
	how->has_since = cli_has(c->args, OPT_ARRIVED_SINCE);
	if (how->has_since && !run_day(c, OPT_ARRIVED_SINCE, &how->since_day, err))
		return false;
	how->kind = sv_from(cli_value(c->args, OPT_RAW_KIND));
	how->dry_run = cli_has(c->args, OPT_DRY_RUN);
	how->keep_failure_body = cli_has(c->args, OPT_KEEP_FAILURE_BODY);
	return run_parser(c, &how->parser, err);
}

bool run_reparse(struct cli *c, struct err *err)
{
	struct reparse r = { .cli = c };
	struct intake_summary s;
	struct app_reparse how = { .stop = run_catch_stop(),
				   .outcome = on_outcome,
				   .progress = on_progress,
				   .warning = on_warning,
				   .ctx = &r };
	if (!read_options(c, &how, err))
		return false;
	run_progress(c, &r.progress);
	r.show = show_reparse_begin(&c->out, how.dry_run, c->quiet);
	bool ok = app_reparse(&c->app, &how, &s, err);
	progress_clear(&r.progress);
	show_reparse_end(&r.show, ok || s.interrupted ? &s : NULL);
	out_flush(&c->out);
	if (!ok && s.interrupted)
		return err_set(
			err, ERR_TEMP, "stopped; %s",
			how.dry_run ? "nothing was changed"
				    : "what was read again by then is in the database; "
				      "the same command begins at the first copy, and "
				      "leaves those as they are");
	return ok;
}
