/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/backup.h"
#include "cli/progress.h"
#include "cli/show.h"

static void on_progress(void *ctx, enum backup_stage stage, uint64_t done, uint64_t all)
{
	static const char *const words[BACKUP_STAGES] = {
		[BACKUP_COPIES] = "KiB of the database copied",
		[BACKUP_PACKS] = "KiB packed",
		[BACKUP_CHECKS] = "KiB of the backup checked",
		[BACKUP_UNPACKS] = "KiB unpacked",
		[BACKUP_TESTS] = "the database is tested",
	};
	if (all)
		progress_show_part(ctx, words[stage], done / 1024, all / 1024);
	else
		progress_show_words(ctx, words[stage]);
}

static bool wants_answer(const struct cli *c)
{
	return !c->quiet || c->out.form != OUT_TEXT;
}

bool run_backup(struct cli *c, struct err *err)
{
	struct progress p;
	const struct backup_watch watch = { run_catch_stop(), on_progress, &p };
	const struct app_backup_ask ask = {
		.file = c->args->word[0],
		.replace = cli_has(c->args, OPT_REPLACE_BACKUP),
		.watch = &watch,
	};
	struct app_backup b;
	run_progress(c, &p);
	bool ok = app_backup(&c->app, &ask, &b, err);
	progress_clear(&p);
	if (ok && wants_answer(c))
		show_backup(&c->out, ask.file, &b);
	return ok;
}

static bool inspect(struct cli *c, const struct app_backup_ask *ask, struct err *err)
{
	struct app_inspection i;
	if (!app_backup_inspect(ask, &i, err))
		return false;
	show_inspection(&c->out, ask->file, &i);
	return true;
}

static bool drill(struct cli *c, const struct app_backup_ask *ask, struct progress *p,
		  struct err *err)
{
	struct app_drill d;
	bool ok = app_drill(&c->app, ask, &d, err);
	progress_clear(p);
	if (!ok)
		return false;
	bool sound = app_fsck_is_sound(&d.fsck);
	if (wants_answer(c) || !sound)
		show_drill(&c->out, &d);
	if (!sound)
		c->status = ERR_INTERNAL;
	return true;
}

static bool restore(struct cli *c, const struct app_backup_ask *ask, struct progress *p,
		    struct err *err)
{
	struct app_restored r;
	bool ok = app_restore(&c->app, ask, &r, err);
	progress_clear(p);
	if (ok && wants_answer(c))
		show_restored(&c->out, c->app.db, &r);
	return ok;
}

bool run_restore(struct cli *c, struct err *err)
{
	struct progress p;
	const struct backup_watch watch = { run_catch_stop(), on_progress, &p };
	const struct app_backup_ask ask = {
		.file = c->args->word[0],
		.replace = cli_has(c->args, OPT_REPLACE_DATABASE),
		.older_build = cli_has(c->args, OPT_OLDER_BUILD),
		.watch = &watch,
		.fsck_progress = run_fsck_progress,
	};
	bool inspects = cli_has(c->args, OPT_INSPECT),
	     drills = cli_has(c->args, OPT_DRILL);
	if (inspects + drills + ask.replace > 1)
		return err_set(
			err, ERR_USAGE,
			"of --inspect, --drill and --replace only one can be given");
	run_progress(c, &p);
	return inspects ? inspect(c, &ask, err)
	       : drills ? drill(c, &ask, &p, err)
			: restore(c, &ask, &p, err);
}
