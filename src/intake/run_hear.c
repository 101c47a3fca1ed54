/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer says, and what that means for the items that are under way. */
#include "intake/run_int.h"

#include "base/arena.h"
#include "intake/outcome.h"
#include "store/book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void run_fail(struct ingest *in, const struct err *why)
{
	if (!in->failed)
		*in->err = *why;
	in->failed = true;
}

struct item *run_item_find(struct ingest *in, uint64_t id)
{
	struct item *it = &in->item[id % RUN_ITEMS];
	return it->state != ITEM_NONE && it->id == id ? it : NULL;
}

void run_item_end(struct ingest *in, struct item *it)
{
	in->progress.bytes += it->at.length;
	in->hopeless -= it->state == ITEM_HOPELESS;
	feed_release(in->feed, &it->at);
	free(it->why);
	*it = (struct item){ 0 };
	in->under_way--;
}

void run_enqueue(struct ingest *in, struct item *it)
{
	it->state = ITEM_QUEUED;
	in->queue[(in->queue_at + in->queue_n++) % RUN_ITEMS] = it->id;
}

/* --- the writer --- */

static bool is_report(const struct intake_outcome *o)
{
	return o->status == STATUS_NEW || o->status == STATUS_DUPLICATE ||
	       o->status == STATUS_SUPERSEDED || o->status == STATUS_CONFLICT;
}

static void count_outcome(struct intake_summary *s, const struct intake_outcome *o)
{
	s->new_ += o->status == STATUS_NEW;
	s->duplicate += o->status == STATUS_DUPLICATE;
	s->superseded += o->status == STATUS_SUPERSEDED;
	s->conflict += o->status == STATUS_CONFLICT;
	s->refused += o->status == STATUS_REFUSED;
	s->aside += o->status == STATUS_ASIDE;
	s->reports += is_report(o);
	s->repaired += is_report(o) && o->status != STATUS_DUPLICATE && o->repair_n > 0;
}

static void hear_outcome(struct ingest *in, struct sv body)
{
	struct intake_outcome o;
	if (!outcome_get(body, &o))
		return;
	count_outcome(in->sum, &o);
	in->progress.reports += is_report(&o);
	if (in->o->outcome)
		in->o->outcome(in->o->ctx, &o);
}

/* What a worker had when it ended is read again, each item by itself; what was by itself
 * already is refused. */
static void hear_gone(struct ingest *in, uint64_t slot)
{
	struct pool_worker *w = pool_find(&in->pool, slot);
	if (!w)
		return;
	pool_reap(w);
	for (size_t i = 0; i < RUN_ITEMS; i++) {
		struct item *it = &in->item[i];
		if (it->state != ITEM_GIVEN || it->worker != slot)
			continue;
		if (!it->alone) {
			it->alone = true;
			run_enqueue(in, it);
			continue;
		}
		it->why =
			heap_str(sv_from(w->why[0] ? w->why : "the reader ended on it"));
		it->undone = w->was_killed;
		it->state = ITEM_HOPELESS;
		in->hopeless++;
	}
	w->state = POOL_FREE;
}

static void hear_fatal(struct ingest *in, struct sv body)
{
	struct err err = { .code = ERR_TEMP };
	uint64_t code;
	struct sv text;
	if (sv_take_varint(&body, &code) && sv_take_block(&body, &text))
		err_set(&err, (enum err_code)code, "%.*s", SV_ARG(text));
	run_fail(in, &err);
}

static void hear_growth(struct ingest *in, struct sv body)
{
	int64_t *const grown[] = { &in->sum->rows, &in->sum->messages, &in->sum->passed };
	for (size_t i = 0; i < 3; i++) {
		uint64_t z;
		if (sv_take_varint(&body, &z))
			*grown[i] = (int64_t)(z >> 1) ^ -(int64_t)(z & 1);
	}
	in->writer_done = true;
}

static void hear_item(struct ingest *in, enum frame_type type, struct item *it)
{
	if (type == FRAME_SETTLED) {
		in->sum->files++;
		/* A file is through with the last of its mails. */
		in->progress.files += it->at.source->refs == 1;
		run_item_end(in, it);
	} else if (type == FRAME_RETRY) {
		run_enqueue(in, it);
	} else if (it->state == ITEM_ASKED) {
		run_enqueue(in, it);
	}
}

static void hear(struct ingest *in, const struct frame *f)
{
	uint64_t id;
	struct pool_worker *w;
	if (f->type == FRAME_OUTCOME) {
		hear_outcome(in, f->body);
	} else if (f->type == FRAME_FATAL) {
		hear_fatal(in, f->body);
	} else if (f->type == FRAME_GROWTH) {
		hear_growth(in, f->body);
	} else if (frame_get_u64(f->body, &id)) {
		if (f->type == FRAME_NONSENSE && (w = pool_find(&in->pool, id)))
			pool_blame(w, "the reader answered with nonsense, and was ended");
		if (f->type == FRAME_NONSENSE || f->type == FRAME_GONE)
			hear_gone(in, id);
		else if (run_item_find(in, id))
			hear_item(in, f->type, run_item_find(in, id));
	}
}

static void writer_is_gone(struct ingest *in)
{
	struct err err = { 0 };
	int status = 0;
	char text[80];
	close(in->talk);
	in->talk = -1;
	while (waitpid(in->writer_pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!in->writer_done) {
		err_set(&err, ERR_TEMP,
			"the writer ended too early (%s); what was reported is kept, run "
			"the same command again for the rest",
			proc_end_text(status, text));
		run_fail(in, &err);
	}
}

void run_talk_in(struct ingest *in)
{
	ssize_t n = recv(in->talk, in->chunk, RUN_TALK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || !buf_add(&in->heard, in->chunk, (size_t)n)) {
		writer_is_gone(in);
		return;
	}
	struct sv left = buf_sv(&in->heard);
	struct frame f;
	while (frame_take(&left, &f) == FRAME_OK)
		hear(in, &f);
	size_t taken = in->heard.n - left.n;
	if (taken)
		memmove(in->heard.p, in->heard.p + taken, left.n);
	in->heard.n = left.n;
}

void run_talk_out(struct ingest *in)
{
	while (in->talk >= 0 && in->asked < in->ask.n) {
		ssize_t n = send(in->talk, in->ask.p + in->asked, in->ask.n - in->asked,
				 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		in->asked += (size_t)n;
	}
	buf_clear(&in->ask);
	in->asked = 0;
}
