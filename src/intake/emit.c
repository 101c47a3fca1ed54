/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/emit.h"

#include "base/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EMIT_SLOTS = 8192, /* powers of two: most reports need few, and touch few pages */
	EMIT_SLOTS_FIRST = 256,
	EMIT_ENTRIES = EMIT_SLOTS / 2,
	EMIT_TEXTS = 2 * 1024 * 1024,
	EMIT_ROWS = 32 * 1024, /* bytes of a ROWS frame */
	EMIT_FLUSH = 128 * 1024,
	EMIT_MAX = 8 * 1024 * 1024,
};

/* A facet of the dictionary; its number is its place. */
struct entry {
	uint64_t hash;
	uint32_t at, n; /* in texts */
};

struct slot {
	uint32_t generation; /* slots of older ones are empty */
	uint32_t number;
};

struct emit {
	int fd;
	struct buf out, rows, texts;
	struct hash_key key;
	uint32_t generation, entries;
	size_t mask; /* of the slots that are in use */
	struct entry *entry;
	struct slot *slot;
};

struct emit *emit_new(int fd, struct hash_key key)
{
	struct emit *e = heap_array(1, sizeof(*e));
	*e = (struct emit){
		.fd = fd, .key = key, .generation = 1, .mask = EMIT_SLOTS_FIRST - 1
	};
	buf_init(&e->out, EMIT_MAX);
	buf_init(&e->rows, 2 * EMIT_ROWS);
	buf_init(&e->texts, EMIT_TEXTS);
	/* Not cleared: it is touched as far as it is used. */
	e->entry = heap_grow(NULL, EMIT_ENTRIES, sizeof(*e->entry));
	e->slot = heap_grow(NULL, EMIT_SLOTS, sizeof(*e->slot));
	memset(e->slot, 0, EMIT_SLOTS_FIRST * sizeof(*e->slot));
	return e;
}

void emit_free(struct emit **e)
{
	if (!*e)
		return;
	buf_deinit(&(*e)->out);
	buf_deinit(&(*e)->rows);
	buf_deinit(&(*e)->texts);
	free((*e)->entry);
	free((*e)->slot);
	free(*e);
	*e = NULL;
}

struct buf *emit_buf(struct emit *e)
{
	return &e->out;
}

bool emit_flush(struct emit *e)
{
	struct sv left = buf_sv(&e->out);
	while (left.n) {
		ssize_t n = write(e->fd, left.p, left.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		sv_take(&left, (size_t)n);
	}
	buf_clear(&e->out);
	return true;
}

bool emit_pace(struct emit *e)
{
	return e->out.n < EMIT_FLUSH || emit_flush(e);
}

static void dictionary_clear(struct emit *e)
{
	e->generation++;
	e->entries = 0;
	e->mask = EMIT_SLOTS_FIRST - 1;
	buf_clear(&e->texts);
}

void emit_member(struct emit *e, const struct frame_member *m)
{
	dictionary_clear(e);
	buf_clear(&e->rows);
	frame_put_member(&e->out, m);
}

void emit_rows_end(struct emit *e)
{
	if (e->rows.n == 0)
		return;
	size_t at = frame_start(&e->out, FRAME_ROWS);
	buf_add_sv(&e->out, buf_sv(&e->rows));
	frame_finish(&e->out, at);
	buf_clear(&e->rows);
}

static void emit_empty(struct emit *e, enum frame_type type)
{
	frame_finish(&e->out, frame_start(&e->out, type));
}

void emit_again(struct emit *e, enum scan_cause cause)
{
	buf_clear(&e->rows);
	dictionary_clear(e);
	frame_put_u64(&e->out, FRAME_AGAIN, cause);
}

/* Its slot, or the empty one where it belongs. */
static struct slot *dictionary_find(struct emit *e, uint64_t hash, struct sv facet)
{
	for (size_t i = hash;; i++) {
		struct slot *s = &e->slot[i & e->mask];
		if (s->generation != e->generation)
			return s;
		const struct entry *is = &e->entry[s->number];
		if (is->hash == hash && is->n == facet.n &&
		    memcmp(e->texts.p + is->at, facet.p, facet.n) == 0)
			return s;
	}
}

static void dictionary_widen(struct emit *e)
{
	e->mask = 4 * e->mask + 3 < EMIT_SLOTS ? 4 * e->mask + 3 : EMIT_SLOTS - 1;
	memset(e->slot, 0, (e->mask + 1) * sizeof(*e->slot));
	for (uint32_t i = 0; i < e->entries; i++) {
		size_t at = e->entry[i].hash;
		while (e->slot[at & e->mask].generation == e->generation)
			at++;
		e->slot[at & e->mask] = (struct slot){ e->generation, i };
	}
}

static uint32_t dictionary_add(struct emit *e, uint64_t hash, struct sv facet)
{
	if (e->entries == EMIT_ENTRIES || facet.n > EMIT_TEXTS - e->texts.n) {
		emit_rows_end(e);
		dictionary_clear(e);
		emit_empty(e, FRAME_RESET);
	} else if (e->entries > e->mask / 2) {
		dictionary_widen(e);
	}
	*dictionary_find(e, hash, facet) = (struct slot){ e->generation, e->entries };
	e->entry[e->entries] = (struct entry){ hash, (uint32_t)e->texts.n,
					       (uint32_t)facet.n };
	buf_add_sv(&e->texts, facet);
	size_t at = frame_start(&e->out, FRAME_FACET);
	buf_add_sv(&e->out, facet);
	frame_finish(&e->out, at);
	return e->entries++;
}

static uint32_t dictionary_number(struct emit *e, struct sv facet)
{
	uint64_t hash = hash_bytes(&e->key, facet.p, facet.n);
	const struct slot *s = dictionary_find(e, hash, facet);
	return s->generation == e->generation ? s->number
					      : dictionary_add(e, hash, facet);
}

bool emit_row(struct emit *e, const struct report_row *row)
{
	const struct frame_row r = { row->source, dictionary_number(e, row->facet),
				     row->messages };
	frame_add_row(&e->rows, &r);
	if (e->rows.n >= EMIT_ROWS)
		emit_rows_end(e);
	return emit_pace(e);
}
