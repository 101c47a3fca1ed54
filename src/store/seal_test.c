/* SPDX-License-Identifier: Apache-2.0 */
#include "store/seal.h"

#include "base/date.h"
#include "store/book_month.h"
#include "store/book_tls.h"
#include "store/store_test.h"

/* 2025-01-28: four days of a spread report lie in January, the others in February. */
enum {
	DAY = 20116,
	JANUARY_1 = 20089,
	JANUARY_31 = 20119,
	ROWS = 40
};

static int64_t enter_as(struct fixture *f, struct book_report *r, bool counted)
{
	int64_t facet[2] = { test_facet(f, "a", true), test_facet(f, "b", false) };
	r->rows = ROWS;
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned i = 0; i < ROWS; i++) {
		struct addr x = test_addr(i);
		OK(f, facts_put(f->s, &x, facet[i % 2], 7 + i, &f->err));
		r->messages += 7 + i;
		r->passed += i % 2 ? 0 : 7 + i;
	}
	OK(f, book_report_add(f->s, r, &f->err));
	OK(f, facts_put_end(f->s, r->id, &f->err));
	OK(f, !counted || facts_count(f->s, r->id, true, &f->err));
	return r->id;
}

static int64_t enter(struct fixture *f, unsigned n, const char *domain, uint32_t days,
		     bool counted)
{
	struct book_report r = test_report(n, domain, DAY);
	r.days = days;
	OK(f, store_begin(f->s, &f->err));
	int64_t id = enter_as(f, &r, counted);
	OK(f, store_commit(f->s, &f->err));
	return id;
}

static struct seal_report due(struct fixture *f, int64_t id)
{
	struct book_report b;
	OK(f, book_report_by_id(f->s, id, f->a, &b, &f->err));
	return (struct seal_report){ .id = b.id,
				     .domain_id = b.domain_id,
				     .first_day = b.first_day,
				     .days = b.days,
				     .kind = b.kind,
				     .counted = b.counted,
				     .rows = b.rows,
				     .messages = b.messages,
				     .passed = b.passed };
}

static void seal(struct fixture *f, int64_t id)
{
	struct seal_report r = due(f, id);
	OK(f, store_begin(f->s, &f->err));
	OK(f, seal_reports(f->s, &r, 1, &f->err));
	OK(f, store_commit(f->s, &f->err));
}

static int64_t number(struct fixture *f, const char *sql)
{
	int64_t n;
	OK(f, store_int(f->s, sql, &n, &f->err));
	return n;
}

static struct book_month *months(struct fixture *f, uint8_t kind, size_t *n)
{
	const struct book_month_query q = { .kind = kind,
					    .month_from = INT64_MIN,
					    .month_to = INT64_MAX };
	struct book_month *m;
	OK(f, book_months(f->s, &q, f->a, &m, n, &f->err));
	return m;
}

/* --- aggregate reports --- */

static void test_sums_stay_with_their_months(void **state)
{
	struct fixture *f = *state;
	size_t n;
	int64_t id = enter(f, 1, "a.example", 10, true);
	(void)enter(f, 2, "a.example", 1, true);
	struct facts_sum before = test_total(f);
	int64_t january = number(f, "SELECT messages FROM facts_month WHERE day = 660");
	seal(f, id);
	struct book_month *m = months(f, KIND_AGGREGATE, &n);
	assert_int_equal(n, 2);
	assert_int_equal(m[0].month, date_month_of(DAY));
	assert_int_equal(m[0].reports, 1);
	assert_int_equal(m[0].rows, ROWS);
	assert_int_equal(m[0].row_passed, ROWS / 2);
	assert_int_equal(m[1].month, date_month_of(DAY) + 1);
	assert_int_equal(m[1].reports, 0);
	assert_int_equal(m[1].rows, 0);
	assert_true(m[0].messages && m[1].messages);
	struct book_report b;
	OK(f, book_report_by_id(f->s, id, f->a, &b, &f->err));
	assert_int_equal(m[0].messages + m[1].messages, b.messages);
	assert_int_equal(m[0].passed + m[1].passed, b.passed);
	assert_true(b.sealed && b.counted);
	test_sums(test_total(f), before.rows, before.messages, before.passed);
	assert_int_equal(number(f, "SELECT messages FROM facts_month WHERE day = 660"),
			 january);
	assert_int_equal(number(f, "SELECT count(*) FROM facts_day"), 1);
	assert_int_equal(number(f, "SELECT count(*) FROM facts_piece"), 1);
	assert_int_equal(test_check(f, false), 0);
}

static void test_the_last_of_a_domain(void **state)
{
	struct fixture *f = *state;
	int64_t id = enter(f, 1, "a.example", 1, true);
	struct facts_sum before = test_total(f);
	seal(f, id);
	assert_int_equal(number(f, "SELECT count(*) FROM facts_roll"), 0);
	test_sums(test_total(f), before.rows, before.messages, before.passed);
	/* A part of the month is not known; the whole of it is. */
	struct facts_query q = test_all();
	struct facts_sum sum;
	q.day_from = DAY;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	test_sums(sum, 0, 0, 0);
	q.day_from = JANUARY_1;
	q.day_to = JANUARY_31;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	test_sums(sum, before.rows, before.messages, before.passed);
}

static void test_what_does_not_count(void **state)
{
	struct fixture *f = *state;
	size_t n;
	int64_t id = enter(f, 1, "a.example", 3, false);
	seal(f, id);
	(void)months(f, KIND_AGGREGATE, &n);
	assert_int_equal(n, 0);
	assert_int_equal(number(f, "SELECT count(*) FROM facts_piece"), 0);
	assert_int_equal(test_check(f, false), 0);
}

static void test_counted_stays(void **state)
{
	struct fixture *f = *state;
	int64_t in = enter(f, 1, "a.example", 1, true),
		out = enter(f, 2, "a.example", 1, false);
	seal(f, in);
	seal(f, out);
	struct facts_sum before = test_total(f);
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, in, false, &f->err));
	OK(f, facts_count(f->s, out, true, &f->err));
	OK(f, store_commit(f->s, &f->err));
	assert_true(due(f, in).counted);
	assert_false(due(f, out).counted);
	test_sums(test_total(f), before.rows, before.messages, before.passed);
	assert_int_equal(test_check(f, false), 0);
}

static void test_rolled_back(void **state)
{
	struct fixture *f = *state;
	int64_t id = enter(f, 1, "a.example", 2, true);
	struct seal_report r = due(f, id);
	OK(f, store_begin(f->s, &f->err));
	OK(f, seal_reports(f->s, &r, 1, &f->err));
	store_rollback(f->s);
	assert_false(due(f, id).rows == 0);
	assert_int_equal(number(f, "SELECT count(*) FROM book_month"), 0);
	assert_int_equal(test_check(f, false), 0);
	seal(f, id);
	assert_int_equal(test_check(f, false), 0);
}

static void test_a_check_finds_what_is_wrong(void **state)
{
	static const char *const harm[] = {
		"UPDATE book_month SET messages = messages + 1",
		"UPDATE book_month SET reports = 2",
		"DELETE FROM book_month",
		"UPDATE book_report SET counted = 0",
		"UPDATE book_report SET passed = 1",
	};
	struct fixture *f = *state;
	int64_t id = enter(f, 1, "a.example", 1, true);
	seal(f, id);
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		struct facts_check_options o = { .mend = true };
		struct facts_check_result r;
		OK(f, store_begin(f->s, &f->err));
		OK(f, store_exec(f->s, harm[i], &f->err));
		OK(f, facts_check(f->s, &o, &r, &f->err));
		if (r.sealed_differ != 1 ||
		    !strstr(r.first, "not those of their reports"))
			fail_msg("%s: %s", harm[i], r.first);
		store_rollback(f->s);
	}
	OK(f,
	   store_exec(f->s, "INSERT INTO facts_piece VALUES (1 << 20, x'00')", &f->err));
	assert_int_equal(test_check(f, true), 1);
	assert_int_equal(test_check(f, false), 0);
}

/* The same sums in another month: nobody knows which of both is right. */
static void test_a_month_that_moved(void **state)
{
	static const char *const harm[] = {
		"UPDATE book_month SET month = month + 1",
		"UPDATE facts_month SET day = day - 1",
	};
	struct fixture *f = *state;
	seal(f, enter(f, 1, "a.example", 1, true));
	for (size_t i = 0; i < sizeof(harm) / sizeof(*harm); i++) {
		struct facts_check_options o = { 0 };
		struct facts_check_result r;
		OK(f, store_exec(f->s, harm[i], &f->err));
		int64_t month = number(f, "SELECT day FROM facts_month");
		for (int mends = 0; mends < 3; mends++) {
			OK(f, facts_check(f->s, &o, &r, &f->err));
			assert_int_equal(r.sealed_differ, 1);
			assert_int_equal(r.differ, 0);
			assert_string_equal(r.first,
					    "domain a.example: what is sealed lies in "
					    "other months than its sums");
			o.mend = true;
		}
		assert_int_equal(number(f, "SELECT day FROM facts_month"), month);
		assert_int_equal(number(f, "SELECT count(*) FROM facts_month"), 1);
	}
	OK(f, store_exec(f->s, "UPDATE facts_month SET day = 660", &f->err));
	OK(f, store_exec(f->s, "UPDATE book_month SET month = 660", &f->err));
	assert_int_equal(test_check(f, false), 0);
	/* Where the sums differ too it is they that are wrong. */
	OK(f, store_exec(f->s, "UPDATE facts_month SET row_n = 1", &f->err));
	assert_int_equal(test_check(f, true), 1);
	assert_int_equal(number(f, "SELECT row_n FROM facts_month"), ROWS);
}

/* --- TLS reports --- */

static void add_line(struct fixture *f, struct book_report *r, uint32_t seq,
		     const char *domain, uint64_t succeeded, uint64_t failed)
{
	struct book_tls t = { .report = r->id,
			      .day = r->first_day,
			      .seq = seq,
			      .domain = sv_from(domain),
			      .succeeded = succeeded,
			      .failed = failed };
	struct book_tls_failure one = {
		.report = r->id, .seq = seq, .mx = SV("mx.example"), .sessions = failed
	};
	OK(f, book_tls_add(f->s, &t, &f->err));
	OK(f, !failed || book_tls_failure_add(f->s, &one, &f->err));
}

static void test_tls(void **state)
{
	struct fixture *f = *state;
	struct book_report r = test_report(1, "a.example", DAY);
	uint64_t differ;
	size_t n;
	r.kind = KIND_TLS;
	r.rows = 3;
	r.messages = 66;
	r.passed = 60;
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_report_add(f->s, &r, &f->err));
	add_line(f, &r, 0, "a.example", 10, 0);
	add_line(f, &r, 1, "b.example", 20, 2);
	add_line(f, &r, 2, "a.example", 30, 4);
	OK(f, facts_count(f->s, r.id, true, &f->err));
	OK(f, store_commit(f->s, &f->err));
	seal(f, r.id);
	struct book_month *m = months(f, KIND_TLS, &n);
	assert_int_equal(n, 2);
	assert_int_equal(m[0].month, date_month_of(DAY));
	assert_int_equal(m[0].reports, 1);
	assert_int_equal(m[0].rows, 2);
	assert_int_equal(m[0].row_passed, 1);
	assert_int_equal(m[0].messages, 44);
	assert_int_equal(m[0].passed, 40);
	assert_int_equal(m[1].messages, 22);
	assert_int_equal(number(f, "SELECT count(*) FROM book_tls"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM book_tls_failure"), 0);
	OK(f, book_tls_check(f->s, &differ, &f->err));
	assert_int_equal(differ, 0);
	uint64_t sealed;
	OK(f, book_month_check(f->s, &sealed, &differ, &f->err));
	assert_int_equal(sealed, 2);
	assert_int_equal(differ, 0);
	test_sums(test_total(f), 0, 0, 0);
}

/* --- failure reports --- */

static bool file_has(const char *path, const char *end, const char *word)
{
	char name[128];
	(void)snprintf(name, sizeof(name), "%s%s", path, end);
	FILE *file = fopen(name, "rb");
	if (!file)
		return false;
	char *bytes = calloc(1, 8 << 20);
	assert_non_null(bytes);
	size_t n = fread(bytes, 1, 8 << 20, file), size = strlen(word);
	bool found = false;
	for (size_t i = 0; !found && i + size <= n; i++)
		found = memcmp(bytes + i, word, size) == 0;
	free(bytes);
	(void)fclose(file);
	return found;
}

/* Among others that stay, enough of them to fill pages. */
static void test_failure_leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	struct seal_report r[100];
	struct book_report b;
	char text[200];
	for (unsigned i = 0; i < 300; i++) {
		bool goes = i % 3 == 0;
		b = test_report(i, "a.example", DAY);
		(void)snprintf(text, sizeof(text), "%s-%u-%0*u",
			       goes ? "planted" : "staying", i, (int)(i % 90), 0);
		b.kind = KIND_FAILURE;
		b.rows = 1;
		b.messages = 2;
		b.meta = b.org = b.member = b.repairs = sv_from(text);
		OK(f, i % 10 || store_begin(f->s, &f->err));
		OK(f, book_report_add(f->s, &b, &f->err));
		const struct book_delivery d = { .raw_id = i + 1,
						 .kind = KIND_FAILURE,
						 .report = b.id,
						 .from = SV("reporter.example"),
						 .date = SV("some day") };
		struct book_raw raw = { .size = 1 };
		test_sha(raw.sha, i);
		OK(f, book_raw_begin(f->s, &raw, &f->err));
		OK(f, book_delivery_add(f->s, &d, &f->err));
		OK(f, facts_count(f->s, b.id, true, &f->err));
		OK(f, i % 10 != 9 || store_commit(f->s, &f->err));
		if (goes)
			r[i / 3] = due(f, b.id);
	}
	OK(f, store_begin(f->s, &f->err));
	OK(f, seal_reports(f->s, r, 100, &f->err));
	OK(f, store_commit(f->s, &f->err));
	OK(f, store_give_back(f->s, &f->err));
	assert_false(file_has(f->path, "", "planted"));
	assert_false(file_has(f->path, "-wal", "planted"));
	assert_true(file_has(f->path, "", "staying"));
	size_t n;
	struct book_month *m = months(f, KIND_FAILURE, &n);
	assert_int_equal(n, 1);
	assert_int_equal(m[0].reports, 100);
	assert_int_equal(m[0].messages, 200);
	OK(f, book_report_by_id(f->s, r[0].id, f->a, &b, &f->err));
	assert_int_equal(b.org.n + b.meta.n + b.repairs.n + b.member.n, 0);
	assert_int_equal(b.messages, 2);
	struct book_delivery *d;
	OK(f, book_deliveries(f->s, 0, r[0].id, f->a, &d, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(d->from.n + d->date.n, 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sums_stay_with_their_months),
		TEST(test_the_last_of_a_domain),
		TEST(test_what_does_not_count),
		TEST(test_counted_stays),
		TEST(test_rolled_back),
		TEST(test_a_check_finds_what_is_wrong),
		TEST(test_a_month_that_moved),
		TEST(test_tls),
		TEST(test_failure_leaves_no_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
