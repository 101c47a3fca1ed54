/* SPDX-License-Identifier: Apache-2.0 */
#include "app/domain.h"

#include "app/adopt_int.h"
#include "app/failures_int.h"
#include "app/owner.h"
#include "app/policy_int.h"
#include "app/records_int.h"
#include "app/senders_int.h"
#include "app/source_names_int.h"
#include "app/tls_int.h"
#include "base/arena.h"
#include "report/model.h"

#include <stdlib.h>

enum {
	DAYS_MAX = 36600,     /* a hundred years: what lies outside is no trend */
	AUTHOR_FACETS = 20000 /* with most messages: so many are looked at */
};

/* --- show --- */

static bool read_days(const struct scope *s, struct app_domain *out, struct err *err)
{
	struct facts_query q = scope_query(s);
	struct facts_by_day *d;
	size_t n;
	if (!facts_days(s->store, &q, s->arena, &d, &n, err))
		return false;
	if (n == 0)
		return true;
	int64_t last = d[n - 1].day, first = d[0].day;
	if (last - first >= DAYS_MAX)
		first = last - DAYS_MAX + 1;
	out->day_n = (size_t)(last - first + 1);
	out->day = arena_array(s->arena, out->day_n, sizeof(*out->day));
	for (size_t i = 0; i < out->day_n; i++)
		out->day[i].day = first + (int64_t)i;
	for (size_t i = 0; i < n; i++)
		if (d[i].day >= first)
			out->day[d[i].day - first] = (struct app_day){ d[i].day,
								       d[i].sum.messages,
								       d[i].sum.passed };
	return true;
}

/* The store sums whole reports: those that have such messages. Of the sums what the
 * filter lets through is one part. */
static struct app_reporter reporter_of(const struct book_reporter *r,
				       enum app_result result)
{
	struct app_reporter out = { r->org, r->reports, r->messages, r->passed,
				    r->last_day };
	if (result == APP_RESULT_PASS)
		out.messages = out.passed;
	if (result == APP_RESULT_FAIL) {
		out.messages -= out.passed;
		out.passed = 0;
	}
	return out;
}

static int by_messages(const void *a, const void *b)
{
	const struct app_reporter *x = a, *y = b;
	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	if (x->reports != y->reports)
		return x->reports > y->reports ? -1 : 1;
	return sv_cmp(x->org, y->org);
}

static bool read_reporters(const struct scope *s, struct app_domain *out, struct err *err)
{
	struct book_report_filter f = scope_reports(s);
	struct book_reporter *r;
	size_t n;
	if (!book_reporters(s->store, &f, s->arena, &r, &n, err))
		return false;
	out->reporter = arena_array(s->arena, n + 1, sizeof(*out->reporter));
	out->reporter_n = n;
	for (size_t i = 0; i < n; i++)
		out->reporter[i] = reporter_of(&r[i], s->filter.result);
	if (n)
		qsort(out->reporter, n, sizeof(*out->reporter), by_messages);
	return true;
}

/* --- names below the domain --- */

struct names {
	struct app_subdomain *list;
	size_t n, cap;
	struct arena *a;
};

static int by_volume(const void *a, const void *b)
{
	const struct app_subdomain *x = a, *y = b;
	if (x->f.messages != y->f.messages)
		return x->f.messages > y->f.messages ? -1 : 1;
	return sv_cmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	const struct app_subdomain *x = a, *y = b;
	return sv_cmp(x->name, y->name);
}

/* Equal names become one. */
static size_t merge(struct app_subdomain *list, size_t n)
{
	size_t out = 0;
	if (n == 0)
		return 0;
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 1; i < n; i++)
		if (sv_eq(list[i].name, list[out].name))
			app_figures_add(&list[out].f, &list[i].f);
		else
			list[++out] = list[i];
	qsort(list, out + 1, sizeof(*list), by_volume);
	return out + 1;
}

/* Reports and facts of each; what only counts reports without rows has no facts. */
static bool read_policy_domains(const struct scope *s, struct app_domain *out,
				struct err *err)
{
	struct facts_query q = scope_query(s);
	struct book_report_filter f = scope_reports(s);
	struct facts_by_domain *d;
	int64_t *id;
	uint64_t *count;
	size_t n, counts, k = 0;
	if (!facts_domains(s->store, &q, s->arena, &d, &n, err) ||
	    !book_reports_per_domain(s->store, &f, s->arena, &id, &count, &counts, err))
		return false;
	struct app_subdomain *list = arena_array(s->arena, n + counts + 1, sizeof(*list));
	for (size_t i = 0; i < n + counts; i++) {
		const struct book_policy_domain *p = scope_policy(s, i < n ? d[i].domain
									   : id[i - n]);
		if (!p)
			continue;
		list[k].name = p->name;
		if (i < n)
			list[k].f = (struct app_figures){ 0, d[i].sum.rows,
							  d[i].sum.messages,
							  d[i].sum.passed };
		else
			list[k].f.reports = count[i - n];
		k++;
	}
	out->policy_domain = list;
	out->policy_domain_n = merge(list, k);
	return true;
}

/* The name outlives the facet, of which little else is as short. */
static bool author_of(const struct scope *s, int64_t facet, struct arena *scratch,
		      struct sv *out, struct err *err)
{
	struct sv bytes;
	struct report_facet f;
	bool passed;
	arena_reset(scratch);
	if (!facts_facet_bytes(s->store, facet, scratch, &bytes, &passed, err))
		return false;
	*out = report_facet_decode(bytes, scratch, &f) ? f.header_from : SV("");
	*out = scope_fold(*out, s->arena);
	return true;
}

static bool read_authors(const struct scope *s, struct app_domain *out, struct err *err)
{
	struct facts_query q = scope_query(s);
	struct facts_by_facet *f;
	struct arena *scratch = arena_new();
	size_t n = 0;
	uint64_t all;
	bool ok = facts_facets(s->store, &q, AUTHOR_FACETS, s->arena, &f, &n, &all, err);
	out->author_more = all > n;
	out->author = arena_array(s->arena, n + 1, sizeof(*out->author));
	for (size_t i = 0; ok && i < n; i++) {
		struct app_subdomain *d = &out->author[out->author_n++];
		ok = author_of(s, f[i].facet, scratch, &d->name, err);
		d->f.messages = f[i].messages;
		d->f.passed = f[i].passed ? f[i].messages : 0;
	}
	arena_free(&scratch);
	out->author_n = merge(out->author, out->author_n);
	return ok;
}

/* --- the whole answer --- */

/* The domain's line: with a filter by a name that nobody has in the book several may
 * answer (a domain and those below it), which become one. */
static bool read_line(const struct scope *s, struct sv name, struct app_domain *out,
		      struct err *err)
{
	struct app_domain_line *line, *l = &out->line;
	size_t n;
	if (!scope_lines(s, true, &line, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i == 0)
			*l = line[0];
		else
			app_figures_add(&l->f, &line[i].f);
		if (i && line[i].seen && (!l->seen || line[i].first_day < l->first_day))
			l->first_day = line[i].first_day;
		if (i && line[i].seen && (!l->seen || line[i].last_day > l->last_day))
			l->last_day = line[i].last_day;
		l->seen |= line[i].seen;
		l->refused &= line[i].refused;
	}
	l->name = name;
	return true;
}

static bool read_policy(const struct scope *s, struct app_domain *out, struct err *err)
{
	for (size_t i = 0; i < s->policy_n; i++)
		if (sv_eq(s->policy[i].name, out->line.name) &&
		    scope_has(s, s->policy[i].id))
			return policy_newest(s, &s->policy[i].id, 1, &out->policy, err);
	return policy_newest(s, s->id, s->id_n, &out->policy, err);
}

static void read_records(const struct scope *s, const struct app *app,
			 struct app_domain *out)
{
	const struct book_domain *e = scope_entry_named(s, out->line.name);
	if (!e)
		return;
	struct sv address = records_address(app, scope_client(s, e->client));
	out->has_records = address.n > 0;
	records_for(e->name, out->line.use, address, s->arena, &out->records);
}

static bool read_unreported(const struct scope *s, struct app_domain *out,
			    struct err *err)
{
	struct app_filter open = app_filter_all();
	struct book_report_filter f = scope_reports(s);
	uint64_t n;
	f.day_from = open.day_from;
	f.day_to = open.day_to;
	f.only_passing = f.only_failing = false;
	if (!book_report_count(s->store, &f, &n, err))
		return false;
	out->unreported = n == 0;
	return true;
}

static bool read_others(const struct scope *s, struct app_domain *out, struct err *err)
{
	struct book_tls_query q = tls_query(s);
	struct book_tls_domain t = { 0 };
	struct book_report_filter f = scope_reports(s);
	f.kind = KIND_FAILURE;
	f.only_passing = f.only_failing = false;
	if (!book_tls_total(s->store, &q, &t, err) ||
	    !book_report_count(s->store, &f, &out->failure_reports, err))
		return false;
	out->tls_reports = t.reports;
	out->tls_sessions = t.succeeded + t.failed;
	out->tls_failed = t.failed;
	return true;
}

static bool show(const struct scope *s, const struct app *app, struct sv name,
		 uint32_t sources, struct app_domain *out, struct err *err)
{
	if (!read_line(s, name, out, err))
		return false;
	read_records(s, app, out);
	if (scope_is_empty(s)) {
		out->unreported = true;
		return true;
	}
	struct facts_query q = scope_query(s);
	const struct app_senders_options senders = { .filter = &s->filter,
						     .new_since = INT64_MIN };
	return read_unreported(s, out, err) &&
	       scope_sealed(s, &out->sealed, &out->details_from, &out->cut, err) &&
	       read_days(s, out, err) && read_reporters(s, out, err) &&
	       scope_sources(s, &q, sources, &out->source, &out->source_n,
			     &out->source_all, err) &&
	       source_names(s, out->source, out->source_n, err) &&
	       senders_read(s, &senders, &out->senders, err) &&
	       read_policy(s, out, err) && read_policy_domains(s, out, err) &&
	       read_authors(s, out, err) && failures_find(s, out, err) &&
	       read_others(s, out, err);
}

bool app_domain_show(const struct app *app, const struct app_filter *filter,
		     struct sv name, uint32_t sources, struct arena *a,
		     struct app_domain *out, struct err *err)
{
	struct scope s;
	struct app_filter f = *filter;
	*out = (struct app_domain){ .limit = sources };
	f.domain = scope_fold(name, a);
	if (f.domain.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = show(&s, app, f.domain, sources, out, err);
	scope_close(&s);
	return ok;
}

/* --- add, retire, list --- */

static bool find_active(const struct scope *s, struct sv name,
			const struct book_client **out, struct err *err)
{
	*out = scope_client_named(s, name);
	if (!*out)
		return err_set(err, ERR_NO_INPUT,
			       "there is no client \"%.*s\"; `postern client list` names "
			       "them",
			       SV_ARG(name));
	if ((*out)->retired)
		return err_set(err, ERR_USAGE, "the client \"%.*s\" is retired",
			       SV_ARG((*out)->name));
	return true;
}

/* What was waiting for the domain: the figures it has now that it stands in the book. */
static bool count_waiting(const struct app *app, struct sv name, struct arena *a,
			  struct app_domain_line *out, struct err *err)
{
	struct scope s;
	struct app_domain d = { 0 };
	struct app_filter f = app_filter_all();
	f.domain = name;
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = read_line(&s, name, &d, err);
	scope_close(&s);
	*out = d.line;
	return ok;
}

bool app_domain_add(const struct app *app, struct sv name, struct sv client,
		    enum app_use use, struct arena *a, struct app_domain_added *out,
		    struct err *err)
{
	struct scope s;
	struct book_domain d = { .use = (uint8_t)use, .created = app->now };
	const struct book_client *c;
	*out = (struct app_domain_added){ 0 };
	if (!records_read_domain(name, a, &d.name, err) ||
	    !scope_open(&s, app, STORE_WRITE, NULL, a, err))
		return false;
	bool ok = find_active(&s, client, &c, err);
	if (ok) {
		d.client = c->id;
		out->address = records_address(app, c);
		records_for(d.name, use, out->address, a, &out->records);
		adopt_out_of(&s, &d, out);
		ok = store_begin(s.store, err) &&
		     scope_commit(&s,
				  adopt_domain(&s, &d, &out->again, &out->before, err),
				  err);
	}
	scope_close(&s);
	return ok && count_waiting(app, d.name, a, &out->line, err);
}

bool app_domain_retire(const struct app *app, struct sv name, struct arena *a,
		       struct app_domain_line *out, struct err *err)
{
	struct scope s;
	bool ok;
	if (!scope_open(&s, app, STORE_WRITE, NULL, a, err))
		return false;
	name = scope_fold(name, a);
	const struct book_domain *e = scope_entry_named(&s, name);
	if (!e)
		ok = err_set(err, ERR_NO_INPUT,
			     "the domain %.*s is in no client's list; `postern domain "
			     "list` names them",
			     SV_ARG(name));
	else if (e->retired)
		ok = err_set(err, ERR_USAGE, "the domain %.*s is retired already",
			     SV_ARG(name));
	else
		ok = store_begin(s.store, err) &&
		     scope_commit(&s, book_domain_retire(s.store, e->id, app->now, err),
				  err);
	scope_close(&s);
	return ok && count_waiting(app, name, a, out, err);
}

bool app_domains(const struct app *app, const struct app_filter *filter, struct arena *a,
		 struct app_domain_line **out, size_t *out_n, struct err *err)
{
	struct scope s;
	if (!scope_open(&s, app, STORE_READ, filter, a, err))
		return false;
	bool ok = scope_lines(&s, true, out, out_n, err);
	scope_close(&s);
	while (ok && *out_n && !(*out)[*out_n - 1].assigned)
		*out_n -= 1; /* what nobody owns stands at the end */
	return ok;
}
