/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/walk.h"

#include "base/arena.h"
#include "store/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	WALK_DEPTH = 64
};

struct entry {
	char *name;
	bool is_file; /* a plain file, as the folder itself says: nothing is to be asked
		       */
};

struct folder {
	char *path;
	struct entry *entry;
	size_t n, next;
	bool maildir, holds_db;
};

struct walk {
	const char *const *paths;
	size_t path_n, path_next;
	struct folder folder[WALK_DEPTH];
	size_t depth;
	char *path; /* the last one given */
	/* the folder of the database, and its name there */
	struct stat db_folder;
	char *db_name;
};

static void set_database(struct walk *w, const char *db)
{
	char *copy = heap_str(sv_from(db)), *slash;
	slash = strrchr(copy, '/');
	w->db_name = heap_str(sv_from(slash ? slash + 1 : copy));
	if (slash)
		slash[slash == copy] = '\0';
	if (stat(slash ? copy : ".", &w->db_folder))
		w->db_name[0] = '\0';
	free(copy);
}

struct walk *walk_new(const char *const *paths, size_t n, const char *db)
{
	struct walk *w = heap_array(1, sizeof(*w));
	w->paths = paths;
	w->path_n = n;
	if (db)
		set_database(w, db);
	return w;
}

static void folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->entry[i].name);
	free(f->entry);
	free(f->path);
	*f = (struct folder){ 0 };
}

void walk_free(struct walk **w)
{
	if (!*w)
		return;
	while ((*w)->depth)
		folder_free(&(*w)->folder[--(*w)->depth]);
	free((*w)->path);
	free((*w)->db_name);
	free(*w);
	*w = NULL;
}

static char *join(const char *a, const char *b)
{
	size_t n = strlen(a), size = n + strlen(b) + 2;
	char *p = heap_array(1, size);
	const char *between = n && a[n - 1] == '/' ? "" : "/";
	(void)snprintf(p, size, "%s%s%s", a, between, b);
	return p;
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static bool is_folder_in(int dir, const char *name)
{
	struct stat st;
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* False, with errno, where it cannot be read to its end. */
static bool folder_read(DIR *d, struct folder *f)
{
	size_t cap = 0;
	for (struct dirent *e; errno = 0, (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (f->n == cap) {
			cap = cap ? cap * 2 : 64;
			f->entry = heap_grow(f->entry, cap, sizeof(*f->entry));
		}
		f->entry[f->n++] = (struct entry){ heap_str(sv_from(e->d_name)),
						   e->d_type == DT_REG };
	}
	int why = errno;
	if (f->n)
		qsort(f->entry, f->n, sizeof(*f->entry), by_name);
	errno = why;
	return why == 0;
}

static bool is_db_folder(const struct walk *w, int dir)
{
	struct stat st;
	return w->db_name && w->db_name[0] && fstat(dir, &st) == 0 &&
	       st.st_dev == w->db_folder.st_dev && st.st_ino == w->db_folder.st_ino;
}

/* Is this the database, or what SQLite and a restore keep beside it? */
static bool is_database(const struct walk *w, const struct folder *f, const char *name)
{
	static const char *const whose[] = { "", BACKUP_KEPT_SUFFIX,
					     BACKUP_FRESH_SUFFIX };
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	size_t n = f->holds_db ? strlen(w->db_name) : 0;
	if (n == 0 || strncmp(name, w->db_name, n) != 0)
		return false;
	for (size_t i = 0; i < sizeof(whose) / sizeof(*whose); i++) {
		size_t m = strlen(whose[i]);
		if (strncmp(name + n, whose[i], m) != 0)
			continue;
		for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++)
			if (strcmp(name + n + m, ends[k]) == 0)
				return true;
	}
	return false;
}

/* Enters a folder; false (with errno) where it cannot be read. */
static bool enter(struct walk *w, const char *path)
{
	if (w->depth == WALK_DEPTH) {
		errno = ELOOP;
		return false;
	}
	DIR *d = opendir(path);
	if (!d)
		return false;
	struct folder *f = &w->folder[w->depth];
	*f = (struct folder){ .path = heap_str(sv_from(path)) };
	f->maildir = is_folder_in(dirfd(d), "cur") && is_folder_in(dirfd(d), "new");
	f->holds_db = is_db_folder(w, dirfd(d));
	bool ok = folder_read(d, f);
	int why = errno;
	closedir(d);
	if (ok)
		w->depth++;
	else
		folder_free(f);
	errno = why;
	return ok;
}

static enum walk_step give(struct walk *w, enum walk_step step, char *path,
			   const char **out)
{
	free(w->path);
	w->path = path;
	*out = path;
	return step;
}

/* A path that was named: links are followed, pipes are read. */
static bool step_named(struct walk *w, const char **out, enum walk_step *out_step)
{
	const char *path = w->paths[w->path_next++];
	struct stat st;
	char *copy = heap_str(sv_from(path));
	if (strcmp(path, "-") == 0)
		*out_step = give(w, WALK_STREAM, copy, out);
	else if (stat(path, &st))
		*out_step = give(w, WALK_UNREADABLE, copy, out);
	else if (S_ISDIR(st.st_mode) && enter(w, path)) {
		free(copy);
		return false;
	} else if (S_ISDIR(st.st_mode))
		*out_step = give(w, WALK_UNREADABLE, copy, out);
	else
		*out_step = give(w, S_ISREG(st.st_mode) ? WALK_FILE : WALK_STREAM, copy,
				 out);
	return true;
}

/* Sockets, devices, links to folders or to nothing are passed over. */
static bool is_readable(const char *path, const struct stat *st)
{
	struct stat target;
	return S_ISREG(st->st_mode) ||
	       (S_ISLNK(st->st_mode) && stat(path, &target) == 0 &&
		S_ISREG(target.st_mode));
}

/* False where there is nothing to give for it. */
static bool look(struct walk *w, const struct folder *f, const char *name,
		 const char *path, enum walk_step *out_step)
{
	struct stat st;
	*out_step = WALK_UNREADABLE;
	if (lstat(path, &st))
		return true;
	bool is_folder = S_ISDIR(st.st_mode);
	if (f->maildir && (!is_folder || strcmp(name, "tmp") == 0))
		return false;
	if (is_folder)
		return !enter(w, path);
	*out_step = WALK_FILE;
	return is_readable(path, &st);
}

/* One name of a folder; false where there is nothing to give for it. */
static bool step_folder(struct walk *w, const char **out, enum walk_step *out_step)
{
	struct folder *f = &w->folder[w->depth - 1];
	const struct entry *e = &f->entry[f->next++];
	if (is_database(w, f, e->name) || (e->is_file && f->maildir))
		return false;
	char *path = join(f->path, e->name);
	*out_step = WALK_FILE;
	if (!e->is_file && !look(w, f, e->name, path, out_step)) {
		free(path);
		return false;
	}
	*out_step = give(w, *out_step, path, out);
	return true;
}

enum walk_step walk_next(struct walk *w, const char **out_path)
{
	enum walk_step step;
	for (;;) {
		if (w->depth &&
		    w->folder[w->depth - 1].next < w->folder[w->depth - 1].n) {
			if (step_folder(w, out_path, &step))
				return step;
		} else if (w->depth) {
			folder_free(&w->folder[--w->depth]);
		} else if (w->path_next < w->path_n) {
			if (step_named(w, out_path, &step))
				return step;
		} else {
			return WALK_END;
		}
	}
}
