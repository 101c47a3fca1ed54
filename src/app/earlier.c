/* SPDX-License-Identifier: Apache-2.0 */
#include "app/scope_int.h"

#include "base/arena.h"
#include "base/date.h"
#include "store/book_month.h"

/* Only whole months: a month's sums cannot be divided. */
static struct book_month_query months_within(const struct scope *s, uint8_t kind)
{
	const struct app_filter *f = &s->filter;
	struct book_month_query q = { .kind = kind,
				      .domains = s->whole ? NULL : s->id,
				      .domain_n = s->id_n,
				      .month_from = INT64_MIN,
				      .month_to = INT64_MAX };
	if (f->day_from != INT64_MIN)
		q.month_from = date_month_of(f->day_from - 1) + 1;
	if (f->day_to != INT64_MAX)
		q.month_to = date_month_of(f->day_to + 1) - 1;
	return q;
}

bool scope_earlier(const struct scope *s, uint8_t kind, struct app_earlier *out,
		   struct err *err)
{
	const struct book_month_query q = months_within(s, kind);
	struct book_month *m;
	size_t n = 0;
	*out = (struct app_earlier){ 0 };
	if (!scope_is_empty(s) && !book_months(s->store, &q, s->arena, &m, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || m[i].month < out->first_month)
			out->first_month = m[i].month;
		if (i == 0 || m[i].month > out->last_month)
			out->last_month = m[i].month;
		out->reports += m[i].reports;
		out->messages += m[i].messages;
		out->passed += m[i].passed;
	}
	return true;
}
