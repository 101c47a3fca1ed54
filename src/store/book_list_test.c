/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_reporters.h"
#include "store/store_test.h"

enum {
	PER_DAY = 3,
	DAYS = 10
};

/* Three reports a day over ten days: of a, b and (failing all) of c; c's of odd days do
 * not count. */
static int fill(void **state)
{
	int rc = test_setup(state);
	struct fixture *f = *state;
	static const char *const domain[] = { "a.example", "b.example", "c.example" };
	OK(f, store_begin(f->s, &f->err));
	for (unsigned n = 0; n < PER_DAY * DAYS; n++) {
		struct book_report r = test_report(n, domain[n % 3], 100 + n / 3);
		r.messages = 10;
		r.passed = n % 3 == 0 ? 10 : n % 3 == 1 ? 4 : 0;
		r.org = n % 2 ? SV("Big") : SV("");
		r.email = SV("x@small.example");
		r.repairs = n % 2 ? SV("mended") : SV("");
		r.repair_n = n % 2;
		OK(f, book_report_add(f->s, &r, &f->err));
		if (n % 6 != 5)
			OK(f, facts_count(f->s, r.id, true, &f->err));
	}
	OK(f, store_commit(f->s, &f->err));
	return rc;
}

static struct book_report_filter everything(void)
{
	return (struct book_report_filter){ .day_from = INT64_MIN, .day_to = INT64_MAX };
}

static size_t listed(struct fixture *f, const struct book_report_filter *q,
		     struct book_report *first)
{
	struct book_report_iter *it = book_reports(f->s, q, &f->err);
	struct book_report r;
	int64_t day = INT64_MAX;
	size_t n = 0;
	assert_non_null(it);
	while (book_report_next(it, f->a, &r, &f->err)) {
		assert_true(r.first_day <= day);
		day = r.first_day;
		if (n++ == 0 && first)
			*first = r;
	}
	assert_int_equal(f->err.code, ERR_NONE);
	book_report_iter_free(&it);
	return n;
}

static void test_filters(void **state)
{
	struct fixture *f = *state;
	static const int64_t a[] = { 1 }, bc[] = { 3, 2 };
	static const struct {
		const char *what;
		const int64_t *id;
		size_t id_n;
		int64_t from, to;
		bool passing, failing, any;
		uint64_t want;
	} table[] = {
		{ "all that count", NULL, 0, INT64_MIN, INT64_MAX, 0, 0, 0, 25 },
		{ "all", NULL, 0, INT64_MIN, INT64_MAX, 0, 0, 1, 30 },
		{ "of one domain", a, 1, INT64_MIN, INT64_MAX, 0, 0, 0, 10 },
		{ "of two", bc, 2, INT64_MIN, INT64_MAX, 0, 0, 0, 15 },
		{ "of two, all", bc, 2, INT64_MIN, INT64_MAX, 0, 0, 1, 20 },
		{ "of none", a, 0, INT64_MIN, INT64_MAX, 0, 0, 0, 0 },
		{ "of none, all", a, 0, INT64_MIN, INT64_MAX, 0, 0, 1, 0 },
		{ "some days", NULL, 0, 103, 104, 0, 0, 0, 5 },
		{ "some days, all", NULL, 0, 103, 104, 0, 0, 1, 6 },
		{ "some days of two", bc, 2, 103, 104, 0, 0, 0, 3 },
		{ "passing", NULL, 0, INT64_MIN, INT64_MAX, 1, 0, 0, 20 },
		{ "failing", NULL, 0, INT64_MIN, INT64_MAX, 0, 1, 0, 15 },
		{ "both", NULL, 0, INT64_MIN, INT64_MAX, 1, 1, 0, 10 },
		{ "failing, of one", a, 1, INT64_MIN, INT64_MAX, 0, 1, 0, 0 },
		{ "no days", NULL, 0, 104, 103, 0, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct book_report_filter q = { .domain_ids = table[i].id,
						.domain_n = table[i].id_n,
						.day_from = table[i].from,
						.day_to = table[i].to,
						.only_passing = table[i].passing,
						.only_failing = table[i].failing,
						.any_state = table[i].any };
		uint64_t n, sum = 0, *count;
		int64_t *id;
		size_t domains;
		if (listed(f, &q, NULL) != table[i].want)
			fail_msg("%s: listed", table[i].what);
		OK(f, book_report_count(f->s, &q, &n, &f->err));
		if (n != table[i].want)
			fail_msg("%s: counted %llu", table[i].what,
				 (unsigned long long)n);
		OK(f, book_reports_per_domain(f->s, &q, f->a, &id, &count, &domains,
					      &f->err));
		for (size_t d = 0; d < domains; d++)
			sum += count[d];
		assert_int_equal(sum, table[i].want);
	}
}

static void test_pages(void **state)
{
	struct fixture *f = *state;
	static const int64_t b[] = { 2 };
	struct book_report_filter q = everything();
	struct book_report first;
	q.limit = 4;
	assert_int_equal(listed(f, &q, &first), 4);
	assert_int_equal(first.first_day, 109);
	q.offset = 23;
	assert_int_equal(listed(f, &q, &first), 2);
	q.domain_ids = b;
	q.domain_n = 1;
	q.offset = 3;
	assert_int_equal(listed(f, &q, &first), 4);
	assert_int_equal(first.first_day, 106);
	assert_true(sv_eq(first.domain, SV("b.example")));
	q.offset = UINT64_MAX;
	assert_int_equal(listed(f, &q, NULL), 0);
}

static void test_reporters(void **state)
{
	struct fixture *f = *state;
	static const int64_t ab[] = { 1, 2 };
	struct book_report_filter q = everything();
	struct book_reporter *line;
	size_t n;
	OK(f, book_reporters(f->s, &q, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(sv_eq(line[0].org, SV("small.example")));
	assert_int_equal(line[0].reports, 15);
	assert_int_equal(line[0].messages, 150);
	assert_int_equal(line[1].reports, 10);
	q.domain_ids = ab;
	q.domain_n = 2;
	q.day_to = 104;
	OK(f, book_reporters(f->s, &q, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(sv_eq(line[0].org, SV("Big")));
	assert_int_equal(line[0].reports, 5);
	assert_int_equal(line[0].last_day, 104);
	assert_int_equal(line[0].passed, 2 * 10 + 3 * 4);
}

static void meet(void *ctx, size_t reporter, struct sv repairs)
{
	size_t *met = ctx;
	met[reporter]++;
	assert_true(sv_eq(repairs, SV("mended")));
}

/* The same reporters, and of each the days and domains that its reports have. */
static void test_habits(void **state)
{
	struct fixture *f = *state;
	struct book_report_filter q = everything();
	struct book_reporter *line;
	struct book_habit *h;
	size_t n, lines, met[2] = { 0 };
	OK(f, book_reporters(f->s, &q, f->a, &line, &lines, &f->err));
	OK(f, book_habits(f->s, &q, meet, met, f->a, &h, &n, &f->err));
	assert_int_equal(n, lines);
	for (size_t i = 0; i < n; i++) {
		bool big = sv_eq(h[i].sum.org, SV("Big"));
		const struct book_reporter *r = &line[big];
		assert_true(sv_eq(h[i].sum.org, r->org));
		assert_int_equal(h[i].sum.reports, r->reports);
		assert_int_equal(h[i].sum.messages, r->messages);
		assert_int_equal(h[i].sum.last_day, r->last_day);
		assert_int_equal(met[i], big ? r->reports : 0);
		assert_int_equal(h[i].day_n, DAYS);
		for (size_t k = 0; k < DAYS; k++)
			assert_int_equal(h[i].day[k], 100 + k);
		assert_int_equal(h[i].domain_n, big ? 2 : 3);
	}
	q.day_to = 0;
	OK(f, book_habits(f->s, &q, meet, met, f->a, &h, &n, &f->err));
	assert_int_equal(n, 0);
}

static void test_holdings(void **state)
{
	struct fixture *f = *state;
	static char bytes[1000];
	static const int64_t id[] = { 4, 1 };
	struct book_holding *line;
	struct book_raw raw = { .size = 1 };
	size_t n;
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_raw_begin(f->s, &raw, &f->err));
	OK(f, book_raw_piece(f->s, raw.id, 0, RAW_PLAIN, 1000,
			     (struct sv){ bytes, sizeof(bytes) }, &f->err));
	struct book_report r = test_report(50, "d.example", 100);
	r.raw_id = raw.id;
	r.arrived = 3;
	int64_t facet = test_facet(f, "a", true);
	struct addr x = test_addr(1);
	OK(f, facts_put_begin(f->s, &f->err));
	OK(f, facts_put(f->s, &x, facet, 2, &f->err));
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	struct book_holding_filter q = { id, 2, 0 };
	OK(f, book_holdings(f->s, &q, f->a, &line, &n, &f->err));
	assert_int_equal(n, 11);
	assert_int_equal(line[0].report, r.id);
	assert_int_equal(line[0].bytes, 1000 + 7);
	assert_true(line[1].since <= line[2].since);
	assert_int_equal(line[1].bytes, 0);
	int64_t oldest;
	OK(f, book_oldest_holding(f->s, &q, &oldest, &f->err));
	assert_int_equal(oldest, line[0].since);
	q.now = INT64_C(86400) * 300; /* the windows are over: since their begin */
	OK(f, book_oldest_holding(f->s, &q, &oldest, &f->err));
	assert_true(oldest > line[0].since);
	OK(f, book_holdings(f->s, &q, f->a, &line, &n, &f->err));
	assert_int_equal(oldest, line[0].since);
	q.domain_n = 0;
	OK(f, book_oldest_holding(f->s, &q, &oldest, &f->err));
	assert_int_equal(oldest, INT64_MAX);
	/* Another report of the same raw: it would stay. */
	const struct book_delivery d = { .raw_id = raw.id, .report = 1 };
	OK(f, book_delivery_add(f->s, &d, &f->err));
	q.domain_n = 1;
	OK(f, book_holdings(f->s, &q, f->a, &line, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(line[0].bytes, 7);
	store_rollback(f->s);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fill, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_filters), TEST(test_pages),    TEST(test_reporters),
		TEST(test_habits),  TEST(test_holdings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
