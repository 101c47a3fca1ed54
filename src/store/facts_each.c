/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "store/facts_span.h"
#include "store/stmt.h"

struct each {
	struct store *s;
	enum facts_result result;
	facts_take *take;
	void *ctx;
};

static bool each_entry(const struct each *e, int64_t day, struct sv bytes)
{
	struct codec_entry at = { 0 };
	while (bytes.n) {
		if (!codec_take_entry(&bytes, &at))
			return false;
		bool passed = codec_key_passed(&at.key);
		if (e->result != FACTS_ALL && passed != (e->result == FACTS_PASSED))
			continue;
		const struct facts_on_day d = { .day = day,
						.source = codec_key_source(&at.key),
						.facet = codec_key_facet(&at.key),
						.messages = at.messages };
		e->take(e->ctx, &d);
	}
	return true;
}

static bool each_of_domain(const struct each *e, int64_t domain, const struct span *p,
			   struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(e->s, err,
				    "SELECT day, bytes FROM facts_roll WHERE domain = ? "
				    "AND day BETWEEN ? AND ? ORDER BY day, first",
				    a_int(domain), a_int(p->from), a_int(p->to));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(e->s, st, err)) == STMT_ROW) {
		if (each_entry(e, stmt_i64(st, 0), stmt_view(st, 1)))
			continue;
		stmt_reset(st);
		return store_damaged(e->s, err, "a roll-up cannot be read");
	}
	return step == STMT_END;
}

bool facts_each_day(struct store *s, const struct facts_query *q, facts_take *take,
		    void *ctx, struct err *err)
{
	const struct each e = { s, q->result, take, ctx };
	struct arena *a = arena_new();
	struct span p = span_of(q->day_from, q->day_to);
	const int64_t *id;
	size_t n = 0;
	bool ok = facts_query_domains(s, q, a, &id, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = each_of_domain(&e, id[i], &p, err);
	arena_free(&a);
	return ok;
}
