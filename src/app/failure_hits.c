/* SPDX-License-Identifier: Apache-2.0 */
#include "app/failure_reports_int.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

static const char *word_of(enum arf_table table, unsigned number)
{
	const struct arf_word *w = arf_word(table, number);
	return w ? w->name : NULL;
}

size_t failure_types(uint16_t bits, const char *out[APP_FAILURE_TYPES])
{
	size_t words, n = 0;
	const struct arf_word *w = arf_words(ARF_TABLE_AUTH, &words);
	for (size_t i = 0; i < words && n < APP_FAILURE_TYPES; i++)
		if (bits & ARF_BIT(w[i].number))
			out[n++] = w[i].name;
	return n;
}

static struct app_outcome outcome_of(const struct arf_report *r, enum arf_method method,
				     struct arena *a)
{
	static const char *const names[] = {
		[ARF_UNKNOWN] = "unknown",
		[ARF_FAILED] = "failed",
		[ARF_UNALIGNED] = "unaligned",
		[ARF_PASSED] = "passed",
	};
	struct arf_outcome o = arf_outcome(r, method);
	return (struct app_outcome){
		.outcome = names[o.kind],
		.result = word_of(ARF_TABLE_RESULT, o.result),
		.domain = arena_sv(a, o.domain),
		.selector = arena_sv(a, o.selector),
	};
}

bool failure_fill(const struct scope *s, const struct book_report *b,
		  const struct arf_report *r, struct app_failure_report *out,
		  struct err *err)
{
	struct arena *a = s->arena;
	*out = (struct app_failure_report){
		.domain = arena_sv(a, b->domain),
		.org = arena_sv(a, b->org),
		.has_time = r->has_arrival,
		.time = r->arrival,
		.day = b->first_day,
		.source = r->source,
		.feedback = word_of(ARF_TABLE_FEEDBACK, r->feedback),
		.delivery = word_of(ARF_TABLE_DELIVERY, r->delivery),
		.dkim = outcome_of(r, ARF_DKIM, a),
		.spf = outcome_of(r, ARF_SPF, a),
		.header_from = arena_sv(a, r->header_from),
		.mail_from = r->null_sender ? SV("<>") : arena_sv(a, r->mail_from),
		.helo = arena_sv(a, r->helo),
		.incidents = b->messages,
		.text_only = r->text_only,
	};
	out->type_n = failure_types(r->auth_failures, out->type);
	return book_report_short_id(s->store, b->sha, out->id, err);
}

/* Organisations repeat: of neighbours one copy will do. */
static void add_hit(const struct scope *s, const struct book_report *b,
		    const struct arf_report *r, struct failure_hits *hits)
{
	struct failure_hit *h = &hits->at[hits->n];
	bool again = hits->n && sv_eq(h[-1].org, b->org);
	*h = (struct failure_hit){
		.line = scope_line_of(s, b->domain_id),
		.source = r->source,
		.org = again ? h[-1].org : arena_sv(s->arena, b->org),
		.incidents = b->messages,
		.day = b->first_day,
		.types = r->auth_failures,
		.feedback = r->feedback,
		.delivery = r->delivery,
	};
	hits->n++;
}

static bool walk(const struct scope *s, struct book_report_iter *it, size_t limit,
		 struct failure_hits *hits, struct app_failure_report *out_report,
		 size_t *out_n, struct err *err)
{
	struct arena *page = arena_new();
	struct book_report b;
	bool ok = true;
	while (ok && hits->n < hits->all && book_report_next(it, page, &b, err)) {
		struct arf_report r;
		if (!arf_decode(b.meta, &r))
			r = (struct arf_report){ .feedback = ARF_FEEDBACK_OTHER };
		if (out_report && hits->n < limit)
			ok = failure_fill(s, &b, &r, &out_report[(*out_n)++], err);
		add_hit(s, &b, &r, hits);
		arena_reset(page);
	}
	arena_free(&page);
	return ok && err->code == ERR_NONE;
}

bool failure_hits(const struct scope *s, size_t limit, struct failure_hits *out,
		  struct app_failure_report *out_report, size_t *out_n, struct err *err)
{
	struct book_report_filter f = scope_reports(s);
	uint64_t n = 0;
	f.kind = KIND_FAILURE;
	f.only_passing = f.only_failing = false;
	f.full = true;
	f.unsealed = true;
	*out = (struct failure_hits){ 0 };
	err->code = ERR_NONE;
	if (!scope_is_empty(s) && !book_report_count(s->store, &f, &n, err))
		return false;
	out->all = n < APP_FAILURES_LOOK_AT ? n : APP_FAILURES_LOOK_AT;
	out->at = arena_array(s->arena, (size_t)out->all + 1, sizeof(*out->at));
	if (n == 0)
		return true;
	f.limit = (uint32_t)out->all;
	struct book_report_iter *it = book_reports(s->store, &f, err);
	bool ok = it && walk(s, it, limit, out, out_report, out_n, err);
	book_report_iter_free(&it);
	out->all = n;
	return ok;
}
