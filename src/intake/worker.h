/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WORKER_H
#define INTAKE_WORKER_H

#include "base/hash.h"
#include "intake/emit.h"
#include "intake/unpack.h"
#include "report/aggregate.h"
#include "store/book.h"

#include <stdatomic.h>

/*
 * A worker: takes batches of items from the parent (descriptors and where in them),
 * unpacks, reads, and says what it found to the writer in frames. It runs confined
 * (proc/proc.h) and knows no path, no database and no clock.
 */
enum {
	WORKER_BATCH = 16,
	WORKER_HALVES = 2,
	WORKER_HELD = 256 * 1024 /* bytes of a batch that are handed over in memory */
};

/* One message on the feed. Items that are held lie in the page, `offset` bytes into its
 * half; for each of the others there is a descriptor beside the message. */
struct worker_item {
	uint64_t id, offset, length;
	uint8_t mbox, held, damaged, spare[5];
};

struct worker_batch {
	uint32_t n, half;
	struct worker_item item[WORKER_BATCH];
};

/* Shared with the parent: bytes that this batch came to so far, inflated, for the time
 * that it may take; and what the parent read already. A worker may hold two batches: each
 * has a half of its own. */
struct worker_page {
	_Atomic uint64_t bytes;
	char half[WORKER_HALVES][WORKER_HELD];
};

struct worker_spec {
	int feed; /* batches in (SOCK_SEQPACKET); a byte back for each */
	int out;  /* frames to the writer */
	struct worker_page *page;
	struct hash_key key;
	bool keep_personal;           /* send the bytes of failure reports too */
	enum aggregate_parser parser; /* the first one */
	struct worker *made;          /* by worker_prepare() */
};

void worker_prepare(void *spec);
int worker_run(void *spec);

/* --- for the readers of the kinds --- */

/* The member begins; its name is the leaf's. */
void worker_member(struct worker *w, enum book_kind kind, const struct unpack_leaf *leaf);
/* The member that began was none, or is not read: with the reason in a sentence. */
bool worker_verdict(struct worker *w, enum book_status status, bool keep_raw,
		    const char *reason);
/* The kinds' readers (kinds.h). */
bool worker_read_aggregate(struct worker *w, const struct unpack_leaf *leaf);
bool worker_read_tls(struct worker *w, const struct unpack_leaf *leaf);
bool worker_read_failure(struct worker *w, const struct unpack_leaf *leaf);

#endif
