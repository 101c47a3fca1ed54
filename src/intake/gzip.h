/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_GZIP_H
#define INTAKE_GZIP_H

#include "base/sv.h"

/*
 * Inflating: gzip (RFC 1952, members one after the other, junk behind the last one passed
 * over), zlib (RFC 1950) and bare deflate (RFC 1951). Either as a stream, or all at once
 * where the inflated size is known and small, which is two to four times as fast. An
 * inflater is reused from stream to stream.
 */
enum inflate_format {
	INFLATE_GZIP,
	INFLATE_ZLIB,
	INFLATE_BARE
};

enum inflate_result {
	INFLATE_MORE, /* the output is full, or the input is used up */
	INFLATE_END,
	INFLATE_SHORT,   /* the input ends before the data does */
	INFLATE_DAMAGED, /* what came out before is good */
	INFLATE_CHECK,   /* all came out, but its checksum or length is another */
};

struct inflater;

struct inflater *inflater_new(void);
void inflater_free(struct inflater **i);
void inflater_reset(struct inflater *i, enum inflate_format format);
/* Takes from `*in` (at most 2 GiB) and fills `out`; `last`: no more input will follow. */
enum inflate_result inflater_run(struct inflater *i, struct sv *in, bool last, char *out,
				 size_t cap, size_t *out_n);

/* All of `in` at once. True where it was whole and sound and gave exactly `size` bytes;
 * false says nothing but that the stream has to look at it. Not for zlib's format. */
bool inflate_whole(struct inflater *i, enum inflate_format format, struct sv in,
		   char *out, size_t size);
/* What the last four bytes say of the inflated size, which may be untrue. */
bool gzip_size(struct sv in, uint32_t *out);
/* Carries on a CRC-32 that began as 0. */
uint32_t inflate_crc32(uint32_t crc, struct sv bytes);

#endif
