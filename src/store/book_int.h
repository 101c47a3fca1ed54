/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_INT_H
#define STORE_BOOK_INT_H

#include "base/addr.h"
#include "base/buf.h"
#include "store/book.h"
#include "store/book_memo.h"
#include "store/stmt.h"

/* The leading 64 bits of a SHA-256 as an integer that sorts as the digest does. */
int64_t book_sha8(const uint8_t sha[32]);
/* A SHA-256 column; false where it has another length. */
bool book_sha_column(sqlite3_stmt *st, int col, uint8_t out[32]);

/* The id of a policy domain, entered where it is new. */
bool book_policy_intern(struct store *s, struct sv name, int64_t *out, struct err *err);

/* Raw with its pieces and deliveries. */
bool book_raw_remove(struct store *s, int64_t raw, struct err *err);
bool book_raw_drop_deliveries(struct store *s, int64_t raw, struct err *err);
/* Writes over its bytes where they lie, before they are dropped: for what is about
 * people.
 */
bool book_raw_overwrite(struct store *s, int64_t raw, struct err *err);
/* Drops its bytes and notes when. */
bool book_raw_retire(struct store *s, int64_t raw, int64_t when, struct err *err);
/* Removes it where no report came from it and none was delivered by it. */
bool book_raw_remove_unused(struct store *s, int64_t raw, struct err *err);

/* Columns in the order that book_report_column() reads them; meta and repairs last. */
#define BOOK_REPORT_COLUMNS \
	"r.id, r.sha, r.kind, r.org, r.email, r.report_id, p.name, r.domain_id, " \
	"r.begin_at, r.end_at, r.complete, r.counted, r.superseded_by, r.row_n, " \
	"r.messages, r.passed, r.first_day, r.days, r.window_kind, r.arrived, r.raw, " \
	"r.member, r.repair_n, r.sealed"
#define BOOK_REPORT_FROM \
	" FROM book_report r JOIN book_policy_domain p ON p.id = r.domain_id "
enum {
	BOOK_REPORT_COLUMN_N = 24
};
/* `full`: meta and repairs follow the other columns. */
bool book_report_column(struct store *s, sqlite3_stmt *st, struct arena *a, bool full,
			struct book_report *out, struct err *err);

/* By which a report is found as one of its kind's natural key. */
struct book_report_key {
	int64_t hash;
	bool odd; /* it counts from another day than its window gives */
};
/* Also brings in->first_day into the years that are kept. */
void book_report_key(const struct store *s, struct book_report *in,
		     struct book_report_key *out);

/* An address column: 0, 4 or 16 bytes. */
struct addr book_addr_column(sqlite3_stmt *st, int col);

/* Ids as a JSON array, to be bound to a statement that reads json_each(). */
void book_ids(const int64_t *ids, size_t n, struct buf *out);

/* An organisation is what the report says, else the domain of its e-mail. */
#define BOOK_ORG_COLUMN \
	"CASE WHEN r.org <> '' THEN r.org ELSE substr(r.email, instr(r.email, '@') + " \
	"1) " \
	"END"

/* A growing array on the heap that ends as one in an arena. */
struct book_list {
	char *p;
	size_t n, cap, size;
};
void *book_list_add(struct book_list *l); /* zeroed */
/* Column 0 of each row of a statement, which may be NULL where asking failed. */
bool book_list_ids(struct store *s, sqlite3_stmt *st, struct arena *a, int64_t **out,
		   size_t *out_n, struct err *err);
void *book_list_end(struct book_list *l, struct arena *a, size_t *out_n);

#endif
