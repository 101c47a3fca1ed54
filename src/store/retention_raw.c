/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/date.h"
#include "store/retention_int.h"

#include <stdlib.h>

/* Raw that is old enough: the bytes of mails and files as they came. */

enum {
	LOOK_AT_ONCE = 256,
	REMOVE_BYTES = 8 * 1024 * 1024, /* a transaction, but for one large raw */
};

#define HAS_BYTES "(kept = 1 OR done = 0)"

struct raw {
	int64_t id, arrived;
	bool reports;     /* some came from it */
	bool rest;        /* it brought something that is no report in the book */
	bool aside;       /* part of that is of a kind that was not read then */
	bool outside;     /* a report is of a domain that was not asked for */
	int64_t last_day; /* of the reports */
	uint8_t kind;
	uint64_t bytes;
};

static bool see_reports(struct sweep *w, struct raw *raw, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(
		w->s, err,
		"SELECT kind, domain_id, first_day + days - 1, id FROM book_report "
		"WHERE raw = ? ORDER BY 3",
		a_int(raw->id));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(w->s, st, err)) == STMT_ROW) {
		uint8_t kind = (uint8_t)stmt_i64(st, 0);
		raw->reports = true;
		raw->last_day = stmt_i64(st, 2);
		/* What is of people goes when that does, whatever else is in there. */
		if (raw->kind != KIND_FAILURE)
			raw->kind = kind;
		bool whole = false;
		if (!sweep_is_whole(w, stmt_i64(st, 3), stmt_i64(st, 1), kind, &whole,
				    err)) {
			stmt_reset(st);
			return false;
		}
		raw->outside |= !whole;
	}
	return step == STMT_END;
}

static bool see_deliveries(struct sweep *w, struct raw *raw, struct err *err)
{
	sqlite3_stmt *st =
		STMT_ASK(w->s, err,
			 "SELECT kind, status FROM book_delivery WHERE raw = ? "
			 "AND (kind = 3 OR status IN (4, 5))",
			 a_int(raw->id));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(w->s, st, err)) == STMT_ROW) {
		uint8_t kind = (uint8_t)stmt_i64(st, 0);
		int64_t status = stmt_i64(st, 1);
		raw->aside |= status == STATUS_ASIDE;
		raw->rest |= status == STATUS_ASIDE || status == STATUS_REFUSED;
		if (kind == KIND_FAILURE || (!raw->reports && raw->kind == KIND_UNKNOWN))
			raw->kind = kind;
	}
	return step == STMT_END;
}

static bool see_bytes(struct sweep *w, struct raw *raw, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(w->s, err,
				    "SELECT coalesce(sum(length(bytes)), 0) FROM "
				    "book_raw_piece WHERE id BETWEEN ?1 << 20 AND "
				    "(?1 + 1 << 20) - 1",
				    a_int(raw->id));
	if (!st || stmt_step(w->s, st, err) != STMT_ROW)
		return false;
	raw->bytes = stmt_u64(st, 0);
	stmt_reset(st);
	return true;
}

/* The month that its age is reckoned from, and whether it has passed. */
static bool is_due(const struct sweep *w, const struct raw *raw, int64_t *out_month)
{
	const struct retention_age *age = sweep_age(w, raw->kind);
	int64_t arrived = date_month_of(date_day_of(raw->arrived));
	*out_month = raw->reports ? date_month_of(raw->last_day) : arrived;
	if (raw->rest && arrived > *out_month)
		*out_month = arrived;
	if (!age || raw->outside || (w->r->domains && !raw->reports))
		return false;
	/* What was never read has left no details: it stays as long as they would. */
	int64_t to = raw->aside && age->details_to < age->raw_to ? age->details_to
								 : age->raw_to;
	return *out_month <= to;
}

static bool judge(struct sweep *w, struct raw *raw, bool *out_due, struct err *err)
{
	struct retention_line line = { .raw = true, .reports = 1 };
	if (!see_reports(w, raw, err) || !see_deliveries(w, raw, err))
		return false;
	*out_due = is_due(w, raw, &line.month);
	if (!*out_due)
		return true;
	if (!see_bytes(w, raw, err))
		return false;
	*out_due = raw->bytes > 0;
	line.kind = raw->kind;
	line.bytes = raw->bytes;
	if (*out_due) {
		sweep_add(w, &line);
		w->out->aside += raw->aside;
	}
	return true;
}

struct raws {
	struct sweep *w;
	int64_t id;                   /* looked at last */
	struct raw raw[LOOK_AT_ONCE]; /* due in this transaction */
	size_t n;
};

static bool look(struct raws *p, bool *out_end, struct err *err)
{
	struct store *s = p->w->s;
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT id, arrived FROM book_raw WHERE id > ? "
				    "AND " HAS_BYTES " ORDER BY id LIMIT ?",
				    a_int(p->id), a_int(LOOK_AT_ONCE));
	enum stmt_step step = STMT_FAILED;
	uint64_t n = 0, bytes = 0;
	bool ok = st != NULL;
	p->n = 0;
	while (ok && bytes < REMOVE_BYTES && (step = stmt_step(s, st, err)) == STMT_ROW) {
		struct raw *raw = &p->raw[p->n];
		bool due = false;
		*raw = (struct raw){ .id = stmt_i64(st, 0), .arrived = stmt_i64(st, 1) };
		p->id = raw->id;
		n++;
		ok = judge(p->w, raw, &due, err);
		bytes += due ? raw->bytes : 0;
		p->n += due;
	}
	if (st && step == STMT_ROW)
		stmt_reset(st);
	*out_end = step == STMT_END && n < LOOK_AT_ONCE;
	sweep_progress(p->w, n);
	return ok && step != STMT_FAILED;
}

/* Those of people are overwritten first, all of them: removing one may move others. */
static bool remove_some(struct raws *p, struct err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < p->n; i++)
		if (p->raw[i].kind == KIND_FAILURE)
			ok = book_raw_overwrite(p->w->s, p->raw[i].id, err);
	for (size_t i = 0; ok && i < p->n; i++)
		ok = book_raw_retire(p->w->s, p->raw[i].id, p->w->r->now, err);
	return ok;
}

bool sweep_raws(struct sweep *w, struct err *err)
{
	struct raws *p = heap_array(1, sizeof(*p));
	bool end = false, ok = true;
	p->w = w;
	while (ok && !end && !sweep_is_stopped(w)) {
		ok = sweep_begin(w, err);
		if (!ok)
			break;
		ok = look(p, &end, err) && (!w->r->apply || remove_some(p, err));
		ok = sweep_end(w, ok, p->n > 0, err);
	}
	free(p);
	return ok;
}

bool sweep_count_raws(struct sweep *w, uint64_t *out, struct err *err)
{
	int64_t n;
	bool ok = store_int(w->s, "SELECT count(*) FROM book_raw WHERE " HAS_BYTES, &n,
			    err);
	*out = ok ? (uint64_t)n : 0;
	return ok;
}
