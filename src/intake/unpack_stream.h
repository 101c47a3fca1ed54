/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_UNPACK_STREAM_H
#define INTAKE_UNPACK_STREAM_H

#include "intake/gzip.h"
#include "intake/unpack.h"

/*
 * The bytes of one object, through all that they are wrapped in: a base (memory, a
 * stretch of a file, a part of a mail in its transfer encoding) and inflating steps on
 * top. Every read gives a full piece but the last, so that the first piece tells what
 * the object is; a piece that was looked at is given back by the next read. Whatever is
 * small is inflated at once, the rest as it is read.
 */
enum {
	STREAM_DIVISOR = POSTERN_CAP_DIVISOR < 32 ? POSTERN_CAP_DIVISOR : 32,
	STREAM_PIECE = 256 * 1024 / STREAM_DIVISOR,
	/* Encoded parts up to this size are decoded at once, files are read at once. */
	STREAM_SMALL = 1024 * 1024 / STREAM_DIVISOR,
	/* What inflates to no more than this is inflated at once. */
	STREAM_WHOLE = LIMIT_RATIO_FROM / 2,
	STREAM_STEPS = LIMIT_NESTING + 2,
};

enum stream_kind {
	STREAM_MEMORY,
	STREAM_FILE,
	STREAM_PART,
	STREAM_INFLATE
};

struct stream_step {
	enum stream_kind kind;
	struct sv bytes; /* MEMORY: all; INFLATE: not yet inflated */
	uint64_t at;     /* MEMORY, FILE, PART: what was read */
	const char
		*cut; /* said at the end, which is then none: what comes after is lost */
	bool owned;   /* MEMORY: bytes lie in buf */
	int fd;
	uint64_t offset, length;
	struct mime_decoder decoder, first; /* PART: now, and at its first byte ... */
	size_t skip;                        /* ... behind so many that are passed over */
	enum inflate_format format;
	struct inflater *inflater; /* kept from object to object, as buf is */
	bool has_check; /* INFLATE: of an entry, whose size and crc are known */
	uint32_t crc, crc_stated;
	uint64_t size_stated;
	uint64_t in_n, out_n; /* INFLATE */
	struct sv unread;     /* a piece that was looked at */
	bool ended;
	enum unpack_status end;
	const char *end_why;
	char *buf;
	size_t cap;
};

struct stream {
	struct stream_step step[STREAM_STEPS];
	size_t n;
	const char *why;    /* after BROKEN or REFUSED */
	char text[160];     /* storage of why, where it is composed */
	uint64_t inflated;  /* all that was ever inflated for this item */
	uint64_t spent;     /* the same without what is read once more */
	uint64_t allowance; /* what an item of its length may inflate to, in all */
};

/* What is known of data within a zip. */
struct stream_check {
	bool known;
	uint64_t size;
	uint32_t crc;
};

void stream_deinit(struct stream *s);
/* A new item of so many bytes: counters begin again, large buffers go. */
void stream_begin_item(struct stream *s, uint64_t length);

/* Each of the three begins a new object. `cut`: see struct stream_step, or NULL. */
void stream_open_memory(struct stream *s, struct sv bytes, const char *cut);
void stream_open_file(struct stream *s, int fd, uint64_t offset, uint64_t length);
void stream_open_part(struct stream *s, struct sv body, enum mime_encoding encoding,
		      const char *cut);
/* `n` bytes of what the decoder gives, behind `skip`, less than a piece. */
void stream_open_decoder(struct stream *s, const struct mime_decoder *d, size_t skip,
			 uint64_t n, const char *cut);

/* Puts an inflating step on top. False: the compressed bytes are beyond the cap, see
 * why. `check` may be NULL. */
bool stream_inflate(struct stream *s, enum inflate_format format,
		    const struct stream_check *check, const char *cut);
void stream_pop(struct stream *s); /* takes it off again, from the first byte */

enum unpack_status stream_peek(struct stream *s, struct sv *out);
enum unpack_status stream_read(struct stream *s, struct sv *out);
void stream_rewind(struct stream *s);
/* Sets why to a sentence about a cap: `what` "is larger than" so much. */
const char *stream_say_larger(struct stream *s, const char *what, uint64_t cap);
/* Fills up to `cap` bytes but for the last three; 0 at the end. A piece of an encoded
 * part is what this gives for STREAM_PIECE. */
size_t stream_decode(struct mime_decoder *d, char *out, size_t cap);
/* Bytes that lie in memory already, or NULL. */
struct stream_step *stream_in_memory(struct stream *s);
/* Length of what is on top, where it is known without reading. */
bool stream_length(const struct stream *s, uint64_t *out);

#endif
