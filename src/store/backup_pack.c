/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/backup_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
	CHUNK = 256 * 1024,
	GZIP_BITS = 15 + 16, /* the largest window, and gzip's frame around it */
	LEVEL = 3,           /* most of a database is packed already */
	MEMORY_LEVEL = 9,
};

struct pack {
	const struct backup_stream *s;
	z_stream z;
	struct digest *plain, *packed;
	uint64_t plain_n, packed_n;
	int other; /* the database's file, or -1 */
	const char *other_path;
	uint8_t in[CHUNK], out[CHUNK];
};

static struct pack *pack_new(const struct backup_stream *s, int other,
			     const char *other_path)
{
	struct pack *p = heap_array(1, sizeof(*p));
	p->s = s;
	p->other = other;
	p->other_path = other_path;
	p->plain = digest_new();
	p->packed = digest_new();
	return p;
}

static void pack_free(struct pack *p)
{
	digest_free(&p->plain);
	digest_free(&p->packed);
	free(p);
}

/* A read that is not cut short but by the end; -1: err is set. */
static ssize_t take(int fd, const char *path, uint8_t *p, size_t n, struct err *err)
{
	size_t got = 0;
	while (got < n) {
		ssize_t now = read(fd, p + got, n - got);
		if (now < 0 && errno == EINTR)
			continue;
		if (now < 0) {
			(void)backup_io(path, "cannot be read", err);
			return -1;
		}
		if (now == 0)
			break;
		got += (size_t)now;
	}
	return (ssize_t)got;
}

/* --- packing --- */

static bool put_packed(struct pack *p, struct err *err)
{
	size_t n = CHUNK - p->z.avail_out;
	p->z.next_out = p->out;
	p->z.avail_out = CHUNK;
	digest_add(p->packed, p->out, n);
	p->packed_n += n;
	return n == 0 || backup_put(p->s->fd, p->s->path, p->out, n, err);
}

static bool pack_some(struct pack *p, bool *out_more, struct err *err)
{
	ssize_t n = take(p->other, p->other_path, p->in, CHUNK, err);
	if (n < 0 || backup_is_stopped(p->s->watch, err))
		return false;
	digest_add(p->plain, p->in, (size_t)n);
	p->plain_n += (uint64_t)n;
	p->z.next_in = p->in;
	p->z.avail_in = (uInt)n;
	int rc = Z_OK;
	do {
		rc = deflate(&p->z, n == CHUNK ? Z_NO_FLUSH : Z_FINISH);
		if (p->z.avail_out == 0 && !put_packed(p, err))
			return false;
	} while (rc == Z_OK && (p->z.avail_in || n < CHUNK));
	backup_progress(p->s->watch, BACKUP_PACKS, p->plain_n, p->s->m->plain_size);
	*out_more = rc != Z_STREAM_END;
	return rc == Z_OK || rc == Z_BUF_ERROR || rc == Z_STREAM_END ||
	       err_set(err, ERR_INTERNAL, "%s: zlib failed (%d)", p->s->path, rc);
}

bool backup_pack(const struct backup_stream *s, int from, const char *from_path,
		 struct err *err)
{
	struct pack *p = pack_new(s, from, from_path);
	if (deflateInit2(&p->z, LEVEL, Z_DEFLATED, GZIP_BITS, MEMORY_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		arena_guard(CHUNK);
	bool more = true, ok = lseek(s->fd, MANIFEST_SIZE, SEEK_SET) == MANIFEST_SIZE ||
			       backup_io(s->path, "cannot be written", err);
	p->z.next_out = p->out;
	p->z.avail_out = CHUNK;
	while (ok && more)
		ok = pack_some(p, &more, err);
	ok = ok && put_packed(p, err);
	(void)deflateEnd(&p->z);
	s->m->plain_size = p->plain_n;
	s->m->packed_size = p->packed_n;
	digest_end(p->plain, s->m->plain_sha);
	digest_end(p->packed, s->m->packed_sha);
	pack_free(p);
	return ok;
}

/* --- unpacking --- */

static bool put_plain(struct pack *p, struct err *err)
{
	size_t n = CHUNK - p->z.avail_out;
	p->plain_n += n;
	if (p->plain_n > p->s->m->plain_size)
		return backup_damaged(p->s->path, "it holds more than its manifest says",
				      err);
	digest_add(p->plain, p->out, n);
	return n == 0 || p->other < 0 ||
	       backup_put(p->other, p->other_path, p->out, n, err);
}

static bool inflate_some(struct pack *p, int *rc, struct err *err)
{
	do {
		p->z.next_out = p->out;
		p->z.avail_out = CHUNK;
		*rc = inflate(&p->z, Z_NO_FLUSH);
		if (*rc == Z_MEM_ERROR)
			arena_guard(CHUNK);
		if (*rc != Z_OK && *rc != Z_STREAM_END && *rc != Z_BUF_ERROR)
			return backup_damaged(p->s->path,
					      "what it holds cannot be unpacked", err);
		if (!put_plain(p, err))
			return false;
	} while (p->z.avail_out == 0 && *rc == Z_OK);
	return *rc != Z_STREAM_END || p->z.avail_in == 0 ||
	       backup_damaged(p->s->path, "something stands behind its end", err);
}

static bool unpack_all(struct pack *p, struct err *err)
{
	const struct manifest *m = p->s->m;
	int rc = Z_OK;
	while (p->packed_n < m->packed_size) {
		ssize_t n = take(p->s->fd, p->s->path, p->in, CHUNK, err);
		if (n < 0 || backup_is_stopped(p->s->watch, err))
			return false;
		p->packed_n += (uint64_t)n;
		if (n == 0 || p->packed_n > m->packed_size || rc == Z_STREAM_END)
			return backup_damaged(
				p->s->path, "its size is not that of its manifest", err);
		digest_add(p->packed, p->in, (size_t)n);
		p->z.next_in = p->in;
		p->z.avail_in = (uInt)n;
		if (!inflate_some(p, &rc, err))
			return false;
		if (p->other < 0)
			backup_progress(p->s->watch, BACKUP_CHECKS, p->packed_n,
					m->packed_size);
		else
			backup_progress(p->s->watch, BACKUP_UNPACKS, p->plain_n,
					m->plain_size);
	}
	return rc == Z_STREAM_END || backup_damaged(p->s->path, "it ends too early", err);
}

static bool sums_agree(struct pack *p, struct err *err)
{
	const struct manifest *m = p->s->m;
	uint8_t plain[DIGEST_SIZE], packed[DIGEST_SIZE];
	digest_end(p->plain, plain);
	digest_end(p->packed, packed);
	return (p->plain_n == m->plain_size &&
		memcmp(plain, m->plain_sha, DIGEST_SIZE) == 0 &&
		memcmp(packed, m->packed_sha, DIGEST_SIZE) == 0) ||
	       backup_damaged(p->s->path, "its SHA-256 is not that of its manifest", err);
}

bool backup_unpack(const struct backup_stream *s, int to, const char *to_path,
		   struct err *err)
{
	struct pack *p = pack_new(s, to, to_path);
	if (inflateInit2(&p->z, GZIP_BITS) != Z_OK)
		arena_guard(CHUNK);
	bool ok = (lseek(s->fd, MANIFEST_SIZE, SEEK_SET) == MANIFEST_SIZE ||
		   backup_io(s->path, "cannot be read", err)) &&
		  unpack_all(p, err) && sums_agree(p, err);
	(void)inflateEnd(&p->z);
	pack_free(p);
	return ok;
}
