/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FACTS_INT_H
#define STORE_FACTS_INT_H

#include "base/limits.h"
#include "store/facts_codec.h"
#include "store/rollup.h"

/* What the facts keep in memory for one connection, and what the book asks of them. */

enum {
	FACTS_PIECE_BITS = 20, /* id of a piece: report << 20 | number */
};

/* Rows of a report that are being put, or were put last. */
struct facts_put {
	bool open;
	uint8_t *bytes; /* of the piece being filled */
	size_t n, cap;
	uint32_t pieces;    /* written so far */
	int64_t written_as; /* report id that they were written under; 0: none yet */
	uint64_t total;     /* bytes in all pieces */
	struct facts_row before;
	int64_t kept; /* the report whose only piece is still in `bytes` */
};

struct facts_mirror;

struct facts {
	struct facts_mirror *mirror;
	struct rollup *roll;
	struct facts_put put;
	bool doomed; /* something is in the transaction that must not be kept */
	int64_t facet_floor, facet_top; /* highest id at the savepoint; seen now */
	int64_t facet_settled;          /* highest id that is committed */
};

struct facts *facts_new(void);
void facts_free(struct facts **f);

/* The transaction's events, called by store.c. */
bool facts_settle(struct store *s, struct err *err); /* roll-ups into the database */
void facts_committed(struct facts *f);
bool facts_mark(struct store *s, struct err *err);
void facts_release(struct facts *f);
void facts_undo(struct facts *f);
void facts_forget(struct facts *f);

/* `passed` of a facet, from memory where it can be. */
bool facts_facet_passed(struct store *s, int64_t id, bool *out, struct err *err);
/* Drops what is remembered of facets (their `passed` was changed). */
void facts_mirror_clear(struct facts *f);

/* The pieces of a report, when it goes. */
bool facts_remove(struct store *s, int64_t report, struct err *err);

/* Takes reports out of the roll-ups and drops their pieces, but leaves what they made of
 * their months: in facts_month, and in book_month (book_month.h) for good. The caller
 * marks them as sealed; until the commit nothing else may be counted. */
struct facts_sealed {
	int64_t report, domain, first_day;
	uint32_t days;
	bool counted;
};
bool facts_seal(struct store *s, const struct facts_sealed *f, size_t n, struct err *err);

/* Feeds a report's rows to a roll-up; `r` and `out` may be NULL. */
struct facts_figures {
	uint64_t rows, messages, passed;
};
bool facts_feed(struct store *s, int64_t report, const struct rollup_place *at,
		struct rollup *r, struct facts_figures *out, struct err *err);

/* Is a day's roll-up, entry for entry, the one in temp.check_roll? Damage is no. */
bool facts_rolls_same(struct store *s, int64_t domain, int64_t day, bool *out_same,
		      struct err *err);
/* Are a domain's months, all taken together, those in temp.check_month? */
bool facts_months_same(struct store *s, int64_t domain, bool *out_same, struct err *err);

/* Sums of one domain, also of the reports that count and begin in the range of days. */
bool facts_sums(struct store *s, int64_t domain, int64_t day_from, int64_t day_to,
		struct rollup_sums *out, struct err *err);
/* The days of the whole months in a range; from > to where there is none. */
void facts_whole_months(int64_t day_from, int64_t day_to, int64_t *out_from,
			int64_t *out_to);
/* Ids of the domains that have sums, ascending. */
bool facts_domain_ids(struct store *s, struct arena *a, int64_t **out, size_t *out_n,
		      struct err *err);

#endif
