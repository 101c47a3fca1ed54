/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_REPORTERS_H
#define STORE_BOOK_REPORTERS_H

#include "store/book.h"

/* A reporter with the days and domains of its reports; of a report of several days its
 * first counts. */
struct book_habit {
	struct book_reporter sum;
	int64_t *day; /* each once, in order */
	size_t day_n;
	int64_t *domain; /* policy domains, each once, by id */
	size_t domain_n;
};

/* A report with repairs, handed over as it is met: `reporter` is the place of its
 * reporter in what book_habits() gives, `repairs` are those of the report (struct
 * book_report). The database may not be asked or written meanwhile. */
typedef void book_repairs_take(void *ctx, size_t reporter, struct sv repairs);

/* `take` may be NULL. Reporters as book_reporters() has them, in any order. One pass over
 * the reports; what it holds grows with reporters, their days and their domains. */
bool book_habits(struct store *s, const struct book_report_filter *f,
		 book_repairs_take *take, void *ctx, struct arena *a,
		 struct book_habit **out, size_t *out_n, struct err *err);

#endif
