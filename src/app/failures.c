/* SPDX-License-Identifier: Apache-2.0 */
#include "app/failures_int.h"

#include "base/arena.h"
#include "report/model.h"

#include <stdlib.h>

enum {
	LOOK_AT = 20000,               /* (source, facet) pairs with most messages */
	LOOK_BYTES = 24 * 1024 * 1024, /* of their facets; hostile ones are long */
};

/* What one source sent with one facet. */
struct hit {
	struct failure_cause cause;
	struct addr source;
	uint64_t messages;
	const struct report_reason *reason;
	size_t reason_n;
};

/* Facets repeat from source to source: each is decoded once. */
static int by_facet(const void *a, const void *b)
{
	const struct facts_by_facet *x = a, *y = b;
	return (x->facet > y->facet) - (x->facet < y->facet);
}

static int by_cause(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	int c = failure_cmp(&x->cause, &y->cause);
	return c ? c : addr_cmp(&x->source, &y->source);
}

static int by_messages(const void *a, const void *b)
{
	const struct app_failure *x = a, *y = b;
	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return sv_cmp(x->text, y->text);
}

static bool decode(const struct scope *s, int64_t facet, struct sv author,
		   struct hit *out, struct err *err)
{
	struct sv bytes;
	struct report_facet f;
	bool passed;
	if (!facts_facet_bytes(s->store, facet, s->arena, &bytes, &passed, err))
		return false;
	if (!report_facet_decode(bytes, s->arena, &f))
		f = (struct report_facet){ 0 };
	out->cause = failure_of(&f, author, s->arena);
	out->reason = f.reason;
	out->reason_n = f.reason_n;
	return true;
}

static bool read_hits(const struct scope *s, struct app_domain *out, struct hit **hits,
		      size_t *n, struct err *err)
{
	const size_t before = arena_used(s->arena);
	struct facts_query q = scope_query(s);
	struct facts_by_facet *f;
	uint64_t all;
	q.result = FACTS_FAILED;
	if (!facts_pairs(s->store, &q, LOOK_AT, s->arena, &f, n, &all, err))
		return false;
	out->failure_more = all > *n;
	*hits = arena_array(s->arena, *n + 1, sizeof(**hits));
	if (*n)
		qsort(f, *n, sizeof(*f), by_facet);
	for (size_t i = 0; i < *n; i++) {
		struct hit *h = &(*hits)[i];
		if (arena_used(s->arena) - before > LOOK_BYTES) {
			out->failure_more = true;
			*n = i;
			break;
		}
		if (i && f[i].facet == f[i - 1].facet)
			*h = h[-1];
		else if (!decode(s, f[i].facet, out->line.name, h, err))
			return false;
		h->source = f[i].source;
		h->messages = f[i].messages;
	}
	return true;
}

static void add_reasons(struct app_failure *f, const struct hit *h)
{
	for (size_t i = 0; i < h->reason_n; i++) {
		struct sv type = h->reason[i].type;
		size_t k = 0;
		while (k < f->reason_n && !sv_eq(f->reason[k], type))
			k++;
		if (type.n && k == f->reason_n && k < APP_REASONS)
			f->reason[f->reason_n++] = type;
	}
}

/* Hits of one cause, source by source. */
static struct app_failure sum(const struct hit *h, size_t n, struct arena *a)
{
	struct app_failure f = { .cause = h->cause, .text = failure_text(&h->cause, a) };
	uint64_t of_source = 0, most = 0;
	for (size_t i = 0; i < n; i++) {
		bool again = i && addr_cmp(&h[i].source, &h[i - 1].source) == 0;
		of_source = h[i].messages + (again ? of_source : 0);
		f.sources += !again;
		f.messages += h[i].messages;
		if (i == 0 || of_source > most) {
			most = of_source;
			f.source = h[i].source;
		}
		add_reasons(&f, &h[i]);
	}
	return f;
}

bool failures_find(const struct scope *s, struct app_domain *out, struct err *err)
{
	struct hit *h;
	size_t n, end;
	if (s->filter.result == APP_RESULT_PASS)
		return true;
	if (!read_hits(s, out, &h, &n, err))
		return false;
	if (n)
		qsort(h, n, sizeof(*h), by_cause);
	out->failure = arena_array(s->arena, n + 1, sizeof(*out->failure));
	for (size_t i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && failure_cmp(&h[i].cause, &h[end].cause) == 0)
			end++;
		out->failure[out->failure_n++] = sum(h + i, end - i, s->arena);
	}
	if (out->failure_n)
		qsort(out->failure, out->failure_n, sizeof(*out->failure), by_messages);
	return true;
}
