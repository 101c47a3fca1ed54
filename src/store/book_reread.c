/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_reread.h"
#include "base/arena.h"
#include "base/hash.h"
#include "store/book_int.h"
#include "store/book_tls.h"
#include "store/facts_int.h"

#include <string.h>

/* --- what a report holds --- */

static bool hash_rows(struct store *s, int64_t report, uint64_t *hash, struct err *err)
{
	struct facts_rows *it = facts_rows(s, report, err);
	struct facts_row row;
	if (!it)
		return false;
	while (facts_rows_next(it, &row, err)) {
		uint64_t v[6] = { *hash, row.source.kind, (uint64_t)row.facet,
				  row.messages };
		memcpy(&v[4], row.source.b, sizeof(row.source.b));
		*hash = hash_bytes(&s->key, v, sizeof(v));
	}
	facts_rows_free(&it);
	return err->code == ERR_NONE;
}

static void add_line(struct buf *b, const struct book_tls *t)
{
	const uint64_t number[] = { t->seq, t->type, t->succeeded, t->failed };
	const struct sv text[] = { t->type_text, t->domain, t->policy, t->mx };
	buf_add(b, number, sizeof(number));
	for (size_t i = 0; i < 4; i++)
		buf_add_block(b, text[i]);
}

static void add_failure(struct buf *b, const struct book_tls_failure *f)
{
	const uint64_t number[] = { f->seq, f->number, f->result, f->sessions };
	const struct sv text[] = { f->result_text, f->mx, f->helo, f->information,
				   f->reason };
	buf_add(b, number, sizeof(number));
	buf_add(b, &f->sending, sizeof(f->sending));
	buf_add(b, &f->receiving, sizeof(f->receiving));
	for (size_t i = 0; i < 5; i++)
		buf_add_block(b, text[i]);
}

static bool hash_lines(struct store *s, int64_t report, uint64_t *hash, struct err *err)
{
	struct arena *a = arena_new();
	struct book_tls *line;
	struct book_tls_failure *failure;
	size_t n = 0, failures = 0;
	struct buf b;
	bool ok = book_tls_of(s, report, a, &line, &n, err) &&
		  book_tls_failures_of(s, report, a, &failure, &failures, err);
	buf_init(&b, SIZE_MAX / 2);
	for (size_t i = 0; ok && i < n; i++)
		add_line(&b, &line[i]);
	for (size_t i = 0; ok && i < failures; i++)
		add_failure(&b, &failure[i]);
	buf_add(&b, hash, sizeof(*hash));
	*hash = hash_bytes(&s->key, b.p, b.n);
	buf_deinit(&b);
	arena_free(&a);
	return ok;
}

bool book_report_content(struct store *s, int64_t report, uint64_t *out, struct err *err)
{
	*out = 0;
	err->code = ERR_NONE;
	return hash_rows(s, report, out, err) && hash_lines(s, report, out, err);
}

/* --- reading it again --- */

bool book_report_reread(struct store *s, struct book_report *in, struct err *err)
{
	struct book_report_key key;
	if (!store_in_tx(s, err) ||
	    !book_policy_intern(s, in->domain, &in->domain_id, err) ||
	    !facts_count(s, in->id, false, err) || !facts_remove(s, in->id, err) ||
	    !book_tls_remove(s, in->id, err))
		return false;
	book_report_key(s, in, &key);
	book_memo_clear(s);
	in->counted = false;
	in->superseded_by = 0;
	return STMT_RUN(
		s, err,
		"UPDATE book_report SET kind = ?2, domain_id = ?3, key_hash = ?4, "
		"key_odd = ?5, first_day = ?6, days = ?7, window_kind = ?8, "
		"begin_at = ?9, end_at = ?10, complete = ?11, superseded_by = 0, "
		"row_n = ?12, messages = ?13, passed = ?14, org = ?15, email = ?16, "
		"report_id = ?17, repair_n = ?18, repairs = ?19, meta = ?20 WHERE "
		"id = ?1",
		a_int(in->id), a_int(in->kind), a_int(in->domain_id), a_int(key.hash),
		a_int(key.odd), a_int(in->first_day), a_int(in->days), a_int(in->window),
		a_opt(in->has_begin, in->begin), a_opt(in->has_end, in->end),
		a_int(in->complete), a_uint(in->rows), a_uint(in->messages),
		a_uint(in->passed), a_text(in->org), a_text(in->email),
		a_text(in->report_id), a_uint(in->repair_n), a_blob(in->repairs),
		a_blob(in->meta));
}

bool book_reports_superseded_by(struct store *s, int64_t id, struct arena *a,
				int64_t **out, size_t *out_n, struct err *err)
{
	return book_list_ids(
		s,
		STMT_ASK(s, err,
			 "SELECT id FROM book_report WHERE superseded_by = ? "
			 "AND superseded_by > 0 ORDER BY id",
			 a_int(id)),
		a, out, out_n, err);
}

/* --- raw that is to be read again --- */

bool book_raws(struct store *s, const struct book_raw_filter *f, struct arena *a,
	       int64_t **out, size_t *out_n, struct err *err)
{
	static const char sql[] =
		"SELECT b.id FROM book_raw b WHERE b.done = 1 AND b.kept = 1 AND "
		"b.arrived >= ?1 AND (?2 < 0 OR EXISTS (SELECT 1 FROM book_delivery d "
		"WHERE d.raw = b.id AND d.kind = ?2)) ORDER BY b.id";
	return book_list_ids(s,
			     STMT_ASK(s, err, sql, a_int(f->arrived_from),
				      a_int(f->any_kind ? -1 : f->kind)),
			     a, out, out_n, err);
}

bool book_raw_by_id(struct store *s, int64_t id, struct arena *a, struct book_raw *out,
		    bool *out_found, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, "SELECT sha FROM book_raw WHERE id = ?",
				    a_int(id));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	uint8_t sha[32];
	*out_found = step == STMT_ROW;
	if (step != STMT_ROW)
		return step == STMT_END;
	bool ok = book_sha_column(st, 0, sha);
	stmt_reset(st);
	return ok ? book_raw_find(s, sha, a, out, out_found, err)
		  : store_damaged(s, err, "raw %lld has no SHA-256", (long long)id);
}

bool book_raw_forget(struct store *s, int64_t raw, struct err *err)
{
	return book_raw_drop_pieces(s, raw, err) &&
	       STMT_RUN(s, err, "UPDATE book_raw SET kept = 0 WHERE id = ?", a_int(raw));
}

bool book_raw_deliver_again(struct store *s, int64_t raw, const struct book_delivery *d,
			    size_t n, struct err *err)
{
	bool ok = book_raw_drop_deliveries(s, raw, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = book_delivery_add(s, &d[i], err);
	return ok;
}
