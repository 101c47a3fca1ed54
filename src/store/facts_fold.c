/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts_fold.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/facts_span.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

enum {
	FOLD_BYTES = 4 * 1024 * 1024, /* of the days' parts; of more none is made */
	FOLDS_AT_ONCE = 64,           /* a transaction */
};

void fold_free(struct fold *f)
{
	free(f->entry);
	free(f->spare);
	*f = (struct fold){ 0 };
}

/* --- the days of a month --- */

static bool add_part(struct fold *f, uint8_t day, struct sv bytes)
{
	struct codec_entry e = { 0 };
	while (bytes.n) {
		if (!codec_take_entry(&bytes, &e))
			return false;
		if (f->n == f->cap) {
			f->cap = f->cap ? f->cap * 2 : 4096;
			f->entry = heap_grow(f->entry, f->cap, sizeof(*f->entry));
			f->spare = heap_grow(f->spare, f->cap, sizeof(*f->spare));
		}
		f->entry[f->n++] = (struct codec_fold){ e, day, day };
	}
	return true;
}

/* Each day is a run in ascending order. */
static bool read_days(struct store *s, enum fold_source from, int64_t domain,
		      int64_t month, struct fold *f, bool *out_large, struct err *err)
{
#define DAYS_OF(t) \
	"SELECT day, bytes FROM " t " WHERE domain = ? AND day BETWEEN ? AND ? " \
	"ORDER BY day, first"
	static const char facts[] = DAYS_OF("facts_roll"),
			  check[] = DAYS_OF("temp.check_roll");
#undef DAYS_OF
	int64_t first = date_month_start(month), last = date_month_start(month + 1) - 1;
	sqlite3_stmt *st = STMT_ASK(s, err, from == FOLD_OF_FACTS ? facts : check,
				    a_int(domain), a_int(first), a_int(last));
	size_t bytes = 0, day = 0;
	enum stmt_step step = STMT_FAILED;
	f->n = 0;
	*out_large = false;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		size_t at = (size_t)(stmt_i64(st, 0) - first);
		struct sv part = stmt_view(st, 1);
		while (day < at)
			f->run[++day] = (uint32_t)f->n;
		bytes += part.n;
		*out_large = bytes > FOLD_BYTES;
		if (!*out_large && add_part(f, (uint8_t)at, part))
			continue;
		stmt_reset(st);
		return *out_large || store_damaged(s, err, "a roll-up cannot be read");
	}
	while (day < CODEC_FOLD_DAYS)
		f->run[++day] = (uint32_t)f->n;
	return step == STMT_END;
}

/* --- merging --- */

static struct codec_fold both(const struct codec_fold *a, const struct codec_fold *b)
{
	struct codec_fold out = *a;
	out.e.rows += b->e.rows;
	out.e.messages += b->e.messages;
	out.last = b->last; /* days come in order */
	return out;
}

static size_t merge(const struct codec_fold *a, size_t an, const struct codec_fold *b,
		    size_t bn, struct codec_fold *out)
{
	struct codec_fold *to = out;
	while (an && bn) {
		int c = codec_key_cmp(&a->e.key, &b->e.key);
		if (c == 0)
			*to++ = both(a, b);
		else
			*to++ = c < 0 ? *a : *b;
		a += c <= 0;
		an -= c <= 0;
		b += c >= 0;
		bn -= c >= 0;
	}
	memcpy(to, a, an * sizeof(*a));
	memcpy(to + an, b, bn * sizeof(*b));
	return (size_t)(to - out) + an + bn;
}

/* Neighbouring runs become one until one is left. */
static void merge_days(struct fold *f)
{
	for (size_t runs = CODEC_FOLD_DAYS; runs > 1; runs = (runs + 1) / 2) {
		size_t n = 0;
		for (size_t i = 0; i < runs; i += 2) {
			const uint32_t *at = &f->run[i];
			size_t bn = i + 1 < runs ? at[2] - at[1] : 0;
			size_t from = n;
			n += merge(f->entry + at[0], at[1] - at[0], f->entry + at[1], bn,
				   f->spare + n);
			f->run[i / 2] = (uint32_t)from;
		}
		f->run[(runs + 1) / 2] = (uint32_t)n;
		struct codec_fold *t = f->entry;
		f->entry = f->spare;
		f->spare = t;
		f->n = n;
	}
}

bool fold_build(struct store *s, enum fold_source from, int64_t domain, int64_t month,
		struct fold *f, bool *out_large, struct err *err)
{
	if (!read_days(s, from, domain, month, f, out_large, err))
		return false;
	if (!*out_large && f->n)
		merge_days(f);
	return true;
}

/* --- the tables --- */

bool fold_undo(struct store *s, int64_t domain, int64_t month, struct err *err)
{
	return STMT_RUN(s, err,
			"UPDATE facts_month SET folded = 0 WHERE domain = ? AND day = ? "
			"AND folded <> 0",
			a_int(domain), a_int(month));
}

bool fold_remove(struct store *s, int64_t domain, int64_t month, struct err *err)
{
	return STMT_RUN(s, err, "DELETE FROM facts_fold WHERE domain = ? AND day = ?",
			a_int(domain), a_int(month));
}

static bool write_part(struct store *s, int64_t domain, int64_t month, struct sv first,
		       struct sv bytes, struct err *err)
{
	return STMT_RUN(
		s, err,
		"INSERT INTO facts_fold (domain, day, first, bytes) VALUES (?, ?, ?, ?)",
		a_int(domain), a_int(month), a_blob(first), a_blob(bytes));
}

static bool store_parts(struct store *s, int64_t domain, int64_t month,
			const struct fold *f, struct err *err)
{
	uint8_t part[ROLLUP_PART_MAX], key[CODEC_KEY_SIZE];
	struct sv first = { (const char *)key, 0 };
	struct codec_key before = { 0 };
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++) {
		if (sizeof(part) - n < CODEC_FOLD_MAX) {
			if (!write_part(s, domain, month, first,
					(struct sv){ (const char *)part, n }, err))
				return false;
			codec_key_bytes(&f->entry[i].e.key, key);
			first.n = sizeof(key);
			before = (struct codec_key){ 0 };
			n = 0;
		}
		n += codec_put_fold(&before, &f->entry[i], part + n);
	}
	return n == 0 || write_part(s, domain, month, first,
				    (struct sv){ (const char *)part, n }, err);
}

static bool fold_month(struct store *s, int64_t domain, int64_t month, struct fold *f,
		       struct err *err)
{
	bool large;
	return fold_build(s, FOLD_OF_FACTS, domain, month, f, &large, err) &&
	       fold_remove(s, domain, month, err) &&
	       (large || store_parts(s, domain, month, f, err)) &&
	       STMT_RUN(s, err,
			"UPDATE facts_month SET folded = ?3 WHERE domain = ?1 AND "
			"day = ?2",
			a_int(domain), a_int(month),
			a_int(large ? FOLD_TOO_LARGE : FOLD_MADE));
}

bool fold_is_stored(struct store *s, int64_t domain, int64_t month, const struct fold *f,
		    bool *out_same, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT bytes FROM facts_fold WHERE domain = ? AND "
				    "day = ? ORDER BY first",
				    a_int(domain), a_int(month));
	size_t at = 0;
	enum stmt_step step = STMT_FAILED;
	*out_same = true;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		struct sv bytes = stmt_view(st, 0);
		struct codec_fold e = { 0 };
		while (bytes.n && *out_same) {
			const struct codec_fold *want = &f->entry[at];
			*out_same = at < f->n && codec_take_fold(&bytes, &e) &&
				    codec_key_cmp(&e.e.key, &want->e.key) == 0 &&
				    e.e.rows == want->e.rows &&
				    e.e.messages == want->e.messages &&
				    e.first == want->first && e.last == want->last;
			at++;
		}
	}
	*out_same = *out_same && at == f->n;
	return step == STMT_END;
}

/* --- making them --- */

struct unfolded {
	int64_t domain, month;
};

static bool list_unfolded(struct store *s, int64_t before, struct unfolded *out,
			  size_t most, size_t *out_n, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT domain, day FROM facts_month WHERE "
				    "folded = 0 AND day < ? LIMIT ?",
				    a_int(before), a_int((int64_t)most));
	enum stmt_step step = STMT_FAILED;
	*out_n = 0;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		out[(*out_n)++] = (struct unfolded){ stmt_i64(st, 0), stmt_i64(st, 1) };
	return step == STMT_END;
}

static bool fold_some(struct store *s, int64_t before, struct fold *f, size_t *out_n,
		      struct err *err)
{
	struct unfolded u[FOLDS_AT_ONCE];
	bool ok = list_unfolded(s, before, u, FOLDS_AT_ONCE, out_n, err);
	for (size_t i = 0; ok && i < *out_n; i++)
		ok = fold_month(s, u[i].domain, u[i].month, f, err);
	return ok;
}

bool facts_fold(struct store *s, int64_t day, struct err *err)
{
	struct unfolded one;
	struct fold f = { 0 };
	int64_t before = date_month_of(day);
	size_t n = 1;
	/* Most of the time there is nothing to do, and no lock is taken to find out. */
	bool ok = list_unfolded(s, before, &one, 1, &n, err);
	while (ok && n) {
		ok = store_begin(s, err);
		if (!ok)
			break;
		ok = fold_some(s, before, &f, &n, err) && store_commit(s, err);
		if (!ok)
			store_rollback(s);
	}
	fold_free(&f);
	return ok;
}
