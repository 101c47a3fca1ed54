/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_INT_H
#define CLI_SHOW_INT_H

#include "base/date.h"
#include "cli/grid.h"
#include "cli/show.h"

/* {"reports": ..., "rows": ..., "messages": ..., "passed": ..., "failed": ...} */
void show_figures(struct json *j, const char *key, const struct app_figures *f);
/* The same as cells; text shows reports, messages, failed and the share. */
#define SHOW_FIGURES \
	{ "reports", "REPORTS", true, 4, TABLE_WHOLE }, { "rows", NULL, true, 0, 0 }, \
		{ "messages", "MESSAGES", true, 0, 0 }, { "passed", NULL, true, 0, 0 }, \
		{ "failed", "FAILED", true, 0, 0 }, \
	{ \
		NULL, "PASS", true, 0, 0 \
	}
/* A domain's name; some reports leave it out. */
void show_name_cell(struct grid *g, const struct out *o, struct sv name);
void show_figure_cells(struct grid *g, const struct app_figures *f);

void show_day(struct json *j, const char *key, bool has, int64_t day);
/* "1,234 reports"; the words for one and for several. */
void show_count(struct out *o, uint64_t n, const char *one, const char *several);
/* "12 reports, 3,400 messages: 97.3 % passed, 92 failed" and a line's end. */
void show_headline(struct out *o, const struct app_figures *f);
/* That before a day only totals of months are there, where it is so, and that the range
 * asked for cuts one of these. */
void show_sealed(struct out *o, bool sealed, bool cut, int64_t from);
/* The records to publish, those that are an option apart, and whether one is missing. */
void show_records_json(struct json *j, const struct record_set *set);
/* Those of one sort. */
void show_record_list(struct json *j, const char *key, const struct record_set *set,
		      bool optional);
/* "NAME: a sending domain of CLIENT; DAY to DAY", the days where there are any. */
void show_subject(struct out *o, const struct app_domain_line *l, bool seen,
		  int64_t first_day, int64_t last_day);
/* The same as members of an object, without days. */
void show_subject_json(struct json *j, const struct app_domain_line *l);
/* Two lines of bars on one scale, a cell some days; `good` is what the upper one is. */
void show_trend(struct out *o, const char *good, const uint64_t *passed,
		const uint64_t *failed, size_t n);
/* "2024-05" */
const char *show_month(int64_t month, char out[DATE_TEXT]);
/* The months of sums whose details are gone: "2024-05", or "2024-05 to 2024-08". */
void show_add_months(struct buf *b, const struct app_earlier *e);
/* The same as members of an object. */
void show_months_json(struct json *j, const struct app_earlier *e);
/* Is there room for what is only good to know? */
bool show_is_wide(const struct out *o);
/* "... and 12 more" below a list that was cut. */
void show_more(struct out *o, uint64_t n, uint64_t shown);
enum {
	SHOW_CLIENT = 1, /* the client, as text too */
	SHOW_KINDS = 2   /* how many reports of other kinds there are */
};
void show_domain_lines(struct out *o, struct json *j, const char *key,
		       const struct app_domain_line *d, size_t n, unsigned with);
void show_sources(struct out *o, struct json *j, const struct app_source *s, size_t n);
/* Findings as CSV or, in JSON, the array `findings`. */
void show_finding_list(struct out *o, struct json *j, const struct app_finding *v,
		       size_t n);
/* Senders by name, the first n; in JSON the array `senders`. */
void show_sender_table(struct out *o, struct json *j, const struct app_senders *s,
		       size_t n);
/* "Report", "TLS report", "Failure report". */
const char *show_kind_words(enum app_kind kind);
/* "3 rows, 40 messages, 97.3 % passed", or the same of another kind in its words. */
void show_add_figures(struct buf *b, enum app_kind kind, uint64_t rows, uint64_t messages,
		      uint64_t passed);
/* {"name", "where", "found", "what", "how", "times"} */
void show_repair_json(struct json *j, const struct repair *r);
/* Where JSON objects begin and end: nothing in other forms. */
void show_begin(struct out *o, struct json *j);
void show_end(struct out *o, struct json *j);

#endif
