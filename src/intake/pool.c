/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/pool.h"

#include "base/limits.h"
#include "intake/side.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WORKER_MEMORY = 384 * 1024 * 1024,
	PIPE_SIZE = 1024 * 1024,
	STALLED_MS = 600 * 1000, /* neither computing nor ending: it never will */
	AWAY_MS = 10 * 1000,     /* unwatched for so long, all of us were stopped */
	MOMENTS = 20,            /* of a millisecond, for a process that is ending */
};

struct pool_worker *pool_find(struct pool *p, uint64_t id)
{
	for (size_t i = 0; i < POOL_MAX; i++)
		if (p->worker[i].state != POOL_FREE && p->worker[i].id == id)
			return &p->worker[i];
	return NULL;
}

unsigned pool_live(const struct pool *p)
{
	unsigned n = 0;
	for (size_t i = 0; i < POOL_MAX; i++)
		n += p->worker[i].state != POOL_FREE;
	return n;
}

static struct pool_worker *free_place(struct pool *p)
{
	for (size_t i = 0; i < POOL_MAX; i++)
		if (p->worker[i].state == POOL_FREE)
			return &p->worker[i];
	return NULL;
}

/* Two ends that the new process gets, and two that stay: feed[0] here, feed[1] there. */
static bool make_channels(int feed[2], int out[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, feed))
		return err_set(err, ERR_TEMP, "no socket for a worker: %s",
			       strerror(errno));
	if (pipe2(out, O_CLOEXEC)) {
		close(feed[0]);
		close(feed[1]);
		return err_set(err, ERR_TEMP, "no pipe for a worker: %s",
			       strerror(errno));
	}
	(void)fcntl(out[1], F_SETPIPE_SZ, PIPE_SIZE);
	return true;
}

static bool make_page(struct pool_worker *w, struct err *err)
{
	if (w->page)
		return true;
	w->page = mmap(NULL, sizeof(*w->page), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->page != MAP_FAILED)
		return true;
	w->page = NULL;
	return err_set(err, ERR_TEMP, "no memory for a worker");
}

/* Nobody but its worker sees the page: one that was taken over could else write into what
 * another one reads. */
static pid_t spawn(struct pool *p, struct worker_page *page, const struct proc_spec *how,
		   struct err *err)
{
	pid_t pid = -1;
	if (madvise(page, sizeof(*page), MADV_DOFORK))
		err_set(err, ERR_TEMP, "no memory for a worker");
	else
		pid = proc_spawn(p->filters, how, err);
	(void)madvise(page, sizeof(*page), MADV_DONTFORK);
	return pid;
}

static bool start(struct pool *p, struct pool_worker *w, struct err *err)
{
	int feed[2] = { -1, -1 }, out[2] = { -1, -1 };
	if (!make_page(w, err) || !make_channels(feed, out, err))
		return false;
	struct worker_spec spec = { .feed = feed[1],
				    .out = out[1],
				    .page = w->page,
				    .key = p->key,
				    .keep_personal = p->keep_personal,
				    .parser = p->parser };
	const struct proc_spec how = {
		.role = PROC_WORKER,
		.name = "postern-worker",
		.fds = { feed[1], out[1] },
		.fd_n = 2,
		.memory = WORKER_MEMORY,
		.prepare = worker_prepare,
		.run = worker_run,
		.ctx = &spec,
	};
	pid_t pid = spawn(p, spec.page, &how, err);
	close(feed[1]);
	close(out[1]);
	*w = (struct pool_worker){ .state = pid > 0 ? POOL_LIVE : POOL_FREE,
				   .id = ++p->next_id,
				   .pid = pid,
				   .feed = feed[0],
				   .page = spec.page };
	bool ok = pid > 0 && side_slot(p->writer, w->id, out[0]);
	close(out[0]);
	if (ok)
		return true;
	if (pid < 0) {
		close(feed[0]);
		return false;
	}
	pool_kill(w, "");
	pool_reap(w);
	w->state = POOL_FREE;
	return err_set(err, ERR_TEMP, "the writer takes no new worker");
}

bool pool_fill(struct pool *p, size_t items, struct err *err)
{
	unsigned able = 0;
	size_t idle = 0;
	for (size_t i = 0; i < POOL_MAX; i++) {
		const struct pool_worker *w = &p->worker[i];
		bool is_able = w->state == POOL_LIVE && !w->retiring;
		able += is_able;
		idle += is_able && w->batches == 0;
	}
	for (; able < p->jobs && idle < items; able++, idle++) {
		struct pool_worker *w = free_place(p);
		if (!w || !start(p, w, err))
			return pool_live(p) > 0;
	}
	return true;
}

struct pool_worker *pool_idle(struct pool *p)
{
	struct pool_worker *best = NULL;
	for (size_t i = 0; i < POOL_MAX; i++) {
		struct pool_worker *w = &p->worker[i];
		if (w->state == POOL_LIVE && !w->retiring && w->batches < POOL_AHEAD &&
		    (!best || w->batches < best->batches))
			best = w;
	}
	return best;
}

static void start_clock(struct pool_worker *w)
{
	w->cpu_ms = proc_cpu_ms(w->pid);
	w->seen_at_ms = 0;
}

char *pool_room(struct pool_worker *w)
{
	return w->page->half[w->half];
}

static bool send_batch(int feed, const struct worker_batch *b, const int *fds,
		       size_t fd_n)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * WORKER_BATCH)];
		struct cmsghdr align;
	} side = { { 0 } };
	struct worker_batch copy = *b;
	struct iovec iov = { &copy, sizeof(copy) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = fd_n ? side.bytes : NULL,
			    .msg_controllen = fd_n ? CMSG_SPACE(sizeof(int) * fd_n) : 0 };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (c) {
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * fd_n);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_n);
	}
	return sendmsg(feed, &m, MSG_NOSIGNAL) >= 0;
}

bool pool_give(struct pool_worker *w, struct worker_batch *b, const int *fds, size_t fd_n)
{
	b->half = w->half;
	if (!send_batch(w->feed, b, fds, fd_n))
		return false;
	w->half = (w->half + 1) % WORKER_HALVES;
	if (w->batches++ == 0)
		start_clock(w);
	w->served += b->n;
	if (w->served >= POOL_ITEMS)
		pool_retire(w); /* it ends once it is through with what it holds */
	return true;
}

bool pool_heard(struct pool_worker *w)
{
	char byte;
	if (recv(w->feed, &byte, 1, MSG_DONTWAIT) != 1 || w->batches == 0)
		return false;
	w->batches--;
	start_clock(w);
	return true;
}

void pool_retire(struct pool_worker *w)
{
	if (!w->retiring)
		(void)shutdown(w->feed, SHUT_WR);
	w->retiring = true;
}

void pool_kill(struct pool_worker *w, const char *why)
{
	/* Once it was waited for, its number may be another process's. */
	if (w->state != POOL_LIVE)
		return;
	if (!w->why[0])
		(void)snprintf(w->why, sizeof(w->why), "%s", why);
	(void)kill(w->pid, SIGKILL);
}

void pool_blame(struct pool_worker *w, const char *why)
{
	(void)snprintf(w->why, sizeof(w->why), "%s", why);
	pool_kill(w, why);
}

/* A process that has closed its end is ending, and gets a moment for that; but it may
 * have closed it without ending. */
static int wait_for_end(struct pool_worker *w)
{
	const struct timespec moment = { 0, 1000000 };
	int status = 0;
	pid_t ended = 0;
	for (int i = 0; i < MOMENTS && ended == 0; i++) {
		ended = waitpid(w->pid, &status, WNOHANG);
		if (ended == 0)
			(void)nanosleep(&moment, NULL);
	}
	if (ended == 0)
		pool_kill(w, "the reader hung on it");
	while (ended == 0 || (ended < 0 && errno == EINTR))
		ended = waitpid(w->pid, &status, 0);
	return status;
}

static void say_why(struct pool_worker *w, int status)
{
	char text[80];
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	w->was_killed = sig == SIGKILL;
	if (sig == SIGBUS)
		(void)snprintf(w->why, sizeof(w->why), "it was cut while it was read");
	else if (sig == SIGKILL)
		(void)snprintf(
			w->why, sizeof(w->why),
			"its reader was killed, by the system or a person; the next "
			"ingest reads it again");
	else if (status)
		(void)snprintf(w->why, sizeof(w->why), "the reader ended on it: %s",
			       proc_end_text(status, text));
}

void pool_reap(struct pool_worker *w)
{
	if (w->state != POOL_LIVE)
		return;
	int status = wait_for_end(w);
	if (!w->why[0])
		say_why(w, status);
	close(w->feed);
	w->feed = -1;
	w->state = POOL_ENDED;
}

void pool_close(struct pool *p)
{
	for (size_t i = 0; i < POOL_MAX; i++) {
		pool_kill(&p->worker[i], "");
		pool_reap(&p->worker[i]);
		if (p->worker[i].page)
			(void)munmap(p->worker[i].page, sizeof(struct worker_page));
		p->worker[i] = (struct pool_worker){ .state = POOL_FREE };
	}
}

static void watch(struct pool_worker *w, uint64_t now_ms)
{
	uint64_t cpu = proc_cpu_ms(w->pid);
	uint64_t bytes = atomic_load_explicit(&w->page->bytes, memory_order_relaxed);
	uint64_t allowed = LIMIT_SECONDS * 1000 + bytes / LIMIT_MIB * LIMIT_MS_PER_MIB;
	if (cpu != w->seen_cpu_ms || w->seen_at_ms == 0) {
		w->seen_cpu_ms = cpu;
		w->seen_at_ms = now_ms;
	}
	if (cpu > w->cpu_ms && cpu - w->cpu_ms > allowed)
		pool_kill(w, "reading it took longer than 30 s and half a second a MiB");
	else if (now_ms - w->seen_at_ms > STALLED_MS)
		pool_kill(w, "the reader hung on it");
}

/* All of them, also one that says that it has nothing to do. */
void pool_watch(struct pool *p, uint64_t now_ms)
{
	bool was_away = now_ms - p->watched_ms > AWAY_MS;
	p->watched_ms = now_ms;
	for (size_t i = 0; i < POOL_MAX; i++) {
		struct pool_worker *w = &p->worker[i];
		if (w->state != POOL_LIVE)
			continue;
		if (was_away)
			w->seen_at_ms = 0;
		watch(w, now_ms);
	}
}
