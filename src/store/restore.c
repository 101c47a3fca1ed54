/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/backup_int.h"
#include "store/folder.h"
#include "store/stmt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ALONE_TRIES = 20
};

struct restoring {
	const struct backup_restore *in;
	struct backup_restored *out;
	char *db;        /* where it really lies: a link stays one */
	char *fresh;     /* the new database, until it takes the place */
	char *kept;      /* where the old one goes */
	struct stat old; /* of the old one */
	bool had;        /* there is an old one */
	bool made;       /* the empty file in its place is ours */
	bool broken;     /* SQLite cannot open the old one, so that it cannot be locked */
	struct store *old_one; /* holds the lock */
	int fd;                /* of `fresh`, locked; -1: not yet */
};

/* --- before anything is written --- */

static bool check_manifest(struct restoring *r, struct err *err)
{
	struct manifest *m = &r->out->manifest;
	uint64_t bytes;
	return backup_inspect(r->in->file, m, &bytes, err) &&
	       backup_fits(r->in->file, m, r->in->older_build, err) &&
	       backup_is_all(r->in->file, m, bytes, err);
}

static bool check_backup(struct restoring *r, struct err *err)
{
	uint64_t bytes;
	const struct backup_stream s = { r->in->file,
					 backup_open(r->in->file, &bytes, err),
					 &r->out->manifest, r->in->watch };
	bool ok = s.fd >= 0 && backup_unpack(&s, -1, NULL, err);
	if (s.fd >= 0)
		(void)close(s.fd);
	return ok;
}

static bool find_place(struct restoring *r, struct err *err)
{
	r->db = backup_real(r->in->db, err);
	if (!r->db)
		return false;
	r->fresh = backup_name(r->db, BACKUP_FRESH_SUFFIX);
	r->kept = backup_name(r->db, BACKUP_KEPT_SUFFIX);
	bool there = stat(r->db, &r->old) == 0;
	r->had = there && r->old.st_size > 0;
	return !there || S_ISREG(r->old.st_mode) ||
	       err_set(err, ERR_CONFIG, "%s is not a file", r->in->db);
}

/* A run that was killed may have given the old one its second name already. */
static bool is_other(const struct restoring *r, const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 &&
	       (st.st_ino != r->old.st_ino || st.st_dev != r->old.st_dev);
}

static bool say_what_is_there(const struct restoring *r, struct err *err)
{
	struct manifest m = { 0 };
	char what[160] = "is there already";
	bool counted = backup_count(r->db, r->in->watch, &m, err);
	if (backup_is_stopped(r->in->watch, err))
		return false;
	if (counted)
		(void)snprintf(what, sizeof(what),
			       "holds %" PRIu64 " clients and %" PRIu64
			       " reports already",
			       m.count.clients,
			       m.count.reports + m.count.uncounted + m.count.tls +
				       m.count.failures);
	return err_set(err, ERR_USAGE,
		       "%s %s. Nothing was changed: --replace puts the backup in its "
		       "place, and keeps it as %s",
		       r->in->db, what, r->kept);
}

static bool is_free(const struct restoring *r, const char *path, struct err *err)
{
	return !is_other(r, path) ||
	       err_set(err, ERR_USAGE,
		       "%s is there from an earlier restore: move it away, or remove it. "
		       "Nothing was changed.",
		       path);
}

/* A WAL that was left there would be taken for that of the database which is kept. */
static bool is_kept_free(const struct restoring *r, struct err *err)
{
	bool ok = is_free(r, r->kept, err);
	if (!ok || access(r->kept, F_OK) == 0)
		return ok;
	char *wal = backup_name(r->kept, "-wal"),
	     *journal = backup_name(r->kept, "-journal");
	ok = is_free(r, wal, err) && is_free(r, journal, err);
	free(wal);
	free(journal);
	return ok;
}

static bool may_take_place(struct restoring *r, struct err *err)
{
	if (r->had && !r->in->replace)
		return say_what_is_there(r, err);
	return !r->had || is_kept_free(r, err);
}

static bool has_room(const struct restoring *r, struct err *err)
{
	struct stat left; /* by a run that was killed: it goes */
	uint64_t more = stat(r->fresh, &left) == 0 ? (uint64_t)left.st_blocks * 512 : 0;
	return backup_has_room(r->db, more, r->out->manifest.plain_size,
			       "the database in the backup has", err);
}

/* --- the lock --- */

/* Nobody has it open, and nobody can read or write it until this transaction ends. With
 * its WAL brought home it is one file again. */
static bool take_lock(struct restoring *r, struct store *s, struct err *err)
{
	for (int i = 0; i < ALONE_TRIES; i++) {
		sqlite3_stmt *st;
		if (!store_journal(s, "DELETE", err)) {
			int code = sqlite3_errcode(s->db) & 0xff;
			r->broken = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
			return r->broken;
		}
		/* An empty file gets a page with the lock. A journal of that would stand
		 * beside the new database after a kill, and take it back to nothing. */
		if (!store_exec(s, "PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE", err))
			return false;
		/* Between the two somebody may have opened it, and brought the WAL back.
		 */
		st = stmt_open(s, "PRAGMA journal_mode", err);
		bool alone = st && stmt_step(s, st, err) == STMT_ROW &&
			     !sv_eq_fold(stmt_view(st, 0), SV("wal"));
		stmt_close(&st);
		if (alone)
			return store_still_there(s, err);
		if (!store_exec(s, "ROLLBACK", err))
			return false;
	}
	return err_set(err, ERR_TEMP,
		       "%s: other processes open the database again and again; end them, "
		       "then run the same command again. Nothing was changed.",
		       r->in->db);
}

/* What was found before the lock holds under it. */
static bool is_as_it_was(struct restoring *r, struct err *err)
{
	const struct stat before = r->old;
	bool there = stat(r->db, &r->old) == 0;
	bool same = r->had ? there && r->old.st_ino == before.st_ino &&
				     r->old.st_dev == before.st_dev
			   : there && r->old.st_size == 0;
	return same ||
	       err_set(err, ERR_TEMP,
		       "%s: somebody put another database there meanwhile. Nothing was "
		       "changed; run the same command again.",
		       r->in->db);
}

/* What is on a disk that fails is nothing that we could keep. */
static bool say_why_not(const struct restoring *r, struct err *err)
{
	if ((sqlite3_errcode(r->old_one->db) & 0xff) != SQLITE_IOERR &&
	    !store_is_unreadable(r->old_one, err))
		return false;
	return err_set(err, ERR_TEMP,
		       "%s: the disk fails where the old database lies, so that it can "
		       "be neither locked nor kept. Nothing was changed. See that nobody "
		       "uses it, move it away with its -wal, or give another place with "
		       "--db, and run the same command again.",
		       r->in->db);
}

static bool lock_place(struct restoring *r, struct err *err)
{
	const struct store_options o = { .path = r->db,
					 .mode = STORE_WRITE,
					 .stop = backup_stop(r->in->watch) };
	r->made = access(r->db, F_OK) != 0;
	if (!store_step_at(r->db, err) || !store_make_file(r->db, err))
		return false;
	r->old_one = store_new(&o);
	if (!store_connect(r->old_one, err) || !take_lock(r, r->old_one, err))
		return say_why_not(r, err);
	if (r->broken) {
		char *shm = backup_name(r->db, "-shm");
		store_close(&r->old_one);
		(void)unlink(shm);
		free(shm);
	}
	return true;
}

/* Where the old one is broken this is the only lock that there is. */
static bool lock_fresh(struct restoring *r, struct err *err)
{
	r->fd = backup_lock_new(r->fresh,
				"another restore is at it; run the same command again "
				"once that one is done",
				err);
	return r->fd >= 0 && is_as_it_was(r, err);
}

/* --- the new one --- */

/* To whom cannot be given it, nothing is given by the way of his group. */
static bool give(const struct restoring *r, const struct stat *to, mode_t mode,
		 struct err *err)
{
	bool given = fchown(r->fd, to->st_uid, to->st_gid) == 0;
	if (!given && geteuid() == 0)
		return backup_io(r->fresh, "cannot be given to its owner", err);
	return fchmod(r->fd, mode & (given ? 0666 : 0600)) == 0 ||
	       backup_io(r->fresh, "cannot be given its rights", err);
}

/* Who may read the old one may read the new one. In a new place it is ours, but what root
 * makes is of whoever has the folder, or had an empty file there. */
static bool take_rights(const struct restoring *r, struct err *err)
{
	struct stat to = r->old;
	if (r->had)
		return give(r, &to, to.st_mode, err);
	if (geteuid() != 0)
		return true;
	char *folder = folder_of(r->db);
	bool known = !r->made || stat(folder, &to) == 0;
	free(folder);
	return known ? give(r, &to, 0600, err)
		     : backup_io(r->db, "cannot be looked at", err);
}

static bool unpack(struct restoring *r, struct err *err)
{
	uint64_t bytes;
	const struct backup_stream s = { r->in->file,
					 backup_open(r->in->file, &bytes, err),
					 &r->out->manifest, r->in->watch };
	bool ok = s.fd >= 0 && backup_unpack(&s, r->fd, r->fresh, err) &&
		  take_rights(r, err) && backup_sync(r->fd, r->fresh, err);
	if (s.fd >= 0)
		(void)close(s.fd);
	return ok;
}

static bool test(struct restoring *r, struct err *err)
{
	const struct manifest *m = &r->out->manifest;
	struct manifest have = { 0 };
	bool sound;
	if (!backup_look(r->fresh, r->in->watch, &have, &sound, err))
		return false;
	if (!sound)
		return backup_damaged(r->in->file,
				      "what is in it is no whole database of Postern",
				      err);
	return (have.schema == m->schema &&
		memcmp(&have.count, &m->count, sizeof(m->count)) == 0) ||
	       backup_damaged(r->in->file,
			      "the database in it is not the one that it tells of", err);
}

/* Opening it brings it to this build's schema; closing it leaves one file. */
static bool bring_up(struct restoring *r, struct err *err)
{
	const struct store_options o = { .path = r->fresh,
					 .mode = STORE_WRITE,
					 .stop = backup_stop(r->in->watch) };
	struct store *s = store_open(&o, err);
	char *wal = backup_name(r->fresh, "-wal");
	bool ok = s != NULL;
	r->out->migrated = r->out->manifest.schema < (uint64_t)store_schema();
	store_close(&s);
	if (ok && access(wal, F_OK) == 0)
		ok = err_set(err, ERR_TEMP, "%s: what was written did not come home",
			     r->fresh);
	free(wal);
	return ok;
}

/* --- the switch --- */

/* The WAL of one that SQLite cannot open goes with it: it would else be read as a part of
 * the new one. */
static bool move_beside(const struct restoring *r, bool back, struct err *err)
{
	static const char *const suffixes[] = { "-wal", "-journal" };
	bool ok = true;
	for (size_t i = 0; ok && r->broken && i < 2; i++) {
		char *from = backup_name(back ? r->kept : r->db, suffixes[i]);
		char *to = backup_name(back ? r->db : r->kept, suffixes[i]);
		if (access(from, F_OK) == 0)
			ok = backup_rename(from, to, err);
		free(from);
		free(to);
	}
	return ok;
}

static bool keep_old(struct restoring *r, struct err *err)
{
	if (!r->had)
		return true;
	if (!store_step_at(r->kept, err))
		return false;
	if (link(r->db, r->kept) != 0 && (errno != EEXIST || is_other(r, r->kept)))
		return backup_io(r->kept, "cannot be made to keep the old database", err);
	return folder_sync(r->kept, err);
}

static void keep_no_more(const struct restoring *r)
{
	struct err ignored;
	(void)move_beside(r, true, &ignored);
	if (r->had && !is_other(r, r->db) && !is_other(r, r->kept))
		(void)unlink(r->kept);
}

static bool take_place(struct restoring *r, struct err *err)
{
	if (keep_old(r, err) && move_beside(r, false, err) &&
	    backup_rename(r->fresh, r->db, err)) {
		if (r->had)
			(void)snprintf(r->out->kept, sizeof(r->out->kept), "%s", r->kept);
		r->made = false;
		return folder_sync(r->db, err) ||
		       err_set(err, ERR_TEMP,
			       "%s: the backup is in its place, but the disk did not "
			       "confirm it; look at the disk",
			       r->in->db);
	}
	keep_no_more(r);
	return false;
}

/* While the locks are held. */
static void clean_up(struct restoring *r)
{
	struct stat st;
	if (r->fd >= 0)
		backup_remove(r->fresh);
	if (r->made && stat(r->db, &st) == 0 && st.st_size == 0)
		(void)unlink(r->db);
}

static bool replace(struct restoring *r, struct err *err)
{
	bool locked = lock_place(r, err);
	bool ok = locked && lock_fresh(r, err) && unpack(r, err) && test(r, err) &&
		  bring_up(r, err) && !backup_is_stopped(r->in->watch, err) &&
		  take_place(r, err);
	if (locked && !ok)
		clean_up(r);
	if (r->fd >= 0)
		(void)close(r->fd);
	store_close(&r->old_one);
	return ok;
}

bool backup_restore(const struct backup_restore *in, struct backup_restored *out,
		    struct err *err)
{
	struct restoring r = { .in = in, .out = out, .fd = -1 };
	*out = (struct backup_restored){ 0 };
	bool ok = check_manifest(&r, err) && find_place(&r, err) &&
		  may_take_place(&r, err) && has_room(&r, err) && check_backup(&r, err) &&
		  replace(&r, err);
	free(r.db);
	free(r.fresh);
	free(r.kept);
	return ok;
}
