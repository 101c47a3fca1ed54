/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/writer_int.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	GROUP_ITEMS = 256,
	GROUP_BYTES = 4 * 1024 * 1024,
	GROUP_MS = 250,
	REST_MS = 12, /* longer than another process's busy poll of 5 ms */
};

int64_t writer_now(const struct writer *w)
{
	return w->spec->has_now ? w->spec->now : (int64_t)time(NULL);
}

bool writer_open(struct writer *w, const struct writer_spec *spec)
{
	*w = (struct writer){ .spec = spec };
	w->asked = heap_array(WRITER_ITEMS, sizeof(*w->asked));
	w->dictionary = heap_array(WRITER_DICTIONARY, sizeof(*w->dictionary));
	w->member_arena = arena_new();
	w->scratch = arena_new();
	w->again_arena = arena_new();
	buf_init(&w->pending, WRITER_PENDING);
	buf_init(&w->parts, WRITER_PARTS);
	const struct store_options o = { .path = spec->db, .mode = STORE_CREATE };
	w->store = store_open(&o, &w->err);
	return w->store != NULL;
}

void writer_close(struct writer *w)
{
	store_close(&w->store);
	for (size_t i = 0; i < WRITER_ITEMS; i++)
		writer_forget_asked(w, w->asked[i].item);
	free(w->asked);
	free(w->dictionary);
	buf_deinit(&w->pending);
	buf_deinit(&w->parts);
	arena_free(&w->member_arena);
	arena_free(&w->scratch);
	arena_free(&w->again_arena);
}

int64_t writer_arrival(const struct writer *w)
{
	return w->in.again.active ? w->in.raw.arrived : writer_now(w);
}

/* --- what the parent asked about --- */

struct asked *writer_remember_asked(struct writer *w, const struct frame_ask *ask)
{
	struct asked *a = &w->asked[ask->item % WRITER_ITEMS];
	if (ask->item == 0 || a->item)
		return NULL;
	*a = (struct asked){ .item = ask->item,
			     .size = ask->size,
			     .path = heap_str(ask->path),
			     .prefix = heap_str(ask->prefix) };
	memcpy(a->sha, ask->sha, sizeof(a->sha));
	w->asked_n++;
	return a;
}

struct asked *writer_asked(struct writer *w, uint64_t item)
{
	struct asked *a = &w->asked[item % WRITER_ITEMS];
	return item && a->item == item ? a : NULL;
}

void writer_forget_asked(struct writer *w, uint64_t item)
{
	struct asked *a = writer_asked(w, item);
	if (!a)
		return;
	free(a->path);
	free(a->prefix);
	*a = (struct asked){ 0 };
	w->asked_n--;
}

/* --- the group --- */

bool writer_begin(struct writer *w)
{
	if (w->begun)
		return true;
	if (!store_begin(w->store, &w->err))
		return false;
	w->begun = true;
	w->begun_ms = clock_ms();
	w->group_items = 0;
	w->group_bytes = 0;
	w->group_growth = (struct growth){ 0 };
	return true;
}

bool writer_tell(struct writer *w, struct sv bytes)
{
	while (bytes.n) {
		ssize_t n = send(w->spec->talk, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(&w->err, ERR_INTERNAL, "the parent is gone");
		sv_take(&bytes, (size_t)n);
	}
	return true;
}

bool writer_tell_now(struct writer *w, struct sv bytes)
{
	while (bytes.n && w->begun) {
		ssize_t n = send(w->spec->talk, bytes.p, bytes.n,
				 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			sv_take(&bytes, (size_t)n);
		else if (n == 0 || errno != EINTR)
			break;
	}
	return bytes.n == 0 || (writer_commit(w) && writer_tell(w, bytes));
}

bool writer_tell_pending(struct writer *w)
{
	struct sv left = buf_sv(&w->pending);
	struct frame f;
	if (w->pending.over)
		return err_set(&w->err, ERR_INTERNAL,
			       "there is too much to tell at once");
	bool ok = writer_tell(w, left);
	while (frame_take(&left, &f) == FRAME_OK) {
		uint64_t item;
		if (f.type == FRAME_SETTLED && frame_get_u64(f.body, &item))
			writer_forget_asked(w, item);
	}
	w->settled_n = 0;
	buf_clear(&w->pending);
	return ok;
}

static void nap(unsigned ms)
{
	struct timespec t = { 0, (long)ms * 1000000 };
	(void)nanosleep(&t, NULL);
}

/* A dry run tells what would be, and takes it back. */
static bool close_group(struct writer *w)
{
	if (!w->spec->dry_run)
		return store_commit(w->store, &w->err);
	store_rollback(w->store);
	return true;
}

bool writer_commit(struct writer *w)
{
	if (w->begun) {
		if (!close_group(w))
			return false;
		w->begun = false;
		growth_add(&w->growth, &w->group_growth);
		if (w->in.active && w->in.members > w->in.asked->told)
			w->in.asked->told = w->in.members;
		w->held_ms += clock_ms() - w->begun_ms;
	}
	store_step(w->store);
	if (!writer_tell_pending(w))
		return false;
	if (w->held_ms >= GROUP_MS) {
		w->held_ms = 0;
		nap(REST_MS);
	}
	return true;
}

bool writer_is_full(const struct writer *w)
{
	return w->begun &&
	       (w->group_items >= GROUP_ITEMS || w->group_bytes >= GROUP_BYTES ||
		w->pending.n >= GROUP_BYTES || clock_ms() - w->begun_ms >= GROUP_MS);
}

bool writer_relieve(struct writer *w)
{
	return w->pending.n < GROUP_BYTES || writer_commit(w);
}

bool writer_roll_back(struct writer *w)
{
	struct buf told;
	struct sv left = buf_sv(&w->pending);
	struct frame f;
	buf_init(&told, WRITER_PENDING);
	while (frame_take(&left, &f) == FRAME_OK) {
		uint64_t item;
		if (f.type == FRAME_SETTLED && frame_get_u64(f.body, &item))
			frame_put_u64(&told, FRAME_RETRY, item);
	}
	if (w->begun)
		store_rollback(w->store);
	w->begun = false;
	w->in = (struct entering){ 0 };
	w->settled_n = 0;
	buf_clear(&w->pending);
	bool ok = writer_tell(w, buf_sv(&told));
	buf_deinit(&told);
	return ok;
}
