/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_COMPOSE_H
#define INTAKE_COMPOSE_H

#include "base/buf.h"

#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

/*
 * For tests only: makes the containers that reports come in. Everything is added to a
 * buffer whose maximum the caller has chosen.
 */
static inline void compose_le(struct buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_add_char(b, (char)(uint8_t)(v >> (8 * i)));
}

/* `window`: MAX_WBITS + 16 for gzip, MAX_WBITS for zlib, -MAX_WBITS for bare deflate. */
static inline void compose_deflate(struct buf *b, struct sv plain, int window,
				   gz_header *header)
{
	z_stream z = { 0 };
	deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
	if (header)
		deflateSetHeader(&z, header);
	char out[4096];
	z.next_in = (Bytef *)(uintptr_t)plain.p;
	z.avail_in = (uInt)plain.n;
	int r = Z_OK;
	while (r != Z_STREAM_END) {
		z.next_out = (Bytef *)out;
		z.avail_out = sizeof(out);
		r = deflate(&z, Z_FINISH);
		buf_add(b, out, sizeof(out) - z.avail_out);
	}
	deflateEnd(&z);
}

static inline void compose_gzip(struct buf *b, struct sv plain)
{
	compose_deflate(b, plain, MAX_WBITS + 16, NULL);
}

/* A run of one byte, as gzip: large ones without holding them. */
static inline void compose_gzip_run(struct buf *b, char c, uint64_t n)
{
	z_stream z = { 0 };
	static char in[65536], out[65536];
	memset(in, c, sizeof(in));
	deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
	int r = Z_OK;
	while (r != Z_STREAM_END) {
		if (z.avail_in == 0) {
			z.next_in = (Bytef *)in;
			z.avail_in = n < sizeof(in) ? (uInt)n : (uInt)sizeof(in);
			n -= z.avail_in;
		}
		z.next_out = (Bytef *)out;
		z.avail_out = sizeof(out);
		r = deflate(&z, n ? Z_NO_FLUSH : Z_FINISH);
		buf_add(b, out, sizeof(out) - z.avail_out);
	}
	deflateEnd(&z);
}

static inline void compose_base64(struct buf *b, struct sv s)
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = 0;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (i + k < s.n ? (uint8_t)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_add_char(b, i + k > s.n ? '=' : set[v >> (18 - 6 * k) & 63]);
		if (i % 57 == 54)
			buf_add_str(b, "\r\n");
	}
	buf_add_str(b, "\r\n");
}

/* --- zip --- */

enum {
	COMPOSE_DESCRIPTOR = 1, /* sizes behind the data, with a signature */
	COMPOSE_BARE = 2,       /* ... without one */
	COMPOSE_ENCRYPTED = 4,
	COMPOSE_ZIP64 = 8,
	COMPOSE_WRONG_CRC = 16,
	COMPOSE_STORED = 32,
	COMPOSE_METHOD_12 = 64,
	COMPOSE_WRONG_OFFSET = 128,
};

struct compose_zip {
	struct buf *out, dir;
	size_t begin;
	uint32_t n;
};

static inline struct compose_zip compose_zip_begin(struct buf *out)
{
	struct compose_zip z = { .out = out, .begin = out->n };
	buf_init(&z.dir, SIZE_MAX);
	return z;
}

struct compose_fields {
	uint16_t flags, method;
	uint32_t crc;
	uint64_t packed, size, offset;
	bool zip64;
};

static inline void compose_zip_fields(struct buf *b, const struct compose_fields *f,
				      struct sv name, bool central)
{
	compose_le(b, 20, 2);
	compose_le(b, f->flags, 2);
	compose_le(b, f->method, 2);
	compose_le(b, 0, 4); /* time and date */
	compose_le(b, f->crc, 4);
	compose_le(b, f->zip64 ? UINT32_MAX : f->packed, 4);
	compose_le(b, f->zip64 ? UINT32_MAX : f->size, 4);
	compose_le(b, name.n, 2);
	compose_le(b, f->zip64 ? (central ? 28 : 20) : 0, 2);
}

static inline void compose_zip_extra(struct buf *b, const struct compose_fields *f,
				     bool central)
{
	if (!f->zip64)
		return;
	compose_le(b, 1, 2);
	compose_le(b, central ? 24 : 16, 2);
	compose_le(b, f->size, 8);
	compose_le(b, f->packed, 8);
	if (central)
		compose_le(b, f->offset, 8);
}

static inline void compose_zip_local(struct buf *b, struct compose_fields f,
				     struct sv name, bool later)
{
	if (later) {
		f.crc = 0;
		f.packed = f.size = 0;
	}
	buf_add(b, "PK\x03\x04", 4);
	compose_zip_fields(b, &f, name, false);
	buf_add_sv(b, name);
	compose_zip_extra(b, &f, false);
}

static inline void compose_zip_central(struct buf *b, const struct compose_fields *f,
				       struct sv name)
{
	buf_add(b, "PK\x01\x02", 4);
	compose_le(b, 20, 2);
	compose_zip_fields(b, f, name, true);
	compose_le(b, 0, 2); /* comment */
	compose_le(b, 0, 8); /* disk, attributes */
	compose_le(b, f->zip64 ? UINT32_MAX : f->offset, 4);
	buf_add_sv(b, name);
	compose_zip_extra(b, f, true);
}

static inline void compose_zip_add(struct compose_zip *z, struct sv name, struct sv plain,
				   unsigned how)
{
	struct buf packed;
	buf_init(&packed, SIZE_MAX);
	if (how & COMPOSE_STORED)
		buf_add_sv(&packed, plain);
	else
		compose_deflate(&packed, plain, -MAX_WBITS, NULL);
	bool later = how & (COMPOSE_DESCRIPTOR | COMPOSE_BARE);
	struct compose_fields f = {
		.flags = (uint16_t)((how & COMPOSE_ENCRYPTED ? 1 : 0) | (later ? 8 : 0)),
		.method = how & COMPOSE_METHOD_12 ? 12
			  : how & COMPOSE_STORED  ? 0
						  : 8,
		.crc = libdeflate_crc32(how & COMPOSE_WRONG_CRC ? 1 : 0, plain.p,
					plain.n),
		.packed = packed.n,
		.size = plain.n,
		.offset = z->out->n - z->begin + (how & COMPOSE_WRONG_OFFSET ? 3 : 0),
		.zip64 = how & COMPOSE_ZIP64,
	};
	compose_zip_local(z->out, f, name, later);
	buf_add_sv(z->out, buf_sv(&packed));
	if (how & COMPOSE_DESCRIPTOR)
		buf_add(z->out, "PK\x07\x08", 4);
	if (later) {
		compose_le(z->out, f.crc, 4);
		compose_le(z->out, f.packed, f.zip64 ? 8 : 4);
		compose_le(z->out, f.size, f.zip64 ? 8 : 4);
	}
	compose_zip_central(&z->dir, &f, name);
	z->n++;
	buf_deinit(&packed);
}

static inline void compose_zip_end64(struct compose_zip *z, uint64_t at)
{
	uint64_t end = z->out->n - z->begin;
	buf_add(z->out, "PK\x06\x06", 4);
	compose_le(z->out, 44, 8);
	compose_le(z->out, 45, 4); /* versions */
	compose_le(z->out, 0, 8);  /* disks */
	compose_le(z->out, z->n, 8);
	compose_le(z->out, z->n, 8);
	compose_le(z->out, z->dir.n, 8);
	compose_le(z->out, at, 8);
	buf_add(z->out, "PK\x06\x07", 4);
	compose_le(z->out, 0, 4);
	compose_le(z->out, end, 8);
	compose_le(z->out, 1, 4);
}

static inline void compose_zip_end(struct compose_zip *z, bool zip64, struct sv comment)
{
	uint64_t at = z->out->n - z->begin;
	buf_add_sv(z->out, buf_sv(&z->dir));
	if (zip64)
		compose_zip_end64(z, at);
	buf_add(z->out, "PK\x05\x06", 4);
	compose_le(z->out, 0, 4); /* disks */
	compose_le(z->out, zip64 ? UINT16_MAX : z->n, 2);
	compose_le(z->out, zip64 ? UINT16_MAX : z->n, 2);
	compose_le(z->out, zip64 ? UINT32_MAX : z->dir.n, 4);
	compose_le(z->out, zip64 ? UINT32_MAX : at, 4);
	compose_le(z->out, comment.n, 2);
	buf_add_sv(z->out, comment);
	buf_deinit(&z->dir);
}

/* An archive of one entry. */
static inline void compose_zip(struct buf *out, struct sv name, struct sv plain)
{
	struct compose_zip z = compose_zip_begin(out);
	compose_zip_add(&z, name, plain, 0);
	compose_zip_end(&z, false, SV(""));
}

#endif
