/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_REPORTS_INT_H
#define CLI_SHOW_REPORTS_INT_H

#include "cli/show_int.h"

/* One report as the cells of a list; the same keys wherever a report is told. */
enum {
	SHOW_REPORT_COLUMNS = 23
};
extern const struct grid_column show_report_columns[SHOW_REPORT_COLUMNS];
void show_report_cells(struct grid *g, const struct out *o, const struct app_report *r);
const char *show_report_state(const struct app_report *r);

#endif
