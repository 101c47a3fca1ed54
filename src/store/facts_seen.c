/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_int.h"
#include "store/facts_fold.h"
#include "store/stmt.h"

#include <stdlib.h>

/* Which sources were seen before: months from the newest back, until all were found. */

struct wanted {
	struct codec_key key; /* of the address alone */
	size_t at;            /* its place in the question */
};

struct seen {
	struct store *s;
	struct wanted *wanted; /* those not found yet, by key */
	size_t left;
	bool *out;
};

static int wanted_cmp(const void *x, const void *y)
{
	const struct wanted *a = x, *b = y;
	return codec_key_cmp(&a->key, &b->key);
}

/* Entries ascend, as what is wanted does. */
static void look_at(struct seen *w, size_t *at, struct codec_key key)
{
	key.fp = 0;
	while (*at < w->left && codec_key_cmp(&w->wanted[*at].key, &key) < 0)
		++*at;
	for (; *at < w->left && codec_key_cmp(&w->wanted[*at].key, &key) == 0; ++*at)
		w->out[w->wanted[*at].at] = true;
}

static bool take_day(struct seen *w, struct sv bytes)
{
	struct codec_entry e = { 0 };
	for (size_t at = 0; bytes.n;) {
		if (!codec_take_entry(&bytes, &e))
			return false;
		look_at(w, &at, e.key);
	}
	return true;
}

static bool take_fold(struct seen *w, struct sv bytes)
{
	struct codec_fold f = { 0 };
	for (size_t at = 0; bytes.n;) {
		if (!codec_take_fold(&bytes, &f))
			return false;
		look_at(w, &at, f.e.key);
	}
	return true;
}

static void drop_found(struct seen *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->left; i++)
		if (!w->out[w->wanted[i].at])
			w->wanted[n++] = w->wanted[i];
	w->left = n;
}

static bool take_rows(struct seen *w, sqlite3_stmt *st,
		      bool (*take)(struct seen *w, struct sv bytes), struct err *err)
{
	enum stmt_step step = STMT_FAILED;
	while (st && w->left && (step = stmt_step(w->s, st, err)) == STMT_ROW) {
		if (!take(w, stmt_view(st, 0))) {
			stmt_reset(st);
			return store_damaged(w->s, err, "a roll-up cannot be read");
		}
		drop_found(w);
	}
	if (step == STMT_ROW)
		stmt_reset(st);
	return step != STMT_FAILED;
}

struct month {
	int64_t month;
	bool folded;
};

static bool look_in_month(struct seen *w, int64_t domain, const struct month *m,
			  int64_t day_to, struct err *err)
{
	int64_t from = date_month_start(m->month),
		to = date_month_start(m->month + 1) - 1;
	if (m->folded && to <= day_to)
		return take_rows(w,
				 STMT_ASK(w->s, err,
					  "SELECT bytes FROM facts_fold WHERE domain = ? "
					  "AND day = ?",
					  a_int(domain), a_int(m->month)),
				 take_fold, err);
	return take_rows(w,
			 STMT_ASK(w->s, err,
				  "SELECT bytes FROM facts_roll WHERE domain = ? AND day "
				  "BETWEEN ? AND ? ORDER BY day DESC, first DESC",
				  a_int(domain), a_int(from),
				  a_int(to < day_to ? to : day_to)),
			 take_day, err);
}

static bool months_of(struct store *s, int64_t domain, int64_t month_to, struct arena *a,
		      struct month **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st =
		STMT_ASK(s, err,
			 "SELECT day, folded FROM facts_month WHERE domain = ? "
			 "AND day <= ? ORDER BY day DESC",
			 a_int(domain), a_int(month_to));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct month *)book_list_add(&list) =
			(struct month){ stmt_i64(st, 0), stmt_i64(st, 1) == FOLD_MADE };
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

static bool look_in_domain(struct seen *w, int64_t domain, int64_t day_to,
			   struct arena *a, struct err *err)
{
	struct month *m;
	size_t n;
	bool ok = months_of(w->s, domain, date_month_of(day_to), a, &m, &n, err);
	for (size_t i = 0; ok && w->left && i < n; i++)
		ok = look_in_month(w, domain, &m[i], day_to, err);
	return ok;
}

bool facts_seen(struct store *s, const int64_t *domains, size_t domain_n, int64_t day_to,
		const struct addr *source, size_t n, bool *out, struct err *err)
{
	struct seen w = { .s = s, .left = n, .out = out };
	if (!facts_settle(s, err))
		return false;
	struct arena *a = arena_new();
	w.wanted = arena_array(a, n + 1, sizeof(*w.wanted));
	for (size_t i = 0; i < n; i++) {
		out[i] = false;
		w.wanted[i] = (struct wanted){ codec_key_of(&source[i], 0, false), i };
	}
	if (n)
		qsort(w.wanted, n, sizeof(*w.wanted), wanted_cmp);
	bool ok = true;
	for (size_t i = 0; ok && w.left && i < domain_n; i++)
		ok = look_in_domain(&w, domains[i], day_to, a, err);
	arena_free(&a);
	return ok;
}
