/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/facts_int.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

/* --- ranges of days as whole months and what is left over --- */

struct span {
	int64_t from, to;             /* days */
	int64_t month_from, month_to; /* empty where from > to */
	int64_t edge[2][2];           /* days before and after; empty where from > to */
};

static int64_t month_start(int64_t month)
{
	int64_t year = month / 12, left = month % 12;
	if (left < 0) {
		left += 12;
		year--;
	}
	return date_from_civil(1970 + year, (unsigned)left + 1, 1);
}

static struct span span_of(int64_t from, int64_t to)
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
	if (p.from > FIRST && month_start(a) < p.from)
		a++;
	if (p.to < LAST && month_start(b + 1) - 1 > p.to)
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
	p.edge[0][1] = month_start(a) - 1;
	p.edge[1][0] = month_start(b + 1);
	p.edge[1][1] = p.to;
	return p;
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

/* The domains of a question, with what is held brought into the tables before. */
static bool domains_of(struct store *s, const struct facts_query *q, struct arena *a,
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
	bool ok = domains_of(s, q, a, &id, &n, err);
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

#define DAY_WHERE \
	"SELECT day FROM facts_day WHERE domain = ?1 AND day BETWEEN ?2 AND ?3 AND " \
	"(?4 = 0 OR (?4 = 1 AND (row_passed <> 0 OR passed <> 0)) OR " \
	"(?4 = 2 AND (row_n <> row_passed OR messages <> passed))) "

static bool end_day(struct store *s, const char *sql, int64_t domain,
		    const struct span *p, enum facts_result result, int64_t *out,
		    struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, sql, a_int(domain), a_int(p->from),
				    a_int(p->to), a_int(result));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step != STMT_ROW)
		return step == STMT_END;
	*out = stmt_i64(st, 0);
	stmt_reset(st);
	return true;
}

static bool domain_line(struct store *s, int64_t domain, const struct span *p,
			enum facts_result result, struct facts_by_domain *out, bool *some,
			struct err *err)
{
	static const char first[] = DAY_WHERE "ORDER BY day LIMIT 1";
	static const char last[] = DAY_WHERE "ORDER BY day DESC LIMIT 1";
	struct rollup_sums v;
	if (!sum_span(s, domain, p, &v, err))
		return false;
	*out = (struct facts_by_domain){ .domain = domain, .sum = pick(&v, result) };
	*some = out->sum.rows || out->sum.messages || (result == FACTS_ALL && v.reports);
	return !*some || (end_day(s, first, domain, p, result, &out->first_day, err) &&
			  end_day(s, last, domain, p, result, &out->last_day, err));
}

bool facts_domains(struct store *s, const struct facts_query *q, struct arena *a,
		   struct facts_by_domain **out, size_t *out_n, struct err *err)
{
	struct span p = span_of(q->day_from, q->day_to);
	const int64_t *id;
	size_t n;
	*out_n = 0;
	if (!domains_of(s, q, a, &id, &n, err))
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

/* --- tallies: sums by a key, in a hash table --- */

struct tally {
	struct codec_key key;
	int64_t first_day, last_day, last_domain;
	uint32_t domains;
	struct rollup_sums sum;
};

struct tallies {
	const struct hash_key *seed;
	struct tally *all;
	size_t n, cap;
	uint32_t *slot; /* index + 1; 0: empty */
	size_t slots;   /* a power of two */
};

static void tallies_free(struct tallies *t)
{
	free(t->all);
	free(t->slot);
}

static size_t slot_of(const struct tallies *t, const struct codec_key *k)
{
	uint64_t h = (k->hi ^ t->seed->k0) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ k->lo) * UINT64_C(0xd6e8feb86659fd93);
	h = (h ^ h >> 29 ^ k->fp ^ t->seed->k1) * UINT64_C(0xff51afd7ed558ccd);
	return (size_t)(h ^ h >> 32 ^ k->kind) & (t->slots - 1);
}

static void tallies_grow(struct tallies *t)
{
	t->cap = t->cap ? t->cap * 2 : 256;
	t->slots = t->cap * 2;
	t->all = heap_grow(t->all, t->cap, sizeof(*t->all));
	free(t->slot);
	t->slot = heap_array(t->slots, sizeof(*t->slot));
	for (size_t i = 0; i < t->n; i++) {
		size_t at = slot_of(t, &t->all[i].key);
		while (t->slot[at])
			at = (at + 1) & (t->slots - 1);
		t->slot[at] = (uint32_t)i + 1;
	}
}

static struct tally *tally_of(struct tallies *t, const struct codec_key *k)
{
	if (t->n == t->cap)
		tallies_grow(t);
	size_t at = slot_of(t, k);
	for (; t->slot[at]; at = (at + 1) & (t->slots - 1)) {
		struct tally *have = &t->all[t->slot[at] - 1];
		if (codec_key_cmp(&have->key, k) == 0)
			return have;
	}
	t->slot[at] = (uint32_t)t->n + 1;
	t->all[t->n] = (struct tally){ .key = *k,
				       .first_day = INT64_MAX,
				       .last_day = INT64_MIN };
	return &t->all[t->n++];
}

static void tally_see(struct tally *t, int64_t domain, int64_t day)
{
	if (day < t->first_day)
		t->first_day = day;
	if (day > t->last_day)
		t->last_day = day;
	if (domain != t->last_domain)
		t->domains++;
	t->last_domain = domain;
}

/* --- per day --- */

static bool days_of(struct store *s, int64_t domain, const struct span *p,
		    struct tallies *t, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT day, " SUM_COLUMNS " FROM facts_day WHERE "
				    "domain = ? AND day BETWEEN ? AND ?",
				    a_int(domain), a_int(p->from), a_int(p->to));
	if (!st)
		return false;
	enum stmt_step step;
	while ((step = stmt_step(s, st, err)) == STMT_ROW) {
		int64_t day = stmt_i64(st, 0);
		struct codec_key k = { .hi = (uint64_t)day, .fp = 1 };
		struct tally *at = tally_of(t, &k);
		tally_see(at, domain, day);
		add_row(&at->sum, st, 1);
	}
	return step == STMT_END;
}

static int day_cmp(const void *x, const void *y)
{
	const struct facts_by_day *a = x, *b = y;
	return (a->day > b->day) - (a->day < b->day);
}

bool facts_days(struct store *s, const struct facts_query *q, struct arena *a,
		struct facts_by_day **out, size_t *out_n, struct err *err)
{
	struct span p = span_of(q->day_from, q->day_to);
	struct tallies t = { .seed = &s->key };
	const int64_t *id;
	size_t n = 0;
	*out_n = 0;
	bool ok = domains_of(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = days_of(s, id[i], &p, &t, err);
	*out = arena_array(a, t.n, sizeof(**out));
	for (size_t i = 0; i < t.n; i++) {
		struct facts_sum sum = pick(&t.all[i].sum, q->result);
		if (sum.rows || sum.messages)
			(*out)[(*out_n)++] = (struct facts_by_day){ t.all[i].first_day,
								    sum };
	}
	tallies_free(&t);
	qsort(*out, *out_n, sizeof(**out), day_cmp);
	return ok;
}

/* --- per source, per facet --- */

struct sweep {
	struct tallies t;
	enum facts_result result;
	bool by_facet;
};

static bool sweep_part(struct sweep *w, int64_t domain, int64_t day, struct sv bytes)
{
	struct codec_entry e = { 0 };
	struct tally *at = NULL;
	while (bytes.n) {
		if (!codec_take_entry(&bytes, &e))
			return false;
		bool passed = codec_key_passed(&e.key);
		if ((w->result == FACTS_PASSED && !passed) ||
		    (w->result == FACTS_FAILED && passed))
			continue;
		struct codec_key k = e.key;
		k.fp = w->by_facet ? k.fp : 0;
		/* Entries of one source stand together. */
		if (!at || codec_key_cmp(&at->key, &k) != 0) {
			at = tally_of(&w->t, &k);
			tally_see(at, domain, day);
		}
		at->sum.rows += e.rows;
		at->sum.messages += e.messages;
		at->sum.passed += passed ? e.messages : 0;
	}
	return true;
}

static bool sweep_domain(struct store *s, struct sweep *w, int64_t domain,
			 const struct span *p, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT day, bytes FROM facts_roll WHERE domain = ? "
				    "AND day BETWEEN ? AND ?",
				    a_int(domain), a_int(p->from), a_int(p->to));
	if (!st)
		return false;
	enum stmt_step step;
	while ((step = stmt_step(s, st, err)) == STMT_ROW) {
		if (sweep_part(w, domain, stmt_i64(st, 0), stmt_view(st, 1)))
			continue;
		stmt_reset(st);
		return store_damaged(s, err, "a roll-up cannot be read");
	}
	return step == STMT_END;
}

static int tally_cmp(const void *x, const void *y)
{
	const struct tally *a = *(const struct tally *const *)x;
	const struct tally *b = *(const struct tally *const *)y;
	if (a->sum.messages != b->sum.messages)
		return a->sum.messages > b->sum.messages ? -1 : 1;
	if (a->sum.rows != b->sum.rows)
		return a->sum.rows > b->sum.rows ? -1 : 1;
	return codec_key_cmp(&a->key, &b->key);
}

/* The tallies that were asked for, most messages first; pointers into `w`. */
static bool sweep(struct store *s, const struct facts_query *q, struct sweep *w,
		  const struct tally ***out, struct err *err)
{
	struct arena *a = arena_new();
	struct span p = span_of(q->day_from, q->day_to);
	const int64_t *id;
	size_t n = 0;
	bool ok = domains_of(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = sweep_domain(s, w, id[i], &p, err);
	arena_free(&a);
	*out = heap_array(w->t.n, sizeof(**out));
	for (size_t i = 0; i < w->t.n; i++)
		(*out)[i] = &w->t.all[i];
	qsort(*out, w->t.n, sizeof(**out), tally_cmp);
	return ok;
}

static size_t limited(size_t n, uint32_t limit)
{
	return limit && limit < n ? limit : n;
}

bool facts_sources(struct store *s, const struct facts_query *q, uint32_t limit,
		   struct arena *a, struct facts_by_source **out, size_t *out_n,
		   uint64_t *out_all, struct err *err)
{
	struct sweep w = { .t.seed = &s->key, .result = q->result };
	const struct tally **line;
	bool ok = sweep(s, q, &w, &line, err);
	*out_all = w.t.n;
	*out_n = limited(w.t.n, limit);
	*out = arena_array(a, *out_n, sizeof(**out));
	for (size_t i = 0; i < *out_n; i++) {
		const struct tally *t = line[i];
		(*out)[i] = (struct facts_by_source){
			.source = codec_key_source(&t->key),
			.first_day = t->first_day,
			.last_day = t->last_day,
			.domains = t->domains,
			.sum = { t->sum.rows, t->sum.messages, t->sum.passed },
		};
	}
	free(line);
	tallies_free(&w.t);
	return ok;
}

bool facts_facets(struct store *s, const struct facts_query *q, uint32_t limit,
		  struct arena *a, struct facts_by_facet **out, size_t *out_n,
		  uint64_t *out_all, struct err *err)
{
	struct sweep w = { .t.seed = &s->key, .result = q->result, .by_facet = true };
	const struct tally **line;
	bool ok = sweep(s, q, &w, &line, err);
	*out_all = w.t.n;
	*out_n = limited(w.t.n, limit);
	*out = arena_array(a, *out_n, sizeof(**out));
	for (size_t i = 0; i < *out_n; i++) {
		const struct tally *t = line[i];
		(*out)[i] = (struct facts_by_facet){
			.source = codec_key_source(&t->key),
			.facet = codec_key_facet(&t->key),
			.passed = codec_key_passed(&t->key),
			.first_day = t->first_day,
			.last_day = t->last_day,
			.rows = t->sum.rows,
			.messages = t->sum.messages,
		};
	}
	free(line);
	tallies_free(&w.t);
	return ok;
}
