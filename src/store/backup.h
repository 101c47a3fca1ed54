/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "base/err.h"
#include "store/manifest.h"

#include <signal.h>

/*
 * Backups: a manifest (store/manifest.h), then the database as gzip. Whoever has lost the
 * program gets at the database with tail and gunzip. The database in it is written anew
 * (VACUUM INTO), so that nothing is in it which was removed.
 *
 * All of these work in bounded memory, and say ERR_DAMAGED of a file that is no backup,
 * cut short or altered, ERR_TOO_NEW of one that needs a later build, ERR_NO_INPUT where
 * there is none.
 */
enum backup_stage {
	BACKUP_COPIES,  /* the database is read; the end is an estimate */
	BACKUP_PACKS,   /* bytes of the copy */
	BACKUP_CHECKS,  /* bytes of the backup, read back */
	BACKUP_UNPACKS, /* bytes of the database */
	BACKUP_TESTS, /* SQLite looks at every page: nothing is known of how far it is */
	BACKUP_STAGES
};

struct backup_watch {
	const volatile sig_atomic_t *stop; /* may be NULL */
	/* Often; `all` is 0 where the end is not known. May be NULL. */
	void (*progress)(void *ctx, enum backup_stage stage, uint64_t done, uint64_t all);
	void *ctx;
};

struct backup_write {
	const char *db, *file;
	bool replace; /* a backup that has the file's name goes once this one is whole */
	uint64_t created;
	const char *host;
	const struct backup_watch *watch;
};

/* One moment of the database, whatever others write meanwhile. The file appears under its
 * name once it was read back whole, where that is a link in the place that it leads to;
 * what a killed run left in its folder is removed. ERR_USAGE: no backup can have this
 * name, or there is a file, and `replace` is not set or it is no backup. */
bool backup_write(const struct backup_write *in, struct manifest *out, struct err *err);

/* Reads and checks the manifest, no more. It may need a later build: backup_fits() says
 * so. `out_bytes`: of the file. */
bool backup_inspect(const char *file, struct manifest *out, uint64_t *out_bytes,
		    struct err *err);

/* Can this build restore it? ERR_TOO_NEW names the build that can. A backup of a later
 * build whose least build is not above this one is refused too, unless `older_build`. */
bool backup_fits(const char *file, const struct manifest *m, bool older_build,
		 struct err *err);

/* Has the file the size that its manifest says, and can so much come out of it? Asked of
 * one that fits: nobody knows the size of another. */
bool backup_is_all(const char *file, const struct manifest *m, uint64_t bytes,
		   struct err *err);

struct backup_restore {
	const char *file, *db;
	bool replace;     /* a database that is there is put aside: BACKUP_KEPT_SUFFIX */
	bool older_build; /* see backup_fits() */
	const struct backup_watch *watch;
};

struct backup_restored {
	struct manifest manifest;
	bool migrated;   /* the backup was of an earlier schema */
	char kept[4096]; /* the name that the database which was there has now, or "" */
};

/* What a restore has beside the database. */
#define BACKUP_KEPT_SUFFIX ".before-restore"
#define BACKUP_FRESH_SUFFIX ".restoring"

/* All checks come before the first byte is written. Then the database is locked against
 * everybody, for as long as it takes, and the new one is made beside it, tested and
 * brought to this build's schema, before it takes the place. A failure leaves what was
 * there. ERR_USAGE: there is a database, and `replace` is not set. */
bool backup_restore(const struct backup_restore *in, struct backup_restored *out,
		    struct err *err);

#endif
