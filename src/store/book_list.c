/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "store/book_filter_int.h"
#include "store/book_month.h"
#include "store/facts_int.h"

#include <stdio.h>
#include <stdlib.h>

/* Questions over many reports. */

enum {
	IDS_TEXT_MAX = 64 * 1024 * 1024
};

struct book_report_iter {
	struct store *s;
	sqlite3_stmt *st;
	bool full;
	struct buf ids; /* the domains as JSON, bound to the statement */
};

#define NEWEST "ORDER BY r.first_day DESC, r.id DESC LIMIT ?10 OFFSET ?11"

void book_ids(const int64_t *ids, size_t n, struct buf *out)
{
	buf_init(out, IDS_TEXT_MAX);
	buf_add_char(out, '[');
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%lld", i ? "," : "", (long long)ids[i]);
	buf_add_char(out, ']');
}

void book_filter_ids(const struct book_report_filter *f, struct buf *out)
{
	book_ids(f->domain_ids, f->domain_ids ? f->domain_n : 0, out);
}

bool book_filter_bind(struct store *s, sqlite3_stmt *st,
		      const struct book_report_filter *f, const struct buf *ids,
		      bool figures, struct err *err)
{
	int64_t from = INT64_MIN, to = INT64_MAX;
	if (figures)
		facts_whole_months(f->day_from, f->day_to, &from, &to);
	const struct stmt_arg arg[] = {
		f->domain_ids ? a_text(buf_sv(ids))
			      : (struct stmt_arg){ .type = STMT_NULL },
		a_int(f->day_from),
		a_int(f->day_to),
		a_int(f->any_state),
		a_int(f->only_passing),
		a_int(f->only_failing),
		a_int(f->kind ? f->kind : KIND_AGGREGATE),
		a_int(from),
		a_int(to),
		a_int(f->limit ? (int64_t)f->limit : -1),
		a_int(f->offset < INT64_MAX ? (int64_t)f->offset : INT64_MAX),
	};
	if (ids->over)
		return err_set(err, ERR_INTERNAL, "too many domains are asked for");
	return stmt_bind(s, st, arg, sqlite3_bind_parameter_count(st) == 11 ? 11 : 9,
			 err);
}

/* A TLS report is of every domain that one of its policies names; once its lines are
 * gone, of the one that it stands under. */
#define OF_TLS_DOMAINS \
	"AND r.id IN (SELECT t.report FROM book_tls t WHERE t.domain_id IN " \
	"(SELECT value FROM json_each(?1)) AND t.day BETWEEN ?2 AND ?3 UNION ALL " \
	"SELECT id FROM book_report INDEXED BY book_report_kind_domain WHERE kind = 2 " \
	"AND kind <> 1 AND sealed <> 0 AND domain_id IN (SELECT value FROM " \
	"json_each(?1)) AND first_day BETWEEN ?2 AND ?3) "

/* How reports that a filter lets through are found: which index is walked, and what is
 * said besides BOOK_FILTER_WHERE. */
struct way {
	const char *index, *where;
};
#define UNSEALED(f) ((f)->unsealed ? "AND r.sealed = 0 " : "")

static struct way way_of(const struct book_report_filter *f)
{
	bool other = f->kind > KIND_AGGREGATE, some = f->domain_ids;
	if (!other)
		return some ? (struct way){ "INDEXED BY book_report_domain ",
					    BOOK_FILTER_DOMAINS }
			    : (struct way){ "INDEXED BY book_report_day ", "" };
	if (!some)
		return (struct way){ "INDEXED BY book_report_kind_day ",
				     "AND r.kind <> 1 " };
	if (f->kind == KIND_TLS)
		return (struct way){ "", OF_TLS_DOMAINS };
	return (struct way){ "INDEXED BY book_report_kind_domain ",
			     BOOK_FILTER_DOMAINS "AND r.kind <> 1 " };
}

static bool list_sql(const struct book_report_filter *f, char *out, size_t room)
{
	struct way w = way_of(f);
	int n = snprintf(out, room,
			 "SELECT " BOOK_REPORT_COLUMNS "%s FROM book_report r %sJOIN "
			 "book_policy_domain p ON p.id = r.domain_id " BOOK_FILTER_WHERE
			 "%s%s" NEWEST,
			 f->full ? ", r.meta, r.repairs" : "", w.index, w.where,
			 UNSEALED(f));
	return n > 0 && (size_t)n < room;
}

struct book_report_iter *book_reports(struct store *s, const struct book_report_filter *f,
				      struct err *err)
{
	char sql[2048];
	struct book_report_iter *it = heap_array(1, sizeof(*it));
	it->s = s;
	it->full = f->full;
	book_filter_ids(f, &it->ids);
	/* Its own statement: several listings may be open at once. */
	if (list_sql(f, sql, sizeof(sql)))
		it->st = stmt_borrow(s, sql, err);
	if (!it->st || !book_filter_bind(s, it->st, f, &it->ids, false, err))
		book_report_iter_free(&it);
	return it;
}

bool book_report_next(struct book_report_iter *it, struct arena *a,
		      struct book_report *out, struct err *err)
{
	err->code = ERR_NONE;
	return stmt_step(it->s, it->st, err) == STMT_ROW &&
	       book_report_column(it->s, it->st, a, it->full, out, err);
}

void book_report_iter_free(struct book_report_iter **it)
{
	if (!*it)
		return;
	stmt_give_back((*it)->s, &(*it)->st);
	buf_deinit(&(*it)->ids);
	free(*it);
	*it = NULL;
}

/* --- counts --- */

struct domain_count {
	int64_t domain;
	uint64_t reports;
};

/* Where only days and domains narrow, the sums of days know it already. */
static bool sums_know(const struct book_report_filter *f)
{
	return !f->any_state && !f->unsealed && !f->only_passing && !f->only_failing &&
	       f->kind <= KIND_AGGREGATE;
}

static bool count_by_sums(struct store *s, const struct book_report_filter *f,
			  struct book_list *list, struct err *err)
{
	struct arena *a = arena_new();
	const int64_t *id = f->domain_ids;
	int64_t *all;
	size_t n = f->domain_n;
	bool ok = facts_settle(s, err);
	if (ok && !id) {
		ok = facts_domain_ids(s, a, &all, &n, err);
		id = all;
	}
	for (size_t i = 0; ok && i < n; i++) {
		struct rollup_sums v;
		ok = facts_sums(s, id[i], f->day_from, f->day_to, &v, err);
		if (ok && v.reports)
			*(struct domain_count *)book_list_add(list) =
				(struct domain_count){ id[i], v.reports };
	}
	arena_free(&a);
	return ok;
}

static bool count_by_rows(struct store *s, const struct book_report_filter *f,
			  bool figures, struct book_list *list, struct err *err)
{
	struct way w = way_of(f);
	struct buf ids;
	char sql[1024];
	(void)snprintf(
		sql, sizeof(sql),
		"SELECT r.domain_id, count(*) FROM book_report r %s" BOOK_FILTER_WHERE
		"%s%sGROUP BY r.domain_id",
		f->domain_ids || f->kind > KIND_AGGREGATE ? w.index : "", w.where,
		UNSEALED(f));
	book_filter_ids(f, &ids);
	sqlite3_stmt *st = stmt_open(s, sql, err);
	enum stmt_step step = STMT_FAILED;
	if (st && book_filter_bind(s, st, f, &ids, figures, err))
		while ((step = stmt_step(s, st, err)) == STMT_ROW)
			*(struct domain_count *)book_list_add(list) =
				(struct domain_count){ stmt_i64(st, 0), stmt_u64(st, 1) };
	stmt_close(&st);
	buf_deinit(&ids);
	return step == STMT_END;
}

/* Does the range cut a month of which only totals are left? */
static bool cuts_sealed(struct store *s, const struct book_report_filter *f, bool *out,
			struct err *err)
{
	int64_t from, to, month;
	facts_whole_months(f->day_from, f->day_to, &from, &to);
	struct book_month_query q = { .kind = KIND_AGGREGATE };
	const int64_t edge[2] = { f->day_from, f->day_to };
	*out = false;
	for (size_t i = 0; i < 2 && !*out; i++) {
		if (edge[i] == INT64_MIN || edge[i] == INT64_MAX ||
		    (edge[i] >= from && edge[i] <= to))
			continue;
		q.month_from = q.month_to = date_month_of(edge[i]);
		if (!book_month_last(s, &q, &month, out, err))
			return false;
	}
	return true;
}

/* `figures`: to stand beside the sums of messages; else of all reports in the range. */
static bool count_domains(struct store *s, const struct book_report_filter *f,
			  bool figures, struct arena *a, struct domain_count **out,
			  size_t *out_n, struct err *err)
{
	bool cuts = false;
	struct book_list list = { .size = sizeof(**out) };
	*out_n = 0;
	if (!figures && sums_know(f) && !cuts_sealed(s, f, &cuts, err))
		return false;
	bool ok = sums_know(f) && !cuts ? count_by_sums(s, f, &list, err)
					: count_by_rows(s, f, figures, &list, err);
	*out = book_list_end(&list, a, out_n);
	return ok;
}

bool book_report_count(struct store *s, const struct book_report_filter *f, uint64_t *out,
		       struct err *err)
{
	struct arena *a = arena_new();
	struct domain_count *line;
	size_t n;
	bool ok = count_domains(s, f, false, a, &line, &n, err);
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out += line[i].reports;
	arena_free(&a);
	return ok;
}

bool book_reports_per_domain(struct store *s, const struct book_report_filter *f,
			     struct arena *a, int64_t **out_domain_id,
			     uint64_t **out_count, size_t *out_n, struct err *err)
{
	struct domain_count *line;
	bool ok = count_domains(s, f, true, a, &line, out_n, err);
	*out_domain_id = arena_array(a, *out_n, sizeof(**out_domain_id));
	*out_count = arena_array(a, *out_n, sizeof(**out_count));
	for (size_t i = 0; i < *out_n; i++) {
		(*out_domain_id)[i] = line[i].domain;
		(*out_count)[i] = line[i].reports;
	}
	return ok;
}

/* --- holdings --- */

/* No report comes before its window begins; a clock that was behind when it came would
 * make it old at once. */
#define SINCE \
	"max(r.arrived, CASE WHEN r.begin_at <= ?2 THEN r.begin_at ELSE r.arrived END)"

bool book_holdings(struct store *s, const struct book_holding_filter *f, struct arena *a,
		   struct book_holding **out, size_t *out_n, struct err *err)
{
	/* length() of a BLOB is in the row's head: its pages are not read. */
	static const char sql[] =
		"SELECT r.id, " SINCE ", "
		"(SELECT coalesce(sum(length(f.bytes)), 0) FROM facts_piece f "
		" WHERE f.id BETWEEN r.id << 20 AND (r.id + 1 << 20) - 1) + "
		"CASE WHEN EXISTS (SELECT 1 FROM book_report o WHERE o.raw = r.raw AND "
		" o.id <> r.id) OR EXISTS (SELECT 1 FROM book_delivery d WHERE "
		" d.raw = r.raw AND d.report > 0 AND d.report <> r.id) THEN 0 ELSE "
		"(SELECT coalesce(sum(length(b.bytes)), 0) FROM book_raw_piece b "
		" WHERE b.id BETWEEN r.raw << 20 AND (r.raw + 1 << 20) - 1) END "
		"FROM book_report r INDEXED BY book_report_domain WHERE r.sealed = 0 "
		"AND r.domain_id IN (SELECT value FROM json_each(?1)) AND NOT EXISTS "
		"(SELECT 1 FROM "
		"book_tls t WHERE r.kind = 2 AND t.report = r.id AND t.domain_id NOT IN "
		"(SELECT value FROM json_each(?1))) ORDER BY 2, r.id";
	struct book_list list = { .size = sizeof(**out) };
	struct buf ids;
	book_ids(f->domain_ids, f->domain_n, &ids);
	sqlite3_stmt *st = ids.over ? NULL
				    : STMT_ASK(s, err, sql, a_text(buf_sv(&ids)),
					       a_int(f->now));
	if (ids.over)
		(void)err_set(err, ERR_INTERNAL, "too many domains are asked for");
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_holding *)book_list_add(&list) = (struct book_holding){
			stmt_i64(st, 0), stmt_i64(st, 1), stmt_u64(st, 2)
		};
	buf_deinit(&ids);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

bool book_oldest_holding(struct store *s, const struct book_holding_filter *f,
			 int64_t *out, struct err *err)
{
	static const char sql[] =
		"SELECT coalesce(min(" SINCE "), 9223372036854775807) FROM "
		"book_report r INDEXED BY book_report_domain WHERE sealed = 0 AND "
		"domain_id IN "
		"(SELECT value FROM json_each(?1))";
	struct buf ids;
	book_ids(f->domain_ids, f->domain_n, &ids);
	if (ids.over)
		(void)err_set(err, ERR_INTERNAL, "too many domains are asked for");
	sqlite3_stmt *st = ids.over ? NULL
				    : STMT_ASK(s, err, sql, a_text(buf_sv(&ids)),
					       a_int(f->now));
	bool ok = st && stmt_step(s, st, err) == STMT_ROW;
	if (ok) {
		*out = stmt_i64(st, 0);
		stmt_reset(st);
	}
	buf_deinit(&ids);
	return ok;
}
