/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/retention.h"
#include "cli/progress.h"
#include "cli/show.h"

static void on_progress(void *ctx, bool pages, uint64_t done, uint64_t all)
{
	progress_show_part(
		ctx, pages ? "free pages given back" : "reports and raw copies looked at",
		done, all);
}

bool run_retention(struct cli *c, struct err *err)
{
	struct progress p;
	struct app_retention r;
	const struct app_retention_ask ask = {
		.client = sv_from(cli_value(c->args, OPT_CLIENT)),
		.apply = cli_has(c->args, OPT_APPLY),
		.stop = run_catch_stop(),
		.progress = on_progress,
		.ctx = &p,
	};
	run_progress(c, &p);
	bool ok = app_retention(&c->app, &ask, c->arena, &r, err);
	progress_clear(&p);
	if (!ok)
		return false;
	if (r.clock.n)
		run_say(r.clock.p);
	if (!c->quiet || c->out.form != OUT_TEXT)
		show_retention(&c->out, &r);
	if (r.interrupted)
		return err_set(err, ERR_TEMP, "stopped; %s, and the same command goes on",
			       r.applied
				       ? "what was removed by then is gone, all sums are "
					 "exact"
				       : "nothing was changed");
	return true;
}
