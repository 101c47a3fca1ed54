/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/findings.h"
#include "base/date.h"
#include "cli/progress.h"
#include "cli/show.h"

enum {
	SNOOZE_DAYS = 7,
	DAYS_MOST = 3660
};

static void on_progress(void *ctx, uint64_t done, uint64_t all)
{
	progress_show_part(ctx, "domains looked at", done, all);
}

bool run_findings(struct cli *c, struct err *err)
{
	struct progress p;
	struct app_findings v;
	struct app_findings_options o = {
		.client = sv_from(cli_value(c->args, OPT_CLIENT)),
		.domain = sv_from(cli_value(c->args, OPT_DOMAIN)),
		.since = INT64_MIN,
		.all = cli_has(c->args, OPT_ALL_FINDINGS),
		.progress = on_progress,
		.ctx = &p,
	};
	uint32_t limit;
	if (!run_day(c, OPT_BEGUN_SINCE, &o.since, err) ||
	    !run_limit(c, RUN_LINES, &limit, err))
		return false;
	run_progress(c, &p);
	bool ok = app_findings(&c->app, &o, c->arena, &v, err);
	progress_clear(&p);
	if (ok)
		show_findings(&c->out, &v, limit);
	return ok;
}

/* --- what the user says of one --- */

static bool read_id(const struct cli *c, uint64_t *out, struct err *err)
{
	return finding_id_read(sv_from(c->args->word[0]), out) ||
	       err_set(err, ERR_USAGE,
		       "\"%s\" is no ID: it has twelve digits, as `postern findings` "
		       "prints them",
		       c->args->word[0]);
}

/* A day, or in so many days. */
static bool read_until(const struct cli *c, int64_t *out, struct err *err)
{
	const char *text = cli_value(c->args, OPT_COMES_BACK);
	struct sv s = sv_from(text);
	int64_t today = date_day_of(c->app.now);
	uint64_t ahead;
	*out = today + SNOOZE_DAYS;
	if (!text || date_parse_day(s, out))
		return true;
	if (s.n && s.p[s.n - 1] == 'd' && sv_to_u64(sv_sub(s, 0, s.n - 1), &ahead) &&
	    ahead <= DAYS_MOST) {
		*out = today + (int64_t)ahead;
		return true;
	}
	return err_set(err, ERR_USAGE,
		       "--until is a day such as 2026-11-24, or 30d for in 30 days; not "
		       "\"%s\"",
		       text);
}

bool run_finding_snooze(struct cli *c, struct err *err)
{
	struct app_finding v;
	uint64_t id;
	int64_t until;
	if (!read_id(c, &id, err) || !read_until(c, &until, err) ||
	    !app_finding_snooze(&c->app, id, until, c->arena, &v, err))
		return false;
	show_decided(&c->out, &v);
	return true;
}

bool run_finding_accept(struct cli *c, struct err *err)
{
	struct app_finding v;
	uint64_t id;
	if (!read_id(c, &id, err) || !app_finding_accept(&c->app, id, c->arena, &v, err))
		return false;
	show_decided(&c->out, &v);
	return true;
}

bool run_finding_reopen(struct cli *c, struct err *err)
{
	struct app_finding v;
	uint64_t id;
	if (!read_id(c, &id, err) || !app_finding_reopen(&c->app, id, c->arena, &v, err))
		return false;
	show_decided(&c->out, &v);
	return true;
}
