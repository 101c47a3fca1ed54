/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_REPORT_INT_H
#define APP_REPORT_INT_H

#include "app/reports.h"
#include "app/scope_int.h"

/* The book's report as plain data; views are those of `b`, or in the arena. */
bool report_fill(struct store *s, const struct book_report *b, struct arena *a,
		 struct app_report *out, struct err *err);
/* What only reports of its kind have: out->meta, policy, arf, failure. In the arena. */
bool report_read_kind(const struct scope *s, const struct book_report *b,
		      struct app_report_detail *out, struct err *err);

#endif
