/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_REREAD_H
#define STORE_BOOK_REREAD_H

#include "store/book.h"

/*
 * For reading raw copies again: a report that a later build reads otherwise keeps its id,
 * its SHA-256 and when it arrived; all else may change.
 */

/* Raw whose bytes are here, by id: arrived from this second on, and with a member of this
 * kind (enum book_kind; or any). */
struct book_raw_filter {
	int64_t arrived_from; /* INT64_MIN: all */
	uint8_t kind;
	bool any_kind;
};
bool book_raws(struct store *s, const struct book_raw_filter *f, struct arena *a,
	       int64_t **out, size_t *out_n, struct err *err);
bool book_raw_by_id(struct store *s, int64_t id, struct arena *a, struct book_raw *out,
		    bool *out_found, struct err *err);
/* The bytes go, the SHA-256 stays. */
bool book_raw_forget(struct store *s, int64_t raw, struct err *err);
/* These are the deliveries of the raw, instead of those that it had. */
bool book_raw_deliver_again(struct store *s, int64_t raw, const struct book_delivery *d,
			    size_t n, struct err *err);

/* A hash of what the report holds beside what struct book_report says: its facts, its
 * lines. */
bool book_report_content(struct store *s, int64_t report, uint64_t *out, struct err *err);
/* The report in->id is what `in` says: uncounted, superseded by nothing, and without
 * facts and lines, which are to be entered after. sha, raw_id, member, arrived stay. Sets
 * in->domain_id. */
bool book_report_reread(struct store *s, struct book_report *in, struct err *err);
/* Removes a report, which must be uncounted, and leaves its raw. */
bool book_report_drop(struct store *s, int64_t id, struct err *err);
bool book_reports_superseded_by(struct store *s, int64_t id, struct arena *a,
				int64_t **out, size_t *out_n, struct err *err);

#endif
