/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts_int.h"
#include "store/stmt.h"

/* The entries of one day, part after part. */
struct stream {
	struct store *s;
	sqlite3_stmt *st;
	struct sv left;
	struct codec_entry e, before;
	bool broken;
};

static bool stream_open(struct stream *m, struct store *s, const char *sql,
			int64_t domain, int64_t day, struct err *err)
{
	*m = (struct stream){ .s = s };
	m->st = STMT_ASK(s, err, sql, a_int(domain), a_int(day));
	return m->st;
}

/* A part must not begin before its key, nor its key before the part in front of it. */
static bool key_fits(const struct stream *m, struct sv first)
{
	struct codec_key k;
	struct sv left = m->left;
	struct codec_entry e = { 0 };
	if (!codec_take_entry(&left, &e))
		return false;
	if (first.n == 0)
		return m->before.key.fp == 0;
	return codec_key_parse(first, &k) && codec_key_cmp(&k, &e.key) <= 0 &&
	       (m->before.key.fp == 0 || codec_key_cmp(&m->before.key, &k) < 0);
}

/* False at the end, at a damaged part (`broken`) or on a failure. */
static bool stream_next(struct stream *m, struct err *err)
{
	if (m->left.n == 0) {
		if (!m->st || m->broken)
			return false;
		enum stmt_step step = stmt_step(m->s, m->st, err);
		if (step != STMT_ROW) {
			m->st = NULL;
			return false;
		}
		m->left = stmt_view(m->st, 1);
		m->before = m->e;
		m->e = (struct codec_entry){ 0 };
		m->broken = !key_fits(m, stmt_view(m->st, 0));
	}
	m->broken = m->broken || !codec_take_entry(&m->left, &m->e);
	return !m->broken;
}

static void stream_close(struct stream *m)
{
	if (m->st)
		stmt_reset(m->st);
}

static bool entries_equal(const struct codec_entry *a, const struct codec_entry *b)
{
	return codec_key_cmp(&a->key, &b->key) == 0 && a->rows == b->rows &&
	       a->messages == b->messages;
}

bool facts_rolls_same(struct store *s, int64_t domain, int64_t day, bool *out_same,
		      struct err *err)
{
	static const char have_sql[] = "SELECT first, bytes FROM facts_roll WHERE "
				       "domain = ? AND day = ? ORDER BY first";
	static const char want_sql[] = "SELECT first, bytes FROM temp.check_roll WHERE "
				       "domain = ? AND day = ? ORDER BY first";
	struct stream have, want;
	if (!stream_open(&have, s, have_sql, domain, day, err))
		return false;
	if (!stream_open(&want, s, want_sql, domain, day, err)) {
		stream_close(&have);
		return false;
	}
	bool more = true;
	*out_same = true;
	while (*out_same && more) {
		bool a = stream_next(&have, err), b = stream_next(&want, err);
		more = a && b;
		*out_same = a == b && !have.broken &&
			    (!more || entries_equal(&have.e, &want.e));
	}
	stream_close(&have);
	stream_close(&want);
	return err->code == ERR_NONE;
}

bool facts_months_same(struct store *s, int64_t domain, bool *out_same, struct err *err)
{
#define SUMS ", reports, row_n, row_passed, messages, passed FROM "
	static const char sql[] = "SELECT 1" SUMS "facts_month WHERE domain = ?1 UNION "
				  "ALL SELECT 0" SUMS "temp.check_month WHERE "
				  "domain = ?1";
#undef SUMS
	uint64_t sum[5] = { 0 };
	sqlite3_stmt *st = STMT_ASK(s, err, sql, a_int(domain));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		for (int i = 0; i < 5; i++)
			sum[i] += stmt_flag(st, 0) ? stmt_u64(st, i + 1)
						   : -stmt_u64(st, i + 1);
	*out_same = !(sum[0] | sum[1] | sum[2] | sum[3] | sum[4]);
	return step == STMT_END;
}
