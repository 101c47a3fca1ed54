/* SPDX-License-Identifier: Apache-2.0 */
#include "app/report_int.h"

#include "app/owner.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/book_raw_check.h"
#include "store/book_reread.h"

#include <stdlib.h>
#include <string.h>

enum {
	ID_MIN = 4
};

struct app_report_view {
	struct scope scope;
	struct arena *arena; /* of the report */
	struct arena *piece; /* of one row or one piece of raw */
	struct book_report book;
	struct app_report_detail detail;
	struct facts_rows *rows;
	uint32_t raw_seq;
};

static bool find(struct app_report_view *v, struct sv id, struct err *err)
{
	int matches;
	id = scope_fold(id, v->arena);
	for (size_t i = 0; i < id.n; i++)
		if (!ascii_is_digit(id.p[i]) && (id.p[i] < 'a' || id.p[i] > 'f'))
			return err_set(err, ERR_USAGE,
				       "a report's ID is made of the digits 0-9 and "
				       "a-f; `postern reports` lists them");
	if (id.n < ID_MIN || id.n > 64)
		return err_set(err, ERR_USAGE, "a report's ID has %d to 64 digits",
			       ID_MIN);
	if (!book_report_by_prefix(v->scope.store, id, v->arena, &v->book, &matches, err))
		return false;
	if (matches == 0)
		return err_set(err, ERR_NO_INPUT, "there is no report %.*s", SV_ARG(id));
	if (matches > 1)
		return err_set(err, ERR_USAGE,
			       "more than one report begins with %.*s: give more digits",
			       SV_ARG(id));
	return true;
}

static void read_repairs(struct app_report_view *v)
{
	struct app_report_detail *d = &v->detail;
	struct sv bytes = v->book.repairs;
	struct repair r;
	d->repair = arena_array(v->arena, LIMIT_REPAIRS, sizeof(*d->repair));
	while (d->repair_n < LIMIT_REPAIRS && bytes.n && repair_take(&bytes, &r))
		d->repair[d->repair_n++] = r;
}

static bool read_deliveries(struct app_report_view *v, struct err *err)
{
	struct app_report_detail *d = &v->detail;
	struct book_delivery *b;
	size_t n;
	if (!book_deliveries(v->scope.store, 0, v->book.id, v->arena, &b, &n, err))
		return false;
	d->delivery = arena_array(v->arena, n + 1, sizeof(*d->delivery));
	d->delivery_n = n;
	for (size_t i = 0; i < n; i++)
		d->delivery[i] = (struct app_delivery){
			.status = book_status_name((enum book_status)b[i].status),
			.kind = book_kind_name((enum book_kind)b[i].kind),
			.path = b[i].path,
			.member = b[i].member,
			.arrived = b[i].arrived,
			.by_mail = b[i].by_mail,
			.from = b[i].from,
			.dkim_domains = b[i].dkim_domains,
			.auth_results = b[i].auth_results,
			.message_id = b[i].message_id,
			.subject = b[i].subject,
			.date = b[i].date,
			.reason = b[i].reason,
		};
	return true;
}

static bool read_conflicts(struct app_report_view *v, struct err *err)
{
	struct app_report_detail *d = &v->detail;
	struct book_report *b;
	size_t n;
	if (!book_reports_by_key(v->scope.store, &v->book, v->arena, &b, &n, err))
		return false;
	d->conflict = arena_array(v->arena, n + 1, sizeof(*d->conflict));
	d->conflict_n = n;
	for (size_t i = 0; i < n; i++)
		if (!report_fill(v->scope.store, &b[i], v->arena, &d->conflict[i], err))
			return false;
	return true;
}

static bool read_superseder(struct app_report_view *v, struct err *err)
{
	struct book_report by;
	if (v->book.superseded_by == 0)
		return true;
	return book_report_by_id(v->scope.store, v->book.superseded_by, v->arena, &by,
				 err) &&
	       book_report_short_id(v->scope.store, by.sha, v->detail.superseded_by, err);
}

static bool read_all(struct app_report_view *v, struct err *err)
{
	struct app_report_detail *d = &v->detail;
	const struct scope *s = &v->scope;
	if (!report_fill(s->store, &v->book, v->arena, &d->report, err) ||
	    !report_read_kind(s, &v->book, d, err))
		return false;
	const struct book_domain *o = owner_of(s->entry, s->entry_n, v->book.domain);
	const struct book_client *c = o ? scope_client(s, o->client) : NULL;
	d->client = c ? c->name : SV("");
	read_repairs(v);
	return read_deliveries(v, err) && read_conflicts(v, err) &&
	       read_superseder(v, err);
}

struct app_report_view *app_report_open(const struct app *app, struct sv id,
					struct err *err)
{
	struct app_report_view *v = heap_array(1, sizeof(*v));
	v->arena = arena_new();
	v->piece = arena_new();
	if (!scope_open(&v->scope, app, STORE_READ, NULL, v->arena, err) ||
	    !find(v, id, err) || !read_all(v, err))
		app_report_free(&v);
	return v;
}

const struct app_report_detail *app_report_get(const struct app_report_view *v)
{
	return &v->detail;
}

bool app_report_next_row(struct app_report_view *v, struct app_row *out, struct err *err)
{
	struct facts_row r;
	struct sv bytes;
	err->code = ERR_NONE;
	if (!v->rows)
		v->rows = facts_rows(v->scope.store, v->book.id, err);
	if (!v->rows || !facts_rows_next(v->rows, &r, err))
		return false;
	arena_reset(v->piece);
	*out = (struct app_row){ .source = r.source, .messages = r.messages };
	if (!facts_facet_bytes(v->scope.store, r.facet, v->piece, &bytes, &out->passed,
			       err))
		return false;
	if (!report_facet_decode(bytes, v->piece, &out->facet))
		out->facet = (struct report_facet){ 0 };
	return true;
}

static bool raw_is_gone(struct app_report_view *v, const struct book_raw *raw,
			struct err *err)
{
	char day[DATE_TEXT];
	if (!raw || raw->removed == 0)
		return err_set(err, ERR_NO_INPUT,
			       "what the report %s came in is not kept",
			       v->detail.report.id);
	return err_set(err, ERR_NO_INPUT,
		       "what the report %s came in was removed by `postern retention` on "
		       "%s",
		       v->detail.report.id,
		       date_format_day(date_day_of(raw->removed), day));
}

/* Before the first byte goes out. */
static bool raw_is_there(struct app_report_view *v, struct err *err)
{
	struct book_raw raw;
	bool found, sound;
	if (!book_raw_by_id(v->scope.store, v->book.raw_id, v->piece, &raw, &found, err))
		return false;
	if (!found || !raw.kept)
		return raw_is_gone(v, found ? &raw : NULL, err);
	return book_raw_is_sound(v->scope.store, &raw, &sound, err) &&
	       (sound || err_set(err, ERR_DAMAGED,
				 "the raw copy of the report %s is damaged: its bytes "
				 "are not those "
				 "that came. They can be had only from the mailbox or "
				 "from a backup "
				 "(`postern restore`)",
				 v->detail.report.id));
}

bool app_report_next_raw(struct app_report_view *v, struct sv *out, struct err *err)
{
	arena_reset(v->piece);
	*out = SV("");
	if ((v->raw_seq == 0 && !raw_is_there(v, err)) ||
	    !book_raw_read(v->scope.store, v->book.raw_id, v->raw_seq, v->piece, out,
			   err))
		return false;
	v->raw_seq++;
	return true;
}

void app_report_free(struct app_report_view **v)
{
	if (!*v)
		return;
	facts_rows_free(&(*v)->rows);
	scope_close(&(*v)->scope);
	arena_free(&(*v)->arena);
	arena_free(&(*v)->piece);
	free(*v);
	*v = NULL;
}
