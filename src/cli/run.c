/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "base/arena.h"
#include "base/date.h"
#include "cli/help.h"
#include "cli/progress.h"
#include "cli/show.h"

#include <inttypes.h>

static struct sv word(const struct cli *c, size_t i)
{
	return i < c->args->word_n ? sv_from(c->args->word[i]) : SV("");
}

static struct sv value(const struct cli *c, enum cli_option_id id)
{
	return sv_from(cli_value(c->args, id));
}

/* --- what options say --- */

bool run_number(const struct cli *c, enum cli_option_id id, uint64_t otherwise,
		uint64_t most, uint64_t *out, struct err *err)
{
	const char *text = cli_value(c->args, id);
	*out = otherwise;
	if (!text || (sv_to_u64(sv_from(text), out) && *out <= most))
		return true;
	return err_set(err, ERR_USAGE, "--%s is a whole number up to %" PRIu64,
		       cli_option(id)->name, most);
}

/* A day, or so many days before today. */
bool run_day(const struct cli *c, enum cli_option_id id, int64_t *out, struct err *err)
{
	const char *text = cli_value(c->args, id);
	struct sv s = sv_from(text);
	uint64_t ago;
	if (!text || date_parse_day(s, out))
		return true;
	if (s.n && s.p[s.n - 1] == 'd' && sv_to_u64(sv_sub(s, 0, s.n - 1), &ago) &&
	    ago <= 36500) {
		*out = date_day_of(c->app.now) - (int64_t)ago;
		return true;
	}
	return err_set(err, ERR_USAGE,
		       "--%s is a day such as 2026-11-24, or 30d for the day 30 days "
		       "before today; not \"%s\"",
		       cli_option(id)->name, text);
}

bool run_filter(const struct cli *c, struct app_filter *out, struct err *err)
{
	struct sv result = value(c, OPT_RESULT);
	*out = app_filter_all();
	out->client = value(c, OPT_CLIENT);
	out->domain = value(c, OPT_DOMAIN);
	if (sv_eq(result, SV("pass")))
		out->result = APP_RESULT_PASS;
	else if (sv_eq(result, SV("fail")))
		out->result = APP_RESULT_FAIL;
	else if (result.n)
		return err_set(err, ERR_USAGE, "--result is pass or fail");
	if (!run_day(c, OPT_SINCE, &out->day_from, err) ||
	    !run_day(c, OPT_UNTIL, &out->day_to, err))
		return false;
	if (out->day_from > out->day_to)
		return err_set(err, ERR_USAGE, "--since lies after --until");
	return true;
}

/* Text shows a few, JSON and CSV all, unless --limit says otherwise. */
bool run_limit(const struct cli *c, uint64_t text, uint32_t *out, struct err *err)
{
	uint64_t n;
	if (!run_number(c, OPT_LIMIT, c->out.form == OUT_TEXT ? text : 0, 1000000000, &n,
			err))
		return false;
	*out = (uint32_t)n;
	return true;
}

/* --- asking --- */

bool run_overview(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_overview v;
	uint64_t sources;
	if (!run_filter(c, &f, err) ||
	    !run_number(c, OPT_LIMIT, RUN_SOURCES, 1000000000, &sources, err))
		return false;
	const struct app_overview_options o = { &f, (uint32_t)sources,
						cli_has(c->args, OPT_FRESH) };
	if (!app_overview(&c->app, &o, c->arena, &v, err))
		return false;
	show_overview(&c->out, &v, &f);
	return true;
}

bool run_domain_show(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_domain d;
	uint32_t sources;
	if (!run_filter(c, &f, err) || !run_limit(c, RUN_SOURCES, &sources, err) ||
	    !app_domain_show(&c->app, &f, word(c, 0), sources, c->arena, &d, err))
		return false;
	if (!cli_has(c->args, OPT_RECORDS)) {
		show_domain(&c->out, &d);
		return true;
	}
	if (!d.line.assigned)
		return err_set(err, ERR_NO_INPUT,
			       "the domain %.*s is in no client's list: `postern domain "
			       "add` enters it",
			       SV_ARG(d.line.name));
	if (!d.has_records)
		return err_set(err, ERR_CONFIG,
			       "there is no address for reports: set reports.address");
	show_records(&c->out, &d.records);
	return true;
}

bool run_reports(struct cli *c, struct err *err)
{
	struct app_reports_query q = { .kind = APP_KIND_AGGREGATE,
				       .any_state = cli_has(c->args, OPT_ALL) };
	struct app_report r;
	uint64_t all;
	if (cli_has(c->args, OPT_KIND) && !app_kind_find(value(c, OPT_KIND), &q.kind))
		return err_set(err, ERR_USAGE, "--kind is aggregate, tls or failure");
	if (!run_filter(c, &q.filter, err) || !run_limit(c, RUN_LINES, &q.limit, err) ||
	    !run_number(c, OPT_OFFSET, 0, INT64_MAX, &q.offset, err))
		return false;
	if (c->args->word_n && q.filter.domain.n)
		return err_set(
			err, ERR_USAGE,
			"the domain is given twice: as an argument and by --domain");
	if (c->args->word_n)
		q.filter.domain = word(c, 0);
	struct app_reports *p = app_reports_open(&c->app, &q, &all, err);
	if (!p)
		return false;
	struct report_list *l = show_reports_begin(&c->out, q.kind, all, q.filter.domain);
	while (!c->out.failed && app_reports_next(p, &r, err))
		show_reports_next(l, &r);
	show_reports_end(&l, q.offset);
	app_reports_free(&p);
	return err->code == ERR_NONE;
}

static bool show_raw(struct cli *c, struct app_report_view *v, struct err *err)
{
	struct sv bytes;
	if (c->out.width > 0)
		return err_set(err, ERR_USAGE,
			       "the bytes may hold what makes a terminal do things: send "
			       "them to a file or a pipe");
	do {
		if (!app_report_next_raw(v, &bytes, err))
			return false;
		buf_add_sv(&c->out.b, bytes);
		out_ease(&c->out);
	} while (bytes.n && !c->out.failed);
	return true;
}

static bool show_rows(struct cli *c, struct app_report_view *v, uint32_t limit,
		      struct err *err)
{
	struct app_row row;
	struct report_rows *r = show_report_begin(&c->out, app_report_get(v), limit);
	err->code = ERR_NONE;
	for (uint64_t i = 0; (limit == 0 || i < limit) && !c->out.failed; i++) {
		if (!app_report_next_row(v, &row, err))
			break;
		show_report_row(r, &row);
	}
	show_report_end(&r);
	return err->code == ERR_NONE;
}

bool run_report_show(struct cli *c, struct err *err)
{
	uint32_t limit;
	if (!run_limit(c, RUN_LINES, &limit, err))
		return false;
	struct app_report_view *v = app_report_open(&c->app, word(c, 0), err);
	if (!v)
		return false;
	bool ok = cli_has(c->args, OPT_RAW) ? show_raw(c, v, err)
					    : show_rows(c, v, limit, err);
	app_report_free(&v);
	return ok;
}

/* --- clients --- */

static size_t all_values(const struct cli *c, enum cli_option_id id, struct sv **out)
{
	size_t n = 0;
	*out = arena_array(c->arena, c->args->given_n + 1, sizeof(**out));
	for (size_t i = 0; i < c->args->given_n; i++)
		if (c->args->given[i].id == id)
			(*out)[n++] = sv_from(c->args->given[i].value);
	return n;
}

bool run_client_add(struct cli *c, struct err *err)
{
	struct app_client_new in = { .name = word(c, 0),
				     .raw = value(c, OPT_RAW_ADDRESS),
				     .digest = value(c, OPT_DIGEST_ADDRESS) };
	struct app_client_added added;
	struct sv *sending, *parked;
	in.sending_n = all_values(c, OPT_DOMAINS, &sending);
	in.parked_n = all_values(c, OPT_PARKED_DOMAINS, &parked);
	in.sending = sending;
	in.parked = parked;
	if (!app_client_add(&c->app, &in, c->arena, &added, err))
		return false;
	show_client_added(&c->out, &added);
	return true;
}

bool run_client_list(struct cli *c, struct err *err)
{
	struct app_filter f = app_filter_all();
	struct app_client *list;
	size_t n;
	if (!app_clients(&c->app, &f, c->arena, &list, &n, err))
		return false;
	show_clients(&c->out, list, n);
	return true;
}

bool run_client_show(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_client client;
	if (!run_filter(c, &f, err) ||
	    !app_client_show(&c->app, &f, word(c, 0), c->arena, &client, err))
		return false;
	show_client(&c->out, &client);
	return true;
}

bool run_client_retire(struct cli *c, struct err *err)
{
	struct app_client client;
	if (!app_client_retire(&c->app, word(c, 0), c->arena, &client, err))
		return false;
	show_client_retired(&c->out, &client);
	return true;
}

/* --- domains --- */

bool run_domain_add(struct cli *c, struct err *err)
{
	struct app_domain_added added;
	enum app_use use = cli_has(c->args, OPT_PARKED) ? APP_PARKED : APP_SENDING;
	if (!cli_has(c->args, OPT_OWNER))
		return err_set(err, ERR_USAGE,
			       "`postern domain add` needs --client NAME: whose domain "
			       "it is");
	if (!app_domain_add(&c->app, word(c, 0), value(c, OPT_OWNER), use, c->arena,
			    &added, err))
		return false;
	show_domain_added(&c->out, &added);
	return true;
}

bool run_domain_list(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_domain_line *list;
	size_t n;
	if (!run_filter(c, &f, err) ||
	    !app_domains(&c->app, &f, c->arena, &list, &n, err))
		return false;
	show_domains(&c->out, list, n);
	return true;
}

bool run_domain_retire(struct cli *c, struct err *err)
{
	struct app_domain_line line;
	if (!app_domain_retire(&c->app, word(c, 0), c->arena, &line, err))
		return false;
	show_domain_retired(&c->out, &line);
	return true;
}

/* --- what nobody owns --- */

bool run_unassigned_list(struct cli *c, struct err *err)
{
	struct app_filter f;
	struct app_domain_line *list;
	size_t n;
	uint32_t limit;
	if (!run_filter(c, &f, err) || !run_limit(c, RUN_LINES, &limit, err) ||
	    !app_unassigned(&c->app, &f, c->arena, &list, &n, err))
		return false;
	show_unassigned(&c->out, list, n, limit, !app_filter_is_open(&f));
	return true;
}

bool run_unassigned_refuse(struct cli *c, struct err *err)
{
	struct app_refusal r;
	if (!app_unassigned_refuse(&c->app, word(c, 0), c->arena, &r, err))
		return false;
	show_refused(&c->out, &r);
	return true;
}

/* --- upkeep --- */

void run_fsck_progress(void *progress, enum app_fsck_stage stage, uint64_t done,
		       uint64_t all)
{
	static const char *const words[APP_FSCK_STAGES] = {
		[APP_FSCK_FILE] = "MiB of the file itself read",
		[APP_FSCK_REPORTS] = "reports looked at",
		[APP_FSCK_RAW] = "MiB of raw copies read",
	};
	progress_show_part(progress, words[stage], done, all);
}

bool run_fsck(struct cli *c, struct err *err)
{
	struct progress p;
	struct app_fsck f;
	run_progress(c, &p);
	struct app_fsck_options o = { .mend = cli_has(c->args, OPT_MEND),
				      .progress = run_fsck_progress,
				      .ctx = &p };
	c->app.stop = run_catch_stop();
	bool ok = app_fsck(&c->app, &o, &f, err);
	progress_clear(&p);
	if (!ok && *c->app.stop && err->code == ERR_TEMP)
		return err_set(
			err, ERR_TEMP, "stopped; %s",
			o.mend ? "nothing is lost, what was mended by then stays, and "
				 "the same command mends the rest"
			       : "nothing was changed");
	if (!ok)
		return false;
	bool sound = app_fsck_is_sound(&f);
	if (!c->quiet || !sound || c->out.form == OUT_JSON)
		show_fsck(&c->out, &f);
	if (!app_fsck_is_done(&f))
		c->status = ERR_INTERNAL;
	return true;
}

bool run_config_show(struct cli *c, struct err *err)
{
	(void)err;
	show_settings(&c->out, &c->settings);
	return true;
}

bool run_config_check(struct cli *c, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < c->settings.fault_n; i++)
		run_say(c->settings.fault[i]);
	show_settings_check(&c->out, &c->settings);
	if (c->settings.fault_n)
		c->status = (int)c->settings.worst;
	return true;
}

bool run_help(struct cli *c, struct err *err)
{
	if (c->args->word_n == 0) {
		help_main(&c->out);
		return true;
	}
	struct sv first = word(c, 0), second = word(c, 1);
	if (second.n == 0 && cli_is_group(first)) {
		const struct cli_command *alone = cli_command_named(first);
		if (alone)
			help_command(&c->out, alone);
		out_str(&c->out, alone ? "\n" : "");
		help_group(&c->out, first);
		return true;
	}
	char *name = arena_printf(c->arena, "%.*s%s%.*s", SV_ARG(first),
				  second.n ? " " : "", SV_ARG(second));
	const struct cli_command *k = cli_command_named(sv_from(name));
	if (!k)
		return err_set(err, ERR_USAGE,
			       "there is no command \"%s\"; `postern help` lists them",
			       name);
	help_command(&c->out, k);
	return true;
}

bool run_man(struct cli *c, struct err *err)
{
	(void)err;
	help_man(&c->out);
	return true;
}
