/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/retention.h"
#include "app/words.h"
#include "base/date.h"

#include <string.h>

/* --- words --- */

static const char *const age_words[APP_AGES] = {
	[APP_AGE_FACTS] = "rows of reports",
	[APP_AGE_RAW] = "raw copies",
	[APP_AGE_FAILURE] = "failure reports",
	[APP_AGE_FAILURE_BODY] = "mails of failure reports",
};

static const char *what(const struct app_retention_line *l)
{
	static const struct {
		const char *kind, *details, *raw;
	} words[] = {
		{ "aggregate", "rows of aggregate reports",
		  "raw copies of aggregate reports" },
		{ "tls", "lines of TLS reports", "raw copies of TLS reports" },
		{ "failure", "what failure reports say", "mails of failure reports" },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].kind, l->kind) == 0)
			return l->raw ? words[i].raw : words[i].details;
	return "raw copies of what was no report";
}

/* "2024-07" */
static const char *month(int64_t day, char out[DATE_TEXT])
{
	date_format_day(day, out);
	if (strlen(out) > 3)
		out[strlen(out) - 3] = '\0';
	return out;
}

/* --- the months --- */

static void show_lines(struct out *o, struct json *j, const struct app_retention *r)
{
	static const struct grid_column columns[] = {
		{ "month", "MONTH", false, 0, 0 },    { "kind", NULL, false, 0, 0 },
		{ "part", NULL, false, 0, 0 },        { NULL, "WHAT", false, 1, 20 },
		{ "reports", "REPORTS", true, 0, 0 }, { "rows", "ROWS", true, 0, 0 },
		{ "bytes", NULL, true, 0, 0 },        { NULL, "SIZE", true, 0, 0 },
	};
	char text[DATE_TEXT], size[WORDS_TEXT];
	struct grid *g = grid_new(o, j, "months", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < r->line_n; i++) {
		const struct app_retention_line *l = &r->line[i];
		grid_str(g, month(l->day, text));
		grid_str(g, l->kind);
		grid_str(g, l->raw ? "raw" : "details");
		grid_str(g, what(l));
		grid_number(g, l->reports);
		if (l->raw)
			grid_none(g);
		else
			grid_number(g, l->rows);
		grid_number(g, l->bytes);
		grid_str(g, words_size(l->bytes, size));
	}
	grid_end(&g);
}

/* --- JSON --- */

static void total_json(struct json *j, const char *key,
		       const struct app_retention_line *t, bool raw)
{
	json_object(j, key);
	json_uint(j, "reports", t->reports);
	if (!raw)
		json_uint(j, "rows", t->rows);
	json_uint(j, "bytes", t->bytes);
	json_object_end(j);
}

static void show_json(struct out *o, const struct app_retention *r)
{
	struct json j;
	char text[DATE_TEXT];
	show_begin(o, &j);
	json_bool(&j, "applied", r->applied);
	json_bool(&j, "interrupted", r->interrupted);
	json_array(&j, "ages");
	for (size_t i = 0; i < APP_AGES; i++) {
		const struct app_retention_age *a = &r->age[i];
		json_object(&j, NULL);
		json_str(&j, "age", a->name);
		json_uint(&j, "months", a->months);
		json_str(&j, "from", a->months ? month(a->from, text) : NULL);
		json_object_end(&j);
	}
	json_array_end(&j);
	show_lines(o, &j, r);
	total_json(&j, "details", &r->total[0], false);
	total_json(&j, "raw", &r->total[1], true);
	json_uint(&j, "aside", r->aside);
	json_uint(&j, "file_before", r->size_before);
	json_uint(&j, "file_after", r->size_after);
	json_bool(&j, "wal_busy", r->wal_busy);
	if (r->clock.n)
		json_string(&j, "clock", r->clock);
	else
		json_null(&j, "clock");
	show_end(o, &j);
}

/* --- text --- */

static void show_ages(struct out *o, const struct app_retention *r)
{
	char text[DATE_TEXT];
	for (size_t i = 0; i < APP_AGES; i++) {
		const struct app_retention_age *a = &r->age[i];
		outf(o, "  %-25s ", age_words[i]);
		if (a->months == 0) {
			out_str(o, "stay for ever\n");
			continue;
		}
		show_count(o, a->months, "month", "months");
		outf(o, ": from %s on they stay\n", month(a->from, text));
	}
}

static void show_total(struct out *o, const struct app_retention *r)
{
	char size[WORDS_TEXT], after[WORDS_TEXT];
	out_str(o, "\n");
	out_str(o, "In all ");
	show_count(o, r->total[0].reports, "report", "reports");
	out_str(o, " with ");
	show_count(o, r->total[0].rows, "row", "rows");
	outf(o, " (%s) and ", words_size(r->total[0].bytes, size));
	show_count(o, r->total[1].reports, "raw copy", "raw copies");
	outf(o, " (%s).", words_size(r->total[1].bytes, size));
	if (r->applied)
		outf(o, " The file had %s and has %s now.",
		     words_size(r->size_before, size), words_size(r->size_after, after));
	out_str(o, "\n");
}

static void show_hints(struct out *o, const struct app_retention *r)
{
	if (r->aside) {
		out_str(o, "\n");
		show_count(o, r->aside, "raw copy holds", "raw copies hold");
		out_str(o, " a report that an earlier version could not read: `postern "
			   "reparse` first reads it.\n");
	}
	if (r->wal_busy)
		out_wrapped(o, "",
			    SV("Somebody reads the database, so that its -wal file still "
			       "holds what went; run the same command again later."));
	if (!r->applied && r->line_n)
		out_wrapped(o, "",
			    SV("Nothing was changed: --apply removes it. What it counts "
			       "stays, as totals of months, and whatever comes again is "
			       "known."));
}

void show_retention(struct out *o, const struct app_retention *r)
{
	if (o->form == OUT_JSON) {
		show_json(o, r);
		return;
	}
	if (o->form == OUT_TEXT) {
		out_str(o, r->line_n == 0 ? "Nothing is old enough to go:\n"
			   : r->applied   ? "Older than these, and gone:\n"
					  : "Older than these, and to go:\n");
		show_ages(o, r);
		if (r->line_n)
			out_str(o, "\n");
	}
	show_lines(o, NULL, r);
	if (o->form != OUT_TEXT)
		return;
	if (r->line_n)
		show_total(o, r);
	show_hints(o, r);
}
