/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/limits.h"
#include "store/book_int.h"
#include "store/book_raw_check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	PIECE_BITS = 20, /* id of a piece: raw << 20 | number */
	/* What deflate may add to bytes that do not shrink. */
	PIECE_MAX = LIMIT_RAW_PIECE + 64 * 1024,
};

/* --- what the book's files share --- */

int64_t book_sha8(const uint8_t sha[32])
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | sha[i];
	return (int64_t)(v ^ UINT64_C(1) << 63);
}

bool book_sha_column(sqlite3_stmt *st, int col, uint8_t out[32])
{
	struct sv v = stmt_view(st, col);
	if (v.n != 32)
		return false;
	memcpy(out, v.p, 32);
	return true;
}

void *book_list_add(struct book_list *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->p = heap_grow(l->p, l->cap, l->size);
	}
	return memset(l->p + l->n++ * l->size, 0, l->size);
}

void *book_list_end(struct book_list *l, struct arena *a, size_t *out_n)
{
	void *out = arena_array(a, l->n, l->size);
	if (l->n)
		memcpy(out, l->p, l->n * l->size);
	*out_n = l->n;
	free(l->p);
	*l = (struct book_list){ .size = l->size };
	return out;
}

bool book_list_ids(struct store *s, sqlite3_stmt *st, struct arena *a, int64_t **out,
		   size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(int64_t *)book_list_add(&list) = stmt_i64(st, 0);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

/* --- raw --- */

bool book_raw_find(struct store *s, const uint8_t sha[32], struct arena *a,
		   struct book_raw *out, bool *out_found, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT id, size, form, done, kept, arrived, path, "
				    "removed FROM book_raw WHERE sha8 = ? AND sha = ?",
				    a_int(book_sha8(sha)),
				    a_blob((struct sv){ (const char *)sha, 32 }));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out_found = step == STMT_ROW;
	if (step == STMT_END)
		book_memo_no_raw_is(s, sha, true);
	if (step != STMT_ROW)
		return step == STMT_END;
	*out = (struct book_raw){ .id = stmt_i64(st, 0),
				  .size = stmt_u64(st, 1),
				  .form = (uint8_t)stmt_i64(st, 2),
				  .done = stmt_flag(st, 3),
				  .kept = stmt_flag(st, 4),
				  .arrived = stmt_i64(st, 5),
				  .path = stmt_copy(st, 6, a),
				  .removed = stmt_i64(st, 7) };
	memcpy(out->sha, sha, 32);
	stmt_reset(st);
	return true;
}

static bool find_id(struct store *s, const uint8_t sha[32], int64_t *out_id, bool *done,
		    struct err *err)
{
	*out_id = 0;
	*done = false;
	if (book_memo_no_raw(s, sha))
		return true;
	sqlite3_stmt *st = STMT_ASK(
		s, err, "SELECT id, done FROM book_raw WHERE sha8 = ? AND sha = ?",
		a_int(book_sha8(sha)), a_blob((struct sv){ (const char *)sha, 32 }));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step != STMT_ROW)
		return step == STMT_END;
	*out_id = stmt_i64(st, 0);
	*done = stmt_flag(st, 1);
	stmt_reset(st);
	return true;
}

static struct sv sha_view(const uint8_t sha[32])
{
	return (struct sv){ (const char *)sha, 32 };
}

bool book_raw_begin(struct store *s, struct book_raw *in, struct err *err)
{
	if (!store_in_tx(s, err) || !find_id(s, in->sha, &in->id, &in->done, err))
		return false;
	if (in->done)
		return true;
	if (in->id)
		return book_raw_drop_pieces(s, in->id, err) &&
		       book_raw_drop_deliveries(s, in->id, err) &&
		       STMT_RUN(s, err,
				"UPDATE book_raw SET size = ?, form = ?, kept = 0, "
				"path = ? WHERE id = ?",
				a_uint(in->size), a_int(in->form), a_text(in->path),
				a_int(in->id));
	if (!STMT_RUN(s, err,
		      "INSERT INTO book_raw (sha8, sha, size, form, done, kept, arrived, "
		      "path) VALUES (?, ?, ?, ?, 0, 0, ?, ?)",
		      a_int(book_sha8(in->sha)), a_blob(sha_view(in->sha)),
		      a_uint(in->size), a_int(in->form), a_int(in->arrived),
		      a_text(in->path)))
		return false;
	in->id = sqlite3_last_insert_rowid(s->db);
	book_memo_no_raw_is(s, in->sha, false);
	return true;
}

static int64_t piece_id(int64_t raw, uint32_t seq)
{
	return raw << PIECE_BITS | seq;
}

bool book_raw_piece(struct store *s, int64_t raw_id, uint32_t seq, enum raw_codec codec,
		    uint32_t plain_n, struct sv bytes, struct err *err)
{
	if (seq >= 1U << PIECE_BITS || bytes.n > PIECE_MAX || plain_n > LIMIT_RAW_PIECE ||
	    (codec == RAW_PLAIN && plain_n != bytes.n))
		return err_set(err, ERR_INTERNAL, "a piece of raw has a wrong size");
	return STMT_RUN(s, err,
			"INSERT INTO book_raw_piece (id, codec, plain, bytes) VALUES "
			"(?, ?, ?, ?)",
			a_int(piece_id(raw_id, seq)), a_int(codec), a_int(plain_n),
			a_blob(bytes));
}

bool book_raw_drop_pieces(struct store *s, int64_t raw_id, struct err *err)
{
	return STMT_RUN(s, err, "DELETE FROM book_raw_piece WHERE id BETWEEN ? AND ?",
			a_int(piece_id(raw_id, 0)), a_int(piece_id(raw_id + 1, 0) - 1));
}

bool book_raw_done(struct store *s, int64_t raw_id, uint8_t form, bool kept,
		   struct err *err)
{
	return STMT_RUN(
		s, err,
		"UPDATE book_raw SET done = 1, form = ?2, kept = ?3 WHERE id = ?1",
		a_int(raw_id), a_int(form), a_int(kept));
}

bool book_raw_path(struct store *s, int64_t raw_id, struct sv path, struct err *err)
{
	return STMT_RUN(s, err, "UPDATE book_raw SET path = ?2 WHERE id = ?1",
			a_int(raw_id), a_text(path));
}

static bool inflate_piece(struct sv in, char *out, size_t n)
{
	uLongf got = n;
	return uncompress((Bytef *)out, &got, (const Bytef *)in.p, in.n) == Z_OK &&
	       got == n;
}

bool book_raw_look(struct store *s, int64_t raw_id, uint32_t seq, struct arena *a,
		   struct sv *out, bool *out_readable, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT codec, plain, bytes FROM book_raw_piece "
				    "WHERE id = ?",
				    a_int(piece_id(raw_id, seq)));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out = SV("");
	*out_readable = true;
	if (step != STMT_ROW)
		return step == STMT_END;
	uint64_t plain = stmt_u64(st, 1);
	struct sv bytes = stmt_view(st, 2);
	bool ok = plain <= LIMIT_RAW_PIECE && bytes.n <= PIECE_MAX;
	char *p = ok ? arena_alloc(a, plain + 1) : NULL;
	if (p && stmt_i64(st, 0) == RAW_DEFLATE)
		ok = inflate_piece(bytes, p, plain);
	else if (p && (ok = bytes.n == plain) && plain)
		memcpy(p, bytes.p, plain);
	stmt_reset(st);
	*out_readable = ok;
	if (ok)
		*out = (struct sv){ p, plain };
	return true;
}

bool book_raw_read(struct store *s, int64_t raw_id, uint32_t seq, struct arena *a,
		   struct sv *out, struct err *err)
{
	bool readable;
	return book_raw_look(s, raw_id, seq, a, out, &readable, err) &&
	       (readable || store_damaged(s, err, "piece %u of raw %lld cannot be read",
					  seq, (long long)raw_id));
}

bool book_raw_overwrite(struct store *s, int64_t raw, struct err *err)
{
	return STMT_RUN(s, err,
			"UPDATE book_raw_piece SET bytes = zeroblob(length(bytes)) WHERE "
			"id BETWEEN ? AND ?",
			a_int(piece_id(raw, 0)), a_int(piece_id(raw + 1, 0) - 1));
}

bool book_raw_retire(struct store *s, int64_t raw, int64_t when, struct err *err)
{
	return book_raw_drop_pieces(s, raw, err) &&
	       STMT_RUN(s, err,
			"UPDATE book_raw SET kept = 0, removed = ?2 WHERE id = ?1",
			a_int(raw), a_int(when));
}

bool book_raw_drop_deliveries(struct store *s, int64_t raw, struct err *err)
{
	return STMT_RUN(s, err, "DELETE FROM book_delivery WHERE raw = ?", a_int(raw));
}

bool book_raw_remove(struct store *s, int64_t raw, struct err *err)
{
	return book_raw_drop_pieces(s, raw, err) &&
	       book_raw_drop_deliveries(s, raw, err) &&
	       STMT_RUN(s, err, "DELETE FROM book_raw WHERE id = ?", a_int(raw));
}

bool book_raw_remove_unused(struct store *s, int64_t raw, struct err *err)
{
	sqlite3_stmt *st =
		STMT_ASK(s, err,
			 "SELECT EXISTS (SELECT 1 FROM book_report WHERE raw = ?1) OR "
			 "EXISTS (SELECT 1 FROM book_delivery WHERE raw = ?1 AND "
			 "report > 0)",
			 a_int(raw));
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	bool used = stmt_flag(st, 0);
	stmt_reset(st);
	return used || book_raw_remove(s, raw, err);
}
