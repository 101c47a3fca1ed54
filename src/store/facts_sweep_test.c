/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include "base/limits.h"

/*
 * More keys than one round holds where the caps are divided by 1,024 (the test build with
 * faults); in any other build the same answers come from one round.
 */
enum {
	SOURCES = 3000,
	FACETS = 40,
	DAYS = 3,
};

static const int64_t first_day = 20000;

/* Source n is seen every day with facet n % FACETS, on the last one with another too. */
static uint64_t messages_of(unsigned n)
{
	return 1 + n * UINT64_C(7919) % 1000;
}

static void enter_day(struct fixture *f, unsigned number, const char *domain, int day,
		      const int64_t *facet)
{
	struct book_report r = test_report(number, domain, first_day + day);
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned n = 0; n < SOURCES; n++) {
		struct addr a = test_addr(n);
		OK(f, facts_put(f->s, &a, facet[n % FACETS], messages_of(n), &f->err));
		if (day == DAYS - 1)
			OK(f, facts_put(f->s, &a, facet[(n + 1) % FACETS], 1, &f->err));
	}
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	OK(f, facts_count(f->s, r.id, true, &f->err));
}

static void fill(struct fixture *f, int64_t facet[FACETS])
{
	char name[40];
	OK(f, store_begin(f->s, &f->err));
	for (unsigned i = 0; i < FACETS; i++) {
		(void)snprintf(name, sizeof(name), "facet %u", i);
		facet[i] = test_facet(f, name, i % 4 != 0);
	}
	for (int day = 0; day < DAYS; day++)
		enter_day(f, (unsigned)day, "a.example", day, facet);
	enter_day(f, DAYS, "b.example", 1, facet);
	OK(f, store_commit(f->s, &f->err));
}

/* test_addr() gives one address, none, to one source in fifty. */
static bool has_address(unsigned n)
{
	return test_addr(n).kind != ADDR_NONE;
}

static size_t keys_with_address(void)
{
	size_t n = 0;
	for (unsigned i = 0; i < SOURCES; i++)
		n += has_address(i);
	return n;
}

static const struct facts_by_source *find(const struct facts_by_source *list, size_t n,
					  unsigned source)
{
	struct addr a = test_addr(source);
	for (size_t i = 0; i < n; i++)
		if (addr_cmp(&list[i].source, &a) == 0)
			return &list[i];
	return NULL;
}

static void test_sources(void **state)
{
	struct fixture *f = *state;
	int64_t facet[FACETS];
	struct facts_by_source *all, *top;
	size_t n, tops;
	uint64_t keys;
	struct facts_query q = test_all();
	fill(f, facet);
	OK(f, facts_sources(f->s, &q, 0, f->a, &all, &n, &keys, &f->err));
	assert_int_equal(n, keys_with_address() + 1);
	assert_int_equal(keys, n);
	for (unsigned i = 0; i < SOURCES; i += 17) {
		const struct facts_by_source *v = find(all, n, i);
		assert_non_null(v);
		if (!has_address(i))
			continue;
		assert_int_equal(v->sum.rows, DAYS + 2);
		assert_int_equal(v->sum.messages, (DAYS + 1) * messages_of(i) + 1);
		assert_int_equal(v->domains, 2);
		assert_int_equal(v->first_day, first_day);
		assert_int_equal(v->last_day, first_day + DAYS - 1);
	}
	for (size_t i = 1; i < n; i++)
		assert_true(all[i - 1].sum.messages >= all[i].sum.messages);
	/* A short list is the beginning of the long one. */
	OK(f, facts_sources(f->s, &q, 100, f->a, &top, &tops, &keys, &f->err));
	assert_int_equal(tops, 100);
	assert_int_equal(keys, n);
	for (size_t i = 0; i < tops; i++) {
		assert_int_equal(addr_cmp(&top[i].source, &all[i].source), 0);
		assert_int_equal(top[i].sum.messages, all[i].sum.messages);
	}
}

static void test_pairs(void **state)
{
	struct fixture *f = *state;
	int64_t facet[FACETS];
	struct facts_by_facet *v;
	size_t n;
	uint64_t keys, rows = 0, messages = 0;
	struct facts_query q = test_all();
	fill(f, facet);
	OK(f, facts_pairs(f->s, &q, 0, f->a, &v, &n, &keys, &f->err));
	assert_int_equal(keys, n);
	assert_true(n > 2 * keys_with_address());
	for (size_t i = 0; i < n; i++) {
		rows += v[i].rows;
		messages += v[i].messages;
	}
	struct facts_sum sum = test_total(f);
	assert_int_equal(rows, sum.rows);
	assert_int_equal(messages, sum.messages);
	q.result = FACTS_FAILED;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	OK(f, facts_pairs(f->s, &q, 0, f->a, &v, &n, &keys, &f->err));
	for (size_t i = 0; i < n; i++) {
		assert_false(v[i].passed);
		sum.messages -= v[i].messages;
	}
	assert_int_equal(sum.messages, 0);
}

static void test_facets(void **state)
{
	struct fixture *f = *state;
	int64_t facet[FACETS];
	struct facts_by_facet *v;
	size_t n;
	uint64_t keys, messages = 0;
	struct facts_query q = test_all();
	fill(f, facet);
	OK(f, facts_facets(f->s, &q, 0, f->a, &v, &n, &keys, &f->err));
	assert_int_equal(n, FACETS);
	assert_int_equal(keys, FACETS);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(v[i].rows, SOURCES / FACETS * (DAYS + 2));
		messages += v[i].messages;
	}
	assert_int_equal(messages, test_total(f).messages);
	OK(f, facts_facets(f->s, &q, 3, f->a, &v, &n, &keys, &f->err));
	assert_int_equal(n, 3);
	assert_int_equal(keys, FACETS);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sources),
		TEST(test_pairs),
		TEST(test_facets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
