/* SPDX-License-Identifier: Apache-2.0 */
#include "app/refused.h"

#include "app/scope_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "crypto/digest.h"
#include "store/book_refused.h"

#include <stdlib.h>

struct app_refused {
	struct scope scope;
	struct arena *arena; /* of the scope */
	struct arena *item;
	struct book_refused_iter *it;
};

static bool open_list(struct app_refused *r, const struct app *app,
		      const struct app_refused_query *q, uint64_t *out_all,
		      struct err *err)
{
	struct book_refused_filter f = { INT64_MIN, INT64_MAX, q->limit };
	if (q->day_from != INT64_MIN)
		f.from = q->day_from * DATE_DAY_SECONDS;
	if (q->day_to != INT64_MAX)
		f.to = q->day_to * DATE_DAY_SECONDS + (DATE_DAY_SECONDS - 1);
	if (!scope_open_store(&r->scope, app, STORE_READ, NULL, r->arena, err) ||
	    !book_refused_count(r->scope.store, &f, out_all, err))
		return false;
	r->it = book_refused(r->scope.store, &f, err);
	return r->it != NULL;
}

struct app_refused *app_refused_open(const struct app *app,
				     const struct app_refused_query *q, uint64_t *out_all,
				     struct err *err)
{
	struct app_refused *r = heap_array(1, sizeof(*r));
	r->arena = arena_new();
	r->item = arena_new();
	if (!open_list(r, app, q, out_all, err))
		app_refused_free(&r);
	return r;
}

static bool read_id(struct app_refused *r, int64_t report, char out[65], struct err *err)
{
	struct book_report b;
	if (report == 0)
		return true;
	return book_report_by_id(r->scope.store, report, r->item, &b, err) &&
	       book_report_short_id(r->scope.store, b.sha, out, err);
}

bool app_refused_next(struct app_refused *r, struct app_refused_item *out,
		      struct err *err)
{
	struct book_refused b;
	arena_reset(r->item);
	if (!book_refused_next(r->it, r->item, &b, err))
		return false;
	const struct book_delivery *d = &b.delivery;
	*out = (struct app_refused_item){
		.arrived = d->arrived,
		.status = book_status_name((enum book_status)d->status),
		.kind = book_kind_name((enum book_kind)d->kind),
		.path = d->path,
		.member = d->member,
		.reason = d->reason,
		.domain = d->refused_domain,
		.size = b.size,
		.kept = b.kept,
		.removed = b.removed,
	};
	digest_hex(b.sha, out->sha);
	return read_id(r, d->report, out->id, err);
}

void app_refused_free(struct app_refused **r)
{
	if (!*r)
		return;
	book_refused_iter_free(&(*r)->it);
	scope_close(&(*r)->scope);
	arena_free(&(*r)->arena);
	arena_free(&(*r)->item);
	free(*r);
	*r = NULL;
}
