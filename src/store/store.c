/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_int.h"

#include "base/arena.h"
#include "base/clock.h"
#include "store/book_memo.h"
#include "store/facts_int.h"
#include "store/folder.h"
#include "store/kept.h"
#include "store/stmt.h"
#include "store/vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	BUSY_DEFAULT_MS = 30000,
	BUSY_POLL_MS = 5,
	SAVEPOINT_MEMORY = 8 * 1024 * 1024,
	GIVE_BACK_PAGES = 1024, /* a transaction */
	STEPS_BETWEEN = 20000,  /* of SQLite's machine, between two looks at `stop` */
};

/* --- errors in words --- */

/* Whatever was committed before went with the file that is gone. */
static bool moved(const struct store *s, struct err *err)
{
	return err_set(
		err, ERR_TEMP,
		"%s: the database was replaced or removed while it was in use; run "
		"the same command again",
		s->path);
}

/* Another file may have been put in its place while we waited for a lock on this one, or
 * it was deleted; what we write then goes with the old one, and SQLite says nothing. */
bool store_still_there(struct store *s, struct err *err)
{
	int has_moved = 0;
	(void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
	return !has_moved || moved(s, err);
}

static bool full(const struct store *s, struct err *err)
{
	return err_set(err, ERR_TEMP,
		       "%s: the disk is full; make room, then run the same command again",
		       s->path);
}

bool store_is_stopped(const struct store *s)
{
	return s->stop && *s->stop;
}

bool store_stopped(const struct store *s, struct err *err)
{
	return err_set(err, ERR_TEMP, "stopped; %s",
		       s && s->wrote ? "what was written until then stays; the same "
				       "command does the rest"
				     : "nothing was changed");
}

/* A database is whole pages, and what begins otherwise than one may be one whose first
 * page was written over. */
static bool not_a_database(const struct store *s, struct err *err)
{
	struct stat st;
	if (stat(s->path, &st) == 0 && st.st_size > 0 && st.st_size % STORE_PAGE == 0)
		return store_damaged(s, err, "its first page is not that of a database");
	return err_set(err, ERR_CONFIG, "%s is not a Postern database", s->path);
}

/* Our SQL names nothing that the schema of a whole file lacks. */
static bool lacks_table(const char *what)
{
	return sv_has_prefix_fold(sv_from(what), SV("no such table")) ||
	       sv_has_prefix_fold(sv_from(what), SV("no such index"));
}

bool store_fail(struct store *s, struct err *err)
{
	int code = s->db ? sqlite3_extended_errcode(s->db) : SQLITE_NOMEM;
	const char *what = s->db ? sqlite3_errmsg(s->db) : "out of memory";
	if (code == SQLITE_READONLY_DBMOVED)
		return moved(s, err);
	switch (code & 0xff) {
	case SQLITE_INTERRUPT:
		return store_stopped(s, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		if (store_is_stopped(s))
			return store_stopped(s, err);
		return err_set(err, ERR_TEMP,
			       "%s: the database is locked by another process; run the "
			       "same command again once that one is done",
			       s->path);
	case SQLITE_FULL:
		return full(s, err);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(err, ERR_TEMP,
			       "%s: the database cannot be written: the file or its "
			       "folder is read-only for this user",
			       s->path);
	case SQLITE_CANTOPEN:
		return err_set(err, ERR_TEMP,
			       "%s: the database cannot be opened (%s); look at the "
			       "rights of the file and of its folder",
			       s->path, what);
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_SHMSIZE) /* not even the WAL's index fits */
			return full(s, err);
		if (store_is_unreadable(s, err))
			return false;
		return err_set(err, ERR_TEMP,
			       "%s: the disk could not be read or written (%s, code %d)",
			       s->path, what, code);
	case SQLITE_NOTADB:
		return not_a_database(s, err);
	case SQLITE_CORRUPT:
		return store_damaged(s, err, "%s", what);
	case SQLITE_NOMEM:
		return err_set(err, ERR_TEMP, "%s: %s", s->path, what);
	default:
		if (lacks_table(what))
			return store_damaged(s, err, "%s", what);
		return err_set(err, ERR_INTERNAL, "%s: %s (code %d)", s->path, what,
			       code);
	}
}

bool store_is_unreadable(const struct store *s, struct err *err)
{
	if (!s->db || !vfs_read_failed(s->db))
		return false;
	(void)err_set(err, ERR_TEMP,
		      "%s: the disk could not be read; look at it, and at the system's "
		      "log, then run the same command again",
		      s->path);
	return true;
}

bool store_damaged(const struct store *s, struct err *err, const char *fmt, ...)
{
	char what[300];
	va_list ap;
	if (store_is_unreadable(s, err))
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	for (char *p = what; *p; p++) /* SQLite writes lines */
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	return err_set(
		err, ERR_DAMAGED, "%s: the database is damaged: %s; %s", s->path, what,
		s->checks ? "mending does not help here: restore a backup (`postern "
			    "restore --replace FILE`), or move the file away and read "
			    "the mailbox into a new database (`postern ingest`)"
			  : "run `postern fsck`, which says what to do");
}

bool store_in_tx(const struct store *s, struct err *err)
{
	return s->in_tx ||
	       err_set(err, ERR_INTERNAL, "the store is written outside a transaction");
}

/* --- fault hooks --- */

#ifdef POSTERN_FAULTS
static unsigned long fault_at(const char *name)
{
	const char *v = getenv(name);
	return v ? strtoul(v, NULL, 10) : 0;
}

static bool step_fails(void)
{
	/* Counted over the process, whatever it opens: test builds only. */
	static unsigned long steps;
	steps++;
	if (steps == fault_at("POSTERN_KILL_AT"))
		(void)raise(SIGKILL);
	return steps == fault_at("POSTERN_FULL_AT");
}
#else
static bool step_fails(void)
{
	return false;
}
#endif

void store_step(struct store *s)
{
	if (step_fails())
		s->fail_step = true;
}

bool store_step_at(const char *path, struct err *err)
{
	return !step_fails() ||
	       err_set(err, ERR_TEMP, "%s: the disk is full (as tested)", path);
}

/* --- small SQL --- */

bool store_exec(struct store *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       store_fail(s, err);
}

bool store_exec_step(struct store *s, const char *sql, struct err *err)
{
	return store_step_at(s->path, err) && store_exec(s, sql, err);
}

bool store_int(struct store *s, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *st = stmt_open(s, sql, err);
	if (!st)
		return false;
	enum stmt_step step = stmt_step(s, st, err);
	*out = step == STMT_ROW ? stmt_i64(st, 0) : 0;
	stmt_close(&st);
	return step != STMT_FAILED;
}

/* --- opening --- */

/* SQLite's own handler backs off to 100 ms, and so loses to a busy writer for ever. */
static int on_busy(void *ctx, int tries)
{
	struct store *s = ctx;
	int64_t now = (int64_t)clock_ms();
	if (tries == 0)
		s->waited_from = now;
	if (now - s->waited_from >= (int64_t)s->busy_ms || store_is_stopped(s))
		return 0;
	if (s->waiting)
		s->waiting(s->ctx);
	struct timespec t = { .tv_nsec = BUSY_POLL_MS * 1000000L };
	(void)nanosleep(&t, NULL);
	return 1;
}

/* Makes the file ourselves, for its mode. An existing one is not even opened: closing a
 * descriptor would drop the locks of other connections of this process. */
bool store_make_file(const char *path, struct err *err)
{
	if (path[0] == '\0')
		return err_set(err, ERR_CONFIG, "no path is given for the database");
	if (access(path, F_OK) == 0)
		return true;
	if (!folder_make(path, err))
		return false;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ||
		       err_set(err, ERR_TEMP, "the database %s cannot be made: %s", path,
			       strerror(errno));
	(void)close(fd);
	return true;
}

static int on_steps(void *s)
{
	return store_is_stopped(s);
}

void store_mind_stop(struct store *s)
{
	sqlite3_progress_handler(s->db, s->stop ? STEPS_BETWEEN : 0, on_steps, s);
}

static bool configure(struct store *s, struct err *err)
{
	static const struct {
		int op, on;
	} set[] = {
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		/* Until the file is known to be ours, nothing is written to it. */
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};
	(void)sqlite3_extended_result_codes(s->db, 1);
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		if (sqlite3_db_config(s->db, set[i].op, set[i].on, NULL) != SQLITE_OK)
			return store_fail(s, err);
	(void)sqlite3_busy_handler(s->db, on_busy, s);
	store_mind_stop(s);
	return true;
}

static bool connect_file(struct store *s, int flags, const char *name, struct err *err)
{
	(void)sqlite3_close(s->db);
	s->db = NULL;
	flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (sqlite3_open_v2(name, &s->db, flags, vfs_name()) != SQLITE_OK)
		return store_fail(s, err);
	return configure(s, err);
}

/* A read-only file in a read-only folder has no room for the WAL's index. Without a WAL
 * nobody has written since, and it may be read as it lies. */
static bool connect_immutable(struct store *s, struct err *err)
{
	size_t n = strlen(s->file);
	char *name = heap_array(3 * n + 32, 1);
	struct stat st;
	(void)snprintf(name, 3 * n + 32, "%s-wal", s->file);
	bool has_wal = stat(name, &st) == 0 && st.st_size > 0;
	size_t at = (size_t)snprintf(name, 3 * n + 32, "file:");
	for (size_t i = 0; i < n; i++) {
		char c = s->file[i];
		bool plain = ascii_is_alnum(c) || c == '/' || c == '.' || c == '_' ||
			     c == '-';
		at += (size_t)snprintf(name + at, 4, plain ? "%c" : "%%%02X", (uint8_t)c);
	}
	(void)snprintf(name + at, 3 * n + 32 - at, "?immutable=1");
	bool ok = !has_wal &&
		  connect_file(s, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, name, err);
	free(name);
	return ok;
}

static bool look(struct store *s, enum store_file *out, struct err *err)
{
	if (migrate_look(s, out, err))
		return true;
	if (s->mode != STORE_READ || err->code != ERR_TEMP)
		return false;
	int code = sqlite3_errcode(s->db) & 0xff;
	bool blocked = code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
	return blocked && connect_immutable(s, err) && migrate_look(s, out, err);
}

static bool ask_journal(struct store *s, const char *mode, struct err *err)
{
	char sql[48];
	(void)snprintf(sql, sizeof(sql), "PRAGMA journal_mode=%s", mode);
	sqlite3_stmt *st = stmt_open(s, sql, err);
	if (!st)
		return false;
	enum stmt_step step = stmt_step(s, st, err);
	bool ok = step == STMT_ROW && sv_eq_fold(stmt_view(st, 0), sv_from(mode));
	if (!ok && step != STMT_FAILED)
		(void)err_set(err, ERR_CONFIG,
			      "%s: its file system cannot share memory between processes "
			      "(SQLite's WAL); put the database on a local disk",
			      s->path);
	stmt_close(&st);
	return ok;
}

/* Where two processes make one database, both may want this at once: SQLite sees that
 * they would wait for each other, and says that it is locked without asking on_busy(). */
bool store_journal(struct store *s, const char *mode, struct err *err)
{
	for (int tries = 0;; tries++) {
		if (ask_journal(s, mode, err))
			return true;
		bool locked = (sqlite3_errcode(s->db) & 0xff) == SQLITE_BUSY;
		if (err->code != ERR_TEMP || !locked || !on_busy(s, tries))
			return false;
	}
}

static bool is_writable(struct store *s, enum store_file file, struct err *err)
{
	if (sqlite3_db_readonly(s->db, "main") != 1)
		return true;
	if (s->mode != STORE_READ)
		return err_set(err, ERR_TEMP,
			       "%s: the database cannot be written: the file is "
			       "read-only for this user",
			       s->path);
	return s->as_is || file != STORE_FILE_OLD ||
	       err_set(err, ERR_CONFIG,
		       "%s is of an earlier version of Postern and has to be brought up "
		       "to date, but it is read-only for this user; run the same command "
		       "once as its owner",
		       s->path);
}

/* By whoever opens it first, a reader too: else a program that was just upgraded could
 * not answer until something is written. */
static bool bring_up(struct store *s, enum store_file file, struct err *err)
{
	bool needed = s->mode != STORE_READ ? file != STORE_FILE_OURS
					    : file == STORE_FILE_OLD;
	if (s->as_is || !needed || migrate_run(s, err))
		return true;
	return file == STORE_FILE_OLD &&
	       err_at(err, "bringing the database up to date, which changed nothing: ");
}

static bool settle_file(struct store *s, enum store_file file, struct err *err)
{
	if (s->mode != STORE_CREATE && file == STORE_FILE_EMPTY)
		return err_set(err, ERR_CONFIG,
			       "%s is not a Postern database: it is "
			       "empty",
			       s->path);
	/* It is ours: the last to close it leaves nothing beside it, a reader too. */
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	if (!is_writable(s, file, err) || !bring_up(s, file, err))
		return false;
	if (s->mode == STORE_READ)
		return store_exec(s, "PRAGMA query_only=1; PRAGMA cache_size=-16384",
				  err);
	return store_journal(s, "WAL", err) &&
	       store_exec(s,
			  /* Debian's SQLite has secure_delete on anyhow. */
			  "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
			  "PRAGMA cache_size=-16384; "
			  "PRAGMA wal_autocheckpoint=10000; "
			  "PRAGMA journal_size_limit=67108864",
			  err);
}

static bool open_parts(struct store *s, struct err *err)
{
	enum store_file file;
	struct stat st;
	if (stat(s->path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(err, ERR_CONFIG, "%s is a folder, not a database",
			       s->path);
	if (s->mode == STORE_CREATE && !store_make_file(s->path, err))
		return false;
	if (access(s->path, F_OK) != 0)
		return err_set(err, ERR_NO_INPUT,
			       "there is no database %s yet; `postern ingest` and "
			       "`postern client add` make it",
			       s->path);
	if (!store_connect(s, err) || !look(s, &file, err) || !settle_file(s, file, err))
		return false;
	return migrate_key(s, err) && store_still_there(s, err);
}

struct store *store_new(const struct store_options *o)
{
	/* Its counting takes a mutex a malloc; refused, and no harm, once SQLite runs. */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	/* A savepoint a report: what it saves goes to a temporary file only past this. */
	(void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, SAVEPOINT_MEMORY);
	struct store *s = heap_array(1, sizeof(*s));
	/* Never a name that means something to SQLite, as ":memory:" does. */
	const char *given = o->path ? o->path : "";
	size_t n = strlen(given) + 3;
	s->file = heap_array(n, 1);
	(void)snprintf(s->file, n, "%s%s", given[0] == '/' ? "" : "./", given);
	s->path = s->file + (given[0] == '/' ? 0 : 2);
	s->mode = o->mode;
	s->as_is = o->as_is;
	s->checks = o->checks;
	s->busy_ms = o->busy_ms ? o->busy_ms : BUSY_DEFAULT_MS;
	s->waiting = o->waiting;
	s->ctx = o->ctx;
	s->stop = o->stop;
	s->stmts = stmt_cache_new();
	s->facts = facts_new();
	s->memo = book_memo_new();
	return s;
}

bool store_connect(struct store *s, struct err *err)
{
	return connect_file(s, SQLITE_OPEN_READWRITE, s->file, err);
}

struct store *store_open(const struct store_options *o, struct err *err)
{
	struct store *s = store_new(o);
	if (!open_parts(s, err))
		store_close(&s);
	return s;
}

void store_close(struct store **s)
{
	if (!*s)
		return;
	store_rollback(*s);
	stmt_cache_free(&(*s)->stmts);
	facts_free(&(*s)->facts);
	book_memo_free(&(*s)->memo);
	(void)sqlite3_close((*s)->db);
	free((*s)->file);
	free(*s);
	*s = NULL;
}

const char *store_path(const struct store *s)
{
	return s->path;
}

uint64_t store_size(struct store *s)
{
	struct stat st;
	return stat(s->path, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* --- transactions --- */

/* True where SQLite has rolled the whole transaction back by itself (disk full, say). */
static bool lost(struct store *s, struct err *err)
{
	if (s->in_tx && !sqlite3_get_autocommit(s->db))
		return false;
	(void)err_set(err, s->in_tx ? ERR_TEMP : ERR_INTERNAL, "%s: %s", s->path,
		      s->in_tx ? "the database took back the transaction after a failure"
			       : "there is no transaction");
	return true;
}

/* No step of the fault hooks: nothing on the disk changes by it. */
static bool control(struct store *s, const char *sql, struct err *err)
{
	sqlite3_stmt *st = stmt_ask(s, sql, NULL, 0, err);
	return st && stmt_step(s, st, err) != STMT_FAILED;
}

bool store_snapshot(struct store *s, struct err *err)
{
	return !sqlite3_get_autocommit(s->db) || control(s, "BEGIN", err);
}

void store_snapshot_end(struct store *s)
{
	struct err ignored;
	if (!s->in_tx && !sqlite3_get_autocommit(s->db))
		(void)control(s, "END", &ignored);
}

bool store_begin(struct store *s, struct err *err)
{
	if (s->in_tx)
		return err_set(err, ERR_INTERNAL, "a transaction is open already");
	if (!control(s, "BEGIN IMMEDIATE", err))
		return false;
	s->in_tx = true;
	s->changes = sqlite3_total_changes64(s->db);
	book_memo_clear(s);
	return true;
}

bool store_commit(struct store *s, struct err *err)
{
	if (lost(s, err) || !facts_settle(s, err))
		return false;
	s->in_savepoint = false;
	if (sqlite3_total_changes64(s->db) != s->changes && !kept_move_on(s, err))
		return false;
	if (!stmt_run(s, "COMMIT", NULL, 0, err))
		return false;
	s->in_tx = false;
	s->wrote = s->wrote || sqlite3_total_changes64(s->db) != s->changes;
	facts_committed(s->facts);
	book_memo_clear(s);
	return store_still_there(s, err);
}

void store_rollback(struct store *s)
{
	struct err ignored;
	if (s->in_tx && s->db && !sqlite3_get_autocommit(s->db))
		(void)store_exec(s, "ROLLBACK", &ignored);
	s->in_tx = false;
	s->in_savepoint = false;
	facts_forget(s->facts);
	book_memo_clear(s);
}

bool store_savepoint(struct store *s, struct err *err)
{
	if (lost(s, err))
		return false;
	if (s->in_savepoint)
		return err_set(err, ERR_INTERNAL, "a savepoint is open already");
	if (!facts_mark(s, err))
		return false;
	s->in_savepoint = true;
	s->savepoint_made = false;
	return true;
}

bool store_make_savepoint(struct store *s, struct err *err)
{
	s->savepoint_made = control(s, "SAVEPOINT one", err);
	return s->savepoint_made;
}

static bool end_savepoint(struct store *s, struct err *err)
{
	if (lost(s, err))
		return false;
	return s->in_savepoint || err_set(err, ERR_INTERNAL, "there is no savepoint");
}

bool store_release(struct store *s, struct err *err)
{
	if (!end_savepoint(s, err) ||
	    (s->savepoint_made && !control(s, "RELEASE one", err)))
		return false;
	s->in_savepoint = false;
	facts_release(s->facts);
	return true;
}

bool store_undo(struct store *s, struct err *err)
{
	if (!end_savepoint(s, err))
		return false;
	facts_undo(s->facts);
	book_memo_clear(s);
	if (s->savepoint_made &&
	    (!control(s, "ROLLBACK TO one", err) || !control(s, "RELEASE one", err)))
		return false;
	s->in_savepoint = false;
	return true;
}

bool store_scrub_later(struct store *s, struct err *err)
{
	return store_in_tx(s, err) &&
	       stmt_run(s, "INSERT OR REPLACE INTO book_meta VALUES ('scrub', x'01')",
			NULL, 0, err);
}

static bool scrub(struct store *s, struct err *err)
{
	int64_t due;
	if (!store_int(s, "SELECT count(*) FROM book_meta WHERE key = 'scrub'", &due,
		       err))
		return false;
	return due == 0 ||
	       (store_exec_step(s, "VACUUM", err) &&
		store_exec_step(s, "DELETE FROM book_meta WHERE key = 'scrub'", err));
}

static bool no_tx(const struct store *s, struct err *err)
{
	return !s->in_tx || err_set(err, ERR_INTERNAL,
				    "space is given back outside transactions only");
}

bool store_give_back_some(struct store *s, uint64_t *out_left, struct err *err)
{
	char sql[64];
	int64_t left;
	(void)snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)",
		       GIVE_BACK_PAGES);
	if (!no_tx(s, err) || !store_exec_step(s, sql, err) ||
	    !store_int(s, "PRAGMA freelist_count", &left, err))
		return false;
	*out_left = (uint64_t)left;
	return true;
}

bool store_empty_wal(struct store *s, bool *out_done, struct err *err)
{
	int64_t busy;
	if (!no_tx(s, err) ||
	    !store_int(s, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err))
		return false;
	*out_done = busy == 0;
	return true;
}

bool store_give_back(struct store *s, struct err *err)
{
	uint64_t left, before = UINT64_MAX;
	bool done;
	if (!no_tx(s, err) || !scrub(s, err))
		return false;
	while (store_give_back_some(s, &left, err)) {
		if (left == 0 || left >= before)
			return store_empty_wal(s, &done, err);
		before = left;
	}
	return false;
}
