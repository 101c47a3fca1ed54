/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/worker_int.h"

#include "base/arena.h"

#include <errno.h>
#include <libdeflate.h>
#include <string.h>
#include <unistd.h>

enum {
	RAW_LEVEL = 1,
	RAW_SLACK = 4096
};

void worker_raw_init(struct worker *w)
{
	w->compressor = libdeflate_alloc_compressor(RAW_LEVEL);
	w->raw_in = heap_array(1, LIMIT_RAW_PIECE);
	w->raw_out = heap_array(1, LIMIT_RAW_PIECE + RAW_SLACK);
	if (!w->compressor)
		arena_guard(0);
}

static size_t read_piece(const struct unpack_input *in, uint64_t at, char *out, size_t n)
{
	size_t got = 0;
	if (in->fd < 0) {
		struct sv s = sv_sub(in->bytes, at, n);
		memcpy(out, s.p, s.n);
		return s.n;
	}
	while (got < n) {
		ssize_t r = pread(in->fd, out + got, n - got,
				  (off_t)(in->offset + at + got));
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	return got;
}

/* What comes compressed, or as base64 of what is, stays as it is. */
static bool is_worth_compressing(enum unpack_form form)
{
	return form == FORM_XML || form == FORM_JSON || form == FORM_OTHER;
}

static bool send_piece(struct worker *w, size_t n, bool compress)
{
	struct frame_raw raw = { RAW_PLAIN, (uint32_t)n, { w->raw_in, n } };
	size_t packed = 0;
	if (compress)
		packed = libdeflate_zlib_compress(w->compressor, w->raw_in, n, w->raw_out,
						  n > 64 ? n - 1 : 1);
	if (packed) {
		raw.codec = RAW_DEFLATE;
		raw.bytes = (struct sv){ w->raw_out, packed };
	}
	frame_put_raw(emit_buf(w->emit), &raw);
	return emit_pace(w->emit);
}

bool worker_send_raw(struct worker *w, const struct unpack_input *in)
{
	bool compress = is_worth_compressing(unpack_item_form(w->unpack));
	for (uint64_t at = 0; at < in->length;) {
		uint64_t left = in->length - at;
		size_t want = left < LIMIT_RAW_PIECE ? (size_t)left : LIMIT_RAW_PIECE;
		size_t n = read_piece(in, at, w->raw_in, want);
		if (n == 0)
			return true; /* the file was cut under us: what is there was sent
				      */
		if (!send_piece(w, n, compress))
			return false;
		at += n;
	}
	return true;
}
