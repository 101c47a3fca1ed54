/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/date.h"
#include "store/facts.h"
#include "store/retention_int.h"
#include "store/seal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOOK_AT_ONCE = 512,    /* reports a statement, and ... */
	LOOK_AT_MOST = 4096,   /* ... a transaction */
	SEAL_ROWS = 32 * 1024, /* a transaction, but for one large report, and ... */
	SEAL_REPORTS = 512,    /* ... at most so many reports */
	REST_MS = 12,          /* longer than another process's busy poll of 5 ms */
	PROGRESS_EVERY = 256,
};

/* --- what the parts share --- */

const struct retention_age *sweep_age(const struct sweep *w, uint8_t kind)
{
	for (size_t i = 0; i < w->r->age_n; i++)
		if (w->r->age[i].kind == kind)
			return &w->r->age[i];
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

bool sweep_has_domain(const struct sweep *w, int64_t domain)
{
	return !w->r->domains ||
	       (w->r->domain_n && bsearch(&domain, w->r->domains, w->r->domain_n,
					  sizeof(domain), by_number));
}

bool sweep_is_whole(struct sweep *w, int64_t report, int64_t domain, uint8_t kind,
		    bool *out, struct err *err)
{
	*out = sweep_has_domain(w, domain);
	if (!w->r->domains || kind != KIND_TLS || !*out)
		return true;
	sqlite3_stmt *st = STMT_ASK(w->s, err,
				    "SELECT domain_id FROM book_tls WHERE report = ?",
				    a_int(report));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(w->s, st, err)) == STMT_ROW)
		*out = *out && sweep_has_domain(w, stmt_i64(st, 0));
	return step == STMT_END;
}

static int line_cmp(const struct retention_line *a, const struct retention_line *b)
{
	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (int)a->raw - (int)b->raw;
}

static struct retention_line *line_of(struct sweep *w, const struct retention_line *like)
{
	size_t from = 0, to = w->lines.n;
	struct retention_line *all = (struct retention_line *)(void *)w->lines.p;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = line_cmp(&all[mid], like);
		if (c == 0)
			return &all[mid];
		if (c < 0)
			from = mid + 1;
		else
			to = mid;
	}
	(void)book_list_add(&w->lines);
	all = (struct retention_line *)(void *)w->lines.p;
	memmove(all + from + 1, all + from, (w->lines.n - 1 - from) * sizeof(*all));
	all[from] = (struct retention_line){ .month = like->month,
					     .kind = like->kind,
					     .raw = like->raw };
	return &all[from];
}

void sweep_add(struct sweep *w, const struct retention_line *more)
{
	struct retention_line *l = line_of(w, more);
	l->reports += more->reports;
	l->rows += more->rows;
	l->bytes += more->bytes;
}

bool sweep_is_stopped(const struct sweep *w)
{
	return w->r->stop && *w->r->stop;
}

void sweep_progress(struct sweep *w, uint64_t n)
{
	uint64_t before = w->done / PROGRESS_EVERY;
	w->done += n;
	if (w->all < w->done)
		w->all = w->done; /* others write meanwhile */
	if (w->r->progress && w->done / PROGRESS_EVERY != before)
		w->r->progress(w->r->ctx, false, w->done, w->all);
}

bool sweep_begin(struct sweep *w, struct err *err)
{
	return !w->r->apply || store_begin(w->s, err);
}

bool sweep_end(struct sweep *w, bool ok, bool wrote, struct err *err)
{
	const struct timespec rest = { 0, REST_MS * 1000000L };
	if (!w->r->apply)
		return ok;
	if (!ok || !store_commit(w->s, err)) {
		store_rollback(w->s);
		return false;
	}
	if (wrote)
		(void)nanosleep(&rest, NULL);
	return true;
}

/* --- reports: a domain after the other, day by day, as their roll-ups lie --- */

struct reports {
	struct sweep *w;
	int64_t domain; /* 0: before the first */
	size_t domain_i;
	int64_t day, id; /* looked at last */
	bool more;       /* of that domain */
	int64_t day_to;  /* nothing that begins later is due */
	struct seal_report due[SEAL_REPORTS];
	size_t n;
	uint64_t rows, looked_at; /* in this transaction */
};

static bool next_domain(struct reports *p, bool *out_end, struct err *err)
{
	const struct retention *r = p->w->r;
	p->day = INT64_MIN;
	p->id = 0;
	if (r->domains) {
		*out_end = p->domain_i == r->domain_n;
		p->domain = *out_end ? 0 : r->domains[p->domain_i++];
		return true;
	}
	sqlite3_stmt *st =
		STMT_ASK(p->w->s, err,
			 "SELECT coalesce(min(domain_id), 0) FROM book_report WHERE "
			 "domain_id > ?",
			 a_int(p->domain));
	if (!st || stmt_step(p->w->s, st, err) != STMT_ROW)
		return false;
	p->domain = stmt_i64(st, 0);
	*out_end = p->domain == 0;
	stmt_reset(st);
	return true;
}

static bool take(struct reports *p, const struct seal_report *r, struct err *err)
{
	const struct retention_age *age = sweep_age(p->w, r->kind);
	struct retention_line line = { .month = date_month_of(r->first_day + r->days - 1),
				       .kind = r->kind,
				       .reports = 1,
				       .rows = r->rows };
	bool whole;
	if (!age || line.month > age->details_to)
		return true;
	if (!sweep_is_whole(p->w, r->id, r->domain_id, r->kind, &whole, err))
		return false;
	if (!whole)
		return true;
	if (!seal_bytes(p->w->s, r, &line.bytes, err))
		return false;
	sweep_add(p->w, &line);
	p->due[p->n++] = *r;
	p->rows += r->rows;
	return true;
}

/* The next ones of the domain, until there are enough for a transaction. */
static bool look(struct reports *p, bool *out_more, struct err *err)
{
	struct store *s = p->w->s;
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		"SELECT id, domain_id, first_day, days, kind, counted, row_n, messages, "
		"passed, sealed FROM book_report INDEXED BY book_report_domain WHERE "
		"domain_id = ?1 AND first_day BETWEEN ?2 AND ?3 AND (first_day > ?2 OR "
		"id > ?4) ORDER BY first_day, id LIMIT ?5",
		a_int(p->domain), a_int(p->day), a_int(p->day_to), a_int(p->id),
		a_int(LOOK_AT_ONCE));
	enum stmt_step step = STMT_FAILED;
	uint64_t n = 0;
	bool ok = st != NULL;
	while (ok && p->n < SEAL_REPORTS && p->rows < SEAL_ROWS &&
	       (step = stmt_step(s, st, err)) == STMT_ROW) {
		const struct seal_report r = { .id = stmt_i64(st, 0),
					       .domain_id = stmt_i64(st, 1),
					       .first_day = stmt_i64(st, 2),
					       .days = (uint32_t)stmt_u64(st, 3),
					       .kind = (uint8_t)stmt_i64(st, 4),
					       .counted = stmt_flag(st, 5),
					       .rows = stmt_u64(st, 6),
					       .messages = stmt_u64(st, 7),
					       .passed = stmt_u64(st, 8) };
		p->day = r.first_day;
		p->id = r.id;
		n++;
		ok = stmt_flag(st, 9) || take(p, &r, err);
	}
	p->looked_at += n;
	*out_more = step == STMT_ROW || n == LOOK_AT_ONCE;
	if (st && step == STMT_ROW)
		stmt_reset(st);
	sweep_progress(p->w, n);
	return ok && step != STMT_FAILED;
}

/* One transaction. */
static bool seal_some(struct reports *p, bool *out_end, struct err *err)
{
	bool ok = true;
	p->n = 0;
	p->rows = p->looked_at = 0;
	*out_end = false;
	while (ok && !*out_end && p->n < SEAL_REPORTS && p->rows < SEAL_ROWS &&
	       p->looked_at < LOOK_AT_MOST) {
		if (!p->more)
			ok = next_domain(p, out_end, err);
		if (ok && !*out_end)
			ok = look(p, &p->more, err);
	}
	return ok &&
	       (!p->w->r->apply || p->n == 0 || seal_reports(p->w->s, p->due, p->n, err));
}

static int64_t last_month(const struct retention *r)
{
	int64_t month = INT64_MIN;
	for (size_t i = 0; i < r->age_n; i++)
		if (r->age[i].details_to > month)
			month = r->age[i].details_to;
	return month;
}

static bool sweep_reports(struct sweep *w, int64_t day_to, struct err *err)
{
	struct reports *p = heap_array(1, sizeof(*p));
	bool end = false, ok = true;
	p->w = w;
	p->day_to = day_to;
	while (ok && !end && !sweep_is_stopped(w)) {
		ok = sweep_begin(w, err);
		if (ok)
			ok = sweep_end(w, seal_some(p, &end, err), p->n > 0, err);
	}
	free(p);
	return ok;
}

/* --- the whole run --- */

static bool count_all(struct sweep *w, int64_t day_to, struct err *err)
{
	uint64_t raws;
	sqlite3_stmt *st = STMT_ASK(w->s, err,
				    "SELECT count(*) FROM book_report INDEXED BY "
				    "book_report_day WHERE first_day <= ?",
				    a_int(day_to));
	if (!st || stmt_step(w->s, st, err) != STMT_ROW)
		return false;
	w->all = stmt_u64(st, 0);
	stmt_reset(st);
	bool ok = sweep_count_raws(w, &raws, err);
	w->all += ok ? raws : 0;
	return ok;
}

static bool give_back(struct sweep *w, struct err *err)
{
	bool emptied = true;
	uint64_t left, before = UINT64_MAX, all = 0;
	while (!sweep_is_stopped(w)) {
		if (!store_give_back_some(w->s, &left, err))
			return false;
		all = all ? all : left;
		if (left == 0 || left >= before)
			break;
		before = left;
		if (w->r->progress)
			w->r->progress(w->r->ctx, true, all - left, all);
	}
	bool ok = store_empty_wal(w->s, &emptied, err);
	w->out->wal_busy = !emptied;
	return ok;
}

/* What is left of the months is folded anew, for the old folds hold what went. */
static bool tidy(struct sweep *w, int64_t day_to, struct err *err)
{
	if (sweep_is_stopped(w))
		return true;
	return (day_to == INT64_MIN || facts_fold(w->s, day_to + 1, err)) &&
	       give_back(w, err);
}

bool retention_run(struct store *s, const struct retention *r, struct arena *a,
		   struct retention_result *out, struct err *err)
{
	struct sweep w = { .s = s, .r = r, .out = out };
	int64_t month = last_month(r),
		day_to = month == INT64_MIN ? month : date_month_start(month + 1) - 1;
	*out = (struct retention_result){ 0 };
	w.lines.size = sizeof(struct retention_line);
	bool ok = count_all(&w, day_to, err) && sweep_reports(&w, day_to, err) &&
		  sweep_raws(&w, err) && (!r->apply || tidy(&w, day_to, err));
	out->interrupted = sweep_is_stopped(&w);
	out->line = book_list_end(&w.lines, a, &out->line_n);
	return ok;
}

bool retention_last_arrival(struct store *s, int64_t *out, bool *out_found,
			    struct err *err)
{
	sqlite3_stmt *st = stmt_ask(s,
				    "SELECT max(arrived) FROM (SELECT arrived FROM "
				    "book_raw ORDER BY id DESC LIMIT 100)",
				    NULL, 0, err);
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	*out_found = sqlite3_column_type(st, 0) != SQLITE_NULL;
	*out = stmt_i64(st, 0);
	stmt_reset(st);
	return true;
}
