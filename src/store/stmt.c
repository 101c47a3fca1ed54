/* SPDX-License-Identifier: Apache-2.0 */
#include "store/stmt.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
	STMT_SLOTS = 512, /* a power of two, several times the statements there are */
	STMT_IDLE = 4
};

struct stmt_cache {
	size_t n;
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} slot[STMT_SLOTS];
	sqlite3_stmt *idle[STMT_IDLE]; /* given back; NULL: none */
	size_t oldest;
};

struct stmt_cache *stmt_cache_new(void)
{
	return heap_array(1, sizeof(struct stmt_cache));
}

void stmt_cache_free(struct stmt_cache **c)
{
	for (size_t i = 0; *c && i < STMT_SLOTS; i++)
		(void)sqlite3_finalize((*c)->slot[i].st);
	for (size_t i = 0; *c && i < STMT_IDLE; i++)
		(void)sqlite3_finalize((*c)->idle[i]);
	free(*c);
	*c = NULL;
}

static sqlite3_stmt *prepare(struct store *s, const char *sql, unsigned flags,
			     struct err *err)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v3(s->db, sql, -1, flags, &st, NULL) != SQLITE_OK || !st)
		(void)store_fail(s, err);
	return st;
}

sqlite3_stmt *stmt_open(struct store *s, const char *sql, struct err *err)
{
	return prepare(s, sql, 0, err);
}

void stmt_close(sqlite3_stmt **st)
{
	(void)sqlite3_finalize(*st);
	*st = NULL;
}

sqlite3_stmt *stmt_borrow(struct store *s, const char *sql, struct err *err)
{
	for (size_t i = 0; i < STMT_IDLE; i++) {
		sqlite3_stmt *st = s->stmts->idle[i];
		if (!st || strcmp(sqlite3_sql(st), sql) != 0)
			continue;
		s->stmts->idle[i] = NULL;
		return st;
	}
	return prepare(s, sql, 0, err);
}

void stmt_give_back(struct store *s, sqlite3_stmt **st)
{
	struct stmt_cache *c = s->stmts;
	if (!*st)
		return;
	(void)sqlite3_reset(*st);
	(void)sqlite3_clear_bindings(*st);
	(void)sqlite3_finalize(c->idle[c->oldest]);
	c->idle[c->oldest] = *st;
	c->oldest = (c->oldest + 1) % STMT_IDLE;
	*st = NULL;
}

static sqlite3_stmt *cached(struct store *s, const char *sql, struct err *err)
{
	struct stmt_cache *c = s->stmts;
	size_t i = (size_t)((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15) >> 50);
	for (i %= STMT_SLOTS; c->slot[i].sql; i = (i + 1) % STMT_SLOTS)
		if (c->slot[i].sql == sql)
			return c->slot[i].st;
	if (c->n >= STMT_SLOTS / 2) {
		err_set(err, ERR_INTERNAL, "the store has too many statements");
		return NULL;
	}
	sqlite3_stmt *st = prepare(s, sql, SQLITE_PREPARE_PERSISTENT, err);
	if (!st)
		return NULL;
	c->slot[i].sql = sql;
	c->slot[i].st = st;
	c->n++;
	return st;
}

static int bind_one(sqlite3_stmt *st, int at, const struct stmt_arg *a)
{
	const char *p = a->s.p ? a->s.p : "";
	switch (a->type) {
	case STMT_INT:
		return sqlite3_bind_int64(st, at, a->i);
	case STMT_TEXT:
		return sqlite3_bind_text64(st, at, p, a->s.n, SQLITE_STATIC, SQLITE_UTF8);
	case STMT_BLOB:
		return sqlite3_bind_blob64(st, at, p, a->s.n, SQLITE_STATIC);
	case STMT_NULL:
	default:
		return sqlite3_bind_null(st, at);
	}
}

bool stmt_bind(struct store *s, sqlite3_stmt *st, const struct stmt_arg *args, size_t n,
	       struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (bind_one(st, (int)i + 1, &args[i]) != SQLITE_OK)
			return store_fail(s, err);
	return true;
}

sqlite3_stmt *stmt_ask(struct store *s, const char *sql, const struct stmt_arg *args,
		       size_t n, struct err *err)
{
	sqlite3_stmt *st = cached(s, sql, err);
	return st && stmt_bind(s, st, args, n, err) ? st : NULL;
}

enum stmt_step stmt_step(struct store *s, sqlite3_stmt *st, struct err *err)
{
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		return STMT_ROW;
	if (rc != SQLITE_DONE)
		(void)store_fail(s, err);
	(void)sqlite3_reset(st);
	return rc == SQLITE_DONE ? STMT_END : STMT_FAILED;
}

void stmt_reset(sqlite3_stmt *st)
{
	(void)sqlite3_reset(st);
}

bool stmt_run(struct store *s, const char *sql, const struct stmt_arg *args, size_t n,
	      struct err *err)
{
	if (s->in_savepoint && !s->savepoint_made && !store_make_savepoint(s, err))
		return false;
	sqlite3_stmt *st = stmt_ask(s, sql, args, n, err);
	if (!st)
		return false;
	store_step(s);
	if (s->fail_step) {
		s->fail_step = false;
		return err_set(err, ERR_TEMP, "%s: the disk is full (as tested)",
			       s->path);
	}
	enum stmt_step step = stmt_step(s, st, err);
	if (step == STMT_ROW)
		stmt_reset(st);
	return step != STMT_FAILED;
}

struct sv stmt_view(sqlite3_stmt *st, int col)
{
	/* The pointer first: asking for it may convert, and so change the length. */
	const void *p = sqlite3_column_blob(st, col);
	int n = sqlite3_column_bytes(st, col);
	return p && n > 0 ? (struct sv){ p, (size_t)n } : (struct sv){ "", 0 };
}

struct sv stmt_copy(sqlite3_stmt *st, int col, struct arena *a)
{
	return arena_sv(a, stmt_view(st, col));
}
