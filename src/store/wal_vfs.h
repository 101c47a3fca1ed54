/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_WAL_VFS_H
#define STORE_WAL_VFS_H

/*
 * SQLite writes the WAL in two small calls a page. This VFS is the system's, but gathers
 * what is appended to a WAL and writes it in one call, at the latest when the file is
 * synced, read, or anything else is asked of it. So it is safe with synchronous=FULL
 * only: there a commit is told to other processes after the sync.
 */

/* The name to open databases with; registers it the first time. NULL: out of memory. */
const char *wal_vfs(void);

#endif
