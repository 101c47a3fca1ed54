/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_POOL_H
#define INTAKE_POOL_H

#include "base/err.h"
#include "intake/worker.h"
#include "proc/proc.h"

/*
 * The workers, as the parent sees them: it starts them, hands each at most two batches,
 * watches their processor time, lets each go after some items, and ends what hangs. A
 * generation of a worker has an id of its own, by which the writer speaks of its pipe.
 */
enum {
	POOL_MAX = 128,
	POOL_AHEAD = WORKER_HALVES, /* batches that a worker may hold */
	POOL_ITEMS = 256, /* after so many a worker makes room for a fresh one */
};

enum pool_state {
	POOL_FREE,
	POOL_LIVE,
	POOL_ENDED /* the writer's word is awaited */
};

struct pool_worker {
	enum pool_state state;
	uint64_t id;
	pid_t pid;
	int feed;
	struct worker_page *page;
	uint32_t batches, served;
	uint32_t half;                    /* of the page: the next batch's */
	bool retiring;                    /* its feed is closed, it ends by itself */
	uint64_t cpu_ms;                  /* when its current batch began */
	uint64_t seen_cpu_ms, seen_at_ms; /* when it last computed */
	bool was_killed; /* by somebody else: the system out of memory, a person */
	char why[120];   /* how it ended, where that was not its own doing */
};

struct pool {
	const struct proc_filters *filters;
	struct hash_key key;
	bool keep_personal; /* as worker_spec */
	enum aggregate_parser parser;
	unsigned jobs;
	uint64_t next_id, watched_ms;
	int writer; /* the side channel: new pipes go there */
	struct pool_worker worker[POOL_MAX];
};

struct pool_worker *pool_find(struct pool *p, uint64_t id);
/* Starts workers until `items` more items have one each, or `jobs` are able to work;
 * waits for nothing. False where none could be started and none is left. */
bool pool_fill(struct pool *p, size_t items, struct err *err);
/* The live worker with the fewest batches, or NULL where all have theirs. */
struct pool_worker *pool_idle(struct pool *p);
/* Where the bytes of the next batch go, WORKER_HELD of them. */
char *pool_room(struct pool_worker *w);
/* False: it is gone, the batch was not given. */
bool pool_give(struct pool_worker *w, struct worker_batch *b, const int *fds,
	       size_t fd_n);
/* Reads what the feed says. True: a batch is through; false: nothing, or it is gone. */
bool pool_heard(struct pool_worker *w);
/* It is to go once it is through. */
void pool_retire(struct pool_worker *w);
/* Kills what takes too long, with the reason in `why`. */
void pool_watch(struct pool *p, uint64_t now_ms);
/* Kills it, where it still lives; the first reason stands. */
void pool_kill(struct pool_worker *w, const char *why);
/* The writer's word on how it ended, which nobody knows better. */
void pool_blame(struct pool_worker *w, const char *why);
/* Ends the process where it has not ended, and closes what it had. */
void pool_reap(struct pool_worker *w);
/* Nothing of the pool is left. */
void pool_close(struct pool *p);
unsigned pool_live(const struct pool *p);

#endif
