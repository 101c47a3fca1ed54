/* SPDX-License-Identifier: Apache-2.0 */
#include "app/refused.h"
#include "cli/run_int.h"
#include "cli/show.h"

bool run_refused(struct cli *c, struct err *err)
{
	struct app_refused_query q = { .day_from = INT64_MIN, .day_to = INT64_MAX };
	struct app_refused_item item;
	uint64_t all;
	if (!run_day(c, OPT_ARRIVED_SINCE, &q.day_from, err) ||
	    !run_day(c, OPT_ARRIVED_UNTIL, &q.day_to, err) ||
	    !run_limit(c, RUN_LINES, &q.limit, err))
		return false;
	if (q.day_from > q.day_to)
		return err_set(err, ERR_USAGE, "--since lies after --until");
	struct app_refused *r = app_refused_open(&c->app, &q, &all, err);
	if (!r)
		return false;
	struct refused_list *l = show_refused_begin(&c->out, all);
	while (!c->out.failed && app_refused_next(r, &item, err)) {
		show_refused_next(l, &item);
		out_ease(&c->out);
	}
	show_refused_end(&l);
	app_refused_free(&r);
	return err->code == ERR_NONE;
}
