/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reporters.h"
#include "cli/run_int.h"
#include "cli/show.h"

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
