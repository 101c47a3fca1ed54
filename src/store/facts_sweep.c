/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts_sweep.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/facts_span.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

enum {
	TALLIES_FIRST = 1024,
};

struct sweep {
	struct store *s;
	enum sweep_by by;
	enum facts_result result;
	/* the tallies of this round, and a hash table over them */
	struct tally *all;
	size_t n, cap;
	uint32_t *slot; /* index + 1; 0: empty */
	size_t slots;   /* a power of two */
	/* this round is of the keys from `low` on and, once it was cut, below `high` */
	bool has_low, has_high;
	struct codec_key low, high;
	/* the best so far: a heap with the least of them first, once it is full */
	struct tally *best;
	size_t best_n, best_cap, limit;
	uint64_t keys; /* of all rounds */
};

/* --- the hash table --- */

static size_t slot_of(const struct sweep *w, const struct codec_key *k)
{
	const struct hash_key *seed = &w->s->key;
	uint64_t h = (k->hi ^ seed->k0) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 32 ^ k->lo) * UINT64_C(0xd6e8feb86659fd93);
	h = (h ^ h >> 29 ^ k->fp ^ seed->k1) * UINT64_C(0xff51afd7ed558ccd);
	return (size_t)(h ^ h >> 32 ^ k->kind) & (w->slots - 1);
}

static void fill_slots(struct sweep *w)
{
	memset(w->slot, 0, w->slots * sizeof(*w->slot));
	for (size_t i = 0; i < w->n; i++) {
		size_t at = slot_of(w, &w->all[i].key);
		while (w->slot[at])
			at = (at + 1) & (w->slots - 1);
		w->slot[at] = (uint32_t)i + 1;
	}
}

static void grow(struct sweep *w)
{
	w->cap = w->cap ? w->cap * 2 : TALLIES_FIRST;
	w->cap = w->cap < LIMIT_TALLIES ? w->cap : LIMIT_TALLIES;
	w->all = heap_grow(w->all, w->cap, sizeof(*w->all));
	while (w->slots < w->cap * 2)
		w->slots = w->slots ? w->slots * 2 : 2 * TALLIES_FIRST;
	w->slot = heap_grow(w->slot, w->slots, sizeof(*w->slot));
	fill_slots(w);
}

/* --- rounds --- */

static inline void swap(struct tally *a, struct tally *b)
{
	struct tally t = *a;
	*a = *b;
	*b = t;
}

/* Puts the `mid` least keys in front (Hoare's selection). */
static void select_least(struct tally *t, size_t n, size_t mid)
{
	size_t from = 0, to = n - 1;
	while (from < to) {
		struct codec_key pivot = t[from + (to - from) / 2].key;
		size_t i = from, j = to;
		for (;;) {
			while (codec_key_cmp(&t[i].key, &pivot) < 0)
				i++;
			while (codec_key_cmp(&t[j].key, &pivot) > 0)
				j--;
			if (i >= j)
				break;
			swap(&t[i++], &t[j--]);
		}
		if (mid <= j)
			to = j;
		else
			from = j + 1;
	}
}

/* The table is full: the keys behind the middle wait for the next round. */
static void cut(struct sweep *w)
{
	size_t mid = w->n / 2;
	select_least(w->all, w->n, mid);
	w->high = w->all[mid].key;
	w->has_high = true;
	w->n = mid;
	fill_slots(w);
}

static inline bool waits(const struct sweep *w, const struct codec_key *k)
{
	return w->has_high && codec_key_cmp(k, &w->high) >= 0;
}

static inline bool is_done(const struct sweep *w, const struct codec_key *k)
{
	return w->has_low && codec_key_cmp(k, &w->low) < 0;
}

/* NULL: not in this round. */
static struct tally *tally_of(struct sweep *w, const struct codec_key *k)
{
	if (is_done(w, k) || waits(w, k))
		return NULL;
	if (w->n == w->cap && w->cap < LIMIT_TALLIES)
		grow(w);
	size_t at = slot_of(w, k);
	for (; w->slot[at]; at = (at + 1) & (w->slots - 1)) {
		struct tally *have = &w->all[w->slot[at] - 1];
		if (codec_key_cmp(&have->key, k) == 0)
			return have;
	}
	if (w->n == LIMIT_TALLIES) {
		cut(w);
		return tally_of(w, k);
	}
	w->slot[at] = (uint32_t)w->n + 1;
	w->all[w->n] = (struct tally){ .key = *k,
				       .first_day = INT32_MAX,
				       .last_day = INT32_MIN };
	return &w->all[w->n++];
}

/* --- reading --- */

/* Where an entry stands: its domain, by its place in the question, and its days. */
struct place {
	uint32_t domain;
	int32_t first_day, last_day;
};

static inline void see(struct tally *t, const struct place *p)
{
	if (p->first_day < t->first_day)
		t->first_day = p->first_day;
	if (p->last_day > t->last_day)
		t->last_day = p->last_day;
	t->domains += t->domain != p->domain;
	t->domain = p->domain;
}

static inline struct codec_key key_by(enum sweep_by by, const struct codec_key *k)
{
	struct codec_key out = *k;
	if (by == SWEEP_SOURCES)
		out.fp = 0;
	else if (by == SWEEP_FACETS)
		out = (struct codec_key){ .fp = k->fp };
	return out;
}

/* The part being read: entries of one source stand together. */
struct part {
	struct tally *at; /* of `last`; NULL: not of this round */
	struct codec_key last;
	bool any;
};

static inline void add(struct sweep *w, struct part *m, const struct place *p,
		       const struct codec_entry *e)
{
	bool passed = codec_key_passed(&e->key);
	if (w->result != FACTS_ALL && passed != (w->result == FACTS_PASSED))
		return;
	struct codec_key k = key_by(w->by, &e->key);
	if (!m->any || codec_key_cmp(&m->last, &k) != 0) {
		m->at = tally_of(w, &k);
		m->last = k;
		m->any = true;
	}
	if (!m->at)
		return;
	see(m->at, p);
	m->at->rows += e->rows;
	m->at->messages += e->messages;
	m->at->passed += passed ? e->messages : 0;
}

static bool sweep_day(struct sweep *w, uint32_t domain, int64_t day, struct sv bytes)
{
	const struct place p = { domain, (int32_t)day, (int32_t)day };
	struct codec_entry e = { 0 };
	struct part m = { 0 };
	while (bytes.n) {
		if (!codec_take_entry(&bytes, &e))
			return false;
		add(w, &m, &p, &e);
	}
	return true;
}

static bool sweep_month(struct sweep *w, uint32_t domain, int64_t month, struct sv bytes)
{
	struct place p = { .domain = domain };
	int32_t start = (int32_t)date_month_start(month);
	struct codec_fold f = { 0 };
	struct part m = { 0 };
	while (bytes.n) {
		if (!codec_take_fold(&bytes, &f))
			return false;
		p.first_day = start + f.first;
		p.last_day = start + f.last;
		add(w, &m, &p, &f.e);
	}
	return true;
}

/* Parts of a day stand in the order of their keys: those behind the round are not read.
 */
static bool is_behind(const struct sweep *w, struct sv first)
{
	struct codec_key k;
	if (!w->has_high || w->by == SWEEP_FACETS || !codec_key_parse(first, &k))
		return false;
	k = key_by(w->by, &k);
	return waits(w, &k);
}

/* --- what of a domain is read: months that are folded, and the days between --- */

/* Rows of (day or month, first, bytes). */
static bool sweep_rows(struct sweep *w, sqlite3_stmt *st, uint32_t domain,
		       bool (*take)(struct sweep *w, uint32_t domain, int64_t at,
				    struct sv bytes),
		       struct err *err)
{
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(w->s, st, err)) == STMT_ROW) {
		if (is_behind(w, stmt_view(st, 1)) ||
		    take(w, domain, stmt_i64(st, 0), stmt_view(st, 2)))
			continue;
		stmt_reset(st);
		return store_damaged(w->s, err, "a roll-up cannot be read");
	}
	return step == STMT_END;
}

static bool sweep_days(struct sweep *w, int64_t domain, uint32_t number, int64_t from,
		       int64_t to, struct err *err)
{
	if (from > to)
		return true;
	return sweep_rows(w,
			  STMT_ASK(w->s, err,
				   "SELECT day, first, bytes FROM facts_roll WHERE "
				   "domain = ? AND day BETWEEN ? AND ?",
				   a_int(domain), a_int(from), a_int(to)),
			  number, sweep_day, err);
}

static bool sweep_folds(struct sweep *w, int64_t domain, uint32_t number, int64_t from,
			int64_t to, struct err *err)
{
	return sweep_rows(w,
			  STMT_ASK(w->s, err,
				   "SELECT day, first, bytes FROM facts_fold WHERE "
				   "domain = ? AND day BETWEEN ? AND ?",
				   a_int(domain), a_int(from), a_int(to)),
			  number, sweep_month, err);
}

/* The next run of months that are folded, from *from on; *from > *to: there is none. */
static bool next_folded(struct sweep *w, int64_t domain, const struct span *p,
			int64_t *from, int64_t *to, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(w->s, err,
				    "SELECT day FROM facts_month WHERE domain = ? AND "
				    "day BETWEEN ? AND ? AND folded = 1",
				    a_int(domain), a_int(*from), a_int(p->month_to));
	enum stmt_step step = STMT_FAILED;
	int64_t first = INT64_MAX, last = INT64_MIN;
	while (st && (step = stmt_step(w->s, st, err)) == STMT_ROW) {
		int64_t month = stmt_i64(st, 0);
		if (first == INT64_MAX)
			first = month;
		else if (month != last + 1)
			break;
		last = month;
	}
	if (step == STMT_ROW)
		stmt_reset(st);
	*from = first;
	*to = last;
	return step != STMT_FAILED;
}

static bool sweep_domain(struct sweep *w, int64_t domain, uint32_t number,
			 const struct span *p, struct err *err)
{
	int64_t day = p->from, from = p->month_from, to;
	while (from <= p->month_to) {
		if (!next_folded(w, domain, p, &from, &to, err))
			return false;
		if (from > to)
			break;
		if (!sweep_days(w, domain, number, day, date_month_start(from) - 1,
				err) ||
		    !sweep_folds(w, domain, number, from, to, err))
			return false;
		from = to + 1;
		day = date_month_start(from);
	}
	return sweep_days(w, domain, number, day, p->to, err);
}

/* --- the best --- */

/* Most messages first. */
static int tally_cmp(const void *x, const void *y)
{
	const struct tally *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	if (a->rows != b->rows)
		return a->rows > b->rows ? -1 : 1;
	return codec_key_cmp(&a->key, &b->key);
}

static void sift(struct tally *heap, size_t n, size_t at)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && tally_cmp(&heap[child], &heap[child + 1]) < 0)
			child++;
		if (tally_cmp(&heap[at], &heap[child]) >= 0)
			return;
		swap(&heap[at], &heap[child]);
	}
}

static void offer(struct sweep *w, const struct tally *t)
{
	if (w->best_n == w->limit) {
		if (tally_cmp(t, &w->best[0]) < 0) {
			w->best[0] = *t;
			sift(w->best, w->best_n, 0);
		}
		return;
	}
	if (w->best_n == w->best_cap) {
		w->best_cap = w->best_cap ? w->best_cap * 2 : 64;
		w->best = heap_grow(w->best, w->best_cap, sizeof(*w->best));
	}
	w->best[w->best_n++] = *t;
	for (size_t i = w->best_n / 2; w->best_n == w->limit && i > 0; i--)
		sift(w->best, w->best_n, i - 1);
}

/* --- all of it --- */

static bool next_round(struct sweep *w)
{
	for (size_t i = 0; i < w->n; i++)
		offer(w, &w->all[i]);
	w->keys += w->n;
	w->n = 0;
	if (!w->has_high)
		return false;
	w->low = w->high;
	w->has_low = true;
	w->has_high = false;
	fill_slots(w);
	return true;
}

bool facts_sweep(struct store *s, const struct facts_query *q, enum sweep_by by,
		 uint32_t limit, struct tally **out, size_t *out_n, uint64_t *out_all,
		 struct err *err)
{
	struct sweep w = { .s = s, .by = by, .result = q->result };
	struct arena *a = arena_new();
	struct span p = span_of(q->day_from, q->day_to);
	const int64_t *id;
	size_t n = 0;
	w.limit = limit && limit < LIMIT_LINES ? limit : LIMIT_LINES;
	bool ok = facts_query_domains(s, q, a, &id, &n, err);
	do
		for (size_t i = 0; ok && i < n; i++)
			ok = sweep_domain(&w, id[i], (uint32_t)i + 1, &p, err);
	while (next_round(&w) && ok);
	arena_free(&a);
	free(w.all);
	free(w.slot);
	if (w.best_n)
		qsort(w.best, w.best_n, sizeof(*w.best), tally_cmp);
	*out = w.best;
	*out_n = ok ? w.best_n : 0;
	*out_all = w.keys;
	return ok;
}
