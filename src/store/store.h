/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/sv.h"

#include <signal.h>

/*
 * The database: one SQLite file in WAL mode, synchronous=FULL, auto_vacuum=INCREMENTAL.
 * Several processes may write; SQLite's lock decides. Book (book.h): ordinary tables.
 * Facts (facts.h): packed rows and roll-ups. No SQL joins the two, and no other module
 * sees SQL. Everything here returns false with `err` set on an operational failure:
 * ERR_TEMP for locked, full or unreadable disks, ERR_DAMAGED for a file whose bytes
 * cannot be what was written, ERR_CONFIG for a file that is not a
 * Postern database or is one of a newer build (the sentence names the build needed).
 */
struct store;

enum store_mode {
	STORE_READ,   /* must exist */
	STORE_WRITE,  /* must exist */
	STORE_CREATE, /* STORE_WRITE, and made with its folder where it is not there */
};

struct store_options {
	const char *path;
	enum store_mode mode;
	/* Leave a file of an earlier schema as it is, which else is migrated to this
	 * build's, also for reading: for who only copies it. */
	bool as_is;
	/* It is fsck that opens it: damage is not to be answered by "run fsck". */
	bool checks;
	uint32_t busy_ms; /* how long to wait for the lock; 0: 30 s */
	/* Called every poll while waiting for the lock, may be NULL. */
	void (*waiting)(void *ctx);
	void *ctx;
	/* Once it is set, whatever waits or works here ends with ERR_TEMP; may be NULL.
	 * What was committed before stays: for who changes nothing before the end, or can
	 * be run again, as mending can. */
	const volatile sig_atomic_t *stop;
};

struct store *store_open(const struct store_options *o, struct err *err);
void store_close(struct store **s);

/* The schema that this build writes, and what the file says. */
int store_schema(void);
const char *store_path(const struct store *s);
/* Bytes of the main file. */
uint64_t store_size(struct store *s);

/* From here to store_snapshot_end(), or to its close, the store shows one moment,
 * whatever others write; outside of transactions. To ask many things is cheaper so. */
bool store_snapshot(struct store *s, struct err *err);
void store_snapshot_end(struct store *s);

bool store_begin(struct store *s, struct err *err); /* takes the write lock */
bool store_commit(struct store *s,
		  struct err *err); /* flushes the facts' roll-ups first */
void store_rollback(struct store *s);
/* One level within a transaction. Undo also takes back the roll-up changes made since. */
bool store_savepoint(struct store *s, struct err *err);
bool store_release(struct store *s, struct err *err);
bool store_undo(struct store *s, struct err *err);

/* Something of a person was removed, within this transaction. What is removed is always
 * overwritten, but where SQLite moves rows about it leaves copies of them behind: the
 * next store_give_back() writes the whole file anew. */
bool store_scrub_later(struct store *s, struct err *err);

/* Gives the pages that nothing uses any more back to the file system; outside of
 * transactions. */
bool store_give_back(struct store *s, struct err *err);
/* A part of them; *out_left says how many are still there. */
bool store_give_back_some(struct store *s, uint64_t *out_left, struct err *err);
/* Brings all of the WAL into the main file and cuts it to nothing; *out_done is false
 * where somebody reads what is in it. */
bool store_empty_wal(struct store *s, bool *out_done, struct err *err);

/* A test build (-Dfaults=true) ends the process by SIGKILL at the n-th step, or fails it
 * as a full disk would; elsewhere these do nothing. A step is each writing statement,
 * each commit, and whatever else calls store_step(). Armed by POSTERN_KILL_AT=n and
 * POSTERN_FULL_AT=n in the environment. */
void store_step(struct store *s);
/* The same for what writes a file beside SQLite: false where this step is to fail. */
bool store_step_at(const char *path, struct err *err);

#endif
