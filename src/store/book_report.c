/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/date.h"
#include "base/limits.h"
#include "store/book_int.h"
#include "store/book_reread.h"
#include "store/book_tls.h"
#include "store/facts_int.h"

#include <string.h>

enum {
	KEY_PART_MAX = 400,
	HEX_MIN = 4,
	SHORT_ID_MIN = 12,
	SHA_HEX = 64,
};

/* --- reading a row --- */

/* Of a sealed failure report blanks are left where its texts were. */
static void forget_failure(struct book_report *r)
{
	struct sv *const gone[] = { &r->org,    &r->email, &r->report_id,
				    &r->member, &r->meta,  &r->repairs };
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		*gone[i] = SV("");
}

bool book_report_column(struct store *s, sqlite3_stmt *st, struct arena *a, bool full,
			struct book_report *out, struct err *err)
{
	*out = (struct book_report){
		.id = stmt_i64(st, 0),
		.kind = (uint8_t)stmt_i64(st, 2),
		.org = stmt_copy(st, 3, a),
		.email = stmt_copy(st, 4, a),
		.report_id = stmt_copy(st, 5, a),
		.domain = stmt_copy(st, 6, a),
		.domain_id = stmt_i64(st, 7),
		.has_begin = sqlite3_column_type(st, 8) != SQLITE_NULL,
		.begin = stmt_i64(st, 8),
		.has_end = sqlite3_column_type(st, 9) != SQLITE_NULL,
		.end = stmt_i64(st, 9),
		.complete = stmt_flag(st, 10),
		.counted = stmt_flag(st, 11),
		.superseded_by = stmt_i64(st, 12),
		.rows = stmt_u64(st, 13),
		.messages = stmt_u64(st, 14),
		.passed = stmt_u64(st, 15),
		.first_day = stmt_i64(st, 16),
		.days = (uint32_t)stmt_i64(st, 17),
		.window = (uint8_t)stmt_i64(st, 18),
		.arrived = stmt_i64(st, 19),
		.raw_id = stmt_i64(st, 20),
		.member = stmt_copy(st, 21, a),
		.repair_n = stmt_u64(st, 22),
		.sealed = stmt_flag(st, 23),
	};
	if (full) {
		out->meta = stmt_copy(st, BOOK_REPORT_COLUMN_N, a);
		out->repairs = stmt_copy(st, BOOK_REPORT_COLUMN_N + 1, a);
	}
	if (out->sealed && out->kind == KIND_FAILURE)
		forget_failure(out);
	return book_sha_column(st, 1, out->sha) ||
	       store_damaged(s, err, "report %lld has no SHA-256", (long long)out->id);
}

#define SELECT_FULL "SELECT " BOOK_REPORT_COLUMNS ", r.meta, r.repairs" BOOK_REPORT_FROM

static bool take_one(struct store *s, sqlite3_stmt *st, struct arena *a,
		     struct book_report *out, bool *found, struct err *err)
{
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*found = step == STMT_ROW;
	if (step != STMT_ROW)
		return step == STMT_END;
	bool ok = book_report_column(s, st, a, true, out, err);
	stmt_reset(st);
	return ok;
}

static size_t common_digits(const uint8_t a[32], const uint8_t b[32])
{
	size_t i = 0;
	while (i < 32 && a[i] == b[i])
		i++;
	return 2 * i + (i < 32 && (a[i] ^ b[i]) < 16);
}

/* How many hex digits tell `sha` from all others, at least 12; and is it in the book? */
static bool look_around(struct store *s, const uint8_t sha[32], size_t *out_digits,
			bool *out_itself, struct err *err)
{
	uint8_t low[32] = { 0 }, high[32], other[32];
	memset(high, 0xff, sizeof(high));
	memcpy(low, sha, SHORT_ID_MIN / 2);
	memcpy(high, sha, SHORT_ID_MIN / 2);
	sqlite3_stmt *st =
		STMT_ASK(s, err, "SELECT sha FROM book_report WHERE sha8 BETWEEN ? AND ?",
			 a_int(book_sha8(low)), a_int(book_sha8(high)));
	enum stmt_step step = STMT_FAILED;
	*out_digits = SHORT_ID_MIN;
	*out_itself = false;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		size_t same = book_sha_column(st, 0, other) ? common_digits(sha, other)
							    : 0;
		if (same == SHA_HEX)
			*out_itself = true;
		else if (same >= *out_digits)
			*out_digits = same + 1;
	}
	book_memo_alone_is(s, sha, step == STMT_END && *out_digits == SHORT_ID_MIN);
	return step == STMT_END;
}

bool book_report_by_sha(struct store *s, const uint8_t sha[32], struct arena *a,
			struct book_report *out, bool *out_found, struct err *err)
{
	size_t digits;
	*out_found = false;
	if (!look_around(s, sha, &digits, out_found, err))
		return false;
	if (!*out_found)
		return true;
	sqlite3_stmt *st = STMT_ASK(s, err, SELECT_FULL "WHERE r.sha8 = ? AND r.sha = ?",
				    a_int(book_sha8(sha)),
				    a_blob((struct sv){ (const char *)sha, 32 }));
	return take_one(s, st, a, out, out_found, err);
}

bool book_report_by_id(struct store *s, int64_t id, struct arena *a,
		       struct book_report *out, struct err *err)
{
	bool found;
	sqlite3_stmt *st = STMT_ASK(s, err, SELECT_FULL "WHERE r.id = ?", a_int(id));
	if (!take_one(s, st, a, out, &found, err))
		return false;
	return found ||
	       err_set(err, ERR_NO_INPUT, "there is no report %lld", (long long)id);
}

/* --- identity in hex --- */

static int hex_value(char c)
{
	char l = ascii_lower(c);
	if (ascii_is_digit(c))
		return c - '0';
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

static bool hex_parse(struct sv hex, uint8_t low[32], uint8_t high[32])
{
	memset(low, 0, 32);
	memset(high, 0xff, 32);
	if (hex.n < HEX_MIN || hex.n > SHA_HEX)
		return false;
	for (size_t i = 0; i < hex.n; i++) {
		int v = hex_value(hex.p[i]);
		if (v < 0)
			return false;
		unsigned shift = i % 2 ? 0 : 4;
		low[i / 2] |= (uint8_t)((unsigned)v << shift);
		high[i / 2] &= (uint8_t) ~((unsigned)(15 - v) << shift);
	}
	return true;
}

bool book_report_by_prefix(struct store *s, struct sv hex, struct arena *a,
			   struct book_report *out, int *out_matches, struct err *err)
{
	uint8_t low[32], high[32];
	*out_matches = 0;
	if (!hex_parse(hex, low, high))
		return true;
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		SELECT_FULL "WHERE r.sha8 BETWEEN ? AND ? AND r.sha BETWEEN ? AND ? "
			    "LIMIT 2",
		a_int(book_sha8(low)), a_int(book_sha8(high)),
		a_blob((struct sv){ (const char *)low, 32 }),
		a_blob((struct sv){ (const char *)high, 32 }));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	for (; step == STMT_ROW; step = stmt_step(s, st, err)) {
		if (++*out_matches > 1)
			continue;
		if (!book_report_column(s, st, a, true, out, err)) {
			stmt_reset(st);
			return false;
		}
	}
	return step == STMT_END;
}

bool book_report_short_id(struct store *s, const uint8_t sha[32], char out[65],
			  struct err *err)
{
	static const char digit[] = "0123456789abcdef";
	size_t n = SHORT_ID_MIN;
	bool itself;
	if (!book_memo_alone(s, sha) && !look_around(s, sha, &n, &itself, err))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = digit[i % 2 ? sha[i / 2] & 15 : sha[i / 2] >> 4];
	out[n] = '\0';
	return true;
}

/* --- the natural key --- */

/* The organisation, else what follows the @ of the e-mail. */
static struct sv org_of(const struct book_report *r)
{
	struct sv org = sv_trim(r->org), mail = sv_trim(r->email);
	if (org.n)
		return org;
	size_t at = mail.n;
	while (at > 0 && mail.p[at - 1] != '@')
		at--;
	return sv_sub(mail, at, mail.n);
}

/* A length, then up to 400 bytes in lower case: texts that differ only beyond are told
 * apart by same_key(). */
static size_t put_folded(char *out, struct sv s, bool fold)
{
	size_t n = s.n < KEY_PART_MAX ? s.n : KEY_PART_MAX;
	memcpy(out, &s.n, sizeof(s.n));
	out += sizeof(s.n);
	for (size_t i = 0; i < n; i++)
		out[i] = fold ? ascii_lower(s.p[i]) : s.p[i];
	return sizeof(s.n) + n;
}

static int64_t key_hash(const struct store *s, const struct book_report *r)
{
	const int64_t window[5] = { r->kind, r->has_begin, r->has_begin ? r->begin : 0,
				    r->has_end, r->has_end ? r->end : 0 };
	char key[sizeof(window) + 3 * (sizeof(size_t) + KEY_PART_MAX)];
	size_t n = sizeof(window);
	memcpy(key, window, sizeof(window));
	struct sv domain = r->kind == KIND_TLS ? SV("") : r->domain;
	n += put_folded(key + n, org_of(r), true);
	n += put_folded(key + n, domain, true);
	n += put_folded(key + n, r->report_id, false);
	return (int64_t)hash_bytes(&s->key, key, n);
}

static bool same_key(const struct book_report *a, const struct book_report *b)
{
	return a->kind == b->kind && sv_eq_fold(org_of(a), org_of(b)) &&
	       (a->kind == KIND_TLS || sv_eq_fold(a->domain, b->domain)) &&
	       sv_eq(a->report_id, b->report_id) && a->has_begin == b->has_begin &&
	       a->has_end == b->has_end && (!a->has_begin || a->begin == b->begin) &&
	       (!a->has_end || a->end == b->end);
}

static int64_t clamp_day(int64_t day)
{
	return day < ROLLUP_DAY_MIN   ? ROLLUP_DAY_MIN
	       : day > ROLLUP_DAY_MAX ? ROLLUP_DAY_MAX
				      : day;
}

/* The day that the key's window gives; a report that counts from there on is found by the
 * index over days, any other by the index over odd ones. */
static bool key_day(const struct book_report *r, int64_t *out)
{
	if (!r->has_begin && !r->has_end)
		return false;
	*out = clamp_day(date_day_of(r->has_begin ? r->begin : r->end));
	return true;
}

/* What is wanted of the reports with a key: all, or whether one stands for itself. */
struct matches {
	struct book_list list;
	bool only_whether, found;
};

static bool add_matches(struct store *s, sqlite3_stmt *st, const struct book_report *like,
			struct arena *a, struct matches *m, struct err *err)
{
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		struct book_report r;
		if (!book_report_column(s, st, a, false, &r, err)) {
			stmt_reset(st);
			return false;
		}
		if (!same_key(&r, like) || memcmp(r.sha, like->sha, 32) == 0)
			continue;
		if (!m->only_whether) {
			memcpy(book_list_add(&m->list), &r, sizeof(r));
		} else if (!r.superseded_by) {
			m->found = true;
			stmt_reset(st);
			return true;
		}
	}
	return step == STMT_END;
}

/* Are there any of which the day is not that of their key? True also on a failure, which
 * then meets the statement that follows. */
static bool some_odd(struct store *s, struct err *err)
{
	if (book_memo_odd(s) >= 0)
		return book_memo_odd(s);
	sqlite3_stmt *st =
		stmt_ask(s, "SELECT EXISTS (SELECT 1 FROM book_report WHERE key_odd = 1)",
			 NULL, 0, err);
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return true;
	bool odd = stmt_flag(st, 0);
	stmt_reset(st);
	book_memo_odd_is(s, odd);
	return odd;
}

static bool find_by_key(struct store *s, const struct book_report *like, struct arena *a,
			struct matches *m, struct err *err)
{
	static const char by_day[] =
		"SELECT " BOOK_REPORT_COLUMNS BOOK_REPORT_FROM
		"WHERE r.first_day = ?1 AND r.key_hash = ?2 AND r.key_odd = 0 AND "
		"r.domain_id = ?3 AND r.id <> ?4 ORDER BY r.id";
	static const char odd[] = "SELECT " BOOK_REPORT_COLUMNS BOOK_REPORT_FROM
				  "WHERE r.key_odd = 1 AND r.key_hash = ?1 ORDER BY r.id";
	static const char tls[] = "SELECT " BOOK_REPORT_COLUMNS BOOK_REPORT_FROM
				  "WHERE r.kind = 2 AND r.key_hash = ?1 ORDER BY r.id";
	struct book_policy_domain domain;
	int64_t hash = key_hash(s, like), day;
	bool found = false, ok = true;
	if (like->kind == KIND_TLS)
		ok = add_matches(s, STMT_ASK(s, err, tls, a_int(hash)), like, a, m, err);
	else if (like->kind == KIND_AGGREGATE)
		ok = book_policy_domain(s, like->domain, &domain, &found, err);
	if (ok && found && !m->found && key_day(like, &day))
		ok = add_matches(s,
				 STMT_ASK(s, err, by_day, a_int(day), a_int(hash),
					  a_int(domain.id), a_int(like->id)),
				 like, a, m, err);
	if (ok && found && !m->found && some_odd(s, err))
		ok = add_matches(s, STMT_ASK(s, err, odd, a_int(hash)), like, a, m, err);
	return ok;
}

bool book_reports_by_key(struct store *s, const struct book_report *like, struct arena *a,
			 struct book_report **out, size_t *out_n, struct err *err)
{
	struct matches m = { .list.size = sizeof(**out) };
	bool ok = find_by_key(s, like, a, &m, err);
	*out = book_list_end(&m.list, a, out_n);
	return ok;
}

bool book_report_is_conflict(struct store *s, const struct book_report *r,
			     struct arena *a, bool *out, struct err *err)
{
	struct matches m = { .only_whether = true };
	bool ok = r->superseded_by || find_by_key(s, r, a, &m, err);
	*out = m.found;
	return ok;
}

/* --- entering, superseding, removing --- */

static void remember_added(struct store *s, const struct book_report *in, bool odd)
{
	/* Only what has facts is switched by its place. */
	const struct rollup_place at = { .domain = in->domain_id,
					 .first_day = in->first_day,
					 .days = in->days };
	if (in->kind == KIND_AGGREGATE)
		book_memo_place_is(s, in->id, &at);
	if (odd)
		book_memo_odd_is(s, true);
	if (!book_memo_alone(s, in->sha))
		book_memo_alone_is(s, in->sha, false);
}

void book_report_key(const struct store *s, struct book_report *in,
		     struct book_report_key *out)
{
	int64_t day = 0;
	in->first_day = clamp_day(in->first_day);
	out->odd = !key_day(in, &day) || day != in->first_day;
	out->hash = key_hash(s, in);
}

bool book_report_add(struct store *s, struct book_report *in, struct err *err)
{
	struct book_report_key key;
	if (!store_in_tx(s, err) ||
	    !book_policy_intern(s, in->domain, &in->domain_id, err))
		return false;
	if (in->days < 1 || in->days > ROLLUP_DAYS_MAX || in->meta.n > LIMIT_META)
		return err_set(err, ERR_INTERNAL, "a report counts on %u days", in->days);
	book_report_key(s, in, &key);
	if (!STMT_RUN(
		    s, err,
		    "INSERT INTO book_report (sha8, sha, kind, domain_id, key_hash, "
		    "key_odd, first_day, days, window_kind, begin_at, end_at, complete, "
		    "counted, superseded_by, row_n, messages, passed, arrived, raw, "
		    "org, email, report_id, member, repair_n, repairs, meta) VALUES "
		    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, "
		    "?, ?, ?, ?, ?)",
		    a_int(book_sha8(in->sha)),
		    a_blob((struct sv){ (const char *)in->sha, 32 }), a_int(in->kind),
		    a_int(in->domain_id), a_int(key.hash), a_int(key.odd),
		    a_int(in->first_day), a_int(in->days), a_int(in->window),
		    a_opt(in->has_begin, in->begin), a_opt(in->has_end, in->end),
		    a_int(in->complete), a_int(in->superseded_by), a_uint(in->rows),
		    a_uint(in->messages), a_uint(in->passed), a_int(in->arrived),
		    a_int(in->raw_id), a_text(in->org), a_text(in->email),
		    a_text(in->report_id), a_text(in->member), a_uint(in->repair_n),
		    a_blob(in->repairs), a_blob(in->meta)))
		return false;
	in->id = sqlite3_last_insert_rowid(s->db);
	in->counted = false;
	remember_added(s, in, key.odd);
	return true;
}

bool book_report_supersede(struct store *s, int64_t id, int64_t by, struct err *err)
{
	return STMT_RUN(s, err, "UPDATE book_report SET superseded_by = ?2 WHERE id = ?1",
			a_int(id), a_int(by));
}

/* Raws that a report came from or was delivered by. */
static bool raws_of(struct store *s, int64_t report, struct arena *a, int64_t **out,
		    size_t *out_n, struct err *err)
{
	return book_list_ids(
		s,
		STMT_ASK(s, err,
			 "SELECT raw FROM book_delivery WHERE report = ?1 AND report > 0 "
			 "UNION SELECT raw FROM book_report WHERE id = ?1",
			 a_int(report)),
		a, out, out_n, err);
}

static bool must_be_uncounted(struct store *s, int64_t id, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(
		s, err, "SELECT counted FROM book_report WHERE id = ?", a_int(id));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step == STMT_END)
		return err_set(err, ERR_NO_INPUT, "there is no report %lld",
			       (long long)id);
	bool counted = step == STMT_ROW && stmt_flag(st, 0);
	if (step == STMT_ROW)
		stmt_reset(st);
	if (counted)
		return err_set(err, ERR_INTERNAL, "report %lld still counts",
			       (long long)id);
	return step == STMT_ROW;
}

bool book_report_drop(struct store *s, int64_t id, struct err *err)
{
	if (!store_in_tx(s, err) || !must_be_uncounted(s, id, err))
		return false;
	book_memo_place_is(s, 0, NULL);
	return facts_remove(s, id, err) && book_tls_remove(s, id, err) &&
	       STMT_RUN(s, err,
			"DELETE FROM book_delivery WHERE report = ? AND report > 0",
			a_int(id)) &&
	       STMT_RUN(s, err, "DELETE FROM book_report WHERE id = ?", a_int(id)) &&
	       STMT_RUN(s, err,
			"UPDATE book_report SET superseded_by = 0 WHERE "
			"superseded_by = ? AND superseded_by > 0",
			a_int(id));
}

bool book_report_remove(struct store *s, int64_t id, struct err *err)
{
	if (!store_in_tx(s, err))
		return false;
	struct arena *a = arena_new();
	int64_t *raw;
	size_t n;
	bool ok = raws_of(s, id, a, &raw, &n, err) && book_report_drop(s, id, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = book_raw_remove_unused(s, raw[i], err);
	arena_free(&a);
	return ok;
}
