/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_FEED_H
#define INTAKE_FEED_H

#include "base/err.h"
#include "base/sv.h"

/*
 * The feeder: opens what was named, splits mboxes into mails, spools what is a stream,
 * and knows of each item where it lies and its SHA-256. It looks at no more of a file
 * than its first line and the `From ` lines of an mbox.
 */

/* An open file; items of one mbox share it. */
struct feed_source {
	int fd;
	unsigned refs;
	char *path;
};

void feed_source_release(struct feed_source **s);

struct feed_item {
	struct feed_source *source; /* one reference, the caller's */
	uint64_t offset, length;
	bool mbox;
	char prefix[32]; /* "mail 17", or empty */
	uint8_t sha[32];
};

enum feed_step {
	FEED_ITEM,
	FEED_UNREADABLE,
	FEED_END,
	FEED_FAILED
};

struct feed;

/* Streams are spooled to unnamed files in `spool_dir`. */
struct feed *feed_new(const char *const *paths, size_t n, const char *spool_dir);
void feed_free(struct feed **f);
/* UNREADABLE and FAILED fill `err`; after UNREADABLE the feed goes on. */
enum feed_step feed_next(struct feed *f, struct feed_item *out, struct err *err);

/* How many files there are, and their bytes: for progress. */
void feed_count(const char *const *paths, size_t n, uint64_t *out_files,
		uint64_t *out_bytes);

#endif
