/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tls_int.h"

#include "base/arena.h"
#include "tlsrpt/tlsrpt.h"

/* One entry of the book while it is being summed. */
struct sum {
	int64_t first_day;
	uint64_t failed, of_result[TLS_RESULT_N];
};

/* What is of no entry, or not asked for, goes to one behind them, which nobody looks at.
 */
static struct sum *sum_of(const struct scope *s, struct sum *sums, int64_t policy_id)
{
	size_t i = scope_line_of(s, policy_id);
	return &sums[i < s->entry_n && scope_has(s, policy_id) ? i : s->entry_n];
}

/* How sessions of these domains failed: only the lines with failures are read. */
static bool add_results(const struct scope *s, const int64_t *id, size_t id_n,
			int64_t day_from, int64_t day_to, struct sum *sums,
			struct err *err)
{
	const struct book_tls_query q = { .domains = id,
					  .domain_n = id_n,
					  .day_from = day_from,
					  .day_to = day_to,
					  .failing = true };
	struct book_tls_fault *f;
	uint64_t all;
	size_t n;
	if (!book_tls_faults(s->store, &q, BOOK_TLS_DOMAIN | BOOK_TLS_RESULT, 0, s->arena,
			     &f, &n, &all, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned result = f[i].result < TLS_RESULT_N ? f[i].result
							     : TLS_RESULT_OTHER;
		sum_of(s, sums, f[i].domain_id)->of_result[result] += f[i].sessions;
	}
	return true;
}

static struct sv most_often(const struct sum *v)
{
	unsigned best = 0;
	for (unsigned i = 1; i < TLS_RESULT_N; i++)
		if (v->of_result[i] > v->of_result[best])
			best = i;
	return v->of_result[best] ? tls_result_name((uint8_t)best, SV("")) : SV("");
}

bool tls_recent(const struct scope *s, int64_t day_from, int64_t day_to,
		struct tls_recent **out, size_t *out_n, struct err *err)
{
	struct sum *sums = arena_array(s->arena, s->entry_n + 1, sizeof(*sums));
	struct book_tls_failing *bad;
	size_t n, id_n = 0;
	if (!book_tls_failing(s->store, day_from, day_to, s->arena, &bad, &n, err))
		return false;
	int64_t *id = arena_array(s->arena, n + 1, sizeof(*id));
	for (size_t i = 0; i < n; i++) {
		struct sum *v = sum_of(s, sums, bad[i].domain_id);
		if (v->failed == 0 || bad[i].first_day < v->first_day)
			v->first_day = bad[i].first_day;
		v->failed += bad[i].failed;
		if (v != &sums[s->entry_n])
			id[id_n++] = bad[i].domain_id;
	}
	*out = arena_array(s->arena, s->entry_n + 1, sizeof(**out));
	*out_n = 0;
	if (id_n && !add_results(s, id, id_n, day_from, day_to, sums, err))
		return false;
	for (size_t i = 0; i < s->entry_n; i++)
		if (sums[i].failed)
			(*out)[(*out_n)++] = (struct tls_recent){ &s->entry[i],
								  sums[i].failed,
								  sums[i].first_day,
								  most_often(&sums[i]) };
	return true;
}
