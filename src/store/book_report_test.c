/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

static int begin(void **state)
{
	struct fixture *f;
	int rc = test_setup(state);
	f = *state;
	OK(f, store_begin(f->s, &f->err));
	return rc;
}

static int64_t add(struct fixture *f, struct book_report *r)
{
	OK(f, book_report_add(f->s, r, &f->err));
	return r->id;
}

static void test_what_went_in_comes_out(void **state)
{
	struct fixture *f = *state;
	struct book_report in = test_report(1, "A.Example", 20000), out;
	bool found;
	in.rows = 3;
	in.messages = UINT64_MAX;
	in.passed = 2;
	in.days = 3;
	in.window = 1;
	in.raw_id = 9;
	in.member = SV("a.zip/b.xml");
	in.meta = (struct sv){ "m\0n", 3 };
	in.repairs = SV("repairs");
	in.repair_n = 70;
	in.complete = false;
	in.has_end = false;
	add(f, &in);
	OK(f, book_report_by_sha(f->s, in.sha, f->a, &out, &found, &f->err));
	assert_true(found);
	assert_int_equal(out.id, in.id);
	assert_memory_equal(out.sha, in.sha, 32);
	assert_true(sv_eq(out.domain, SV("a.example")));
	assert_true(sv_eq(out.org, in.org) && sv_eq(out.email, in.email));
	assert_true(sv_eq(out.report_id, in.report_id) && sv_eq(out.member, in.member));
	assert_true(sv_eq(out.meta, in.meta) && sv_eq(out.repairs, in.repairs));
	assert_true(out.has_begin && !out.has_end && !out.complete && !out.counted);
	assert_int_equal(out.begin, in.begin);
	assert_int_equal(out.rows, 3);
	assert_int_equal(out.messages, UINT64_MAX);
	assert_int_equal(out.passed, 2);
	assert_int_equal(out.first_day, 20000);
	assert_int_equal(out.days, 3);
	assert_int_equal(out.window, 1);
	assert_int_equal(out.raw_id, 9);
	assert_int_equal(out.repair_n, 70);
	assert_int_equal(out.arrived, in.arrived);
	assert_int_equal(out.domain_id, in.domain_id);
	OK(f, book_report_supersede(f->s, in.id, 5, &f->err));
	OK(f, book_report_by_id(f->s, in.id, f->a, &out, &f->err));
	assert_int_equal(out.superseded_by, 5);
	assert_false(book_report_by_id(f->s, 99, f->a, &out, &f->err));
	assert_int_equal(f->err.code, ERR_NO_INPUT);
	in.sha[31] ^= 1;
	OK(f, book_report_by_sha(f->s, in.sha, f->a, &out, &found, &f->err));
	assert_false(found);
}

static void test_prefixes(void **state)
{
	struct fixture *f = *state;
	struct book_report r[4], out;
	static const char *const sha[4] = {
		"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11",
		"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12",
		"\x12\x34\x56\x78\x9a\xbc\xd1",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	};
	for (unsigned i = 0; i < 4; i++) {
		r[i] = test_report(i, "a.example", 20000);
		memset(r[i].sha, 0, 32);
		memcpy(r[i].sha, sha[i], i == 2 ? 7 : 9);
		add(f, &r[i]);
	}
	static const struct {
		const char *hex;
		int matches;
		int report; /* -1: any */
	} table[] = {
		{ "1234", 2, -1 },
		{ "123456789abcde", 2, -1 },
		{ "123456789abcd1", 1, 2 },
		{ "123456789ABCD1", 1, 2 },
		{ "123456789abcdef01", 2, -1 },
		{ "123456789abcdef011", 1, 0 },
		{ "123456789abcdef012", 1, 1 },
		{ "123456789abcdef013", 0, -1 },
		{ "ffff", 1, 3 },
		{ "fffff", 1, 3 },
		{ "fff", 0, -1 },
		{ "", 0, -1 },
		{ "12g4", 0, -1 },
		{ "0000", 0, -1 },
		{ "ffffffffffffffffff00000000000000000000000000000000000000000000000", 0,
		  -1 },
		{ "ffffffffffffffffff0000000000000000000000000000000000000000000000", 1,
		  3 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int matches;
		OK(f, book_report_by_prefix(f->s, sv_from(table[i].hex), f->a, &out,
					    &matches, &f->err));
		if (matches != table[i].matches)
			fail_msg("%s: %d", table[i].hex, matches);
		if (table[i].report >= 0)
			assert_int_equal(out.id, r[table[i].report].id);
	}
	static const char *const shortest[4] = { "123456789abcdef011",
						 "123456789abcdef012", "123456789abcd1",
						 "ffffffffffff" };
	for (unsigned i = 0; i < 4; i++) {
		char id[65];
		OK(f, book_report_short_id(f->s, r[i].sha, id, &f->err));
		assert_string_equal(id, shortest[i]);
	}
}

static void test_natural_key(void **state)
{
	struct fixture *f = *state;
	struct book_report base = test_report(0, "a.example", 20000);
	add(f, &base);
	static const struct {
		const char *what;
		bool same;
	} table[] = {
		{ "itself again", true },
		{ "org in capitals", true },
		{ "domain in capitals", true },
		{ "other e-mail", true },
		{ "other org", false },
		{ "other domain", false },
		{ "other report id", false },
		{ "report id in capitals", false },
		{ "other begin", false },
		{ "other end", false },
		{ "no end", false },
		{ "other kind", false },
		{ "other days", true },
		{ "org with blanks", true },
	};
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct book_report r = test_report(100 + i, "a.example", 20000), *out;
		r.org = i == 1 ? SV("EXAMPLE reporter") : i == 4 ? SV("Other") : r.org;
		r.org = i == 13 ? SV(" Example Reporter ") : r.org;
		r.domain = i == 2 ? SV("A.EXAMPLE") : i == 5 ? SV("b.example") : r.domain;
		r.email = i == 3 ? SV("x@y.example") : r.email;
		r.report_id = i == 6 ? SV("id-2") : i == 7 ? SV("ID-1") : r.report_id;
		r.begin += i == 8;
		r.end += i == 9;
		r.has_end = i != 10;
		r.kind = i == 11 ? KIND_TLS : r.kind;
		/* Counted from another day on than its window says. */
		r.first_day += i == 12;
		size_t n;
		OK(f, book_reports_by_key(f->s, &r, f->a, &out, &n, &f->err));
		if (n != table[i].same)
			fail_msg("%s: %zu", table[i].what, n);
		if (!table[i].same)
			continue;
		assert_int_equal(out[0].id, base.id);
		add(f, &r);
		OK(f, book_reports_by_key(f->s, &r, f->a, &out, &n, &f->err));
		assert_int_equal(n, 1);
		OK(f, book_reports_by_key(f->s, &base, f->a, &out, &n, &f->err));
		if (n != 1)
			fail_msg("%s, seen from the first: %zu", table[i].what, n);
		assert_int_equal(out[0].id, r.id);
		OK(f, book_report_remove(f->s, r.id, &f->err));
	}
}

static void test_key_without_org_or_window(void **state)
{
	struct fixture *f = *state;
	struct book_report a = test_report(1, "a.example", 20000), *out, b, c;
	size_t n;
	a.org = SV("");
	a.has_begin = a.has_end = false;
	b = c = a;
	test_sha(b.sha, 2);
	test_sha(c.sha, 3);
	b.email = SV("other@Reporter.EXAMPLE"); /* the same domain */
	b.first_day = 20010;                    /* arrived later */
	c.email = SV("dmarc@other.example");
	add(f, &a);
	add(f, &b);
	add(f, &c);
	OK(f, book_reports_by_key(f->s, &a, f->a, &out, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(out[0].id, b.id);
	OK(f, book_reports_by_key(f->s, &c, f->a, &out, &n, &f->err));
	assert_int_equal(n, 0);
}

static void test_days_are_kept_in_bounds(void **state)
{
	struct fixture *f = *state;
	struct book_report r = test_report(1, "a.example", 20000), *out;
	size_t n;
	r.begin = INT64_MAX;
	r.first_day = INT64_MAX / 86400;
	add(f, &r);
	assert_int_equal(r.first_day, 2932896);
	struct book_report twin = r;
	twin.sha[0] ^= 1;
	twin.id = 0;
	OK(f, book_reports_by_key(f->s, &twin, f->a, &out, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, facts_count(f->s, r.id, true, &f->err));
	r = test_report(2, "a.example", 20000);
	r.begin = INT64_MIN;
	r.first_day = INT64_MIN / 86400;
	r.days = 32;
	add(f, &r);
	OK(f, facts_count(f->s, r.id, true, &f->err));
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
	r = test_report(3, "a.example", 20000);
	r.days = 0;
	OK(f, store_begin(f->s, &f->err));
	assert_false(book_report_add(f->s, &r, &f->err));
}

static int64_t raw(struct fixture *f, unsigned n)
{
	struct book_raw r = { .size = 1 };
	test_sha(r.sha, n);
	OK(f, book_raw_begin(f->s, &r, &f->err));
	OK(f, book_raw_piece(f->s, r.id, 0, RAW_PLAIN, 1, SV("x"), &f->err));
	OK(f, book_raw_done(f->s, r.id, 0, true, &f->err));
	return r.id;
}

static void deliver(struct fixture *f, int64_t raw_id, uint32_t seq, int64_t report)
{
	const struct book_delivery d = { .raw_id = raw_id, .seq = seq, .report = report };
	OK(f, book_delivery_add(f->s, &d, &f->err));
}

static int64_t count(struct fixture *f, const char *sql)
{
	int64_t v;
	OK(f, store_int(f->s, sql, &v, &f->err));
	return v;
}

static void test_removing(void **state)
{
	struct fixture *f = *state;
	struct book_report r[3];
	/* Raw 1 holds reports 0 and 1; raw 2 brings report 0 again, and a refusal. */
	int64_t one = raw(f, 1), two = raw(f, 2);
	for (unsigned i = 0; i < 3; i++) {
		r[i] = test_report(i, "a.example", 20000);
		r[i].raw_id = i < 2 ? one : 0;
		r[i].rows = r[i].messages = r[i].passed = 1;
		int64_t facet = test_facet(f, "a", true);
		struct addr x = test_addr(1);
		OK(f, facts_put_begin(f->s, &f->err));
		OK(f, facts_put(f->s, &x, facet, 1, &f->err));
		add(f, &r[i]);
		OK(f, facts_put_end(f->s, r[i].id, &f->err));
	}
	deliver(f, one, 0, r[0].id);
	deliver(f, one, 1, r[1].id);
	deliver(f, two, 0, r[0].id);
	deliver(f, two, 1, 0);
	OK(f, book_report_supersede(f->s, r[2].id, r[0].id, &f->err));
	OK(f, facts_count(f->s, r[0].id, true, &f->err));
	assert_false(book_report_remove(f->s, r[0].id, &f->err));
	OK(f, facts_count(f->s, r[0].id, false, &f->err));
	OK(f, book_report_remove(f->s, r[0].id, &f->err));
	assert_false(book_report_remove(f->s, r[0].id, &f->err));
	assert_int_equal(count(f, "SELECT count(*) FROM book_report"), 2);
	assert_int_equal(count(f, "SELECT count(*) FROM facts_piece"), 2);
	assert_int_equal(count(f, "SELECT count(*) FROM book_raw"), 1);
	assert_int_equal(count(f, "SELECT count(*) FROM book_raw_piece"), 1);
	assert_int_equal(count(f, "SELECT count(*) FROM book_delivery"), 1);
	assert_int_equal(count(f, "SELECT max(superseded_by) FROM book_report"), 0);
	OK(f, book_report_remove(f->s, r[1].id, &f->err));
	assert_int_equal(count(f, "SELECT count(*) FROM book_raw"), 0);
	assert_int_equal(count(f, "SELECT count(*) FROM book_delivery"), 0);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(test_check(f, false), 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_went_in_comes_out),
		TEST(test_prefixes),
		TEST(test_natural_key),
		TEST(test_key_without_org_or_window),
		TEST(test_days_are_kept_in_bounds),
		TEST(test_removing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
