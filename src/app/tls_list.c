/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tls_int.h"

#include "base/arena.h"
#include "tlsrpt/tlsrpt.h"

#include <stdlib.h>

enum {
	MODES = TLS_MODE_ENFORCE + 1
};

/* One line while it is being summed. */
struct sum {
	struct app_tls_line line;
	int64_t *id; /* the policy domains with reports */
	size_t id_n;
	uint64_t failed[TLS_POLICY_N][MODES], sessions[TLS_POLICY_N][MODES];
	uint64_t of_result[TLS_RESULT_N];
};

static int worst_first(const void *a, const void *b)
{
	const struct app_tls_line *x = a, *y = b;
	uint64_t all_x = x->f.succeeded + x->f.failed;
	uint64_t all_y = y->f.succeeded + y->f.failed;
	if (x->f.failed != y->f.failed)
		return x->f.failed > y->f.failed ? -1 : 1;
	if (all_x != all_y)
		return all_x > all_y ? -1 : 1;
	return sv_cmp(x->name, y->name);
}

/* What is on no line goes to one behind them, which nobody looks at. */
static struct sum *sum_of(const struct scope *s, struct sum *sums, int64_t policy_id)
{
	size_t i = scope_line_of(s, policy_id);
	return &sums[i == SCOPE_NO_LINE ? s->entry_n + s->policy_n : i];
}

static void name_sum(const struct scope *s, size_t i, struct sum *v)
{
	struct app_domain_line line;
	scope_line_name(s, i, &line);
	v->line.name = line.name;
	v->line.client = line.client;
	v->line.assigned = line.assigned;
}

static void add_domain(struct sum *v, const struct book_tls_domain *d)
{
	struct app_tls_line *l = &v->line;
	if (v->id_n == 0 || d->first_day < l->first_day)
		l->first_day = d->first_day;
	if (v->id_n == 0 || d->last_day > l->last_day)
		l->last_day = d->last_day;
	v->id[v->id_n++] = d->domain_id;
	l->f.reports += d->reports;
	l->f.succeeded += d->succeeded;
	l->f.failed += d->failed;
}

/* Those of one line stand together in one array of all. */
static bool add_domains(const struct scope *s, const struct book_tls_query *q,
			struct sum *sums, size_t sum_n, struct err *err)
{
	struct book_tls_domain *d;
	size_t n, at = 0;
	if (!book_tls_by_domain(s->store, q, s->arena, &d, &n, err))
		return false;
	int64_t *id = arena_array(s->arena, n + 1, sizeof(*id));
	for (size_t i = 0; i < n; i++)
		sum_of(s, sums, d[i].domain_id)->id_n++;
	for (size_t i = 0; i <= sum_n; i++) {
		sums[i].id = id + at;
		at += sums[i].id_n;
		sums[i].id_n = 0;
	}
	for (size_t i = 0; i < n; i++)
		add_domain(sum_of(s, sums, d[i].domain_id), &d[i]);
	return true;
}

/* A report may name several domains of one owner: it is one report. */
static bool count_reports(const struct scope *s, const struct book_tls_query *q,
			  struct sum *sums, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct book_tls_query some = *q;
		struct book_tls_domain t = { 0 };
		if (sums[i].id_n < 2)
			continue;
		some.domains = sums[i].id;
		some.domain_n = sums[i].id_n;
		if (!book_tls_total(s->store, &some, &t, err))
			return false;
		sums[i].line.f.reports = t.reports;
	}
	return true;
}

static bool add_policies(const struct scope *s, const struct book_tls_query *q,
			 struct sum *sums, struct err *err)
{
	struct book_tls_sum *p;
	size_t n;
	if (!book_tls_sums(s->store, q, tls_mode_of, s->arena, &p, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct sum *v = sum_of(s, sums, p[i].domain_id);
		unsigned type = p[i].type < TLS_POLICY_N ? p[i].type : TLS_POLICY_OTHER;
		v->failed[type][p[i].mode] += p[i].failed;
		v->sessions[type][p[i].mode] += p[i].succeeded + p[i].failed;
	}
	return true;
}

static bool add_results(const struct scope *s, const struct book_tls_query *q,
			struct sum *sums, struct err *err)
{
	struct book_tls_fault *f;
	uint64_t all;
	size_t n;
	if (!book_tls_faults(s->store, q, BOOK_TLS_DOMAIN | BOOK_TLS_RESULT, 0, s->arena,
			     &f, &n, &all, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned result = f[i].result < TLS_RESULT_N ? f[i].result
							     : TLS_RESULT_OTHER;
		sum_of(s, sums, f[i].domain_id)->of_result[result] += f[i].sessions;
	}
	return true;
}

/* The policy with most failures, of equals that with most sessions. */
static void choose_policy(struct sum *v)
{
	unsigned best = 0;
	for (unsigned i = 1; i < TLS_POLICY_N * MODES; i++) {
		uint64_t f = v->failed[i / MODES][i % MODES];
		uint64_t most = v->failed[best / MODES][best % MODES];
		if (f > most ||
		    (f == most && v->sessions[i / MODES][i % MODES] >
					  v->sessions[best / MODES][best % MODES]))
			best = i;
	}
	v->line.type = tls_type_name((uint8_t)(best / MODES), SV(""));
	v->line.mode = tls_mode_word((enum tls_mode)(best % MODES));
}

static void choose_result(struct sum *v)
{
	for (unsigned i = 0; i < TLS_RESULT_N; i++) {
		if (v->of_result[i] <= v->line.result_sessions)
			continue;
		v->line.result = tls_result_name((uint8_t)i, SV(""));
		v->line.result_sessions = v->of_result[i];
	}
}

/* Those that take mail, and of which nobody reports. */
static size_t count_silent(const struct scope *s, const struct sum *sums)
{
	size_t n = 0;
	for (size_t i = 0; i < s->entry_n; i++) {
		const struct book_domain *e = &s->entry[i];
		const struct book_client *c = scope_client(s, e->client);
		n += sums[i].id_n == 0 && !e->retired && c && !c->retired &&
		     e->use != DOMAIN_PARKED && scope_selects(s, e, e->name);
	}
	return n;
}

static bool list(const struct scope *s, struct app_tls_list *out, struct err *err)
{
	struct book_tls_query q = tls_query(s);
	size_t n = s->entry_n + s->policy_n;
	struct sum *sums = arena_array(s->arena, n + 1, sizeof(*sums));
	if (!add_domains(s, &q, sums, n, err) || !count_reports(s, &q, sums, n, err) ||
	    !add_policies(s, &q, sums, err) || !add_results(s, &q, sums, err))
		return false;
	out->line = arena_array(s->arena, n + 1, sizeof(*out->line));
	for (size_t i = 0; i < n; i++) {
		if (sums[i].id_n == 0)
			continue;
		name_sum(s, i, &sums[i]);
		choose_policy(&sums[i]);
		choose_result(&sums[i]);
		out->line[out->n++] = sums[i].line;
	}
	if (out->n)
		qsort(out->line, out->n, sizeof(*out->line), worst_first);
	out->silent = count_silent(s, sums);
	out->window = s->filter.day_from != INT64_MIN || s->filter.day_to != INT64_MAX;
	return true;
}

bool app_tls_domains(const struct app *app, const struct app_filter *filter,
		     struct arena *a, struct app_tls_list *out, struct err *err)
{
	struct scope s;
	*out = (struct app_tls_list){ 0 };
	if (!scope_open(&s, app, STORE_READ, filter, a, err))
		return false;
	bool ok = list(&s, out, err);
	scope_close(&s);
	return ok;
}
