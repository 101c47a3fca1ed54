/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup_int.h"
#include "store/book.h"
#include "store/stmt.h"
#include "store/version.h"

#include <stdio.h>

enum {
	STEPS_BETWEEN = 20000 /* of SQLite's machine, between two looks at the clock */
};

/* The build whose first backup had this format: no earlier one reads any. */
static const char format_build[] = "0.2.0";

static int on_steps(void *ctx)
{
	const struct backup_watch *w = ctx;
	backup_progress(w, BACKUP_TESTS, 0, 0);
	return w && w->stop && *w->stop;
}

/* The first thing that is wrong, or nothing where all is well. */
static bool ask_integrity(struct store *s, struct err *err)
{
	sqlite3_stmt *st = stmt_open(s, "PRAGMA integrity_check(1)", err);
	if (!st)
		return false;
	enum stmt_step step = stmt_step(s, st, err);
	bool ok = step == STMT_ROW && sv_eq(stmt_view(st, 0), SV("ok"));
	stmt_close(&st);
	return ok;
}

static bool count_reports(struct store *s, struct manifest *m, struct err *err)
{
	sqlite3_stmt *st = stmt_open(s,
				     "SELECT kind, counted, count(*), sum(row_n), "
				     "sum(messages), sum(passed) FROM book_report GROUP "
				     "BY kind, counted",
				     err);
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		int64_t kind = stmt_i64(st, 0);
		uint64_t n = stmt_u64(st, 2);
		if (kind == KIND_TLS) {
			m->count.tls += n;
		} else if (kind == KIND_FAILURE) {
			m->count.failures += n;
		} else if (!stmt_flag(st, 1)) {
			m->count.uncounted += n;
		} else {
			m->count.reports += n;
			m->count.rows += stmt_u64(st, 3);
			m->count.messages += stmt_u64(st, 4);
			m->count.passed += stmt_u64(st, 5);
		}
	}
	stmt_close(&st);
	return step == STMT_END;
}

static bool count(struct store *s, struct manifest *m, struct err *err)
{
	int64_t clients, domains, raw;
	uint64_t least = 0;
	m->count = (struct manifest_counts){ 0 };
	if (!store_int(s, "SELECT count(*) FROM book_client", &clients, err) ||
	    !store_int(s, "SELECT count(*) FROM book_domain", &domains, err) ||
	    !store_int(s, "SELECT count(*) FROM book_raw WHERE kept = 1", &raw, err) ||
	    !count_reports(s, m, err) ||
	    !migrate_says(s, &m->schema, &m->build, &least, err))
		return false;
	m->count.clients = (uint64_t)clients;
	m->count.domains = (uint64_t)domains;
	m->count.raw = (uint64_t)raw;
	(void)version_text(m->build, m->version);
	(void)version_read(sv_from(format_build), &m->least_build);
	if (least > m->least_build)
		m->least_build = least;
	return true;
}

bool backup_count(const char *path, const struct backup_watch *w, struct manifest *out,
		  struct err *err)
{
	const struct store_options o = {
		.path = path, .mode = STORE_READ, .as_is = true, .stop = backup_stop(w)
	};
	struct store *s = store_open(&o, err);
	bool ok = s && count(s, out, err);
	store_close(&s);
	return ok;
}

/* --- is it whole? --- */

/* Something failed: for what is in the file, and not for the machine around it? */
static bool is_verdict(struct store *s)
{
	switch (sqlite3_errcode(s->db) & 0xff) {
	case SQLITE_OK: /* it was our own eyes that saw it */
	case SQLITE_ROW:
	case SQLITE_DONE:
	case SQLITE_ERROR: /* a table or a column is missing */
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return true;
	default:
		return false;
	}
}

bool backup_look(const char *path, const struct backup_watch *w, struct manifest *out,
		 bool *out_sound, struct err *err)
{
	const struct store_options o = { .path = path, .mode = STORE_READ };
	struct store *s = store_new(&o);
	enum store_file file = STORE_FILE_EMPTY;
	*out_sound = false;
	bool ok = store_connect(s, err);
	if (ok) {
		sqlite3_progress_handler(s->db, STEPS_BETWEEN, on_steps,
					 (void *)(uintptr_t)w);
		*out_sound = ask_integrity(s, err) && migrate_look(s, &file, err) &&
			     file != STORE_FILE_EMPTY && count(s, out, err);
		ok = *out_sound || (!store_is_unreadable(s, err) && is_verdict(s));
	}
	store_close(&s);
	return !backup_is_stopped(w, err) && ok;
}
