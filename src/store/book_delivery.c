/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/book_int.h"

const char *book_kind_name(enum book_kind k)
{
	switch (k) {
	case KIND_AGGREGATE:
		return "aggregate";
	case KIND_TLS:
		return "tls";
	case KIND_FAILURE:
		return "failure";
	case KIND_UNKNOWN:
	default:
		return "unknown";
	}
}

bool book_kind_find(struct sv name, enum book_kind *out)
{
	for (int k = KIND_UNKNOWN; k <= KIND_FAILURE; k++)
		if (sv_eq_fold(name, sv_from(book_kind_name((enum book_kind)k)))) {
			*out = (enum book_kind)k;
			return true;
		}
	return false;
}

const char *book_status_name(enum book_status s)
{
	switch (s) {
	case STATUS_NEW:
		return "new";
	case STATUS_DUPLICATE:
		return "duplicate";
	case STATUS_SUPERSEDED:
		return "superseded";
	case STATUS_CONFLICT:
		return "conflict";
	case STATUS_REFUSED:
		return "refused";
	case STATUS_ASIDE:
		return "aside";
	default:
		return "unknown";
	}
}

#define DELIVERY_COLUMNS \
	"raw, seq, report, kind, status, by_mail, arrived, member, reason, " \
	"refused_domain, path, sender, dkim_domains, auth_results, message_id, " \
	"subject, dated"

bool book_delivery_add(struct store *s, const struct book_delivery *d, struct err *err)
{
	return STMT_RUN(s, err,
			"INSERT INTO book_delivery (" DELIVERY_COLUMNS ") VALUES "
			"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			a_int(d->raw_id), a_int(d->seq), a_int(d->report), a_int(d->kind),
			a_int(d->status), a_int(d->by_mail), a_int(d->arrived),
			a_text(d->member), a_text(d->reason), a_text(d->refused_domain),
			a_text(d->path), a_text(d->from), a_text(d->dkim_domains),
			a_text(d->auth_results), a_text(d->message_id),
			a_text(d->subject), a_text(d->date));
}

static void read_delivery(sqlite3_stmt *st, struct arena *a, struct book_delivery *d)
{
	*d = (struct book_delivery){ .raw_id = stmt_i64(st, 0),
				     .seq = (uint32_t)stmt_i64(st, 1),
				     .report = stmt_i64(st, 2),
				     .kind = (uint8_t)stmt_i64(st, 3),
				     .status = (uint8_t)stmt_i64(st, 4),
				     .by_mail = stmt_flag(st, 5),
				     .arrived = stmt_i64(st, 6),
				     .member = stmt_copy(st, 7, a),
				     .reason = stmt_copy(st, 8, a),
				     .refused_domain = stmt_copy(st, 9, a),
				     .path = stmt_copy(st, 10, a),
				     .from = stmt_copy(st, 11, a),
				     .dkim_domains = stmt_copy(st, 12, a),
				     .auth_results = stmt_copy(st, 13, a),
				     .message_id = stmt_copy(st, 14, a),
				     .subject = stmt_copy(st, 15, a),
				     .date = stmt_copy(st, 16, a) };
	if (d->kind != KIND_FAILURE)
		return;
	/* Of a sealed report blanks are left. */
	struct sv *const text[] = { &d->member,       &d->reason,       &d->from,
				    &d->dkim_domains, &d->auth_results, &d->message_id,
				    &d->subject,      &d->date };
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		*text[i] = sv_trim(*text[i]);
}

bool book_deliveries(struct store *s, int64_t raw_id, int64_t report, struct arena *a,
		     struct book_delivery **out, size_t *out_n, struct err *err)
{
	static const char of_raw[] = "SELECT " DELIVERY_COLUMNS " FROM book_delivery "
				     "WHERE raw = ? ORDER BY seq";
	/* `report > 0` lets the partial index serve it. */
	static const char of_report[] = "SELECT " DELIVERY_COLUMNS " FROM book_delivery "
					"WHERE report = ? AND report > 0 ORDER BY raw, "
					"seq";
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(s, err, report ? of_report : of_raw,
				    a_int(report ? report : raw_id));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		read_delivery(st, a, book_list_add(&list));
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}
