/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_mark.h"

#include "store/book_int.h"

bool book_mark_set(struct store *s, struct sv domain, const struct book_mark *m,
		   struct err *err)
{
	if (!store_in_tx(s, err))
		return false;
	if (m->mark == 0)
		return STMT_RUN(s, err,
				"DELETE FROM book_mark WHERE domain = ? AND subject = ?",
				a_text(domain), a_text(m->subject));
	return STMT_RUN(
		s, err,
		"INSERT OR REPLACE INTO book_mark (domain, subject, mark, created) "
		"VALUES (?, ?, ?, ?)",
		a_text(domain), a_text(m->subject), a_int(m->mark), a_int(m->created));
}

bool book_marks(struct store *s, struct sv domain, struct arena *a,
		struct book_mark **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT subject, mark, created FROM book_mark WHERE "
				    "domain = ? ORDER BY subject",
				    a_text(domain));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_mark *)book_list_add(&list) = (struct book_mark){
			stmt_copy(st, 0, a), (uint8_t)stmt_i64(st, 1), stmt_i64(st, 2)
		};
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}
