/* SPDX-License-Identifier: Apache-2.0 */
#include "store/kept.h"

#include "base/arena.h"
#include "store/book.h"
#include "store/stmt.h"

#include <string.h>

/* In book_meta: the state as 8 bytes, then the answer. */
enum {
	STATE_SIZE = 8
};

bool kept_state(struct store *s, uint64_t *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, "SELECT value FROM meta WHERE key = ?",
				    a_text(SV("state")));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out = 0;
	if (step == STMT_ROW) {
		*out = stmt_u64(st, 0);
		stmt_reset(st);
	}
	return step != STMT_FAILED;
}

bool kept_move_on(struct store *s, struct err *err)
{
	return STMT_RUN(s, err,
			"INSERT INTO meta AS m (key, value) VALUES (?, 1) ON CONFLICT "
			"(key) DO UPDATE SET value = m.value + 1",
			a_text(SV("state")));
}

static bool put(struct store *s, const char *name, uint64_t state, struct sv answer,
		struct err *err)
{
	struct arena *a = arena_new();
	char *p = arena_alloc(a, STATE_SIZE + answer.n);
	memcpy(p, &state, STATE_SIZE);
	if (answer.n)
		memcpy(p + STATE_SIZE, answer.p, answer.n);
	bool ok = book_meta_set(s, name, (struct sv){ p, STATE_SIZE + answer.n }, err);
	arena_free(&a);
	return ok;
}

bool kept_put(struct store *s, const char *name, uint64_t state, struct sv answer,
	      bool *out_kept, struct err *err)
{
	uint64_t now;
	*out_kept = false;
	if (!store_begin(s, err))
		return false;
	/* The commit moves on by one, too. */
	bool ok = kept_state(s, &now, err);
	bool holds = ok && now == state;
	if (holds)
		ok = put(s, name, state + 1, answer, err) && store_commit(s, err);
	if (!ok || !holds)
		store_rollback(s);
	*out_kept = ok && holds;
	return ok;
}

bool kept_get(struct store *s, const char *name, struct arena *a, struct sv *out,
	      bool *out_holds, struct err *err)
{
	uint64_t now, state = 0;
	struct sv v;
	*out_holds = false;
	if (!kept_state(s, &now, err) || !book_meta_get(s, name, a, &v, err))
		return false;
	*out = sv_sub(v, STATE_SIZE, v.n);
	if (v.n < STATE_SIZE)
		return true;
	memcpy(&state, v.p, STATE_SIZE);
	*out_holds = state == now;
	return true;
}
