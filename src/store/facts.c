/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "store/book.h"
#include "store/book_memo.h"
#include "store/facts_int.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

enum {
	MIRROR_SLOTS = 64 * 1024, /* a power of two */
	PIECE_FIRST = 4096,
};

/* Direct-mapped: a facet that meets another in its slot replaces it. The table behind it
 * has the truth. */
struct facts_mirror {
	struct {
		uint64_t hash;
		int64_t id; /* 0: empty */
		uint32_t n; /* bytes of the facet */
		uint8_t kind;
	} by_hash[MIRROR_SLOTS];
	struct {
		int64_t id; /* 0: empty */
		bool passed;
	} by_id[MIRROR_SLOTS];
};

struct facts *facts_new(void)
{
	struct facts *f = heap_array(1, sizeof(*f));
	f->roll = rollup_new(ROLLUP_MAIN);
	return f;
}

void facts_free(struct facts **f)
{
	if (!*f)
		return;
	rollup_free(&(*f)->roll);
	free((*f)->mirror);
	free((*f)->put.bytes);
	free(*f);
	*f = NULL;
}

/* --- the transaction's events --- */

/* Facets above `floor` were never committed; another process may give their ids to other
 * facets. */
static void mirror_cut(struct facts *f, int64_t floor)
{
	if (f->facet_top <= floor)
		return;
	f->facet_top = floor;
	for (size_t i = 0; f->mirror && i < MIRROR_SLOTS; i++) {
		if (f->mirror->by_hash[i].id > floor)
			f->mirror->by_hash[i].id = 0;
		if (f->mirror->by_id[i].id > floor)
			f->mirror->by_id[i].id = 0;
	}
}

void facts_mirror_clear(struct facts *f)
{
	if (f->mirror)
		memset(f->mirror, 0, sizeof(*f->mirror));
}

static void put_reset(struct facts_put *p)
{
	p->open = false;
	p->n = 0;
	p->pieces = 0;
	p->written_as = 0;
	p->total = 0;
	p->kept = 0;
	p->before = (struct facts_row){ 0 };
}

bool facts_settle(struct store *s, struct err *err)
{
	struct rollup *r = s->facts->roll;
	if (s->facts->doomed)
		return err_set(err, ERR_TEMP,
			       "%s: facts that were dropped could not be removed; the "
			       "transaction cannot be kept",
			       s->path);
	return rollup_is_clean(r) || rollup_flush(s, r, err);
}

void facts_committed(struct facts *f)
{
	f->facet_settled = f->facet_top;
	rollup_release(f->roll);
}

bool facts_mark(struct store *s, struct err *err)
{
	s->facts->facet_floor = s->facts->facet_top;
	return rollup_mark(s, s->facts->roll, err);
}

void facts_release(struct facts *f)
{
	rollup_release(f->roll);
}

void facts_undo(struct facts *f)
{
	put_reset(&f->put);
	f->doomed = false;
	rollup_undo(f->roll);
	mirror_cut(f, f->facet_floor);
}

void facts_forget(struct facts *f)
{
	if (!f)
		return;
	put_reset(&f->put);
	f->doomed = false;
	rollup_forget(f->roll);
	mirror_cut(f, f->facet_settled);
}

/* --- facets --- */

static struct facts_mirror *mirror(struct facts *f)
{
	if (!f->mirror)
		f->mirror = heap_array(1, sizeof(*f->mirror));
	return f->mirror;
}

static void remember(struct facts *f, int64_t id, bool passed)
{
	size_t i = (size_t)id % MIRROR_SLOTS;
	mirror(f)->by_id[i].id = id;
	mirror(f)->by_id[i].passed = passed;
	/* What is read is committed, or was written by us and has moved the top already.
	 */
	if (id > f->facet_top)
		f->facet_top = id;
}

static bool find_facet(struct store *s, uint8_t kind, uint64_t hash, struct sv bytes,
		       int64_t *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT id, kind, passed, bytes FROM facts_facet "
				    "WHERE hash = ?",
				    a_uint(hash));
	if (!st)
		return false;
	enum stmt_step step;
	while ((step = stmt_step(s, st, err)) == STMT_ROW) {
		if (stmt_i64(st, 1) != kind || !sv_eq(stmt_view(st, 3), bytes))
			continue;
		*out = stmt_i64(st, 0);
		remember(s->facts, *out, stmt_flag(st, 2));
		stmt_reset(st);
		return true;
	}
	return step == STMT_END;
}

static bool add_facet(struct store *s, uint8_t kind, uint64_t hash, struct stmt_arg bytes,
		      bool passed, int64_t *out, struct err *err)
{
	if (!STMT_RUN(s, err,
		      "INSERT INTO facts_facet (hash, kind, passed, bytes) VALUES "
		      "(?, ?, ?, ?)",
		      a_uint(hash), a_int(kind), a_int(passed), bytes))
		return false;
	*out = sqlite3_last_insert_rowid(s->db);
	remember(s->facts, *out, passed);
	return true;
}

bool facts_facet_known(struct store *s, uint8_t kind, struct sv bytes, int64_t *out_id)
{
	uint64_t hash = hash_bytes(&s->key, bytes.p, bytes.n);
	size_t i = (size_t)hash % MIRROR_SLOTS;
	const struct facts_mirror *m = mirror(s->facts);
	/* A 64-bit keyed hash, the kind and the length: that two facets share all of them
	 * by chance does not happen, and by intent it takes the key. */
	*out_id = m->by_hash[i].id;
	return *out_id && m->by_hash[i].hash == hash && m->by_hash[i].kind == kind &&
	       m->by_hash[i].n == bytes.n;
}

bool facts_facet(struct store *s, uint8_t kind, struct sv bytes, bool passed,
		 int64_t *out_id, struct err *err)
{
	if (!store_in_tx(s, err))
		return false;
	if (bytes.n > LIMIT_FACET)
		return err_set(err, ERR_INTERNAL, "a facet has %zu bytes", bytes.n);
	if (facts_facet_known(s, kind, bytes, out_id))
		return true;
	uint64_t hash = hash_bytes(&s->key, bytes.p, bytes.n);
	size_t i = (size_t)hash % MIRROR_SLOTS;
	struct facts_mirror *m = mirror(s->facts);
	*out_id = 0;
	if (!find_facet(s, kind, hash, bytes, out_id, err))
		return false;
	if (!*out_id && !add_facet(s, kind, hash, a_blob(bytes), passed, out_id, err))
		return false;
	m->by_hash[i].hash = hash;
	m->by_hash[i].kind = kind;
	m->by_hash[i].n = (uint32_t)bytes.n;
	m->by_hash[i].id = *out_id;
	return true;
}

bool facts_facet_bytes(struct store *s, int64_t id, struct arena *a, struct sv *out,
		       bool *out_passed, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(
		s, err, "SELECT bytes, passed FROM facts_facet WHERE id = ?", a_int(id));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_END)
		return store_damaged(s, err, "facet %lld is missing", (long long)id);
	if (step == STMT_FAILED)
		return false;
	*out = stmt_copy(st, 0, a);
	*out_passed = stmt_flag(st, 1);
	stmt_reset(st);
	return true;
}

bool facts_facet_passed(struct store *s, int64_t id, bool *out, struct err *err)
{
	size_t i = (size_t)id % MIRROR_SLOTS;
	if (mirror(s->facts)->by_id[i].id == id) {
		*out = s->facts->mirror->by_id[i].passed;
		return true;
	}
	sqlite3_stmt *st = STMT_ASK(s, err, "SELECT passed FROM facts_facet WHERE id = ?",
				    a_int(id));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_END)
		return store_damaged(s, err, "facet %lld is missing", (long long)id);
	if (step == STMT_FAILED)
		return false;
	*out = stmt_flag(st, 0);
	stmt_reset(st);
	remember(s->facts, id, *out);
	return true;
}

/* --- putting --- */

static int64_t piece_id(int64_t report, uint32_t seq)
{
	return report << FACTS_PIECE_BITS | seq;
}

bool facts_put_begin(struct store *s, struct err *err)
{
	if (!store_in_tx(s, err))
		return false;
	if (s->facts->put.open)
		return err_set(err, ERR_INTERNAL, "facts are being put already");
	put_reset(&s->facts->put);
	s->facts->put.open = true;
	return true;
}

static bool write_piece(struct store *s, struct facts_put *p, int64_t report,
			struct err *err)
{
	if (p->pieces >= 1U << FACTS_PIECE_BITS)
		return err_set(err, ERR_INTERNAL, "a report has too many facts");
	struct sv bytes = { (const char *)p->bytes, p->n };
	if (!STMT_RUN(s, err, "INSERT INTO facts_piece (id, bytes) VALUES (?, ?)",
		      a_int(piece_id(report, p->pieces)), a_blob(bytes)))
		return false;
	p->pieces++;
	p->total += p->n;
	return true;
}

/* The report is entered after its rows. The write lock is ours, so the id that it will
 * get is known; facts_put_end() moves the pieces where it got another one. */
static bool spill(struct store *s, struct facts_put *p, struct err *err)
{
	if (!p->written_as &&
	    !store_int(s, "SELECT coalesce(max(id), 0) + 1 FROM book_report",
		       &p->written_as, err))
		return false;
	if (!write_piece(s, p, p->written_as, err))
		return false;
	p->n = 0;
	p->before = (struct facts_row){ 0 };
	return true;
}

static void make_room(struct facts_put *p)
{
	if (p->cap - p->n >= CODEC_ROW_MAX)
		return;
	size_t cap = p->cap ? p->cap * 2 : PIECE_FIRST;
	p->cap = cap < LIMIT_RAW_PIECE ? cap : LIMIT_RAW_PIECE;
	p->bytes = heap_grow(p->bytes, p->cap, 1);
}

bool facts_put(struct store *s, const struct addr *source, int64_t facet,
	       uint64_t messages, struct err *err)
{
	struct facts_put *p = &s->facts->put;
	struct facts_row row = { .facet = facet, .messages = messages };
	size_t n = addr_len(source);
	if (!p->open || facet < 1)
		return err_set(err, ERR_INTERNAL, "facts are put without a beginning");
	row.source.kind = n ? source->kind : ADDR_NONE;
	memcpy(row.source.b, source->b, n);
	if (LIMIT_RAW_PIECE - p->n < CODEC_ROW_MAX && !spill(s, p, err))
		return false;
	make_room(p);
	p->n += codec_put_row(&p->before, &row, p->bytes + p->n);
	return true;
}

static bool move_pieces(struct store *s, const struct facts_put *p, int64_t report,
			struct err *err)
{
	for (uint32_t i = 0; i < p->pieces; i++)
		if (!STMT_RUN(s, err, "UPDATE facts_piece SET id = ?2 WHERE id = ?1",
			      a_int(piece_id(p->written_as, i)),
			      a_int(piece_id(report, i))))
			return false;
	return true;
}

bool facts_put_end(struct store *s, int64_t report, struct err *err)
{
	struct facts_put *p = &s->facts->put;
	if (!p->open)
		return err_set(err, ERR_INTERNAL, "facts end without a beginning");
	bool spilled = p->written_as != 0;
	if (spilled && p->written_as != report && !move_pieces(s, p, report, err))
		return false;
	p->written_as = report;
	if (p->n && !write_piece(s, p, report, err))
		return false;
	p->open = false;
	p->kept = spilled ? 0 : report;
	return true;
}

void facts_put_drop(struct store *s)
{
	struct facts_put *p = &s->facts->put;
	struct err ignored;
	/* Pieces that are written already must not be taken for the next report's. */
	for (uint32_t i = 0; p->open && i < p->pieces; i++)
		if (!STMT_RUN(s, &ignored, "DELETE FROM facts_piece WHERE id = ?",
			      a_int(piece_id(p->written_as, i))))
			s->facts->doomed = true;
	put_reset(p);
}

bool facts_remove(struct store *s, int64_t report, struct err *err)
{
	if (s->facts->put.kept == report)
		put_reset(&s->facts->put);
	return STMT_RUN(s, err, "DELETE FROM facts_piece WHERE id BETWEEN ? AND ?",
			a_int(piece_id(report, 0)), a_int(piece_id(report + 1, 0) - 1));
}

/* --- reading --- */

struct facts_rows {
	struct store *s;
	int64_t report;
	uint32_t next; /* piece */
	uint8_t *own;  /* the current piece, where it is ours */
	size_t cap;
	struct sv left;
	struct facts_row row;
};

static void rows_init(struct facts_rows *it, struct store *s, int64_t report)
{
	const struct facts_put *p = &s->facts->put;
	*it = (struct facts_rows){ .s = s, .report = report };
	if (p->kept == report && report) {
		it->left = (struct sv){ (const char *)p->bytes, p->n };
		it->next = UINT32_MAX;
	}
}

struct facts_rows *facts_rows(struct store *s, int64_t report, struct err *err)
{
	if (report < 1) {
		err_set(err, ERR_INTERNAL, "there is no report %lld", (long long)report);
		return NULL;
	}
	struct facts_rows *it = heap_array(1, sizeof(*it));
	/* Always from the table: what was put last may change under a long reading. */
	*it = (struct facts_rows){ .s = s, .report = report };
	return it;
}

void facts_rows_free(struct facts_rows **it)
{
	if (!*it)
		return;
	free((*it)->own);
	free(*it);
	*it = NULL;
}

/* False at the end too. */
static bool next_piece(struct facts_rows *it, struct err *err)
{
	struct store *s = it->s;
	if (it->next >= 1U << FACTS_PIECE_BITS)
		return false;
	sqlite3_stmt *st = STMT_ASK(s, err, "SELECT bytes FROM facts_piece WHERE id = ?",
				    a_int(piece_id(it->report, it->next)));
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	struct sv v = stmt_view(st, 0);
	bool ok = v.n > 0 && v.n <= LIMIT_RAW_PIECE;
	if (ok && v.n > it->cap) {
		it->cap = v.n;
		it->own = heap_grow(it->own, v.n, 1);
	}
	if (ok)
		memcpy(it->own, v.p, v.n);
	stmt_reset(st);
	if (!ok)
		return store_damaged(s, err, "facts of report %lld have a wrong size",
				     (long long)it->report);
	it->left = (struct sv){ (const char *)it->own, v.n };
	it->row = (struct facts_row){ 0 };
	it->next++;
	return true;
}

static bool rows_next(struct facts_rows *it, struct err *err)
{
	if (it->left.n == 0 && !next_piece(it, err))
		return false;
	return codec_take_row(&it->left, &it->row) ||
	       store_damaged(it->s, err, "facts of report %lld cannot be read",
			     (long long)it->report);
}

bool facts_rows_next(struct facts_rows *it, struct facts_row *out, struct err *err)
{
	err->code = ERR_NONE;
	if (!rows_next(it, err))
		return false;
	*out = it->row;
	return true;
}

bool facts_feed(struct store *s, int64_t report, const struct rollup_place *at,
		struct rollup *r, struct facts_figures *out, struct err *err)
{
	struct facts_rows it;
	struct facts_figures f = { 0 };
	rows_init(&it, s, report);
	err->code = ERR_NONE;
	for (; rows_next(&it, err); f.rows++) {
		bool passed = false,
		     ok = facts_facet_passed(s, it.row.facet, &passed, err);
		struct codec_entry e = { .rows = 1, .messages = it.row.messages };
		e.key = codec_key_of(&it.row.source, it.row.facet, passed);
		if (!ok || (r && !rollup_add_row(s, r, at, f.rows, &e, err)))
			break;
		f.messages += e.messages;
		f.passed += passed ? e.messages : 0;
	}
	free(it.own);
	if (out)
		*out = f;
	return err->code == ERR_NONE;
}

/* --- counting --- */

/* *out_facts: it is of the kind that has facts; *out_sealed: it had them. */
static bool read_place(struct store *s, int64_t report, struct rollup_place *at,
		       bool *counted, bool *out_facts, bool *out_sealed, struct err *err)
{
	*counted = false;
	*out_facts = true;
	*out_sealed = false;
	if (book_memo_place(s, report, at))
		return true;
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT counted, domain_id, first_day, days, kind, "
				    "sealed FROM book_report WHERE id = ?",
				    a_int(report));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_END)
		return err_set(err, ERR_NO_INPUT, "there is no report %lld",
			       (long long)report);
	if (step == STMT_FAILED)
		return false;
	*counted = stmt_flag(st, 0);
	at->domain = stmt_i64(st, 1);
	at->first_day = stmt_i64(st, 2);
	uint64_t days = stmt_u64(st, 3);
	at->days = days <= ROLLUP_DAYS_MAX ? (uint32_t)days : 0;
	*out_facts = stmt_i64(st, 4) == KIND_AGGREGATE;
	*out_sealed = stmt_flag(st, 5);
	stmt_reset(st);
	return true;
}

bool facts_count(struct store *s, int64_t report, bool counted, struct err *err)
{
	struct rollup_place at = { 0 };
	struct rollup *r = s->facts->roll;
	bool is = false, has_facts = false, sealed = false;
	if (!store_in_tx(s, err) ||
	    !read_place(s, report, &at, &is, &has_facts, &sealed, err))
		return false;
	if (is == counted || sealed)
		return true;
	at.add = counted;
	book_memo_place_is(s, 0, NULL);
	if (!STMT_RUN(s, err, "UPDATE book_report SET counted = ?2 WHERE id = ?1",
		      a_int(report), a_int(counted)))
		return false;
	return !has_facts || (rollup_add_report(s, r, &at, err) &&
			      facts_feed(s, report, &at, r, NULL, err));
}
