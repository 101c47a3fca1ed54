/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_raw_check.h"

#include "base/arena.h"
#include "crypto/digest.h"
#include "store/book_int.h"

#include <stdio.h>
#include <string.h>

/* What one copy after the other is read with. */
struct reading {
	struct store *s;
	struct arena *piece;
	struct digest *digest;
};

static void reading_begin(struct reading *r, struct store *s)
{
	*r = (struct reading){ s, arena_new(), digest_new() };
}

static void reading_end(struct reading *r)
{
	arena_free(&r->piece);
	digest_free(&r->digest);
}

static bool is_sound(struct reading *r, const struct book_raw *raw, bool *out,
		     struct err *err)
{
	uint8_t sha[DIGEST_SIZE];
	uint64_t size = 0;
	struct sv piece;
	digest_reset(r->digest);
	*out = true;
	for (uint32_t seq = 0; *out; seq++) {
		arena_reset(r->piece);
		if (store_is_stopped(r->s))
			return store_stopped(r->s, err);
		if (!book_raw_look(r->s, raw->id, seq, r->piece, &piece, out, err))
			return false;
		if (piece.n == 0)
			break;
		size += piece.n;
		digest_add(r->digest, piece.p, piece.n);
	}
	digest_end(r->digest, sha);
	*out = *out && size == raw->size && memcmp(sha, raw->sha, sizeof(sha)) == 0;
	return true;
}

bool book_raw_is_sound(struct store *s, const struct book_raw *raw, bool *out,
		       struct err *err)
{
	struct reading r;
	reading_begin(&r, s);
	bool ok = is_sound(&r, raw, out, err);
	reading_end(&r);
	return ok;
}

/* raw->id is 0 past the last. */
static bool next_raw(struct store *s, struct arena *a, struct book_raw *raw,
		     struct err *err)
{
	sqlite3_stmt *st =
		STMT_ASK(s, err,
			 "SELECT id, size, sha, path FROM book_raw WHERE id > ? "
			 "AND done = 1 AND kept = 1 ORDER BY id LIMIT 1",
			 a_int(raw->id));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*raw = (struct book_raw){ 0 };
	if (step != STMT_ROW)
		return step == STMT_END;
	raw->id = stmt_i64(st, 0);
	raw->size = stmt_u64(st, 1);
	raw->path = stmt_copy(st, 3, a);
	(void)book_sha_column(st, 2, raw->sha); /* else it stays one that no bytes have */
	stmt_reset(st);
	return true;
}

static bool check_next(struct reading *r, struct arena *a, struct book_raw *raw,
		       struct book_raws_checked *out, struct err *err)
{
	bool sound = true;
	arena_reset(a);
	if (!next_raw(r->s, a, raw, err) || (raw->id && !is_sound(r, raw, &sound, err)))
		return false;
	out->copies += raw->id != 0;
	out->bytes += raw->size;
	if (sound)
		return true;
	if (out->damaged++ == 0)
		(void)snprintf(out->first, sizeof(out->first), "%.*s",
			       SV_ARG(sv_sub(raw->path, 0, sizeof(out->first) - 1)));
	return true;
}

bool book_raws_check(struct store *s, const struct book_raws_check *o,
		     struct book_raws_checked *out, struct err *err)
{
	struct book_raw raw = { 0 };
	struct reading r;
	int64_t all;
	*out = (struct book_raws_checked){ 0 };
	/* A damaged size may be any number: sum() fails where it goes beyond 64 bits. */
	if (!store_int(s,
		       "SELECT max(0, total(size)) FROM book_raw WHERE done = 1 AND "
		       "kept = 1",
		       &all, err))
		return false;
	struct arena *a = arena_new();
	reading_begin(&r, s);
	bool ok;
	do {
		ok = store_snapshot(s, err) && check_next(&r, a, &raw, out, err);
		store_snapshot_end(s);
		if (o->progress)
			o->progress(o->ctx, out->bytes, (uint64_t)all);
	} while (ok && raw.id);
	reading_end(&r);
	arena_free(&a);
	return ok;
}
