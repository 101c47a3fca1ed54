/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_MONTH_H
#define STORE_BOOK_MONTH_H

#include "store/book.h"

/*
 * What counts of the reports whose details retention removed: sums per policy domain,
 * kind and month. They are for good, nothing rebuilds them. Months are those since
 * 1970-01 (date_month_of()).
 *
 * - aggregate: as the roll-up had them; facts_month holds them too, so that facts.h's
 *   questions count them wherever the whole month is asked for;
 * - TLS: of each domain that a report names: rows are its policies (passed: without a
 *   failure), messages its sessions, passed those that succeeded;
 * - failure: rows are 1 a report, messages its incidents, passed 0.
 */
struct book_month {
	int64_t domain_id, month;
	uint8_t kind;
	uint64_t reports, rows, row_passed, messages, passed;
};

/* Adds to what is there. */
bool book_month_add(struct store *s, const struct book_month *m, struct err *err);

struct book_month_query {
	uint8_t kind;
	const int64_t *domains; /* NULL: all */
	size_t domain_n;
	int64_t month_from, month_to; /* INT64_MIN, INT64_MAX: open */
};
/* By domain, then by month. */
bool book_months(struct store *s, const struct book_month_query *q, struct arena *a,
		 struct book_month **out, size_t *out_n, struct err *err);
/* The latest month of these; *out_found is false where there is none. */
bool book_month_last(struct store *s, const struct book_month_query *q, int64_t *out,
		     bool *out_found, struct err *err);

/* Domains whose sums are not those of their sealed reports that count. */
bool book_month_check(struct store *s, uint64_t *out_months, uint64_t *out_differ,
		      struct err *err);
/* The same of one domain's aggregate reports. */
bool book_month_agrees(struct store *s, int64_t domain, bool *out, struct err *err);

#endif
