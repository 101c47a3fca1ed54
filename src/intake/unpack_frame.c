/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/unpack_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void frame_reserve(struct frame *f, size_t n)
{
	if (n <= f->held_cap)
		return;
	f->held = heap_grow(f->held, n, 1);
	f->held_cap = n;
}

static void frame_take_buffer(struct frame *f, struct stream_step *t)
{
	char *p = f->held;
	size_t cap = f->held_cap;
	f->held = t->buf;
	f->held_cap = t->cap;
	t->buf = p;
	t->cap = cap;
	t->owned = false;
	f->own = true;
}

/* Reads the rest of the stream into memory. What comes before damage is kept. */
static bool frame_read_all(struct frame *f, struct stream *s, enum unpack_form form)
{
	size_t n = 0;
	for (;;) {
		struct sv piece;
		enum unpack_status status = stream_read(s, &piece);
		if (status == UNPACK_REFUSED)
			return false;
		if (status != UNPACK_MORE) {
			f->cut = status == UNPACK_BROKEN ? s->why : NULL;
			f->bytes = (struct sv){ n ? f->held : "", n };
			f->own = n > 0;
			return true;
		}
		if (piece.n > LIMIT_PART - n) {
			stream_say_larger(s,
					  form == FORM_ZIP ? "the zip archive"
							   : "the mail in a wrapping",
					  LIMIT_PART);
			return false;
		}
		if (n + piece.n > f->held_cap)
			frame_reserve(f, n + piece.n + n / 2);
		memcpy(f->held + n, piece.p, piece.n);
		n += piece.n;
	}
}

/* Maps the item's file. Not where its last byte is gone: to touch that would be fatal. */
static bool frame_map(struct frame *f, const struct unpack_input *in)
{
	char last;
	if (pread(in->fd, &last, 1, (off_t)(in->offset + in->length - 1)) != 1)
		return false;
	uint64_t slack = in->offset % (uint64_t)sysconf(_SC_PAGESIZE);
	size_t n = (size_t)(in->length + slack);
	void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, in->fd,
			 (off_t)(in->offset - slack));
	if (map == MAP_FAILED)
		return false;
	f->map = map;
	f->map_n = n;
	f->bytes = (struct sv){ (const char *)map + slack, (size_t)in->length };
	return true;
}

bool frame_hold(struct unpack *u, struct frame *f, enum unpack_form form)
{
	struct stream *s = &u->stream;
	uint64_t cap = form == FORM_ZIP ? LIMIT_PART : LIMIT_PLAIN, length;
	if (stream_length(s, &length) && length > cap) {
		stream_say_larger(s, form == FORM_ZIP ? "the zip archive" : "the mail",
				  cap);
		return false;
	}
	struct stream_step *t = stream_in_memory(s);
	if (t) {
		f->bytes = t->bytes;
		f->cut = t->cut;
		if (t->owned)
			frame_take_buffer(f, t);
		return true;
	}
	if (s->n == 1 && s->step[0].kind == STREAM_FILE && frame_map(f, &u->in))
		return true;
	return frame_read_all(f, s, form);
}

static bool has_quoted_from(struct sv s)
{
	struct sv what = SV(">From ");
	const char *at;
	while (s.n && (at = memmem(s.p, s.n, what.p, what.n))) {
		size_t line = (size_t)(at - s.p);
		while (line && s.p[line - 1] == '>')
			line--;
		if (line == 0 || s.p[line - 1] == '\n')
			return true;
		s = sv_sub(s, (size_t)(at - s.p) + 1, s.n);
	}
	return false;
}

void frame_unquote(struct frame *f)
{
	if (!has_quoted_from(f->bytes))
		return;
	/* Encoded parts have no such lines: a larger mail is read with them. */
	if (!f->own && f->bytes.n > LIMIT_PART)
		return;
	if (!f->own) {
		frame_reserve(f, f->bytes.n);
		memcpy(f->held, f->bytes.p, f->bytes.n);
		f->bytes.p = f->held;
		f->own = true;
	}
	f->bytes.n = mbox_unquote(f->held + (f->bytes.p - f->held), f->bytes.n);
}

void frame_release(struct frame *f)
{
	if (f->map)
		(void)madvise(f->map, f->map_n, MADV_DONTNEED);
}

void frame_close(struct frame *f)
{
	mime_walk_free(&f->walk);
	if (f->map)
		munmap(f->map, f->map_n);
	f->map = NULL;
	if (f->held_cap > STREAM_SMALL + 4096) {
		free(f->held);
		f->held = NULL;
		f->held_cap = 0;
	}
}
