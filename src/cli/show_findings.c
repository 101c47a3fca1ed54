/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "base/date.h"
#include "base/limits.h"

#include <stdio.h>

/* Text is a paragraph a finding, for evidence is a sentence: no table holds it. */
static const struct grid_column columns[] = {
	{ "id", NULL, false, 0, 0 },       { "severity", NULL, false, 0, 0 },
	{ "code", NULL, false, 0, 0 },     { "client", NULL, false, 0, 0 },
	{ "domain", NULL, false, 0, 0 },   { "subject", NULL, false, 0, 0 },
	{ "since", NULL, true, 0, 0 },     { "due", NULL, true, 0, 0 },
	{ "evidence", NULL, false, 0, 0 }, { "remedy", NULL, false, 0, 0 },
	{ "messages", NULL, true, 0, 0 },  { "failed", NULL, true, 0, 0 },
	{ "usual", NULL, true, 0, 0 },     { "sources", NULL, true, 0, 0 },
	{ "snoozed", NULL, false, 0, 0 },  { "accepted", NULL, false, 0, 0 },
	{ "until", NULL, true, 0, 0 },
};

static void show_cells(struct grid *g, const struct app_finding *v)
{
	char id[FINDING_ID_TEXT];
	const struct finding *f = &v->f;
	grid_text(g, sv_from(finding_id_text(f->id, id)), PAINT_NONE);
	grid_str(g, finding_severity_word(f->severity));
	grid_str(g, finding_word(f->code));
	grid_text_or_none(g, f->client);
	grid_text_or_none(g, f->domain);
	grid_text_or_none(g, f->subject);
	grid_day(g, true, f->since);
	grid_day(g, true, f->due);
	grid_text(g, v->evidence, PAINT_NONE);
	grid_text(g, v->remedy, PAINT_NONE);
	grid_number(g, f->says.messages);
	grid_number(g, f->says.failed);
	grid_number(g, f->says.usual);
	grid_number(g, f->says.sources);
	grid_bool(g, v->snoozed);
	grid_bool(g, v->accepted);
	grid_day(g, v->snoozed, v->until);
}

static enum paint paint_of(enum finding_severity s)
{
	return s == FINDING_GRAVE     ? PAINT_BAD
	       : s == FINDING_WARNING ? PAINT_WARN
				      : PAINT_NONE;
}

/* The id, how grave, and what it is about. */
static void show_head(struct out *o, const struct app_finding *v)
{
	char id[FINDING_ID_TEXT], day[DATE_TEXT];
	const struct finding *f = &v->f;
	enum paint p = paint_of(f->severity);
	outf(o, "\n  %s  %s%s%s  %s%s%s  ", finding_id_text(f->id, id), paint_on(o, p),
	     finding_severity_word(f->severity), paint_off(o, p), paint_on(o, PAINT_BOLD),
	     finding_word(f->code), paint_off(o, PAINT_BOLD));
	out_text(o, f->domain);
	if (f->client.n) {
		out_str(o, " (");
		out_text(o, f->client);
		out_str(o, ")");
	}
	outf(o, ", since %s", date_format_day(f->since, day));
	if (v->snoozed)
		outf(o, "; snoozed until %s", date_format_day(v->until, day));
	if (v->accepted)
		out_str(o, "; accepted");
	out_str(o, "\n");
}

static void show_text(struct out *o, const struct app_finding *v)
{
	show_head(o, v);
	out_wrapped(o, "    ", v->evidence);
	out_wrapped(o, "    to do  ", v->remedy);
}

static void show_sums(struct out *o, const struct app_findings *v)
{
	out_str(o, "\n  ");
	show_count(o, v->n, "finding", "findings");
	out_str(o, " in ");
	show_count(o, v->domains, "domain", "domains");
	outf(o, "; %zu snoozed, %zu accepted\n", v->snoozed, v->accepted);
	if (v->n)
		out_wrapped(o, "  ",
			    SV("`postern finding snooze ID` puts one aside, `postern "
			       "finding accept ID` says that it is as it should be."));
}

void show_finding_list(struct out *o, struct json *j, const struct app_finding *v,
		       size_t n)
{
	struct grid *g = grid_new(o, j, "findings", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		show_cells(g, &v[i]);
	(void)grid_end(&g);
}

void show_findings(struct out *o, const struct app_findings *v, uint32_t limit)
{
	size_t n = limit && limit < v->n ? limit : v->n;
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_uint(&j, "all", v->n);
		json_uint(&j, "domains", v->domains);
		json_uint(&j, "snoozed", v->snoozed);
		json_uint(&j, "accepted", v->accepted);
		json_bool(&j, "more", v->more);
	}
	if (o->form != OUT_TEXT)
		show_finding_list(o, &j, v->finding, n);
	show_end(o, &j);
	if (o->form != OUT_TEXT)
		return;
	for (size_t i = 0; i < n; i++)
		show_text(o, &v->finding[i]);
	show_more(o, v->n, n);
	show_sums(o, v);
}

void show_decided(struct out *o, const struct app_finding *v)
{
	char id[FINDING_ID_TEXT], day[DATE_TEXT];
	struct json j;
	finding_id_text(v->f.id, id);
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_str(&j, "id", id);
		json_bool(&j, "snoozed", v->snoozed);
		json_bool(&j, "accepted", v->accepted);
		show_day(&j, "until", v->snoozed, v->until);
	} else {
		outf(o, "%s, %s of ", id, finding_word(v->f.code));
		out_text(o, v->f.domain);
		if (v->snoozed)
			outf(o, ": put aside until %s.\n",
			     date_format_day(v->until, day));
		else
			out_str(o, v->accepted ? ": accepted.\n" : ": open again.\n");
	}
	show_end(o, &j);
}
