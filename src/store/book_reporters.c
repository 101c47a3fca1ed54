/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_reporters.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/limits.h"
#include "store/book_filter_int.h"

#include <stdlib.h>

/* --- reporters by their name, in any order: a hash table over a list --- */

struct reporters {
	struct book_list list; /* of struct book_reporter */
	uint32_t *slot;        /* index + 1; 0: empty */
	size_t slots;          /* a power of two */
};

static struct book_reporter *reporter_at(const struct reporters *m, size_t i)
{
	return (struct book_reporter *)(void *)m->list.p + i;
}

/* ASCII case is folded, as in the comparison. */
static size_t reporter_slot(const struct store *s, const struct reporters *m,
			    struct sv org)
{
	char name[LIMIT_VALUE];
	size_t n = org.n < sizeof(name) ? org.n : sizeof(name);
	for (size_t i = 0; i < n; i++)
		name[i] = ascii_lower(org.p[i]);
	return (size_t)hash_bytes(&s->key, name, n) & (m->slots - 1);
}

static uint32_t *find_reporter(const struct store *s, const struct reporters *m,
			       struct sv org)
{
	size_t at = reporter_slot(s, m, org);
	while (m->slot[at] && !sv_eq_fold(reporter_at(m, m->slot[at] - 1)->org, org))
		at = (at + 1) & (m->slots - 1);
	return &m->slot[at];
}

static void grow_reporters(const struct store *s, struct reporters *m)
{
	m->slots = m->slots ? m->slots * 2 : 256;
	free(m->slot);
	m->slot = heap_array(m->slots, sizeof(*m->slot));
	for (size_t i = 0; i < m->list.n; i++)
		*find_reporter(s, m, reporter_at(m, i)->org) = (uint32_t)i + 1;
}

/* Counts the report that the statement stands at; the place of its reporter. */
static size_t add_report(struct store *s, sqlite3_stmt *st, struct arena *a,
			 struct reporters *m)
{
	struct sv org = stmt_view(st, 0);
	int64_t day = stmt_i64(st, 3);
	if (m->list.n * 2 >= m->slots)
		grow_reporters(s, m);
	uint32_t *slot = find_reporter(s, m, org);
	if (!*slot) {
		struct book_reporter *r = book_list_add(&m->list);
		r->org = arena_sv(a, org);
		r->last_day = day;
		*slot = (uint32_t)m->list.n;
	}
	struct book_reporter *r = reporter_at(m, *slot - 1);
	r->reports++;
	r->messages += stmt_u64(st, 1);
	r->passed += stmt_u64(st, 2);
	if (day > r->last_day)
		r->last_day = day;
	return *slot - 1;
}

static int reporter_cmp(const void *x, const void *y)
{
	const struct book_reporter *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	if (a->reports != b->reports)
		return a->reports > b->reports ? -1 : 1;
	return sv_cmp(a->org, b->org);
}

/* --- their days and their domains: pairs of a reporter and a number --- */

struct pair {
	size_t reporter;
	int64_t number;
};

/* Each pair once: a hash table over a list. */
struct pairs {
	struct book_list list; /* of struct pair */
	uint32_t *slot;        /* index + 1; 0: empty */
	size_t slots;          /* a power of two */
};

static struct pair *pair_at(const struct pairs *m, size_t i)
{
	return (struct pair *)(void *)m->list.p + i;
}

static uint32_t *find_pair(const struct store *s, const struct pairs *m, struct pair p)
{
	size_t at = (size_t)hash_bytes(&s->key, &p, sizeof(p)) & (m->slots - 1);
	for (; m->slot[at]; at = (at + 1) & (m->slots - 1)) {
		const struct pair *q = pair_at(m, m->slot[at] - 1);
		if (q->reporter == p.reporter && q->number == p.number)
			break;
	}
	return &m->slot[at];
}

static void grow_pairs(const struct store *s, struct pairs *m)
{
	m->slots = m->slots ? m->slots * 2 : 1024;
	free(m->slot);
	m->slot = heap_array(m->slots, sizeof(*m->slot));
	for (size_t i = 0; i < m->list.n; i++)
		*find_pair(s, m, *pair_at(m, i)) = (uint32_t)i + 1;
}

static void add_pair(const struct store *s, struct pairs *m, struct pair p)
{
	if (m->list.n * 2 >= m->slots)
		grow_pairs(s, m);
	uint32_t *slot = find_pair(s, m, p);
	if (*slot)
		return;
	*(struct pair *)book_list_add(&m->list) = p;
	*slot = (uint32_t)m->list.n;
}

static int pair_cmp(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	if (a->reporter != b->reporter)
		return a->reporter < b->reporter ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* The numbers, by reporter; at[i] is where those of reporter i begin. */
static int64_t *end_pairs(struct pairs *m, size_t reporters, struct arena *a,
			  size_t **out_at)
{
	size_t n = m->list.n, k = 0;
	int64_t *number = arena_array(a, n + 1, sizeof(*number));
	*out_at = arena_array(a, reporters + 1, sizeof(**out_at));
	if (n)
		qsort(m->list.p, n, sizeof(struct pair), pair_cmp);
	for (size_t i = 0; i < n; i++)
		number[i] = pair_at(m, i)->number;
	for (size_t r = 0; r <= reporters; r++) {
		while (k < n && pair_at(m, k)->reporter < r)
			k++;
		(*out_at)[r] = k;
	}
	free(m->list.p);
	free(m->slot);
	return number;
}

/* --- questions --- */

struct asking {
	struct reporters names;
	bool habits; /* these are wanted too */
	struct pairs days, domains;
	book_repairs_take *take;
	void *ctx;
};

static void add_habit(struct store *s, sqlite3_stmt *st, size_t reporter,
		      struct asking *q)
{
	struct sv repairs = stmt_view(st, 5);
	add_pair(s, &q->days, (struct pair){ reporter, stmt_i64(st, 3) });
	add_pair(s, &q->domains, (struct pair){ reporter, stmt_i64(st, 4) });
	if (repairs.n && q->take)
		q->take(q->ctx, reporter, repairs);
}

static bool ask(struct store *s, const struct book_report_filter *f, struct arena *a,
		struct asking *q, struct err *err)
{
#define COLUMNS \
	"SELECT " BOOK_ORG_COLUMN " AS name, r.messages, r.passed, r.first_day, " \
	"r.domain_id, CASE WHEN r.repair_n > 0 THEN r.repairs ELSE x'' END " \
	"FROM book_report r "
	static const char all[] = COLUMNS BOOK_FILTER_WHERE;
	static const char some[] = COLUMNS
		"INDEXED BY book_report_domain " BOOK_FILTER_WHERE BOOK_FILTER_DOMAINS;
#undef COLUMNS
	struct buf ids;
	q->names.list.size = sizeof(struct book_reporter);
	q->days.list.size = q->domains.list.size = sizeof(struct pair);
	book_filter_ids(f, &ids);
	sqlite3_stmt *st = stmt_ask(s, f->domain_ids ? some : all, NULL, 0, err);
	enum stmt_step step = STMT_FAILED;
	if (st && book_filter_bind(s, st, f, &ids, true, err))
		while ((step = stmt_step(s, st, err)) == STMT_ROW) {
			size_t reporter = add_report(s, st, a, &q->names);
			if (q->habits)
				add_habit(s, st, reporter, q);
		}
	buf_deinit(&ids);
	free(q->names.slot);
	return step == STMT_END;
}

bool book_reporters(struct store *s, const struct book_report_filter *f, struct arena *a,
		    struct book_reporter **out, size_t *out_n, struct err *err)
{
	struct asking q = { 0 };
	bool ok = ask(s, f, a, &q, err);
	*out = book_list_end(&q.names.list, a, out_n);
	qsort(*out, *out_n, sizeof(**out), reporter_cmp);
	return ok;
}

bool book_habits(struct store *s, const struct book_report_filter *f,
		 book_repairs_take *take, void *ctx, struct arena *a,
		 struct book_habit **out, size_t *out_n, struct err *err)
{
	struct asking q = { .habits = true, .take = take, .ctx = ctx };
	bool ok = ask(s, f, a, &q, err);
	size_t *days, *domains;
	struct book_reporter *r = book_list_end(&q.names.list, a, out_n);
	int64_t *day = end_pairs(&q.days, *out_n, a, &days);
	int64_t *domain = end_pairs(&q.domains, *out_n, a, &domains);
	*out = arena_array(a, *out_n + 1, sizeof(**out));
	for (size_t i = 0; i < *out_n; i++)
		(*out)[i] = (struct book_habit){ r[i], day + days[i],
						 days[i + 1] - days[i],
						 domain + domains[i],
						 domains[i + 1] - domains[i] };
	return ok;
}
