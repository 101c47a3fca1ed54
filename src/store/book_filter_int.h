/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_FILTER_INT_H
#define STORE_BOOK_FILTER_INT_H

#include "store/book_int.h"

/* Which reports `r` a struct book_report_filter lets through, in SQL. */

/* The filter's arguments are ?1 to ?9; INDEXED BY says which way it is walked. */
#define BOOK_FILTER_WHERE \
	"WHERE r.first_day BETWEEN ?2 AND ?3 AND (?4 OR r.counted = 1) " \
	"AND (NOT ?5 OR r.passed <> 0) AND (NOT ?6 OR r.messages <> r.passed) " \
	"AND r.kind = ?7 AND (r.sealed = 0 OR r.first_day BETWEEN ?8 AND ?9) "
#define BOOK_FILTER_DOMAINS "AND r.domain_id IN (SELECT value FROM json_each(?1)) "

/* The filter's domains as JSON, which is ?1; freed by the caller. */
void book_filter_ids(const struct book_report_filter *f, struct buf *out);
/* Binds the filter; limit and offset where the statement has them. Of sealed reports the
 * `figures` are of whole months only, as their messages are. */
bool book_filter_bind(struct store *s, sqlite3_stmt *st,
		      const struct book_report_filter *f, const struct buf *ids,
		      bool figures, struct err *err);

#endif
