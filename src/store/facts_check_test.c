/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

/* Two domains, three reports; one of them spread, one not counted. */
static void fill(struct fixture *f)
{
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	for (unsigned n = 0; n < 3; n++) {
		struct book_report r = test_report(n, n == 1 ? "b.example" : "a.example",
						   20088);
		r.days = n == 0 ? 5 : 1;
		r.rows = 40;
		r.messages = 400;
		r.passed = 200;
		OK(f, facts_put_begin(f->s, &f->err));
		for (unsigned i = 0; i < 40; i++) {
			struct addr x = test_addr(i);
			OK(f, facts_put(f->s, &x, i % 2 ? a : b, 10, &f->err));
		}
		OK(f, book_report_add(f->s, &r, &f->err));
		OK(f, facts_put_end(f->s, r.id, &f->err));
		if (n < 2)
			OK(f, facts_count(f->s, r.id, true, &f->err));
	}
	OK(f, store_commit(f->s, &f->err));
}

static void test_plain(void **state)
{
	struct fixture *f = *state;
	fill(f);
	const struct facts_check_options o = { 0 };
	struct facts_check_result r;
	OK(f, facts_check(f->s, &o, &r, &f->err));
	assert_int_equal(r.reports, 3);
	assert_int_equal(r.rows, 120);
	assert_int_equal(r.domain_days, 6);
	assert_int_equal(r.differ + r.figures_differ + r.facets_differ, 0);
	assert_string_equal(r.first, "");
}

static void test_planted(void **state)
{
	struct fixture *f = *state;
	fill(f);
	static const struct {
		const char *harm;
		uint64_t differ, figures;
		const char *first;
	} table[] = {
		{ "UPDATE facts_day SET messages = messages + 1 WHERE domain = 1 AND day "
		  "= "
		  "20089",
		  1, 0, "domain a.example: wrong sums on 2025-01-01" },
		{ "UPDATE facts_day SET reports = 7 WHERE domain = 2", 1, 0,
		  "domain b.example: wrong sums on 2024-12-31" },
		{ "DELETE FROM facts_day WHERE domain = 1", 5, 0,
		  "domain a.example: wrong" },
		{ "INSERT INTO facts_day VALUES (9, 3, 1, 1, 1, 1, 1)", 1, 0,
		  "domain (unknown): wrong sums on 1970-01-04" },
		{ "UPDATE facts_month SET row_n = 0", 2, 0,
		  "domain a.example: wrong sums of the month from 2024-12-01" },
		{ "UPDATE facts_roll SET bytes = x'ff' WHERE domain = 2", 1, 0,
		  "domain b.example: wrong roll-up on 2024-12-31" },
		{ "DELETE FROM facts_roll WHERE domain = 1 AND day = 20090", 1, 0,
		  "domain a.example: wrong roll-up on 2025-01-02" },
		{ "UPDATE facts_roll SET first = x'00' WHERE domain = 2", 1, 0,
		  "domain b.example: wrong roll-up" },
		{ "INSERT INTO facts_roll SELECT 1, 5, x'', bytes FROM facts_roll WHERE "
		  "domain = 2",
		  1, 0, "domain a.example: wrong roll-up on 1970-01-06" },
		{ "UPDATE book_report SET messages = 1 WHERE id = 3", 0, 1,
		  "report 4a0200000000: its figures are not" },
		{ "UPDATE book_report SET counted = 1 WHERE id = 3", 2, 0,
		  "domain a.example: wrong roll-up on 2024-12-31" },
		{ "INSERT INTO facts_piece VALUES (77 << 20, x'00')", 0, 1,
		  "facts are there of a report that is not" },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct facts_check_options o = { 0 };
		struct facts_check_result r;
		OK(f, store_exec(f->s, table[i].harm, &f->err));
		OK(f, facts_check(f->s, &o, &r, &f->err));
		if (r.differ != table[i].differ || r.figures_differ != table[i].figures ||
		    strncmp(r.first, table[i].first, strlen(table[i].first)) != 0)
			fail_msg("%s: %llu, %llu, %s", table[i].harm,
				 (unsigned long long)r.differ,
				 (unsigned long long)r.figures_differ, r.first);
		o.mend = true;
		OK(f, facts_check(f->s, &o, &r, &f->err));
		assert_int_equal(r.differ, table[i].differ);
		assert_int_equal(test_check(f, false), 0);
	}
}

/* Their sums hold what the rows said: nothing is lowered, however often it mends. */
static void test_rows_are_gone(void **state)
{
	struct fixture *f = *state;
	struct facts_check_options o = { 0 };
	struct facts_check_result r;
	fill(f);
	OK(f, store_exec(f->s, "DELETE FROM facts_piece WHERE id >> 20 = 2", &f->err));
	for (int i = 0; i < 3; i++) {
		OK(f, facts_check(f->s, &o, &r, &f->err));
		assert_int_equal(r.rows_missing, 1);
		assert_int_equal(r.figures_differ, 0);
		assert_int_equal(r.differ, 0);
		assert_string_equal(r.first,
				    "report 250100000000: 40 of its 40 rows are missing");
		test_sums(test_total(f), 80, 800, 400);
		o.mend = true;
	}
	/* Of another domain all is mended. */
	OK(f, store_exec(f->s, "UPDATE facts_day SET messages = 7 WHERE domain = 1",
			 &f->err));
	OK(f, facts_check(f->s, &o, &r, &f->err));
	test_sums(test_total(f), 80, 800, 400);
	int64_t rows;
	OK(f,
	   store_int(f->s, "SELECT row_n FROM book_report WHERE id = 2", &rows, &f->err));
	assert_int_equal(rows, 40);
}

static bool other_way_round(uint8_t kind, struct sv bytes)
{
	return kind == 1 && sv_eq(bytes, SV("b"));
}

static void count_calls(void *ctx, bool file, uint64_t done, uint64_t all)
{
	int *calls = ctx;
	assert_in_range(done, 0, all);
	calls[file]++;
}

static void test_facets_judged_anew(void **state)
{
	struct fixture *f = *state;
	int calls[2] = { 0 };
	fill(f);
	struct facts_check_options o = { .passed = other_way_round,
					 .progress = count_calls,
					 .ctx = calls };
	struct facts_check_result r;
	OK(f, facts_check(f->s, &o, &r, &f->err));
	assert_int_equal(r.facets_differ, 2);
	assert_int_equal(r.differ, 0);
	assert_true(calls[0] > 0 && calls[1] > 0);
	o.mend = true;
	OK(f, facts_check(f->s, &o, &r, &f->err));
	assert_int_equal(r.facets_differ, 2);
	assert_int_equal(r.figures_differ, 0); /* half of each kind passes either way */
	/* Nor do the sums change by it. */
	assert_int_equal(r.differ, 6);
	OK(f, facts_check(f->s, &o, &r, &f->err));
	assert_int_equal(r.facets_differ + r.differ, 0);
}

static void test_stopped(void **state)
{
	struct fixture *f = *state;
	volatile sig_atomic_t stop = 1;
	struct facts_check_options o = { .passed = other_way_round };
	struct facts_check_result r;
	fill(f);
	f->s->stop = &stop;
	for (int mend = 0; mend < 2; mend++) {
		o.mend = mend;
		assert_false(facts_check(f->s, &o, &r, &f->err));
		assert_int_equal(f->err.code, ERR_TEMP);
		assert_non_null(strstr(f->err.text, "stopped; what was written until"));
		assert_int_equal(r.facets_differ + r.domain_days, 0);
	}
	store_close(&f->s);
	f->s = test_open(f, STORE_WRITE);
	f->s->stop = &stop;
	assert_false(facts_check(f->s, &o, &r, &f->err));
	assert_string_equal(f->err.text, "stopped; nothing was changed");
	stop = 0;
	assert_int_equal(test_check(f, false), 0);
}

static void test_read_only(void **state)
{
	struct fixture *f = *state;
	fill(f);
	OK(f, store_exec(f->s, "DELETE FROM facts_day", &f->err));
	store_close(&f->s);
	f->s = test_open(f, STORE_READ);
	assert_non_null(f->s);
	assert_int_equal(test_check(f, false), 6);
	const struct facts_check_options o = { .mend = true };
	struct facts_check_result r;
	assert_false(facts_check(f->s, &o, &r, &f->err));
	assert_false(book_meta_set(f->s, "a", SV("1"), &f->err));
}

static void test_within_a_transaction(void **state)
{
	struct fixture *f = *state;
	fill(f);
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, 3, true, &f->err));
	assert_int_equal(test_check(f, false), 0);
	OK(f, facts_count(f->s, 1, false, &f->err));
	assert_int_equal(test_check(f, true), 0);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
}

static void test_damaged_file(void **state)
{
	struct fixture *f = *state;
	const struct facts_check_options o = { 0 };
	struct facts_check_result r;
	fill(f);
	OK(f,
	   store_exec(f->s, "UPDATE facts_piece SET bytes = x'ffff' WHERE id >> 20 = 2",
		      &f->err));
	assert_false(facts_check(f->s, &o, &r, &f->err));
	assert_int_equal(f->err.code, ERR_DAMAGED);
	assert_non_null(strstr(f->err.text, "facts of report 2 cannot be read"));
	OK(f, store_exec(f->s, "PRAGMA foreign_keys = 0", &f->err));
	OK(f, store_exec(f->s, "DELETE FROM book_policy_domain", &f->err));
	assert_false(facts_check(f->s, &o, &r, &f->err));
	assert_non_null(strstr(f->err.text, "points nowhere in table book_report"));
	store_close(&f->s);
	/* Noise over pages in the middle of the file. */
	FILE *file = fopen(f->path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, 8 * 4096, SEEK_SET), 0);
	for (int i = 0; i < 6 * 4096; i++)
		(void)fputc(i * 7 % 251, file);
	(void)fclose(file);
	f->s = test_open(f, STORE_READ);
	bool ok = f->s && facts_check(f->s, &o, &r, &f->err);
	assert_false(ok);
	assert_int_equal(f->err.code, ERR_DAMAGED);
	assert_non_null(strstr(f->err.text, "damaged"));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain),
		TEST(test_planted),
		TEST(test_rows_are_gone),
		TEST(test_facets_judged_anew),
		TEST(test_stopped),
		TEST(test_read_only),
		TEST(test_within_a_transaction),
		TEST(test_damaged_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
