/* SPDX-License-Identifier: Apache-2.0 */
#include "store/wal_vfs.h"

#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>

enum {
	WAL_BUFFER = 64 *
		     1024 /* the system's VFS takes no more than 128 KiB - 1 a call */
};

struct wal_file {
	sqlite3_file base;
	sqlite3_file *inner; /* the system's file, behind this struct */
	sqlite3_int64 at;    /* where the gathered bytes begin */
	int n;
	char *bytes;
};

static struct wal_file *wal(sqlite3_file *f)
{
	return (struct wal_file *)(void *)f;
}

/* What fails to be written is dropped: SQLite takes the transaction back, and writes the
 * same places anew with the next one. */
static int flush(struct wal_file *w)
{
	int n = w->n;
	w->n = 0;
	return n ? w->inner->pMethods->xWrite(w->inner, w->bytes, n, w->at) : SQLITE_OK;
}

static int wal_close(sqlite3_file *f)
{
	struct wal_file *w = wal(f);
	int rc = flush(w);
	int closed = w->inner->pMethods->xClose(w->inner);
	free(w->bytes);
	w->bytes = NULL;
	return rc ? rc : closed;
}

static int wal_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
	int rc = flush(wal(f));
	return rc ? rc : wal(f)->inner->pMethods->xRead(wal(f)->inner, out, n, at);
}

static int wal_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct wal_file *w = wal(f);
	if (w->n && (at != w->at + w->n || n > WAL_BUFFER - w->n)) {
		int rc = flush(w);
		if (rc)
			return rc;
	}
	if (n > WAL_BUFFER)
		return w->inner->pMethods->xWrite(w->inner, p, n, at);
	if (w->n == 0)
		w->at = at;
	memcpy(w->bytes + w->n, p, (size_t)n);
	w->n += n;
	return SQLITE_OK;
}

static int wal_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = flush(wal(f));
	return rc ? rc : wal(f)->inner->pMethods->xTruncate(wal(f)->inner, size);
}

static int wal_sync(sqlite3_file *f, int flags)
{
	int rc = flush(wal(f));
	return rc ? rc : wal(f)->inner->pMethods->xSync(wal(f)->inner, flags);
}

static int wal_size(sqlite3_file *f, sqlite3_int64 *out)
{
	int rc = flush(wal(f));
	return rc ? rc : wal(f)->inner->pMethods->xFileSize(wal(f)->inner, out);
}

static int wal_lock(sqlite3_file *f, int level)
{
	return wal(f)->inner->pMethods->xLock(wal(f)->inner, level);
}

static int wal_unlock(sqlite3_file *f, int level)
{
	return wal(f)->inner->pMethods->xUnlock(wal(f)->inner, level);
}

static int wal_reserved(sqlite3_file *f, int *out)
{
	return wal(f)->inner->pMethods->xCheckReservedLock(wal(f)->inner, out);
}

static int wal_control(sqlite3_file *f, int op, void *arg)
{
	int rc = flush(wal(f));
	return rc ? rc : wal(f)->inner->pMethods->xFileControl(wal(f)->inner, op, arg);
}

static int wal_sector(sqlite3_file *f)
{
	return wal(f)->inner->pMethods->xSectorSize(wal(f)->inner);
}

static int wal_traits(sqlite3_file *f)
{
	return wal(f)->inner->pMethods->xDeviceCharacteristics(wal(f)->inner);
}

static const sqlite3_io_methods wal_methods = {
	.iVersion = 1,
	.xClose = wal_close,
	.xRead = wal_read,
	.xWrite = wal_write,
	.xTruncate = wal_truncate,
	.xSync = wal_sync,
	.xFileSize = wal_size,
	.xLock = wal_lock,
	.xUnlock = wal_unlock,
	.xCheckReservedLock = wal_reserved,
	.xFileControl = wal_control,
	.xSectorSize = wal_sector,
	.xDeviceCharacteristics = wal_traits,
};

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags,
		    int *out_flags)
{
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);
	struct wal_file *w = wal(f);
	(void)v;
	if (!(flags & SQLITE_OPEN_WAL))
		return system->xOpen(system, name, f, flags, out_flags);
	*w = (struct wal_file){ .inner = (sqlite3_file *)(void *)(w + 1) };
	w->bytes = malloc(WAL_BUFFER);
	if (!w->bytes)
		return SQLITE_NOMEM;
	int rc = system->xOpen(system, name, w->inner, flags, out_flags);
	if (rc != SQLITE_OK) {
		free(w->bytes);
		w->bytes = NULL;
		return rc;
	}
	w->base.pMethods = &wal_methods;
	return SQLITE_OK;
}

const char *wal_vfs(void)
{
	static const char name[] = "postern";
	if (sqlite3_initialize() != SQLITE_OK)
		return NULL;
	if (sqlite3_vfs_find(name))
		return name;
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);
	/* SQLite keeps it for the life of the process. */
	sqlite3_vfs *v = system ? malloc(sizeof(*v)) : NULL;
	if (!v)
		return NULL;
	*v = *system;
	v->zName = name;
	v->szOsFile += (int)sizeof(struct wal_file);
	v->xOpen = vfs_open;
	return sqlite3_vfs_register(v, 0) == SQLITE_OK ? name : NULL;
}
