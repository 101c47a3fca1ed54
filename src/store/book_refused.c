/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_refused.h"

#include "base/arena.h"
#include "store/book_int.h"

#include <assert.h>
#include <stdlib.h>

static_assert(STATUS_REFUSED == 4 && STATUS_ASIDE == 5, "as the statements say");

#define REFUSED_WHERE "WHERE d.status IN (4, 5) AND d.arrived BETWEEN ?1 AND ?2 "

struct book_refused_iter {
	struct store *s;
	sqlite3_stmt *st;
};

struct book_refused_iter *book_refused(struct store *s,
				       const struct book_refused_filter *f,
				       struct err *err)
{
	/* CROSS JOIN: the deliveries are walked by their key from its end, nothing is
	 * sorted. */
	static const char sql[] =
		"SELECT d.raw, d.seq, d.report, d.kind, d.status, d.arrived, d.member, "
		"d.reason, d.refused_domain, d.path, w.sha, w.size, w.kept, w.removed "
		"FROM book_delivery d CROSS JOIN book_raw w ON w.id = "
		"d.raw " REFUSED_WHERE "ORDER BY d.raw DESC, d.seq DESC LIMIT ?3";
	struct book_refused_iter *it = heap_array(1, sizeof(*it));
	const struct stmt_arg arg[] = { a_int(f->from), a_int(f->to),
					a_int(f->limit ? (int64_t)f->limit : -1) };
	it->s = s;
	it->st = stmt_open(s, sql, err);
	if (!it->st || !stmt_bind(s, it->st, arg, 3, err))
		book_refused_iter_free(&it);
	return it;
}

static void read_refused(sqlite3_stmt *st, struct arena *a, struct book_refused *out)
{
	*out = (struct book_refused){
		.delivery = { .raw_id = stmt_i64(st, 0),
			      .seq = (uint32_t)stmt_i64(st, 1),
			      .report = stmt_i64(st, 2),
			      .kind = (uint8_t)stmt_i64(st, 3),
			      .status = (uint8_t)stmt_i64(st, 4),
			      .arrived = stmt_i64(st, 5),
			      .member = stmt_copy(st, 6, a),
			      .reason = stmt_copy(st, 7, a),
			      .refused_domain = stmt_copy(st, 8, a),
			      .path = stmt_copy(st, 9, a) },
		.size = stmt_u64(st, 11),
		.kept = stmt_flag(st, 12),
		.removed = stmt_i64(st, 13),
	};
	/* Of a sealed report blanks are left. */
	if (out->delivery.kind == KIND_FAILURE) {
		out->delivery.member = sv_trim(out->delivery.member);
		out->delivery.reason = sv_trim(out->delivery.reason);
	}
}

bool book_refused_next(struct book_refused_iter *it, struct arena *a,
		       struct book_refused *out, struct err *err)
{
	err->code = ERR_NONE;
	if (stmt_step(it->s, it->st, err) != STMT_ROW)
		return false;
	read_refused(it->st, a, out);
	return book_sha_column(it->st, 10, out->sha) ||
	       store_damaged(it->s, err, "a raw item's SHA-256 has another length");
}

void book_refused_iter_free(struct book_refused_iter **it)
{
	if (!*it)
		return;
	stmt_close(&(*it)->st);
	free(*it);
	*it = NULL;
}

bool book_refused_count(struct store *s, const struct book_refused_filter *f,
			uint64_t *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT count(*) FROM book_delivery d " REFUSED_WHERE,
				    a_int(f->from), a_int(f->to));
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	*out = stmt_u64(st, 0);
	stmt_reset(st);
	return true;
}
