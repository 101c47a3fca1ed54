/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_REPORTS_INT_H
#define CLI_SHOW_REPORTS_INT_H

#include "cli/show_int.h"

/* Reports as a list of those of one kind; the same keys wherever a report is told. */
struct grid *show_reports_grid(struct out *o, struct json *j, const char *key,
			       enum app_kind kind);
/* In JSON one report as an object of that key. */
struct grid *show_report_grid(struct out *o, struct json *j, const char *key,
			      enum app_kind kind);
void show_report_cells(struct grid *g, const struct out *o, const struct app_report *r);
const char *show_report_state(const struct app_report *r);
/* "  label  value", wrapped; nothing where the value is empty. */
void show_report_line(struct out *o, const char *label, struct sv value);
/* What only reports of a kind have, as members of the report's object, ... */
void show_report_kind_json(struct out *o, struct json *j,
			   const struct app_report_detail *d);
/* ... as text below what all have, at most `limit` lines of a list (0: all), ... */
void show_report_kind_text(struct out *o, const struct app_report_detail *d,
			   uint32_t limit);
/* ... as CSV. */
void show_report_kind_csv(struct out *o, const struct app_report_detail *d);

#endif
