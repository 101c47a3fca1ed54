/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rollup.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_month.h"
#include "store/facts_fold.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

enum {
	DELTA_MAX = 64 * 1024,
	/* A part that outgrows its limit is cut to this, so that what comes later fits.
	 */
	PART_FILL = 10 * 1024,
};

/* Changes are modulo 2^64: taking away is adding the complement. */
struct delta {
	uint64_t group; /* domain and day, in their order */
	struct codec_entry e;
};

/* Sorted in place of the deltas: two integers tell nearly all of them apart. */
struct sort_key {
	uint64_t group, prefix;
	uint32_t at;
};

struct roll_sql {
	const char *two, *cover, *next, *insert, *update, *drop;
	const char *sums[2], *add[2], *put[2], *clear[2]; /* of a day, of a month */
};

#define ROLL_SQL(t) \
	{ \
		.two = "SELECT first, bytes FROM " t \
		       "roll WHERE domain = ? AND day = ? " \
		       "ORDER BY first LIMIT 2", \
		.cover = "SELECT first, bytes FROM " t "roll WHERE domain = ? AND " \
			 "day = ? AND first <= ? ORDER BY first DESC LIMIT 1", \
		.next = "SELECT first FROM " t "roll WHERE domain = ? AND day = ? AND " \
			"first > ? ORDER BY first LIMIT 1", \
		.insert = "INSERT INTO " t "roll (domain, day, first, bytes) VALUES " \
			  "(?, ?, ?, ?)", \
		.update = "UPDATE " t "roll SET bytes = ?4 WHERE domain = ?1 AND " \
			  "day = ?2 AND first = ?3", \
		.drop = "DELETE FROM " t "roll WHERE domain = ? AND day = ? AND " \
			"first = ?", \
		.sums = { SUMS_GET(t "day"), SUMS_GET(t "month") }, \
		.add = { SUMS_ADD(t "day"), SUMS_ADD(t "month") ", folded = 0" }, \
		.put = { SUMS_PUT(t "day"), SUMS_PUT(t "month") }, \
		.clear = { SUMS_CLEAR(t "day"), SUMS_CLEAR(t "month") }, \
	}
#define SUMS_GET(t) \
	"SELECT reports, row_n, row_passed, messages, passed FROM " t \
	" WHERE domain = ? AND day = ?"
#define SUMS_PUT(t) \
	"INSERT OR REPLACE INTO " t " (domain, day, reports, row_n, row_passed, " \
	"messages, passed) VALUES (?, ?, ?, ?, ?, ?, ?)"
#define SUMS_ADD(t) \
	"INSERT INTO " t " AS o (domain, day, reports, row_n, row_passed, messages, " \
	"passed) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET " \
	"reports = o.reports + excluded.reports, row_n = o.row_n + excluded.row_n, " \
	"row_passed = o.row_passed + excluded.row_passed, " \
	"messages = o.messages + excluded.messages, passed = o.passed + excluded.passed"
#define SUMS_CLEAR(t) "DELETE FROM " t " WHERE domain = ? AND day = ?"

static const struct roll_sql roll_sql[] = {
	[ROLLUP_MAIN] = ROLL_SQL("facts_"),
	[ROLLUP_CHECK] = ROLL_SQL("temp.check_"),
};

struct rollup {
	const struct roll_sql *sql;
	struct delta *delta;
	size_t n, cap;
	bool marked;
	size_t mark;
	bool below_done; /* what lies below the mark was merged within the savepoint */
	struct sort_key *key, *spare;
	size_t key_cap;
	/* of the part being merged */
	struct codec_entry *old, *merged;
	size_t old_n, old_cap, merged_n, merged_cap;
	uint8_t part[ROLLUP_PART_MAX];
	/* of the month being summed */
	int64_t month_domain, month;
	struct rollup_sums month_sums;
	bool sealing;
};

struct rollup *rollup_new(enum rollup_target target)
{
	struct rollup *r = heap_array(1, sizeof(*r));
	r->sql = &roll_sql[target];
	return r;
}

void rollup_free(struct rollup **r)
{
	if (!*r)
		return;
	free((*r)->delta);
	free((*r)->key);
	free((*r)->spare);
	free((*r)->old);
	free((*r)->merged);
	free(*r);
	*r = NULL;
}

/* --- gathering --- */

static uint64_t group_of(int64_t domain, int64_t day)
{
	return (uint64_t)domain << 32 | ((uint32_t)(int32_t)day ^ UINT32_C(0x80000000));
}

static int64_t group_domain(uint64_t g)
{
	return (int64_t)(g >> 32);
}

static int64_t group_day(uint64_t g)
{
	return (int32_t)((uint32_t)g ^ UINT32_C(0x80000000));
}

static bool place_ok(const struct store *s, const struct rollup_place *at,
		     struct err *err)
{
	if (at->domain > 0 && at->domain <= UINT32_MAX && at->days >= 1 &&
	    at->days <= ROLLUP_DAYS_MAX && at->first_day >= ROLLUP_DAY_MIN &&
	    at->first_day <= ROLLUP_DAY_MAX)
		return true;
	return store_damaged(s, err,
			     "a report counts on %u days from day %lld of domain %lld on",
			     at->days, (long long)at->first_day, (long long)at->domain);
}

static bool flush_from(struct store *s, struct rollup *r, size_t from, struct err *err);

static bool add(struct store *s, struct rollup *r, uint64_t group,
		const struct codec_entry *e, struct err *err)
{
	if (r->n >= DELTA_MAX && !flush_from(s, r, r->mark, err))
		return false;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 1024;
		r->delta = heap_grow(r->delta, r->cap, sizeof(*r->delta));
	}
	r->delta[r->n++] = (struct delta){ .group = group, .e = *e };
	return true;
}

bool rollup_add_report(struct store *s, struct rollup *r, const struct rollup_place *at,
		       struct err *err)
{
	/* A key without a facet is the report itself; it sorts before all others. */
	struct codec_entry e = { .rows = at->add ? 1 : UINT64_MAX };
	return place_ok(s, at, err) &&
	       add(s, r, group_of(at->domain, at->first_day), &e, err);
}

/* As report_day_share() of report/aggregate.h, which this room may not include. */
static uint64_t day_share(uint64_t messages, uint64_t k, uint32_t n, uint32_t i)
{
	uint32_t from = (uint32_t)(k % n);
	uint32_t behind = i >= from ? i - from : i + n - from;
	return messages / n + (behind < messages % n);
}

bool rollup_add_row(struct store *s, struct rollup *r, const struct rollup_place *at,
		    uint64_t k, const struct codec_entry *row, struct err *err)
{
	if (!place_ok(s, at, err))
		return false;
	uint64_t sign = at->add ? 1 : UINT64_MAX;
	for (uint32_t i = 0; i < at->days; i++) {
		struct codec_entry e = { .key = row->key };
		e.rows = i == 0 ? row->rows * sign : 0;
		e.messages = day_share(row->messages, k, at->days, i) * sign;
		if ((e.rows || e.messages) &&
		    !add(s, r, group_of(at->domain, at->first_day + i), &e, err))
			return false;
	}
	return true;
}

bool rollup_is_clean(const struct rollup *r)
{
	return r->n == (r->below_done ? r->mark : 0);
}

bool rollup_mark(struct store *s, struct rollup *r, struct err *err)
{
	/* What is held below a mark cannot be flushed above it: leave room. */
	if (r->n > DELTA_MAX / 2 && !rollup_flush(s, r, err))
		return false;
	r->marked = true;
	r->mark = r->n;
	return true;
}

static void unmark(struct rollup *r)
{
	r->marked = false;
	r->mark = 0;
	r->below_done = false;
}

void rollup_release(struct rollup *r)
{
	if (r->below_done && r->n > r->mark)
		memmove(r->delta, r->delta + r->mark,
			(r->n - r->mark) * sizeof(*r->delta));
	if (r->below_done)
		r->n -= r->mark;
	unmark(r);
}

void rollup_undo(struct rollup *r)
{
	if (r->marked)
		r->n = r->mark;
	unmark(r);
}

void rollup_forget(struct rollup *r)
{
	r->n = 0;
	r->sealing = false;
	unmark(r);
}

/* --- sorting --- */

static struct sort_key key_of(const struct delta *d, size_t at)
{
	const struct codec_key *k = &d->e.key;
	uint64_t rank = k->kind == ADDR_V4 ? 1 : k->kind == ADDR_V6 ? 2 : 0;
	/* An IPv4 address leaves 30 bits for the facet: together they are the key. */
	uint64_t most = (UINT64_C(1) << 30) - 1;
	uint64_t tail = k->kind != ADDR_V4 ? 0 : k->fp < most ? k->fp : most;
	return (struct sort_key){ .group = d->group,
				  .prefix = rank << 62 | k->hi >> 2 | tail,
				  .at = (uint32_t)at };
}

static inline bool in_order(const struct rollup *r, const struct sort_key *a,
			    const struct sort_key *b)
{
	if (a->group != b->group)
		return a->group < b->group;
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix;
	return codec_key_cmp(&r->delta[a->at].e.key, &r->delta[b->at].e.key) <= 0;
}

static void merge_runs(const struct rollup *r, const struct sort_key *from,
		       struct sort_key *to, size_t mid, size_t n)
{
	if (mid >= n || in_order(r, &from[mid - 1], &from[mid])) {
		memcpy(to, from, n * sizeof(*to));
		return;
	}
	size_t a = 0, b = mid, out = 0;
	while (a < mid && b < n)
		to[out++] = in_order(r, &from[a], &from[b]) ? from[a++] : from[b++];
	memcpy(to + out, from + a, (mid - a) * sizeof(*to));
	out += mid - a;
	memcpy(to + out, from + b, (n - b) * sizeof(*to));
}

/* Sorts the deltas from `from` on into r->key; equal keys stay in their order. */
static size_t sort_deltas(struct rollup *r, size_t from)
{
	size_t n = r->n - from;
	if (n > r->key_cap) {
		r->key_cap = n;
		r->key = heap_grow(r->key, n, sizeof(*r->key));
		r->spare = heap_grow(r->spare, n, sizeof(*r->spare));
	}
	for (size_t i = 0; i < n; i++)
		r->key[i] = key_of(&r->delta[from + i], from + i);
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t i = 0; i < n; i += 2 * width) {
			size_t all = n - i < 2 * width ? n - i : 2 * width;
			merge_runs(r, r->key + i, r->spare + i, width, all);
		}
		struct sort_key *k = r->key;
		r->key = r->spare;
		r->spare = k;
	}
	return n;
}

/* --- sums --- */

void rollup_sums_add(struct rollup_sums *to, const struct rollup_sums *more)
{
	to->reports += more->reports;
	to->rows += more->rows;
	to->row_passed += more->row_passed;
	to->messages += more->messages;
	to->passed += more->passed;
}

static bool sums_none(const struct rollup_sums *v)
{
	return !(v->reports | v->rows | v->row_passed | v->messages | v->passed);
}

/* `which` is 0 for a day, 1 for a month. */
static bool run_sums(struct store *s, const char *sql, int64_t domain, int64_t at,
		     const struct rollup_sums *v, struct err *err)
{
	return STMT_RUN(s, err, sql, a_int(domain), a_int(at), a_uint(v->reports),
			a_uint(v->rows), a_uint(v->row_passed), a_uint(v->messages),
			a_uint(v->passed));
}

/* Sums that only grow, the usual case, are added by one statement. SQLite's sums do not
 * wrap: where one leaves 63 bits, STRICT refuses what it becomes, and false comes back
 * with *out_wraps set. */
static bool grow_sums(struct store *s, const char *sql, int64_t domain, int64_t at,
		      const struct rollup_sums *v, bool *out_wraps, struct err *err)
{
	uint64_t any = v->reports | v->rows | v->row_passed | v->messages | v->passed;
	*out_wraps = any > INT64_MAX;
	if (*out_wraps)
		return false;
	bool ok = run_sums(s, sql, domain, at, v, err);
	int code = ok ? SQLITE_OK : sqlite3_extended_errcode(s->db);
	*out_wraps = code == SQLITE_CONSTRAINT_DATATYPE;
	return ok;
}

static bool change_sums(struct store *s, const struct roll_sql *sql, int which,
			int64_t domain, int64_t at, const struct rollup_sums *change,
			struct err *err)
{
	bool wraps;
	if (sums_none(change) ||
	    grow_sums(s, sql->add[which], domain, at, change, &wraps, err))
		return true;
	if (!wraps)
		return false;
	sqlite3_stmt *st = STMT_ASK(s, err, sql->sums[which], a_int(domain), a_int(at));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_FAILED)
		return false;
	struct rollup_sums v = { 0 };
	if (step == STMT_ROW) {
		v = (struct rollup_sums){ stmt_u64(st, 0), stmt_u64(st, 1),
					  stmt_u64(st, 2), stmt_u64(st, 3),
					  stmt_u64(st, 4) };
		stmt_reset(st);
	}
	rollup_sums_add(&v, change);
	if (v.reports > INT64_MAX || v.rows > INT64_MAX)
		return store_damaged(s, err,
				     "the sums of a day hold less than its reports do");
	if (sums_none(&v))
		return STMT_RUN(s, err, sql->clear[which], a_int(domain), a_int(at)) &&
		       (!which || sql != &roll_sql[ROLLUP_MAIN] ||
			fold_remove(s, domain, at, err));
	return run_sums(s, sql->put[which], domain, at, &v, err);
}

/* The complement of what was taken from the month's days. */
static bool seal_month(struct store *s, const struct rollup *r, struct err *err)
{
	const struct rollup_sums *v = &r->month_sums;
	const struct book_month m = { .domain_id = r->month_domain,
				      .month = r->month,
				      .kind = KIND_AGGREGATE,
				      .reports = -v->reports,
				      .rows = -v->rows,
				      .row_passed = -v->row_passed,
				      .messages = -v->messages,
				      .passed = -v->passed };
	return sums_none(v) || book_month_add(s, &m, err);
}

/* Sums that change undo the fold with them; what changes none, or leaves those of the
 * month, may change entries all the same. */
static bool undo_fold(struct store *s, const struct rollup *r, struct err *err)
{
	if (r->sql != &roll_sql[ROLLUP_MAIN] || !r->month_domain ||
	    (!r->sealing && !sums_none(&r->month_sums)))
		return true;
	return fold_undo(s, r->month_domain, r->month, err);
}

static bool close_month(struct store *s, struct rollup *r, struct err *err)
{
	bool ok = undo_fold(s, r, err) &&
		  (r->sealing ? seal_month(s, r, err)
			      : change_sums(s, r->sql, 1, r->month_domain, r->month,
					    &r->month_sums, err));
	r->month_sums = (struct rollup_sums){ 0 };
	r->month_domain = 0;
	return ok;
}

bool rollup_add_month(struct store *s, struct rollup *r, int64_t domain, int64_t month,
		      const struct rollup_sums *sums, struct err *err)
{
	return change_sums(s, r->sql, 1, domain, month, sums, err);
}

void rollup_set_sealing(struct rollup *r, bool on)
{
	r->sealing = on;
}

static bool add_month(struct store *s, struct rollup *r, uint64_t group,
		      const struct rollup_sums *sums, struct err *err)
{
	int64_t domain = group_domain(group), month = date_month_of(group_day(group));
	if ((domain != r->month_domain || month != r->month) && !close_month(s, r, err))
		return false;
	r->month_domain = domain;
	r->month = month;
	rollup_sums_add(&r->month_sums, sums);
	return true;
}

static void sum_entry(struct rollup_sums *sums, const struct codec_entry *e)
{
	if (e->key.fp == 0) {
		sums->reports += e->rows;
		return;
	}
	sums->rows += e->rows;
	sums->messages += e->messages;
	if (codec_key_passed(&e->key)) {
		sums->row_passed += e->rows;
		sums->passed += e->messages;
	}
}

/* --- parts --- */

struct part {
	uint64_t group;
	uint8_t first[CODEC_KEY_SIZE];
	size_t first_n; /* 0: from the beginning */
	bool stored;
	bool whole; /* no other part follows */
};

static struct stmt_arg part_first(const struct part *p)
{
	return a_blob((struct sv){ (const char *)p->first, p->first_n });
}

static bool decode_part(struct store *s, struct rollup *r, struct sv bytes,
			struct err *err)
{
	struct codec_entry e = { 0 };
	r->old_n = 0;
	while (bytes.n) {
		if (!codec_take_entry(&bytes, &e))
			return store_damaged(s, err, "a roll-up cannot be read");
		if (r->old_n == r->old_cap) {
			r->old_cap = r->old_cap ? r->old_cap * 2 : 2048;
			r->old = heap_grow(r->old, r->old_cap, sizeof(*r->old));
		}
		r->old[r->old_n++] = e;
	}
	return true;
}

static bool first_ok(struct sv first)
{
	return first.n == 0 || first.n == CODEC_KEY_SIZE;
}

/* Most days have one part only: one statement tells so and has it. */
static bool load_only(struct store *s, struct rollup *r, struct part *p, bool *out_only,
		      struct err *err)
{
	size_t n = 0;
	r->old_n = 0;
	p->first_n = 0;
	p->stored = false;
	*out_only = false;
	sqlite3_stmt *st = STMT_ASK(s, err, r->sql->two, a_int(group_domain(p->group)),
				    a_int(group_day(p->group)));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_ROW) {
		struct sv bytes = stmt_view(st, 1);
		n = bytes.n;
		if (stmt_view(st, 0).n || n > sizeof(r->part)) {
			stmt_reset(st);
			return true;
		}
		/* The view goes with the step. */
		memcpy(r->part, bytes.p, n);
		p->stored = true;
		step = stmt_step(s, st, err);
	}
	if (step == STMT_ROW)
		stmt_reset(st);
	*out_only = p->whole = step == STMT_END;
	if (step == STMT_FAILED)
		return false;
	return !p->whole ||
	       decode_part(s, r, (struct sv){ (const char *)r->part, n }, err);
}

/* The part that `k` belongs to, decoded into r->old. */
static bool load_part(struct store *s, struct rollup *r, const struct codec_key *k,
		      struct part *p, struct err *err)
{
	uint8_t key[CODEC_KEY_SIZE];
	codec_key_bytes(k, key);
	sqlite3_stmt *st =
		STMT_ASK(s, err, r->sql->cover, a_int(group_domain(p->group)),
			 a_int(group_day(p->group)),
			 a_blob((struct sv){ (const char *)key, sizeof(key) }));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	p->stored = step == STMT_ROW;
	p->first_n = 0;
	p->whole = false;
	r->old_n = 0;
	if (step != STMT_ROW)
		return step == STMT_END;
	struct sv first = stmt_view(st, 0);
	struct sv bytes = stmt_view(st, 1);
	bool ok = first_ok(first) && bytes.n <= ROLLUP_PART_MAX;
	if (ok) {
		memcpy(p->first, first.p, first.n);
		p->first_n = first.n;
		ok = decode_part(s, r, bytes, err);
	} else {
		(void)store_damaged(s, err, "a part of a roll-up has a wrong size");
	}
	stmt_reset(st);
	return ok;
}

/* How many of the sorted deltas [at, end) belong to the part: those before the next. */
static bool part_end(struct store *s, struct rollup *r, const struct part *p, size_t at,
		     size_t *end, struct err *err)
{
	const struct codec_key *last = &r->delta[r->key[*end - 1].at].e.key;
	if (p->whole)
		return true;
	if (r->old_n && codec_key_cmp(last, &r->old[r->old_n - 1].key) <= 0)
		return true;
	sqlite3_stmt *st = STMT_ASK(s, err, r->sql->next, a_int(group_domain(p->group)),
				    a_int(group_day(p->group)), part_first(p));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step != STMT_ROW)
		return step == STMT_END;
	struct codec_key next;
	bool ok = codec_key_parse(stmt_view(st, 0), &next);
	stmt_reset(st);
	if (!ok)
		return store_damaged(s, err, "a part of a roll-up has no key");
	size_t n = at;
	while (n < *end && codec_key_cmp(&r->delta[r->key[n].at].e.key, &next) < 0)
		n++;
	*end = n;
	return n > at || store_damaged(s, err, "the parts of a roll-up overlap");
}

static bool emit(struct store *s, struct rollup *r, const struct codec_entry *was,
		 const struct codec_entry *change, struct err *err)
{
	struct codec_entry e = *change;
	if (was) {
		e.rows += was->rows;
		e.messages += was->messages;
	}
	if (e.rows > INT64_MAX)
		return store_damaged(s, err,
				     "the roll-up of a day holds less than its reports");
	if (e.rows || e.messages)
		r->merged[r->merged_n++] = e;
	return true;
}

/* r->merged = r->old + deltas [at, end). */
static bool merge_part(struct store *s, struct rollup *r, size_t at, size_t end,
		       struct err *err)
{
	size_t o = 0, most = r->old_n + (end - at);
	if (most > r->merged_cap) {
		r->merged_cap = most;
		r->merged = heap_grow(r->merged, most, sizeof(*r->merged));
	}
	r->merged_n = 0;
	while (at < end) {
		struct codec_entry d = r->delta[r->key[at++].at].e;
		for (; at < end; at++) {
			const struct codec_entry *more = &r->delta[r->key[at].at].e;
			if (codec_key_cmp(&more->key, &d.key) != 0)
				break;
			d.rows += more->rows;
			d.messages += more->messages;
		}
		int c = -1;
		while (o < r->old_n && (c = codec_key_cmp(&r->old[o].key, &d.key)) < 0)
			r->merged[r->merged_n++] = r->old[o++];
		bool both = o < r->old_n && c == 0;
		if (!emit(s, r, both ? &r->old[o++] : NULL, &d, err))
			return false;
	}
	if (o < r->old_n)
		memcpy(r->merged + r->merged_n, r->old + o,
		       (r->old_n - o) * sizeof(*r->old));
	r->merged_n += r->old_n - o;
	return true;
}

/* Encodes merged entries from *at on, until all are or `most` bytes are reached. */
static size_t encode_part(struct rollup *r, size_t *at, size_t most)
{
	struct codec_key before = { 0 };
	uint8_t one[CODEC_ENTRY_MAX];
	size_t n = 0;
	for (; *at < r->merged_n; (*at)++) {
		size_t size = codec_put_entry(&before, &r->merged[*at], one);
		if (size > most - n)
			break;
		memcpy(r->part + n, one, size);
		n += size;
	}
	return n;
}

static bool write_part(struct store *s, struct rollup *r, const struct part *p, size_t n,
		       struct err *err)
{
	struct sv bytes = { (const char *)r->part, n };
	return STMT_RUN(s, err, p->stored ? r->sql->update : r->sql->insert,
			a_int(group_domain(p->group)), a_int(group_day(p->group)),
			part_first(p), a_blob(bytes));
}

static bool save_part(struct store *s, struct rollup *r, struct part *p, struct err *err)
{
	if (r->merged_n == 0)
		return !p->stored ||
		       STMT_RUN(s, err, r->sql->drop, a_int(group_domain(p->group)),
				a_int(group_day(p->group)), part_first(p));
	size_t at = 0;
	size_t n = encode_part(r, &at, ROLLUP_PART_MAX);
	if (at == r->merged_n)
		return write_part(s, r, p, n, err);
	for (at = 0; at < r->merged_n;) {
		if (at > 0) {
			codec_key_bytes(&r->merged[at].key, p->first);
			p->first_n = CODEC_KEY_SIZE;
			p->stored = false;
		}
		n = encode_part(r, &at, PART_FILL);
		if (!write_part(s, r, p, n, err))
			return false;
	}
	return true;
}

/* --- flushing --- */

/* The sorted deltas [at, end) are all of one group. */
static bool flush_group(struct store *s, struct rollup *r, size_t at, size_t end,
			struct err *err)
{
	struct part p = { .group = r->key[at].group };
	struct rollup_sums sums = { 0 };
	for (size_t i = at; i < end; i++)
		sum_entry(&sums, &r->delta[r->key[i].at].e);
	while (at < end && r->delta[r->key[at].at].e.key.fp == 0)
		at++;
	bool only = false;
	if (at < end && !load_only(s, r, &p, &only, err))
		return false;
	while (at < end) {
		const struct codec_key *k = &r->delta[r->key[at].at].e.key;
		size_t part_to = end;
		if ((!only && !load_part(s, r, k, &p, err)) ||
		    !part_end(s, r, &p, at, &part_to, err) ||
		    !merge_part(s, r, at, part_to, err) || !save_part(s, r, &p, err))
			return false;
		at = part_to;
	}
	return change_sums(s, r->sql, 0, group_domain(p.group), group_day(p.group), &sums,
			   err) &&
	       add_month(s, r, p.group, &sums, err);
}

static bool flush_from(struct store *s, struct rollup *r, size_t from, struct err *err)
{
	size_t n = sort_deltas(r, from);
	r->month_sums = (struct rollup_sums){ 0 };
	r->month_domain = 0;
	for (size_t at = 0; at < n;) {
		size_t end = at + 1;
		while (end < n && r->key[end].group == r->key[at].group)
			end++;
		if (!flush_group(s, r, at, end, err))
			return false;
		at = end;
	}
	if (!close_month(s, r, err))
		return false;
	r->n = r->mark;
	return true;
}

bool rollup_flush(struct store *s, struct rollup *r, struct err *err)
{
	if (!flush_from(s, r, r->below_done ? r->mark : 0, err))
		return false;
	r->below_done = r->marked;
	return true;
}
