/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_letter.h"

#include "store/book_int.h"

bool book_letter_sent(struct store *s, int64_t client, struct sv period,
		      int64_t *out_sent, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT sent FROM book_letter WHERE client = ? AND "
				    "period = ?",
				    a_int(client), a_text(period));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out_sent = 0;
	if (step == STMT_ROW) {
		*out_sent = stmt_i64(st, 0);
		stmt_reset(st);
	}
	return step != STMT_FAILED;
}

bool book_letter_add(struct store *s, const struct book_letter *l, struct err *err)
{
	return store_in_tx(s, err) &&
	       STMT_RUN(s, err,
			"INSERT OR REPLACE INTO book_letter (client, period, address, "
			"message_id, sent) VALUES (?, ?, ?, ?, ?)",
			a_int(l->client), a_text(l->period), a_text(l->address),
			a_text(l->message_id), a_int(l->sent));
}
