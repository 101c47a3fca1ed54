/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BACKUP_INT_H
#define STORE_BACKUP_INT_H

#include "store/backup.h"
#include "store/store_int.h"

/* What the files of backup and restore share. */

/* --- backup_file.c: files, without SQLite --- */

bool backup_is_stopped(const struct backup_watch *w, struct err *err);  /* err is set */
const volatile sig_atomic_t *backup_stop(const struct backup_watch *w); /* or NULL */
void backup_progress(const struct backup_watch *w, enum backup_stage stage, uint64_t done,
		     uint64_t all);

/* The failure of a call, from errno; always false. `what`: "cannot be written". */
bool backup_io(const char *path, const char *what, struct err *err);
/* Always false: ERR_DAMAGED. */
bool backup_damaged(const char *path, const char *why, struct err *err);
/* Each is a step of the fault hooks. */
bool backup_put(int fd, const char *path, const void *p, size_t n, struct err *err);
bool backup_sync(int fd, const char *path, struct err *err);
bool backup_rename(const char *from, const char *to, struct err *err);
/* A new file that only its owner may read; -1: err is set. */
int backup_create(const char *path, struct err *err);
/* A regular file, to be read; -1: err is set. */
int backup_open(const char *path, uint64_t *out_size, struct err *err);
/* Where the file really lies, so that a link to it stays one; on the heap. NULL: it is a
 * link to nothing, and err is set. */
char *backup_real(const char *path, struct err *err);
/* A database's file, and what SQLite may have left beside it. */
void backup_remove(const char *path);
/* Opens a file, and locks it for as long as it stays open; -1: err is set, `busy` where
 * somebody else has it. */
int backup_lock(const char *path, const char *busy, struct err *err);
/* The same of a new file that only its owner may read. What was left of a run that was
 * killed, with what SQLite left beside it, goes. */
int backup_lock_new(const char *path, const char *busy, struct err *err);
/* Whether there is room in the path's folder, or where that will be, for `needed` bytes
 * which are `what`; `more` bytes are given back before. */
bool backup_has_room(const char *path, uint64_t more, uint64_t needed, const char *what,
		     struct err *err);
/* "PATH" and "SUFFIX", on the heap. */
char *backup_name(const char *path, const char *suffix);

/* --- backup_pack.c: the payload --- */

struct backup_stream {
	const char *path; /* of the backup, for sentences */
	int fd;           /* the backup */
	struct manifest *m;
	const struct backup_watch *watch;
};

/* Appends the file `from` of m->plain_size bytes, behind the manifest's room, and fills
 * in sizes and digests. */
bool backup_pack(const struct backup_stream *s, int from, const char *from_path,
		 struct err *err);
/* Reads the payload to its end and holds it against the manifest. What it inflates to is
 * written to `to`, unless that is -1. */
bool backup_unpack(const struct backup_stream *s, int to, const char *to_path,
		   struct err *err);

/* --- backup_look.c: the database in it --- */

/* What a database holds, of whatever schema that is known, with its schema, the build
 * that wrote it last, and the least one that may read a backup of it. */
bool backup_count(const char *path, const struct backup_watch *w, struct manifest *out,
		  struct err *err);
/* The same of one that was just written: is it a whole database of ours, every page of
 * it? It looks as long as it takes; false is a failure to look. */
bool backup_look(const char *path, const struct backup_watch *w, struct manifest *out,
		 bool *out_sound, struct err *err);

#endif
