/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"

#include <stdio.h>

void show_begin(struct out *o, struct json *j)
{
	json_init(j, &o->b);
	if (o->form == OUT_JSON)
		json_object(j, NULL);
}

void show_end(struct out *o, struct json *j)
{
	if (o->form != OUT_JSON)
		return;
	json_object_end(j);
	out_str(o, "\n");
}

void show_figures(struct json *j, const char *key, const struct app_figures *f)
{
	json_object(j, key);
	json_uint(j, "reports", f->reports);
	json_uint(j, "rows", f->rows);
	json_uint(j, "messages", f->messages);
	json_uint(j, "passed", f->passed);
	json_uint(j, "failed", f->messages - f->passed);
	json_object_end(j);
}

void show_name_cell(struct grid *g, const struct out *o, struct sv name)
{
	if (name.n || o->form != OUT_TEXT)
		grid_text(g, name, PAINT_NONE);
	else
		grid_text(g, SV("(not named)"), PAINT_DIM);
}

void show_figure_cells(struct grid *g, const struct app_figures *f)
{
	grid_number(g, f->reports);
	grid_number(g, f->rows);
	grid_number(g, f->messages);
	grid_number(g, f->passed);
	grid_number(g, f->messages - f->passed);
	grid_share(g, f->passed, f->messages);
}

void show_day(struct json *j, const char *key, bool has, int64_t day)
{
	char text[DATE_TEXT];
	if (has)
		json_str(j, key, date_format_day(day, text));
	else
		json_null(j, key);
}

void show_count(struct out *o, uint64_t n, const char *one, const char *several)
{
	char text[WORDS_TEXT];
	outf(o, "%s %s", words_number(n, text), n == 1 ? one : several);
}

void show_sealed(struct out *o, bool sealed, bool cut, int64_t from)
{
	char day[DATE_TEXT], text[300];
	if (!sealed)
		return;
	(void)snprintf(
		text, sizeof(text),
		"Before %s retention has left only totals of months, which count "
		"where the whole month is asked for: %sdays, sources and causes "
		"begin there.",
		date_format_day(from, day),
		cut ? "the days asked for cut such a month, and all that it had is "
		      "missing in the figures above; "
		    : "");
	out_wrapped(o, "  ", sv_from(text));
}

void show_headline(struct out *o, const struct app_figures *f)
{
	char text[WORDS_TEXT];
	enum paint p = paint_share(f->passed, f->messages);
	show_count(o, f->reports, "report", "reports");
	out_str(o, ", ");
	show_count(o, f->messages, "message", "messages");
	if (f->messages) {
		outf(o, ": %s%s passed%s", paint_on(o, p),
		     words_share(f->passed, f->messages, text), paint_off(o, p));
		outf(o, ", %s failed", words_number(f->messages - f->passed, text));
	}
	out_str(o, "\n");
}

static const char *state_of(const struct app_domain_line *d)
{
	if (d->refused)
		return "refused";
	return d->retired ? "retired" : "";
}

void show_domain_lines(struct out *o, struct json *j, const char *key,
		       const struct app_domain_line *d, size_t n, unsigned with)
{
	bool states = false, tls = false, failures = false, kinds = with & SHOW_KINDS;
	for (size_t i = 0; i < n; i++) {
		states |= d[i].refused || d[i].retired;
		tls |= d[i].tls_reports > 0;
		failures |= d[i].failure_reports > 0;
	}
	const struct grid_column columns[] = {
		{ "domain", "DOMAIN", false, 2, 16 },
		{ "client", with & SHOW_CLIENT ? "CLIENT" : NULL, false, 1, 8 },
		{ "group", NULL, false, 0, 0 },
		{ "use", "USE", false, 0, 0 },
		{ "retired", NULL, false, 0, 0 },
		{ "refused", NULL, false, 0, 0 },
		SHOW_FIGURES,
		{ kinds ? "tls_reports" : NULL, tls ? "TLS" : NULL, true, 0, 0 },
		{ kinds ? "failure_reports" : NULL, failures ? "FAILURE" : NULL, true, 0,
		  0 },
		{ "first_day", NULL, false, 0, 0 },
		{ "last_day", "LAST DAY", false, 3, TABLE_WHOLE },
		{ NULL, states ? "STATE" : NULL, false, 0, 0 },
	};
	struct grid *g = grid_new(o, j, key, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		show_name_cell(g, o, d[i].name);
		grid_text_or_none(g, d[i].client);
		grid_str(g, d[i].assigned ? "client" : "unassigned");
		if (d[i].assigned)
			grid_str(g, app_use_name(d[i].use));
		else
			grid_none(g);
		grid_bool(g, d[i].retired);
		grid_bool(g, d[i].refused);
		show_figure_cells(g, &d[i].f);
		grid_number(g, d[i].tls_reports);
		grid_number(g, d[i].failure_reports);
		grid_day(g, d[i].seen, d[i].first_day);
		grid_day(g, d[i].seen, d[i].last_day);
		grid_text(g, sv_from(state_of(&d[i])), PAINT_DIM);
	}
	grid_end(&g);
}

void show_sources(struct out *o, struct json *j, const struct app_source *s, size_t n)
{
	bool several = false, named = false;
	for (size_t i = 0; i < n; i++) {
		several |= s[i].domains > 1;
		named |= s[i].service.n > 0;
	}
	const struct grid_column columns[] = {
		{ "source", "SOURCE", false, 1, 15 },
		{ "service", named ? "SERVICE" : NULL, false, 5, 10 },
		{ "domains", several ? "DOMAINS" : NULL, true, 2, TABLE_WHOLE },
		{ "rows", NULL, true, 0, 0 },
		{ "messages", "MESSAGES", true, 0, 0 },
		{ "passed", NULL, true, 0, 0 },
		{ "failed", "FAILED", true, 0, 0 },
		{ NULL, "PASS", true, 0, 0 },
		{ "first_day", "FIRST DAY", false, 3, TABLE_WHOLE },
		{ "last_day", "LAST DAY", false, 4, TABLE_WHOLE },
	};
	struct grid *g = grid_new(o, j, "sources", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		grid_addr(g, &s[i].source);
		grid_text_or_none(g, s[i].service);
		grid_number(g, s[i].domains);
		grid_number(g, s[i].f.rows);
		grid_number(g, s[i].f.messages);
		grid_number(g, s[i].f.passed);
		grid_number(g, s[i].f.messages - s[i].f.passed);
		grid_share(g, s[i].f.passed, s[i].f.messages);
		grid_day(g, true, s[i].first_day);
		grid_day(g, true, s[i].last_day);
	}
	grid_end(&g);
}

void show_unassigned(struct out *o, const struct app_domain_line *d, size_t n,
		     uint32_t limit, bool filtered)
{
	struct json j;
	size_t shown = limit && limit < n ? limit : n;
	show_begin(o, &j);
	if (o->form == OUT_TEXT && n == 0)
		out_str(o,
			filtered ? "No domain without a client matches the filters.\n"
				 : "Every domain in the reports belongs to a client.\n");
	show_domain_lines(o, &j, "domains", d, shown, SHOW_KINDS);
	show_end(o, &j);
	if (o->form != OUT_TEXT || n == 0)
		return;
	if (shown < n) {
		out_str(o, "  ... and ");
		show_count(o, n - shown, "more domain", "more domains");
		out_str(o, "; --limit 0 shows all\n");
	}
	out_str(o, "\n  postern domain add NAME --client CLIENT   takes one over\n"
		   "  postern unassigned refuse NAME           stops counting it\n");
}

void show_refused(struct out *o, const struct app_refusal *r)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_string(&j, "refused", r->name);
		json_uint(&j, "reports", r->reports);
		json_uint(&j, "sealed", r->sealed);
		json_bool(&j, "known", r->known);
		json_bool(&j, "already", r->already);
		show_end(o, &j);
		return;
	}
	out_text(o, r->name);
	if (r->already) {
		out_str(o, " is refused already.");
	} else if (!r->known) {
		out_str(o, " is refused: no report has named it yet; later ones will be "
			   "refused.");
	} else {
		out_str(o, " is refused: ");
		show_count(o, r->reports, "report counts", "reports count");
		out_str(o, " no more, and later ones are not taken.");
	}
	if (r->sealed) {
		out_str(o, " ");
		show_count(o, r->sealed, "report goes", "reports go");
		out_str(o, " on counting: of the months that retention sealed only the "
			   "totals are left.");
	}
	out_str(o, " `postern domain add` takes this back.\n");
	show_end(o, &j);
}
