/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/backup_int.h"
#include "store/folder.h"
#include "store/stmt.h"
#include "store/version.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STEPS_BETWEEN = 20000 /* of SQLite's machine, between two looks at the file */
};

/* What is being written stands under these names beside the file. The first one is locked
 * for as long as somebody works at them, and outlives the second one. */
static const char part_suffix[] = ".postern-part", copy_suffix[] = ".postern-part-db";

struct writing {
	const struct backup_write *in;
	struct manifest *m;
	char *file; /* where it really lies */
	char *part, *copy;
	int fd;
	uint64_t estimate; /* bytes of the copy */
};

/* --- the files beside it --- */

static const char busy[] = "another backup to this file is being written";

static void remove_leftover(const char *folder, const char *name)
{
	struct err ignored;
	struct buf b;
	buf_init(&b, 8192);
	(void)buf_addf(&b, "%s/%s", folder, name);
	int fd = b.over ? -1 : backup_lock(buf_str(&b), busy, &ignored);
	if (fd >= 0) {
		char *copy = backup_name(buf_str(&b), "-db");
		backup_remove(copy);
		(void)unlink(buf_str(&b));
		(void)close(fd);
		free(copy);
	}
	buf_deinit(&b);
}

/* Those of runs that were killed: they hold what a backup holds, and nobody else's would
 * be missed. Names differ from day to day, so that all in the folder are looked at. */
static void sweep(const char *file)
{
	char *folder = folder_of(file);
	DIR *d = opendir(folder);
	for (const struct dirent *e; d && (e = readdir(d));)
		if (sv_has_suffix_fold(sv_from(e->d_name), sv_from(part_suffix)))
			remove_leftover(folder, e->d_name);
	if (d)
		(void)closedir(d);
	free(folder);
}

/* The next backup would take it for what a killed run left. */
static bool is_name(const char *file, struct err *err)
{
	const char *last = strrchr(file, '/');
	return !strcasestr(last ? last : file, part_suffix) ||
	       err_set(err, ERR_USAGE,
		       "%s: names with %s are for backups that are not done, and the "
		       "next backup removes such a file: give another name",
		       file, part_suffix);
}

/* Only a backup may go for another one. */
static bool may_stand(const struct writing *w, struct err *err)
{
	char block[MANIFEST_SIZE];
	struct manifest m;
	const char *why;
	uint64_t size;
	if (access(w->file, F_OK) != 0)
		return true;
	if (!w->in->replace)
		return err_set(err, ERR_USAGE,
			       "%s is there already: give another name, or --replace",
			       w->file);
	int fd = backup_open(w->file, &size, err);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, block, sizeof(block));
	(void)close(fd);
	if (n >= 0 &&
	    manifest_read((struct sv){ block, (size_t)n }, &m, &why) != MANIFEST_FOREIGN)
		return true;
	return err_set(err, ERR_USAGE,
		       "%s is no backup, and is left as it is: give another name",
		       w->file);
}

/* --- the copy --- */

static int on_steps(void *ctx)
{
	const struct writing *w = ctx;
	const struct backup_watch *watch = w->in->watch;
	struct stat st;
	uint64_t size = stat(w->copy, &st) == 0 ? (uint64_t)st.st_size : 0;
	backup_progress(watch, BACKUP_COPIES, size,
			size > w->estimate ? size : w->estimate);
	return watch && watch->stop && *watch->stop;
}

static bool vacuum_into(struct writing *w, struct store *s, struct err *err)
{
	int64_t pages, unused;
	if (!store_int(s, "PRAGMA page_count", &pages, err) ||
	    !store_int(s, "PRAGMA freelist_count", &unused, err) ||
	    !store_exec(s, "PRAGMA query_only=0", err))
		return false;
	w->estimate = (uint64_t)(pages - unused) * STORE_PAGE;
	if (!backup_has_room(w->copy, 0, w->estimate, "a copy of the database has", err))
		return false;
	char *name = backup_name(w->copy[0] == '/' ? "" : "./", w->copy);
	const struct stmt_arg to = a_text(sv_from(name));
	sqlite3_stmt *st = stmt_open(s, "VACUUM INTO ?", err);
	sqlite3_progress_handler(s->db, STEPS_BETWEEN, on_steps, w);
	bool ok = st && stmt_bind(s, st, &to, 1, err) && store_step_at(w->copy, err) &&
		  stmt_step(s, st, err) == STMT_END;
	stmt_close(&st);
	free(name);
	return ok;
}

static bool copy_database(struct writing *w, struct err *err)
{
	const struct store_options o = { .path = w->in->db,
					 .mode = STORE_READ,
					 .as_is = true,
					 .stop = backup_stop(w->in->watch) };
	struct store *s = store_open(&o, err);
	if (!s)
		return false;
	/* Made by us, for its mode. */
	int fd = backup_create(w->copy, err);
	bool ok = fd >= 0 && vacuum_into(w, s, err);
	store_close(&s);
	if (fd >= 0)
		(void)close(fd);
	return !backup_is_stopped(w->in->watch, err) && ok;
}

/* Before it is packed, so that nobody trusts what cannot be restored. */
static bool look_at_copy(struct writing *w, struct err *err)
{
	bool sound;
	if (!backup_look(w->copy, w->in->watch, w->m, &sound, err))
		return false;
	return sound || err_set(err, ERR_TEMP,
				"%s: the copy of the database that was written there is "
				"not whole, and no backup was made; run `postern fsck`, "
				"and where that finds nothing, look at the disk",
				w->copy);
}

/* --- the file --- */

static void describe(const struct writing *w)
{
	struct manifest *m = w->m;
	m->format = MANIFEST_FORMAT;
	m->created = w->in->created;
	/* Where a later build wrote the database, it is that one which surely reads it.
	 */
	if (m->build <= version_ours()) {
		m->build = version_ours();
		(void)snprintf(m->version, sizeof(m->version), "%s", POSTERN_VERSION);
	}
	(void)snprintf(m->features, sizeof(m->features), "gzip");
	(void)snprintf(m->host, sizeof(m->host), "%s", w->in->host);
}

static bool pack(struct writing *w, struct err *err)
{
	char block[MANIFEST_SIZE];
	struct stat st = { 0 };
	const struct backup_stream s = { w->part, w->fd, w->m, w->in->watch };
	int from = open(w->copy, O_RDONLY | O_CLOEXEC);
	bool ok = (from >= 0 && fstat(from, &st) == 0) ||
		  backup_io(w->copy, "cannot be read", err);
	if (ok) {
		w->m->plain_size = (uint64_t)st.st_size;
		ok = backup_pack(&s, from, w->copy, err);
	}
	if (from >= 0)
		(void)close(from);
	backup_remove(w->copy);
	describe(w);
	manifest_write(w->m, block);
	return ok &&
	       (lseek(w->fd, 0, SEEK_SET) == 0 ||
		backup_io(w->part, "cannot be written", err)) &&
	       backup_put(w->fd, w->part, block, sizeof(block), err) &&
	       backup_sync(w->fd, w->part, err);
}

/* From the disk where the system lets us: what it still holds in memory is dropped. */
static bool read_back(struct writing *w, struct err *err)
{
	struct manifest m;
	uint64_t bytes;
	(void)posix_fadvise(w->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (!backup_inspect(w->part, &m, &bytes, err) ||
	    !backup_is_all(w->part, &m, bytes, err))
		return false;
	const struct backup_stream s = { w->part, w->fd, &m, w->in->watch };
	return backup_unpack(&s, -1, NULL, err) &&
	       (memcmp(m.plain_sha, w->m->plain_sha, DIGEST_SIZE) == 0 ||
		err_set(err, ERR_TEMP, "%s: the disk gives back other bytes", w->part));
}

static bool make(struct writing *w, struct err *err)
{
	backup_remove(w->copy);
	if (!copy_database(w, err) || !look_at_copy(w, err) || !pack(w, err))
		return false;
	if (!read_back(w, err))
		return err->code == ERR_DAMAGED
			       ? err_set(err, ERR_TEMP,
					 "%s: the disk gives back other bytes than were "
					 "written; no backup was made",
					 w->file)
			       : false;
	return may_stand(w, err) && backup_rename(w->part, w->file, err) &&
	       folder_sync(w->file, err);
}

static bool write_locked(struct writing *w, struct err *err)
{
	w->part = backup_name(w->file, part_suffix);
	w->copy = backup_name(w->file, copy_suffix);
	w->fd = backup_lock_new(w->part, busy, err);
	bool ok = w->fd >= 0 && make(w, err);
	if (w->fd >= 0) {
		backup_remove(w->copy);
		if (!ok)
			(void)unlink(w->part);
		(void)close(w->fd);
	}
	free(w->part);
	free(w->copy);
	return ok;
}

bool backup_write(const struct backup_write *in, struct manifest *out, struct err *err)
{
	struct writing w = { .in = in, .m = out };
	*out = (struct manifest){ 0 };
	w.file = backup_real(in->file, err);
	if (!w.file)
		return false;
	bool ok = is_name(w.file, err);
	if (ok) {
		sweep(w.file);
		ok = may_stand(&w, err) && write_locked(&w, err);
	}
	free(w.file);
	return ok;
}
