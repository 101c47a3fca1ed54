/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include "base/limits.h"
#include "store/rollup.h"

/* A row in few words: the source by number, the facet, the messages. */
struct row {
	unsigned source;
	int64_t facet;
	uint64_t messages;
};

static int64_t enter(struct fixture *f, struct book_report *r, const struct row *rows,
		     size_t n)
{
	OK(f, facts_put_begin(f->s, &f->err));
	for (size_t i = 0; i < n; i++) {
		struct addr a = test_addr(rows[i].source);
		OK(f, facts_put(f->s, &a, rows[i].facet, rows[i].messages, &f->err));
	}
	OK(f, book_report_add(f->s, r, &f->err));
	OK(f, facts_put_end(f->s, r->id, &f->err));
	return r->id;
}

static int64_t enter_counted(struct fixture *f, unsigned n, const char *domain,
			     int64_t day, const struct row *rows, size_t row_n)
{
	struct book_report r = test_report(n, domain, day);
	r.rows = row_n;
	for (size_t i = 0; i < row_n; i++) {
		struct sv bytes;
		bool passed;
		OK(f, facts_facet_bytes(f->s, rows[i].facet, f->a, &bytes, &passed,
					&f->err));
		r.messages += rows[i].messages;
		r.passed += passed ? rows[i].messages : 0;
	}
	enter(f, &r, rows, row_n);
	OK(f, facts_count(f->s, r.id, true, &f->err));
	return r.id;
}

static void test_facets(void **state)
{
	struct fixture *f = *state;
	int64_t ignored;
	assert_false(facts_facet(f->s, 1, SV("a"), true, &ignored, &f->err));
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	assert_int_not_equal(a, b);
	assert_int_equal(test_facet(f, "a", true), a);
	/* The same bytes of another kind are another facet. */
	int64_t other;
	OK(f, facts_facet(f->s, 2, SV("a"), false, &other, &f->err));
	assert_int_not_equal(other, a);
	OK(f, store_commit(f->s, &f->err));
	/* Another connection finds the same. */
	store_close(&f->s);
	f->s = test_open(f, STORE_WRITE);
	assert_non_null(f->s);
	OK(f, store_begin(f->s, &f->err));
	assert_int_equal(test_facet(f, "b", false), b);
	struct sv bytes;
	bool passed;
	OK(f, facts_facet_bytes(f->s, a, f->a, &bytes, &passed, &f->err));
	assert_true(sv_eq(bytes, SV("a")));
	assert_true(passed);
	assert_false(facts_facet_bytes(f->s, 999, f->a, &bytes, &passed, &f->err));
	store_rollback(f->s);
}

/* An id that was taken back may be given to another facet by another process. */
static void test_facets_undone(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t kept = test_facet(f, "kept", true);
	OK(f, store_savepoint(f->s, &f->err));
	int64_t gone = test_facet(f, "gone", true);
	OK(f, store_undo(f->s, &f->err));
	assert_int_equal(test_facet(f, "next", false), gone);
	assert_int_equal(test_facet(f, "kept", true), kept);
	store_rollback(f->s);
	struct store *other = test_open(f, STORE_WRITE);
	int64_t id;
	assert_non_null(other);
	OK(f, store_begin(other, &f->err));
	OK(f, facts_facet(other, 1, SV("theirs"), true, &id, &f->err));
	OK(f, store_commit(other, &f->err));
	store_close(&other);
	assert_int_equal(id, kept);
	OK(f, store_begin(f->s, &f->err));
	assert_int_equal(test_facet(f, "theirs", true), kept);
	assert_int_not_equal(test_facet(f, "kept", true), kept);
	store_rollback(f->s);
}

static void test_rows_stay_in_order(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	const struct row rows[] = { { 9, b, 3 }, { 1, a, 1 }, { 1, a, 1 },
				    { 3, a, 0 }, { 7, b, 5 }, { 1, b, 1 } };
	struct book_report r = test_report(1, "a.example", 100);
	enter(f, &r, rows, 6);
	OK(f, store_commit(f->s, &f->err));
	struct facts_rows *it = facts_rows(f->s, r.id, &f->err);
	struct facts_row row;
	assert_non_null(it);
	for (size_t i = 0; i < 6; i++) {
		struct addr want = test_addr(rows[i].source);
		assert_true(facts_rows_next(it, &row, &f->err));
		assert_int_equal(addr_cmp(&row.source, &want), 0);
		assert_int_equal(row.facet, rows[i].facet);
		assert_int_equal(row.messages, rows[i].messages);
	}
	assert_false(facts_rows_next(it, &row, &f->err));
	assert_int_equal(f->err.code, ERR_NONE);
	facts_rows_free(&it);
}

static void test_flip_twice(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	const struct row rows[] = { { 1, a, 10 }, { 2, b, 5 }, { 1, a, 1 } };
	int64_t id = enter_counted(f, 1, "a.example", 100, rows, 3);
	test_sums(test_total(f), 3, 16, 11);
	OK(f, facts_count(f->s, id, true, &f->err));
	test_sums(test_total(f), 3, 16, 11);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, id, false, &f->err));
	OK(f, facts_count(f->s, id, false, &f->err));
	OK(f, store_commit(f->s, &f->err));
	test_sums(test_total(f), 0, 0, 0);
	int64_t left;
	OK(f,
	   store_int(f->s,
		     "SELECT (SELECT count(*) FROM facts_roll) + (SELECT count(*) FROM "
		     "facts_day) + (SELECT count(*) FROM facts_month)",
		     &left, &f->err));
	assert_int_equal(left, 0);
	assert_false(facts_count(f->s, id, true, &f->err)); /* no transaction */
}

static void test_undo_in_the_middle(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true);
	const struct row rows[] = { { 1, a, 10 }, { 2, a, 5 } };
	enter_counted(f, 1, "a.example", 100, rows, 2);
	OK(f, store_savepoint(f->s, &f->err));
	enter_counted(f, 2, "a.example", 100, rows, 2);
	OK(f, store_undo(f->s, &f->err));
	OK(f, store_savepoint(f->s, &f->err));
	enter_counted(f, 3, "b.example", 100, rows, 2);
	/* A question makes what is held go into the database, within the savepoint. */
	test_sums(test_total(f), 4, 30, 30);
	OK(f, store_undo(f->s, &f->err));
	test_sums(test_total(f), 2, 15, 15);
	OK(f, store_savepoint(f->s, &f->err));
	OK(f, facts_put_begin(f->s, &f->err));
	struct addr x = test_addr(1);
	OK(f, facts_put(f->s, &x, a, 1, &f->err));
	OK(f, store_undo(f->s, &f->err));
	assert_false(facts_put(f->s, &x, a, 1, &f->err));
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
	test_sums(test_total(f), 2, 15, 15);
}

/* More changes in one savepoint than are held at once. */
static void test_undo_after_a_flush(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true);
	const struct row rows[] = { { 1, a, 10 }, { 2, a, 5 } };
	enter_counted(f, 1, "a.example", 100, rows, 2);
	OK(f, store_savepoint(f->s, &f->err));
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned i = 0; i < 70000; i++) {
		struct addr x = test_addr(i);
		OK(f, facts_put(f->s, &x, a, 2, &f->err));
	}
	struct book_report r = test_report(2, "a.example", 100);
	r.rows = 70000;
	r.messages = r.passed = 140000;
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	OK(f, facts_count(f->s, r.id, true, &f->err));
	OK(f, store_undo(f->s, &f->err));
	test_sums(test_total(f), 2, 15, 15);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
}

/* Thousands of sources on one day: several parts, none above the limit; and back. */
static void test_parts(void **state)
{
	struct fixture *f = *state;
	int64_t v;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true);
	for (unsigned n = 0; n < 5; n++) {
		static struct row rows[6000];
		for (unsigned i = 0; i < 6000; i++)
			rows[i] = (struct row){ (i * 7919 + n * 131) % 20000, a, i % 9 };
		enter_counted(f, n, "a.example", 100, rows, 6000);
		OK(f, store_commit(f->s, &f->err));
		OK(f, store_begin(f->s, &f->err));
	}
	OK(f, store_commit(f->s, &f->err));
	OK(f, store_int(f->s, "SELECT count(*) FROM facts_roll", &v, &f->err));
	assert_in_range(v, 8, 40);
	OK(f, store_int(f->s, "SELECT max(length(bytes)) FROM facts_roll", &v, &f->err));
	assert_in_range(v, 8000, ROLLUP_PART_MAX);
	assert_int_equal(test_check(f, false), 0);
	OK(f, store_begin(f->s, &f->err));
	for (int64_t id = 1; id <= 5; id++) {
		OK(f, facts_count(f->s, id, false, &f->err));
		if (id == 3)
			OK(f, facts_count(f->s, 1, true, &f->err));
	}
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
	assert_int_equal(test_total(f).rows, 6000);
}

static void test_spread(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	const struct row rows[] = { { 1, a, 10 }, { 2, b, 2 }, { 1, a, 0 }, { 4, a, 7 } };
	struct book_report r = test_report(1, "a.example", 58); /* into March 1970 */
	r.days = 4;
	r.rows = 4;
	r.messages = 19;
	r.passed = 17;
	enter(f, &r, rows, 4);
	OK(f, facts_count(f->s, r.id, true, &f->err));
	OK(f, store_commit(f->s, &f->err));
	/* Row 0: 2 each and 2 over, on days 0 and 1; row 1: its 2 on days 1 and 2; row 3:
	 * 1 each and 3 over, on days 3, 0, 1. */
	static const uint64_t want[][3] = {
		{ 4, 3 + 2, 5 }, { 0, 3 + 1 + 2, 5 }, { 0, 2 + 1 + 1, 3 }, { 0, 2 + 2, 4 }
	};
	struct facts_query q = test_all();
	struct facts_by_day *day;
	size_t n;
	OK(f, facts_days(f->s, &q, f->a, &day, &n, &f->err));
	assert_int_equal(n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(day[i].day, 58 + i);
		test_sums(day[i].sum, want[i][0], want[i][1], want[i][2]);
	}
	test_sums(test_total(f), 4, 19, 17);
	/* Through months and what is left of them. */
	for (int64_t from = 56; from <= 62; from++) {
		for (int64_t to = from; to <= 64; to++) {
			struct facts_sum all, sum = { 0 };
			q.day_from = from;
			q.day_to = to;
			OK(f, facts_total(f->s, &q, &all, &f->err));
			for (size_t i = 0; i < 4; i++)
				if (day[i].day >= from && day[i].day <= to)
					sum.messages += day[i].sum.messages;
			assert_int_equal(all.messages, sum.messages);
		}
	}
	assert_int_equal(test_check(f, false), 0);
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, r.id, false, &f->err));
	test_sums(test_total(f), 0, 0, 0);
	OK(f, store_commit(f->s, &f->err));
}

static void test_questions(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	const struct row x[] = { { 1, a, 10 }, { 1, b, 4 }, { 2, b, 5 } };
	const struct row y[] = { { 1, a, 1 }, { 4, a, 100 } };
	const struct row none[] = { { 5, b, 0 } };
	enter_counted(f, 1, "a.example", 100, x, 3);
	enter_counted(f, 2, "a.example", 102, y, 2);
	enter_counted(f, 3, "b.example", 101, y, 2);
	enter_counted(f, 4, "c.example", 101, none, 1);
	struct facts_query q = test_all();
	struct facts_by_domain *domain;
	struct facts_by_source *source;
	struct facts_by_facet *facet;
	size_t n;
	uint64_t all;
	OK(f, facts_domains(f->s, &q, f->a, &domain, &n, &f->err));
	assert_int_equal(n, 3);
	test_sums(domain[0].sum, 5, 120, 111);
	assert_int_equal(domain[0].first_day, 100);
	assert_int_equal(domain[0].last_day, 102);
	test_sums(domain[2].sum, 1, 0, 0);
	OK(f, facts_sources(f->s, &q, 2, f->a, &source, &n, &all, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(all, 4);
	test_sums(source[0].sum, 2, 200, 200);
	assert_int_equal(source[0].domains, 2);
	test_sums(source[1].sum, 4, 16, 12);
	assert_int_equal(source[1].first_day, 100);
	assert_int_equal(source[1].last_day, 102);
	OK(f, facts_pairs(f->s, &q, 0, f->a, &facet, &n, &all, &f->err));
	assert_int_equal(n, 5);
	assert_int_equal(facet[1].messages, 12);
	assert_true(facet[1].passed);
	assert_int_equal(facet[1].facet, a);
	q.result = FACTS_FAILED;
	struct facts_sum sum;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	test_sums(sum, 3, 9, 0);
	OK(f, facts_sources(f->s, &q, 0, f->a, &source, &n, &all, &f->err));
	assert_int_equal(n, 3);
	test_sums(source[0].sum, 1, 5, 0);
	OK(f, facts_domains(f->s, &q, f->a, &domain, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(domain[0].last_day, 100);
	q.result = FACTS_PASSED;
	q.domains = &domain[0].domain;
	q.domain_n = 1;
	q.day_from = 101;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	test_sums(sum, 2, 101, 101);
	q.domain_n = 0;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	test_sums(sum, 0, 0, 0);
	store_rollback(f->s);
	test_sums(test_total(f), 0, 0, 0);
}

/* Messages by place of the day, and the order in which they came. */
struct seen {
	int64_t day;
	struct addr source;
	int64_t facet;
	uint64_t messages[4], calls;
	bool ordered;
};

static void see(void *ctx, const struct facts_on_day *d)
{
	struct seen *s = ctx;
	int c = addr_cmp(&s->source, &d->source);
	if (s->calls++ && d->day == s->day)
		s->ordered = s->ordered && (c < 0 || (c == 0 && s->facet < d->facet));
	s->day = d->day;
	s->source = d->source;
	s->facet = d->facet;
	s->messages[d->day - 100] += d->messages;
}

static void test_each_day(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	const struct row x[] = { { 2, b, 5 }, { 1, b, 4 }, { 1, a, 10 } };
	const struct row y[] = { { 1, a, 1 }, { 4, a, 100 } };
	enter_counted(f, 1, "a.example", 100, x, 3);
	enter_counted(f, 2, "a.example", 102, y, 2);
	enter_counted(f, 3, "a.example", 102, y, 2);
	enter_counted(f, 4, "a.example", 103, x, 3);
	struct facts_query q = test_all();
	struct seen seen = { .ordered = true };
	q.day_to = 102;
	OK(f, facts_each_day(f->s, &q, see, &seen, &f->err));
	assert_int_equal(seen.calls, 5); /* two reports of a day are one */
	assert_int_equal(seen.messages[0], 19);
	assert_int_equal(seen.messages[2], 202);
	assert_int_equal(seen.messages[3], 0);
	assert_true(seen.ordered);
	q.result = FACTS_FAILED;
	seen = (struct seen){ .ordered = true };
	OK(f, facts_each_day(f->s, &q, see, &seen, &f->err));
	assert_int_equal(seen.messages[0], 9);
	assert_int_equal(seen.calls, 2);
	OK(f, store_exec(f->s, "UPDATE facts_roll SET bytes = x'ff'", &f->err));
	assert_false(facts_each_day(f->s, &q, see, &seen, &f->err));
	store_rollback(f->s);
}

static void test_contain(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), b = test_facet(f, "b", false);
	const struct row sets[][4] = {
		{ { 1, a, 1 }, { 2, a, 1 }, { 2, a, 1 }, { 3, b, 9 } }, /* all */
		{ { 1, a, 1 }, { 2, a, 1 } },              /* its beginning */
		{ { 3, b, 9 }, { 2, a, 1 }, { 2, a, 1 } }, /* in other order */
		{ { 1, a, 1 }, { 1, a, 1 } },              /* once too often */
		{ { 3, a, 9 } },                           /* another facet */
		{ { 3, b, 8 } },                           /* other messages */
		{ { 0, 0, 0 } },                           /* nothing */
	};
	static const size_t size[] = { 4, 2, 3, 2, 1, 1, 0 };
	static const bool want[] = { true, true, true, false, false, false, true };
	int64_t id[7];
	for (unsigned i = 0; i < 7; i++) {
		struct book_report r = test_report(i, "a.example", 100);
		id[i] = enter(f, &r, sets[i], size[i]);
	}
	for (unsigned i = 0; i < 7; i++) {
		bool have;
		OK(f, facts_contain(f->s, id[0], id[i], &have, &f->err));
		if (have != want[i])
			fail_msg("set %u", i);
	}
	bool have;
	OK(f, facts_contain(f->s, id[1], id[0], &have, &f->err));
	assert_false(have);
	store_rollback(f->s);
}

/* Facts that fill more than a piece, entered before and after their report. */
static void test_pieces(void **state)
{
	struct fixture *f = *state;
	enum {
		ROWS = 130000
	};
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true), pieces;
	struct book_report other = test_report(1, "a.example", 1);
	struct book_report r = test_report(2, "a.example", 1);
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned i = 0; i < ROWS; i++) {
		struct addr x = test_addr(5 * i + 3); /* IPv6: they take room */
		OK(f, facts_put(f->s, &x, a, i, &f->err));
	}
	/* This one takes the id that the pieces were written under. */
	OK(f, book_report_add(f->s, &other, &f->err));
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	OK(f, store_int(f->s, "SELECT count(*) FROM facts_piece WHERE id >> 20 = 2",
			&pieces, &f->err));
	assert_in_range(pieces, 2, 4);
	OK(f, store_int(f->s, "SELECT max(length(bytes)) FROM facts_piece", &pieces,
			&f->err));
	assert_in_range(pieces, LIMIT_RAW_PIECE / 2, LIMIT_RAW_PIECE);
	struct facts_rows *it = facts_rows(f->s, r.id, &f->err);
	struct facts_row row;
	uint64_t n = 0;
	while (facts_rows_next(it, &row, &f->err))
		assert_int_equal(row.messages, n++);
	assert_int_equal(f->err.code, ERR_NONE);
	assert_int_equal(n, ROWS);
	facts_rows_free(&it);
	/* Dropped without undoing: nothing stays. */
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned i = 0; i < ROWS; i++) {
		struct addr x = test_addr(5 * i + 3);
		OK(f, facts_put(f->s, &x, a, i, &f->err));
	}
	facts_put_drop(f->s);
	OK(f, store_int(f->s, "SELECT count(*) FROM facts_piece WHERE id >> 20 > 2",
			&pieces, &f->err));
	assert_int_equal(pieces, 0);
	store_rollback(f->s);
}

/* Sums beyond 64 bits are nonsense, but what was added can be taken away again. */
static void test_absurd_counts(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true);
	const struct row sane[] = { { 1, a, 10 } };
	const struct row mad[] = { { 1, a, UINT64_MAX }, { 1, a, UINT64_MAX - 3 } };
	enter_counted(f, 1, "a.example", 100, sane, 1);
	int64_t id = enter_counted(f, 2, "a.example", 100, mad, 2);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_total(f).rows, 3);
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, id, false, &f->err));
	OK(f, store_commit(f->s, &f->err));
	test_sums(test_total(f), 1, 10, 10);
	assert_int_equal(test_check(f, false), 0);
}

static void test_damaged(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t a = test_facet(f, "a", true);
	const struct row rows[] = { { 1, a, 10 }, { 2, a, 3 } };
	int64_t id = enter_counted(f, 1, "a.example", 100, rows, 2);
	OK(f, store_commit(f->s, &f->err));
	static const char *const harm[] = {
		"UPDATE facts_roll SET bytes = x'ff'",
		"UPDATE facts_roll SET bytes = zeroblob(20000)",
		"UPDATE facts_piece SET bytes = x'09'",
		"UPDATE facts_piece SET bytes = x'ffffffff'",
		"UPDATE facts_piece SET bytes = x''",
		"UPDATE facts_facet SET id = 77",
		"UPDATE book_report SET days = 400",
		"UPDATE facts_day SET reports = 0",
	};
	store_close(&f->s);
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		f->s = test_open(f, STORE_WRITE);
		assert_non_null(f->s);
		OK(f, store_begin(f->s, &f->err));
		OK(f, store_exec(f->s, harm[i], &f->err));
		bool ok = facts_count(f->s, id, false, &f->err) &&
			  store_commit(f->s, &f->err);
		if (ok || f->err.code != ERR_DAMAGED || !strstr(f->err.text, "damaged"))
			fail_msg("%s: %s", harm[i], ok ? "fine" : f->err.text);
		store_close(&f->s);
	}
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_facets),
		TEST(test_facets_undone),
		TEST(test_rows_stay_in_order),
		TEST(test_flip_twice),
		TEST(test_undo_in_the_middle),
		TEST(test_undo_after_a_flush),
		TEST(test_parts),
		TEST(test_spread),
		TEST(test_questions),
		TEST(test_each_day),
		TEST(test_contain),
		TEST(test_pieces),
		TEST(test_absurd_counts),
		TEST(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
