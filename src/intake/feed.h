/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_FEED_H
#define INTAKE_FEED_H

#include "base/err.h"
#include "base/sv.h"

#include <signal.h>

/*
 * The feeder: opens what was named, splits mboxes into mails, spools what is a stream,
 * and knows of each item where it lies and its SHA-256. It looks at no more of a file
 * than its first line and the `From ` lines of an mbox.
 */

/* A file; items of one mbox share it. */
struct feed_source {
	int fd; /* -1: its only item is held */
	unsigned refs;
	char *path;
};

/* One reference; the descriptor is its own from here on. */
struct feed_source *feed_source_new(int fd, struct sv path);

enum {
	FEED_HELD = 64 * 1024 /* items up to this are held, while there is room */
};

struct feed_item {
	struct feed_source *source; /* one reference, the caller's */
	char *held; /* its bytes, the caller's; NULL: they lie in the source */
	uint64_t offset, length; /* within the source */
	bool mbox;
	bool damaged;    /* a raw copy that is not what came: nothing of it is here */
	char prefix[32]; /* "mail 17", or empty */
	uint8_t sha[32];
};

enum feed_step {
	FEED_ITEM,
	FEED_LATER,      /* a stream has nothing to give yet */
	FEED_UNREADABLE, /* `err` says what and why; the feed goes on */
	FEED_END,
	FEED_STOPPED, /* it was asked to stop within an item */
	FEED_FAILED   /* with `err` */
};

struct feed;

/* Streams are spooled to unnamed files in `spool_dir`; `db` (may be NULL) is passed over.
 * `stop` (may be NULL) is looked at now and then while a long item is gone through. */
struct feed *feed_new(const char *const *paths, size_t n, const char *spool_dir,
		      const char *db, const volatile sig_atomic_t *stop);
void feed_free(struct feed **f);
void feed_release(struct feed *f, struct feed_item *it);
/* Waits for no stream. */
enum feed_step feed_next(struct feed *f, struct feed_item *out, struct err *err);
/* After FEED_LATER: the descriptor that will be readable. */
int feed_stream(const struct feed *f);

/* How many files there are, and their bytes: for progress. */
void feed_count(const char *const *paths, size_t n, const char *db, uint64_t *out_files,
		uint64_t *out_bytes);

#endif
