/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STMT_H
#define STORE_STMT_H

#include "store/store_int.h"

struct arena;

/*
 * Prepared statements, kept by the address of their SQL text (string literals, so each
 * use has one), and typed arguments.
 */

enum stmt_type {
	STMT_INT,
	STMT_TEXT,
	STMT_BLOB,
	STMT_NULL
};

struct stmt_arg {
	enum stmt_type type;
	int64_t i;
	struct sv s; /* borrowed until the statement is reset */
};

static inline struct stmt_arg a_int(int64_t v)
{
	return (struct stmt_arg){ .type = STMT_INT, .i = v };
}
/* Unsigned numbers are kept as the same 64 bits. */
static inline struct stmt_arg a_uint(uint64_t v)
{
	return (struct stmt_arg){ .type = STMT_INT, .i = (int64_t)v };
}
static inline struct stmt_arg a_opt(bool has, int64_t v)
{
	return (struct stmt_arg){ .type = has ? STMT_INT : STMT_NULL, .i = v };
}
static inline struct stmt_arg a_text(struct sv v)
{
	return (struct stmt_arg){ .type = STMT_TEXT, .s = v };
}
static inline struct stmt_arg a_blob(struct sv v)
{
	return (struct stmt_arg){ .type = STMT_BLOB, .s = v };
}

enum stmt_step {
	STMT_FAILED,
	STMT_END, /* the statement is reset */
	STMT_ROW  /* read its columns, then step again or stmt_reset() */
};

struct stmt_cache *stmt_cache_new(void);
void stmt_cache_free(struct stmt_cache **c);

/* A statement of one's own, to be finalized with stmt_close(). */
sqlite3_stmt *stmt_open(struct store *s, const char *sql, struct err *err);
void stmt_close(sqlite3_stmt **st);
/* The same where one like it may come again soon: what is given back is kept a while. */
sqlite3_stmt *stmt_borrow(struct store *s, const char *sql, struct err *err);
void stmt_give_back(struct store *s, sqlite3_stmt **st);
bool stmt_bind(struct store *s, sqlite3_stmt *st, const struct stmt_arg *args, size_t n,
	       struct err *err);

/* Bound and ready to be stepped; NULL: err is set. */
sqlite3_stmt *stmt_ask(struct store *s, const char *sql, const struct stmt_arg *args,
		       size_t n, struct err *err);
enum stmt_step stmt_step(struct store *s, sqlite3_stmt *st, struct err *err);
void stmt_reset(sqlite3_stmt *st);
/* A writing statement, run to its end: one step of the fault hooks. */
bool stmt_run(struct store *s, const char *sql, const struct stmt_arg *args, size_t n,
	      struct err *err);

#define STMT_ARGS(...) \
	(const struct stmt_arg[]){ __VA_ARGS__ }, \
		sizeof((const struct stmt_arg[]){ __VA_ARGS__ }) / \
			sizeof(struct stmt_arg)

#define STMT_ASK(s, err, sql, ...) stmt_ask(s, sql, STMT_ARGS(__VA_ARGS__), err)
#define STMT_RUN(s, err, sql, ...) stmt_run(s, sql, STMT_ARGS(__VA_ARGS__), err)

/* Columns of the current row. Views end with the row; stmt_copy() outlives it. */
struct sv stmt_view(sqlite3_stmt *st, int col);
struct sv stmt_copy(sqlite3_stmt *st, int col, struct arena *a);
static inline int64_t stmt_i64(sqlite3_stmt *st, int col)
{
	return sqlite3_column_int64(st, col);
}
static inline uint64_t stmt_u64(sqlite3_stmt *st, int col)
{
	return (uint64_t)sqlite3_column_int64(st, col);
}
static inline bool stmt_flag(sqlite3_stmt *st, int col)
{
	return sqlite3_column_int64(st, col) != 0;
}

#endif
