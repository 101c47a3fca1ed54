/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_reports_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>

const struct grid_column show_report_columns[SHOW_REPORT_COLUMNS] = {
	{ "id", "ID", false, TABLE_KEY, 0 },
	{ "sha256", NULL, false, 0, 0 },
	{ "kind", NULL, false, 0, 0 },
	{ "first_day", "DAY", false, 0, 0 },
	{ "days", NULL, true, 0, 0 },
	{ "org", "REPORTER", false, TABLE_KEY | 3, 12 },
	{ "email", NULL, false, 0, 0 },
	{ "report_id", NULL, false, 0, 0 },
	{ "domain", "DOMAIN", false, TABLE_KEY | 4, 18 },
	{ "begin", NULL, true, 0, 0 },
	{ "end", NULL, true, 0, 0 },
	{ "complete", NULL, false, 0, 0 },
	{ "counted", NULL, false, 0, 0 },
	{ "superseded", NULL, false, 0, 0 },
	{ "sealed", NULL, false, 0, 0 },
	{ "rows", "ROWS", true, 1, TABLE_WHOLE },
	{ "messages", "MESSAGES", true, 0, 0 },
	{ "passed", NULL, true, 0, 0 },
	{ "failed", "FAILED", true, 2, TABLE_WHOLE },
	{ NULL, "PASS", true, 0, 0 },
	{ "repairs", NULL, true, 0, 0 },
	{ "arrived", NULL, true, 0, 0 },
	{ NULL, "STATE", false, TABLE_BELOW | 5, 0 },
};

/* An organisation without a name goes by its mail domain. */
static struct sv reporter(const struct app_report *r)
{
	struct sv host = r->email;
	if (r->org.n)
		return r->org;
	sv_take_until(&host, '@');
	return host.n ? host : SV("?");
}

const char *show_report_state(const struct app_report *r)
{
	if (r->superseded)
		return "superseded";
	if (!r->counted)
		return "not counted";
	if (r->sealed)
		return "sealed";
	return r->complete ? "" : "incomplete";
}

void show_report_cells(struct grid *g, const struct out *o, const struct app_report *r)
{
	grid_str(g, r->id);
	grid_str(g, r->sha);
	grid_str(g, r->kind);
	grid_day(g, true, r->first_day);
	grid_number(g, r->days);
	grid_text(g, o->form == OUT_TEXT ? reporter(r) : r->org, PAINT_NONE);
	grid_text(g, r->email, PAINT_NONE);
	grid_text(g, r->report_id, PAINT_NONE);
	grid_text(g, r->domain, PAINT_NONE);
	grid_seconds(g, r->has_begin, r->begin);
	grid_seconds(g, r->has_end, r->end);
	grid_bool(g, r->complete);
	grid_bool(g, r->counted);
	grid_bool(g, r->superseded);
	grid_bool(g, r->sealed);
	grid_number(g, r->rows);
	grid_number(g, r->messages);
	grid_number(g, r->passed);
	grid_number(g, r->messages - r->passed);
	grid_share(g, r->passed, r->messages);
	grid_number(g, r->repairs);
	grid_seconds(g, true, r->arrived);
	grid_text(g, sv_from(show_report_state(r)), PAINT_DIM);
}

struct report_list {
	struct out *o;
	struct json j;
	struct grid *g;
	uint64_t all;
	struct sv domain; /* the one asked for */
	bool others;      /* a report is about another one */
};

struct report_list *show_reports_begin(struct out *o, uint64_t all, struct sv domain)
{
	struct report_list *l = heap_array(1, sizeof(*l));
	l->o = o;
	l->all = all;
	l->domain = domain;
	show_begin(o, &l->j);
	if (o->form == OUT_JSON)
		json_uint(&l->j, "all", all);
	l->g = grid_new(o, &l->j, "reports", show_report_columns, SHOW_REPORT_COLUMNS);
	return l;
}

void show_reports_next(struct report_list *l, const struct app_report *r)
{
	l->others = l->others || !sv_eq_fold(r->domain, l->domain);
	show_report_cells(l->g, l->o, r);
}

void show_reports_end(struct report_list **l, uint64_t offset)
{
	struct out *o = (*l)->o;
	uint64_t all = (*l)->all;
	char text[WORDS_TEXT];
	if (!(*l)->others)
		grid_spare((*l)->g, "domain");
	uint64_t shown = grid_end(&(*l)->g);
	show_end(o, &(*l)->j);
	if (o->form == OUT_TEXT && all == 0)
		out_str(o, "No report matches.\n");
	else if (o->form == OUT_TEXT && offset >= all)
		outf(o,
		     "Nothing left: --offset leaves out all that match, %s report%s.\n",
		     words_number(all, text), words_s(all));
	else if (o->form == OUT_TEXT && shown + offset < all)
		outf(o, "  ... and %s more; --limit 0 shows all, --offset goes on\n",
		     words_number(all - shown - offset, text));
	free(*l);
	*l = NULL;
}
