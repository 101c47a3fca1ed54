/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"
#include "base/limits.h"

#include <stdio.h>

enum {
	FINDINGS_A_CODE = 3
};

static void show_clients_json(struct json *j, const struct app_overview *v)
{
	json_array(j, "clients");
	for (size_t i = 0; i < v->client_n; i++) {
		json_object(j, NULL);
		json_string(j, "client", v->client[i].name);
		json_bool(j, "retired", v->client[i].retired);
		json_uint(j, "domains", v->client[i].domains);
		show_figures(j, "figures", &v->client[i].f);
		json_object_end(j);
	}
	json_array_end(j);
	show_figures(j, "unassigned", &v->unassigned);
}

static void show_json(struct out *o, const struct app_overview *v)
{
	char time[DATE_TEXT];
	struct json j;
	show_begin(o, &j);
	show_figures(&j, "totals", &v->total);
	show_day(&j, "first_day", v->seen, v->first_day);
	show_day(&j, "last_day", v->seen, v->last_day);
	show_day(&j, "details_from", v->sealed, v->details_from);
	show_clients_json(&j, v);
	show_domain_lines(o, &j, "domains", v->domain, v->domain_n, SHOW_CLIENT);
	show_sources(o, &j, v->source, v->source_n);
	json_uint(&j, "sources_all", v->source_all);
	if (v->stale)
		json_str(&j, "as_of", date_format_time(v->found, time));
	else
		json_null(&j, "as_of");
	show_finding_list(o, &j, v->finding, v->finding_n);
	show_end(o, &j);
}

/* --- text --- */

static void show_totals(struct out *o, const struct app_overview *v)
{
	char text[WORDS_TEXT], from[DATE_TEXT], to[DATE_TEXT];
	show_count(o, v->client_n, "client", "clients");
	out_str(o, ", ");
	show_count(o, v->unassigned_from, "domain", "domains");
	if (v->domain_n > v->unassigned_from)
		outf(o, ", %s unassigned",
		     words_number(v->domain_n - v->unassigned_from, text));
	if (v->seen)
		outf(o, "; %s to %s", date_format_day(v->first_day, from),
		     date_format_day(v->last_day, to));
	out_str(o, "\n\n  ");
	show_headline(o, &v->total);
}

static const struct grid_column domain_columns[] = {
	{ NULL, "CLIENT, DOMAIN", false, 2, 20 },
	{ NULL, "USE", false, 1, TABLE_WHOLE },
	SHOW_FIGURES,
	{ NULL, "LAST DAY", false, 3, TABLE_WHOLE },
};

static void group_row(struct grid *g, struct sv name, bool retired,
		      const struct app_figures *f)
{
	grid_text(g, name, PAINT_BOLD);
	grid_str(g, retired ? "retired" : "");
	show_figure_cells(g, f);
	grid_str(g, "");
}

static void domain_row(struct grid *g, const struct app_domain_line *d)
{
	char name[512];
	(void)snprintf(name, sizeof(name), "  %.*s", SV_ARG(sv_sub(d->name, 0, 500)));
	grid_str(g, name);
	if (d->retired)
		grid_str(g, "retired");
	else
		grid_str(g, d->assigned ? app_use_name(d->use) : "");
	show_figure_cells(g, &d->f);
	grid_day(g, d->seen, d->last_day);
}

static void show_tree(struct out *o, const struct app_overview *v)
{
	struct grid *g = grid_new(o, NULL, NULL, domain_columns,
				  sizeof(domain_columns) / sizeof(*domain_columns));
	size_t at = 0, end = v->domain_n;
	if (v->limit && v->limit < end - v->unassigned_from)
		end = v->unassigned_from + v->limit;
	for (size_t i = 0; i < v->client_n; i++) {
		group_row(g, v->client[i].name, v->client[i].retired, &v->client[i].f);
		for (size_t k = 0; k < v->client[i].domains; k++)
			domain_row(g, &v->domain[at++]);
	}
	if (v->domain_n > v->unassigned_from)
		group_row(g, SV("Unassigned"), false, &v->unassigned);
	for (; at < v->domain_n && at < end; at++)
		domain_row(g, &v->domain[at]);
	grid_end(&g);
	if (v->domain_n > end) {
		out_str(o, "    ... and ");
		show_count(o, v->domain_n - end, "more", "more");
		out_str(o, ": postern unassigned list\n");
	}
}

/* Some sentences leave out of which domain it is. */
static void show_evidence(struct out *o, const struct app_finding *f)
{
	struct buf b;
	buf_init(&b, LIMIT_VALUE);
	buf_add_sv(&b, f->evidence);
	if (f->f.domain.n && sv_find(f->evidence, f->f.domain) == f->evidence.n) {
		buf_add_str(&b, " (");
		buf_add_sv(&b, f->f.domain);
		buf_add_str(&b, ")");
	}
	out_wrapped(o, "  - ", buf_sv(&b));
	buf_deinit(&b);
}

/* The first of each code: many of one say less than one of each. */
static void show_findings_first(struct out *o, const struct app_overview *v)
{
	size_t of_code[FINDING_CODES] = { 0 }, shown = 0;
	for (size_t i = 0; i < v->finding_n; i++) {
		if (of_code[v->finding[i].f.code]++ >= FINDINGS_A_CODE)
			continue;
		show_evidence(o, &v->finding[i]);
		shown++;
	}
	if (shown == v->finding_n)
		return;
	out_str(o, "    ... and ");
	show_count(o, v->finding_n - shown, "more", "more");
	out_str(o, ": postern findings\n");
}

static void show_stale(struct out *o, const struct app_overview *v)
{
	char text[DATE_TEXT + 160], time[DATE_TEXT];
	if (!v->stale)
		return;
	(void)snprintf(text, sizeof(text),
		       "Top sources and what stands out are of %s; something was written "
		       "since. `postern overview --fresh` finds them anew.",
		       date_format_time(v->found, time));
	out_str(o, "\n");
	out_wrapped(o, "  ", sv_from(text));
}

/* The worst domain is what to look at first. */
static void show_next(struct out *o, const struct app_overview *v)
{
	const struct app_domain_line *worst = NULL;
	for (size_t i = 0; i < v->unassigned_from; i++) {
		const struct app_domain_line *d = &v->domain[i];
		if (!worst ||
		    d->f.messages - d->f.passed > worst->f.messages - worst->f.passed)
			worst = d;
	}
	out_heading(o, "Next");
	if (worst && worst->f.messages) {
		out_str(o, "  postern domain show ");
		out_text(o, worst->name);
		out_str(o, "\n  postern reports ");
		out_text(o, worst->name);
		out_str(o, " --result fail\n");
	}
	if (v->client_n)
		out_str(o, "  postern findings\n  postern readiness\n");
	if (v->domain_n > v->unassigned_from)
		out_str(o, "  postern unassigned list\n");
	if (v->client_n == 0)
		out_str(o,
			"  postern client add \"NAME\" --domain DOMAIN --raw ADDRESS\n");
	out_str(o, "  postern help\n");
}

static bool is_narrow(const struct app_filter *f)
{
	return f->day_from != INT64_MIN || f->day_to != INT64_MAX ||
	       f->result != APP_RESULT_ALL;
}

static void show_text(struct out *o, const struct app_overview *v,
		      const struct app_filter *filter)
{
	show_totals(o, v);
	if (!app_filter_is_open(filter))
		out_str(o, "  Only what the filters let through is counted.\n");
	show_sealed(o, v->sealed, v->cut, v->details_from);
	if (v->domain_n) {
		out_str(o, "\n");
		show_tree(o, v);
	}
	if (v->source_n) {
		out_heading(o, "Top sources");
		show_sources(o, NULL, v->source, v->source_n);
		if (v->source_all > v->source_n) {
			out_str(o, "  of ");
			show_count(o, v->source_all, "address", "addresses");
			out_str(o, "\n");
		}
	}
	if (v->finding_n) {
		out_heading(o, is_narrow(filter) ? "What stands out (over all days)"
						 : "What stands out");
		show_findings_first(o, v);
	}
	show_stale(o, v);
	show_next(o, v);
}

void show_overview(struct out *o, const struct app_overview *v,
		   const struct app_filter *filter)
{
	if (o->form == OUT_JSON)
		show_json(o, v);
	else if (o->form == OUT_CSV)
		show_domain_lines(o, NULL, NULL, v->domain, v->domain_n, SHOW_CLIENT);
	else
		show_text(o, v, filter);
}
