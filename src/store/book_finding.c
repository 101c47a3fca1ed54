/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_finding.h"

#include "store/book_int.h"

bool book_finding_decide(struct store *s, const struct book_finding *f, struct err *err)
{
	if (!store_in_tx(s, err))
		return false;
	if (f->decision == BOOK_FINDING_OPEN)
		return STMT_RUN(s, err, "DELETE FROM book_finding WHERE id = ?",
				a_int((int64_t)f->id));
	return STMT_RUN(s, err,
			"INSERT OR REPLACE INTO book_finding (id, decision, day, until) "
			"VALUES (?, ?, ?, ?)",
			a_int((int64_t)f->id), a_int(f->decision), a_int(f->day),
			a_int(f->until));
}

bool book_findings(struct store *s, struct arena *a, struct book_finding **out,
		   size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT id, decision, day, until FROM book_finding "
				    "WHERE id >= ? ORDER BY id",
				    a_int(0));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_finding *)book_list_add(&list) =
			(struct book_finding){ stmt_u64(st, 0),
					       stmt_i64(st, 1) == BOOK_FINDING_SNOOZED
						       ? BOOK_FINDING_SNOOZED
						       : BOOK_FINDING_ACCEPTED,
					       stmt_i64(st, 2), stmt_i64(st, 3) };
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}
