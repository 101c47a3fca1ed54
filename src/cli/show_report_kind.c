/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_failures_int.h"
#include "cli/show_reports_int.h"

#include "app/words.h"
#include "arf/arf.h"
#include "base/arena.h"
#include "base/date.h"

/* What TLS reports and failure reports have instead of rows. */

const char *show_kind_words(enum app_kind kind)
{
	return kind == APP_KIND_TLS       ? "TLS report"
	       : kind == APP_KIND_FAILURE ? "Failure report"
					  : "Report";
}

void show_add_figures(struct buf *b, enum app_kind kind, uint64_t rows, uint64_t messages,
		      uint64_t passed)
{
	char n[WORDS_TEXT], all[WORDS_TEXT], part[WORDS_TEXT];
	words_number(rows, n);
	words_number(messages, all);
	if (kind == APP_KIND_FAILURE)
		buf_addf(b, "%s incident%s", all, words_s(messages));
	else if (kind == APP_KIND_TLS)
		buf_addf(b, "%s polic%s, %s session%s, %s failed", n,
			 rows == 1 ? "y" : "ies", all, words_s(messages),
			 words_number(messages - passed, part));
	else
		buf_addf(b, "%s row%s, %s message%s, %s passed", n, words_s(rows), all,
			 words_s(messages), words_share(passed, messages, part));
}

/* --- TLS --- */

static void faults(struct out *o, struct json *j, const struct app_report_policy *p,
		   size_t n)
{
	static const struct grid_column columns[] = {
		{ "result", NULL, false, 0, 0 },      { "sessions", NULL, true, 0, 0 },
		{ "mx", NULL, false, 0, 0 },          { "receiving", NULL, false, 0, 0 },
		{ "sending", NULL, false, 0, 0 },     { "helo", NULL, false, 0, 0 },
		{ "information", NULL, false, 0, 0 }, { "reason", NULL, false, 0, 0 },
	};
	struct grid *g = grid_new(o, j, "failures", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		const struct app_report_fault *f = &p->fault[i];
		grid_text(g, f->result, PAINT_NONE);
		grid_number(g, f->sessions);
		grid_text_or_none(g, f->mx);
		grid_addr(g, &f->receiving);
		grid_addr(g, &f->sending);
		grid_text_or_none(g, f->helo);
		grid_text_or_none(g, f->information);
		grid_text_or_none(g, f->reason);
	}
	grid_end(&g);
}

static void lines_json(struct json *j, const char *key, struct sv lines)
{
	struct sv line;
	json_array(j, key);
	while (sv_take_line(&lines, &line))
		json_string(j, NULL, line);
	json_array_end(j);
}

static void policies_json(struct out *o, struct json *j,
			  const struct app_report_detail *d)
{
	json_array(j, "policies");
	for (size_t i = 0; i < d->policy_n; i++) {
		const struct app_report_policy *p = &d->policy[i];
		json_object(j, NULL);
		json_string(j, "domain", p->domain);
		json_string(j, "type", p->type);
		json_str(j, "mode", p->mode[0] ? p->mode : NULL);
		json_uint(j, "succeeded", p->succeeded);
		json_uint(j, "failed", p->failed);
		lines_json(j, "policy", p->policy);
		lines_json(j, "mx", p->mx);
		faults(o, j, p, p->fault_n);
		json_object_end(j);
		out_ease(o);
	}
	json_array_end(j);
}

static void policies(struct out *o, const struct app_report_detail *d, size_t n)
{
	static const struct grid_column columns[] = {
		{ "domain", "DOMAIN", false, TABLE_KEY | 1, 16 },
		{ "type", "POLICY", false, 0, 0 },
		{ "mode", "MODE", false, 0, 0 },
		{ "succeeded", "SUCCEEDED", true, 0, 0 },
		{ "failed", "FAILED", true, 0, 0 },
		{ "policy", NULL, false, 0, 0 },
		{ "mx", NULL, false, 0, 0 },
	};
	struct grid *g = grid_new(o, NULL, NULL, columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		const struct app_report_policy *p = &d->policy[i];
		show_name_cell(g, o, p->domain);
		grid_text(g, p->type, PAINT_NONE);
		grid_text_or_none(g, sv_from(p->mode));
		grid_number(g, p->succeeded);
		grid_number(g, p->failed);
		grid_list(g, p->policy);
		grid_list(g, p->mx);
	}
	grid_end(&g);
}

/* Failures of all policies, a line each. */
static uint64_t failures(struct out *o, const struct app_report_detail *d, uint32_t limit)
{
	static const struct grid_column columns[] = {
		{ NULL, "RESULT", false, 0, 0 },
		{ NULL, "SESSIONS", true, 0, 0 },
		{ NULL, "MX", false, TABLE_KEY | 1, 16 },
		{ NULL, "SENDING SIDE", false, 0, 0 },
		{ NULL, "RECEIVER", false, TABLE_BELOW | 1, 0 },
		{ NULL, "DOMAIN", false, TABLE_BELOW | 2, 0 },
		{ NULL, "HELO", false, TABLE_BELOW | 3, 0 },
		{ NULL, "REASON", false, TABLE_BELOW | 4, 0 },
		{ NULL, "INFORMATION", false, TABLE_BELOW | 5, 0 },
	};
	struct grid *g = grid_new(o, NULL, NULL, columns,
				  sizeof(columns) / sizeof(*columns));
	uint64_t n = 0;
	for (size_t i = 0; i < d->policy_n; i++)
		for (size_t k = 0; k < d->policy[i].fault_n; k++) {
			const struct app_report_fault *f = &d->policy[i].fault[k];
			if (++n > limit && limit)
				continue;
			grid_text(g, f->result, PAINT_NONE);
			grid_number(g, f->sessions);
			grid_text_or_none(g, f->mx);
			grid_addr(g, &f->sending);
			grid_addr(g, &f->receiving);
			grid_text(g, d->policy[i].domain, PAINT_NONE);
			grid_text(g, f->helo, PAINT_NONE);
			grid_text(g, f->reason, PAINT_NONE);
			grid_text(g, f->information, PAINT_NONE);
		}
	grid_end(&g);
	return n;
}

static void tls_text(struct out *o, const struct app_report_detail *d, uint32_t limit)
{
	size_t shown = limit && limit < d->policy_n ? limit : d->policy_n;
	bool any = false;
	out_heading(o, "Policies");
	policies(o, d, shown);
	show_more(o, d->policy_n, shown);
	for (size_t i = 0; i < d->policy_n; i++)
		any |= d->policy[i].fault_n > 0;
	if (!any)
		return;
	out_heading(o, "Failures");
	uint64_t n = failures(o, d, limit);
	show_more(o, n, limit && limit < n ? limit : n);
}

/* --- failure --- */

static struct sv word(enum arf_table table, unsigned number)
{
	const struct arf_word *w = arf_word(table, number);
	return w ? sv_from(w->name) : SV("");
}

static void string_or_null(struct json *j, const char *key, struct sv s)
{
	if (s.n)
		json_string(j, key, s);
	else
		json_null(j, key);
}

static void results_json(struct json *j, const struct arf_report *r)
{
	json_array(j, "results");
	for (size_t i = 0; i < r->result_n; i++) {
		const struct arf_result *v = &r->result[i];
		static const char *const scopes[] = { NULL, "mfrom", "helo" };
		json_object(j, NULL);
		string_or_null(j, "method", word(ARF_TABLE_METHOD, v->method));
		string_or_null(j, "result", word(ARF_TABLE_RESULT, v->result));
		json_str(j, "scope", scopes[v->scope <= ARF_SCOPE_HELO ? v->scope : 0]);
		string_or_null(j, "domain", v->domain);
		string_or_null(j, "selector", v->selector);
		json_bool(j, "sample", v->sample);
		json_object_end(j);
	}
	json_array_end(j);
}

static void failure_json(struct json *j, const struct app_report_detail *d)
{
	const struct arf_report *r = d->arf;
	json_object(j, "failure");
	show_failure_members(j, &d->failure);
	json_array(j, "reported");
	for (size_t i = 0; i < r->reported_n; i++)
		json_string(j, NULL, r->reported[i]);
	json_array_end(j);
	string_or_null(j, "dkim_identity", r->dkim_identity);
	string_or_null(j, "spf_record", r->spf_record);
	string_or_null(j, "reporting_mta", r->reporting_mta);
	string_or_null(j, "agent", word(ARF_TABLE_AGENT, r->agent));
	string_or_null(j, "agent_version", r->agent_version);
	results_json(j, r);
	json_object_end(j);
}

static void field(struct out *o, const char *label, struct buf *b)
{
	show_report_line(o, label, buf_sv(b));
	buf_clear(b);
}

static void add_result(struct buf *b, const struct arf_result *v)
{
	buf_addf(b, "%.*s=%.*s", SV_ARG(word(ARF_TABLE_METHOD, v->method)),
		 SV_ARG(word(ARF_TABLE_RESULT, v->result)));
	if (v->domain.n)
		buf_addf(b, " %.*s", SV_ARG(v->domain));
	if (v->selector.n)
		buf_addf(b, "/%.*s", SV_ARG(v->selector));
	if (v->sample)
		buf_add_str(b, " (in the mail's own header)");
}

/* A word with its meaning: "reject: the mail was rejected". */
static void word_line(struct out *o, const char *label, enum arf_table table,
		      unsigned number, struct buf *b)
{
	const struct arf_word *w = arf_word(table, number);
	if (!w)
		return;
	buf_addf(b, "%s: %s", w->name, w->meaning);
	field(o, label, b);
}

static void failure_words(struct out *o, const struct arf_report *r, struct buf *b)
{
	size_t n;
	const struct arf_word *w = arf_words(ARF_TABLE_AUTH, &n);
	word_line(o, "feedback", ARF_TABLE_FEEDBACK, r->feedback, b);
	for (size_t i = 0; i < n; i++) {
		if (!(r->auth_failures & ARF_BIT(w[i].number)))
			continue;
		buf_addf(b, "%s: %s", w[i].name, w[i].meaning);
		if (w[i].advice[0])
			buf_addf(b, ". %s", w[i].advice);
		field(o, "failed", b);
	}
	word_line(o, "result", ARF_TABLE_DELIVERY, r->delivery, b);
}

static void failure_names(struct out *o, const struct app_report_detail *d, struct buf *b)
{
	const struct arf_report *r = d->arf;
	show_add_outcome(b, &d->failure.dkim);
	field(o, "DKIM", b);
	show_add_outcome(b, &d->failure.spf);
	field(o, "SPF", b);
	show_report_line(o, "policy domain", d->report.domain);
	show_report_line(o, "From", r->header_from);
	show_report_line(o, "envelope from", d->failure.mail_from);
	show_report_line(o, "HELO", r->helo);
	show_report_line(o, "DKIM identity", r->dkim_identity);
	show_report_line(o, "SPF record of", r->spf_record);
	for (size_t i = 0; i < r->result_n; i++) {
		add_result(b, &r->result[i]);
		field(o, "says", b);
	}
}

static void mail_text(struct out *o, const struct app_report_detail *d)
{
	const struct arf_report *r = d->arf;
	char text[DATE_TEXT], addr[ADDR_TEXT];
	struct buf b;
	buf_init(&b, 64 * 1024);
	out_heading(o, "The mail reported");
	if (r->has_arrival)
		show_report_line(o, "arrived",
				 sv_from(date_format_time(r->arrival, text)));
	if (r->source.kind != ADDR_NONE)
		show_report_line(o, "source", sv_from(addr_format(&r->source, addr)));
	failure_words(o, r, &b);
	failure_names(o, d, &b);
	show_report_line(o, "reporter", d->report.org);
	show_report_line(o, "reporting MTA", r->reporting_mta);
	buf_addf(&b, "%.*s %.*s", SV_ARG(word(ARF_TABLE_AGENT, r->agent)),
		 SV_ARG(r->agent_version));
	show_report_line(o, "program", sv_trim(buf_sv(&b)));
	if (r->text_only)
		show_report_line(o, "form", SV("sentences of a mail gateway"));
	buf_deinit(&b);
}

/* --- by kind --- */

void show_report_kind_json(struct out *o, struct json *j,
			   const struct app_report_detail *d)
{
	if (d->report.which == APP_KIND_TLS)
		policies_json(o, j, d);
	else if (d->report.which == APP_KIND_FAILURE && d->report.sealed)
		json_null(j, "failure");
	else if (d->report.which == APP_KIND_FAILURE)
		failure_json(j, d);
}

void show_report_kind_text(struct out *o, const struct app_report_detail *d,
			   uint32_t limit)
{
	if (d->report.sealed)
		return;
	if (d->report.which == APP_KIND_TLS)
		tls_text(o, d, limit);
	else if (d->report.which == APP_KIND_FAILURE)
		mail_text(o, d);
}

void show_report_kind_csv(struct out *o, const struct app_report_detail *d)
{
	if (d->report.which == APP_KIND_TLS)
		policies(o, d, d->policy_n);
	else
		show_failure_rows(o, &d->failure, d->report.sealed ? 0 : 1);
}
