/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/writer_int.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	IDLE_MS = 25, /* how long an open group waits for what is under way */
	SLOTS_MAX = 256,
	READ_SIZE = 256 * 1024,
	/* A slot's item is gathered whole up to this; a longer one has the writer alone.
	 */
	SLOT_HOLD = 1024 * 1024,
	BUF_MAX = LIMIT_FRAME + SLOT_HOLD + READ_SIZE,
};

/* One generation of a worker: its pipe, and what came by it and is not entered yet. */
struct slot {
	uint64_t id;
	int fd;
	struct buf in;
	size_t at;      /* what stands before is entered */
	size_t scanned; /* whole frames up to here hold no DONE */
	bool ended;
};

struct desk {
	struct writer w;
	struct buf talk;
	struct slot slot[SLOTS_MAX];
	size_t slot_n;
	char *chunk; /* READ_SIZE */
	bool finish, orphaned;
};

/* --- slots --- */

static bool slot_gone(struct desk *d, struct slot *s, enum frame_type how)
{
	struct writer *w = &d->w;
	if (!writer_commit(w))
		return false;
	frame_put_u64(&w->pending, how, s->id);
	close(s->fd);
	buf_deinit(&s->in);
	*s = d->slot[--d->slot_n];
	return writer_tell_pending(w);
}

static bool slot_nonsense(struct desk *d, struct slot *s)
{
	return writer_roll_back(&d->w) && slot_gone(d, s, FRAME_NONSENSE);
}

/* Gives back the room of what is entered. */
static void slot_compact(struct slot *s)
{
	if (s->at == 0)
		return;
	memmove(s->in.p, s->in.p + s->at, s->in.n - s->at);
	s->in.n -= s->at;
	s->scanned = s->scanned > s->at ? s->scanned - s->at : 0;
	s->at = 0;
}

static bool slot_fill(struct desk *d, struct slot *s)
{
	slot_compact(s);
	ssize_t n = read(s->fd, d->chunk, READ_SIZE);
	if (n < 0 && errno == EINTR)
		return true;
	s->ended = n <= 0;
	return n <= 0 || buf_add(&s->in, d->chunk, (size_t)n);
}

/* Is a whole item there? Looks at frame heads only, each once. */
static enum frame_status slot_has_item(struct slot *s)
{
	size_t from = s->scanned > s->at ? s->scanned : s->at;
	struct sv left = sv_sub(buf_sv(&s->in), from, s->in.n);
	struct frame f;
	for (;;) {
		enum frame_status is = frame_take(&left, &f);
		if (is != FRAME_OK)
			return is;
		if (f.type == FRAME_DONE)
			return FRAME_OK;
		s->scanned = s->in.n - left.n;
	}
}

/* Within a long item, members that are settled may be committed; one report is always
 * one transaction. */
static bool pause_between_members(struct writer *w)
{
	return !w->in.active || w->in.in_member || !writer_is_full(w) || writer_commit(w);
}

/* Enters what is whole in the slot, up to the end of one item. */
static enum applied slot_apply(struct desk *d, struct slot *s, bool is_long,
			       bool *out_done)
{
	struct sv left = sv_sub(buf_sv(&s->in), s->at, s->in.n);
	enum applied a = APPLIED;
	struct frame f;
	*out_done = false;
	while (a == APPLIED && !*out_done) {
		enum frame_status is = frame_take(&left, &f);
		if (is == FRAME_PARTIAL)
			break;
		a = is == FRAME_OK ? writer_apply(&d->w, &f) : APPLIED_NONSENSE;
		*out_done = is == FRAME_OK && f.type == FRAME_DONE;
		if (is_long && a == APPLIED && !pause_between_members(&d->w))
			a = APPLIED_FAILED;
	}
	s->at = s->in.n - left.n;
	return a;
}

/* A long item: the writer reads nothing else until it ends. */
static enum applied slot_alone(struct desk *d, struct slot *s)
{
	bool item_done = false;
	if (!writer_commit(&d->w))
		return APPLIED_FAILED;
	for (;;) {
		enum applied a = slot_apply(d, s, true, &item_done);
		if (a != APPLIED || item_done)
			return a;
		if (!slot_fill(d, s) || s->ended)
			return APPLIED_NONSENSE; /* it died within: what it began goes */
	}
}

/* False: the ingest failed. */
static bool slot_read(struct desk *d, struct slot *s)
{
	bool item_done;
	if (!slot_fill(d, s))
		return slot_nonsense(d, s);
	for (;;) {
		enum applied a;
		enum frame_status has = slot_has_item(s);
		if (has == FRAME_BAD)
			return slot_nonsense(d, s);
		if (has == FRAME_OK)
			a = slot_apply(d, s, false, &item_done);
		else if (s->in.n - s->at > SLOT_HOLD && !s->ended)
			a = slot_alone(d, s);
		else
			break;
		if (a == APPLIED_FAILED)
			return false;
		if (a == APPLIED_NONSENSE)
			return s->ended ? writer_roll_back(&d->w) &&
						  slot_gone(d, s, FRAME_GONE)
					: slot_nonsense(d, s);
		if (writer_is_full(&d->w) && !writer_commit(&d->w))
			return false;
	}
	return !s->ended || slot_gone(d, s, FRAME_GONE);
}

/* --- the parent --- */

/* Raw that is known is told about; what is not goes to `unknown`. */
static bool answer(struct desk *d, const struct frame_ask *ask, struct buf *unknown)
{
	struct writer *w = &d->w;
	struct asked *a = writer_remember_asked(w, ask);
	struct book_raw raw;
	bool found;
	if (!a)
		return err_set(&w->err, ERR_INTERNAL, "an item was asked about twice");
	arena_reset(w->scratch);
	if (!book_raw_find(w->store, a->sha, w->scratch, &raw, &found, &w->err))
		return false;
	if (!found || !raw.done || w->spec->again) {
		frame_put_u64(unknown, FRAME_UNKNOWN, a->item);
		return true;
	}
	if (!writer_tell_known(w, a, &raw))
		return false;
	frame_put_u64(&w->pending, FRAME_SETTLED, a->item);
	w->settled_n++;
	return w->begun || writer_tell_pending(w);
}

/* All that is asked at once is looked up in one moment of the database. */
static bool answer_all(struct desk *d, struct sv *left, struct buf *unknown)
{
	struct writer *w = &d->w;
	struct frame f;
	bool looks = !w->begun;
	bool ok = !looks || store_snapshot(w->store, &w->err);
	while (ok && frame_take(left, &f) == FRAME_OK) {
		struct frame_ask ask;
		if (f.type == FRAME_FINISH)
			d->finish = true;
		else if (f.type == FRAME_ASK && frame_get_ask(f.body, &ask))
			ok = answer(d, &ask, unknown);
	}
	if (looks)
		store_snapshot_end(w->store);
	return ok;
}

static bool talk_read(struct desk *d)
{
	struct writer *w = &d->w;
	ssize_t n = read(w->spec->talk, d->chunk, READ_SIZE);
	if (n <= 0) {
		d->orphaned = n == 0 || errno != EINTR;
		return true;
	}
	if (!buf_add(&d->talk, d->chunk, (size_t)n))
		return err_set(&w->err, ERR_INTERNAL, "the parent asks too much at once");
	struct sv left = buf_sv(&d->talk);
	struct buf unknown;
	buf_init(&unknown, READ_SIZE); /* an answer is shorter than its question */
	bool ok = answer_all(d, &left, &unknown) && writer_tell_now(w, buf_sv(&unknown));
	buf_deinit(&unknown);
	size_t taken = d->talk.n - left.n;
	if (taken)
		memmove(d->talk.p, d->talk.p + taken, d->talk.n - taken);
	d->talk.n -= taken;
	return ok;
}

static int take_descriptor(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd = -1;
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static bool side_read(struct desk *d)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} side;
	struct iovec iov = { d->chunk, READ_SIZE };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = side.bytes,
			    .msg_controllen = sizeof(side.bytes) };
	ssize_t n = recvmsg(d->w.spec->side, &m, 0);
	if (n <= 0)
		return true; /* the parent's end is seen on the other socket */
	struct sv in = { d->chunk, (size_t)n };
	struct frame f;
	struct frame_keep keep;
	uint64_t id;
	int fd = take_descriptor(&m);
	bool ok = fd >= 0 && frame_take(&in, &f) == FRAME_OK;
	if (ok && f.type == FRAME_SLOT && frame_get_u64(f.body, &id) &&
	    d->slot_n < SLOTS_MAX) {
		struct slot *s = &d->slot[d->slot_n++];
		*s = (struct slot){ .id = id, .fd = fd };
		buf_init(&s->in, BUF_MAX);
		return true;
	}
	if (ok && f.type == FRAME_KEEP && frame_get_keep(f.body, &keep))
		ok = writer_keep(&d->w, &keep, fd);
	else
		ok = err_set(&d->w.err, ERR_INTERNAL, "a message without its descriptor");
	if (fd >= 0)
		close(fd);
	return ok;
}

/* --- the desk --- */

/* An open group waits a little for what is with the workers, and for nothing else. */
static int patience(const struct writer *w)
{
	if (!w->begun && w->pending.n == 0)
		return -1;
	return w->asked_n > w->settled_n ? IDLE_MS : 0;
}

static bool wait_and_serve(struct desk *d)
{
	struct pollfd p[2 + SLOTS_MAX] = { { d->w.spec->talk, POLLIN, 0 },
					   { d->w.spec->side, POLLIN, 0 } };
	size_t n = d->slot_n;
	for (size_t i = 0; i < n; i++)
		p[2 + i] = (struct pollfd){ d->slot[i].fd, POLLIN, 0 };
	int ready = poll(p, 2 + n, patience(&d->w));
	if (ready < 0 && errno != EINTR)
		return err_set(&d->w.err, ERR_INTERNAL, "poll: %s", strerror(errno));
	if (ready <= 0)
		return writer_commit(&d->w);
	/* Downwards: a slot that ends is replaced by the last one, which was served. */
	for (size_t i = n; i-- > 0;)
		if (p[2 + i].revents && !slot_read(d, &d->slot[i]))
			return false;
	if (p[1].revents && !side_read(d))
		return false;
	return !p[0].revents || talk_read(d);
}

/* Of what was committed. */
static void put_growth(const struct growth *g, struct buf *out)
{
	const int64_t grown[] = { g->rows, g->messages, g->passed };
	size_t at = frame_start(out, FRAME_GROWTH);
	for (size_t i = 0; i < 3; i++)
		buf_add_varint(out, (uint64_t)grown[i] << 1 ^ (uint64_t)(grown[i] >> 63));
	frame_finish(out, at);
}

static bool say_goodbye(struct desk *d)
{
	put_growth(&d->w.growth, &d->w.pending);
	return writer_tell_pending(&d->w);
}

static bool serve(struct desk *d)
{
	while (!d->orphaned && !(d->finish && d->slot_n == 0))
		if (!wait_and_serve(d))
			return false;
	if (d->orphaned)
		return err_set(&d->w.err, ERR_INTERNAL, "the parent is gone");
	return writer_commit(&d->w) && say_goodbye(d);
}

static void report_failure(struct writer *w)
{
	struct buf b;
	buf_init(&b, LIMIT_VALUE);
	put_growth(&w->growth, &b);
	size_t at = frame_start(&b, FRAME_FATAL);
	buf_add_varint(&b, (uint64_t)w->err.code);
	buf_add_block(&b, sv_from(w->err.text));
	frame_finish(&b, at);
	struct err why = w->err;
	(void)writer_tell(w, buf_sv(&b));
	w->err = why;
	buf_deinit(&b);
}

static void desk_free(struct desk *d)
{
	for (size_t i = 0; i < d->slot_n; i++)
		buf_deinit(&d->slot[i].in);
	free(d->chunk);
	buf_deinit(&d->talk);
	writer_close(&d->w);
	free(d);
}

int writer_run(void *spec)
{
	struct desk *d = heap_array(1, sizeof(*d));
	struct writer *w = &d->w;
	d->chunk = heap_array(1, READ_SIZE);
	buf_init(&d->talk, LIMIT_FRAME);
	bool ok = writer_open(w, spec) && serve(d) &&
		  (!w->spec->again || w->spec->dry_run ||
		   store_give_back(w->store, &w->err));
	if (!ok) {
		/* The lock goes first: the parent may not be listening. */
		if (w->store)
			store_rollback(w->store);
		report_failure(w);
	}
	desk_free(d);
	return ok ? 0 : 1;
}
