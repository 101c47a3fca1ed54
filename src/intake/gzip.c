/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/gzip.h"

#include "base/arena.h"

#define ZLIB_CONST
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	GZIP_MIN = 18 /* header and trailer of the shortest member */
};

struct inflater {
	z_stream z;
	struct libdeflate_decompressor *whole; /* made when first asked for */
	enum inflate_format format;
	bool ready;   /* z is initialised */
	bool between; /* a gzip member has ended, another may follow */
	bool later;   /* this is not the first member */
};

struct inflater *inflater_new(void)
{
	return heap_array(1, sizeof(struct inflater));
}

void inflater_free(struct inflater **i)
{
	if (!*i)
		return;
	if ((*i)->ready)
		inflateEnd(&(*i)->z);
	if ((*i)->whole)
		libdeflate_free_decompressor((*i)->whole);
	free(*i);
	*i = NULL;
}

void inflater_reset(struct inflater *i, enum inflate_format format)
{
	static const int window[] = { [INFLATE_GZIP] = MAX_WBITS + 16,
				      [INFLATE_ZLIB] = MAX_WBITS,
				      [INFLATE_BARE] = -MAX_WBITS };
	int r = i->ready ? inflateReset2(&i->z, window[format])
			 : inflateInit2(&i->z, window[format]);
	if (r != Z_OK)
		arena_guard(sizeof(i->z));
	i->ready = true;
	i->format = format;
	i->between = i->later = false;
}

/* Behind a member: does another one begin? What is no member is junk, often a CR LF. */
static bool gzip_begins_member(struct inflater *i, struct sv in)
{
	if (in.n == 0 || in.p[0] != '\x1f')
		return false;
	inflateReset(&i->z);
	i->between = false;
	i->later = true;
	return true;
}

/* The header of a later member is none after all: that was junk too. */
static bool gzip_is_junk(const struct inflater *i, bool short_)
{
	return i->later && i->z.total_out == 0 && i->z.total_in < (short_ ? 2 : 5);
}

static enum inflate_result inflater_fault(const struct inflater *i, int r)
{
	if (r == Z_MEM_ERROR)
		arena_guard(sizeof(i->z));
	if (gzip_is_junk(i, false))
		return INFLATE_END;
	const char *msg = i->z.msg ? i->z.msg : "";
	bool check = strcmp(msg, "incorrect data check") == 0 ||
		     strcmp(msg, "incorrect length check") == 0;
	return check ? INFLATE_CHECK : INFLATE_DAMAGED;
}

enum inflate_result inflater_run(struct inflater *i, struct sv *in, bool last, char *out,
				 size_t cap, size_t *out_n)
{
	*out_n = 0;
	for (;;) {
		if (i->between && !gzip_begins_member(i, *in))
			return in->n || last ? INFLATE_END : INFLATE_MORE;
		i->z.next_in = (const Bytef *)in->p;
		i->z.avail_in = (uInt)in->n;
		i->z.next_out = (Bytef *)out + *out_n;
		i->z.avail_out = (uInt)(cap - *out_n);
		int r = inflate(&i->z, Z_NO_FLUSH);
		sv_take(in, in->n - i->z.avail_in);
		*out_n = cap - i->z.avail_out;
		if (r == Z_STREAM_END && i->format != INFLATE_GZIP)
			return INFLATE_END;
		i->between = r == Z_STREAM_END;
		if (i->between)
			continue;
		if (r != Z_OK && r != Z_BUF_ERROR)
			return inflater_fault(i, r);
		if (*out_n == cap || !last)
			return INFLATE_MORE;
		return gzip_is_junk(i, true) ? INFLATE_END : INFLATE_SHORT;
	}
}

static bool inflate_gzip_whole(struct inflater *i, struct sv in, char *out, size_t size)
{
	size_t used, got;
	if (libdeflate_gzip_decompress_ex(i->whole, in.p, in.n, out, size, &used, &got) !=
	    LIBDEFLATE_SUCCESS)
		return false;
	return got == size && (used == in.n || in.p[used] != '\x1f');
}

bool inflate_whole(struct inflater *i, enum inflate_format format, struct sv in,
		   char *out, size_t size)
{
	if (!i->whole)
		i->whole = libdeflate_alloc_decompressor();
	if (!i->whole || in.n == 0)
		return false;
	if (format == INFLATE_GZIP)
		return inflate_gzip_whole(i, in, out, size);
	return libdeflate_deflate_decompress(i->whole, in.p, in.n, out, size, NULL) ==
	       LIBDEFLATE_SUCCESS;
}

bool gzip_size(struct sv in, uint32_t *out)
{
	if (in.n < GZIP_MIN)
		return false;
	const uint8_t *p = (const uint8_t *)in.p + in.n - 4;
	*out = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
	return true;
}

uint32_t inflate_crc32(uint32_t crc, struct sv bytes)
{
	return libdeflate_crc32(crc, bytes.p, bytes.n);
}
