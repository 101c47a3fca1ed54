/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include "store/facts_codec.h"
#include "store/store_int.h"

/*
 * Roll-ups: what counted reports add to a (domain, day), in parts of at most
 * ROLLUP_PART_MAX bytes, and the sums a day and a month. Changes are gathered in memory
 * and merged into the parts by rollup_flush(), which also runs when too many are held.
 */
enum {
	ROLLUP_PART_MAX = 16 * 1024,
	ROLLUP_DAYS_MAX = 32,
	/* Days outside the years 0 to 9999 are kept as the nearest one within. */
	ROLLUP_DAY_MIN = -719528,
	ROLLUP_DAY_MAX = 2932896,
};

enum rollup_target {
	ROLLUP_MAIN,
	ROLLUP_CHECK /* the temporary tables of facts_check() */
};

/* Where the rows of a report go. */
struct rollup_place {
	int64_t domain, first_day;
	uint32_t days;
	bool add; /* false: take away */
};

struct rollup_sums {
	uint64_t reports, rows, row_passed, messages, passed;
};

void rollup_sums_add(struct rollup_sums *to, const struct rollup_sums *more);

struct rollup;

struct rollup *rollup_new(enum rollup_target target);
void rollup_free(struct rollup **r);

bool rollup_add_report(struct store *s, struct rollup *r, const struct rollup_place *at,
		       struct err *err);
/* Row `k` of the report; its messages are spread over the days, it counts as a row on
 * the first. */
bool rollup_add_row(struct store *s, struct rollup *r, const struct rollup_place *at,
		    uint64_t k, const struct codec_entry *row, struct err *err);

/* Adds to a month what no day holds. */
bool rollup_add_month(struct store *s, struct rollup *r, int64_t domain, int64_t month,
		      const struct rollup_sums *sums, struct err *err);
/* While it seals, what is taken away from a month's days stays in its sums, and goes to
 * book_month too. Switched where nothing is held. */
void rollup_set_sealing(struct rollup *r, bool on);

/* Merges all that is held. What came before a savepoint is kept beside it, and is held
 * again where the savepoint is undone. */
bool rollup_flush(struct store *s, struct rollup *r, struct err *err);
bool rollup_is_clean(const struct rollup *r);
bool rollup_mark(struct store *s, struct rollup *r, struct err *err);
void rollup_release(struct rollup *r);
void rollup_undo(struct rollup *r);   /* drops what came since the mark */
void rollup_forget(struct rollup *r); /* drops all */

#endif
