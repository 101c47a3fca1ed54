/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_dns.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_int.h"

#include <stdlib.h>

static bool put_name(struct store *s, const struct book_dns_found *f, size_t i,
		     struct err *err)
{
	int64_t day = date_day_of(f->asked);
	return STMT_RUN(
		s, err,
		"INSERT INTO book_dns_name AS n (kind, subject, name, confirmed, "
		"first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT "
		"DO UPDATE SET confirmed = CASE ?6 WHEN 0 THEN ?4 ELSE n.confirmed END, "
		"first_seen = min(n.first_seen, ?5), last_seen = max(n.last_seen, ?5)",
		a_int(f->kind), a_text(f->subject), a_text(f->name[i]),
		a_int(f->confirmed[i]), a_int(day), a_int(f->unsure[i]));
}

/* A failure tells nothing of the names: when they were asked last stays. */
bool book_dns_put(struct store *s, const struct book_dns_found *f, struct err *err)
{
	if (!store_in_tx(s, err) ||
	    !STMT_RUN(s, err,
		      "INSERT INTO book_dns_asked AS q (kind, subject, status, asked, "
		      "until) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
		      "status = CASE ?3 WHEN ?6 THEN q.status ELSE ?3 END, "
		      "asked = CASE ?3 WHEN ?6 THEN q.asked ELSE ?4 END, until = ?5",
		      a_int(f->kind), a_text(f->subject), a_int(f->status),
		      a_int(f->asked), a_int(f->until), a_int(BOOK_DNS_FAILED)))
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!put_name(s, f, i, err))
			return false;
	return true;
}

bool book_dns_until(struct store *s, enum book_dns_kind kind, struct sv subject,
		    int64_t *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT until FROM book_dns_asked WHERE kind = ? AND "
				    "subject = ?",
				    a_int(kind), a_text(subject));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out = 0;
	if (step == STMT_ROW) {
		*out = stmt_i64(st, 0);
		stmt_reset(st);
	}
	return step != STMT_FAILED;
}

/* How many days a name was not seen from that day on. */
static int64_t away(const struct book_dns_name *n, int64_t day)
{
	int64_t before = n->first_seen - day, behind = day - n->last_seen;
	int64_t most = before > behind ? before : behind;
	return most > 0 ? most : 0;
}

/* Nearest first, and of those as near the confirmed. */
static int name_cmp(const struct book_dns_name *a, const struct book_dns_name *b,
		    int64_t day)
{
	int64_t x = away(a, day), y = away(b, day);
	if (x != y)
		return x < y ? -1 : 1;
	if (a->confirmed != b->confirmed)
		return a->confirmed ? -1 : 1;
	if (a->last_seen != b->last_seen)
		return a->last_seen > b->last_seen ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

/* Puts it in its place among the best so far. */
static void keep(struct book_dns_name *best, size_t *n, const struct book_dns_name *name,
		 int64_t day)
{
	size_t at = *n;
	if (at == BOOK_DNS_NAMES && name_cmp(name, &best[at - 1], day) >= 0)
		return;
	at = at < BOOK_DNS_NAMES ? (*n)++ : at - 1;
	for (; at > 0 && name_cmp(name, &best[at - 1], day) < 0; at--)
		best[at] = best[at - 1];
	best[at] = *name;
}

bool book_dns_names(struct store *s, enum book_dns_kind kind, struct sv subject,
		    int64_t day, struct arena *a, struct book_dns_name **out,
		    size_t *out_n, struct err *err)
{
	/* What a later answer no longer had is gone from half the time between the two.
	 * Sorting here costs a fraction of what it does in SQL: there are few. */
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		"SELECT name, confirmed, first_seen, last_seen FROM book_dns_name AS n "
		"WHERE kind = ?1 AND subject = ?2 AND ?3 - last_seen <= ?4 AND "
		"(last_seen >= ?3 OR NOT EXISTS (SELECT 1 FROM book_dns_asked AS q WHERE "
		"q.kind = ?1 AND q.subject = ?2 AND q.status <> ?5 AND "
		"q.asked / ?6 > n.last_seen AND q.asked / ?6 - ?3 < ?3 - n.last_seen))",
		a_int(kind), a_text(subject), a_int(day), a_int(BOOK_DNS_STALE),
		a_int(BOOK_DNS_FAILED), a_int(DATE_DAY_SECONDS));
	enum stmt_step step = STMT_FAILED;
	struct book_dns_name best[BOOK_DNS_NAMES] = { 0 };
	*out_n = 0;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		const struct book_dns_name name = { stmt_copy(st, 0, a), stmt_flag(st, 1),
						    stmt_i64(st, 2), stmt_i64(st, 3) };
		keep(best, out_n, &name, day);
	}
	*out = arena_array(a, *out_n, sizeof(**out));
	for (size_t i = 0; i < *out_n; i++)
		(*out)[i] = best[i];
	return step == STMT_END;
}

bool book_dns_any(struct store *s, bool *out, struct err *err)
{
	int64_t n = 0;
	bool ok = store_int(s, "SELECT EXISTS (SELECT 1 FROM book_dns_asked)", &n, err);
	*out = n != 0;
	return ok;
}
