/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"
#include "base/limits.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	QUIRKS_TEXT = 3 /* of a reporter, in text */
};

static const struct grid_column columns[] = {
	{ "org", "REPORTER", false, 1, 14 },
	{ "reports", "REPORTS", true, 5, TABLE_WHOLE },
	{ "messages", "MESSAGES", true, 0, TABLE_WHOLE },
	{ "passed", NULL, true, 0, 0 },
	{ "failed", NULL, true, 0, 0 },
	{ NULL, "SHARE", true, 4, TABLE_WHOLE },
	{ "domains", "DOMAINS", true, 6, TABLE_WHOLE },
	{ "clients", "CLIENTS", true, 3, TABLE_WHOLE },
	{ NULL, "A DAY", true, 2, TABLE_WHOLE },
	{ "first_day", NULL, false, 0, 0 },
	{ "days", NULL, true, 0, 0 },
	{ NULL, "DAYS", true, 7, TABLE_WHOLE },
	{ "usual_gap", NULL, true, 0, 0 },
	{ NULL, "USUALLY", false, 8, TABLE_WHOLE },
	{ "long_gap", NULL, true, 0, 0 },
	{ "last_day", "LAST DAY", false, 0, TABLE_WHOLE },
	{ "quiet", NULL, true, 0, 0 },
	{ "silent", NULL, false, 0, 0 },
	{ NULL, "STATE", false, 0, TABLE_WHOLE },
	{ "mended", NULL, true, 0, 0 },
	{ "repairs", NULL, false, 0, 0 },
};

/* Days from the first with a report to the last. */
static uint64_t span_of(const struct app_reporting *r)
{
	return (uint64_t)(r->last_day - r->first_day) + 1;
}

static const char *gap_words(int64_t gap, char out[WORDS_TEXT])
{
	if (gap == 0)
		return "-";
	if (gap == 1)
		return "every day";
	(void)snprintf(out, WORDS_TEXT, "every %" PRId64 " days", gap);
	return out;
}

static void show_names(struct grid *g, const struct app_reporting *r)
{
	struct buf b;
	buf_init(&b, LIMIT_META);
	for (size_t i = 0; i < r->quirk_n; i++)
		buf_addf(&b, "%s\n", r->quirk[i].kind->name);
	grid_list(g, buf_sv(&b));
	buf_deinit(&b);
}

static void show_row(struct grid *g, const struct app_reporters *v,
		     const struct app_reporting *r)
{
	char text[WORDS_TEXT];
	grid_text(g, r->org, PAINT_NONE);
	grid_number(g, r->reports);
	grid_number(g, r->messages);
	grid_number(g, r->passed);
	grid_number(g, r->messages - r->passed);
	grid_str(g, words_share(r->messages, v->messages, text));
	grid_number(g, r->domains);
	grid_number(g, r->clients);
	(void)snprintf(text, sizeof(text), "%.1f",
		       (double)r->reports / (double)span_of(r));
	grid_str(g, text);
	grid_day(g, true, r->first_day);
	grid_number(g, r->days);
	grid_str(g, words_share(r->days, span_of(r), text));
	grid_number(g, (uint64_t)r->usual_gap);
	grid_str(g, gap_words(r->usual_gap, text));
	grid_number(g, (uint64_t)r->long_gap);
	grid_day(g, true, r->last_day);
	grid_number(g, (uint64_t)r->quiet);
	grid_bool(g, r->silent);
	grid_text(g, r->silent ? SV("silent") : SV(""), PAINT_WARN);
	grid_number(g, r->mended);
	show_names(g, r);
}

static void show_table(struct out *o, struct json *j, const struct app_reporters *v,
		       size_t n)
{
	struct grid *g = grid_new(o, j, "reporters", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		show_row(g, v, &v->reporter[i]);
	(void)grid_end(&g);
}

/* --- JSON --- */

static void show_quirks_json(struct json *j, const struct app_reporters *v, size_t n)
{
	json_array(j, "quirks");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v->reporter[i].quirk_n; k++) {
			const struct app_quirk *q = &v->reporter[i].quirk[k];
			json_object(j, NULL);
			json_string(j, "org", v->reporter[i].org);
			json_str(j, "name", q->kind->name);
			json_str(j, "what", q->kind->what);
			json_str(j, "how", q->kind->how);
			json_uint(j, "reports", q->reports);
			json_uint(j, "times", q->times);
			json_object_end(j);
		}
	json_array_end(j);
}

/* --- text --- */

static void show_silent(struct out *o, const struct app_reporters *v)
{
	char day[DATE_TEXT], gap[WORDS_TEXT];
	struct buf b;
	if (v->silent == 0)
		return;
	out_heading(o, "Silent");
	for (size_t i = 0; i < v->n; i++) {
		const struct app_reporting *r = &v->reporter[i];
		if (!r->silent)
			continue;
		buf_init(&b, LIMIT_VALUE * 2);
		buf_addf(&b,
			 "%.*s: no report since that of %s, %" PRId64
			 " days; usually %s, seldom more than %" PRId64 " apart",
			 SV_ARG(r->org), date_format_day(r->last_day, day), r->quiet,
			 gap_words(r->usual_gap, gap), r->long_gap);
		out_wrapped(o, "  ", buf_sv(&b));
		buf_deinit(&b);
	}
}

static void show_quirk(struct out *o, const struct app_reporting *r,
		       const struct app_quirk *q)
{
	char n[WORDS_TEXT], all[WORDS_TEXT];
	struct buf b;
	buf_init(&b, LIMIT_VALUE);
	buf_addf(&b, "%s of %s: %s, %s", words_number(q->reports, n),
		 words_number(r->reports, all), q->kind->what, q->kind->how);
	out_wrapped(o, "    ", buf_sv(&b));
	buf_deinit(&b);
}

static void show_quirks(struct out *o, const struct app_reporters *v, size_t n)
{
	bool begun = false;
	for (size_t i = 0; i < n; i++) {
		const struct app_reporting *r = &v->reporter[i];
		if (r->quirk_n == 0)
			continue;
		if (!begun)
			out_heading(o, "What had to be mended, in how many reports");
		begun = true;
		out_str(o, "  ");
		out_text(o, r->org);
		out_str(o, "\n");
		for (size_t k = 0; k < r->quirk_n && k < QUIRKS_TEXT; k++)
			show_quirk(o, r, &r->quirk[k]);
		if (r->quirk_n > QUIRKS_TEXT)
			outf(o, "    and %zu other kinds\n", r->quirk_n - QUIRKS_TEXT);
	}
}

static void show_text(struct out *o, const struct app_reporters *v, size_t n)
{
	if (v->n == 0) {
		out_str(o, "No report matches.\n");
		return;
	}
	show_count(o, v->n, "reporter", "reporters");
	out_str(o, ", ");
	show_count(o, v->reports, "report", "reports");
	out_str(o, ", ");
	show_count(o, v->messages, "message", "messages");
	out_str(o, "\n\n");
	show_table(o, NULL, v, n);
	show_more(o, v->n, n);
	show_sealed(o, v->sealed, v->cut, v->details_from);
	show_silent(o, v);
	show_quirks(o, v, n);
}

void show_reporting(struct out *o, const struct app_reporters *v, uint32_t limit)
{
	size_t n = limit && limit < v->n ? limit : v->n;
	struct json j;
	if (o->form == OUT_TEXT) {
		show_text(o, v, n);
		return;
	}
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_day(&j, "as_of", true, v->as_of);
		json_uint(&j, "reporters_all", v->n);
		json_uint(&j, "silent", v->silent);
		json_uint(&j, "reports", v->reports);
		json_uint(&j, "messages", v->messages);
		json_uint(&j, "passed", v->passed);
		show_day(&j, "details_from", v->sealed, v->details_from);
	}
	show_table(o, &j, v, n);
	if (o->form == OUT_JSON)
		show_quirks_json(&j, v, n);
	show_end(o, &j);
}
