/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tls.h"

#include "app/records_int.h"
#include "app/tls_int.h"
#include "base/arena.h"
#include "tlsrpt/tlsrpt.h"

#include <stdlib.h>

enum {
	DAYS_MAX = 36600 /* a hundred years: what lies outside is no trend */
};

/* --- what holds --- */

static int worst_policy(const void *a, const void *b)
{
	const struct app_tls_policy *x = a, *y = b;
	uint64_t all_x = x->f.succeeded + x->f.failed;
	uint64_t all_y = y->f.succeeded + y->f.failed;
	if (x->f.failed != y->f.failed)
		return x->f.failed > y->f.failed ? -1 : 1;
	if (all_x != all_y)
		return all_x > all_y ? -1 : 1;
	int c = sv_cmp(x->domain, y->domain);
	return c ? c : sv_cmp(x->type, y->type);
}

static struct sv domain_name(const struct scope *s, int64_t id)
{
	const struct book_policy_domain *p = scope_policy(s, id);
	return p ? p->name : SV("");
}

static bool read_policies(const struct scope *s, const struct book_tls_query *q,
			  struct app_tls *out, struct err *err)
{
	struct book_tls_sum *v;
	size_t n;
	if (!book_tls_sums(s->store, q, tls_mode_of, s->arena, &v, &n, err))
		return false;
	out->policy = arena_array(s->arena, n + 1, sizeof(*out->policy));
	out->policy_n = n;
	for (size_t i = 0; i < n; i++) {
		const struct tls_policy_kind *k =
			tls_policy_kind((enum tls_policy_type)v[i].type);
		out->policy[i] = (struct app_tls_policy){
			.domain = domain_name(s, v[i].domain_id),
			.type = tls_type_name(v[i].type, v[i].type_text),
			.mode = tls_mode_word((enum tls_mode)v[i].mode),
			.f = { v[i].reports, v[i].succeeded, v[i].failed },
			.first_day = v[i].first_day,
			.last_day = v[i].last_day,
			.policy = v[i].policy,
			.mx = v[i].mx,
			.what = k->what,
			.owner = k->owner,
		};
	}
	if (n)
		qsort(out->policy, n, sizeof(*out->policy), worst_policy);
	return true;
}

/* --- what failed --- */

static struct app_tls_fault fault_of(const struct scope *s,
				     const struct book_tls_fault *v, unsigned by)
{
	enum tls_result_type result = (enum tls_result_type)v->result;
	const struct tls_result_kind *k = tls_result_kind(result);
	bool typed = by & BOOK_TLS_TYPE;
	enum tls_policy_type type = typed ? (enum tls_policy_type)v->type
					  : TLS_POLICY_OTHER;
	return (struct app_tls_fault){
		.domain = domain_name(s, v->domain_id),
		.type = typed ? tls_type_name(v->type, SV("")) : SV(""),
		.mx = v->mx,
		.result = tls_result_name(v->result, v->result_text),
		.sending = v->sending,
		.receiving = v->receiving,
		.reports = v->reports,
		.sessions = v->sessions,
		.first_day = v->first_day,
		.last_day = v->last_day,
		.information = v->information,
		.reason = v->reason,
		.what = k->what,
		.owner = k->owner,
		.mend = tls_result_mend(result, type),
	};
}

static bool read_faults(const struct scope *s, const struct book_tls_query *q,
			unsigned by, uint32_t limit, struct app_tls_faults *out,
			struct err *err)
{
	struct book_tls_fault *v;
	if (limit == 0 || limit > APP_TLS_MOST)
		limit = APP_TLS_MOST;
	by |= BOOK_TLS_RESULT | BOOK_TLS_TEXT;
	if (!book_tls_faults(s->store, q, by, limit, s->arena, &v, &out->n, &out->all,
			     err))
		return false;
	out->at = arena_array(s->arena, out->n + 1, sizeof(*out->at));
	for (size_t i = 0; i < out->n; i++)
		out->at[i] = fault_of(s, &v[i], by);
	return true;
}

static bool read_all_faults(const struct scope *s, const struct book_tls_query *q,
			    struct app_tls *out, struct err *err)
{
	uint32_t limit = out->limit;
	return read_faults(s, q, BOOK_TLS_TYPE, limit, &out->result, err) &&
	       read_faults(s, q, BOOK_TLS_MX, limit, &out->mx, err) &&
	       read_faults(s, q, BOOK_TLS_SENDING, limit, &out->sending, err) &&
	       read_faults(s, q,
			   BOOK_TLS_DOMAIN | BOOK_TLS_TYPE | BOOK_TLS_MX |
				   BOOK_TLS_SENDING | BOOK_TLS_RECEIVING,
			   limit, &out->fault, err) &&
	       book_tls_unexplained(s->store, q, &out->unexplained, err);
}

/* --- when, and who says so --- */

static bool read_days(const struct scope *s, const struct book_tls_query *q,
		      struct app_tls *out, struct err *err)
{
	struct book_tls_day *d;
	size_t n;
	if (!book_tls_days(s->store, q, s->arena, &d, &n, err))
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
			out->day[d[i].day - first] = (struct app_tls_day){ d[i].day,
									   d[i].succeeded,
									   d[i].failed };
	return true;
}

static bool read_reporters(const struct scope *s, const struct book_tls_query *q,
			   struct app_tls *out, struct err *err)
{
	struct book_reporter *r;
	if (!book_tls_reporters(s->store, q, s->arena, &r, &out->reporter_n, err))
		return false;
	out->reporter = arena_array(s->arena, out->reporter_n + 1,
				    sizeof(*out->reporter));
	for (size_t i = 0; i < out->reporter_n; i++)
		out->reporter[i] = (struct app_tls_reporter){
			.org = r[i].org,
			.f = { r[i].reports, r[i].passed, r[i].messages - r[i].passed },
			.last_day = r[i].last_day,
		};
	return true;
}

/* --- the whole answer --- */

static bool read_total(const struct scope *s, const struct book_tls_query *q,
		       struct app_tls *out, struct err *err)
{
	struct book_tls_domain t = { 0 }, ever = { 0 };
	struct app_filter open = app_filter_all();
	struct book_tls_query any = *q;
	any.day_from = open.day_from;
	any.day_to = open.day_to;
	if (!book_tls_total(s->store, q, &t, err) ||
	    (t.reports == 0 && !book_tls_total(s->store, &any, &ever, err)) ||
	    !scope_earlier(s, KIND_TLS, &out->earlier, err))
		return false;
	out->f = (struct app_tls_figures){ t.reports, t.succeeded, t.failed };
	out->seen = t.reports > 0;
	out->unreported = !out->seen && ever.reports == 0 && out->earlier.reports == 0;
	out->first_day = t.first_day;
	out->last_day = t.last_day;
	return true;
}

/* A domain that takes no mail has no sessions. */
static void read_records(const struct scope *s, const struct app *app,
			 struct app_tls *out)
{
	const struct app_domain_line *l = &out->line;
	if (!l->assigned || l->use == APP_PARKED)
		return;
	out->address = records_address(app, scope_client_named(s, l->client));
	if (out->address.n)
		record_tls(l->name, out->address, s->arena, &out->records);
}

static bool show(const struct scope *s, const struct app *app, struct app_tls *out,
		 struct err *err)
{
	struct book_tls_query q = tls_query(s);
	scope_subject(s, s->filter.domain, &out->line);
	read_records(s, app, out);
	if (!read_total(s, &q, out, err))
		return false;
	return !out->seen ||
	       (read_policies(s, &q, out, err) && read_all_faults(s, &q, out, err) &&
		read_days(s, &q, out, err) && read_reporters(s, &q, out, err));
}

bool app_tls_show(const struct app *app, const struct app_filter *filter, struct sv name,
		  uint32_t limit, struct arena *a, struct app_tls *out, struct err *err)
{
	struct scope s;
	struct app_filter f = *filter;
	*out = (struct app_tls){ .limit = limit };
	f.domain = scope_fold(name, a);
	if (f.domain.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = show(&s, app, out, err);
	scope_close(&s);
	return ok;
}
