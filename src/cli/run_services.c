/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"
#include "base/arena.h"
#include "cli/progress.h"
#include "cli/run_int.h"

#include "app/verify.h"
#include "cli/show.h"

enum {
	READINESS_DAYS = 90
};

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
					 .addresses = cli_has(c->args, OPT_ADDRESSES),
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

bool run_source_mark(struct cli *c, struct err *err)
{
	struct app_marked m;
	enum service_mark mark;
	const char *domain = cli_value(c->args, OPT_MARKED_DOMAIN);
	if (!app_mark_named(sv_from(c->args->word[1]), &mark))
		return err_set(err, ERR_USAGE, "a mark is own, known, abuse or none");
	if (!domain)
		return err_set(err, ERR_USAGE, "--domain NAME says of which domain");
	if (!app_source_mark(&c->app, sv_from(domain), sv_from(c->args->word[0]), mark,
			     c->arena, &m, err))
		return false;
	show_marked(&c->out, &m);
	return true;
}

static void on_judged(void *ctx, uint64_t done, uint64_t all)
{
	progress_show_part(ctx, "domains judged", done, all);
}

static bool run_fleet(struct cli *c, uint64_t days, struct err *err)
{
	struct progress p;
	struct app_fleet v;
	const struct app_fleet_options o = { sv_from(cli_value(c->args, OPT_CLIENT)),
					     days, on_judged, &p };
	uint32_t limit;
	if (cli_has(c->args, OPT_POLICY))
		return err_set(err, ERR_USAGE, "--policy is of one DOMAIN");
	if (!run_limit(c, RUN_LINES, &limit, err))
		return false;
	run_progress(c, &p);
	bool ok = app_fleet(&c->app, &o, c->arena, &v, err);
	progress_clear(&p);
	if (ok)
		show_fleet(&c->out, &v, limit);
	return ok;
}

bool run_readiness(struct cli *c, struct err *err)
{
	struct app_readiness r;
	struct app_readiness_options o = {
		.policy = sv_from(cli_value(c->args, OPT_POLICY)),
		.whole = true,
	};
	uint32_t limit;
	if (!run_number(c, OPT_DAYS, READINESS_DAYS, 36500, &o.days, err))
		return false;
	if (c->args->word_n == 0)
		return run_fleet(c, o.days, err);
	o.domain = sv_from(c->args->word[0]);
	if (cli_has(c->args, OPT_CLIENT))
		return err_set(err, ERR_USAGE, "--client is without a DOMAIN");
	if (!run_limit(c, RUN_SENDERS, &limit, err) ||
	    !app_readiness(&c->app, &o, c->arena, &r, err))
		return false;
	show_readiness(&c->out, &r, limit);
	return true;
}

/* --- enrich --- */

const char *run_server(const struct cli *c)
{
	const char *text = cli_value(c->args, OPT_DNS);
	struct sv s = sv_from(text);
	struct addr whole;
	size_t colon = s.n;
	if (!text || addr_parse(s, &whole))
		return text;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ':')
			colon = i;
	struct sv host = sv_sub(s, 0, colon);
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = sv_sub(host, 1, host.n - 2);
	return arena_printf(c->arena, "%.*s@%.*s", SV_ARG(host),
			    SV_ARG(sv_sub(s, colon + 1, s.n)));
}

static void on_progress(void *ctx, uint64_t done, uint64_t all)
{
	progress_show_part(ctx, "sources and keys looked up", done, all);
}

bool run_enrich(struct cli *c, struct err *err)
{
	struct progress p;
	struct app_enriched e;
	struct app_enrich o = { .server = run_server(c),
				.trust_anchor = cli_value(c->args, OPT_TRUST_ANCHOR),
				.zone = cli_value(c->args, OPT_ZONE),
				.again = cli_has(c->args, OPT_AGAIN),
				.stop = run_catch_stop(),
				.progress = on_progress,
				.ctx = &p };
	if (!run_number(c, OPT_LIMIT, 0, 1000000000, &o.most, err))
		return false;
	run_progress(c, &p);
	bool ok = app_enrich(&c->app, &o, &e, err);
	progress_clear(&p);
	if (!ok)
		return false;
	if (!c->quiet || c->out.form == OUT_JSON)
		show_enriched(&c->out, &e);
	return !e.stopped ||
	       err_set(err, ERR_TEMP,
		       "stopped; what was found is kept, and the same command goes on");
}

/* --- services verify --- */

static void on_verified(void *ctx, uint64_t done, uint64_t all)
{
	progress_show_part(ctx, "names looked up", done, all);
}

bool run_services_verify(struct cli *c, struct err *err)
{
	struct progress p;
	struct app_verification v;
	const struct app_verify o = {
		.service = sv_from(c->args->word_n ? c->args->word[0] : NULL),
		.server = run_server(c),
		.trust_anchor = cli_value(c->args, OPT_TRUST_ANCHOR),
		.zone = cli_value(c->args, OPT_ZONE),
		.stop = run_catch_stop(),
		.progress = on_verified,
		.ctx = &p,
	};
	run_progress(c, &p);
	bool ok = app_services_verify(&o, c->arena, &v, err);
	progress_clear(&p);
	if (!ok)
		return false;
	show_verification(&c->out, &v);
	return !v.stopped ||
	       err_set(err, ERR_TEMP, "stopped; not all names were looked up");
}
