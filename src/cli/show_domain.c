/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>

/* --- records to publish --- */

static const char *type_name(const struct record *r)
{
	return r->type == RECORD_MX ? "MX" : "TXT";
}

void show_record_list(struct json *j, const char *key, const struct record_set *set,
		      bool optional)
{
	json_array(j, key);
	for (size_t i = 0; i < set->n; i++) {
		const struct record *r = &set->record[i];
		if (r->optional != optional)
			continue;
		json_object(j, NULL);
		json_string(j, "name", r->name);
		json_str(j, "type", type_name(r));
		json_string(j, "value", r->value);
		json_string(j, "zone", r->zone);
		json_str(j, "why", r->why);
		json_object_end(j);
	}
	json_array_end(j);
}

void show_records_json(struct json *j, const struct record_set *set)
{
	show_record_list(j, "records", set, false);
	show_record_list(j, "optional_records", set, true);
	json_bool(j, "unauthorisable", set->unauthorisable);
}

static void show_records_text(struct out *o, const struct record_set *set)
{
	struct sv zone = SV("");
	for (size_t i = 0; i < set->n; i++) {
		const struct record *r = &set->record[i];
		if (!sv_eq(zone, r->zone) || r->optional) {
			out_str(o, r->optional
					   ? "\n  To get TLS reports too, in the DNS of "
					   : "\n  In the DNS of ");
			out_text(o, r->zone);
			out_str(o, ":\n");
		}
		zone = r->zone;
		outf(o, "\n  %s; %s%s\n  ", paint_on(o, PAINT_DIM), r->why,
		     paint_off(o, PAINT_DIM));
		record_add_line(r, &o->b);
		out_str(o, "\n");
	}
	if (set->unauthorisable)
		out_wrapped(o, "\n  ",
			    SV("The address lives in another domain, and the name of the "
			       "record that would authorise it is longer than the DNS "
			       "allows: choose an address in the domain itself."));
}

void show_records(struct out *o, const struct record_set *set)
{
	struct json j;
	static const struct grid_column columns[] = {
		{ "name", NULL, false, 0, 0 },  { "type", NULL, false, 0, 0 },
		{ "value", NULL, false, 0, 0 }, { "zone", NULL, false, 0, 0 },
		{ "why", NULL, false, 0, 0 },   { "optional", NULL, false, 0, 0 },
	};
	if (o->form == OUT_TEXT) {
		show_records_text(o, set);
		return;
	}
	if (o->form == OUT_JSON) {
		show_begin(o, &j);
		show_records_json(&j, set);
		show_end(o, &j);
		return;
	}
	struct grid *g = grid_new(o, NULL, NULL, columns, 6);
	for (size_t i = 0; i < set->n; i++) {
		const struct record *r = &set->record[i];
		grid_text(g, r->name, PAINT_NONE);
		grid_str(g, type_name(r));
		grid_text(g, r->value, PAINT_NONE);
		grid_text(g, r->zone, PAINT_NONE);
		grid_str(g, r->why);
		grid_bool(g, r->optional);
	}
	grid_end(&g);
}

/* --- one domain --- */

static void show_policy_json(struct json *j, const struct app_policy *p)
{
	if (!p->found) {
		json_null(j, "policy");
		return;
	}
	const struct {
		const char *key;
		struct sv value;
	} tags[] = { { "p", p->p },         { "sp", p->sp },     { "np", p->np },
		     { "adkim", p->adkim }, { "aspf", p->aspf }, { "fo", p->fo },
		     { "pct", p->pct },     { "t", p->testing } };
	json_object(j, "policy");
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (tags[i].value.n)
			json_string(j, tags[i].key, tags[i].value);
		else
			json_null(j, tags[i].key);
	json_string(j, "org", p->org);
	json_string(j, "report_id", p->report_id);
	show_day(j, "day", true, p->day);
	json_object_end(j);
}

static void show_subdomains(struct out *o, struct json *j, const char *key,
			    const struct app_subdomain *s, size_t n)
{
	static const struct grid_column columns[] = {
		{ "domain", "DOMAIN", false, 1, 16 },
		SHOW_FIGURES,
	};
	struct grid *g = grid_new(o, j, key, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		grid_text(g, s[i].name, PAINT_NONE);
		show_figure_cells(g, &s[i].f);
	}
	grid_end(&g);
}

static void show_authors(struct out *o, struct json *j, const struct app_subdomain *s,
			 size_t n)
{
	static const struct grid_column columns[] = {
		{ "header_from", "AUTHOR DOMAIN", false, 1, 16 },
		{ "messages", "MESSAGES", true, 0, 0 },
		{ "passed", NULL, true, 0, 0 },
		{ "failed", "FAILED", true, 0, 0 },
		{ NULL, "PASS", true, 0, 0 },
	};
	struct grid *g = grid_new(o, j, "authors", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		grid_text(g, s[i].name, PAINT_NONE);
		grid_number(g, s[i].f.messages);
		grid_number(g, s[i].f.passed);
		grid_number(g, s[i].f.messages - s[i].f.passed);
		grid_share(g, s[i].f.passed, s[i].f.messages);
	}
	grid_end(&g);
}

static void show_reporters(struct out *o, struct json *j, const struct app_reporter *r,
			   size_t n)
{
	static const struct grid_column columns[] = {
		{ "org", "REPORTER", false, 1, 12 },
		{ "reports", "REPORTS", true, 2, TABLE_WHOLE },
		{ "messages", "MESSAGES", true, 0, 0 },
		{ "passed", NULL, true, 0, 0 },
		{ "failed", "FAILED", true, 0, 0 },
		{ NULL, "PASS", true, 0, 0 },
		{ "last_day", "LAST DAY", false, 3, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "reporters", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		grid_text(g, r[i].org, PAINT_NONE);
		grid_number(g, r[i].reports);
		grid_number(g, r[i].messages);
		grid_number(g, r[i].passed);
		grid_number(g, r[i].messages - r[i].passed);
		grid_share(g, r[i].passed, r[i].messages);
		grid_day(g, true, r[i].last_day);
	}
	grid_end(&g);
}

/* --- why it fails --- */

static void show_cause_json(struct json *j, const char *key, const struct failure_part *p)
{
	json_object(j, key);
	json_str(j, "outcome", failure_kind_name(p->kind));
	if (p->domain.n)
		json_string(j, "domain", p->domain);
	else
		json_null(j, "domain");
	if (p->result.n)
		json_string(j, "result", p->result);
	else
		json_null(j, "result");
	json_object_end(j);
}

static void show_failures_json(struct json *j, const struct app_failure *f, size_t n)
{
	char addr[ADDR_TEXT];
	json_array(j, "failures");
	for (size_t i = 0; i < n; i++) {
		bool known = f[i].source.kind != ADDR_NONE;
		json_object(j, NULL);
		json_string(j, "text", f[i].text);
		json_uint(j, "messages", f[i].messages);
		json_uint(j, "sources", f[i].sources);
		json_str(j, "source", known ? addr_format(&f[i].source, addr) : NULL);
		show_cause_json(j, "dkim", &f[i].cause.dkim);
		show_cause_json(j, "spf", &f[i].cause.spf);
		json_array(j, "reasons");
		for (size_t k = 0; k < f[i].reason_n; k++)
			json_string(j, NULL, f[i].reason[k]);
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_failure(struct out *o, const struct app_failure *f)
{
	char n[WORDS_TEXT], addr[ADDR_TEXT];
	struct buf b;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b, "%s message%s from ", words_number(f->messages, n),
		 words_s(f->messages));
	if (f->sources > 1)
		buf_addf(&b, "%s sources, most from ", words_number(f->sources, n));
	buf_addf(&b, "%s: ",
		 f->source.kind == ADDR_NONE ? "no address"
					     : addr_format(&f->source, addr));
	buf_add_sv(&b, f->text);
	for (size_t i = 0; i < f->reason_n; i++) {
		buf_addf(&b, "%s", i ? ", " : ". Reporters' own reasons: ");
		buf_add_sv(&b, f->reason[i]);
	}
	out_wrapped(o, "  - ", buf_sv(&b));
	buf_deinit(&b);
}

/* As many lines of a list as were asked for. */
static size_t cut(const struct app_domain *d, size_t n)
{
	return d->limit && n > d->limit ? d->limit : n;
}

static void show_json(struct out *o, const struct app_domain *d)
{
	struct json j;
	const struct app_domain_line *l = &d->line;
	show_begin(o, &j);
	show_subject_json(&j, l);
	show_figures(&j, "totals", &l->f);
	show_day(&j, "first_day", l->seen, l->first_day);
	show_day(&j, "last_day", l->seen, l->last_day);
	show_day(&j, "details_from", d->sealed, d->details_from);
	show_policy_json(&j, &d->policy);
	json_array(&j, "days");
	for (size_t i = 0; i < d->day_n; i++) {
		json_object(&j, NULL);
		show_day(&j, "day", true, d->day[i].day);
		json_uint(&j, "messages", d->day[i].messages);
		json_uint(&j, "passed", d->day[i].passed);
		json_object_end(&j);
	}
	json_array_end(&j);
	show_sender_table(o, &j, &d->senders, cut(d, d->senders.n));
	json_uint(&j, "senders_all", d->senders.n);
	json_bool(&j, "senders_more", d->senders.more);
	show_sources(o, &j, d->source, d->source_n);
	json_uint(&j, "sources_all", d->source_all);
	show_reporters(o, &j, d->reporter, cut(d, d->reporter_n));
	show_subdomains(o, &j, "policy_domains", d->policy_domain,
			cut(d, d->policy_domain_n));
	show_authors(o, &j, d->author, cut(d, d->author_n));
	json_bool(&j, "authors_more", d->author_more);
	show_failures_json(&j, d->failure, cut(d, d->failure_n));
	json_uint(&j, "failures_all", d->failure_n);
	json_bool(&j, "failures_more", d->failure_more);
	json_uint(&j, "tls_reports", d->tls_reports);
	json_uint(&j, "failure_reports", d->failure_reports);
	show_end(o, &j);
}

/* --- text --- */

static void show_head(struct out *o, const struct app_domain *d)
{
	show_subject(o, &d->line, d->line.seen, d->line.first_day, d->line.last_day);
	out_str(o, "\n\n  ");
	show_headline(o, &d->line.f);
	show_sealed(o, d->sealed, d->cut, d->details_from);
}

static void show_messages_trend(struct out *o, const struct app_domain *d)
{
	uint64_t *passed = heap_array(d->day_n + 1, sizeof(*passed));
	uint64_t *failed = heap_array(d->day_n + 1, sizeof(*failed));
	for (size_t i = 0; i < d->day_n; i++) {
		passed[i] = d->day[i].passed;
		failed[i] = d->day[i].messages - d->day[i].passed;
	}
	show_trend(o, "passed", passed, failed, d->day_n);
	free(passed);
	free(failed);
}

static void show_policy(struct out *o, const struct app_policy *p)
{
	char day[DATE_TEXT];
	const struct {
		const char *tag;
		struct sv value;
	} tags[] = { { "p", p->p },         { "sp", p->sp },     { "np", p->np },
		     { "adkim", p->adkim }, { "aspf", p->aspf }, { "fo", p->fo },
		     { "pct", p->pct },     { "t", p->testing } };
	if (!p->found)
		return;
	out_str(o, "\n  policy   ");
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		if (tags[i].value.n == 0)
			continue;
		outf(o, " %s=", tags[i].tag);
		out_text(o, tags[i].value);
	}
	outf(o, ", as reported for %s by ", date_format_day(p->day, day));
	out_text(o, p->org);
	out_str(o, "\n");
}

/* That there are reports of other kinds, and how to see them. */
static void show_others(struct out *o, const struct app_domain *d)
{
	char n[WORDS_TEXT];
	if (d->tls_reports + d->failure_reports)
		out_str(o, "\n");
	if (d->tls_reports) {
		out_str(o, "  ");
		show_count(o, d->tls_reports, "TLS report", "TLS reports");
		outf(o, ", %s of ", words_number(d->tls_failed, n));
		show_count(o, d->tls_sessions, "session", "sessions");
		out_str(o, " failed: postern tls ");
		out_text(o, d->line.name);
		out_str(o, "\n");
	}
	if (d->failure_reports) {
		out_str(o, "  ");
		show_count(o, d->failure_reports, "failure report", "failure reports");
		out_str(o, ": postern failures ");
		out_text(o, d->line.name);
		out_str(o, "\n");
	}
}

/* Where a domain has more different rows than are looked at. */
static void show_partly(struct out *o, bool partly)
{
	if (partly)
		out_str(o, "  Only what most messages share was looked at.\n");
}

static void show_senders_of(struct out *o, const struct app_domain *d)
{
	size_t n = cut(d, d->senders.n);
	if (d->senders.n == 0)
		return;
	out_heading(o, "Senders");
	show_sender_table(o, NULL, &d->senders, n);
	show_more(o, d->senders.n, n);
	show_partly(o, d->senders.more);
	out_wrapped(o, "  ",
		    SV("`postern sources` says why each is what it is, and what to do."));
}

static void show_text(struct out *o, const struct app_domain *d)
{
	show_head(o, d);
	show_messages_trend(o, d);
	show_policy(o, &d->policy);
	if (d->failure_n) {
		out_heading(o, "Why it fails");
		for (size_t i = 0; i < cut(d, d->failure_n); i++)
			show_failure(o, &d->failure[i]);
		show_more(o, d->failure_n, cut(d, d->failure_n));
		show_partly(o, d->failure_more);
	}
	show_senders_of(o, d);
	if (d->reporter_n) {
		out_heading(o, "Reporters");
		show_reporters(o, NULL, d->reporter, cut(d, d->reporter_n));
		show_more(o, d->reporter_n, cut(d, d->reporter_n));
	}
	if (d->policy_domain_n > 1) {
		out_heading(o, "Policy domains");
		show_subdomains(o, NULL, NULL, d->policy_domain,
				cut(d, d->policy_domain_n));
		show_more(o, d->policy_domain_n, cut(d, d->policy_domain_n));
	}
	if (d->author_n) {
		out_heading(o, "Author Domains");
		show_authors(o, NULL, d->author, cut(d, d->author_n));
		show_more(o, d->author_n, cut(d, d->author_n));
		show_partly(o, d->author_more);
	}
	if (!d->unreported && !d->cut && d->line.f.reports == 0 &&
	    d->line.f.messages == 0)
		out_str(o, "\n  It has reports, but none matches the filters.\n");
	show_others(o, d);
	if (d->line.assigned && d->unreported)
		outf(o,
		     "\n  No %sreport yet. `postern domain show NAME --records` says "
		     "what "
		     "to publish.\n",
		     d->tls_reports + d->failure_reports ? "aggregate " : "");
}

void show_domain(struct out *o, const struct app_domain *d)
{
	if (o->form == OUT_JSON)
		show_json(o, d);
	else if (o->form == OUT_CSV)
		show_sources(o, NULL, d->source, d->source_n);
	else
		show_text(o, d);
}
