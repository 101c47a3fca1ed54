/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_SPARSE_H
#define INTAKE_SPARSE_H

#include "msg/mime.h"

/*
 * A long encoded part whose bytes can be looked at anywhere, although only those that
 * were asked for lie in memory: every other one reads as zero. It is decoded once, piece
 * by piece, to learn where each piece begins, and again where it is asked for.
 */
struct sparse_mark {
	struct mime_decoder decoder; /* as it was before the piece ... */
	uint64_t at;                 /* ... that begins here */
};

struct sparse {
	char *p;                 /* all of it; views stay where they are */
	uint64_t size;           /* of the pieces that were added */
	uint64_t have, have_end; /* asked for last */
	struct sparse_mark *mark;
	size_t n, cap;
	char *piece; /* decoded last: number `piece_at` */
	size_t piece_at, piece_n;
};

struct sparse *sparse_new(void);
void sparse_free(struct sparse **s);
/* The next piece, of `n` > 0 bytes: stream_decode() gives as many. */
void sparse_add(struct sparse *s, const struct mime_decoder *before, size_t n);
/* All pieces were added. */
void sparse_begin(struct sparse *s);
/* From now on these bytes are there, as far as there are so many. */
void sparse_need(struct sparse *s, uint64_t at, uint64_t n);
/* Takes what was asked for out of memory. */
void sparse_forget(struct sparse *s);
/* A decoder that gives what lies at `at` once *out_skip bytes of its output, less than a
 * piece, have passed. */
struct mime_decoder sparse_decoder(const struct sparse *s, uint64_t at, size_t *out_skip);

#endif
