/* SPDX-License-Identifier: Apache-2.0 */
#include "store/vfs.h"

#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>

enum {
	WAL_BUFFER = 64 *
		     1024, /* the system's VFS takes no more than 128 KiB - 1 a call */
	ASK_READ_FAILED = 0x50730001 /* a file control of our own; SQLite's are small */
};

/* A database or a WAL. */
struct vfs_file {
	sqlite3_file base;
	sqlite3_file *inner; /* the system's file, behind this struct */
	struct vfs_file *db; /* of a WAL its database, else this; SQLite closes it last */
	int level;           /* of the lock; a WAL has none */
	sqlite3_int64 at;    /* where the gathered bytes begin */
	int n;
	bool read_failed; /* of a database, or of its WAL */
	char *bytes;      /* of a WAL */
};

static struct vfs_file *own(sqlite3_file *f)
{
	return (struct vfs_file *)(void *)f;
}

static sqlite3_file *inner(sqlite3_file *f)
{
	return own(f)->inner;
}

/* --- both; of a database nothing is gathered --- */

/* What fails to be written is dropped: SQLite takes the transaction back, and writes the
 * same places anew with the next one. */
static int flush(struct vfs_file *w)
{
	int n = w->n;
	w->n = 0;
	return n ? w->inner->pMethods->xWrite(w->inner, w->bytes, n, w->at) : SQLITE_OK;
}

static int file_close(sqlite3_file *f)
{
	struct vfs_file *w = own(f);
	int rc = flush(w);
	int closed = w->inner->pMethods->xClose(w->inner);
	free(w->bytes);
	w->bytes = NULL;
	return rc ? rc : closed;
}

static int file_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
	int rc = flush(own(f));
	if (rc != SQLITE_OK)
		return rc;
	rc = inner(f)->pMethods->xRead(inner(f), out, n, at);
	if ((rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_SHORT_READ)
		own(f)->db->read_failed = true;
	return rc == SQLITE_IOERR_CORRUPTFS ? SQLITE_IOERR_READ : rc;
}

static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct vfs_file *w = own(f);
	if (w->n && (at != w->at + w->n || n > WAL_BUFFER - w->n)) {
		int rc = flush(w);
		if (rc)
			return rc;
	}
	if (!w->bytes || n > WAL_BUFFER)
		return w->inner->pMethods->xWrite(w->inner, p, n, at);
	if (w->n == 0)
		w->at = at;
	memcpy(w->bytes + w->n, p, (size_t)n);
	w->n += n;
	return SQLITE_OK;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = flush(own(f));
	return rc ? rc : inner(f)->pMethods->xTruncate(inner(f), size);
}

static int file_sync(sqlite3_file *f, int flags)
{
	int rc = flush(own(f));
	return rc ? rc : inner(f)->pMethods->xSync(inner(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *out)
{
	int rc = flush(own(f));
	return rc ? rc : inner(f)->pMethods->xFileSize(inner(f), out);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
	bool *failed = arg;
	if (op == ASK_READ_FAILED) {
		*failed = own(f)->read_failed;
		return SQLITE_OK;
	}
	int rc = flush(own(f));
	return rc ? rc : inner(f)->pMethods->xFileControl(inner(f), op, arg);
}

static int file_sector(sqlite3_file *f)
{
	return inner(f)->pMethods->xSectorSize(inner(f));
}

static int file_traits(sqlite3_file *f)
{
	return inner(f)->pMethods->xDeviceCharacteristics(inner(f));
}

/* --- of a database only: SQLite never locks or shares its WAL --- */

static int db_unlock(sqlite3_file *f, int level)
{
	if (level < own(f)->level)
		own(f)->level = level;
	return inner(f)->pMethods->xUnlock(inner(f), level);
}

/* The first lock, and the one with which the last to close a database removes its WAL,
 * are had at the file's name or not at all. */
static int db_lock(sqlite3_file *f, int level)
{
	int before = own(f)->level, moved = 0;
	int rc = inner(f)->pMethods->xLock(inner(f), level);
	if (rc != SQLITE_OK || level <= before)
		return rc;
	own(f)->level = level;
	if (before > SQLITE_LOCK_SHARED)
		return SQLITE_OK;
	(void)inner(f)->pMethods->xFileControl(inner(f), SQLITE_FCNTL_HAS_MOVED, &moved);
	if (!moved)
		return SQLITE_OK;
	(void)db_unlock(f, before);
	return SQLITE_READONLY_DBMOVED;
}

static int db_reserved(sqlite3_file *f, int *out)
{
	return inner(f)->pMethods->xCheckReservedLock(inner(f), out);
}

static int db_shm_map(sqlite3_file *f, int page, int size, int extend,
		      void volatile **out)
{
	return inner(f)->pMethods->xShmMap(inner(f), page, size, extend, out);
}

static int db_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return inner(f)->pMethods->xShmLock(inner(f), at, n, flags);
}

static void db_shm_barrier(sqlite3_file *f)
{
	inner(f)->pMethods->xShmBarrier(inner(f));
}

static int db_shm_unmap(sqlite3_file *f, int remove)
{
	return inner(f)->pMethods->xShmUnmap(inner(f), remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = db_lock,
	.xUnlock = db_unlock,
	.xCheckReservedLock = db_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = db_shm_map,
	.xShmLock = db_shm_lock,
	.xShmBarrier = db_shm_barrier,
	.xShmUnmap = db_shm_unmap,
};

/* --- opening --- */

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags,
		    int *out_flags)
{
	sqlite3_vfs *system = sqlite3_vfs_find(NULL);
	struct vfs_file *w = own(f);
	bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
	(void)v;
	if (!is_wal && !(flags & SQLITE_OPEN_MAIN_DB))
		return system->xOpen(system, name, f, flags, out_flags);
	*w = (struct vfs_file){ .inner = (sqlite3_file *)(void *)(w + 1), .db = w };
	if (is_wal)
		w->db = own(sqlite3_database_file_object(name));
	w->bytes = is_wal ? malloc(WAL_BUFFER) : NULL;
	if (is_wal && !w->bytes)
		return SQLITE_NOMEM;
	int rc = system->xOpen(system, name, w->inner, flags, out_flags);
	if (rc != SQLITE_OK) {
		free(w->bytes);
		w->bytes = NULL;
		return rc;
	}
	w->base.pMethods = &methods;
	return SQLITE_OK;
}

const char *vfs_name(void)
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
	v->szOsFile += (int)sizeof(struct vfs_file);
	v->xOpen = vfs_open;
	return sqlite3_vfs_register(v, 0) == SQLITE_OK ? name : NULL;
}

bool vfs_read_failed(sqlite3 *db)
{
	bool failed = false;
	(void)sqlite3_file_control(db, "main", ASK_READ_FAILED, &failed);
	return failed;
}
