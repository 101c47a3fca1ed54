/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

enum {
	DAYS = 100,
	SOURCES = 120, /* source n comes first on day n, then every 37 days */
	EVERY = 37,
};

static const int64_t first_day = 20473; /* 2026-01-20 */

static void enter_day(struct fixture *f, unsigned number, const char *domain, int day,
		      int64_t facet)
{
	struct book_report r = test_report(number, domain, first_day + day);
	OK(f, facts_put_begin(f->s, &f->err));
	for (int n = 0; n < SOURCES; n++) {
		struct addr a = test_addr((unsigned)n);
		if (day >= n && (day - n) % EVERY == 0)
			OK(f, facts_put(f->s, &a, facet, 1, &f->err));
	}
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	OK(f, facts_count(f->s, r.id, true, &f->err));
}

static void fill(struct fixture *f)
{
	OK(f, store_begin(f->s, &f->err));
	int64_t facet = test_facet(f, "facet", true);
	for (int day = 0; day < DAYS; day++)
		enter_day(f, (unsigned)day, day % 2 ? "a.example" : "b.example", day,
			  facet);
	OK(f, store_commit(f->s, &f->err));
}

static int64_t domain_id(struct fixture *f, const char *name)
{
	struct book_policy_domain d = { 0 };
	bool found;
	OK(f, book_policy_domain(f->s, sv_from(name), &d, &found, &f->err));
	assert_true(found);
	return d.id;
}

static bool is_among(const struct facts_by_source *v, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].source.kind == a->kind &&
		    memcmp(v[i].source.b, a->b, sizeof(a->b)) == 0)
			return true;
	return false;
}

/* The same as the sources of all these days say. */
static void compare(struct fixture *f, const int64_t *domains, size_t n, int64_t day_to)
{
	const struct facts_query q = {
		.domains = domains, .domain_n = n, .day_from = INT64_MIN, .day_to = day_to
	};
	struct facts_by_source *v;
	struct addr source[SOURCES];
	bool seen[SOURCES];
	size_t have;
	uint64_t all;
	OK(f, facts_sources(f->s, &q, 0, f->a, &v, &have, &all, &f->err));
	for (unsigned i = 0; i < SOURCES; i++)
		source[i] = test_addr(SOURCES - 1 - i);
	OK(f, facts_seen(f->s, domains, n, day_to, source, SOURCES, seen, &f->err));
	for (unsigned i = 0; i < SOURCES; i++)
		assert_int_equal(seen[i], is_among(v, have, &source[i]));
}

static void compare_all(struct fixture *f)
{
	const int64_t both[2] = { domain_id(f, "a.example"), domain_id(f, "b.example") };
	static const int days[] = { -1, 0, 1, 11, 12, 40, 41, 70, 99, 200 };
	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++) {
		compare(f, both, 2, first_day + days[i]);
		compare(f, both, 1, first_day + days[i]);
		compare(f, both + 1, 1, first_day + days[i]);
	}
}

static void says_what_the_sources_say(void **state)
{
	struct fixture *f = *state;
	fill(f);
	compare_all(f);
}

static void folded_months_too(void **state)
{
	struct fixture *f = *state;
	fill(f);
	OK(f, facts_fold(f->s, first_day + DAYS, &f->err));
	compare_all(f);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_what_the_sources_say),
		TEST(folded_months_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
