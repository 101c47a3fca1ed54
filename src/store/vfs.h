/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_VFS_H
#define STORE_VFS_H

#include <stdbool.h>

/*
 * How SQLite reaches files: the system's VFS, but for three things.
 *
 * It writes the WAL in two small calls a page. What is appended to a WAL is gathered
 * here, and written in one call, at the latest when the file is synced, read, or anything
 * else is asked of it. So it is safe with synchronous=FULL only: there a commit is told
 * to other processes after the sync.
 *
 * It finds WAL and journal by their names, and the lock by the file. Whoever waited for
 * the lock on a database that was replaced meanwhile would take the new one's WAL for its
 * own, and spoil both. Here a lock on a file that is no longer at its name is refused
 * with SQLITE_READONLY_DBMOVED, before anything beside it is looked at.
 *
 * It takes EIO for damage of what is in the file (SQLITE_CORRUPT), and goes over it as
 * such in an integrity check. Here it is SQLITE_IOERR_READ, and is remembered.
 */

/* The name to open databases with; registers it the first time. NULL: out of memory. */
const char *vfs_name(void);

/* The disk has refused a read of this connection's file, or of its WAL. */
struct sqlite3;
bool vfs_read_failed(struct sqlite3 *db);

#endif
