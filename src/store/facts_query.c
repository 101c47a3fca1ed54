/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_int.h"
#include "store/facts_span.h"
#include "store/facts_sweep.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

/* --- ranges of days --- */

struct span span_of(int64_t from, int64_t to)
{
	enum {
		FIRST = ROLLUP_DAY_MIN,
		LAST = ROLLUP_DAY_MAX + ROLLUP_DAYS_MAX
	};
	struct span p = { .from = from > FIRST ? from : FIRST,
			  .to = to < LAST ? to : LAST };
	if (p.from > p.to)
		return (struct span){ 1, 0, 1, 0, { { 1, 0 }, { 1, 0 } } };
	int64_t a = date_month_of(p.from), b = date_month_of(p.to);
	/* Nothing lies beyond the ends, so their months are whole. */
	if (p.from > FIRST && date_month_start(a) < p.from)
		a++;
	if (p.to < LAST && date_month_start(b + 1) - 1 > p.to)
		b--;
	p.month_from = a;
	p.month_to = b;
	if (a > b) {
		p.edge[0][0] = p.from;
		p.edge[0][1] = p.to;
		p.edge[1][0] = 1;
		return p;
	}
	p.edge[0][0] = p.from;
	p.edge[0][1] = date_month_start(a) - 1;
	p.edge[1][0] = date_month_start(b + 1);
	p.edge[1][1] = p.to;
	return p;
}

void facts_whole_months(int64_t day_from, int64_t day_to, int64_t *out_from,
			int64_t *out_to)
{
	struct span p = span_of(day_from, day_to);
	bool some = p.month_from <= p.month_to;
	*out_from = some ? date_month_start(p.month_from) : 1;
	*out_to = some ? date_month_start(p.month_to + 1) - 1 : 0;
}

/* --- sums --- */

#define SUM_COLUMNS "reports, row_n, row_passed, messages, passed"

static void add_row(struct rollup_sums *v, sqlite3_stmt *st, int col)
{
	v->reports += stmt_u64(st, col);
	v->rows += stmt_u64(st, col + 1);
	v->row_passed += stmt_u64(st, col + 2);
	v->messages += stmt_u64(st, col + 3);
	v->passed += stmt_u64(st, col + 4);
}

static bool add_range(struct store *s, const char *sql, int64_t domain,
		      const int64_t range[2], struct rollup_sums *out, struct err *err)
{
	if (range[0] > range[1])
		return true;
	sqlite3_stmt *st = STMT_ASK(s, err, sql, a_int(domain), a_int(range[0]),
				    a_int(range[1]));
	if (!st)
		return false;
	enum stmt_step step;
	while ((step = stmt_step(s, st, err)) == STMT_ROW)
		add_row(out, st, 0);
	return step == STMT_END;
}

static const char by_day[] = "SELECT " SUM_COLUMNS " FROM facts_day "
			     "WHERE domain = ? AND day BETWEEN ? AND ?";

static bool sum_span(struct store *s, int64_t domain, const struct span *p,
		     struct rollup_sums *out, struct err *err)
{
	static const char by_month[] = "SELECT " SUM_COLUMNS " FROM facts_month "
				       "WHERE domain = ? AND day BETWEEN ? AND ?";
	const int64_t months[2] = { p->month_from, p->month_to };
	*out = (struct rollup_sums){ 0 };
	return add_range(s, by_month, domain, months, out, err) &&
	       add_range(s, by_day, domain, p->edge[0], out, err) &&
	       add_range(s, by_day, domain, p->edge[1], out, err);
}

bool facts_sums(struct store *s, int64_t domain, int64_t day_from, int64_t day_to,
		struct rollup_sums *out, struct err *err)
{
	struct span p = span_of(day_from, day_to);
	return facts_settle(s, err) && sum_span(s, domain, &p, out, err);
}

bool facts_domain_ids(struct store *s, struct arena *a, int64_t **out, size_t *out_n,
		      struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT DISTINCT domain FROM facts_month "
				    "WHERE domain > ? ORDER BY domain",
				    a_int(0));
	int64_t *id = NULL;
	size_t n = 0, cap = 0;
	if (!st)
		return false;
	enum stmt_step step;
	while ((step = stmt_step(s, st, err)) == STMT_ROW) {
		if (n == cap) {
			cap = cap ? cap * 2 : 64;
			id = heap_grow(id, cap, sizeof(*id));
		}
		id[n++] = stmt_i64(st, 0);
	}
	*out = arena_array(a, n, sizeof(*id));
	*out_n = n;
	if (n)
		memcpy(*out, id, n * sizeof(*id));
	free(id);
	return step == STMT_END;
}

bool facts_query_domains(struct store *s, const struct facts_query *q, struct arena *a,
			 const int64_t **out, size_t *out_n, struct err *err)
{
	int64_t *id;
	if (!facts_settle(s, err))
		return false;
	*out = q->domains;
	*out_n = q->domain_n;
	if (q->domains)
		return true;
	if (!facts_domain_ids(s, a, &id, out_n, err))
		return false;
	*out = id;
	return true;
}

static struct facts_sum pick(const struct rollup_sums *v, enum facts_result result)
{
	switch (result) {
	case FACTS_PASSED:
		return (struct facts_sum){ v->row_passed, v->passed, v->passed };
	case FACTS_FAILED:
		return (struct facts_sum){ v->rows - v->row_passed,
					   v->messages - v->passed, 0 };
	case FACTS_ALL:
	default:
		return (struct facts_sum){ v->rows, v->messages, v->passed };
	}
}

bool facts_total(struct store *s, const struct facts_query *q, struct facts_sum *out,
		 struct err *err)
{
	struct arena *a = arena_new();
	struct span p = span_of(q->day_from, q->day_to);
	struct rollup_sums all = { 0 }, one;
	const int64_t *id;
	size_t n = 0;
	bool ok = facts_query_domains(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		ok = sum_span(s, id[i], &p, &one, err);
		all.rows += one.rows;
		all.row_passed += one.row_passed;
		all.messages += one.messages;
		all.passed += one.passed;
	}
	arena_free(&a);
	*out = pick(&all, q->result);
	return ok;
}

/* --- per domain --- */

/* The whole months of one domain, added up; the first and the last of those that have
 * what is asked for. */
struct months {
	struct rollup_sums sum;
	bool some;
	int64_t first, last;
};

static void add_month(struct months *m, sqlite3_stmt *st, int col,
		      enum facts_result result)
{
	struct rollup_sums one = { 0 };
	int64_t month = stmt_i64(st, col);
	add_row(&one, st, col + 1);
	rollup_sums_add(&m->sum, &one);
	if ((result == FACTS_PASSED && !(one.row_passed | one.passed)) ||
	    (result == FACTS_FAILED && one.rows == one.row_passed &&
	     one.messages == one.passed))
		return;
	if (!m->some)
		m->first = month;
	m->last = month;
	m->some = true;
}

static bool end_days(struct store *s, const struct span *p, enum facts_result result,
		     const struct months *m, struct facts_by_domain *line,
		     struct err *err)
{
#define DAYS_OF \
	"(SELECT day FROM facts_day WHERE domain = ?1 AND day BETWEEN ?2 AND ?3 AND " \
	"(?4 = 0 OR (?4 = 1 AND (row_passed <> 0 OR passed <> 0)) OR " \
	"(?4 = 2 AND (row_n <> row_passed OR messages <> passed))) "
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT " DAYS_OF "ORDER BY day LIMIT 1), " DAYS_OF
				    "ORDER BY day DESC LIMIT 1)",
				    a_int(line->domain), a_int(p->from), a_int(p->to),
				    a_int(result));
#undef DAYS_OF
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	bool day = sqlite3_column_type(st, 0) != SQLITE_NULL;
	line->first_day = stmt_i64(st, 0);
	line->last_day = stmt_i64(st, 1);
	stmt_reset(st);
	/* Of months whose days are gone, the first and the last of these stand in. */
	if (m->some && (!day || date_month_of(line->first_day) > m->first))
		line->first_day = date_month_start(m->first);
	if (m->some && (!day || date_month_of(line->last_day) < m->last))
		line->last_day = date_month_start(m->last + 1) - 1;
	return true;
}

/* A list of lines that is being made. */
struct lines {
	struct store *s;
	const struct facts_query *q;
	struct span p;
	struct book_list list;
};

static bool add_line(struct lines *l, int64_t domain, struct months *m, struct err *err)
{
	struct facts_by_domain line = { .domain = domain };
	for (size_t i = 0; i < 2; i++)
		if (!add_range(l->s, by_day, domain, l->p.edge[i], &m->sum, err))
			return false;
	line.reports = m->sum.reports;
	line.sum = pick(&m->sum, l->q->result);
	if (!line.sum.rows && !line.sum.messages &&
	    (l->q->result != FACTS_ALL || !line.reports))
		return true;
	if (!end_days(l->s, &l->p, l->q->result, m, &line, err))
		return false;
	*(struct facts_by_domain *)book_list_add(&l->list) = line;
	return true;
}

/* All months of all domains in one go: where nothing but these is asked for. */
static bool all_lines(struct lines *l, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(l->s, err,
				    "SELECT domain, day, " SUM_COLUMNS
				    " FROM facts_month "
				    "WHERE domain > ? ORDER BY domain, day",
				    a_int(0));
	struct months m = { 0 };
	int64_t domain = 0;
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(l->s, st, err)) == STMT_ROW) {
		if (domain != stmt_i64(st, 0)) {
			if (domain && !add_line(l, domain, &m, err)) {
				stmt_reset(st);
				return false;
			}
			m = (struct months){ 0 };
			domain = stmt_i64(st, 0);
		}
		add_month(&m, st, 1, l->q->result);
	}
	return step == STMT_END && (!domain || add_line(l, domain, &m, err));
}

static bool one_line(struct lines *l, int64_t domain, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(l->s, err,
				    "SELECT day, " SUM_COLUMNS " FROM facts_month WHERE "
				    "domain = ? AND day BETWEEN ? AND ? ORDER BY day",
				    a_int(domain), a_int(l->p.month_from),
				    a_int(l->p.month_to));
	struct months m = { 0 };
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(l->s, st, err)) == STMT_ROW)
		add_month(&m, st, 0, l->q->result);
	return step == STMT_END && add_line(l, domain, &m, err);
}

bool facts_domains(struct store *s, const struct facts_query *q, struct arena *a,
		   struct facts_by_domain **out, size_t *out_n, struct err *err)
{
	struct lines l = { .s = s,
			   .q = q,
			   .p = span_of(q->day_from, q->day_to),
			   .list.size = sizeof(**out) };
	const int64_t *id = q->domains;
	size_t n = 0;
	bool whole = !id && q->day_from == INT64_MIN && q->day_to == INT64_MAX;
	bool ok = whole ? facts_settle(s, err) && all_lines(&l, err)
			: facts_query_domains(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = one_line(&l, id[i], err);
	*out = book_list_end(&l.list, a, out_n);
	return ok;
}

/* --- per month --- */

static bool months_of(struct store *s, const struct facts_query *q, int64_t domain,
		      struct book_list *list, struct err *err)
{
	struct span p = span_of(q->day_from, q->day_to);
	if (p.from > p.to)
		return true;
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT day, " SUM_COLUMNS " FROM facts_month WHERE "
				    "domain = ? AND day BETWEEN ? AND ? ORDER BY day",
				    a_int(domain), a_int(date_month_of(p.from)),
				    a_int(date_month_of(p.to)));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		struct rollup_sums sum = { 0 };
		add_row(&sum, st, 1);
		struct facts_sum some = pick(&sum, q->result);
		if (sum.reports || some.rows || some.messages)
			*(struct facts_by_month *)book_list_add(list) =
				(struct facts_by_month){ domain, stmt_i64(st, 0),
							 sum.reports, some };
	}
	return step == STMT_END;
}

bool facts_months(struct store *s, const struct facts_query *q, struct arena *a,
		  struct facts_by_month **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	const int64_t *id;
	size_t n = 0;
	bool ok = facts_query_domains(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = months_of(s, q, id[i], &list, err);
	*out = book_list_end(&list, a, out_n);
	return ok;
}

/* --- per day --- */

struct day_sum {
	int64_t day;
	struct rollup_sums sum;
};

/* Lines of any day in any order; those of one day become one when it is full. */
struct day_list {
	struct day_sum *all;
	size_t n, cap;
};

static int day_cmp(const void *x, const void *y)
{
	const struct day_sum *a = x, *b = y;
	return (a->day > b->day) - (a->day < b->day);
}

static void day_list_merge(struct day_list *l)
{
	size_t out = 0;
	if (l->n)
		qsort(l->all, l->n, sizeof(*l->all), day_cmp);
	for (size_t i = 1; i < l->n; i++)
		if (l->all[i].day == l->all[out].day)
			rollup_sums_add(&l->all[out].sum, &l->all[i].sum);
		else
			l->all[++out] = l->all[i];
	l->n = l->n ? out + 1 : 0;
}

static struct day_sum *day_list_add(struct day_list *l)
{
	if (l->n == l->cap)
		day_list_merge(l);
	if (l->n >= l->cap / 2) {
		l->cap = l->cap ? l->cap * 2 : 4096;
		l->all = heap_grow(l->all, l->cap, sizeof(*l->all));
	}
	l->all[l->n] = (struct day_sum){ 0 };
	return &l->all[l->n++];
}

static bool days_of(struct store *s, int64_t domain, const struct span *p,
		    struct day_list *l, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT day, " SUM_COLUMNS " FROM facts_day WHERE "
				    "domain = ? AND day BETWEEN ? AND ?",
				    a_int(domain), a_int(p->from), a_int(p->to));
	if (!st)
		return false;
	enum stmt_step step;
	while ((step = stmt_step(s, st, err)) == STMT_ROW) {
		struct day_sum *at = day_list_add(l);
		at->day = stmt_i64(st, 0);
		add_row(&at->sum, st, 1);
	}
	return step == STMT_END;
}

bool facts_days(struct store *s, const struct facts_query *q, struct arena *a,
		struct facts_by_day **out, size_t *out_n, struct err *err)
{
	struct span p = span_of(q->day_from, q->day_to);
	struct day_list l = { 0 };
	const int64_t *id;
	size_t n = 0;
	*out_n = 0;
	bool ok = facts_query_domains(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = days_of(s, id[i], &p, &l, err);
	day_list_merge(&l);
	*out = arena_array(a, l.n, sizeof(**out));
	for (size_t i = 0; i < l.n; i++) {
		struct facts_sum sum = pick(&l.all[i].sum, q->result);
		if (sum.rows || sum.messages)
			(*out)[(*out_n)++] = (struct facts_by_day){ l.all[i].day, sum };
	}
	free(l.all);
	return ok;
}

/* --- per source, per facet --- */

bool facts_sources(struct store *s, const struct facts_query *q, uint32_t limit,
		   struct arena *a, struct facts_by_source **out, size_t *out_n,
		   uint64_t *out_all, struct err *err)
{
	struct tally *t;
	bool ok = facts_sweep(s, q, SWEEP_SOURCES, limit, &t, out_n, out_all, err);
	*out = arena_array(a, *out_n, sizeof(**out));
	for (size_t i = 0; i < *out_n; i++)
		(*out)[i] = (struct facts_by_source){
			.source = codec_key_source(&t[i].key),
			.first_day = t[i].first_day,
			.last_day = t[i].last_day,
			.domains = t[i].domains,
			.sum = { t[i].rows, t[i].messages, t[i].passed },
		};
	free(t);
	return ok;
}

static bool by_facet(struct store *s, const struct facts_query *q, enum sweep_by by,
		     uint32_t limit, struct arena *a, struct facts_by_facet **out,
		     size_t *out_n, uint64_t *out_all, struct err *err)
{
	struct tally *t;
	bool ok = facts_sweep(s, q, by, limit, &t, out_n, out_all, err);
	*out = arena_array(a, *out_n, sizeof(**out));
	for (size_t i = 0; i < *out_n; i++)
		(*out)[i] = (struct facts_by_facet){
			.source = codec_key_source(&t[i].key),
			.facet = codec_key_facet(&t[i].key),
			.passed = codec_key_passed(&t[i].key),
			.first_day = t[i].first_day,
			.last_day = t[i].last_day,
			.rows = t[i].rows,
			.messages = t[i].messages,
		};
	free(t);
	return ok;
}

bool facts_facets(struct store *s, const struct facts_query *q, uint32_t limit,
		  struct arena *a, struct facts_by_facet **out, size_t *out_n,
		  uint64_t *out_all, struct err *err)
{
	return by_facet(s, q, SWEEP_FACETS, limit, a, out, out_n, out_all, err);
}

bool facts_pairs(struct store *s, const struct facts_query *q, uint32_t limit,
		 struct arena *a, struct facts_by_facet **out, size_t *out_n,
		 uint64_t *out_all, struct err *err)
{
	return by_facet(s, q, SWEEP_PAIRS, limit, a, out, out_n, out_all, err);
}
