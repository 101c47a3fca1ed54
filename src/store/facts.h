/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "base/addr.h"
#include "store/store.h"

struct arena;

/*
 * Facts: what reports said, and counted. A fact is (report, source address, facet,
 * messages); a facet is a string of bytes of a kind, interned once, that only the
 * knowledge module of that kind reads (report/model.h for aggregate reports). A report's
 * facts are packed, in pieces of at most LIMIT_RAW_PIECE; roll-ups are packed per (policy
 * domain, day) over (source, facet) with rows and messages, and summed per day. The codec
 * is facts_codec.h.
 *
 * Only what facts_count() switched on is in the roll-ups. They are a cache: facts_check()
 * rebuilds and compares. Day ranges are inclusive. `domain` ids are policy domains.
 */

/* Interns a facet; `passed` is the knowledge module's answer for it. Stable ids >= 1. */
bool facts_facet(struct store *s, uint8_t kind, struct sv bytes, bool passed,
		 int64_t *out_id, struct err *err);
/* Is it one of those met lately? A quick look; false tells nothing. */
bool facts_facet_known(struct store *s, uint8_t kind, struct sv bytes, int64_t *out_id);
bool facts_facet_bytes(struct store *s, int64_t id, struct arena *a, struct sv *out,
		       bool *out_passed, struct err *err);

/* Writing a report's facts: begin, rows in their order, end. One at a time; a savepoint
 * undone meanwhile drops what was put. Pieces that are full are written as they fill. */
bool facts_put_begin(struct store *s, struct err *err);
bool facts_put(struct store *s, const struct addr *source, int64_t facet,
	       uint64_t messages, struct err *err);
/* Ties what was put to a report (book_report_add) and writes the rest. */
bool facts_put_end(struct store *s, int64_t report, struct err *err);
void facts_put_drop(struct store *s);

/* THE switch: sets a report's `counted` bit and adds or subtracts its facts in the
 * roll-ups, in the same transaction. Setting what is set does nothing. Reports of other
 * kinds than aggregate have no facts: only the bit is set. A sealed report (retention.h)
 * stays as it is: what it counts, or does not, can no longer be told from its rows. */
bool facts_count(struct store *s, int64_t report, bool counted, struct err *err);

/* Do `big`'s facts contain all of `small`'s, as multisets of (source, facet, messages)?
 * Beyond a million rows of `small` only a prefix counts as contained. */
bool facts_contain(struct store *s, int64_t big, int64_t small, bool *out,
		   struct err *err);

/* A report's rows, in their order. */
struct facts_row {
	struct addr source;
	int64_t facet;
	uint64_t messages;
};
struct facts_rows;
struct facts_rows *facts_rows(struct store *s, int64_t report, struct err *err);
bool facts_rows_next(struct facts_rows *it, struct facts_row *out, struct err *err);
void facts_rows_free(struct facts_rows **it);

/* --- questions --- */

enum facts_result {
	FACTS_ALL,
	FACTS_PASSED,
	FACTS_FAILED
};

struct facts_query {
	const int64_t *domains; /* policy domain ids, sorted; NULL: all */
	size_t domain_n;
	int64_t day_from, day_to; /* INT64_MIN / INT64_MAX: open */
	enum facts_result result;
};

struct facts_sum {
	uint64_t rows, messages, passed; /* rows count on a report's first day */
};

bool facts_total(struct store *s, const struct facts_query *q, struct facts_sum *out,
		 struct err *err);

/* Of months whose details are gone (seal.h) only the sums are known: they count where the
 * whole month is asked for, and their first and last day stand for theirs. */
struct facts_by_domain {
	int64_t domain;
	int64_t first_day, last_day;
	uint64_t reports; /* that begin within the days, whatever the result */
	struct facts_sum sum;
};
bool facts_domains(struct store *s, const struct facts_query *q, struct arena *a,
		   struct facts_by_domain **out, size_t *out_n, struct err *err);

/* Per domain and month (since 1970-01): of the whole months that the days asked for
 * touch. By domain, then by month; months without a report are left out. */
struct facts_by_month {
	int64_t domain, month;
	uint64_t reports; /* that begin within it, whatever the result */
	struct facts_sum sum;
};
bool facts_months(struct store *s, const struct facts_query *q, struct arena *a,
		  struct facts_by_month **out, size_t *out_n, struct err *err);

struct facts_by_day {
	int64_t day;
	struct facts_sum sum;
};
bool facts_days(struct store *s, const struct facts_query *q, struct arena *a,
		struct facts_by_day **out, size_t *out_n, struct err *err);

struct facts_by_source {
	struct addr source;
	int64_t first_day, last_day;
	uint32_t domains; /* how many policy domains it was seen with */
	struct facts_sum sum;
};
/* Most messages first, at most `limit` (0: LIMIT_LINES, which no list is longer than);
 * *out_all says how many there are. */
bool facts_sources(struct store *s, const struct facts_query *q, uint32_t limit,
		   struct arena *a, struct facts_by_source **out, size_t *out_n,
		   uint64_t *out_all, struct err *err);

struct facts_by_facet {
	struct addr source; /* of a pair */
	int64_t facet;
	bool passed;
	int64_t first_day, last_day;
	uint64_t rows, messages;
};
/* Per facet, whatever the source; most messages first. */
bool facts_facets(struct store *s, const struct facts_query *q, uint32_t limit,
		  struct arena *a, struct facts_by_facet **out, size_t *out_n,
		  uint64_t *out_all, struct err *err);
/* Per (source, facet); most messages first. */
bool facts_pairs(struct store *s, const struct facts_query *q, uint32_t limit,
		 struct arena *a, struct facts_by_facet **out, size_t *out_n,
		 uint64_t *out_all, struct err *err);

/* What each (source, facet) had on each day, handed over one by one: by domain, day,
 * source, facet. The database may not be asked or written meanwhile. */
struct facts_on_day {
	int64_t day;
	struct addr source;
	int64_t facet;
	uint64_t messages;
};
typedef void facts_take(void *ctx, const struct facts_on_day *d);
bool facts_each_day(struct store *s, const struct facts_query *q, facts_take *take,
		    void *ctx, struct err *err);

/* Which of these sources the domains had on `day_to` or before. Cheap for
 * those seen lately. `out` has room for n. */
bool facts_seen(struct store *s, const int64_t *domains, size_t domain_n, int64_t day_to,
		const struct addr *source, size_t n, bool *out, struct err *err);

/* --- upkeep --- */

/* Folds the roll-ups of months that end before the month of `day`: what makes questions
 * over years cheap. In transactions of its own, a few months each. */
bool facts_fold(struct store *s, int64_t day, struct err *err);

struct facts_check_options {
	bool mend; /* write the rebuilt roll-ups where they differ */
	/* `passed` of a facet as the knowledge module says today */
	bool (*passed)(uint8_t kind, struct sv bytes);
	/* MiB of the file that were read, then reports; may be NULL */
	void (*progress)(void *ctx, bool file, uint64_t done, uint64_t all);
	void *ctx;
};
struct facts_check_result {
	uint64_t reports, rows;  /* looked at */
	uint64_t domain_days;    /* compared */
	uint64_t differ;         /* (domain, day) whose roll-up or day total differs */
	uint64_t facets_differ;  /* `passed` is not what it is today */
	uint64_t figures_differ; /* a report's rows/messages/passed is not that of its
				    facts */
	uint64_t rows_missing;   /* reports with fewer rows than their figures say; these
				    and the sums of their domains are left alone */
	uint64_t sealed_months;  /* of a domain and a kind, looked at */
	uint64_t sealed_differ;  /* domains whose sealed months are not the sums of
				    their reports, or lie in other months than the
				    facts have them; mending leaves these */
	char first[200];         /* the first difference in words, or empty */
};
/* Rebuilds roll-ups and totals from the facts of counted reports, compares, runs
 * PRAGMA integrity_check. Memory is bounded: a domain at a time. */
bool facts_check(struct store *s, const struct facts_check_options *o,
		 struct facts_check_result *out, struct err *err);

#endif
