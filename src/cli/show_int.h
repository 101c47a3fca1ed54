/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_INT_H
#define CLI_SHOW_INT_H

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
void show_figure_cells(struct grid *g, const struct app_figures *f);

void show_day(struct json *j, const char *key, bool has, int64_t day);
/* "1,234 reports"; the words for one and for several. */
void show_count(struct out *o, uint64_t n, const char *one, const char *several);
/* "12 reports, 3,400 messages: 97.3 % passed, 92 failed" and a line's end. */
void show_headline(struct out *o, const struct app_figures *f);
void show_records_json(struct json *j, const struct record_set *set);
void show_domain_lines(struct out *o, struct json *j, const char *key,
		       const struct app_domain_line *d, size_t n, bool with_client);
void show_sources(struct out *o, struct json *j, const struct app_source *s, size_t n);
/* {"name", "where", "found", "what", "how", "times"} */
void show_repair_json(struct json *j, const struct repair *r);
/* Where JSON objects begin and end: nothing in other forms. */
void show_begin(struct out *o, struct json *j);
void show_end(struct out *o, struct json *j);

#endif
