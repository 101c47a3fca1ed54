/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"
#include "cli/show.h"

bool run_services(struct cli *c, struct err *err)
{
	struct service_catalogue all;
	const struct service *one;
	if (c->args->word_n == 0) {
		if (!app_services(c->arena, &all, err))
			return false;
		show_services(&c->out, &all);
		return true;
	}
	if (!app_service(sv_from(c->args->word[0]), c->arena, &one, err))
		return false;
	if (c->out.form == OUT_CSV)
		return err_set(err, ERR_USAGE,
			       "--csv is for the list: leave out the name");
	show_service(&c->out, one);
	return true;
}

bool run_sources(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_senders s;
	struct sv class = sv_from(cli_value(c->args, OPT_CLASS));
	struct app_senders_options o = { .filter = &f,
					 .domain = sv_from(c->args->word[0]),
					 .service =
						 sv_from(cli_value(c->args, OPT_SERVICE)),
					 .new_since = INT64_MIN };
	uint32_t limit;
	o.has_class = class.n > 0;
	if (o.has_class && !service_class_named(class, &o.class))
		return err_set(err, ERR_USAGE,
			       "--class is own, not-aligned, forwarded, maybe-forwarded, "
			       "unknown or abuse");
	if (!run_filter(c, &f, err) || !run_limit(c, RUN_SENDERS, &limit, err) ||
	    !run_day(c, OPT_NEW_SINCE, &o.new_since, err) ||
	    !app_senders(&c->app, &o, c->arena, &s, err))
		return false;
	show_senders(&c->out, &s, limit);
	return true;
}
