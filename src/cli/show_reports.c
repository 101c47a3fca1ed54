/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_reports_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>

/* Headings and what of it is shown differ by kind. */
#define REPORT_COLUMNS(rows, messages, failed, share, domains) \
	{ "id", "ID", false, TABLE_KEY, 0 }, { "sha256", NULL, false, 0, 0 }, \
		{ "kind", NULL, false, 0, 0 }, { "first_day", "DAY", false, 0, 0 }, \
		{ "days", NULL, true, 0, 0 }, \
		{ "org", "REPORTER", false, TABLE_KEY | 3, 12 }, \
		{ "email", NULL, false, 0, 0 }, { "report_id", NULL, false, 0, 0 }, \
		{ "domain", "DOMAIN", false, TABLE_KEY | 4, 18 }, \
		{ domains, NULL, false, 0, 0 }, { "begin", NULL, true, 0, 0 }, \
		{ "end", NULL, true, 0, 0 }, { "complete", NULL, false, 0, 0 }, \
		{ "counted", NULL, false, 0, 0 }, { "superseded", NULL, false, 0, 0 }, \
		{ "sealed", NULL, false, 0, 0 }, { "conflict", NULL, false, 0, 0 }, \
		{ "rows", rows, true, 1, TABLE_WHOLE }, \
		{ "messages", messages, true, 0, 0 }, { "passed", NULL, true, 0, 0 }, \
		{ "failed", failed, true, 2, TABLE_WHOLE }, { NULL, share, true, 0, 0 }, \
		{ "repairs", NULL, true, 0, 0 }, { "arrived", NULL, true, 0, 0 }, \
	{ \
		NULL, "STATE", false, TABLE_BELOW | 5, 0 \
	}

enum {
	COLUMNS = 25
};
static const struct grid_column aggregate_columns[COLUMNS] = { REPORT_COLUMNS(
	"ROWS", "MESSAGES", "FAILED", "PASS", NULL) };
static const struct grid_column tls_columns[COLUMNS] = { REPORT_COLUMNS(
	"POLICIES", "SESSIONS", "FAILED", "GOOD", "domains") };
static const struct grid_column failure_columns[COLUMNS] = { REPORT_COLUMNS(
	NULL, "INCIDENTS", NULL, NULL, NULL) };

static const struct grid_column *columns_of(enum app_kind kind)
{
	return kind == APP_KIND_TLS       ? tls_columns
	       : kind == APP_KIND_FAILURE ? failure_columns
					  : aggregate_columns;
}

struct grid *show_reports_grid(struct out *o, struct json *j, const char *key,
			       enum app_kind kind)
{
	return grid_new(o, j, key, columns_of(kind), COLUMNS);
}

struct grid *show_report_grid(struct out *o, struct json *j, const char *key,
			      enum app_kind kind)
{
	return grid_new_one(o, j, key, columns_of(kind), COLUMNS);
}

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
		return r->conflict ? "conflict, sealed" : "sealed";
	if (r->conflict)
		return r->complete ? "conflict" : "conflict, incomplete";
	return r->complete ? "" : "incomplete";
}

/* A TLS report stands under its first domain; text says how many there are besides. */
static void domain_cell(struct grid *g, const struct out *o, const struct app_report *r)
{
	struct sv lines = r->domains, line;
	struct buf b;
	size_t n = 0;
	while (sv_take_line(&lines, &line))
		n++;
	if (o->form != OUT_TEXT || n < 2) {
		show_name_cell(g, o, r->domain);
		return;
	}
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b, "%.*s +%zu", SV_ARG(r->domain), n - 1);
	grid_text(g, buf_sv(&b), PAINT_NONE);
	buf_deinit(&b);
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
	domain_cell(g, o, r);
	grid_list(g, r->domains);
	grid_seconds(g, r->has_begin, r->begin);
	grid_seconds(g, r->has_end, r->end);
	grid_bool(g, r->complete);
	grid_bool(g, r->counted);
	grid_bool(g, r->superseded);
	grid_bool(g, r->sealed);
	grid_bool(g, r->conflict);
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

struct report_list *show_reports_begin(struct out *o, enum app_kind kind, uint64_t all,
				       struct sv domain)
{
	struct report_list *l = heap_array(1, sizeof(*l));
	l->o = o;
	l->all = all;
	l->domain = domain;
	show_begin(o, &l->j);
	if (o->form == OUT_JSON)
		json_uint(&l->j, "all", all);
	l->g = show_reports_grid(o, &l->j, "reports", kind);
	return l;
}

void show_reports_next(struct report_list *l, const struct app_report *r)
{
	l->others = l->others || !sv_eq_fold(r->domain, l->domain) ||
		    sv_chr(r->domains, '\n') < r->domains.n;
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
