/* SPDX-License-Identifier: Apache-2.0 */
#include "app/backup.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static double seconds_since(uint64_t began)
{
	return (double)(clock_ms() - began) / 1000;
}

bool app_backup(const struct app *app, const struct app_backup_ask *ask,
		struct app_backup *out, struct err *err)
{
	char host[MANIFEST_TEXT] = "";
	const uint64_t began = clock_ms();
	(void)gethostname(host, sizeof(host) - 1);
	const struct backup_write w = {
		.db = app->db,
		.file = ask->file,
		.replace = ask->replace,
		.created = app->now > 0 ? (uint64_t)app->now : 0,
		.host = host,
		.watch = ask->watch,
	};
	*out = (struct app_backup){ 0 };
	bool ok = backup_write(&w, &out->manifest, err);
	out->bytes = MANIFEST_SIZE + out->manifest.packed_size;
	out->seconds = seconds_since(began);
	return ok;
}

bool app_backup_inspect(const struct app_backup_ask *ask, struct app_inspection *out,
			struct err *err)
{
	*out = (struct app_inspection){ 0 };
	struct app_backup *b = &out->backup;
	if (!backup_inspect(ask->file, &b->manifest, &b->bytes, err))
		return false;
	return !backup_fits(ask->file, &b->manifest, false, &out->problem) ||
	       backup_is_all(ask->file, &b->manifest, b->bytes, err);
}

bool app_restore(const struct app *app, const struct app_backup_ask *ask,
		 struct app_restored *out, struct err *err)
{
	const uint64_t began = clock_ms();
	const struct backup_restore r = {
		.file = ask->file,
		.db = app->db,
		.replace = ask->replace,
		.older_build = ask->older_build,
		.watch = ask->watch,
	};
	*out = (struct app_restored){ 0 };
	bool ok = backup_restore(&r, &out->restored, err);
	out->seconds = seconds_since(began);
	return ok;
}

/* --- the drill --- */

/* What all in the folder begins with; nobody else's does. */
static const char scratch_db[] = "postern-drill.db";

/* The folder is locked for as long as a drill is in it. */
struct scratch {
	char path[4096], db[4096 + 32];
	int fd;
};

static bool scratch_fail(const struct scratch *s, const char *what, struct err *err)
{
	return err_set(err, ERR_TEMP, "the scratch folder %s %s: %s", s->path, what,
		       strerror(errno));
}

static bool scratch_entry(const struct scratch *s, const char *name, bool removes,
			  struct err *err)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	if (strncmp(name, scratch_db, sizeof(scratch_db) - 1) != 0)
		return err_set(err, ERR_USAGE,
			       "the folder %s, where the drill would work, is there "
			       "already and holds %s, which no drill made: move it away. "
			       "Nothing was changed.",
			       s->path, name);
	if (removes)
		(void)unlinkat(s->fd, name, 0);
	return true;
}

/* False, and nothing is removed, where something is in it that no drill makes. */
static bool scratch_empty(const struct scratch *s, struct err *err)
{
	bool ok = true;
	for (int pass = 0; ok && pass < 2; pass++) {
		int again = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		DIR *d = again >= 0 ? fdopendir(again) : NULL;
		if (!d) {
			(void)scratch_fail(s, "cannot be read", err);
			if (again >= 0)
				(void)close(again);
			return false;
		}
		for (const struct dirent *e; ok && (e = readdir(d));)
			ok = scratch_entry(s, e->d_name, pass == 1, err);
		(void)closedir(d);
	}
	return ok;
}

/* Where a restore would have to find room; on a machine that has no place for a database
 * yet, where the backup lies. */
static bool scratch_name(struct scratch *s, const char *db, const char *file,
			 struct err *err)
{
	int n = snprintf(s->path, sizeof(s->path), "%s", db);
	char *last = n > 0 && (size_t)n < sizeof(s->path) ? strrchr(s->path, '/') : NULL;
	if (last)
		*last = '\0';
	const char *beside = last && last > s->path && access(s->path, F_OK) != 0 ? file
										  : db;
	n = snprintf(s->path, sizeof(s->path), "%s.drill", beside);
	return (n > 0 && (size_t)n < sizeof(s->path)) ||
	       err_set(err, ERR_CONFIG, "the path %s is too long", beside);
}

static bool scratch_open(struct scratch *s, const char *db, const char *file,
			 struct err *err)
{
	s->fd = -1;
	if (!scratch_name(s, db, file, err))
		return false;
	(void)snprintf(s->db, sizeof(s->db), "%s/%s", s->path, scratch_db);
	if (mkdir(s->path, 0700) != 0 && errno != EEXIST)
		return scratch_fail(s, "cannot be made", err);
	s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->fd < 0)
		return scratch_fail(s, "cannot be opened", err);
	if (flock(s->fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(
			err, ERR_TEMP,
			"another drill is running in %s; run the same command again "
			"once it is done",
			s->path);
	return scratch_empty(s, err);
}

static void scratch_close(struct scratch *s, bool ours)
{
	struct err ignored;
	if (ours && scratch_empty(s, &ignored))
		(void)rmdir(s->path);
	if (s->fd >= 0)
		(void)close(s->fd);
}

static bool drill_in(const struct app *app, const struct app_backup_ask *ask,
		     struct app_drill *out, struct err *err)
{
	struct app_backup_ask there = *ask;
	const struct app_fsck_options o = { .progress = ask->fsck_progress,
					    .ctx = ask->watch ? ask->watch->ctx : NULL };
	there.replace = false;
	if (!app_restore(app, &there, &out->restored, err))
		return false;
	const uint64_t began = clock_ms();
	bool ok = app_fsck(app, &o, &out->fsck, err);
	out->fsck_seconds = seconds_since(began);
	return ok;
}

bool app_drill(const struct app *app, const struct app_backup_ask *ask,
	       struct app_drill *out, struct err *err)
{
	struct scratch s;
	struct app there = *app;
	*out = (struct app_drill){ 0 };
	bool ok = scratch_open(&s, app->db, ask->file, err);
	there.db = s.db;
	there.stop = ask->watch ? ask->watch->stop : NULL;
	bool done = ok && drill_in(&there, ask, out, err);
	scratch_close(&s, ok);
	return done;
}
