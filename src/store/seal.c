/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_int.h"
#include "store/book_month.h"
#include "store/book_tls.h"
#include "store/facts_int.h"

#include <stdlib.h>

/* --- aggregate reports: together, for their roll-ups are --- */

static bool seal_facts(struct store *s, const struct seal_report *r, size_t n,
		       struct err *err)
{
	struct facts_sealed *f = heap_array(n, sizeof(*f));
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (r[i].kind == KIND_AGGREGATE)
			f[k++] = (struct facts_sealed){ r[i].id, r[i].domain_id,
							r[i].first_day, r[i].days,
							r[i].counted };
	bool ok = k == 0 || facts_seal(s, f, k, err);
	free(f);
	return ok;
}

/* --- TLS reports --- */

/* A line of book_tls counts on the report's first day. */
static bool count_tls(struct store *s, const struct seal_report *r, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT domain_id, count(*), sum(failed = 0), "
				    "sum(succeeded + failed), sum(succeeded) FROM "
				    "book_tls WHERE report = ? GROUP BY domain_id",
				    a_int(r->id));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		const struct book_month m = { .domain_id = stmt_i64(st, 0),
					      .month = date_month_of(r->first_day),
					      .kind = KIND_TLS,
					      .reports = 1,
					      .rows = stmt_u64(st, 1),
					      .row_passed = stmt_u64(st, 2),
					      .messages = stmt_u64(st, 3),
					      .passed = stmt_u64(st, 4) };
		if (book_month_add(s, &m, err))
			continue;
		stmt_reset(st);
		return false;
	}
	return step == STMT_END;
}

static bool seal_tls(struct store *s, const struct seal_report *r, struct err *err)
{
	return (!r->counted || count_tls(s, r, err)) && book_tls_remove(s, r->id, err);
}

/* --- failure reports --- */

/* What a value is overwritten with is as long, so that the row stays where it is: where
 * rows are moved, SQLite may leave copies of their neighbours behind. */
static const char blank_report[] =
	"UPDATE book_report SET "
	"org = printf('%*s', length(CAST(org AS BLOB)), ''), "
	"email = printf('%*s', length(CAST(email AS BLOB)), ''), "
	"report_id = printf('%*s', length(CAST(report_id AS BLOB)), ''), "
	"member = printf('%*s', length(CAST(member AS BLOB)), ''), "
	"repairs = zeroblob(length(repairs)), "
	"meta = zeroblob(length(meta)), "
	"begin_at = CASE WHEN begin_at IS NULL THEN NULL ELSE first_day * 86400 END, "
	"end_at = CASE WHEN end_at IS NULL THEN NULL ELSE first_day * 86400 END "
	"WHERE id = ?";
static const char blank_deliveries[] =
	"UPDATE book_delivery SET "
	"sender = printf('%*s', length(CAST(sender AS BLOB)), ''), "
	"member = printf('%*s', length(CAST(member AS BLOB)), ''), "
	"reason = printf('%*s', length(CAST(reason AS BLOB)), ''), "
	"dkim_domains = printf('%*s', length(CAST(dkim_domains AS BLOB)), ''), "
	"auth_results = printf('%*s', length(CAST(auth_results AS BLOB)), ''), "
	"message_id = printf('%*s', length(CAST(message_id AS BLOB)), ''), "
	"subject = printf('%*s', length(CAST(subject AS BLOB)), ''), "
	"dated = printf('%*s', length(CAST(dated AS BLOB)), '') "
	"WHERE report = ? AND report > 0";

static bool seal_failure(struct store *s, const struct seal_report *r, struct err *err)
{
	const struct book_month m = { .domain_id = r->domain_id,
				      .month = date_month_of(r->first_day),
				      .kind = KIND_FAILURE,
				      .reports = 1,
				      .rows = r->rows,
				      .messages = r->messages,
				      .passed = r->passed };
	return (!r->counted || book_month_add(s, &m, err)) &&
	       STMT_RUN(s, err, blank_report, a_int(r->id)) &&
	       STMT_RUN(s, err, blank_deliveries, a_int(r->id));
}

/* --- the table of kinds --- */

static bool nothing_more(struct store *s, const struct seal_report *r, struct err *err)
{
	(void)s;
	(void)r;
	(void)err;
	return true;
}

static const struct seal_kind {
	enum book_kind kind;
	bool (*seal)(struct store *s, const struct seal_report *r, struct err *err);
	const char *bytes; /* SQL: what its details hold */
} kinds[] = {
	{ KIND_AGGREGATE, nothing_more, /* seal_facts() has done it */
	  "SELECT coalesce(sum(length(bytes)), 0) FROM facts_piece WHERE id BETWEEN "
	  "?1 << 20 AND (?1 + 1 << 20) - 1" },
	{ KIND_TLS, seal_tls,
	  "SELECT coalesce((SELECT sum(length(policy) + length(mx) + 40) FROM book_tls "
	  "WHERE report = ?1), 0) + coalesce((SELECT sum(length(mx) + length(helo) + "
	  "length(information) + length(reason) + 60) FROM book_tls_failure WHERE "
	  "report = ?1), 0)" },
	{ KIND_FAILURE, seal_failure,
	  "SELECT length(meta) + length(repairs) FROM book_report WHERE id = ?1" },
};

static const struct seal_kind *kind_of(const struct store *s, const struct seal_report *r,
				       struct err *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].kind == r->kind)
			return &kinds[i];
	(void)store_damaged(s, err, "report %lld is of no known kind", (long long)r->id);
	return NULL;
}

bool seal_reports(struct store *s, const struct seal_report *r, size_t n, struct err *err)
{
	if (!store_in_tx(s, err) || !seal_facts(s, r, n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct seal_kind *k = kind_of(s, &r[i], err);
		if (!k || !k->seal(s, &r[i], err) ||
		    !STMT_RUN(s, err, "UPDATE book_report SET sealed = 1 WHERE id = ?",
			      a_int(r[i].id)))
			return false;
	}
	return true;
}

bool seal_bytes(struct store *s, const struct seal_report *r, uint64_t *out,
		struct err *err)
{
	const struct seal_kind *k = kind_of(s, r, err);
	sqlite3_stmt *st = k ? STMT_ASK(s, err, k->bytes, a_int(r->id)) : NULL;
	if (!st || stmt_step(s, st, err) != STMT_ROW)
		return false;
	*out = stmt_u64(st, 0);
	stmt_reset(st);
	return true;
}
