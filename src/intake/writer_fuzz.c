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
	static char path[64];
	static struct writer_spec spec = {
		.db = path, .talk = -1, .side = -1, .has_now = true, .now = 1795600000
	};
	struct writer *w = heap_array(1, sizeof(*w));
	if (!mkdtemp(folder))
		abort();
	(void)snprintf(path, sizeof(path), "%s/db", folder);
	if (!writer_open(w, &spec))
		abort();
	(void)atexit(remove_store);
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
	w->asked[1] = (struct asked){
		.item = 1, .size = LIMIT_RAW_PIECE, .path = path, .prefix = prefix
	};
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
	buf_clear(&w->pending); /* nobody is told */
	if (!writer_roll_back(w))
		abort();
	buf_deinit(&b);
	return 0;
}
