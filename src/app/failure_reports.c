/* SPDX-License-Identifier: Apache-2.0 */
#include "app/failure_reports_int.h"

#include "app/records_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

/* --- counted by word --- */

static int by_incidents(const void *a, const void *b)
{
	const struct app_failure_word *x = a, *y = b;
	if (x->incidents != y->incidents)
		return x->incidents > y->incidents ? -1 : 1;
	return sv_cmp(sv_from(x->word), sv_from(y->word));
}

static void add_word(struct app_failure_word *w, const struct failure_hit *h)
{
	if (w->reports == 0 || h->day < w->first_day)
		w->first_day = h->day;
	if (w->reports == 0 || h->day > w->last_day)
		w->last_day = h->day;
	w->reports++;
	w->incidents += h->incidents;
}

/* Which words of the table a report has, as bits of their numbers. */
static unsigned bits_of(const struct failure_hit *h, enum arf_table table)
{
	if (table == ARF_TABLE_AUTH)
		return h->types;
	unsigned number = table == ARF_TABLE_FEEDBACK ? h->feedback : h->delivery;
	return number ? ARF_BIT(number) : 0;
}

static struct app_failure_words count_words(const struct failure_hits *hits,
					    enum arf_table table, struct arena *a)
{
	size_t words;
	const struct arf_word *w = arf_words(table, &words);
	struct app_failure_words out = { .at = arena_array(a, words + 1,
							   sizeof(*out.at)) };
	for (size_t i = 0; i < words; i++) {
		struct app_failure_word *at = &out.at[out.n];
		*at = (struct app_failure_word){ .word = w[i].name,
						 .what = w[i].meaning,
						 .mend = w[i].advice };
		for (size_t k = 0; k < hits->n; k++)
			if (bits_of(&hits->at[k], table) & ARF_BIT(w[i].number))
				add_word(at, &hits->at[k]);
		out.n += at->reports > 0;
	}
	if (out.n)
		qsort(out.at, out.n, sizeof(*out.at), by_incidents);
	return out;
}

/* --- by source, by reporter --- */

static int hit_by_source(const void *a, const void *b)
{
	const struct failure_hit *x = a, *y = b;
	return addr_cmp(&x->source, &y->source);
}

static int hit_by_org(const void *a, const void *b)
{
	const struct failure_hit *x = a, *y = b;
	return sv_cmp(x->org, y->org);
}

static int source_by_incidents(const void *a, const void *b)
{
	const struct app_failure_source *x = a, *y = b;
	if (x->incidents != y->incidents)
		return x->incidents > y->incidents ? -1 : 1;
	return addr_cmp(&x->source, &y->source);
}

static int reporter_by_incidents(const void *a, const void *b)
{
	const struct app_failure_reporter *x = a, *y = b;
	if (x->incidents != y->incidents)
		return x->incidents > y->incidents ? -1 : 1;
	return sv_cmp(x->org, y->org);
}

/* Hits of one source. */
static struct app_failure_source sum_source(const struct failure_hit *h, size_t n)
{
	struct app_failure_source out = {
		.source = h->source, .reports = n, .first_day = h->day, .last_day = h->day
	};
	uint16_t types = 0;
	for (size_t i = 0; i < n; i++) {
		out.incidents += h[i].incidents;
		types |= h[i].types;
		if (h[i].day < out.first_day)
			out.first_day = h[i].day;
		if (h[i].day > out.last_day)
			out.last_day = h[i].day;
	}
	out.type_n = failure_types(types, out.type);
	return out;
}

static void count_sources(struct failure_hits *hits, struct app_failure_reports *out,
			  struct arena *a)
{
	const struct failure_hit *h = hits->at;
	size_t n = 0, end;
	qsort(hits->at, hits->n, sizeof(*h), hit_by_source);
	out->source = arena_array(a, hits->n + 1, sizeof(*out->source));
	for (size_t i = 0; i < hits->n; i = end) {
		end = i + 1;
		while (end < hits->n && hit_by_source(&h[i], &h[end]) == 0)
			end++;
		out->source[n++] = sum_source(h + i, end - i);
	}
	qsort(out->source, n, sizeof(*out->source), source_by_incidents);
	out->source_all = n;
	out->source_n = out->limit && n > out->limit ? out->limit : n;
}

static void count_reporters(struct failure_hits *hits, struct app_failure_reports *out,
			    struct arena *a)
{
	qsort(hits->at, hits->n, sizeof(*hits->at), hit_by_org);
	out->reporter = arena_array(a, hits->n + 1, sizeof(*out->reporter));
	for (size_t i = 0; i < hits->n; i++) {
		const struct failure_hit *h = &hits->at[i];
		if (i == 0 || !sv_eq(h->org, h[-1].org))
			out->reporter[out->reporter_n++] = (struct app_failure_reporter){
				.org = h->org, .last_day = h->day
			};
		struct app_failure_reporter *r = &out->reporter[out->reporter_n - 1];
		r->reports++;
		r->incidents += h->incidents;
		if (h->day > r->last_day)
			r->last_day = h->day;
	}
	qsort(out->reporter, out->reporter_n, sizeof(*out->reporter),
	      reporter_by_incidents);
}

/* --- the whole answer --- */

static void count(struct failure_hits *hits, struct app_failure_reports *out,
		  struct arena *a)
{
	out->reports = hits->all;
	out->looked_at = hits->n;
	if (hits->n == 0)
		return;
	/* They come newest first. */
	out->last_day = hits->at[0].day;
	out->first_day = hits->at[hits->n - 1].day;
	for (size_t i = 0; i < hits->n; i++)
		out->incidents += hits->at[i].incidents;
	out->feedback = count_words(hits, ARF_TABLE_FEEDBACK, a);
	out->type = count_words(hits, ARF_TABLE_AUTH, a);
	out->delivery = count_words(hits, ARF_TABLE_DELIVERY, a);
	count_sources(hits, out, a);
	count_reporters(hits, out, a);
}

static bool read_unreported(const struct scope *s, struct app_failure_reports *out,
			    struct err *err)
{
	struct app_filter open = app_filter_all();
	struct book_report_filter f = scope_reports(s);
	uint64_t n = 0;
	f.kind = KIND_FAILURE;
	f.only_passing = f.only_failing = false;
	f.day_from = open.day_from;
	f.day_to = open.day_to;
	f.unsealed = true;
	if (!scope_is_empty(s) && !book_report_count(s->store, &f, &n, err))
		return false;
	out->unreported = n == 0 && out->earlier.reports == 0;
	return true;
}

/* Those of a day come as they were read, in an order that nobody chose. */
static int report_newest(const void *a, const void *b)
{
	const struct app_failure_report *x = a, *y = b;
	int64_t one = x->has_time ? x->time : x->day * DATE_DAY_SECONDS;
	int64_t other = y->has_time ? y->time : y->day * DATE_DAY_SECONDS;
	if (x->day != y->day)
		return x->day > y->day ? -1 : 1;
	if (one != other)
		return one > other ? -1 : 1;
	return strcmp(x->id, y->id);
}

static bool show(const struct scope *s, const struct app *app,
		 struct app_failure_reports *out, struct err *err)
{
	struct failure_hits hits;
	size_t limit = out->limit && out->limit < APP_FAILURES_MOST ? out->limit
								    : APP_FAILURES_MOST;
	scope_subject(s, s->filter.domain, &out->line);
	if (out->line.assigned)
		out->address = records_address(app,
					       scope_client_named(s, out->line.client));
	if (out->address.n)
		out->ruf = record_mailto(out->address, s->arena);
	out->report = arena_array(s->arena, limit, sizeof(*out->report));
	if (!failure_hits(s, limit, &hits, out->report, &out->report_n, err) ||
	    !scope_earlier(s, KIND_FAILURE, &out->earlier, err))
		return false;
	count(&hits, out, s->arena);
	if (out->report_n)
		qsort(out->report, out->report_n, sizeof(*out->report), report_newest);
	return hits.all > 0 || read_unreported(s, out, err);
}

bool app_failure_reports(const struct app *app, const struct app_filter *filter,
			 struct sv name, uint32_t limit, struct arena *a,
			 struct app_failure_reports *out, struct err *err)
{
	struct scope s;
	struct app_filter f = *filter;
	*out = (struct app_failure_reports){
		.limit = limit, .keep_months = app->keep_months[APP_AGE_FAILURE]
	};
	f.domain = scope_fold(name, a);
	if (f.domain.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = show(&s, app, out, err);
	scope_close(&s);
	return ok;
}

/* --- all domains --- */

static int hit_by_line(const void *a, const void *b)
{
	const struct failure_hit *x = a, *y = b;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return addr_cmp(&x->source, &y->source);
}

static int line_by_incidents(const void *a, const void *b)
{
	const struct app_failure_line *x = a, *y = b;
	if (x->incidents != y->incidents)
		return x->incidents > y->incidents ? -1 : 1;
	return sv_cmp(x->name, y->name);
}

/* Hits of one line, source by source. */
static void sum_line(const struct scope *s, const struct failure_hits *of,
		     struct app_failure_line *out)
{
	const struct failure_hit *h = of->at;
	struct app_domain_line line;
	struct app_failure_words types = count_words(of, ARF_TABLE_AUTH, s->arena);
	scope_line_name(s, h->line, &line);
	*out = (struct app_failure_line){ .name = line.name,
					  .client = line.client,
					  .assigned = line.assigned,
					  .reports = of->n,
					  .type = types.n ? types.at[0].word : NULL,
					  .first_day = h->day,
					  .last_day = h->day };
	for (size_t i = 0; i < of->n; i++) {
		out->incidents += h[i].incidents;
		out->sources += i == 0 || addr_cmp(&h[i].source, &h[i - 1].source) != 0;
		if (h[i].day < out->first_day)
			out->first_day = h[i].day;
		if (h[i].day > out->last_day)
			out->last_day = h[i].day;
	}
}

static bool list(const struct scope *s, struct app_failure_list *out, struct err *err)
{
	struct failure_hits hits;
	size_t end;
	if (!failure_hits(s, 0, &hits, NULL, NULL, err))
		return false;
	out->reports = hits.all;
	out->looked_at = hits.n;
	if (hits.n)
		qsort(hits.at, hits.n, sizeof(*hits.at), hit_by_line);
	out->line = arena_array(s->arena, s->entry_n + s->policy_n + 1,
				sizeof(*out->line));
	for (size_t i = 0; i < hits.n; i = end) {
		end = i + 1;
		while (end < hits.n && hits.at[end].line == hits.at[i].line)
			end++;
		if (hits.at[i].line == SCOPE_NO_LINE)
			continue;
		const struct failure_hits of = { .at = hits.at + i, .n = end - i };
		sum_line(s, &of, &out->line[out->n++]);
	}
	if (out->n)
		qsort(out->line, out->n, sizeof(*out->line), line_by_incidents);
	return true;
}

bool app_failure_domains(const struct app *app, const struct app_filter *filter,
			 struct arena *a, struct app_failure_list *out, struct err *err)
{
	struct scope s;
	*out = (struct app_failure_list){ 0 };
	if (!scope_open(&s, app, STORE_READ, filter, a, err))
		return false;
	bool ok = list(&s, out, err);
	scope_close(&s);
	return ok;
}
