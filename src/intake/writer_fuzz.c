/* SPDX-License-Identifier: Apache-2.0 */
/* What a captured worker could send: the first byte's bits choose how much of a proper
 * beginning is put in front, the rest are frames, entered in a real store and rolled
 * back. */
#include "intake/writer_int.h"

#include "store/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct writer_spec spec = { .has_now = true, .now = 1795600000 };
static char folder[] = "/tmp/postern-fuzz-XXXXXX";

static void remove_store(void)
{
	static const char *const ends[] = { "db", "db-wal", "db-shm" };
	char path[64];
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, ends[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static struct writer *writer_make(void)
{
	struct writer *w = heap_array(1, sizeof(*w));
	char path[64];
	if (!mkdtemp(folder))
		abort();
	(void)snprintf(path, sizeof(path), "%s/db", folder);
	w->spec = &spec;
	w->asked = heap_array(WRITER_ITEMS, sizeof(*w->asked));
	w->dictionary = heap_array(WRITER_DICTIONARY, sizeof(*w->dictionary));
	w->member_arena = arena_new();
	w->scratch = arena_new();
	buf_init(&w->pending, 1 << 26);
	w->store = store_open(
		&(struct store_options){ .path = path, .mode = STORE_CREATE }, &w->err);
	if (!w->store)
		abort();
	atexit(remove_store);
	return w;
}

static void put_beginning(struct buf *b, uint8_t how)
{
	static const struct frame_member member = { KIND_AGGREGATE,
						    { "a.xml", 5 },
						    { 0 } };
	if (how & 1)
		frame_put_u64(b, FRAME_ITEM, 1);
	if (how & 2)
		frame_put_member(b, &member);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct writer *w;
	static char path[] = "in", prefix[] = "";
	struct buf b;
	if (!w)
		w = writer_make();
	buf_init(&b, 1 << 22);
	put_beginning(&b, size ? data[0] : 0);
	if (size)
		buf_add(&b, data + 1, size - 1);
	w->asked[1] =
		(struct asked){ .item = 1, .size = 9, .path = path, .prefix = prefix };
	struct sv left = buf_sv(&b);
	struct frame f;
	enum applied a = APPLIED;
	while (a == APPLIED && frame_take(&left, &f) == FRAME_OK)
		a = writer_apply(w, &f);
	if (a == APPLIED_FAILED) {
		(void)fprintf(stderr, "bytes from a worker failed the store: %s\n",
			      w->err.text);
		abort();
	}
	if (w->begun)
		store_rollback(w->store);
	w->begun = false;
	w->in = (struct entering){ 0 };
	buf_clear(&w->pending);
	buf_deinit(&b);
	return 0;
}
