/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_month.h"

#include "base/arena.h"
#include "store/book_int.h"

#define MONTH_SUMS "reports, row_n, row_passed, messages, passed"

static void read_sums(sqlite3_stmt *st, int col, struct book_month *out)
{
	out->reports = stmt_u64(st, col);
	out->rows = stmt_u64(st, col + 1);
	out->row_passed = stmt_u64(st, col + 2);
	out->messages = stmt_u64(st, col + 3);
	out->passed = stmt_u64(st, col + 4);
}

/* In two statements: SQLite's sums do not wrap at 64 bits, and those of the facts do. */
bool book_month_add(struct store *s, const struct book_month *m, struct err *err)
{
	struct book_month sum = { 0 };
	if (!store_in_tx(s, err))
		return false;
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT " MONTH_SUMS " FROM book_month WHERE "
				    "domain_id = ? AND kind = ? AND month = ?",
				    a_int(m->domain_id), a_int(m->kind), a_int(m->month));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_FAILED)
		return false;
	if (step == STMT_ROW) {
		read_sums(st, 0, &sum);
		stmt_reset(st);
	}
	return STMT_RUN(s, err,
			"INSERT OR REPLACE INTO book_month (domain_id, kind, month, "
			"" MONTH_SUMS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			a_int(m->domain_id), a_int(m->kind), a_int(m->month),
			a_uint(sum.reports + m->reports), a_uint(sum.rows + m->rows),
			a_uint(sum.row_passed + m->row_passed),
			a_uint(sum.messages + m->messages),
			a_uint(sum.passed + m->passed));
}

/* --- questions --- */

#define OF_KIND "kind = ?1 AND month BETWEEN ?2 AND ?3 "
#define OF_DOMAINS "AND domain_id IN (SELECT value FROM json_each(?4)) "

/* `sql[1]` is narrowed to domains. */
static bool ask(struct store *s, const char *const sql[2],
		const struct book_month_query *q, struct buf *ids, sqlite3_stmt **out,
		struct err *err)
{
	book_ids(q->domains, q->domains ? q->domain_n : 0, ids);
	if (ids->over)
		return err_set(err, ERR_INTERNAL, "too many domains are asked for");
	const struct stmt_arg arg[] = { a_int(q->kind), a_int(q->month_from),
					a_int(q->month_to), a_text(buf_sv(ids)) };
	*out = stmt_ask(s, sql[q->domains != NULL], arg, q->domains ? 4 : 3, err);
	return *out != NULL;
}

bool book_months(struct store *s, const struct book_month_query *q, struct arena *a,
		 struct book_month **out, size_t *out_n, struct err *err)
{
#define COLUMNS "SELECT domain_id, month, " MONTH_SUMS " FROM book_month WHERE "
	static const char *const sql[2] = { COLUMNS OF_KIND "ORDER BY domain_id, month",
					    COLUMNS OF_KIND OF_DOMAINS
					    "ORDER BY domain_id, month" };
#undef COLUMNS
	struct book_list list = { .size = sizeof(**out) };
	struct buf ids;
	sqlite3_stmt *st = NULL;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, sql, q, &ids, &st, err))
		while ((step = stmt_step(s, st, err)) == STMT_ROW) {
			struct book_month *m = book_list_add(&list);
			m->domain_id = stmt_i64(st, 0);
			m->month = stmt_i64(st, 1);
			m->kind = q->kind;
			read_sums(st, 2, m);
		}
	buf_deinit(&ids);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_month_last(struct store *s, const struct book_month_query *q, int64_t *out,
		     bool *out_found, struct err *err)
{
	static const char *const sql[2] = {
		"SELECT max(month) FROM book_month WHERE " OF_KIND,
		"SELECT max(month) FROM book_month WHERE " OF_KIND OF_DOMAINS
	};
	struct buf ids;
	sqlite3_stmt *st = NULL;
	bool ok = ask(s, sql, q, &ids, &st, err) && stmt_step(s, st, err) == STMT_ROW;
	*out_found = ok && sqlite3_column_type(st, 0) != SQLITE_NULL;
	*out = *out_found ? stmt_i64(st, 0) : 0;
	if (ok)
		stmt_reset(st);
	buf_deinit(&ids);
	return ok;
}

/* --- upkeep --- */

/* A TLS report is of several domains, and its figures are of all of them: of that kind
 * only the whole can be compared, and not the number of reports. */
#define DIFFER(of) \
	"SELECT count(*) FROM (SELECT kind, domain_id, sum(reports) AS reports, " \
	"sum(row_n) AS row_n, sum(messages) AS messages, sum(passed) AS passed " \
	"FROM (SELECT kind, CASE kind WHEN 2 THEN 0 ELSE domain_id END AS " \
	"domain_id, CASE kind WHEN 2 THEN 0 ELSE reports END AS reports, row_n, " \
	"messages, passed FROM book_month WHERE " of \
	" UNION ALL SELECT kind, CASE kind " \
	"WHEN 2 THEN 0 ELSE domain_id END, CASE kind WHEN 2 THEN 0 ELSE -1 END, " \
	"-row_n, -messages, -passed FROM book_report WHERE sealed <> 0 AND counted = 1 " \
	"AND " of ") GROUP BY kind, domain_id) WHERE reports <> 0 OR row_n <> 0 OR " \
	"messages <> 0 OR passed <> 0"

bool book_month_check(struct store *s, uint64_t *out_months, uint64_t *out_differ,
		      struct err *err)
{
	int64_t months = 0, differ = 0;
	bool ok = store_int(s, "SELECT count(*) FROM book_month", &months, err) &&
		  store_int(s, DIFFER("1"), &differ, err);
	*out_months = (uint64_t)months;
	*out_differ = (uint64_t)differ;
	return ok;
}

bool book_month_agrees(struct store *s, int64_t domain, bool *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, DIFFER("kind = 1 AND domain_id = ?1"),
				    a_int(domain));
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	*out = stmt_i64(st, 0) == 0;
	stmt_reset(st);
	return true;
}
