/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/unpack_stream.h"

#include "base/arena.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const ends_early[] = {
	[INFLATE_GZIP] = "the gzip data ends early",
	[INFLATE_ZLIB] = "the zlib data ends early",
	[INFLATE_BARE] = "the zip entry's data ends early",
};

static const char *const is_damaged[] = {
	[INFLATE_GZIP] = "the gzip data is damaged",
	[INFLATE_ZLIB] = "the zlib data is damaged",
	[INFLATE_BARE] = "the zip entry's data is damaged",
};

static const char *const is_other[] = {
	[INFLATE_GZIP] = "the gzip data does not match its checksum or length",
	[INFLATE_ZLIB] = "the zlib data does not match its checksum",
	[INFLATE_BARE] = "the zip entry does not match its checksum or length",
};

static void step_reserve(struct stream_step *t, size_t n)
{
	if (n <= t->cap)
		return;
	free(t->buf);
	t->buf = heap_grow(NULL, n, 1);
	t->cap = n;
}

void stream_deinit(struct stream *s)
{
	for (size_t i = 0; i < STREAM_STEPS; i++) {
		free(s->step[i].buf);
		inflater_free(&s->step[i].inflater);
	}
	*s = (struct stream){ 0 };
}

void stream_begin_item(struct stream *s, uint64_t length)
{
	for (size_t i = 0; i < STREAM_STEPS; i++) {
		struct stream_step *t = &s->step[i];
		if (t->cap <= STREAM_SMALL)
			continue;
		free(t->buf);
		t->buf = NULL;
		t->cap = 0;
	}
	s->n = 0;
	s->why = NULL;
	s->inflated = s->spent = 0;
	bool huge = length > UINT64_MAX / LIMIT_RATIO;
	s->allowance = huge ? UINT64_MAX : length * LIMIT_RATIO;
	if (s->allowance < LIMIT_RATIO_FROM)
		s->allowance = LIMIT_RATIO_FROM;
}

static struct stream_step *stream_push(struct stream *s, enum stream_kind kind)
{
	struct stream_step *t = &s->step[s->n++];
	*t = (struct stream_step){
		.kind = kind, .buf = t->buf, .cap = t->cap, .inflater = t->inflater
	};
	return t;
}

void stream_open_memory(struct stream *s, struct sv bytes, const char *cut)
{
	s->n = 0;
	struct stream_step *t = stream_push(s, STREAM_MEMORY);
	t->bytes = bytes;
	t->cut = cut;
}

size_t stream_decode(struct mime_decoder *d, char *out, size_t cap)
{
	size_t n = 0, got;
	while (cap - n >= 4 && (got = mime_decode(d, out + n, cap - n)))
		n += got;
	return n;
}

void stream_open_decoder(struct stream *s, const struct mime_decoder *d, size_t skip,
			 uint64_t n, const char *cut)
{
	s->n = 0;
	struct stream_step *t = stream_push(s, STREAM_PART);
	t->cut = cut;
	t->decoder = t->first = *d;
	t->skip = skip;
	t->length = n;
}

void stream_open_part(struct stream *s, struct sv body, enum mime_encoding encoding,
		      const char *cut)
{
	if (encoding == MIME_IDENTITY) {
		stream_open_memory(s, body, cut);
		return;
	}
	struct mime_decoder d;
	mime_decoder_init(&d, encoding, body);
	stream_open_decoder(s, &d, 0, UINT64_MAX, cut);
	if (body.n > STREAM_SMALL)
		return;
	struct stream_step *t = &s->step[0];
	step_reserve(t, body.n + 4);
	t->kind = STREAM_MEMORY;
	t->bytes = (struct sv){ t->buf, stream_decode(&t->decoder, t->buf, body.n + 4) };
	t->owned = true;
}

struct stream_step *stream_in_memory(struct stream *s)
{
	struct stream_step *t = &s->step[s->n - 1];
	return t->kind == STREAM_MEMORY ? t : NULL;
}

bool stream_length(const struct stream *s, uint64_t *out)
{
	const struct stream_step *t = &s->step[s->n - 1];
	*out = t->kind == STREAM_FILE ? t->length : t->bytes.n;
	return t->kind == STREAM_FILE || t->kind == STREAM_MEMORY;
}

const char *stream_say_larger(struct stream *s, const char *what, uint64_t cap)
{
	bool mib = cap >= LIMIT_MIB;
	(void)snprintf(s->text, sizeof(s->text), "%s is larger than %llu %s", what,
		       (unsigned long long)(mib ? cap / LIMIT_MIB : cap / 1024),
		       mib ? "MiB" : "KiB");
	return s->why = s->text;
}

static enum unpack_status step_end(struct stream_step *t, enum unpack_status status,
				   const char *why)
{
	if (status == UNPACK_END && t->cut) {
		status = UNPACK_BROKEN;
		why = t->cut;
	}
	t->ended = true;
	t->end = status;
	t->end_why = why;
	return status;
}

static void stream_count(struct stream *s, uint64_t n)
{
	s->inflated += n;
	s->spent += n;
}

/* The fast way: below lies the whole of it in memory, and it says that it is small. The
 * step becomes memory itself. */
static bool step_inflate_whole(struct stream *s, struct stream_step *t, struct sv in,
			       const struct stream_check *check)
{
	uint32_t stated = 0;
	uint64_t size = check && check->known ? check->size : STREAM_WHOLE + 1;
	if (t->format == INFLATE_GZIP && gzip_size(in, &stated))
		size = stated;
	if (size > STREAM_WHOLE || size == 0 || s->spent + size > s->allowance)
		return false;
	step_reserve(t, (size_t)size);
	if (!inflate_whole(t->inflater, t->format, in, t->buf, (size_t)size))
		return false;
	struct sv out = { t->buf, (size_t)size };
	if (check && inflate_crc32(0, out) != check->crc)
		return false;
	t->kind = STREAM_MEMORY;
	t->bytes = out;
	t->owned = true;
	stream_count(s, size);
	return true;
}

bool stream_inflate(struct stream *s, enum inflate_format format,
		    const struct stream_check *check, const char *cut)
{
	uint64_t length;
	if (stream_length(s, &length) && length > LIMIT_PART) {
		stream_say_larger(s, "the compressed part", LIMIT_PART);
		return false;
	}
	struct stream_step *below = stream_in_memory(s);
	struct stream_step *t = stream_push(s, STREAM_INFLATE);
	t->format = format;
	t->cut = cut;
	if (!t->inflater)
		t->inflater = inflater_new();
	if (below && !below->cut && step_inflate_whole(s, t, below->bytes, check))
		return true;
	step_reserve(t, STREAM_PIECE);
	inflater_reset(t->inflater, format);
	if (check && check->known) {
		t->has_check = true;
		t->size_stated = check->size;
		t->crc_stated = check->crc;
	}
	return true;
}

void stream_pop(struct stream *s)
{
	s->spent -= s->step[s->n - 1].out_n;
	s->n--;
	stream_rewind(s);
}

static enum unpack_status step_read_memory(struct stream_step *t, struct sv *out)
{
	*out = sv_sub(t->bytes, (size_t)t->at, STREAM_PIECE);
	t->at += out->n;
	return out->n ? UNPACK_MORE : step_end(t, UNPACK_END, NULL);
}

/* Fills the buffer up to `cap`; less than that ends the step. */
static size_t file_fill(struct stream_step *t, size_t cap)
{
	size_t n = 0;
	step_reserve(t, cap);
	while (n < cap && t->at < t->length) {
		uint64_t left = t->length - t->at;
		size_t want = left < cap - n ? (size_t)left : cap - n;
		ssize_t got = pread(t->fd, t->buf + n, want, (off_t)(t->offset + t->at));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			step_end(t, UNPACK_BROKEN,
				 got < 0 ? "the file cannot be read any further"
					 : "the file became shorter while it was read");
			return n;
		}
		n += (size_t)got;
		t->at += (size_t)got;
	}
	return n;
}

static enum unpack_status step_read_file(struct stream_step *t, struct sv *out)
{
	size_t n = file_fill(t, STREAM_PIECE);
	*out = (struct sv){ t->buf, n };
	if (out->n)
		return UNPACK_MORE;
	return t->ended ? t->end : step_end(t, UNPACK_END, NULL);
}

void stream_open_file(struct stream *s, int fd, uint64_t offset, uint64_t length)
{
	s->n = 0;
	struct stream_step *t = stream_push(s, STREAM_FILE);
	t->fd = fd;
	t->offset = offset;
	t->length = length;
	if (length > STREAM_SMALL)
		return;
	size_t n = file_fill(t, (size_t)length);
	t->bytes = (struct sv){ t->buf, n };
	t->kind = STREAM_MEMORY;
	t->owned = true;
	t->cut = t->ended ? t->end_why : NULL;
	t->ended = false;
	t->at = 0;
}

static enum unpack_status step_read_part(struct stream_step *t, struct sv *out)
{
	size_t n = 0;
	step_reserve(t, STREAM_PIECE);
	if (t->at < t->length)
		n = stream_decode(&t->decoder, t->buf, STREAM_PIECE);
	if (t->at == 0 && t->skip && n) {
		size_t skip = t->skip < n ? t->skip : n;
		n -= skip;
		memmove(t->buf, t->buf + skip, n);
		n += stream_decode(&t->decoder, t->buf + n, STREAM_PIECE - n);
	}
	*out = sv_sub((struct sv){ t->buf, n }, 0, (size_t)(t->length - t->at));
	t->at += out->n;
	return out->n ? UNPACK_MORE : step_end(t, UNPACK_END, NULL);
}

static enum unpack_status step_read(struct stream *s, size_t i, struct sv *out);

/* More compressed bytes. False: there are none; *out_status says how they ended. */
static bool step_refill(struct stream *s, size_t i, enum unpack_status *out_status)
{
	struct stream_step *t = &s->step[i];
	*out_status = step_read(s, i - 1, &t->bytes);
	t->in_n += t->bytes.n;
	if (*out_status == UNPACK_MORE && t->in_n > LIMIT_PART) {
		stream_say_larger(s, "the compressed part", LIMIT_PART);
		s->step[i - 1].end_why = s->why;
		*out_status = UNPACK_REFUSED;
	}
	return *out_status == UNPACK_MORE;
}

static bool step_is_bomb(struct stream *s, const struct stream_step *t)
{
	if (t->out_n <= LIMIT_RATIO_FROM && s->spent <= LIMIT_RATIO_FROM)
		return false;
	return t->out_n > LIMIT_RATIO * (t->in_n - t->bytes.n) || s->spent > s->allowance;
}

static enum unpack_status step_end_inflate(struct stream *s, size_t i,
					   enum inflate_result r,
					   enum unpack_status below)
{
	struct stream_step *t = &s->step[i];
	if (r == INFLATE_END && t->has_check &&
	    (t->out_n != t->size_stated || t->crc != t->crc_stated))
		r = INFLATE_CHECK;
	switch (r) {
	case INFLATE_END:
		return step_end(t, UNPACK_END, NULL);
	case INFLATE_CHECK:
		return step_end(t, UNPACK_BROKEN, is_other[t->format]);
	case INFLATE_DAMAGED:
		return step_end(t, UNPACK_BROKEN, is_damaged[t->format]);
	case INFLATE_SHORT:
	case INFLATE_MORE:
		break;
	}
	if (below == UNPACK_END)
		return step_end(t, UNPACK_BROKEN, ends_early[t->format]);
	return step_end(t, below, s->step[i - 1].end_why);
}

static enum unpack_status step_read_inflate(struct stream *s, size_t i, struct sv *out)
{
	struct stream_step *t = &s->step[i];
	enum unpack_status below = UNPACK_MORE;
	size_t n = 0;
	while (n < STREAM_PIECE && !t->ended) {
		bool last = t->bytes.n == 0 && !step_refill(s, i, &below);
		size_t got = 0;
		enum inflate_result r = below == UNPACK_REFUSED
						? INFLATE_SHORT
						: inflater_run(t->inflater, &t->bytes,
							       last, t->buf + n,
							       STREAM_PIECE - n, &got);
		if (t->has_check)
			t->crc = inflate_crc32(t->crc, (struct sv){ t->buf + n, got });
		n += got;
		t->out_n += got;
		stream_count(s, got);
		if (step_is_bomb(s, t))
			step_end(t, UNPACK_REFUSED,
				 "the compressed part inflates to more than 1000 times "
				 "its size");
		else if (r != INFLATE_MORE)
			step_end_inflate(s, i, r, below);
	}
	*out = (struct sv){ t->buf, n };
	return n ? UNPACK_MORE : t->end;
}

static enum unpack_status step_read(struct stream *s, size_t i, struct sv *out)
{
	struct stream_step *t = &s->step[i];
	*out = t->unread;
	t->unread = (struct sv){ "", 0 };
	if (out->n)
		return UNPACK_MORE;
	if (t->ended)
		return t->end;
	switch (t->kind) {
	case STREAM_MEMORY:
		return step_read_memory(t, out);
	case STREAM_FILE:
		return step_read_file(t, out);
	case STREAM_PART:
		return step_read_part(t, out);
	case STREAM_INFLATE:
		break;
	}
	return step_read_inflate(s, i, out);
}

enum unpack_status stream_read(struct stream *s, struct sv *out)
{
	enum unpack_status status = step_read(s, s->n - 1, out);
	if (status == UNPACK_BROKEN || status == UNPACK_REFUSED)
		s->why = s->step[s->n - 1].end_why;
	return status;
}

enum unpack_status stream_peek(struct stream *s, struct sv *out)
{
	enum unpack_status status = stream_read(s, out);
	s->step[s->n - 1].unread = *out;
	return status;
}

static void step_rewind(struct stream *s, size_t i)
{
	struct stream_step *t = &s->step[i];
	t->unread = (struct sv){ "", 0 };
	t->ended = false;
	t->at = 0;
	t->decoder = t->first;
	if (t->kind != STREAM_INFLATE)
		return;
	step_rewind(s, i - 1);
	inflater_reset(t->inflater, t->format);
	s->spent -= t->out_n;
	t->bytes = (struct sv){ "", 0 };
	t->in_n = t->out_n = 0;
	t->crc = 0;
}

void stream_rewind(struct stream *s)
{
	s->why = NULL;
	step_rewind(s, s->n - 1);
}
