/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/emit.h"

#include "base/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EMIT_SLOTS = 8192, /* a power of two */
	EMIT_ENTRIES = EMIT_SLOTS / 2,
	EMIT_TEXTS = 2 * 1024 * 1024,
	EMIT_ROWS = 32 * 1024, /* bytes of a ROWS frame */
	EMIT_FLUSH = 128 * 1024,
	EMIT_MAX = 8 * 1024 * 1024,
};

struct entry {
	uint64_t hash;
	uint32_t generation; /* entries of older ones are empty */
	uint32_t number, at, n;
};

struct emit {
	int fd;
	struct buf out, rows, texts;
	struct hash_key key;
	uint32_t generation, entries;
	struct entry *slot;
};

struct emit *emit_new(int fd, struct hash_key key)
{
	struct emit *e = heap_array(1, sizeof(*e));
	*e = (struct emit){ .fd = fd, .key = key, .generation = 1 };
	buf_init(&e->out, EMIT_MAX);
	buf_init(&e->rows, 2 * EMIT_ROWS);
	buf_init(&e->texts, EMIT_TEXTS);
	e->slot = heap_array(EMIT_SLOTS, sizeof(*e->slot));
	return e;
}

void emit_free(struct emit **e)
{
	if (!*e)
		return;
	buf_deinit(&(*e)->out);
	buf_deinit(&(*e)->rows);
	buf_deinit(&(*e)->texts);
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

void emit_again(struct emit *e)
{
	buf_clear(&e->rows);
	dictionary_clear(e);
	emit_empty(e, FRAME_AGAIN);
}

static struct entry *dictionary_find(struct emit *e, uint64_t hash, struct sv facet)
{
	for (size_t i = hash;; i++) {
		struct entry *s = &e->slot[i & (EMIT_SLOTS - 1)];
		if (s->generation != e->generation)
			return s;
		if (s->hash == hash && s->n == facet.n &&
		    memcmp(e->texts.p + s->at, facet.p, facet.n) == 0)
			return s;
	}
}

static uint32_t dictionary_number(struct emit *e, struct sv facet)
{
	uint64_t hash = hash_bytes(&e->key, facet.p, facet.n);
	struct entry *s = dictionary_find(e, hash, facet);
	if (s->generation == e->generation)
		return s->number;
	if (e->entries == EMIT_ENTRIES || facet.n > EMIT_TEXTS - e->texts.n) {
		emit_rows_end(e);
		dictionary_clear(e);
		emit_empty(e, FRAME_RESET);
		s = dictionary_find(e, hash, facet);
	}
	*s = (struct entry){ hash, e->generation, e->entries++, (uint32_t)e->texts.n,
			     (uint32_t)facet.n };
	buf_add_sv(&e->texts, facet);
	size_t at = frame_start(&e->out, FRAME_FACET);
	buf_add_sv(&e->out, facet);
	frame_finish(&e->out, at);
	return s->number;
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
