/* SPDX-License-Identifier: Apache-2.0 */
#include "app/policy_int.h"

#include "base/arena.h"
#include "base/date.h"
#include "report/model.h"

enum {
	LOOK_AT = 5 /* a few newest reports: one may lack the policy */
};

static bool read_policy(const struct scope *s, const struct book_report *r,
			struct app_policy *out, struct err *err)
{
	struct book_report whole;
	struct report_meta m;
	if (!book_report_by_id(s->store, r->id, s->arena, &whole, err))
		return false;
	if (!report_meta_decode(whole.meta, s->arena, &m) || m.p.n == 0)
		return true;
	*out = (struct app_policy){
		.found = true,
		.p = m.p,
		.sp = m.sp,
		.np = m.np,
		.adkim = m.adkim,
		.aspf = m.aspf,
		.fo = m.fo,
		.pct = m.pct,
		.testing = m.testing,
		.org = m.org,
		.report_id = m.report_id,
		.day = whole.first_day,
	};
	return true;
}

bool policy_newest(const struct scope *s, const int64_t *ids, size_t n,
		   struct app_policy *out, struct err *err)
{
	return policy_before(s, ids, n, INT64_MAX, out, err);
}

/* Of the policy domains that a domain owns, its own: one below may have a record of its
 * own. */
static const int64_t *own_of(const struct scope *s, const int64_t *ids, size_t *n)
{
	for (size_t i = 0; i < *n; i++) {
		const struct book_policy_domain *p = scope_policy(s, ids[i]);
		if (p && sv_eq_fold(p->name, s->filter.domain)) {
			*n = 1;
			return &ids[i];
		}
	}
	return ids;
}

bool policy_before(const struct scope *s, const int64_t *ids, size_t n, int64_t day,
		   struct app_policy *out, struct err *err)
{
	/* What is of the future says nothing of today, and would for ever. */
	const int64_t tomorrow = date_day_of(s->app->now) + 1;
	const int64_t *own = own_of(s, ids, &n);
	struct book_report_filter f = { .domain_ids = own,
					.domain_n = n,
					.day_from = INT64_MIN,
					.day_to = day < tomorrow ? day : tomorrow,
					.limit = LOOK_AT };
	*out = (struct app_policy){ 0 };
	if (n == 0)
		return true;
	struct book_report_iter *it = book_reports(s->store, &f, err);
	if (!it)
		return false;
	struct book_report r[LOOK_AT];
	size_t have = 0;
	while (have < LOOK_AT && book_report_next(it, s->arena, &r[have], err))
		have++;
	bool ok = have == LOOK_AT || err->code == ERR_NONE;
	book_report_iter_free(&it);
	for (size_t i = 0; ok && i < have && !out->found; i++)
		ok = read_policy(s, &r[i], out, err);
	return ok;
}

/* --- as a record --- */

static bool read_word(struct sv word, enum record_policy *out)
{
	return word.n && record_policy_named(word, out);
}

struct record_dmarc policy_record(const struct app_policy *p)
{
	struct record_dmarc r = { .pct = 100 };
	uint64_t pct;
	(void)read_word(p->p, &r.p);
	r.sp = r.p;
	r.has_sp = read_word(p->sp, &r.sp);
	r.np = r.sp;
	r.has_np = read_word(p->np, &r.np);
	r.adkim_strict = sv_eq(p->adkim, SV("s"));
	r.aspf_strict = sv_eq(p->aspf, SV("s"));
	r.testing = sv_eq(p->testing, SV("y"));
	if (sv_to_u64(p->pct, &pct) && pct <= 100)
		r.pct = (unsigned)pct;
	return r;
}

bool policy_is_same(const struct app_policy *x, const struct app_policy *y)
{
	const struct record_dmarc a = policy_record(x), b = policy_record(y);
	return a.p == b.p && a.sp == b.sp && a.pct == b.pct && a.testing == b.testing &&
	       a.adkim_strict == b.adkim_strict && a.aspf_strict == b.aspf_strict;
}
