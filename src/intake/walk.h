/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WALK_H
#define INTAKE_WALK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The files below the paths given, folder by folder and by name, so that two runs see
 * them in one order. A Maildir gives what is in cur and new, its own and its folders',
 * and none of its index files. Links to folders are not followed, but for those named.
 * The database's own files are passed over in a folder.
 */
enum walk_step {
	WALK_FILE,
	WALK_STREAM,     /* "-", or a pipe that was named */
	WALK_UNREADABLE, /* see errno */
	WALK_END,
};

struct walk;

/* `db` may be NULL. */
struct walk *walk_new(const char *const *paths, size_t n, const char *db);
void walk_free(struct walk **w);
/* The path is borrowed until the next call. */
enum walk_step walk_next(struct walk *w, const char **out_path);

#endif
