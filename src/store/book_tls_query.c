/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/book_int.h"
#include "store/book_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Questions about the TLS reports that count. */

/* A statement over lines `t`, their reports `r`, and what `sql` adds. */
struct asking {
	sqlite3_stmt *st;
	struct buf ids;
};

#define FAILURES_JOIN "JOIN book_tls_failure f ON f.report = t.report AND f.seq = t.seq "

static bool ask(struct store *s, const struct book_tls_query *q, const char *columns,
		const char *join, const char *tail, struct asking *out, struct err *err)
{
	char sql[1024];
	(void)snprintf(sql, sizeof(sql),
		       "%s FROM book_tls t %sJOIN book_report r ON r.id = t.report "
		       "%sWHERE r.counted = 1 AND t.day BETWEEN ?2 AND "
		       "?3 %s%s%s",
		       columns, q->failing ? "INDEXED BY book_tls_failed " : "", join,
		       q->failing ? "AND t.failed > 0 " : "",
		       q->domains ? "AND t.domain_id IN (SELECT value FROM json_each(?1))"
				    " "
				  : "AND ?1 IS NOT NULL ",
		       tail);
	book_ids(q->domains, q->domains ? q->domain_n : 0, &out->ids);
	const struct stmt_arg arg[] = { a_text(buf_sv(&out->ids)), a_int(q->day_from),
					a_int(q->day_to) };
	out->st = NULL;
	if (out->ids.over)
		return err_set(err, ERR_INTERNAL, "too many domains are asked for");
	out->st = stmt_open(s, sql, err);
	return out->st && stmt_bind(s, out->st, arg, 3, err);
}

static void ask_end(struct asking *q)
{
	stmt_close(&q->st);
	buf_deinit(&q->ids);
}

/* --- policies --- */

static struct book_tls_sum *at(const struct book_list *list, size_t i)
{
	return (struct book_tls_sum *)(void *)(list->p + i * list->size);
}

/* Lines come domain by domain: those of one stand at the list's end, and are few. */
static struct book_tls_sum *find_sum(struct book_list *list,
				     const struct book_tls_sum *like)
{
	for (size_t i = list->n; i > 0; i--) {
		struct book_tls_sum *v = at(list, i - 1);
		if (v->domain_id != like->domain_id)
			break;
		if (v->type == like->type && v->mode == like->mode)
			return v;
	}
	struct book_tls_sum *v = book_list_add(list);
	v->domain_id = like->domain_id;
	v->type = like->type;
	v->mode = like->mode;
	v->first_day = like->last_day;
	return v;
}

/* Mostly the same day after day. */
static void take_text(struct sv *text, sqlite3_stmt *st, int col, struct arena *a)
{
	if (!sv_eq(*text, stmt_view(st, col)))
		*text = stmt_copy(st, col, a);
}

static void add_line(sqlite3_stmt *st, uint8_t (*mode)(uint8_t type, struct sv policy),
		     struct arena *a, struct book_list *list)
{
	struct book_tls_sum line = { .domain_id = stmt_i64(st, 0),
				     .type = (uint8_t)stmt_i64(st, 1),
				     .last_day = stmt_i64(st, 3),
				     .report = stmt_i64(st, 4) };
	if (mode)
		line.mode = mode(line.type, stmt_view(st, 7));
	struct book_tls_sum *v = find_sum(list, &line);
	v->reports += v->report != line.report;
	v->report = line.report;
	v->last_day = line.last_day;
	v->succeeded += stmt_u64(st, 5);
	v->failed += stmt_u64(st, 6);
	take_text(&v->type_text, st, 2, a);
	take_text(&v->policy, st, 7, a);
	take_text(&v->mx, st, 8, a);
}

bool book_tls_sums(struct store *s, const struct book_tls_query *q,
		   uint8_t (*mode)(uint8_t type, struct sv policy), struct arena *a,
		   struct book_tls_sum **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q,
		"SELECT t.domain_id, t.type, t.type_text, t.day, t.report, t.succeeded, "
		"t.failed, t.policy, t.mx",
		"", "ORDER BY t.domain_id, t.day, t.report, t.seq", &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			add_line(m.st, mode, a, &list);
	ask_end(&m);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

/* --- what failed --- */

/* In the order of struct book_tls_fault; `none` stands in where it is not asked for. */
static const struct {
	enum book_tls_by by;
	const char *column, *none;
} fault_columns[] = {
	{ BOOK_TLS_DOMAIN, "t.domain_id", "0" },
	{ BOOK_TLS_TYPE, "t.type", "0" },
	{ BOOK_TLS_RESULT, "f.result", "0" },
	{ BOOK_TLS_TEXT, "f.result_text", "''" },
	{ BOOK_TLS_MX, "f.mx", "''" },
	{ BOOK_TLS_SENDING, "f.sending", "x''" },
	{ BOOK_TLS_RECEIVING, "f.receiving", "x''" },
};

enum {
	FAULT_COLUMNS = sizeof(fault_columns) / sizeof(*fault_columns)
};

static bool ask_faults(struct store *s, const struct book_tls_query *q, unsigned by,
		       struct asking *out, struct err *err)
{
	struct buf columns, tail;
	buf_init(&columns, 512);
	buf_init(&tail, 512);
	buf_add_str(&columns, "SELECT ");
	/* Together even where nothing is asked for. */
	buf_add_str(&tail, "GROUP BY NULL");
	for (size_t i = 0; i < FAULT_COLUMNS; i++) {
		bool asked = by & fault_columns[i].by;
		buf_addf(&columns, "%s, ",
			 asked ? fault_columns[i].column : fault_columns[i].none);
		if (asked)
			buf_addf(&tail, ", %s", fault_columns[i].column);
	}
	buf_add_str(&columns, "count(DISTINCT t.report), sum(f.sessions) AS sessions, "
			      "min(t.day), max(t.day), max(f.information), "
			      "max(f.reason)");
	buf_add_str(&tail, " ORDER BY sessions DESC, 1, 3, 4, 5, 6, 7, 2");
	bool ok = ask(s, q, buf_str(&columns), FAILURES_JOIN, buf_str(&tail), out, err);
	buf_deinit(&columns);
	buf_deinit(&tail);
	return ok;
}

bool book_tls_faults(struct store *s, const struct book_tls_query *q, unsigned by,
		     uint32_t limit, struct arena *a, struct book_tls_fault **out,
		     size_t *out_n, uint64_t *out_all, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	*out_all = 0;
	if (ask_faults(s, q, by, &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW) {
			if (++*out_all > limit && limit)
				continue;
			*(struct book_tls_fault *)book_list_add(&list) =
				(struct book_tls_fault){
					.domain_id = stmt_i64(m.st, 0),
					.type = (uint8_t)stmt_i64(m.st, 1),
					.result = (uint8_t)stmt_i64(m.st, 2),
					.result_text = stmt_copy(m.st, 3, a),
					.mx = stmt_copy(m.st, 4, a),
					.sending = book_addr_column(m.st, 5),
					.receiving = book_addr_column(m.st, 6),
					.reports = stmt_u64(m.st, 7),
					.sessions = stmt_u64(m.st, 8),
					.first_day = stmt_i64(m.st, 9),
					.last_day = stmt_i64(m.st, 10),
					.information = stmt_copy(m.st, 11, a),
					.reason = stmt_copy(m.st, 12, a),
				};
		}
	ask_end(&m);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_tls_unexplained(struct store *s, const struct book_tls_query *q,
			  uint64_t *out_sessions, struct err *err)
{
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	*out_sessions = 0;
	if (ask(s, q,
		"SELECT sum(max(0, t.failed - coalesce((SELECT sum(f.sessions) FROM "
		"book_tls_failure f WHERE f.report = t.report AND f.seq = t.seq), 0)))",
		"", "AND t.failed > 0", &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			*out_sessions = stmt_u64(m.st, 0);
	ask_end(&m);
	return step == STMT_END;
}

/* --- sums --- */

bool book_tls_days(struct store *s, const struct book_tls_query *q, struct arena *a,
		   struct book_tls_day **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q,
		"SELECT t.day, count(DISTINCT t.report), sum(t.succeeded), sum(t.failed)",
		"", "GROUP BY t.day ORDER BY t.day", &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			*(struct book_tls_day *)book_list_add(&list) =
				(struct book_tls_day){ stmt_i64(m.st, 0),
						       stmt_u64(m.st, 1),
						       stmt_u64(m.st, 2),
						       stmt_u64(m.st, 3) };
	ask_end(&m);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

static struct book_tls_domain domain_column(sqlite3_stmt *st)
{
	return (struct book_tls_domain){ stmt_i64(st, 0), stmt_u64(st, 1),
					 stmt_u64(st, 2), stmt_u64(st, 3),
					 stmt_i64(st, 4), stmt_i64(st, 5) };
}

#define DOMAIN_SUMS \
	", count(DISTINCT t.report), sum(t.succeeded), sum(t.failed), min(t.day), " \
	"max(t.day)"

bool book_tls_by_domain(struct store *s, const struct book_tls_query *q, struct arena *a,
			struct book_tls_domain **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q, "SELECT t.domain_id" DOMAIN_SUMS, "",
		"GROUP BY t.domain_id ORDER BY t.domain_id", &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			*(struct book_tls_domain *)book_list_add(&list) =
				domain_column(m.st);
	ask_end(&m);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_tls_total(struct store *s, const struct book_tls_query *q,
		    struct book_tls_domain *out, struct err *err)
{
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q, "SELECT 0" DOMAIN_SUMS, "", "", &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			*out = domain_column(m.st);
	ask_end(&m);
	return step == STMT_END;
}

bool book_tls_failing(struct store *s, int64_t day_from, int64_t day_to, struct arena *a,
		      struct book_tls_failing **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		"SELECT t.domain_id, sum(t.failed), min(t.day) FROM book_tls t INDEXED "
		"BY "
		"book_tls_failed JOIN book_report r ON r.id = t.report WHERE t.failed > "
		"0 AND t.day BETWEEN ? AND ? AND r.counted = 1 GROUP BY t.domain_id",
		a_int(day_from), a_int(day_to));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_tls_failing *)book_list_add(&list) =
			(struct book_tls_failing){ stmt_i64(st, 0), stmt_u64(st, 1),
						   stmt_i64(st, 2) };
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_tls_reporters(struct store *s, const struct book_tls_query *q, struct arena *a,
			struct book_reporter **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q,
		"SELECT " BOOK_ORG_COLUMN
		" AS name, count(DISTINCT t.report), sum(t.succeeded + t.failed) AS "
		"sessions, sum(t.succeeded), max(t.day)",
		"",
		"GROUP BY name COLLATE NOCASE ORDER BY sessions DESC, name COLLATE "
		"NOCASE",
		&m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			*(struct book_reporter *)book_list_add(&list) =
				(struct book_reporter){ stmt_copy(m.st, 0, a),
							stmt_u64(m.st, 1),
							stmt_u64(m.st, 2),
							stmt_u64(m.st, 3),
							stmt_i64(m.st, 4) };
	ask_end(&m);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}
