/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SCAN_H
#define REPORT_SCAN_H

/* Why the scanner did not read a report to its end, as a table: each is AGGREGATE_AGAIN,
 * and expat is the referee. */
enum scan_cause {
	SCAN_NONE,
#define CAUSE(id, name, what) SCAN_##id,
#include "report/scan.def"
#undef CAUSE
	SCAN_CAUSES
};

struct scan_cause_info {
	const char *name; /* "entity" */
	const char *what; /* "a reference other than ..." */
};

/* NULL for SCAN_NONE and for what is not in the table. */
const struct scan_cause_info *scan_cause_info(unsigned cause);

#endif
