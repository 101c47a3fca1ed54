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

#define LINES_FROM " FROM book_tls t JOIN book_report r ON r.id = t.report "
#define FAILURES_JOIN "JOIN book_tls_failure f ON f.report = t.report AND f.seq = t.seq "

static bool ask(struct store *s, const struct book_tls_query *q, const char *columns,
		const char *join, const char *tail, struct asking *out, struct err *err)
{
	char sql[1024];
	(void)snprintf(sql, sizeof(sql),
		       "%s" LINES_FROM "%sWHERE r.counted = 1 AND t.day BETWEEN ?2 AND "
		       "?3 %s%s",
		       columns, join,
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

static void add_line(sqlite3_stmt *st, struct arena *a, struct book_list *list,
		     int64_t *last_report)
{
	int64_t domain = stmt_i64(st, 0), day = stmt_i64(st, 3), report = stmt_i64(st, 4);
	uint8_t type = (uint8_t)stmt_i64(st, 1);
	struct book_tls_sum *v = NULL;
	if (list->n)
		v = (struct book_tls_sum *)(void *)(list->p + (list->n - 1) * list->size);
	if (!v || v->domain_id != domain || v->type != type ||
	    !sv_eq(v->type_text, stmt_view(st, 2))) {
		v = book_list_add(list);
		v->domain_id = domain;
		v->type = type;
		v->type_text = stmt_copy(st, 2, a);
		v->first_day = day;
		*last_report = 0;
	}
	v->reports += report != *last_report;
	*last_report = report;
	v->last_day = day;
	v->succeeded += stmt_u64(st, 5);
	v->failed += stmt_u64(st, 6);
	/* Mostly the same day after day. */
	if (!sv_eq(v->policy, stmt_view(st, 7)))
		v->policy = stmt_copy(st, 7, a);
	if (!sv_eq(v->mx, stmt_view(st, 8)))
		v->mx = stmt_copy(st, 8, a);
}

bool book_tls_sums(struct store *s, const struct book_tls_query *q, struct arena *a,
		   struct book_tls_sum **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	int64_t last = 0;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q,
		"SELECT t.domain_id, t.type, t.type_text, t.day, t.report, t.succeeded, "
		"t.failed, t.policy, t.mx",
		"", "ORDER BY t.domain_id, t.type, t.type_text, t.day, t.report", &m,
		err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			add_line(m.st, a, &list, &last);
	ask_end(&m);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

/* --- what failed --- */

bool book_tls_faults(struct store *s, const struct book_tls_query *q, uint32_t limit,
		     struct arena *a, struct book_tls_fault **out, size_t *out_n,
		     uint64_t *out_all, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	*out_all = 0;
	if (ask(s, q,
		"SELECT t.domain_id, t.type, f.result, f.result_text, f.mx, f.sending, "
		"f.receiving, count(DISTINCT t.report), sum(f.sessions) AS sessions, "
		"min(t.day), max(t.day), max(f.information), max(f.reason)",
		FAILURES_JOIN,
		"GROUP BY t.domain_id, t.type, f.result, f.result_text, f.mx, f.sending, "
		"f.receiving ORDER BY sessions DESC, t.domain_id, f.result, f.mx, "
		"f.sending, f.receiving",
		&m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW) {
			if (limit && ++*out_all > limit)
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
	if (!limit)
		*out_all = *out_n;
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

bool book_tls_by_domain(struct store *s, const struct book_tls_query *q, struct arena *a,
			struct book_tls_domain **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	struct asking m;
	enum stmt_step step = STMT_FAILED;
	if (ask(s, q,
		"SELECT t.domain_id, count(DISTINCT t.report), sum(t.succeeded), "
		"sum(t.failed), min(t.day), max(t.day)",
		"", "GROUP BY t.domain_id ORDER BY t.domain_id", &m, err))
		while ((step = stmt_step(s, m.st, err)) == STMT_ROW)
			*(struct book_tls_domain *)book_list_add(
				&list) = (struct book_tls_domain){
				stmt_i64(m.st, 0), stmt_u64(m.st, 1), stmt_u64(m.st, 2),
				stmt_u64(m.st, 3), stmt_i64(m.st, 4), stmt_i64(m.st, 5)
			};
	ask_end(&m);
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
