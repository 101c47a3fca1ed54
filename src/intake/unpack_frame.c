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
static bool frame_read_all(struct unpack *u, struct frame *f, enum unpack_form form)
{
	struct stream *s = &u->stream;
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
		unpack_pace(u, piece.n);
	}
}

/* Looks where the pieces of an encoded archive lie. It is not held: see sparse.h. */
static bool frame_lay_out(struct unpack *u, struct frame *f)
{
	struct stream *s = &u->stream;
	enum unpack_status status;
	struct sv piece;
	f->sparse = sparse_new();
	stream_rewind(s);
	for (;;) {
		struct mime_decoder before = s->step[0].decoder;
		status = stream_read(s, &piece);
		if (status != UNPACK_MORE)
			break;
		if (piece.n > LIMIT_PART - f->sparse->size) {
			stream_say_larger(s, "the zip archive", LIMIT_PART);
			return false;
		}
		sparse_add(f->sparse, &before, piece.n);
		unpack_pace(u, piece.n);
	}
	f->cut = status == UNPACK_BROKEN ? s->why : NULL;
	sparse_begin(f->sparse);
	f->bytes = (struct sv){ f->sparse->p, (size_t)f->sparse->size };
	return true;
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
	f->map_n = f->clean_end = n;
	f->clean = 0;
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
	if (s->n == 1 && s->step[0].kind == STREAM_PART && form == FORM_ZIP)
		return frame_lay_out(u, f);
	return frame_read_all(u, f, form);
}

/* A line that begins with '>' and `From `, and ends behind that. */
static bool quoted_next(struct sv lines, size_t from, size_t *out_begin, size_t *out_end)
{
	struct sv what = SV(">From ");
	for (size_t at;
	     (at = from + sv_find(sv_sub(lines, from, lines.n), what)) < lines.n;
	     from = at + 1) {
		size_t line = at;
		while (line && lines.p[line - 1] == '>')
			line--;
		*out_begin = line;
		*out_end = at + what.n;
		if (line == 0 || lines.p[line - 1] == '\n')
			return true;
	}
	return false;
}

/* Some whole lines from the front. */
static struct sv take_lines(struct sv *s)
{
	size_t n = s->n < UNPACK_RELEASE ? s->n : UNPACK_RELEASE;
	n += sv_chr(sv_sub(*s, n, s->n), '\n');
	return sv_take(s, n < s->n ? n + 1 : n);
}

struct stretch {
	size_t begin, end;
};

/* The longest stretch without quoted lines, often an attachment. False: all of it is. */
static bool find_unquoted(struct frame *f, struct stretch *out)
{
	struct sv rest = f->bytes;
	size_t last = 0, begin, end;
	bool any = false;
	*out = (struct stretch){ 0, 0 };
	while (rest.n) {
		struct sv lines = take_lines(&rest);
		size_t at = f->bytes.n - rest.n - lines.n;
		for (size_t from = 0; quoted_next(lines, from, &begin, &end);
		     from = end) {
			any = true;
			if (at + begin - last > out->end - out->begin)
				*out = (struct stretch){ last, at + begin };
			last = at + end;
		}
		frame_release(f);
	}
	if (f->bytes.n - last > out->end - out->begin)
		*out = (struct stretch){ last, f->bytes.n };
	return any;
}

static size_t to_page(size_t n)
{
	return n - n % (size_t)sysconf(_SC_PAGESIZE);
}

/* The frame's bytes, to be written to; what lies within the stretch is not. */
static char *frame_edit(struct frame *f, const struct stretch *unwritten)
{
	if (f->map && mprotect(f->map, f->map_n, PROT_READ | PROT_WRITE) == 0) {
		size_t slack = (size_t)(f->bytes.p - (const char *)f->map);
		size_t page = (size_t)sysconf(_SC_PAGESIZE);
		f->clean = to_page(slack + unwritten->begin + page - 1);
		f->clean_end = to_page(slack + unwritten->end);
		return (char *)f->map + slack;
	}
	if (!f->own) {
		frame_reserve(f, f->bytes.n);
		memcpy(f->held, f->bytes.p, f->bytes.n);
		f->bytes.p = f->held;
		f->own = true;
	}
	return f->held + (f->bytes.p - f->held);
}

/* What lies in front of the longest stretch without quotes moves up, what lies behind it
 * down: an attachment of any size stays where it is, and unwritten. */
void frame_unquote(struct frame *f)
{
	struct stretch still;
	/* Encoded parts have no such lines: a larger mail is read with them. */
	if ((!f->own && f->bytes.n > LIMIT_PART) || !find_unquoted(f, &still))
		return;
	char *p = frame_edit(f, &still);
	size_t behind = mbox_unquote(p + still.end, f->bytes.n - still.end);
	size_t front = mbox_unquote(p, still.begin);
	size_t up = still.begin - front;
	memmove(p + up, p, front);
	f->bytes = (struct sv){ p + up, front + (still.end - still.begin) + behind };
}

void frame_release(struct frame *f)
{
	if (f->map && f->clean < f->clean_end)
		(void)madvise((char *)f->map + f->clean, f->clean_end - f->clean,
			      MADV_DONTNEED);
}

void frame_close(struct frame *f)
{
	mime_walk_free(&f->walk);
	if (f->map)
		munmap(f->map, f->map_n);
	f->map = NULL;
	sparse_free(&f->sparse);
	if (f->held_cap > STREAM_SMALL + 4096) {
		free(f->held);
		f->held = NULL;
		f->held_cap = 0;
	}
}
