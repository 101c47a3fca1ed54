/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_tls.h"
#include "store/seal.h"
#include "store/store_test.h"

enum {
	TLSA = 1,
	STS = 2,
	EXPIRED = 3,
	OTHER = 0
};

static int64_t a_id, b_id;

static void add_failure(struct fixture *f, int64_t report, uint32_t seq, uint32_t number,
			uint8_t result, const char *mx, uint8_t from, uint64_t sessions)
{
	struct book_tls_failure v = {
		.report = report,
		.seq = seq,
		.number = number,
		.result = result,
		.result_text = result == OTHER ? SV("odd") : SV(""),
		.sending = { .kind = ADDR_V4, .b = { 198, 18, 0, from } },
		.mx = sv_from(mx),
		.information = number ? SV("") : SV("https://help.example"),
		.sessions = sessions,
	};
	OK(f, book_tls_failure_add(f->s, &v, &f->err));
}

static struct book_tls line_of(const struct book_report *r, uint32_t seq,
			       const char *domain, uint8_t type, const char *policy,
			       uint64_t succeeded, uint64_t failed)
{
	return (struct book_tls){
		.report = r->id,
		.day = r->first_day,
		.seq = seq,
		.type = type,
		.domain = sv_from(domain),
		.succeeded = succeeded,
		.failed = failed,
		.policy = sv_from(policy),
		.mx = SV("mx.a.example"),
	};
}

/* Report 1: a under sts (testing) and b under tlsa; report 2, the next day: a under sts
 * (enforce); report 3 does not count. */
static int fill(void **state)
{
	static const uint64_t figures[][3] = { { 2, 25, 21 }, { 1, 12, 5 }, { 1, 9, 0 } };
	int rc = test_setup(state);
	struct fixture *f = *state;
	struct book_report r[3];
	OK(f, store_begin(f->s, &f->err));
	for (unsigned i = 0; i < 3; i++) {
		r[i] = test_report(i + 1, "a.example", 100 + i);
		r[i].kind = KIND_TLS;
		r[i].rows = figures[i][0];
		r[i].messages = figures[i][1];
		r[i].passed = figures[i][2];
		OK(f, book_report_add(f->s, &r[i], &f->err));
		if (i < 2)
			OK(f, facts_count(f->s, r[i].id, true, &f->err));
	}
	struct book_tls line[] = {
		line_of(&r[0], 0, "a.example", STS, "mode: testing", 16, 4),
		line_of(&r[0], 1, "b.example", TLSA, "3 1 1 00", 5, 0),
		line_of(&r[1], 0, "a.example", STS, "mode: enforce", 5, 7),
		line_of(&r[2], 0, "a.example", STS, "mode: enforce", 0, 9),
	};
	for (size_t i = 0; i < 4; i++)
		OK(f, book_tls_add(f->s, &line[i], &f->err));
	a_id = line[0].domain_id;
	b_id = line[1].domain_id;
	add_failure(f, r[0].id, 0, 0, EXPIRED, "mx1", 1, 3);
	add_failure(f, r[0].id, 0, 1, OTHER, "mx1", 2, 1);
	add_failure(f, r[1].id, 0, 0, EXPIRED, "mx2", 1, 5);
	add_failure(f, r[2].id, 0, 0, EXPIRED, "mx2", 1, 9);
	OK(f, store_commit(f->s, &f->err));
	return rc;
}

static struct book_tls_query all(void)
{
	return (struct book_tls_query){ .day_from = INT64_MIN, .day_to = INT64_MAX };
}

static void lines_of_a_report(void **state)
{
	struct fixture *f = *state;
	struct book_tls *line;
	struct book_tls_failure *fault;
	struct sv *domain;
	size_t n;
	OK(f, book_tls_of(f->s, 1, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(sv_eq(line[1].domain, SV("b.example")));
	assert_true(sv_eq(line[0].policy, SV("mode: testing")));
	assert_int_equal(line[0].failed, 4);
	OK(f, book_tls_failures_of(f->s, 1, f->a, &fault, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(fault[0].result, EXPIRED);
	assert_true(sv_eq(fault[1].result_text, SV("odd")));
	assert_int_equal(fault[1].sending.b[3], 2);
	assert_int_equal(fault[1].receiving.kind, ADDR_NONE);
	OK(f, book_tls_domains(f->s, 1, f->a, &domain, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(sv_eq(domain[0], SV("a.example")));
}

static uint8_t by_mode(uint8_t type, struct sv policy)
{
	return type == STS ? (uint8_t)(1 + sv_eq(policy, SV("mode: enforce"))) : 0;
}

static void sums_of_policies(void **state)
{
	struct fixture *f = *state;
	struct book_tls_query q = all();
	struct book_tls_sum *sum;
	size_t n;
	OK(f, book_tls_sums(f->s, &q, NULL, f->a, &sum, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(sum[0].domain_id, a_id);
	assert_int_equal(sum[0].reports, 2);
	assert_int_equal(sum[0].succeeded, 21);
	assert_int_equal(sum[0].failed, 11);
	assert_int_equal(sum[0].first_day, 100);
	assert_int_equal(sum[0].last_day, 101);
	assert_true(sv_eq(sum[0].policy, SV("mode: enforce")));
	assert_true(sv_eq(sum[0].mx, SV("mx.a.example")));
	assert_int_equal(sum[1].domain_id, b_id);
	OK(f, book_tls_sums(f->s, &q, by_mode, f->a, &sum, &n, &f->err));
	assert_int_equal(n, 3);
	assert_int_equal(sum[0].mode, 1);
	assert_int_equal(sum[0].failed, 4);
	assert_int_equal(sum[1].mode, 2);
	assert_int_equal(sum[1].failed, 7);
	assert_int_equal(sum[1].report, 2);
}

static void faults_by_what_is_asked(void **state)
{
	struct fixture *f = *state;
	struct book_tls_query q = all();
	struct book_tls_fault *v;
	uint64_t more;
	size_t n;
	OK(f, book_tls_faults(f->s, &q, BOOK_TLS_RESULT | BOOK_TLS_TEXT, 0, f->a, &v, &n,
			      &more, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(more, 2);
	assert_int_equal(v[0].result, EXPIRED);
	assert_int_equal(v[0].sessions, 8);
	assert_int_equal(v[0].reports, 2);
	assert_int_equal(v[0].first_day, 100);
	assert_int_equal(v[0].last_day, 101);
	assert_int_equal(v[0].domain_id, 0);
	assert_int_equal(v[0].mx.n, 0);
	assert_int_equal(v[0].sending.kind, ADDR_NONE);
	assert_true(sv_eq(v[0].information, SV("https://help.example")));
	assert_true(sv_eq(v[1].result_text, SV("odd")));
	OK(f, book_tls_faults(f->s, &q,
			      BOOK_TLS_DOMAIN | BOOK_TLS_TYPE | BOOK_TLS_RESULT |
				      BOOK_TLS_TEXT | BOOK_TLS_MX | BOOK_TLS_SENDING |
				      BOOK_TLS_RECEIVING,
			      2, f->a, &v, &n, &more, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(more, 3);
	assert_int_equal(v[0].domain_id, a_id);
	assert_int_equal(v[0].type, STS);
	assert_true(sv_eq(v[0].mx, SV("mx2")));
	assert_int_equal(v[0].sending.b[3], 1);
	OK(f, book_tls_faults(f->s, &q, 0, 0, f->a, &v, &n, &more, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(v[0].sessions, 9);
}

static void totals(void **state)
{
	struct fixture *f = *state;
	struct book_tls_query q = all();
	struct book_tls_domain t, *d;
	struct book_tls_day *day;
	struct book_reporter *who;
	uint64_t sessions;
	size_t n;
	OK(f, book_tls_total(f->s, &q, &t, &f->err));
	assert_int_equal(t.reports, 2);
	assert_int_equal(t.succeeded, 26);
	assert_int_equal(t.failed, 11);
	OK(f, book_tls_by_domain(f->s, &q, f->a, &d, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(d[0].reports + d[1].reports, 3);
	OK(f, book_tls_unexplained(f->s, &q, &sessions, &f->err));
	assert_int_equal(sessions, 2);
	OK(f, book_tls_days(f->s, &q, f->a, &day, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(day[1].failed, 7);
	OK(f, book_tls_reporters(f->s, &q, f->a, &who, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(who[0].messages, 37);
	struct book_tls_failing *bad;
	OK(f, book_tls_failing(f->s, 101, 102, f->a, &bad, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(bad[0].domain_id, a_id);
	assert_int_equal(bad[0].failed, 7);
	q.failing = true;
	OK(f, book_tls_total(f->s, &q, &t, &f->err));
	assert_int_equal(t.succeeded, 21);
	q.failing = false;
	q.domains = &b_id;
	q.domain_n = 1;
	OK(f, book_tls_total(f->s, &q, &t, &f->err));
	assert_int_equal(t.succeeded, 5);
	q.day_from = 101;
	OK(f, book_tls_total(f->s, &q, &t, &f->err));
	assert_int_equal(t.reports, 0);
	assert_int_equal(t.succeeded, 0);
}

/* Reports of one kind, also by a domain that is not the one they stand under. */
static void lists_by_kind(void **state)
{
	struct fixture *f = *state;
	static const struct {
		uint8_t kind;
		bool of_b, any;
		uint64_t want;
	} table[] = {
		{ KIND_TLS, false, false, 2 },     { KIND_TLS, false, true, 3 },
		{ KIND_TLS, true, false, 1 },      { KIND_FAILURE, false, true, 0 },
		{ KIND_FAILURE, true, true, 0 },   { KIND_AGGREGATE, false, true, 0 },
		{ KIND_AGGREGATE, true, true, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct book_report_filter q = { .kind = table[i].kind,
						.domain_ids = table[i].of_b ? &b_id
									    : NULL,
						.domain_n = 1,
						.day_from = INT64_MIN,
						.day_to = INT64_MAX,
						.any_state = table[i].any };
		struct book_report_iter *it = book_reports(f->s, &q, &f->err);
		struct book_report r;
		uint64_t n, listed = 0;
		if (!it)
			fail_msg("%s", f->err.text);
		while (book_report_next(it, f->a, &r, &f->err))
			listed++;
		assert_int_equal(f->err.code, ERR_NONE);
		book_report_iter_free(&it);
		OK(f, book_report_count(f->s, &q, &n, &f->err));
		if (listed != table[i].want || n != table[i].want)
			fail_msg("case %zu: %llu listed, %llu counted", i,
				 (unsigned long long)listed, (unsigned long long)n);
	}
}

/* Once retention took its lines, a report stands under its own domain alone. */
static void lists_sealed_reports(void **state)
{
	struct fixture *f = *state;
	const struct seal_report sealed = { .id = 1,
					    .domain_id = a_id,
					    .first_day = 100,
					    .kind = KIND_TLS,
					    .counted = true };
	const int64_t both[] = { a_id, b_id };
	uint64_t n;
	OK(f, store_begin(f->s, &f->err));
	OK(f, seal_reports(f->s, &sealed, 1, &f->err));
	OK(f, store_commit(f->s, &f->err));
	for (size_t i = 0; i < 2; i++) {
		const struct book_report_filter q = { .kind = KIND_TLS,
						      .domain_ids = &both[i],
						      .domain_n = 1,
						      .day_from = INT64_MIN,
						      .day_to = INT64_MAX };
		OK(f, book_report_count(f->s, &q, &n, &f->err));
		assert_int_equal(n, i == 0 ? 2 : 0);
	}
}

static void checks_figures(void **state)
{
	struct fixture *f = *state;
	uint64_t n;
	OK(f, book_tls_check(f->s, &n, &f->err));
	assert_int_equal(n, 0);
	OK(f,
	   store_exec(f->s, "UPDATE book_report SET passed = 6 WHERE id = 2", &f->err));
	OK(f, book_tls_check(f->s, &n, &f->err));
	assert_int_equal(n, 1);
}

static void goes_with_its_report(void **state)
{
	struct fixture *f = *state;
	int64_t n;
	OK(f, store_begin(f->s, &f->err));
	OK(f, facts_count(f->s, 1, false, &f->err));
	OK(f, book_report_remove(f->s, 1, &f->err));
	OK(f, store_commit(f->s, &f->err));
	OK(f, store_int(f->s,
			"SELECT (SELECT count(*) FROM book_tls WHERE report = 1) + "
			"(SELECT count(*) FROM book_tls_failure WHERE report = 1)",
			&n, &f->err));
	assert_int_equal(n, 0);
}

/* What nobody owns: a report of several domains only where that holds for all. */
static void holdings(void **state)
{
	struct fixture *f = *state;
	const int64_t both[] = { a_id, b_id };
	struct book_holding *h;
	size_t n;
	OK(f, book_holdings(f->s, &(struct book_holding_filter){ both, 2, 0 }, f->a, &h,
			    &n, &f->err));
	assert_int_equal(n, 3);
	OK(f, book_holdings(f->s, &(struct book_holding_filter){ both, 1, 0 }, f->a, &h,
			    &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(h[0].report, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_of_a_report, fill, test_teardown),
		cmocka_unit_test_setup_teardown(sums_of_policies, fill, test_teardown),
		cmocka_unit_test_setup_teardown(faults_by_what_is_asked, fill,
						test_teardown),
		cmocka_unit_test_setup_teardown(totals, fill, test_teardown),
		cmocka_unit_test_setup_teardown(lists_by_kind, fill, test_teardown),
		cmocka_unit_test_setup_teardown(lists_sealed_reports, fill,
						test_teardown),
		cmocka_unit_test_setup_teardown(checks_figures, fill, test_teardown),
		cmocka_unit_test_setup_teardown(goes_with_its_report, fill,
						test_teardown),
		cmocka_unit_test_setup_teardown(holdings, fill, test_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
