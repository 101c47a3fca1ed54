/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_RUN_INT_H
#define INTAKE_RUN_INT_H

#include "intake/feed.h"
#include "intake/frame.h"
#include "intake/intake.h"
#include "intake/pool.h"
#include "intake/shelf.h"

enum {
	RUN_ITEMS = 1024, /* places, by id modulo; the writer has as many */
	RUN_TALK = 256 * 1024,
};

enum item_state {
	ITEM_NONE,
	ITEM_ASKED,
	ITEM_QUEUED,
	ITEM_GIVEN,
	ITEM_HOPELESS,
	ITEM_KEPT
};

struct item {
	enum item_state state;
	uint64_t id, worker;
	struct feed_item at;
	bool alone;  /* it is read by itself: a worker ended while it had this one */
	bool undone; /* what ended its reader was none of its doing */
	char *why;   /* it is hopeless; NULL where it is not */
};

struct ingest {
	const struct intake_options *o;
	struct intake_summary *sum;
	struct err *err;
	bool failed; /* err says why; nothing more is begun */
	bool unreadable;
	bool undone; /* it was stopped before it was through */
	/* items */
	struct item *item;
	uint64_t last_id;
	unsigned under_way, window;
	unsigned hopeless; /* of them, not given to the writer yet */
	uint64_t *queue;   /* ring of ids, RUN_ITEMS */
	size_t queue_at, queue_n;
	struct feed *feed;
	struct shelf *shelf; /* instead of the feed, where raw copies are read again */
	bool fed, feed_waits;
	/* the writer */
	pid_t writer_pid;
	int talk, side;
	struct buf ask; /* not sent yet */
	size_t asked;
	struct buf heard;
	char *chunk;
	bool finish_sent, writer_done;
	/* the workers */
	struct pool pool;
	struct proc_filters *filters;
	bool stopping;
	uint64_t started_ms, progress_ms, stop_ms;
	struct intake_progress progress;
};

void run_fail(struct ingest *in, const struct err *why);

struct item *run_item_find(struct ingest *in, uint64_t id);
void run_item_end(struct ingest *in, struct item *it);
void run_enqueue(struct ingest *in, struct item *it);

/* Hears what the writer says, and sends what is to be asked; neither waits. */
void run_talk_in(struct ingest *in);
void run_talk_out(struct ingest *in);

#endif
