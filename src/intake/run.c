/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/run_int.h"

#include "base/arena.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "intake/side.h"
#include "intake/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	WINDOW = 512, /* items that may be under way; each may have a file open */
	WINDOW_MIN = 8,
	SPARE_FDS = 64, /* for all else */
	FDS_WANTED = 4096,
	FEED_BYTES = 4 * 1024 *
		     1024, /* hashed at a stretch before the others get a turn */
	BATCH_BYTES = 1024 * 1024,
	JOBS_MAX = POOL_MAX / 2, /* so many may be on their way out beside them */
	TICK_MS = 100,
	PROGRESS_MS = 500,
	STOP_MS = 3000, /* what is under way may still end, after an interrupt */
};

/* --- items --- */

static struct item *dequeue(struct ingest *in)
{
	struct item *it = run_item_find(in, in->queue[in->queue_at]);
	in->queue_at = (in->queue_at + 1) % RUN_ITEMS;
	in->queue_n--;
	return it;
}

static struct item *item_new(struct ingest *in, const struct feed_item *at)
{
	do
		in->last_id++;
	while (in->item[in->last_id % RUN_ITEMS].state != ITEM_NONE);
	struct item *it = &in->item[in->last_id % RUN_ITEMS];
	*it = (struct item){ .state = ITEM_ASKED, .id = in->last_id, .at = *at };
	in->under_way++;
	return it;
}

static void ask_about(struct ingest *in, const struct item *it)
{
	struct frame_ask ask = { .item = it->id,
				 .size = it->at.length,
				 .path = sv_from(it->at.source->path),
				 .prefix = sv_from(it->at.prefix) };
	memcpy(ask.sha, it->at.sha, sizeof(ask.sha));
	frame_put_ask(&in->ask, &ask);
}

/* Takes what the feeder has while the window is open. */
static void feed_some(struct ingest *in)
{
	uint64_t bytes = 0;
	in->feed_waits = false;
	while (!in->fed && !in->feed_waits && in->under_way < in->window &&
	       bytes < FEED_BYTES) {
		struct feed_item at;
		struct err err = { 0 };
		switch (in->shelf ? shelf_next(in->shelf, &at, &err)
				  : feed_next(in->feed, &at, &err)) {
		case FEED_ITEM:
			bytes += at.length + 4096;
			ask_about(in, item_new(in, &at));
			break;
		case FEED_LATER:
			in->feed_waits = true;
			break;
		case FEED_UNREADABLE:
			in->unreadable = true;
			if (in->o->warning)
				in->o->warning(in->o->ctx, err.text);
			break;
		case FEED_FAILED:
			run_fail(in, &err);
			in->fed = true;
			break;
		case FEED_STOPPED:
			in->undone = true;
			in->fed = true;
			break;
		case FEED_END:
			in->fed = true;
			break;
		}
	}
}

/* --- the workers --- */

static bool fits(const struct item *it, uint64_t held)
{
	return !it->at.held || it->at.length <= WORKER_HELD - held;
}

/* Small items go together, so that the hand-over costs little; but nobody sits idle. */
static uint32_t take_for_batch(struct ingest *in, bool is_idle, struct item **out)
{
	uint32_t n = 0;
	uint64_t bytes = 0, held = 0;
	size_t share = in->queue_n / (in->pool.jobs * POOL_AHEAD) + 1;
	while (in->queue_n && n < WORKER_BATCH && n < share && bytes < BATCH_BYTES) {
		struct item *next = run_item_find(in, in->queue[in->queue_at]);
		if (next && ((next->alone && (n || !is_idle)) || !fits(next, held)))
			break;
		next = dequeue(in);
		if (!next)
			continue;
		out[n++] = next;
		bytes += next->at.length;
		held += next->at.held ? next->at.length : 0;
		if (next->alone)
			break;
	}
	return n;
}

/* Fills the batch's places, and the room that is handed over with it. Returns how many
 * descriptors go with it. */
static size_t fill_batch(struct pool_worker *w, struct item *const *it,
			 struct worker_batch *b, int fds[WORKER_BATCH])
{
	size_t held = 0, fd_n = 0;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct feed_item *at = &it[i]->at;
		b->item[i] = (struct worker_item){ .id = it[i]->id,
						   .offset = at->held ? held : at->offset,
						   .length = at->length,
						   .mbox = at->mbox,
						   .damaged = at->damaged,
						   .held = at->held != NULL };
		it[i]->state = ITEM_GIVEN;
		it[i]->worker = w->id;
		if (!at->held) {
			fds[fd_n++] = at->source->fd;
			continue;
		}
		memcpy(pool_room(w) + held, at->held, at->length);
		held += at->length;
	}
	return fd_n;
}

static bool give_batch(struct ingest *in, struct pool_worker *w)
{
	struct worker_batch b = { 0 };
	struct item *it[WORKER_BATCH];
	int fds[WORKER_BATCH];
	b.n = take_for_batch(in, w->batches == 0, it);
	if (b.n == 0)
		return false;
	size_t fd_n = fill_batch(w, it, &b, fds);
	if (!pool_give(w, &b, fds, fd_n)) {
		for (uint32_t i = 0; i < b.n; i++)
			run_enqueue(in, it[i]);
		pool_retire(w); /* it is gone; the writer will say so */
		return true;
	}
	if (it[0]->alone)
		pool_retire(w);
	return true;
}

/* A descriptor from which an item that is held can be read, or -1. */
static int held_as_file(const struct feed_item *at)
{
	int fd = memfd_create("item", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, at->held, at->length) != (ssize_t)at->length) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* No reader can have it: the writer keeps it as it is. */
static bool give_to_writer(struct ingest *in, const struct item *it)
{
	struct frame_keep k = { it->id, it->at.offset, it->at.length, it->undone,
				sv_from(it->why) };
	if (!it->at.held)
		return side_keep(in->side, &k, it->at.source->fd);
	int fd = held_as_file(&it->at);
	k.offset = 0;
	bool ok = fd >= 0 && side_keep(in->side, &k, fd);
	if (fd >= 0)
		close(fd);
	return ok;
}

static void give_work(struct ingest *in)
{
	struct err err = { 0 };
	struct pool_worker *w;
	if (in->queue_n && !pool_fill(&in->pool, in->queue_n, &err))
		run_fail(in, &err);
	while (in->queue_n && (w = pool_idle(&in->pool)))
		if (!give_batch(in, w))
			break;
	for (size_t i = 0; in->hopeless && i < RUN_ITEMS; i++) {
		struct item *it = &in->item[i];
		if (it->state != ITEM_HOPELESS || !give_to_writer(in, it))
			continue;
		it->state = ITEM_KEPT;
		in->hopeless--;
	}
}

static bool has_waiting_items(const struct ingest *in)
{
	for (size_t i = 0; i < RUN_ITEMS; i++)
		if (in->item[i].state == ITEM_ASKED || in->item[i].state == ITEM_QUEUED)
			return true;
	return false;
}

static void let_idle_workers_go(struct ingest *in)
{
	for (size_t i = 0; i < POOL_MAX; i++)
		if (in->pool.worker[i].state == POOL_LIVE &&
		    in->pool.worker[i].batches == 0)
			pool_retire(&in->pool.worker[i]);
}

static void kill_workers(struct ingest *in)
{
	for (size_t i = 0; i < POOL_MAX; i++)
		pool_kill(&in->pool.worker[i], "");
}

/* --- the loop --- */

static void wait_for_news(struct ingest *in)
{
	struct pollfd p[2 + POOL_MAX];
	struct pool_worker *who[POOL_MAX];
	nfds_t n = 1;
	p[0] = (struct pollfd){ in->talk, POLLIN, 0 };
	if (in->asked < in->ask.n)
		p[0].events |= POLLOUT;
	for (size_t i = 0; i < POOL_MAX; i++) {
		struct pool_worker *w = &in->pool.worker[i];
		if (w->state != POOL_LIVE)
			continue;
		who[n - 1] = w;
		p[n++] = (struct pollfd){ w->feed, POLLIN, 0 };
	}
	bool more = !in->fed && in->under_way < in->window;
	p[n] = (struct pollfd){ in->shelf ? shelf_fd(in->shelf) : feed_stream(in->feed),
				POLLIN, 0 };
	bool waits = more && in->feed_waits;
	if (poll(p, n + waits, more && !waits ? 0 : TICK_MS) <= 0)
		return;
	for (nfds_t i = 1; i < n; i++)
		if (p[i].revents && !pool_heard(who[i - 1]) &&
		    (p[i].revents & (POLLHUP | POLLERR)))
			pool_reap(who[i - 1]);
	if (p[0].revents & (POLLIN | POLLHUP | POLLERR))
		run_talk_in(in);
}

static void show_progress(struct ingest *in, uint64_t now)
{
	if (!in->o->progress || now - in->progress_ms < PROGRESS_MS)
		return;
	in->progress_ms = now;
	if (in->shelf)
		in->progress.files_all = shelf_all(in->shelf);
	in->progress.seconds = (double)(now - in->started_ms) / 1000;
	in->o->progress(in->o->ctx, &in->progress);
}

/* Nothing new is begun; what is under way gets a moment. */
static void begin_stop(struct ingest *in, uint64_t now)
{
	in->undone = in->undone || !in->fed || in->under_way;
	in->stopping = true;
	in->stop_ms = now;
	in->fed = true;
	for (size_t i = 0; i < RUN_ITEMS; i++) {
		struct item *it = &in->item[i];
		if (it->state == ITEM_ASKED || it->state == ITEM_QUEUED)
			run_item_end(in, it);
	}
	in->queue_n = 0;
}

static bool is_asked_to_stop(const struct ingest *in)
{
	return in->o->stop && *in->o->stop;
}

static void drop_leftovers(struct ingest *in)
{
	for (size_t i = 0; i < RUN_ITEMS; i++)
		if (in->item[i].state != ITEM_NONE)
			run_item_end(in, &in->item[i]);
}

static void step(struct ingest *in)
{
	uint64_t now = clock_ms();
	if ((is_asked_to_stop(in) || in->failed) && !in->stopping)
		begin_stop(in, now);
	if (in->stopping && now - in->stop_ms > STOP_MS) {
		kill_workers(in);
		drop_leftovers(in);
	}
	if (!in->stopping) {
		feed_some(in);
		give_work(in);
	}
	/* Where nothing waits, an idle worker has said all that it has to say: one that
	 * still owes an item owes it for good, and its end is how that is found. */
	if (in->fed && !has_waiting_items(in))
		let_idle_workers_go(in);
	if (in->fed && in->under_way == 0 && !in->finish_sent &&
	    pool_live(&in->pool) == 0) {
		frame_finish(&in->ask, frame_start(&in->ask, FRAME_FINISH));
		in->finish_sent = true;
	}
	run_talk_out(in);
	wait_for_news(in);
	pool_watch(&in->pool, now);
	show_progress(in, now);
}

static void run(struct ingest *in)
{
	/* A failed writer is gone; its workers follow their pipes. */
	while (in->talk >= 0)
		step(in);
	drop_leftovers(in);
}

/* --- set up and clear away --- */

/* A standard descriptor that is closed is no place for a socket or a file of ours. What
 * stands there instead cannot be used either. */
static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* As many items as there are descriptors for. */
static void open_window(struct ingest *in)
{
	struct rlimit r = { 1024, 1024 };
	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max &&
	    r.rlim_cur < FDS_WANTED) {
		r.rlim_cur = r.rlim_max < FDS_WANTED ? r.rlim_max : FDS_WANTED;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
	rlim_t spare = SPARE_FDS + 2 * (rlim_t)in->pool.jobs;
	in->window = r.rlim_cur >= spare + WINDOW       ? WINDOW
		     : r.rlim_cur <= spare + WINDOW_MIN ? WINDOW_MIN
							: (unsigned)(r.rlim_cur - spare);
}

static bool start_writer(struct ingest *in)
{
	int talk[2], side[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk))
		return err_set(in->err, ERR_TEMP, "no sockets: %s", strerror(errno));
	in->talk = talk[0];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, side)) {
		close(talk[1]);
		return err_set(in->err, ERR_TEMP, "no sockets: %s", strerror(errno));
	}
	struct writer_spec spec = {
		.db = in->o->db,
		.talk = talk[1],
		.side = side[1],
		.keep_failure_body = in->o->keep_failure_body,
		.again = in->o->again != NULL,
		.dry_run = in->o->again && in->o->again->dry_run,
		.has_now = in->o->has_now,
		.now = in->o->now,
	};
	const struct proc_spec how = {
		.role = PROC_WRITER,
		.name = "postern-writer",
		.fds = { talk[1], side[1] },
		.fd_n = 2,
		.run = writer_run,
		.ctx = &spec,
	};
	in->writer_pid = proc_spawn(in->filters, &how, in->err);
	close(talk[1]);
	close(side[1]);
	in->side = side[0];
	in->pool.writer = in->side;
	return in->writer_pid > 0;
}

static bool set_up(struct ingest *in, const char *spool_dir)
{
	fill_standard_descriptors();
	in->item = heap_array(RUN_ITEMS, sizeof(*in->item));
	in->queue = heap_array(RUN_ITEMS, sizeof(*in->queue));
	in->chunk = heap_array(1, RUN_TALK);
	buf_init(&in->ask, 64 * LIMIT_MIB);
	buf_init(&in->heard, 64 * LIMIT_MIB);
	in->feed = feed_new(in->o->paths, in->o->path_n, spool_dir, in->o->db,
			    in->o->stop);
	in->pool.jobs = in->o->jobs < 1          ? 1
			: in->o->jobs > JOBS_MAX ? JOBS_MAX
						 : in->o->jobs;
	open_window(in);
	in->pool.keep_personal = in->o->keep_failure_body;
	in->pool.parser = in->o->parser;
	random_bytes(&in->pool.key, sizeof(in->pool.key));
	in->filters = proc_filters_new(in->err);
	in->pool.filters = in->filters;
	if (in->o->count_first)
		feed_count(in->o->paths, in->o->path_n, in->o->db,
			   &in->progress.files_all, &in->progress.bytes_all);
	if (!in->filters || !start_writer(in))
		return false;
	if (!in->o->again)
		return true;
	in->shelf = shelf_open(in->filters, in->o->db, in->o->again, spool_dir, in->err);
	return in->shelf != NULL;
}

static void clear_away(struct ingest *in)
{
	if (in->talk >= 0)
		close(in->talk);
	if (in->side >= 0)
		close(in->side);
	pool_close(&in->pool);
	feed_free(&in->feed);
	shelf_close(&in->shelf);
	proc_filters_free(&in->filters);
	buf_deinit(&in->ask);
	buf_deinit(&in->heard);
	free(in->item);
	free(in->queue);
	free(in->chunk);
	free(in);
}

bool intake_run(const struct intake_options *o, struct intake_summary *out,
		struct err *err)
{
	struct ingest *in = heap_array(1, sizeof(*in));
	char *db = strdup(o->db);
	*out = (struct intake_summary){ 0 };
	*err = (struct err){ 0 };
	in->o = o;
	in->sum = out;
	in->err = err;
	in->talk = in->side = -1;
	in->started_ms = in->progress_ms = clock_ms();
	void (*pipe_was)(int) = signal(SIGPIPE, SIG_IGN);
	/* Mail servers limit the files of what they pipe to: a spool beyond that fails.
	 */
	void (*size_was)(int) = signal(SIGXFSZ, SIG_IGN);
	bool ok = db && set_up(in, dirname(db));
	if (ok)
		run(in);
	out->seconds = (double)(clock_ms() - in->started_ms) / 1000;
	out->interrupted = is_asked_to_stop(in) && in->undone;
	ok = ok && !in->failed;
	if (ok && out->interrupted)
		ok = err_set(
			err, ERR_TEMP,
			"interrupted; the same command goes on where this one stopped");
	else if (ok && in->unreadable)
		ok = err_set(err, ERR_NO_INPUT, "not everything could be read");
	clear_away(in);
	free(db);
	(void)signal(SIGPIPE, pipe_was);
	(void)signal(SIGXFSZ, size_was);
	return ok;
}
