/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reports.h"

#include "app/report_int.h"
#include "base/arena.h"
#include "crypto/digest.h"
#include "report/aggregate.h"
#include "store/book_tls.h"

#include <assert.h>
#include <stdlib.h>

static_assert((int)APP_KIND_AGGREGATE == (int)KIND_AGGREGATE &&
		      (int)APP_KIND_TLS == (int)KIND_TLS &&
		      (int)APP_KIND_FAILURE == (int)KIND_FAILURE,
	      "a front end's kinds are the book's");

bool app_kind_find(struct sv name, enum app_kind *out)
{
	enum book_kind kind;
	if (!book_kind_find(name, &kind) || kind == KIND_UNKNOWN)
		return false;
	*out = (enum app_kind)kind;
	return true;
}

static bool read_domains(struct store *s, const struct book_report *b, struct arena *a,
			 struct app_report *out, struct err *err)
{
	struct sv *domain;
	size_t n;
	if (!book_tls_domains(s, b->id, a, &domain, &n, err))
		return false;
	out->domains = arena_join(a, domain, n, '\n');
	return true;
}

bool report_fill(struct store *s, const struct book_report *b, struct arena *a,
		 struct app_report *out, struct err *err)
{
	*out = (struct app_report){
		.kind = book_kind_name((enum book_kind)b->kind),
		.which = (enum app_kind)b->kind,
		.org = b->org,
		.email = b->email,
		.report_id = b->report_id,
		.domain = b->domain,
		.has_begin = b->has_begin,
		.has_end = b->has_end,
		.begin = b->begin,
		.end = b->end,
		.complete = b->complete,
		.counted = b->counted,
		.superseded = b->superseded_by != 0,
		.sealed = b->sealed,
		.rows = b->rows,
		.messages = b->messages,
		.passed = b->passed,
		.first_day = b->first_day,
		.days = b->days,
		.odd_window = b->window == WINDOW_ODD,
		.arrived = b->arrived,
		.repairs = b->repair_n,
	};
	digest_hex(b->sha, out->sha);
	return book_report_short_id(s, b->sha, out->id, err) &&
	       book_report_is_conflict(s, b, a, &out->conflict, err) &&
	       (b->kind != KIND_TLS || read_domains(s, b, a, out, err));
}

/* --- a page of them --- */

struct app_reports {
	struct scope scope;
	struct arena *arena; /* of the scope */
	struct arena *page;  /* of one report */
	struct book_report_iter *it;
};

static bool open_page(struct app_reports *r, const struct app *app,
		      const struct app_reports_query *q, uint64_t *out_all,
		      struct err *err)
{
	if (!scope_open(&r->scope, app, STORE_READ, &q->filter, r->arena, err))
		return false;
	*out_all = 0;
	if (scope_is_empty(&r->scope))
		return true;
	struct book_report_filter f = scope_reports(&r->scope);
	f.any_state = q->any_state;
	f.kind = (uint8_t)q->kind;
	if (!book_report_count(r->scope.store, &f, out_all, err))
		return false;
	f.limit = q->limit;
	f.offset = q->offset;
	r->it = book_reports(r->scope.store, &f, err);
	return r->it != NULL;
}

struct app_reports *app_reports_open(const struct app *app,
				     const struct app_reports_query *q, uint64_t *out_all,
				     struct err *err)
{
	struct app_reports *r = heap_array(1, sizeof(*r));
	r->arena = arena_new();
	r->page = arena_new();
	if (!open_page(r, app, q, out_all, err))
		app_reports_free(&r);
	return r;
}

bool app_reports_next(struct app_reports *r, struct app_report *out, struct err *err)
{
	struct book_report b;
	err->code = ERR_NONE;
	if (!r->it)
		return false;
	arena_reset(r->page);
	return book_report_next(r->it, r->page, &b, err) &&
	       report_fill(r->scope.store, &b, r->page, out, err);
}

void app_reports_free(struct app_reports **r)
{
	if (!*r)
		return;
	book_report_iter_free(&(*r)->it);
	scope_close(&(*r)->scope);
	arena_free(&(*r)->arena);
	arena_free(&(*r)->page);
	free(*r);
	*r = NULL;
}
