/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf.h"
#include "cli/show_test.h"

/* Answers about TLS reports and failure reports, with evil text wherever text can stand.
 */

static struct app_earlier some_months(void)
{
	return (struct app_earlier){ 2, 9, 4, 600, 604 };
}

static void tls(struct out *o)
{
	struct app_tls_day day[2] = { { 20000, 5, 0 }, { 20001, 0, 4 } };
	struct app_tls_policy policy[2] = {
		{ .domain = evil,
		  .type = evil,
		  .mode = "enforce",
		  .f = { 2, 5, 4 },
		  .policy = evil,
		  .mx = evil,
		  .what = "a policy",
		  .owner = "Do it" },
		{ .domain = evil,
		  .type = SV("no-policy-found"),
		  .mode = "",
		  .f = { 1, 1, 0 },
		  .what = "none",
		  .owner = "Publish one" },
	};
	struct app_tls_fault fault = { .domain = evil,
				       .type = evil,
				       .mx = evil,
				       .result = evil,
				       .reports = 1,
				       .sessions = 4,
				       .first_day = 20000,
				       .last_day = 20001,
				       .information = evil,
				       .reason = evil,
				       .what = "a failure",
				       .owner = "Ask",
				       .mend = "Mend it" };
	const struct app_tls_faults faults = { &fault, 1, 3 };
	struct app_tls_reporter reporter = { evil, { 2, 5, 4 }, 20001 };
	struct app_tls t = { .line = evil_line(true),
			     .f = { 2, 5, 4 },
			     .earlier = some_months(),
			     .seen = true,
			     .first_day = 20000,
			     .last_day = 20001,
			     .day = day,
			     .day_n = 2,
			     .policy = policy,
			     .policy_n = 2,
			     .result = faults,
			     .mx = faults,
			     .sending = faults,
			     .fault = faults,
			     .unexplained = 2,
			     .reporter = &reporter,
			     .reporter_n = 1,
			     .address = evil,
			     .records = some_records() };
	show_tls(o, &t);
	if (o->form != OUT_TEXT)
		return;
	t.unreported = true;
	show_tls(o, &t);
}

static void tls_domains(struct out *o)
{
	struct app_tls_line line = { .name = evil,
				     .client = evil,
				     .assigned = true,
				     .type = evil,
				     .mode = "",
				     .f = { 2, 5, 4 },
				     .result = evil,
				     .result_sessions = 4 };
	struct app_tls_list l = { .line = &line, .n = 1, .silent = 3 };
	show_tls_domains(o, &l, 0);
}

static struct app_failure_report evil_failure(void)
{
	return (struct app_failure_report){ .id = "0123456789ab",
					    .domain = evil,
					    .org = evil,
					    .has_time = true,
					    .feedback = "auth-failure",
					    .type = { "dmarc", "spf" },
					    .type_n = 2,
					    .dkim = { "failed", "fail", evil, evil },
					    .spf = { "unknown", NULL, evil, evil },
					    .header_from = evil,
					    .mail_from = evil,
					    .helo = evil,
					    .incidents = 1 };
}

static void failures(struct out *o)
{
	struct app_failure_word word = { "dmarc", "it failed", "Mend it.", 1, 2, 0, 0 };
	const struct app_failure_words words = { &word, 1 };
	struct app_failure_source source = { .reports = 1,
					     .type = { "spf" },
					     .type_n = 1 };
	struct app_failure_reporter reporter = { evil, 1, 2, 20000 };
	struct app_failure_report report = evil_failure();
	struct app_failure_reports f = { .line = evil_line(true),
					 .reports = 3,
					 .incidents = 2,
					 .earlier = some_months(),
					 .looked_at = 1,
					 .feedback = words,
					 .type = words,
					 .delivery = words,
					 .source = &source,
					 .source_n = 1,
					 .source_all = 2,
					 .reporter = &reporter,
					 .reporter_n = 1,
					 .report = &report,
					 .report_n = 1,
					 .address = evil,
					 .ruf = evil };
	show_failures(o, &f);
	if (o->form != OUT_TEXT)
		return;
	f.unreported = true;
	show_failures(o, &f);
}

static void failure_domains(struct out *o)
{
	struct app_failure_line line = { .name = evil, .client = evil, .type = "dmarc" };
	struct app_failure_list l = { &line, 1, 2, 1 };
	show_failure_domains(o, &l, 0);
}

static void kind_list(struct out *o, enum app_kind kind)
{
	struct app_report r = evil_report();
	r.which = kind;
	r.domains = kind == APP_KIND_TLS ? evil : SV("");
	struct report_list *l = show_reports_begin(o, kind, 2, evil);
	show_reports_next(l, &r);
	show_reports_end(&l, 0);
}

static void tls_list(struct out *o)
{
	kind_list(o, APP_KIND_TLS);
}

static void failure_list(struct out *o)
{
	kind_list(o, APP_KIND_FAILURE);
}

static void tls_report(struct out *o)
{
	const struct app_report_fault fault = { .result = evil,
						.mx = evil,
						.helo = evil,
						.information = evil,
						.reason = evil,
						.sessions = 4 };
	struct app_report_policy policy = { .domain = evil,
					    .type = evil,
					    .mode = "testing",
					    .policy = evil,
					    .mx = evil,
					    .succeeded = 5,
					    .failed = 4,
					    .fault = &fault,
					    .fault_n = 1 };
	struct app_report_detail d = { .report = evil_report(),
				       .meta = { .org = evil, .contact = evil },
				       .policy = &policy,
				       .policy_n = 1 };
	d.report.which = APP_KIND_TLS;
	struct report_rows *r = show_report_begin(o, &d, 1);
	show_report_end(&r);
}

static void failure_report(struct out *o)
{
	/* What it holds was checked when it was read: names and words only. */
	struct arf_report arf = { .feedback = ARF_FEEDBACK_AUTH_FAILURE,
				  .delivery = ARF_DELIVERY_REJECT,
				  .auth_failures = ARF_BIT(ARF_AUTH_DMARC),
				  .agent = ARF_AGENT_OTHER,
				  .agent_version = SV("1.0"),
				  .header_from = SV("a.example"),
				  .reported = { SV("a.example") },
				  .reported_n = 1,
				  .dkim_identity = SV("a.example"),
				  .spf_record = SV("a.example"),
				  .reporting_mta = SV("mx.a.example"),
				  .has_arrival = true,
				  .result = { { ARF_SPF, ARF_FAIL, ARF_SCOPE_HELO, true,
						SV("a.example"), SV("s1") } },
				  .result_n = 1 };
	struct app_report_detail d = { .report = evil_report(),
				       .arf = &arf,
				       .failure = evil_failure() };
	d.report.which = APP_KIND_FAILURE;
	struct report_rows *r = show_report_begin(o, &d, 1);
	show_report_end(&r);
}

static const struct answer answers[] = {
	{ tls, true },        { tls_domains, true },
	{ failures, true },   { failure_domains, true },
	{ tls_list, true },   { failure_list, true },
	{ tls_report, true }, { failure_report, true },
};

enum {
	ANSWERS = sizeof(answers) / sizeof(*answers)
};

static void text_is_harmless(void **state)
{
	(void)state;
	expect_harmless_text(answers, ANSWERS);
}

static void csv_is_harmless(void **state)
{
	(void)state;
	expect_harmless_csv(answers, ANSWERS);
}

static void json_is_harmless_and_described(void **state)
{
	(void)state;
	expect_described_json(answers, ANSWERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(csv_is_harmless),
		cmocka_unit_test(json_is_harmless_and_described),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
