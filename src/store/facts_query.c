/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "base/date.h"
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

static bool sum_span(struct store *s, int64_t domain, const struct span *p,
		     struct rollup_sums *out, struct err *err)
{
	static const char by_month[] = "SELECT " SUM_COLUMNS " FROM facts_month "
				       "WHERE domain = ? AND day BETWEEN ? AND ?";
	static const char by_day[] = "SELECT " SUM_COLUMNS " FROM facts_day "
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

#define END_OF(table) \
	"SELECT day FROM " table " WHERE domain = ?1 AND day BETWEEN ?2 AND ?3 AND " \
	"(?4 = 0 OR (?4 = 1 AND (row_passed <> 0 OR passed <> 0)) OR " \
	"(?4 = 2 AND (row_n <> row_passed OR messages <> passed))) "

static bool end_of(struct store *s, const char *sql, int64_t domain, int64_t from,
		   int64_t to, enum facts_result result, int64_t *out, bool *out_found,
		   struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, sql, a_int(domain), a_int(from), a_int(to),
				    a_int(result));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out_found = step == STMT_ROW;
	if (step != STMT_ROW)
		return step == STMT_END;
	*out = stmt_i64(st, 0);
	stmt_reset(st);
	return true;
}

static bool end_day(struct store *s, const char *sql, const char *month_sql, bool last,
		    const struct span *p, enum facts_result result,
		    struct facts_by_domain *line, struct err *err)
{
	int64_t *out = last ? &line->last_day : &line->first_day, month;
	bool day, whole;
	if (!end_of(s, sql, line->domain, p->from, p->to, result, out, &day, err) ||
	    !end_of(s, month_sql, line->domain, p->month_from, p->month_to, result,
		    &month, &whole, err))
		return false;
	/* Of months whose days are gone, the first and the last of these stand in. */
	if (whole && !last && (!day || date_month_of(*out) > month))
		*out = date_month_start(month);
	if (whole && last && (!day || date_month_of(*out) < month))
		*out = date_month_start(month + 1) - 1;
	return true;
}

static bool domain_line(struct store *s, int64_t domain, const struct span *p,
			enum facts_result result, struct facts_by_domain *out, bool *some,
			struct err *err)
{
#define FIRST(table) END_OF(table) "ORDER BY day LIMIT 1"
#define LAST(table) END_OF(table) "ORDER BY day DESC LIMIT 1"
	static const char first[] = FIRST("facts_day"), last[] = LAST("facts_day");
	static const char first_month[] = FIRST("facts_month"),
			  last_month[] = LAST("facts_month");
#undef FIRST
#undef LAST
	struct rollup_sums v;
	if (!sum_span(s, domain, p, &v, err))
		return false;
	*out = (struct facts_by_domain){ .domain = domain, .sum = pick(&v, result) };
	*some = out->sum.rows || out->sum.messages || (result == FACTS_ALL && v.reports);
	return !*some || (end_day(s, first, first_month, false, p, result, out, err) &&
			  end_day(s, last, last_month, true, p, result, out, err));
}

bool facts_domains(struct store *s, const struct facts_query *q, struct arena *a,
		   struct facts_by_domain **out, size_t *out_n, struct err *err)
{
	struct span p = span_of(q->day_from, q->day_to);
	const int64_t *id;
	size_t n;
	*out_n = 0;
	if (!facts_query_domains(s, q, a, &id, &n, err))
		return false;
	*out = arena_array(a, n, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		bool some;
		if (!domain_line(s, id[i], &p, q->result, &(*out)[*out_n], &some, err))
			return false;
		*out_n += some;
	}
	return true;
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
