/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>

/* As many lines of a list as were asked for. */
static size_t cut(const struct app_tls *t, size_t n)
{
	return t->limit && n > t->limit ? t->limit : n;
}

/* --- lists --- */

/* Text shows reports, sessions, failed and the share. */
#define TLS_FIGURES \
	{ "reports", "REPORTS", true, 2, TABLE_WHOLE }, \
		{ "sessions", "SESSIONS", true, 0, 0 }, \
		{ "succeeded", NULL, true, 0, 0 }, { "failed", "FAILED", true, 0, 0 }, \
	{ \
		NULL, "GOOD", true, 0, 0 \
	}

static void figure_cells(struct grid *g, const struct app_tls_figures *f)
{
	grid_number(g, f->reports);
	grid_number(g, f->succeeded + f->failed);
	grid_number(g, f->succeeded);
	grid_number(g, f->failed);
	grid_share(g, f->succeeded, f->succeeded + f->failed);
}

static void policies(struct out *o, struct json *j, const struct app_tls *t)
{
	bool several = false;
	for (size_t i = 1; i < t->policy_n; i++)
		several |= !sv_eq(t->policy[i].domain, t->policy[0].domain);
	several |= t->policy_n && !sv_eq(t->policy[0].domain, t->line.name);
	const struct grid_column columns[] = {
		{ "domain", several ? "DOMAIN" : NULL, false, 3, 16 },
		{ "type", "POLICY", false, 0, 0 },
		{ "mode", "MODE", false, 0, 0 },
		TLS_FIGURES,
		{ "first_day", "FIRST DAY", false, 1, TABLE_WHOLE },
		{ "last_day", "LAST DAY", false, 4, TABLE_WHOLE },
		{ "policy", NULL, false, 0, 0 },
		{ "mx", NULL, false, 0, 0 },
		{ "what", NULL, false, 0, 0 },
		{ "owner", NULL, false, 0, 0 },
	};
	struct grid *g = grid_new(o, j, "policies", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < cut(t, t->policy_n); i++) {
		const struct app_tls_policy *p = &t->policy[i];
		show_name_cell(g, o, p->domain);
		grid_text(g, p->type, PAINT_NONE);
		grid_text_or_none(g, sv_from(p->mode));
		figure_cells(g, &p->f);
		grid_day(g, true, p->first_day);
		grid_day(g, true, p->last_day);
		grid_list(g, p->policy);
		grid_list(g, p->mx);
		grid_str(g, p->what);
		grid_str(g, p->owner);
	}
	grid_end(&g);
}

static void reporters(struct out *o, struct json *j, const struct app_tls *t)
{
	static const struct grid_column columns[] = {
		{ "org", "REPORTER", false, 1, 12 },
		TLS_FIGURES,
		{ "last_day", "LAST DAY", false, 3, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "reporters", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < cut(t, t->reporter_n); i++) {
		grid_text(g, t->reporter[i].org, PAINT_NONE);
		figure_cells(g, &t->reporter[i].f);
		grid_day(g, true, t->reporter[i].last_day);
	}
	grid_end(&g);
}

/* What a list of failures is about, as bits. */
enum {
	BY_MX = 1,
	BY_SENDING = 2,
	BY_ALL = 4
};

static void faults(struct out *o, struct json *j, const char *key,
		   const struct app_tls_faults *f, unsigned by)
{
	const char *all = by & BY_ALL ? "" : NULL;
	bool mx = by & (BY_MX | BY_ALL), sending = by & (BY_SENDING | BY_ALL);
	const struct grid_column columns[] = {
		{ all ? "domain" : NULL, NULL, false, 0, 0 },
		{ all ? "type" : NULL, NULL, false, 0, 0 },
		{ mx ? "mx" : NULL, by & BY_MX ? "MX" : NULL, false, TABLE_KEY | 3, 16 },
		{ all ? "receiving" : NULL, NULL, false, 0, 0 },
		{ sending ? "sending" : NULL, by & BY_SENDING ? "SENDING SIDE" : NULL,
		  false, TABLE_KEY | 3, 16 },
		{ "result", "RESULT", false, 0, 0 },
		{ "reports", NULL, true, 0, 0 },
		{ "sessions", "SESSIONS", true, 0, 0 },
		{ "first_day", NULL, false, 0, 0 },
		{ "last_day", "LAST DAY", false, 4, TABLE_WHOLE },
		{ all ? "information" : NULL, NULL, false, 0, 0 },
		{ all ? "reason" : NULL, NULL, false, 0, 0 },
	};
	struct grid *g = grid_new(o, j, key, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < f->n; i++) {
		const struct app_tls_fault *v = &f->at[i];
		grid_text_or_none(g, v->domain);
		grid_text_or_none(g, v->type);
		grid_text_or_none(g, v->mx);
		grid_addr(g, &v->receiving);
		grid_addr(g, &v->sending);
		grid_text(g, v->result, PAINT_NONE);
		grid_number(g, v->reports);
		grid_number(g, v->sessions);
		grid_day(g, true, v->first_day);
		grid_day(g, true, v->last_day);
		grid_text_or_none(g, v->information);
		grid_text_or_none(g, v->reason);
	}
	grid_end(&g);
}

/* --- JSON --- */

static void string_or_null(struct json *j, const char *key, struct sv s)
{
	if (s.n)
		json_string(j, key, s);
	else
		json_null(j, key);
}

static void results_json(struct json *j, const struct app_tls_faults *f)
{
	json_array(j, "results");
	for (size_t i = 0; i < f->n; i++) {
		const struct app_tls_fault *v = &f->at[i];
		json_object(j, NULL);
		json_string(j, "result", v->result);
		json_string(j, "type", v->type);
		json_uint(j, "reports", v->reports);
		json_uint(j, "sessions", v->sessions);
		show_day(j, "first_day", true, v->first_day);
		show_day(j, "last_day", true, v->last_day);
		string_or_null(j, "information", v->information);
		string_or_null(j, "reason", v->reason);
		json_str(j, "what", v->what);
		json_str(j, "owner", v->owner);
		json_str(j, "mend", v->mend);
		json_object_end(j);
	}
	json_array_end(j);
	json_uint(j, "results_all", f->all);
}

static void figures_json(struct json *j, const char *key, const struct app_tls_figures *f)
{
	json_object(j, key);
	json_uint(j, "reports", f->reports);
	json_uint(j, "sessions", f->succeeded + f->failed);
	json_uint(j, "succeeded", f->succeeded);
	json_uint(j, "failed", f->failed);
	json_object_end(j);
}

static void earlier_json(struct json *j, const struct app_earlier *e)
{
	if (e->reports == 0) {
		json_null(j, "earlier");
		return;
	}
	json_object(j, "earlier");
	json_uint(j, "reports", e->reports);
	json_uint(j, "sessions", e->messages);
	json_uint(j, "succeeded", e->passed);
	json_uint(j, "failed", e->messages - e->passed);
	show_months_json(j, e);
	json_object_end(j);
}

static void days_json(struct json *j, const struct app_tls *t)
{
	json_array(j, "days");
	for (size_t i = 0; i < t->day_n; i++) {
		json_object(j, NULL);
		show_day(j, "day", true, t->day[i].day);
		json_uint(j, "succeeded", t->day[i].succeeded);
		json_uint(j, "failed", t->day[i].failed);
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_json(struct out *o, const struct app_tls *t)
{
	struct json j;
	show_begin(o, &j);
	show_subject_json(&j, &t->line);
	figures_json(&j, "totals", &t->f);
	show_day(&j, "first_day", t->seen, t->first_day);
	show_day(&j, "last_day", t->seen, t->last_day);
	earlier_json(&j, &t->earlier);
	days_json(&j, t);
	policies(o, &j, t);
	json_uint(&j, "policies_all", t->policy_n);
	results_json(&j, &t->result);
	faults(o, &j, "mx", &t->mx, BY_MX);
	json_uint(&j, "mx_all", t->mx.all);
	faults(o, &j, "senders", &t->sending, BY_SENDING);
	json_uint(&j, "senders_all", t->sending.all);
	faults(o, &j, "faults", &t->fault, BY_ALL);
	json_uint(&j, "faults_all", t->fault.all);
	json_uint(&j, "unexplained", t->unexplained);
	reporters(o, &j, t);
	string_or_null(&j, "address", t->address);
	show_record_list(&j, "records", &t->records, true);
	show_end(o, &j);
}

/* --- text --- */

static void nothing(struct out *o, const struct app_tls *t)
{
	const struct app_domain_line *l = &t->line;
	bool publish = l->assigned && l->use != APP_PARKED && t->address.n;
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b, "No TLS report names %.*s", SV_ARG(l->name));
	if (!l->assigned)
		buf_add_str(&b, l->refused ? ", which is refused."
					   : ", and no client owns it.");
	else if (l->use == APP_PARKED)
		buf_add_str(&b, ". It is parked: it takes no mail, so that there is "
				"nothing to report.");
	else if (!publish)
		buf_add_str(&b, ". There is no address for them: set reports.address, "
				"then this command says what to publish.");
	else
		buf_add_str(&b, ": publish this record to get them.");
	out_wrapped(o, "", buf_sv(&b));
	buf_deinit(&b);
	if (publish) {
		out_str(o, "\n  ");
		record_add_line(&t->records.record[0], &o->b);
		out_str(o, "\n");
	}
}

static void headline(struct out *o, const struct app_tls_figures *f)
{
	char text[WORDS_TEXT];
	uint64_t all = f->succeeded + f->failed;
	enum paint p = paint_share(f->succeeded, all);
	show_count(o, f->reports, "TLS report", "TLS reports");
	out_str(o, ", ");
	show_count(o, all, "session", "sessions");
	if (all) {
		outf(o, ": %s%s succeeded%s", paint_on(o, p),
		     words_share(f->succeeded, all, text), paint_off(o, p));
		outf(o, ", %s failed", words_number(f->failed, text));
	}
	out_str(o, "\n");
}

static void earlier(struct out *o, const struct app_earlier *e)
{
	struct buf b;
	if (e->reports == 0)
		return;
	out_str(o, "\n  Of ");
	buf_init(&b, 256);
	show_add_months(&b, e);
	out_str(o, buf_str(&b));
	out_str(o, " only the sums are left: ");
	buf_deinit(&b);
	headline(o, &(struct app_tls_figures){ e->reports, e->passed,
					       e->messages - e->passed });
}

static void trend(struct out *o, const struct app_tls *t)
{
	uint64_t *good = heap_array(t->day_n + 1, sizeof(*good));
	uint64_t *bad = heap_array(t->day_n + 1, sizeof(*bad));
	for (size_t i = 0; i < t->day_n; i++) {
		good[i] = t->day[i].succeeded;
		bad[i] = t->day[i].failed;
	}
	show_trend(o, "succeeded", good, bad, t->day_n);
	free(good);
	free(bad);
}

/* Own words from a table, which begin with a small letter and have no full stop. */
static void sentence(struct out *o, const char *first, const char *text)
{
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b, "%s.", text);
	if (b.p[0] >= 'a' && b.p[0] <= 'z')
		b.p[0] = (char)(b.p[0] - 'a' + 'A');
	out_wrapped(o, first, buf_sv(&b));
	buf_deinit(&b);
}

static void one_result(struct out *o, const struct app_tls_fault *v)
{
	char n[WORDS_TEXT], from[DATE_TEXT], to[DATE_TEXT];
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b, "%.*s under %.*s: %s session%s", SV_ARG(v->result), SV_ARG(v->type),
		 words_number(v->sessions, n), words_s(v->sessions));
	date_format_day(v->first_day, from);
	date_format_day(v->last_day, to);
	if (v->first_day == v->last_day)
		buf_addf(&b, " on %s", from);
	else
		buf_addf(&b, ", %s to %s", from, to);
	out_str(o, "\n");
	out_str(o, paint_on(o, PAINT_BOLD));
	out_wrapped(o, "  ", buf_sv(&b));
	out_str(o, paint_off(o, PAINT_BOLD));
	buf_deinit(&b);
	sentence(o, "    ", v->what);
	sentence(o, "    owner  ", v->owner);
	sentence(o, "    mend   ", v->mend);
	if (v->reason.n)
		out_wrapped(o, "    reason ", v->reason);
	if (v->information.n)
		out_wrapped(o, "    see    ", v->information);
}

static void results(struct out *o, const struct app_tls *t)
{
	char n[WORDS_TEXT];
	if (t->f.failed == 0 && t->result.n == 0)
		return;
	out_heading(o, "What failed, and what to do");
	for (size_t i = 0; i < t->result.n; i++)
		one_result(o, &t->result.at[i]);
	show_more(o, t->result.all, t->result.n);
	if (t->unexplained) {
		outf(o, "\n  Of %s%s failed session%s the reports do not say how.\n",
		     t->result.n ? "another " : "", words_number(t->unexplained, n),
		     words_s(t->unexplained));
	}
}

/* Where no policy was found there is something to gain. */
static void advice(struct out *o, const struct app_tls *t)
{
	for (size_t i = 0; i < t->policy_n; i++)
		if (sv_eq(t->policy[i].type, SV("no-policy-found"))) {
			out_str(o, "\n");
			sentence(o, "  no-policy-found: ", t->policy[i].owner);
			return;
		}
}

/* Where a policy could not be fetched, nobody tells a place. */
static void places(struct out *o, const struct app_tls *t)
{
	bool mx = false, sending = false;
	for (size_t i = 0; i < t->mx.n; i++)
		mx |= t->mx.at[i].mx.n > 0;
	for (size_t i = 0; i < t->sending.n; i++)
		sending |= t->sending.at[i].sending.kind != ADDR_NONE;
	if (mx) {
		out_heading(o, "Failures by mail server");
		faults(o, NULL, NULL, &t->mx, BY_MX);
		show_more(o, t->mx.all, t->mx.n);
	}
	if (sending) {
		out_heading(o, "Failures by sending side");
		faults(o, NULL, NULL, &t->sending, BY_SENDING);
		show_more(o, t->sending.all, t->sending.n);
	}
}

static void show_text(struct out *o, const struct app_tls *t)
{
	if (t->unreported) {
		nothing(o, t);
		return;
	}
	show_subject(o, &t->line, t->seen, t->first_day, t->last_day);
	out_str(o, "\n\n  ");
	headline(o, &t->f);
	earlier(o, &t->earlier);
	if (!t->seen) {
		if (t->earlier.reports == 0)
			out_str(o, "\n  It has TLS reports, but none of the days asked "
				   "for.\n");
		return;
	}
	trend(o, t);
	out_heading(o, "Policies");
	policies(o, NULL, t);
	show_more(o, t->policy_n, cut(t, t->policy_n));
	advice(o, t);
	results(o, t);
	places(o, t);
	out_heading(o, "Reporters");
	reporters(o, NULL, t);
	show_more(o, t->reporter_n, cut(t, t->reporter_n));
}

void show_tls(struct out *o, const struct app_tls *t)
{
	if (o->form == OUT_JSON)
		show_json(o, t);
	else if (o->form == OUT_CSV)
		faults(o, NULL, NULL, &t->fault, BY_ALL);
	else
		show_text(o, t);
}

/* --- all domains --- */

/* "sts enforce" */
static void policy_cell(struct grid *g, const struct app_tls_line *v)
{
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b, "%.*s%s%s", SV_ARG(v->type), v->mode[0] ? " " : "", v->mode);
	grid_text(g, buf_sv(&b), PAINT_NONE);
	buf_deinit(&b);
}

static void domain_table(struct out *o, struct json *j, const struct app_tls_list *l,
			 size_t n)
{
	bool wide = show_is_wide(o);
	const struct grid_column columns[] = {
		{ "domain", "DOMAIN", false, 2, 16 },
		{ "client", wide ? "CLIENT" : NULL, false, 1, 8 },
		{ "group", NULL, false, 0, 0 },
		{ "type", NULL, false, 0, 0 },
		{ "mode", NULL, false, 0, 0 },
		{ NULL, "POLICY", false, 0, 0 },
		{ "reports", NULL, true, 0, 0 },
		{ "sessions", "SESSIONS", true, 0, 0 },
		{ "succeeded", NULL, true, 0, 0 },
		{ "failed", "FAILED", true, 0, 0 },
		{ NULL, "GOOD", true, 0, 0 },
		{ "result", "MOST OFTEN", false, TABLE_BELOW | 1, 0 },
		{ "result_sessions", NULL, true, 0, 0 },
		{ "first_day", NULL, false, 0, 0 },
		{ "last_day", wide ? "LAST DAY" : NULL, false, 3, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "domains", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		const struct app_tls_line *v = &l->line[i];
		show_name_cell(g, o, v->name);
		grid_text_or_none(g, v->client);
		grid_str(g, v->assigned ? "client" : "unassigned");
		grid_text(g, v->type, PAINT_NONE);
		grid_text_or_none(g, sv_from(v->mode));
		policy_cell(g, v);
		figure_cells(g, &v->f);
		if (v->result.n || o->form != OUT_TEXT)
			grid_text_or_none(g, v->result);
		else
			grid_str(g, "");
		grid_number(g, v->result_sessions);
		grid_day(g, true, v->first_day);
		grid_day(g, true, v->last_day);
	}
	grid_end(&g);
}

static void domains_text(struct out *o, const struct app_tls_list *l, size_t shown)
{
	char n[WORDS_TEXT];
	if (l->n == 0)
		out_str(o, "No TLS report matches.\n");
	domain_table(o, NULL, l, shown);
	show_more(o, l->n, shown);
	if (l->n && l->line[0].name.n) {
		out_str(o, "\n  postern tls ");
		out_text(o, l->line[0].name);
		out_str(o, " says what failed, and what to do\n");
	}
	if (l->silent && !l->window)
		outf(o,
		     "\n  %s sending domain%s of clients %s no TLS reports: `postern tls "
		     "NAME`\n  says what to publish\n",
		     words_number(l->silent, n), words_s(l->silent),
		     l->silent == 1 ? "has" : "have");
}

void show_tls_domains(struct out *o, const struct app_tls_list *l, uint32_t limit)
{
	struct json j;
	size_t shown = limit && limit < l->n ? limit : l->n;
	if (o->form == OUT_TEXT) {
		domains_text(o, l, shown);
		return;
	}
	show_begin(o, &j);
	domain_table(o, &j, l, shown);
	if (o->form == OUT_JSON) {
		json_uint(&j, "domains_all", l->n);
		json_uint(&j, "silent", l->silent);
	}
	show_end(o, &j);
}
