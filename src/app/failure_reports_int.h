/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FAILURE_REPORTS_INT_H
#define APP_FAILURE_REPORTS_INT_H

#include "app/failure_reports.h"
#include "app/scope_int.h"
#include "arf/arf.h"

/* What is counted of one report. */
struct failure_hit {
	size_t line; /* whose it is: see failure_hits() */
	struct addr source;
	struct sv org;
	uint64_t incidents;
	int64_t day;
	uint16_t types; /* ARF_BIT() */
	uint8_t feedback, delivery;
};

struct failure_hits {
	struct failure_hit *at;
	size_t n;
	uint64_t all; /* how many there are */
};

/* The reports that the scope lets through, newest first, as many as are looked at. A
 * `line` is that of scope_line_of(). Those at the front, up to `limit`, are put into
 * `out_report` too (NULL: none is wanted). */
bool failure_hits(const struct scope *s, size_t limit, struct failure_hits *out,
		  struct app_failure_report *out_report, size_t *out_n, struct err *err);

/* What is made of one report. */
bool failure_fill(const struct scope *s, const struct book_report *b,
		  const struct arf_report *r, struct app_failure_report *out,
		  struct err *err);
/* The words of the bits. */
size_t failure_types(uint16_t bits, const char *out[APP_FAILURE_TYPES]);

#endif
