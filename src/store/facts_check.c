/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_int.h"
#include "store/book_month.h"
#include "store/facts_fold.h"
#include "store/facts_span.h"
#include "store/stmt.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * A domain at a time: its roll-ups are built anew, by the code that built them, in
 * temporary tables that SQLite keeps in a file of its own, and then compared day by day.
 * So memory is that of one flush, however large a day is. A mending run takes the write
 * lock for one domain after the other, so that others get their turn.
 */

#define SUM_COLUMNS "domain, day, reports, row_n, row_passed, messages, passed"

enum {
	STEPS_BETWEEN = 100000 /* of SQLite's machine, between two looks at the clock */
};

struct check {
	struct store *s;
	const struct facts_check_options *o;
	struct facts_check_result *out;
	struct rollup *roll;
	struct fold fold;
	uint64_t reports_all;
	int64_t domain;
	bool short_of_rows; /* a report of the domain has not all of its rows */
	bool own_tx;
	bool has_sealed;      /* months of the domain hold what is in book_month */
	bool sealed_in_doubt; /* and whether that lies in its month nobody can say ... */
	bool sealed_differs;  /* ... where it does not */
};

/* --- words --- */

static void say(struct check *c, const char *text)
{
	if (!c->out->first[0])
		(void)snprintf(c->out->first, sizeof(c->out->first), "%s", text);
}

static bool say_domain(struct check *c, const char *what, struct err *err)
{
	char text[sizeof(c->out->first)];
	if (c->out->first[0])
		return true;
	sqlite3_stmt *st = STMT_ASK(c->s, err,
				    "SELECT name FROM book_policy_domain WHERE id = ?",
				    a_int(c->domain));
	enum stmt_step step = st ? stmt_step(c->s, st, err) : STMT_FAILED;
	if (step == STMT_FAILED)
		return false;
	struct sv name = step == STMT_ROW ? stmt_view(st, 0) : SV("(unknown)");
	(void)snprintf(text, sizeof(text), "domain %.*s: %s",
		       SV_ARG(sv_sub(name, 0, 120)), what);
	if (step == STMT_ROW)
		stmt_reset(st);
	say(c, text);
	return true;
}

/* --- transactions --- */

static bool begin(struct check *c, struct err *err)
{
	c->own_tx = !c->s->in_tx;
	if (!c->own_tx)
		return facts_settle(c->s, err);
	/* Without mending a reader's view of one instant is enough. */
	return c->o->mend ? store_begin(c->s, err) : store_snapshot(c->s, err);
}

static bool end(struct check *c, bool ok, struct err *err)
{
	struct err ignored;
	if (!c->own_tx)
		return ok;
	if (c->o->mend)
		ok = ok && store_commit(c->s, err);
	else
		ok = ok && store_exec(c->s, "COMMIT", err);
	if (!ok && c->o->mend)
		store_rollback(c->s);
	else if (!ok)
		(void)store_exec(c->s, "ROLLBACK", &ignored);
	return ok;
}

/* --- the file itself --- */

static bool check_pragma(struct check *c, const char *sql, bool ok_row, struct err *err)
{
	sqlite3_stmt *st = stmt_open(c->s, sql, err);
	if (!st)
		return false;
	enum stmt_step step = stmt_step(c->s, st, err);
	struct sv v = step == STMT_ROW ? stmt_view(st, 0) : SV(""), head;
	if (sv_has_prefix_fold(v, SV("*** in database")))
		(void)sv_take_line(&v, &head);
	bool ok = ok_row ? sv_eq(v, SV("ok")) : step == STMT_END;
	if (!ok && step != STMT_FAILED)
		(void)store_damaged(c->s, err, "%s%.*s",
				    ok_row ? "" : "a row points nowhere in table ",
				    SV_ARG(sv_sub(v, 0, 200)));
	stmt_close(&st);
	return ok;
}

/* Each page is read twice, about: as a part of a tree, and row by row. */
static int on_steps(void *ctx)
{
	const struct check *c = ctx;
	int misses = 0, most;
	(void)sqlite3_db_status(c->s->db, SQLITE_DBSTATUS_CACHE_MISS, &misses, &most, 0);
	uint64_t read = (uint64_t)(misses / 2) * STORE_PAGE, all = store_size(c->s);
	c->o->progress(c->o->ctx, true, (read < all ? read : all) / LIMIT_MIB,
		       all / LIMIT_MIB);
	return store_is_stopped(c->s);
}

static bool check_file(struct check *c, struct err *err)
{
	if (c->o->progress) {
		(void)on_steps(c);
		sqlite3_progress_handler(c->s->db, STEPS_BETWEEN, on_steps, c);
	}
	bool ok = check_pragma(c, "PRAGMA integrity_check(1)", true, err) &&
		  check_pragma(c, "PRAGMA foreign_key_check", false, err);
	store_mind_stop(c->s);
	return ok;
}

/* --- facets --- */

static bool next_facet(struct check *c, int64_t *id, bool *differs, bool *passed,
		       struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(c->s, err,
				    "SELECT id, kind, passed, bytes FROM facts_facet "
				    "WHERE id > ? ORDER BY id LIMIT 1",
				    a_int(*id));
	enum stmt_step step = st ? stmt_step(c->s, st, err) : STMT_FAILED;
	*id = 0;
	if (step != STMT_ROW)
		return step == STMT_END;
	*id = stmt_i64(st, 0);
	*passed = c->o->passed((uint8_t)stmt_i64(st, 1), stmt_view(st, 3));
	*differs = *passed != stmt_flag(st, 2);
	stmt_reset(st);
	return true;
}

static bool check_facets(struct check *c, struct err *err)
{
	int64_t id = 0;
	bool differs = false, passed = false;
	if (!c->o->passed)
		return true;
	while (next_facet(c, &id, &differs, &passed, err) && id) {
		if (store_is_stopped(c->s))
			return store_stopped(c->s, err);
		if (!differs)
			continue;
		c->out->facets_differ++;
		say(c, "a facet passes or fails otherwise than it did");
		if (c->o->mend &&
		    !STMT_RUN(c->s, err,
			      "UPDATE facts_facet SET passed = ?2 WHERE id = ?1",
			      a_int(id), a_int(passed)))
			return false;
	}
	facts_mirror_clear(c->s->facts);
	return id == 0 && err->code == ERR_NONE;
}

/* Pieces whose report is gone would become another report's; those of a sealed one would
 * be there for nothing. */
static bool check_pieces(struct check *c, struct err *err)
{
#define LOST_PIECES \
	" FROM facts_piece WHERE NOT EXISTS (SELECT 1 FROM book_report r WHERE " \
	"r.id = facts_piece.id >> 20 AND r.sealed = 0)"
	int64_t lost;
	if (!store_int(c->s, "SELECT count(*)" LOST_PIECES, &lost, err))
		return false;
	if (lost == 0)
		return true;
	c->out->figures_differ += (uint64_t)lost;
	say(c, "facts are there of a report that is not, or has none any more");
	return !c->o->mend || stmt_run(c->s, "DELETE" LOST_PIECES, NULL, 0, err);
#undef LOST_PIECES
}

/* Nothing can mend these: what they were made of is gone. */
static bool check_sealed(struct check *c, struct err *err)
{
	if (!book_month_check(c->s, &c->out->sealed_months, &c->out->sealed_differ, err))
		return false;
	if (c->out->sealed_differ)
		say(c, "the totals of months whose details are gone are not those of "
		       "their reports");
	return true;
}

/* --- building anew --- */

/* By the id that `report show` takes. */
static bool say_report(struct check *c, sqlite3_stmt *st, const char *what,
		       struct err *err)
{
	uint8_t sha[32];
	char id[65], text[sizeof(c->out->first)];
	if (c->out->first[0])
		return true;
	if (!book_sha_column(st, 7, sha))
		return store_damaged(c->s, err, "report %lld has no SHA-256",
				     (long long)stmt_i64(st, 0));
	if (!book_report_short_id(c->s, sha, id, err))
		return false;
	(void)snprintf(text, sizeof(text), "report %s: %s", id, what);
	say(c, text);
	return true;
}

/* Its figures say more than its rows: they are what is left of the rows that are gone. */
static bool rows_are_gone(struct check *c, sqlite3_stmt *st,
			  const struct facts_figures *f, struct err *err)
{
	char text[100];
	(void)snprintf(text, sizeof(text), "%llu of its %llu rows are missing",
		       (unsigned long long)(stmt_u64(st, 4) - f->rows),
		       (unsigned long long)stmt_u64(st, 4));
	c->out->rows_missing++;
	c->short_of_rows = true;
	return say_report(c, st, text, err);
}

static bool check_figures(struct check *c, sqlite3_stmt *st,
			  const struct facts_figures *f, struct err *err)
{
	if (f->rows < stmt_u64(st, 4))
		return rows_are_gone(c, st, f, err);
	if (stmt_u64(st, 4) == f->rows && stmt_u64(st, 5) == f->messages &&
	    stmt_u64(st, 6) == f->passed)
		return true;
	c->out->figures_differ++;
	return say_report(c, st, "its figures are not those of its rows", err) &&
	       (!c->o->mend ||
		STMT_RUN(c->s, err,
			 "UPDATE book_report SET row_n = ?2, messages = ?3, passed = ?4 "
			 "WHERE id = ?1",
			 a_int(stmt_i64(st, 0)), a_uint(f->rows), a_uint(f->messages),
			 a_uint(f->passed)));
}

static bool rebuild_report(struct check *c, sqlite3_stmt *st, struct err *err)
{
	struct facts_figures f;
	uint64_t days = stmt_u64(st, 3);
	struct rollup_place at = {
		.domain = c->domain,
		.first_day = stmt_i64(st, 2),
		.days = days <= ROLLUP_DAYS_MAX ? (uint32_t)days : 0,
		.add = true,
	};
	bool counted = stmt_flag(st, 1);
	if ((counted && !rollup_add_report(c->s, c->roll, &at, err)) ||
	    !facts_feed(c->s, stmt_i64(st, 0), &at, counted ? c->roll : NULL, &f, err))
		return false;
	c->out->reports++;
	c->out->rows += f.rows;
	if (c->o->progress && c->out->reports % 64 == 0)
		c->o->progress(c->o->ctx, false, c->out->reports, c->reports_all);
	if (store_is_stopped(c->s))
		return store_stopped(c->s, err);
	return check_figures(c, st, &f, err);
}

/* Months whose reports are sealed hold their sums on top of what their days make. */
static bool add_sealed(struct check *c, struct err *err)
{
	struct arena *a = arena_new();
	const struct book_month_query q = { .kind = KIND_AGGREGATE,
					    .domains = &c->domain,
					    .domain_n = 1,
					    .month_from = INT64_MIN,
					    .month_to = INT64_MAX };
	struct book_month *m;
	size_t n;
	bool ok = book_months(c->s, &q, a, &m, &n, err);
	c->has_sealed = n > 0;
	for (size_t i = 0; ok && i < n; i++) {
		const struct rollup_sums sums = { m[i].reports, m[i].rows,
						  m[i].row_passed, m[i].messages,
						  m[i].passed };
		ok = rollup_add_month(c->s, c->roll, c->domain, m[i].month, &sums, err);
	}
	arena_free(&a);
	return ok;
}

static bool rebuild(struct check *c, struct err *err)
{
	static const char sql[] =
		"SELECT id, counted, first_day, days, row_n, messages, passed, "
		"sha FROM book_report INDEXED BY book_report_domain WHERE domain_id = ? "
		"AND kind = 1 AND sealed = 0 ORDER BY first_day";
	const struct stmt_arg domain = a_int(c->domain);
	sqlite3_stmt *st = stmt_open(c->s, sql, err);
	enum stmt_step step = STMT_FAILED;
	bool ok = st && stmt_bind(c->s, st, &domain, 1, err);
	while (ok && (step = stmt_step(c->s, st, err)) == STMT_ROW)
		ok = rebuild_report(c, st, err);
	stmt_close(&st);
	return ok && step == STMT_END && rollup_flush(c->s, c->roll, err) &&
	       add_sealed(c, err);
}

/* --- comparing --- */

/* Compares one row of sums; `which` is 0 for a day, 1 for a month. */
static bool compare_sums(struct check *c, int which, int64_t at, bool *out_same,
			 struct err *err)
{
#define SUMS(t) \
	"WITH have AS (SELECT " SUM_COLUMNS " FROM facts_" t " WHERE domain = ?1 AND " \
	"day = ?2), want AS (SELECT " SUM_COLUMNS " FROM temp.check_" t " WHERE " \
	"domain = ?1 AND day = ?2) SELECT count(*) = 0 FROM (SELECT * FROM have EXCEPT " \
	"SELECT * FROM want UNION ALL SELECT * FROM (SELECT * FROM want EXCEPT SELECT " \
	"* FROM have))"
	static const char day[] = SUMS("day"), month[] = SUMS("month");
#undef SUMS
	sqlite3_stmt *st = STMT_ASK(c->s, err, which ? month : day, a_int(c->domain),
				    a_int(at));
	if (!st || stmt_step(c->s, st, err) != STMT_ROW)
		return false;
	*out_same = stmt_flag(st, 0);
	stmt_reset(st);
	return true;
}

/* --- mending --- */

#define MEND(t, columns) \
	{ \
		"DELETE FROM facts_" t " WHERE domain = ? AND day = ?", \
			"INSERT INTO facts_" t " (" columns ") SELECT " columns \
			" FROM temp.check_" t " WHERE domain = ? AND day = ?" \
	}

static bool replace(struct check *c, const char *const sql[2], int64_t at,
		    struct err *err)
{
	return STMT_RUN(c->s, err, sql[0], a_int(c->domain), a_int(at)) &&
	       STMT_RUN(c->s, err, sql[1], a_int(c->domain), a_int(at));
}

static bool differs(struct check *c, const char *what, int64_t day, struct err *err)
{
	char text[120], date[DATE_TEXT];
	(void)snprintf(text, sizeof(text), "wrong %s %s", what,
		       date_format_day(day, date));
	c->out->differ++;
	return say_domain(c, text, err);
}

static bool check_day(struct check *c, int64_t day, struct err *err)
{
	static const char *const roll[2] = MEND("roll", "domain, day, first, bytes");
	static const char *const sums[2] = MEND("day", SUM_COLUMNS);
	bool same_roll, same_sums;
	c->out->domain_days++;
	if (store_is_stopped(c->s))
		return store_stopped(c->s, err);
	if (!facts_rolls_same(c->s, c->domain, day, &same_roll, err) ||
	    !compare_sums(c, 0, day, &same_sums, err))
		return false;
	if (same_roll && same_sums)
		return true;
	if (!differs(c, same_roll ? "sums on" : "roll-up on", day, err))
		return false;
	return !c->o->mend || (replace(c, roll, day, err) && replace(c, sums, day, err) &&
			       fold_undo(c->s, c->domain, date_month_of(day), err));
}

static bool fold_says(struct check *c, int64_t month, int64_t *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(
		c->s, err, "SELECT folded FROM facts_month WHERE domain = ? AND day = ?",
		a_int(c->domain), a_int(month));
	enum stmt_step step = st ? stmt_step(c->s, st, err) : STMT_FAILED;
	*out = step == STMT_ROW ? stmt_i64(st, 0) : FOLD_NONE;
	if (step == STMT_ROW)
		stmt_reset(st);
	return step != STMT_FAILED;
}

/* Is the fold that of the days as they were built anew? */
static bool check_fold(struct check *c, int64_t month, int64_t day, struct err *err)
{
	int64_t state;
	bool large = false, same = true;
	if (!fold_says(c, month, &state, err))
		return false;
	if (state != FOLD_MADE)
		return true;
	if (!fold_build(c->s, FOLD_OF_CHECK, c->domain, month, &c->fold, &large, err) ||
	    (!large && !fold_is_stored(c->s, c->domain, month, &c->fold, &same, err)))
		return false;
	if (same && !large)
		return true;
	if (!differs(c, "roll-up of the month from", day, err))
		return false;
	return !c->o->mend || fold_undo(c->s, c->domain, month, err);
}

static bool check_month(struct check *c, int64_t month, struct err *err)
{
	static const char *const sums[2] = MEND("month", SUM_COLUMNS);
	bool same;
	int64_t day = date_month_start(month);
	if (!compare_sums(c, 1, month, &same, err))
		return false;
	if (same)
		return check_fold(c, month, day, err);
	if (c->sealed_in_doubt) {
		c->sealed_differs = true;
		return say_domain(c, "what is sealed lies in other months than its sums",
				  err);
	}
	if (!differs(c, "sums of the month from", day, err))
		return false;
	return !c->o->mend || replace(c, sums, month, err);
}

/* --- all of it --- */

static bool list_of(struct store *s, const char *sql, int64_t arg, struct arena *a,
		    int64_t **out, size_t *out_n, struct err *err)
{
	return book_list_ids(s, STMT_ASK(s, err, sql, a_int(arg)), a, out, out_n, err);
}

static bool compare_days(struct check *c, struct arena *a, struct err *err)
{
	static const char days[] =
		"SELECT day FROM facts_roll WHERE domain = ?1 UNION "
		"SELECT day FROM facts_day WHERE domain = ?1 UNION "
		"SELECT day FROM temp.check_roll WHERE domain = ?1 UNION "
		"SELECT day FROM temp.check_day WHERE domain = ?1 ORDER BY 1";
	int64_t *at;
	size_t n;
	bool ok = list_of(c->s, days, c->domain, a, &at, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = check_day(c, at[i], err);
	return ok;
}

static bool compare_months(struct check *c, struct arena *a, struct err *err)
{
#define MONTHS \
	"SELECT day FROM facts_month WHERE domain = ?1 UNION SELECT day FROM " \
	"temp.check_month WHERE domain = ?1 "
	static const char months[] = MONTHS "ORDER BY 1";
	/* Those whose sealed part is in doubt are no measure of the others. */
	static const char open_months[] = MONTHS "EXCEPT SELECT month FROM book_month "
						 "WHERE kind = 1 AND domain_id = ?1 "
						 "ORDER BY 1";
#undef MONTHS
	bool sealed_agree, same;
	int64_t *at;
	size_t n;
	if (!book_month_agrees(c->s, c->domain, &sealed_agree, err) ||
	    !facts_months_same(c->s, c->domain, &same, err) ||
	    !list_of(c->s, sealed_agree ? months : open_months, c->domain, a, &at, &n,
		     err))
		return false;
	/* Sealed reports tell the sum of all months only. Where both have it, but in
	 * other months, either may be wrong. */
	c->sealed_in_doubt = c->has_sealed && sealed_agree && same;
	c->sealed_differs = false;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = check_month(c, at[i], err);
	c->out->sealed_differ += c->sealed_differs;
	return ok;
}

static bool check_domain(struct check *c, int64_t domain, struct err *err)
{
	c->domain = domain;
	c->short_of_rows = false;
	if (!begin(c, err))
		return false;
	struct arena *a = arena_new();
	/* Where rows are gone the sums still hold what they said: they cannot be held
	 * against anything, and lower ones would hide that something is missing. */
	bool ok = rebuild(c, err) &&
		  (c->short_of_rows ||
		   (compare_days(c, a, err) && compare_months(c, a, err))) &&
		  store_exec(c->s,
			     "DELETE FROM temp.check_roll; DELETE FROM temp.check_day; "
			     "DELETE FROM temp.check_month",
			     err);
	arena_free(&a);
	if (!ok)
		rollup_forget(c->roll);
	return end(c, ok, err);
}

static bool make_tables(struct store *s, struct err *err)
{
#define SUMS_TABLE(t) \
	"CREATE TEMP TABLE " t " (domain INTEGER, day INTEGER, reports INTEGER, " \
	"row_n INTEGER, row_passed INTEGER, messages INTEGER, passed INTEGER, " \
	"folded INTEGER DEFAULT 0, PRIMARY KEY (domain, day)) STRICT, WITHOUT ROWID;"
	return store_exec(s,
			  "CREATE TEMP TABLE check_roll (domain INTEGER, day INTEGER, "
			  "first BLOB, bytes BLOB, PRIMARY KEY (domain, day, first)) "
			  "WITHOUT ROWID;" SUMS_TABLE("check_day")
				  SUMS_TABLE("check_month"),
			  err);
#undef SUMS_TABLE
}

static void drop_tables(struct store *s)
{
	struct err ignored;
	(void)store_exec(s,
			 "DROP TABLE IF EXISTS temp.check_roll;"
			 "DROP TABLE IF EXISTS temp.check_day;"
			 "DROP TABLE IF EXISTS temp.check_month",
			 &ignored);
}

static bool check_all(struct check *c, struct err *err)
{
	static const char domains[] = "SELECT id FROM book_policy_domain WHERE id > ?1 "
				      "UNION SELECT DISTINCT domain FROM facts_month "
				      "UNION SELECT DISTINCT domain FROM facts_day "
				      "UNION SELECT DISTINCT domain FROM facts_roll "
				      "ORDER BY 1";
	int64_t reports, *id;
	size_t n;
	if (!check_file(c, err) || !begin(c, err))
		return false;
	bool ok = check_facets(c, err) && check_pieces(c, err) && check_sealed(c, err);
	if (!end(c, ok, err) ||
	    !store_int(c->s,
		       "SELECT count(*) FROM book_report WHERE kind = 1 AND sealed = 0",
		       &reports, err))
		return false;
	c->reports_all = (uint64_t)reports;
	struct arena *a = arena_new();
	ok = list_of(c->s, domains, 0, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = check_domain(c, id[i], err);
	arena_free(&a);
	if (ok && c->o->progress)
		c->o->progress(c->o->ctx, false, c->out->reports, c->reports_all);
	return ok;
}

bool facts_check(struct store *s, const struct facts_check_options *o,
		 struct facts_check_result *out, struct err *err)
{
	struct check c = { .s = s, .o = o, .out = out };
	struct err ignored;
	*out = (struct facts_check_result){ 0 };
	err->code = ERR_NONE;
	if (o->mend && s->mode == STORE_READ)
		return err_set(err, ERR_INTERNAL, "a store that is only read is mended");
	/* Also forbids writing to temporary tables. */
	if (s->mode == STORE_READ && !store_exec(s, "PRAGMA query_only=0", err))
		return false;
	c.roll = rollup_new(ROLLUP_CHECK);
	bool ok = make_tables(s, err) && check_all(&c, err);
	rollup_free(&c.roll);
	fold_free(&c.fold);
	drop_tables(s);
	if (s->mode == STORE_READ)
		(void)store_exec(s, "PRAGMA query_only=1", &ignored);
	return ok;
}
