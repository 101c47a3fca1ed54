/* SPDX-License-Identifier: Apache-2.0 */
#include "app/changes.h"
#include "app/reporters.h"
#include "app/volume.h"
#include "cli/run_int.h"
#include "cli/show.h"

enum {
	VOLUME_MONTHS = 3
};

bool run_reporters(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_reporters v;
	uint32_t limit;
	if (!run_filter(c, &f, err) || !run_limit(c, RUN_SENDERS, &limit, err) ||
	    !app_reporters(&c->app, &f, c->arena, &v, err))
		return false;
	show_reporting(&c->out, &v, limit);
	return true;
}

bool run_volume(struct cli *c, struct err *err)
{
	struct app_volume v;
	uint64_t months;
	if (!run_number(c, OPT_MONTHS, VOLUME_MONTHS, APP_VOLUME_MONTHS, &months, err) ||
	    !app_volume(&c->app, sv_from(cli_value(c->args, OPT_CLIENT)),
			(unsigned)months, c->arena, &v, err))
		return false;
	show_volume(&c->out, &v);
	return true;
}

bool run_changes(struct cli *c, struct err *err)
{
	struct app_changes v;
	struct app_changes_options o = { sv_from(cli_value(c->args, OPT_CLIENT)),
					 sv_from(cli_value(c->args, OPT_DOMAIN)),
					 INT64_MIN };
	uint32_t limit;
	if (!run_day(c, OPT_SINCE, &o.since, err) ||
	    !run_limit(c, RUN_LINES, &limit, err) ||
	    !app_changes(&c->app, &o, c->arena, &v, err))
		return false;
	show_changes(&c->out, &v, limit);
	return true;
}
