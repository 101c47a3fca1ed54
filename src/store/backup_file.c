/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/backup_int.h"
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	LOCK_TRIES = 10
};

const volatile sig_atomic_t *backup_stop(const struct backup_watch *w)
{
	return w ? w->stop : NULL;
}

bool backup_is_stopped(const struct backup_watch *w, struct err *err)
{
	if (!backup_stop(w) || !*w->stop)
		return false;
	return !store_stopped(NULL, err);
}

void backup_progress(const struct backup_watch *w, enum backup_stage stage, uint64_t done,
		     uint64_t all)
{
	if (w && w->progress)
		w->progress(w->ctx, stage, done, all);
}

bool backup_io(const char *path, const char *what, struct err *err)
{
	int e = errno;
	if (e == ENOSPC || e == EDQUOT || e == EFBIG)
		return err_set(err, ERR_TEMP,
			       "%s: the disk is full; make room, then run the same "
			       "command again. Nothing was changed.",
			       path);
	return err_set(err, e == ENOENT ? ERR_NO_INPUT : ERR_TEMP, "%s %s: %s", path,
		       what, strerror(e));
}

bool backup_damaged(const char *path, const char *why, struct err *err)
{
	return err_set(err, ERR_DAMAGED,
		       "%s is damaged: %s. Nothing was changed; take another backup.",
		       path, why);
}

bool backup_put(int fd, const char *path, const void *p, size_t n, struct err *err)
{
	const char *at = p;
	if (!store_step_at(path, err))
		return false;
	while (n) {
		ssize_t done = write(fd, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return backup_io(path, "cannot be written", err);
		at += done;
		n -= (size_t)done;
	}
	return true;
}

bool backup_sync(int fd, const char *path, struct err *err)
{
	return store_step_at(path, err) &&
	       (fsync(fd) == 0 || backup_io(path, "cannot be written", err));
}

bool backup_rename(const char *from, const char *to, struct err *err)
{
	return store_step_at(to, err) &&
	       (rename(from, to) == 0 || backup_io(to, "cannot be put in place", err));
}

char *backup_name(const char *path, const char *suffix)
{
	size_t n = strlen(path) + strlen(suffix) + 1;
	char *out = heap_array(n, 1);
	(void)snprintf(out, n, "%s%s", path, suffix);
	return out;
}

char *backup_real(const char *path, struct err *err)
{
	struct stat link;
	char *real = realpath(path, NULL);
	if (real)
		return real;
	if (lstat(path, &link) != 0)
		return heap_str(sv_from(path));
	(void)err_set(err, ERR_CONFIG, "%s leads to no file: %s", path, strerror(errno));
	return NULL;
}

int backup_create(const char *path, struct err *err)
{
	int fd = -1;
	if (!store_step_at(path, err))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		(void)backup_io(path, "cannot be made", err);
	return fd;
}

int backup_open(const char *path, uint64_t *out_size, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			      strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		(void)err_set(err, ERR_NO_INPUT, "%s is not a file", path);
	} else {
		*out_size = (uint64_t)st.st_size;
		return fd;
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

void backup_remove(const char *path)
{
	static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		char *name = backup_name(path, suffixes[i]);
		(void)unlink(name);
		free(name);
	}
}

/* --- locks --- */

/* Whoever had the file may have removed it before its lock was ours. */
static bool has_its_name(int fd, const char *path)
{
	struct stat opened, named;
	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static bool lock(int fd, const char *path, const char *busy, struct err *err)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0 ||
	       err_set(err, ERR_TEMP, "%s: %s", path, busy);
}

int backup_lock(const char *path, const char *busy, struct err *err)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		(void)backup_io(path, "cannot be written", err);
	else if (lock(fd, path, busy, err) && has_its_name(fd, path))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

int backup_lock_new(const char *path, const char *busy, struct err *err)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
	if (!store_step_at(path, err))
		return -1;
	for (int i = 0; i < LOCK_TRIES; i++) {
		int fd = open(path, flags | O_CREAT | O_EXCL, 0600);
		bool is_new = fd >= 0;
		if (fd < 0 && errno == EEXIST) {
			fd = open(path, flags);
			if (fd < 0 && errno == ENOENT)
				continue;
		}
		if (fd < 0) {
			(void)backup_io(path, "cannot be made", err);
			return -1;
		}
		bool ours = lock(fd, path, busy, err), named = has_its_name(fd, path);
		if (ours && named && is_new)
			return fd;
		if (ours && named)
			backup_remove(path);
		(void)close(fd);
		if (!ours)
			return -1;
	}
	(void)err_set(err, ERR_TEMP, "%s: it comes and goes", path);
	return -1;
}

/* --- room --- */

bool backup_has_room(const char *path, uint64_t more, uint64_t needed, const char *what,
		     struct err *err)
{
	struct statvfs fs;
	char *folder = folder_of(path);
	while (access(folder, F_OK) != 0 && strcmp(folder, ".") != 0 &&
	       strcmp(folder, "/") != 0) {
		char *above = folder_of(folder);
		free(folder);
		folder = above;
	}
	bool known = statvfs(folder, &fs) == 0;
	free(folder);
	uint64_t room = known ? (uint64_t)fs.f_bavail * fs.f_frsize + more : INT64_MAX;
	return room >= needed ||
	       err_set(err, ERR_TEMP,
		       "%s: the disk has room for %" PRIu64 " bytes, and %s %" PRIu64
		       "; make room, then run the same command again. Nothing was "
		       "changed.",
		       path, room, what, needed);
}
