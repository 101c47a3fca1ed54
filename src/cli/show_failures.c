/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_failures_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <string.h>

/* --- cells --- */

static void add_types(struct buf *b, const char *const *type, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%s", i ? "\n" : "", type[i]);
}

static void grid_types(struct grid *g, const char *const *type, size_t n)
{
	struct buf b;
	buf_init(&b, 4096);
	add_types(&b, type, n);
	grid_list(g, buf_sv(&b));
	buf_deinit(&b);
}

void show_add_outcome(struct buf *b, const struct app_outcome *v)
{
	buf_add_str(b, strcmp(v->outcome, "unknown") == 0 ? "not told" : v->outcome);
	if (v->domain.n)
		buf_addf(b, ", %.*s", SV_ARG(v->domain));
	if (v->selector.n)
		buf_addf(b, "/%.*s", SV_ARG(v->selector));
	if (v->result)
		buf_addf(b, " (%s)", v->result);
}

static void outcome_cell(struct grid *g, const struct app_outcome *v)
{
	struct buf b;
	buf_init(&b, 4096);
	show_add_outcome(&b, v);
	grid_text(g, buf_sv(&b), PAINT_NONE);
	buf_deinit(&b);
}

static void grid_word(struct grid *g, const char *word)
{
	if (word)
		grid_str(g, word);
	else
		grid_none(g);
}

/* --- the reports --- */

static void outcome_columns(struct grid *g, const struct app_outcome *v, bool selector)
{
	grid_str(g, v->outcome);
	grid_word(g, v->result);
	grid_text_or_none(g, v->domain);
	if (selector)
		grid_text_or_none(g, v->selector);
}

void show_failure_rows(struct out *o, const struct app_failure_report *r, size_t n)
{
	static const struct grid_column columns[] = {
		{ "time", "WHEN", false, 0, 0 },
		{ "day", NULL, false, 0, 0 },
		{ "source", "SOURCE", false, 5, 15 },
		{ "incidents", "COUNT", true, 0, 0 },
		{ "types", "FAILED", false, 0, 0 },
		{ "delivery", "RESULT", false, 0, 0 },
		{ "id", "ID", false, 0, 0 },
		{ "feedback", NULL, false, 0, 0 },
		{ "org", "REPORTER", false, TABLE_BELOW | 4, 0 },
		{ "domain", NULL, false, 0, 0 },
		{ "header_from", "FROM", false, TABLE_BELOW | 3, 0 },
		{ NULL, "DKIM", false, TABLE_BELOW | 1, 0 },
		{ NULL, "SPF", false, TABLE_BELOW | 2, 0 },
		{ "dkim_outcome", NULL, false, 0, 0 },
		{ "dkim_result", NULL, false, 0, 0 },
		{ "dkim_domain", NULL, false, 0, 0 },
		{ "dkim_selector", NULL, false, 0, 0 },
		{ "spf_outcome", NULL, false, 0, 0 },
		{ "spf_result", NULL, false, 0, 0 },
		{ "spf_domain", NULL, false, 0, 0 },
		{ "mail_from", NULL, false, 0, 0 },
		{ "helo", NULL, false, 0, 0 },
		{ "text_only", NULL, false, 0, 0 },
	};
	struct grid *g = grid_new(o, NULL, NULL, columns,
				  sizeof(columns) / sizeof(*columns));
	for (; n > 0; n--, r++) {
		grid_seconds(g, r->has_time, r->time);
		grid_day(g, true, r->day);
		grid_addr(g, &r->source);
		grid_number(g, r->incidents);
		grid_types(g, r->type, r->type_n);
		grid_word(g, r->delivery);
		grid_str(g, r->id);
		grid_word(g, r->feedback);
		grid_text(g, r->org, PAINT_NONE);
		grid_text(g, r->domain, PAINT_NONE);
		grid_text(g, r->header_from, PAINT_NONE);
		outcome_cell(g, &r->dkim);
		outcome_cell(g, &r->spf);
		outcome_columns(g, &r->dkim, true);
		outcome_columns(g, &r->spf, false);
		grid_text_or_none(g, r->mail_from);
		grid_text_or_none(g, r->helo);
		grid_bool(g, r->text_only);
	}
	grid_end(&g);
}

static void sources(struct out *o, struct json *j, const struct app_failure_reports *f)
{
	static const struct grid_column columns[] = {
		{ "source", "SOURCE", false, 3, 15 },
		{ "reports", "REPORTS", true, 1, TABLE_WHOLE },
		{ "incidents", "INCIDENTS", true, 0, 0 },
		{ "types", "FAILED", false, 4, 12 },
		{ "first_day", "FIRST DAY", false, 2, TABLE_WHOLE },
		{ "last_day", "LAST DAY", false, 5, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "sources", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < f->source_n; i++) {
		const struct app_failure_source *s = &f->source[i];
		grid_addr(g, &s->source);
		grid_number(g, s->reports);
		grid_number(g, s->incidents);
		grid_types(g, s->type, s->type_n);
		grid_day(g, true, s->first_day);
		grid_day(g, true, s->last_day);
	}
	grid_end(&g);
}

/* As many lines of a list as were asked for. */
static size_t cut(const struct app_failure_reports *f, size_t n)
{
	return f->limit && n > f->limit ? f->limit : n;
}

static void reporters(struct out *o, struct json *j, const struct app_failure_reports *f)
{
	static const struct grid_column columns[] = {
		{ "org", "REPORTER", false, 1, 12 },
		{ "reports", "REPORTS", true, 2, TABLE_WHOLE },
		{ "incidents", "INCIDENTS", true, 0, 0 },
		{ "last_day", "LAST DAY", false, 3, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "reporters", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < cut(f, f->reporter_n); i++) {
		grid_text(g, f->reporter[i].org, PAINT_NONE);
		grid_number(g, f->reporter[i].reports);
		grid_number(g, f->reporter[i].incidents);
		grid_day(g, true, f->reporter[i].last_day);
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

static void words_json(struct json *j, const char *key, const char *one,
		       const struct app_failure_words *w)
{
	json_array(j, key);
	for (size_t i = 0; i < w->n; i++) {
		const struct app_failure_word *v = &w->at[i];
		json_object(j, NULL);
		json_str(j, one, v->word);
		json_uint(j, "reports", v->reports);
		json_uint(j, "incidents", v->incidents);
		show_day(j, "first_day", true, v->first_day);
		show_day(j, "last_day", true, v->last_day);
		json_str(j, "what", v->what);
		json_str(j, "mend", v->mend[0] ? v->mend : NULL);
		json_object_end(j);
	}
	json_array_end(j);
}

static void outcome_json(struct json *j, const char *key, const struct app_outcome *v)
{
	json_object(j, key);
	json_str(j, "outcome", v->outcome);
	json_str(j, "result", v->result);
	string_or_null(j, "domain", v->domain);
	string_or_null(j, "selector", v->selector);
	json_object_end(j);
}

void show_failure_members(struct json *j, const struct app_failure_report *r)
{
	char addr[ADDR_TEXT];
	json_str(j, "id", r->id);
	if (r->has_time)
		json_int(j, "time", r->time);
	else
		json_null(j, "time");
	show_day(j, "day", true, r->day);
	json_str(j, "source",
		 r->source.kind == ADDR_NONE ? NULL : addr_format(&r->source, addr));
	json_string(j, "domain", r->domain);
	json_string(j, "org", r->org);
	json_str(j, "feedback", r->feedback);
	json_array(j, "types");
	for (size_t i = 0; i < r->type_n; i++)
		json_str(j, NULL, r->type[i]);
	json_array_end(j);
	outcome_json(j, "dkim", &r->dkim);
	outcome_json(j, "spf", &r->spf);
	string_or_null(j, "header_from", r->header_from);
	string_or_null(j, "mail_from", r->mail_from);
	string_or_null(j, "helo", r->helo);
	json_str(j, "delivery", r->delivery);
	json_uint(j, "incidents", r->incidents);
	json_bool(j, "text_only", r->text_only);
}

static void earlier_json(struct json *j, const struct app_earlier *e)
{
	if (e->reports == 0) {
		json_null(j, "earlier");
		return;
	}
	json_object(j, "earlier");
	json_uint(j, "reports", e->reports);
	json_uint(j, "incidents", e->messages);
	show_months_json(j, e);
	json_object_end(j);
}

static void show_json(struct out *o, const struct app_failure_reports *f)
{
	struct json j;
	show_begin(o, &j);
	show_subject_json(&j, &f->line);
	json_object(&j, "totals");
	json_uint(&j, "reports", f->reports);
	json_uint(&j, "incidents", f->incidents);
	json_uint(&j, "sources", f->source_all);
	json_object_end(&j);
	json_uint(&j, "looked_at", f->looked_at);
	show_day(&j, "first_day", f->reports > 0, f->first_day);
	show_day(&j, "last_day", f->reports > 0, f->last_day);
	earlier_json(&j, &f->earlier);
	words_json(&j, "types", "type", &f->type);
	words_json(&j, "feedback", "feedback", &f->feedback);
	words_json(&j, "deliveries", "delivery", &f->delivery);
	sources(o, &j, f);
	json_uint(&j, "sources_all", f->source_all);
	reporters(o, &j, f);
	json_array(&j, "failures");
	for (size_t i = 0; i < f->report_n; i++) {
		json_object(&j, NULL);
		show_failure_members(&j, &f->report[i]);
		json_object_end(&j);
		out_ease(o);
	}
	json_array_end(&j);
	json_uint(&j, "failures_all", f->reports);
	string_or_null(&j, "address", f->address);
	string_or_null(&j, "ruf", f->ruf);
	json_uint(&j, "keep_months", f->keep_months);
	show_end(o, &j);
}

/* --- text --- */

static void nothing(struct out *o, const struct app_failure_reports *f)
{
	const struct app_domain_line *l = &f->line;
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b,
		 "No failure report is about %.*s%s. Few receivers send any, for such "
		 "reports hold personal data: that none came says nothing of the mail.",
		 SV_ARG(l->name), l->refused ? ", which is refused" : "");
	out_wrapped(o, "", buf_sv(&b));
	buf_deinit(&b);
	if (f->ruf.n == 0)
		return;
	out_str(o, "\nTo ask for them, add this to the domain's DMARC record:\n\n  ruf=");
	out_text(o, f->ruf);
	out_str(o, "; fo=1\n\n");
	out_wrapped(
		o, "",
		SV("ruf is where they go. fo=1 asks for one wherever SPF or DKIM gives "
		   "no aligned pass; fo=0, the default, only where neither does. "
		   "Postern keeps of each what is needed to find the fault, and "
		   "nothing of persons."));
}

static void words_text(struct out *o, const char *heading,
		       const struct app_failure_words *w)
{
	char n[WORDS_TEXT];
	if (w->n == 0)
		return;
	out_heading(o, heading);
	for (size_t i = 0; i < w->n; i++) {
		const struct app_failure_word *v = &w->at[i];
		struct buf b;
		buf_init(&b, 4096);
		buf_addf(&b, "%s, %s incident%s: %s.", v->word,
			 words_number(v->incidents, n), words_s(v->incidents), v->what);
		if (v->mend[0])
			buf_addf(&b, " %s", v->mend);
		out_wrapped(o, "  - ", buf_sv(&b));
		buf_deinit(&b);
	}
}

static void headline(struct out *o, const struct app_failure_reports *f)
{
	out_str(o, "\n\n  ");
	show_count(o, f->reports, "failure report", "failure reports");
	if (f->reports) {
		out_str(o, ", ");
		show_count(o, f->incidents, "incident", "incidents");
		out_str(o, " from ");
		show_count(o, f->source_all, "source", "sources");
	}
	out_str(o, "\n");
	if (f->looked_at < f->reports) {
		out_str(o, "  Counted are the newest ");
		show_count(o, f->looked_at, "report.\n", "reports.\n");
	}
}

static void earlier(struct out *o, const struct app_earlier *e)
{
	struct buf b;
	if (e->reports == 0)
		return;
	buf_init(&b, 256);
	show_add_months(&b, e);
	outf(o, "\n  Of %s only the sums are left: ", buf_str(&b));
	buf_deinit(&b);
	show_count(o, e->reports, "report", "reports");
	out_str(o, ", ");
	show_count(o, e->messages, "incident", "incidents");
	out_str(o, "\n");
}

static void kept_for(struct out *o, uint64_t months)
{
	if (months == 0)
		return;
	out_str(o, "\n  Of what is more than ");
	show_count(o, months, "whole month", "whole months");
	out_str(o, " old `postern retention --apply`\n  leaves the sums only.\n");
}

static void show_text(struct out *o, const struct app_failure_reports *f)
{
	if (f->unreported) {
		nothing(o, f);
		return;
	}
	show_subject(o, &f->line, f->reports > 0, f->first_day, f->last_day);
	headline(o, f);
	earlier(o, &f->earlier);
	if (f->reports == 0) {
		if (f->earlier.reports == 0)
			out_str(o, "\n  It has failure reports, but none of the days "
				   "asked for.\n");
		return;
	}
	words_text(o, "What failed", &f->type);
	if (f->feedback.n > 1 || (f->feedback.n && f->type.n == 0))
		words_text(o, "Kinds of feedback", &f->feedback);
	words_text(o, "What became of the mails", &f->delivery);
	out_heading(o, "Sources");
	sources(o, NULL, f);
	show_more(o, f->source_all, f->source_n);
	out_heading(o, "Reporters");
	reporters(o, NULL, f);
	show_more(o, f->reporter_n, cut(f, f->reporter_n));
	out_heading(o, "Newest reports");
	show_failure_rows(o, f->report, f->report_n);
	show_more(o, f->reports, f->report_n);
	kept_for(o, f->keep_months);
}

void show_failures(struct out *o, const struct app_failure_reports *f)
{
	if (o->form == OUT_JSON)
		show_json(o, f);
	else if (o->form == OUT_CSV)
		show_failure_rows(o, f->report, f->report_n);
	else
		show_text(o, f);
}

/* --- all domains --- */

static void domain_table(struct out *o, struct json *j, const struct app_failure_list *l,
			 size_t n)
{
	bool wide = show_is_wide(o);
	const struct grid_column columns[] = {
		{ "domain", "DOMAIN", false, 4, 16 },
		{ "client", wide ? "CLIENT" : NULL, false, 1, 8 },
		{ "group", NULL, false, 0, 0 },
		{ "reports", "REPORTS", true, 2, TABLE_WHOLE },
		{ "incidents", "INCIDENTS", true, 0, 0 },
		{ "sources", wide ? "SOURCES" : NULL, true, 3, TABLE_WHOLE },
		{ "type", "MOST OFTEN", false, 0, 0 },
		{ "first_day", NULL, false, 0, 0 },
		{ "last_day", "LAST DAY", false, 5, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "domains", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		const struct app_failure_line *v = &l->line[i];
		grid_text(g, v->name, PAINT_NONE);
		grid_text_or_none(g, v->client);
		grid_str(g, v->assigned ? "client" : "unassigned");
		grid_number(g, v->reports);
		grid_number(g, v->incidents);
		grid_number(g, v->sources);
		grid_word(g, v->type);
		grid_day(g, true, v->first_day);
		grid_day(g, true, v->last_day);
	}
	grid_end(&g);
}

static void domains_text(struct out *o, const struct app_failure_list *l, size_t shown)
{
	if (l->n == 0) {
		out_str(o, "No failure report matches.\n");
		out_wrapped(o, "",
			    SV("Few receivers send any. `postern failures NAME` says how "
			       "to ask for them."));
		return;
	}
	domain_table(o, NULL, l, shown);
	show_more(o, l->n, shown);
	if (l->looked_at < l->reports) {
		out_str(o, "\n  Counted are the newest ");
		show_count(o, l->looked_at, "report", "reports");
		out_str(o, ".\n");
	}
	out_str(o, "\n  postern failures ");
	out_text(o, l->line[0].name);
	out_str(o, " says what failed\n");
}

void show_failure_domains(struct out *o, const struct app_failure_list *l, uint32_t limit)
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
		json_uint(&j, "reports", l->reports);
		json_uint(&j, "looked_at", l->looked_at);
	}
	show_end(o, &j);
}
