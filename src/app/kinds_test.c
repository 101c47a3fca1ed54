/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_test.h"
#include "app/failure_reports.h"
#include "app/fsck.h"
#include "app/overview.h"
#include "app/reports.h"
#include "app/tls.h"
#include "app/tls_int.h"
#include "app/unassigned.h"
#include "arf/arf.h"
#include "store/book_month.h"
#include "store/book_tls.h"
#include "store/facts.h"
#include "tlsrpt/tlsrpt.h"

/* TLS reports and failure reports, entered by the store's own calls. */

static void count_report(struct bench *b, struct store *s, struct book_report *r, int ago)
{
	struct err err = { 0 };
	r->first_day = TODAY - ago;
	r->has_begin = true;
	r->begin = r->first_day * DATE_DAY_SECONDS;
	r->days = 1;
	r->complete = true;
	r->arrived = r->begin;
	r->sha[0] = (uint8_t)++b->reports;
	must(book_report_add(s, r, &err) && facts_count(s, r->id, true, &err), &err);
}

/* A policy of a TLS report; `result` of all that failed. */
struct planted {
	const char *domain, *policy;
	enum tls_policy_type type;
	uint64_t succeeded, failed;
	enum tls_result_type result;
	const char *mx;
};

static void add_policy(struct store *s, const struct book_report *r, uint32_t seq,
		       const struct planted *p)
{
	struct err err = { 0 };
	struct book_tls line = { .report = r->id,
				 .day = r->first_day,
				 .seq = seq,
				 .type = (uint8_t)p->type,
				 .domain = sv_from(p->domain),
				 .succeeded = p->succeeded,
				 .failed = p->failed,
				 .policy = sv_from(p->policy) };
	struct book_tls_failure f = { .report = r->id,
				      .seq = seq,
				      .result = (uint8_t)p->result,
				      .mx = sv_from(p->mx),
				      .sessions = p->failed };
	must(book_tls_add(s, &line, &err), &err);
	if (p->failed && p->mx[0])
		must(book_tls_failure_add(s, &f, &err), &err);
}

static void plant_tls(struct bench *b, int ago, const struct planted *p, uint32_t n)
{
	struct err err = { 0 };
	struct store *s = open_store(b);
	struct book_report r = { .kind = KIND_TLS,
				 .org = SV("sender.example"),
				 .domain = sv_from(p->domain),
				 .rows = n };
	for (uint32_t i = 0; i < n; i++) {
		r.messages += p[i].succeeded + p[i].failed;
		r.passed += p[i].succeeded;
	}
	must(store_begin(s, &err), &err);
	count_report(b, s, &r, ago);
	for (uint32_t i = 0; i < n; i++)
		add_policy(s, &r, i, &p[i]);
	must(store_commit(s, &err), &err);
	store_close(&s);
}

#define STS_ENFORCE "version: STSv1\nmode: enforce"
#define STS_TESTING "version: STSv1\nmode: testing"

static void plant_some(struct bench *b)
{
	static const struct planted first[] = {
		{ "acme.example", STS_TESTING, TLS_POLICY_STS, 50, 0, 0, "" },
		{ "other.example", "", TLS_POLICY_NONE, 3, 2,
		  TLS_RESULT_STARTTLS_NOT_SUPPORTED, "mx.other.example" },
	};
	static const struct planted second[] = {
		{ "acme.example", STS_ENFORCE, TLS_POLICY_STS, 20, 7,
		  TLS_RESULT_CERTIFICATE_EXPIRED, "mx.acme.example" },
		{ "mx.acme.example", "3 1 1 00", TLS_POLICY_TLSA, 9, 1,
		  TLS_RESULT_TLSA_INVALID, "" },
	};
	add_client(b, "Acme", "acme.example");
	plant_tls(b, 9, first, 2);
	plant_tls(b, 3, second, 2);
}

static struct app_tls show_tls(struct bench *b, const char *name, uint32_t limit)
{
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_tls t;
	must(app_tls_show(&b->app, &f, sv_from(name), limit, b->arena, &t, &err), &err);
	return t;
}

static void tls_of_a_domain(void **state)
{
	struct bench *b = *state;
	plant_some(b);
	struct app_tls t = show_tls(b, "ACME.example.", 0);
	assert_true(sv_eq(t.line.client, SV("Acme")));
	assert_true(t.seen && !t.unreported);
	assert_int_equal(t.f.reports, 2);
	assert_int_equal(t.f.succeeded, 79);
	assert_int_equal(t.f.failed, 8);
	assert_int_equal(t.first_day, TODAY - 9);
	assert_int_equal(t.day_n, 7);
	assert_int_equal(t.day[6].failed, 8);
	assert_int_equal(t.policy_n, 3);
	assert_string_equal(t.policy[0].mode, "enforce");
	assert_true(sv_eq(t.policy[1].type, SV("tlsa")));
	assert_string_equal(t.policy[2].mode, "testing");
	assert_int_equal(t.result.n, 1);
	assert_true(sv_eq(t.result.at[0].result, SV("certificate-expired")));
	assert_true(sv_eq(t.result.at[0].type, SV("sts")));
	assert_ptr_equal(t.result.at[0].mend,
			 tls_result_mend(TLS_RESULT_CERTIFICATE_EXPIRED, TLS_POLICY_STS));
	assert_int_equal(t.unexplained, 1);
	assert_int_equal(t.reporter_n, 1);
	assert_int_equal(t.records.n, 1);
	t = show_tls(b, "other.example", 1);
	assert_false(t.line.assigned);
	assert_int_equal(t.f.failed, 2);
	assert_int_equal(t.records.n, 0);
}

static void tls_of_all(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_tls_list l;
	plant_some(b);
	add_client(b, "Quiet", "quiet.example");
	must(app_tls_domains(&b->app, &f, b->arena, &l, &err), &err);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.silent, 1);
	/* A report of two domains of one owner is one report. */
	assert_true(sv_eq(l.line[0].name, SV("acme.example")));
	assert_int_equal(l.line[0].f.reports, 2);
	assert_int_equal(l.line[0].f.failed, 8);
	assert_string_equal(l.line[0].mode, "enforce");
	assert_true(sv_eq(l.line[0].result, SV("certificate-expired")));
	assert_true(sv_eq(l.line[1].type, SV("no-policy-found")));
	f.client = SV("Quiet");
	must(app_tls_domains(&b->app, &f, b->arena, &l, &err), &err);
	assert_int_equal(l.n, 0);
	assert_int_equal(l.silent, 1);
}

static void tls_modes(void **state)
{
	(void)state;
	assert_int_equal(tls_mode_of(TLS_POLICY_STS, SV(STS_ENFORCE)), TLS_MODE_ENFORCE);
	assert_int_equal(tls_mode_of(TLS_POLICY_STS, SV("MODE : Testing\r\nx")),
			 TLS_MODE_TESTING);
	assert_int_equal(tls_mode_of(TLS_POLICY_STS, SV("")), TLS_MODE_UNKNOWN);
	assert_int_equal(tls_mode_of(TLS_POLICY_TLSA, SV("3 1 1 00")), TLS_MODE_ENFORCE);
	assert_int_equal(tls_mode_of(TLS_POLICY_NONE, SV("")), TLS_MODE_UNKNOWN);
	assert_true(sv_eq(tls_type_name(TLS_POLICY_OTHER, SV("odd")), SV("odd")));
	assert_true(sv_eq(tls_result_name(250, SV("")), SV("unknown")));
}

static void tls_stands_out(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_overview v;
	size_t found = 0;
	plant_some(b);
	must(app_overview(&b->app, &(struct app_overview_options){ &f, 10, false },
			  b->arena, &v, &err),
	     &err);
	assert_int_equal(v.total.reports, 0);
	for (size_t i = 0; i < v.finding_n; i++) {
		const struct app_finding *at = &v.finding[i];
		if (at->f.code != FINDING_TLS_FAILURES)
			continue;
		found++;
		assert_int_equal(at->f.says.messages, 8);
		assert_true(sv_find(at->evidence, SV("certificate-expired")) <
			    at->evidence.n);
	}
	assert_int_equal(found, 1); /* what nobody owns is no client's trouble */
}

static void a_report_of_two_is_refused_by_both(void **state)
{
	static const struct planted two[] = {
		{ "a.example", STS_TESTING, TLS_POLICY_STS, 5, 0, 0, "" },
		{ "b.example", STS_TESTING, TLS_POLICY_STS, 4, 0, 0, "" },
	};
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_refusal r;
	plant_tls(b, 3, two, 2);
	must(app_unassigned_refuse(&b->app, SV("a.example"), b->arena, &r, &err), &err);
	assert_int_equal(r.reports, 0);
	assert_false(show_tls(b, "a.example", 0).seen);
	assert_int_equal(show_tls(b, "b.example", 0).f.succeeded, 4);
	must(app_unassigned_refuse(&b->app, SV("b.example"), b->arena, &r, &err), &err);
	assert_int_equal(r.reports, 1);
	assert_false(show_tls(b, "b.example", 0).seen);
	add_client(b, "B", "b.example");
	assert_int_equal(show_tls(b, "b.example", 0).f.succeeded, 4);
}

/* --- failure reports --- */

static void plant_failure(struct bench *b, const char *domain, const char *source,
			  int ago, uint64_t incidents)
{
	struct err err = { 0 };
	struct store *s = open_store(b);
	struct buf meta;
	struct arf_report f = { .feedback = ARF_FEEDBACK_AUTH_FAILURE,
				.auth_failures = ARF_BIT(ARF_AUTH_DMARC),
				.delivery = ARF_DELIVERY_REJECT,
				.policy_domain = sv_from(domain),
				.dkim_domain = sv_from(domain),
				.dkim_selector = SV("s1"),
				.incidents = incidents };
	struct book_report r = { .kind = KIND_FAILURE,
				 .org = SV("r.example"),
				 .domain = sv_from(domain),
				 .rows = 1,
				 .messages = incidents };
	assert_true(addr_parse(sv_from(source), &f.source));
	buf_init(&meta, ARF_ENCODED_MAX);
	assert_true(arf_encode(&f, &meta));
	r.meta = buf_sv(&meta);
	must(store_begin(s, &err), &err);
	count_report(b, s, &r, ago);
	must(store_commit(s, &err), &err);
	store_close(&s);
	buf_deinit(&meta);
}

static struct app_failure_reports show_failures(struct bench *b, const char *name,
						uint32_t limit)
{
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_failure_reports out;
	must(app_failure_reports(&b->app, &f, sv_from(name), limit, b->arena, &out, &err),
	     &err);
	return out;
}

static void failures_of_a_domain(void **state)
{
	struct bench *b = *state;
	add_client(b, "Acme", "acme.example");
	plant_failure(b, "acme.example", "192.0.2.1", 5, 4);
	plant_failure(b, "news.acme.example", "192.0.2.2", 3, 1);
	plant_failure(b, "acme.example", "192.0.2.1", 1, 2);
	plant_failure(b, "other.example", "192.0.2.9", 1, 9);
	struct app_failure_reports f = show_failures(b, "acme.example", 2);
	assert_int_equal(f.reports, 3);
	assert_int_equal(f.incidents, 7);
	assert_int_equal(f.looked_at, 3);
	assert_int_equal(f.first_day, TODAY - 5);
	assert_int_equal(f.last_day, TODAY - 1);
	assert_int_equal(f.source_all, 2);
	assert_int_equal(f.source[0].incidents, 6);
	assert_int_equal(f.type.n, 1);
	assert_string_equal(f.type.at[0].word, "dmarc");
	assert_string_equal(f.delivery.at[0].word, "reject");
	assert_int_equal(f.report_n, 2);
	assert_int_equal(f.report[0].day, TODAY - 1);
	assert_true(sv_eq(f.report[0].dkim.selector, SV("s1")));
	assert_true(sv_eq(f.ruf, SV("mailto:dmarc@msp.example")));
	assert_true(show_failures(b, "news.acme.example", 0).reports == 1);
}

static void failures_of_all(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_failure_list l;
	add_client(b, "Acme", "acme.example");
	plant_failure(b, "acme.example", "192.0.2.1", 5, 4);
	plant_failure(b, "news.acme.example", "192.0.2.1", 3, 1);
	plant_failure(b, "other.example", "192.0.2.9", 1, 9);
	must(app_failure_domains(&b->app, &f, b->arena, &l, &err), &err);
	assert_int_equal(l.n, 2);
	assert_true(sv_eq(l.line[0].name, SV("other.example")));
	assert_int_equal(l.line[1].reports, 2);
	assert_int_equal(l.line[1].sources, 1);
	assert_int_equal(l.reports, 3);
	f.day_from = TODAY - 2;
	must(app_failure_domains(&b->app, &f, b->arena, &l, &err), &err);
	assert_int_equal(l.n, 1);
}

/* --- both --- */

static void unassigned_shows_every_kind(void **state)
{
	static const struct planted one[] = {
		{ "foreign.example", "", TLS_POLICY_NONE, 5, 0, 0, "" },
	};
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_domain_line *line;
	size_t n;
	add_client(b, "Acme", "acme.example");
	plant_tls(b, 8, one, 1);
	plant_failure(b, "foreign.example", "192.0.2.9", 2, 1);
	plant_failure(b, "acme.example", "192.0.2.9", 2, 1);
	must(app_unassigned(&b->app, &f, b->arena, &line, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_int_equal(line[0].tls_reports, 1);
	assert_int_equal(line[0].failure_reports, 1);
	assert_int_equal(line[0].first_day, TODAY - 8);
	assert_int_equal(line[0].last_day, TODAY - 2);
}

static void add_month(struct bench *b, const char *domain, uint8_t kind, int64_t month)
{
	struct err err = { 0 };
	struct store *s = open_store(b);
	struct book_policy_domain p;
	bool found;
	must(book_policy_domain(s, sv_from(domain), &p, &found, &err), &err);
	assert_true(found);
	struct book_month m = { .domain_id = p.id,
				.month = month,
				.kind = kind,
				.reports = 2,
				.rows = 2,
				.messages = 10,
				.passed = 6 };
	must(store_begin(s, &err) && book_month_add(s, &m, &err) && store_commit(s, &err),
	     &err);
	store_close(&s);
}

/* Sums of months without details stand apart, and only whole months count. */
static void months_without_details(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_filter f = app_filter_all();
	struct app_tls t;
	int64_t month = date_month_of(TODAY) - 30;
	int64_t begin = date_from_civil(1970 + month / 12, (unsigned)(month % 12) + 1, 1);
	plant_some(b);
	plant_failure(b, "acme.example", "192.0.2.9", 2, 1);
	add_month(b, "acme.example", KIND_TLS, month);
	add_month(b, "acme.example", KIND_TLS, month + 1);
	add_month(b, "acme.example", KIND_FAILURE, month);
	t = show_tls(b, "acme.example", 0);
	assert_int_equal(t.earlier.reports, 4);
	assert_int_equal(t.earlier.messages, 20);
	assert_int_equal(t.earlier.passed, 12);
	assert_int_equal(t.earlier.first_month, month);
	assert_int_equal(t.earlier.last_month, month + 1);
	assert_int_equal(t.f.failed, 8);
	assert_int_equal(show_failures(b, "acme.example", 0).earlier.messages, 10);
	f.day_from = begin + 1;
	must(app_tls_show(&b->app, &f, SV("acme.example"), 0, b->arena, &t, &err), &err);
	assert_int_equal(t.earlier.reports, 2);
	f.day_from = begin;
	f.day_to = begin + 26;
	must(app_tls_show(&b->app, &f, SV("acme.example"), 0, b->arena, &t, &err), &err);
	assert_int_equal(t.earlier.reports, 0);
	assert_false(t.unreported);
}

static void fsck_looks_at_tls(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_fsck_options o = { .mend = true };
	struct app_fsck f;
	plant_some(b);
	must(app_fsck(&b->app, &o, &f, &err), &err);
	assert_true(app_fsck_is_sound(&f));
	struct store *s = open_store(b);
	must(store_begin(s, &err) && book_tls_remove(s, 1, &err) && store_commit(s, &err),
	     &err);
	store_close(&s);
	must(app_fsck(&b->app, &o, &f, &err), &err);
	assert_int_equal(f.tls_differ, 1);
	assert_true(app_fsck_sums_agree(&f));
	assert_false(app_fsck_is_sound(&f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tls_of_a_domain, begin, end),
		cmocka_unit_test_setup_teardown(tls_of_all, begin, end),
		cmocka_unit_test(tls_modes),
		cmocka_unit_test_setup_teardown(tls_stands_out, begin, end),
		cmocka_unit_test_setup_teardown(a_report_of_two_is_refused_by_both, begin,
						end),
		cmocka_unit_test_setup_teardown(failures_of_a_domain, begin, end),
		cmocka_unit_test_setup_teardown(failures_of_all, begin, end),
		cmocka_unit_test_setup_teardown(unassigned_shows_every_kind, begin, end),
		cmocka_unit_test_setup_teardown(months_without_details, begin, end),
		cmocka_unit_test_setup_teardown(fsck_looks_at_tls, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
