/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H

#include "base/hash.h"
#include "store/store.h"

#include <sqlite3.h>

/* What the files of this room share; nobody else includes it. */

struct book_memo;
struct facts;
struct stmt_cache;

enum {
	/* "PsTn" in the file's header, so that file(1) and we can tell. */
	STORE_APPLICATION_ID = 0x5073546e,
	STORE_PAGE = 4096,
};

struct store {
	sqlite3 *db;
	char *file;       /* the path as SQLite gets it */
	const char *path; /* as it was given; within `file` */
	enum store_mode mode;
	bool as_is, checks;
	uint32_t busy_ms;
	void (*waiting)(void *ctx);
	void *ctx;
	const volatile sig_atomic_t *stop;
	int64_t waited_from; /* monotonic ms of the first poll */
	bool in_tx, in_savepoint;
	int64_t changes;     /* that SQLite had counted when the transaction began */
	bool wrote;          /* a transaction that changed something was committed */
	bool savepoint_made; /* SQLite has been told of it */
	bool fail_step;      /* the fault hook wants the next writing statement to fail */
	struct hash_key key;
	struct stmt_cache *stmts;
	struct facts *facts;
	struct book_memo *memo;
};

bool store_is_stopped(const struct store *s);
/* Always false: the sentence for that, which says whether `s`, or NULL, has written. */
bool store_stopped(const struct store *s, struct err *err);
/* SQLite has one handler for its progress: who had another one puts this one back. */
void store_mind_stop(struct store *s);
/* Always false. The sentence for what SQLite last said on this connection. */
bool store_fail(struct store *s, struct err *err);
/* Whether the disk has refused a read of the file: then what SQLite says of it is no
 * verdict. Where it has, err is set. */
bool store_is_unreadable(const struct store *s, struct err *err);
/* Always false: something read from the file cannot be what we wrote. */
bool store_damaged(const struct store *s, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* False with ERR_INTERNAL outside a transaction. */
bool store_in_tx(const struct store *s, struct err *err);
/* A savepoint costs a copy of every page that is touched after it, so SQLite gets it
 * only with the first statement that writes; called by stmt_run(). */
bool store_make_savepoint(struct store *s, struct err *err);
/* Runs SQL that returns nothing of interest; uncached. */
bool store_exec(struct store *s, const char *sql, struct err *err);
/* The same for SQL that writes, as a step of the fault hooks. */
bool store_exec_step(struct store *s, const char *sql, struct err *err);
/* One integer; uncached. */
bool store_int(struct store *s, const char *sql, int64_t *out, struct err *err);

/* store_open() in its parts, for who puts one file in another's place. store_new() knows
 * the options and has opened nothing; store_connect() has judged nothing. */
struct store *store_new(const struct store_options *o);
bool store_connect(struct store *s, struct err *err);
/* An empty file with its folders, where there is none. */
bool store_make_file(const char *path, struct err *err);
/* Waits for the lock that it takes. */
bool store_journal(struct store *s, const char *mode, struct err *err);
/* The path still leads to the file that is open. */
bool store_still_there(struct store *s, struct err *err);

/* migrate.c: what is this file? Reads only. */
enum store_file {
	STORE_FILE_EMPTY, /* nothing in it yet */
	STORE_FILE_OLD,   /* ours, of an earlier schema */
	STORE_FILE_STALE, /* ours, last written by an earlier build of the same schema */
	STORE_FILE_OURS
};
bool migrate_look(struct store *s, enum store_file *out, struct err *err);
/* Brings an empty or older file to this build's schema, in one transaction. */
bool migrate_run(struct store *s, struct err *err);
bool migrate_key(struct store *s, struct err *err);
/* The schema of a file that is ours, the build that wrote it last, and the least one that
 * may open it. */
bool migrate_says(struct store *s, uint64_t *out_schema, uint64_t *out_build,
		  uint64_t *out_least, struct err *err);

#endif
