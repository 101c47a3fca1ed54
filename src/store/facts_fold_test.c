/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include "base/date.h"

enum {
	DOMAINS = 3,
	DAYS = 100,
	ROWS = 12,
	FACETS = 5,
	SPANS = 12,
};

/* 2026-01-20: three months end within the days that follow, two of them whole. */
static const int64_t first_day = 20473;

static const char *const names[DOMAINS] = { "a.example", "b.example", "c.example" };

static uint32_t next(uint32_t *state)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
	return *state >> 8;
}

static int64_t enter(struct fixture *f, unsigned n, const char *domain, int64_t day,
		     const int64_t *facet, uint32_t *state)
{
	struct book_report r = test_report(n, domain, day);
	r.days = 1 + n % 2;
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned i = 0; i < ROWS; i++) {
		struct addr a = test_addr(next(state) % 40);
		uint64_t messages = 1 + next(state) % 9;
		size_t at = next(state) % FACETS;
		OK(f, facts_put(f->s, &a, facet[at], messages, &f->err));
		r.rows++;
		r.messages += messages;
		r.passed += at % 2 ? messages : 0;
	}
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	OK(f, facts_count(f->s, r.id, true, &f->err));
	return r.id;
}

static void fill(struct fixture *f, int64_t facet[FACETS])
{
	uint32_t state = 1;
	char name[40];
	OK(f, store_begin(f->s, &f->err));
	for (unsigned i = 0; i < FACETS; i++) {
		(void)snprintf(name, sizeof(name), "facet %u", i);
		facet[i] = test_facet(f, name, i % 2);
	}
	for (unsigned i = 0; i < DOMAINS * DAYS; i++)
		(void)enter(f, i, names[i % DOMAINS], first_day + i / DOMAINS, facet,
			    &state);
	OK(f, store_commit(f->s, &f->err));
}

static int64_t number(struct fixture *f, const char *sql)
{
	int64_t n;
	OK(f, store_int(f->s, sql, &n, &f->err));
	return n;
}

static void fold(struct fixture *f)
{
	OK(f, facts_fold(f->s, first_day + DAYS, &f->err));
}

/* All that the sweeps answer, for several spans and results. */
struct answers {
	struct facts_by_source *source[SPANS];
	struct facts_by_facet *pair[SPANS];
	size_t sources[SPANS], pairs[SPANS];
};

static struct facts_query query(unsigned i)
{
	struct facts_query q = test_all();
	q.result = (enum facts_result)(i % 3);
	if (i % 4) {
		q.day_from = first_day + i * 2;
		q.day_to = first_day + DAYS - i * 3;
	}
	return q;
}

static struct answers ask(struct fixture *f)
{
	struct answers out;
	uint64_t all;
	for (unsigned i = 0; i < SPANS; i++) {
		struct facts_query q = query(i);
		OK(f, facts_sources(f->s, &q, 0, f->a, &out.source[i], &out.sources[i],
				    &all, &f->err));
		assert_int_equal(all, out.sources[i]);
		OK(f, facts_pairs(f->s, &q, 0, f->a, &out.pair[i], &out.pairs[i], &all,
				  &f->err));
	}
	return out;
}

static void same_source(const struct facts_by_source *a, const struct facts_by_source *b)
{
	assert_int_equal(addr_cmp(&a->source, &b->source), 0);
	assert_int_equal(a->first_day, b->first_day);
	assert_int_equal(a->last_day, b->last_day);
	assert_int_equal(a->domains, b->domains);
	test_sums(a->sum, b->sum.rows, b->sum.messages, b->sum.passed);
}

static void same(const struct answers *a, const struct answers *b)
{
	for (unsigned i = 0; i < SPANS; i++) {
		assert_int_equal(a->sources[i], b->sources[i]);
		assert_int_equal(a->pairs[i], b->pairs[i]);
		for (size_t k = 0; k < a->sources[i]; k++)
			same_source(&a->source[i][k], &b->source[i][k]);
		for (size_t k = 0; k < a->pairs[i]; k++) {
			const struct facts_by_facet *x = &a->pair[i][k];
			const struct facts_by_facet *y = &b->pair[i][k];
			assert_int_equal(x->facet, y->facet);
			assert_int_equal(x->messages, y->messages);
			assert_int_equal(x->rows, y->rows);
			assert_int_equal(x->first_day, y->first_day);
			assert_int_equal(x->last_day, y->last_day);
		}
	}
}

#define FOLDED "SELECT count(*) FROM facts_month WHERE folded = 1"

static void test_answers(void **state)
{
	struct fixture *f = *state;
	int64_t facet[FACETS];
	fill(f, facet);
	struct answers before = ask(f);
	fold(f);
	/* January, February and March of three domains; the days are in April. */
	assert_int_equal(number(f, FOLDED), 3 * DOMAINS);
	assert_int_equal(number(f, "SELECT count(*) FROM facts_month"), 4 * DOMAINS);
	struct answers after = ask(f);
	same(&before, &after);
	/* One of them in the middle is not folded any more. */
	OK(f, store_begin(f->s, &f->err));
	OK(f, store_exec(f->s, "UPDATE facts_month SET folded = 0 WHERE day = 673",
			 &f->err));
	after = ask(f);
	same(&before, &after);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
}

/* What changes a month undoes its fold, and only its. */
static void test_changes(void **state)
{
	struct fixture *f = *state;
	int64_t facet[FACETS];
	uint32_t rng = 77;
	fill(f, facet);
	fold(f);
	OK(f, store_begin(f->s, &f->err));
	int64_t late = enter(f, 1000, names[1], first_day + 30, facet, &rng);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(number(f, FOLDED), 3 * DOMAINS - 1);
	assert_int_equal(test_check(f, false), 0);
	struct answers before = ask(f);
	fold(f);
	assert_int_equal(number(f, FOLDED), 3 * DOMAINS);
	struct answers after = ask(f);
	same(&before, &after);
	/* Two changes that leave every sum as it was. */
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, late, false, &f->err));
	struct book_report r = test_report(1001, names[1], first_day + 30);
	OK(f, book_report_by_id(f->s, late, f->a, &r, &f->err));
	test_sha(r.sha, 1001);
	OK(f, facts_put_begin(f->s, &f->err));
	struct facts_rows *it = facts_rows(f->s, late, &f->err);
	struct facts_row row;
	while (facts_rows_next(it, &row, &f->err)) {
		struct addr other = test_addr(91);
		OK(f, facts_put(f->s, &other, row.facet, row.messages, &f->err));
	}
	facts_rows_free(&it);
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	OK(f, facts_count(f->s, r.id, true, &f->err));
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(number(f, FOLDED), 3 * DOMAINS - 1);
	fold(f);
	assert_int_equal(test_check(f, false), 0);
}

/* A month of which nothing is left leaves no fold behind. */
static void test_removed(void **state)
{
	struct fixture *f = *state;
	int64_t facet[FACETS];
	fill(f, facet);
	fold(f);
	OK(f, store_begin(f->s, &f->err));
	for (int64_t id = 1; id <= DOMAINS * DAYS; id++)
		OK(f, facts_count(f->s, id, false, &f->err));
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(number(f, "SELECT count(*) FROM facts_month"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM facts_fold"), 0);
	assert_int_equal(test_check(f, false), 0);
}

static void test_mended(void **state)
{
	static const char *const harm[] = {
		"DELETE FROM facts_fold WHERE domain = 2 AND day = 673",
		"UPDATE facts_fold SET bytes = (SELECT bytes FROM facts_fold WHERE "
		"domain = 1 AND day = 673) WHERE domain = 2 AND day = 673",
		"UPDATE facts_fold SET bytes = substr(bytes, 1, 100) WHERE domain = 2 "
		"AND "
		"day = 673",
		"UPDATE facts_roll SET bytes = (SELECT bytes FROM facts_roll WHERE "
		"domain = 1 AND day = 20490) WHERE domain = 2 AND day = 20490",
	};
	struct fixture *f = *state;
	int64_t facet[FACETS];
	fill(f, facet);
	fold(f);
	struct answers before = ask(f);
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		OK(f, store_exec(f->s, harm[i], &f->err));
		assert_int_equal(test_check(f, false), 1);
		assert_int_equal(test_check(f, true), 1);
		assert_int_equal(test_check(f, false), 0);
		assert_int_equal(number(f, FOLDED), 3 * DOMAINS - 1);
		fold(f);
		struct answers after = ask(f);
		same(&before, &after);
	}
}

/* Months are what domains are when asked for each month. */
static void test_months(void **state)
{
	struct fixture *f = *state;
	struct facts_query q = { .day_from = first_day + 20, .day_to = first_day + 50 };
	int64_t facet[FACETS];
	struct facts_by_month *month;
	struct facts_by_domain *line;
	size_t n, lines, seen = 0;
	fill(f, facet);
	for (q.result = FACTS_ALL; q.result <= FACTS_FAILED; q.result++, seen = 0) {
		OK(f, facts_months(f->s, &q, f->a, &month, &n, &f->err));
		for (int64_t m = date_month_of(q.day_from); m <= date_month_of(q.day_to);
		     m++) {
			struct facts_query one = { .day_from = date_month_start(m),
						   .day_to = date_month_start(m + 1) - 1,
						   .result = q.result };
			OK(f, facts_domains(f->s, &one, f->a, &line, &lines, &f->err));
			for (size_t i = 0; i < n; i++)
				for (size_t k = 0; k < lines; k++) {
					if (month[i].month != m ||
					    month[i].domain != line[k].domain)
						continue;
					seen++;
					assert_int_equal(month[i].reports,
							 line[k].reports);
					assert_memory_equal(&month[i].sum, &line[k].sum,
							    sizeof(line[k].sum));
				}
		}
		assert_int_equal(seen, n);
		assert_int_equal(n, 2 * DOMAINS);
	}
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers), TEST(test_changes), TEST(test_removed),
		TEST(test_mended),  TEST(test_months),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
