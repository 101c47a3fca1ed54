/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_tls.h"

#include "base/arena.h"
#include "store/book_int.h"

#include <string.h>

static struct sv addr_bytes(const struct addr *a)
{
	return (struct sv){ (const char *)a->b, addr_len(a) };
}

struct addr book_addr_column(sqlite3_stmt *st, int col)
{
	struct sv v = stmt_view(st, col);
	struct addr a = { .kind = v.n == 4 ? ADDR_V4 : v.n == 16 ? ADDR_V6 : ADDR_NONE };
	if (a.kind != ADDR_NONE)
		memcpy(a.b, v.p, v.n);
	return a;
}

/* --- entering --- */

bool book_tls_add(struct store *s, struct book_tls *in, struct err *err)
{
	return store_in_tx(s, err) &&
	       book_policy_intern(s, in->domain, &in->domain_id, err) &&
	       STMT_RUN(s, err,
			"INSERT INTO book_tls (domain_id, day, report, seq, type, "
			"type_text, succeeded, failed, policy, mx) VALUES "
			"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			a_int(in->domain_id), a_int(in->day), a_int(in->report),
			a_int(in->seq), a_int(in->type), a_text(in->type_text),
			a_uint(in->succeeded), a_uint(in->failed), a_text(in->policy),
			a_text(in->mx));
}

bool book_tls_failure_add(struct store *s, const struct book_tls_failure *in,
			  struct err *err)
{
	return STMT_RUN(
		s, err,
		"INSERT INTO book_tls_failure (report, seq, number, result, "
		"result_text, sending, receiving, mx, helo, sessions, "
		"information, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?)",
		a_int(in->report), a_int(in->seq), a_int(in->number), a_int(in->result),
		a_text(in->result_text), a_blob(addr_bytes(&in->sending)),
		a_blob(addr_bytes(&in->receiving)), a_text(in->mx), a_text(in->helo),
		a_uint(in->sessions), a_text(in->information), a_text(in->reason));
}

bool book_tls_remove(struct store *s, int64_t report, struct err *err)
{
	return STMT_RUN(s, err, "DELETE FROM book_tls WHERE report = ?", a_int(report)) &&
	       STMT_RUN(s, err, "DELETE FROM book_tls_failure WHERE report = ?",
			a_int(report));
}

/* --- of one report --- */

bool book_tls_of(struct store *s, int64_t report, struct arena *a, struct book_tls **out,
		 size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		"SELECT t.report, t.domain_id, t.day, t.seq, t.type, t.type_text, "
		"p.name, t.succeeded, t.failed, t.policy, t.mx FROM book_tls t JOIN "
		"book_policy_domain p ON p.id = t.domain_id WHERE t.report = ? "
		"ORDER BY t.seq",
		a_int(report));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_tls *)book_list_add(&list) =
			(struct book_tls){ .report = stmt_i64(st, 0),
					   .domain_id = stmt_i64(st, 1),
					   .day = stmt_i64(st, 2),
					   .seq = (uint32_t)stmt_i64(st, 3),
					   .type = (uint8_t)stmt_i64(st, 4),
					   .type_text = stmt_copy(st, 5, a),
					   .domain = stmt_copy(st, 6, a),
					   .succeeded = stmt_u64(st, 7),
					   .failed = stmt_u64(st, 8),
					   .policy = stmt_copy(st, 9, a),
					   .mx = stmt_copy(st, 10, a) };
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_tls_failures_of(struct store *s, int64_t report, struct arena *a,
			  struct book_tls_failure **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		"SELECT report, seq, number, result, result_text, sending, receiving, "
		"mx, helo, sessions, information, reason FROM book_tls_failure WHERE "
		"report = ? ORDER BY seq, number",
		a_int(report));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_tls_failure *)book_list_add(&list) =
			(struct book_tls_failure){ .report = stmt_i64(st, 0),
						   .seq = (uint32_t)stmt_i64(st, 1),
						   .number = (uint32_t)stmt_i64(st, 2),
						   .result = (uint8_t)stmt_i64(st, 3),
						   .result_text = stmt_copy(st, 4, a),
						   .sending = book_addr_column(st, 5),
						   .receiving = book_addr_column(st, 6),
						   .mx = stmt_copy(st, 7, a),
						   .helo = stmt_copy(st, 8, a),
						   .sessions = stmt_u64(st, 9),
						   .information = stmt_copy(st, 10, a),
						   .reason = stmt_copy(st, 11, a) };
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_tls_domains(struct store *s, int64_t report, struct arena *a, struct sv **out,
		      size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st =
		STMT_ASK(s, err,
			 "SELECT p.name FROM book_tls t JOIN book_policy_domain p ON "
			 "p.id = t.domain_id WHERE t.report = ? GROUP BY t.domain_id "
			 "ORDER BY min(t.seq)",
			 a_int(report));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct sv *)book_list_add(&list) = stmt_copy(st, 0, a);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_tls_check(struct store *s, uint64_t *out_differ, struct err *err)
{
	int64_t n;
	bool ok = store_int(
		s,
		"SELECT count(*) FROM book_report r LEFT JOIN (SELECT report, "
		"count(*) AS row_n, sum(succeeded + failed) AS sessions, "
		"sum(succeeded) AS succeeded FROM book_tls GROUP BY report) t ON "
		"t.report = r.id WHERE r.kind = 2 AND CASE WHEN r.sealed THEN t.report "
		"IS NOT "
		"NULL ELSE coalesce(t.row_n, 0) <> r.row_n OR coalesce(t.sessions, 0) "
		"<> r.messages OR coalesce(t.succeeded, 0) <> r.passed END",
		&n, err);
	*out_differ = ok ? (uint64_t)n : 0;
	return ok;
}
