/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_test.h"

static struct app_source a_source(void)
{
	struct app_source s = { .first_day = 20000, .last_day = 20001, .domains = 2 };
	addr_parse(SV("192.0.2.1"), &s.source);
	s.f = figures();
	return s;
}

/* --- each answer, with evil text wherever text can stand --- */

static void overview(struct out *o)
{
	struct app_domain_line d[2] = { evil_line(true), evil_line(false) };
	struct app_client_line c = { .name = evil, .domains = 1, .f = figures() };
	struct app_source s = a_source();
	struct app_finding n = { .f = { .client = evil, .domain = evil, .subject = evil },
				 .evidence = evil,
				 .remedy = evil };
	struct app_overview v = { .total = figures(),
				  .seen = true,
				  .unassigned_from = 1,
				  .domain = d,
				  .domain_n = 2,
				  .client = &c,
				  .client_n = 1,
				  .source = &s,
				  .source_n = 1,
				  .source_all = 2,
				  .finding = &n,
				  .finding_n = 1 };
	struct app_filter f = app_filter_all();
	f.client = evil;
	show_overview(o, &v, &f);
}

static void domain(struct out *o)
{
	struct app_day day[3] = { { 1, 5, 5 }, { 2, 0, 0 }, { 3, 9, 1 } };
	struct app_source s = a_source();
	struct app_reporter r = { evil, 1, 2, 1, 20000 };
	struct app_subdomain sub[2] = { { evil, figures() }, { evil, figures() } };
	struct app_failure why = { .cause = { { FAILURE_OTHER, evil, evil },
					      { FAILURE_FAILS, evil, evil } },
				   .text = evil,
				   .messages = 9,
				   .sources = 2,
				   .reason = { evil, evil },
				   .reason_n = 2 };
	struct app_domain d = {
		.line = evil_line(true),
		.failure = &why,
		.failure_n = 1,
		.policy = { .found = true, .p = evil, .org = evil, .report_id = evil },
		.day = day,
		.day_n = 3,
		.source = &s,
		.source_n = 1,
		.source_all = 9,
		.reporter = &r,
		.reporter_n = 1,
		.policy_domain = sub,
		.policy_domain_n = 2,
		.author = sub,
		.author_n = 2,
	};
	show_domain(o, &d);
}

static void reports(struct out *o)
{
	struct app_report r = evil_report();
	struct report_list *l = show_reports_begin(o, APP_KIND_AGGREGATE, 2, evil);
	show_reports_next(l, &r);
	show_reports_end(&l, 0);
}

static void report(struct out *o)
{
	struct report_extra extra = { evil, evil };
	struct report_reason reason = { evil, evil };
	struct report_auth auth = { evil, evil, evil, evil, evil };
	struct repair repair = { 1, 3, evil, evil };
	struct app_delivery v = { .status = "new",
				  .kind = "aggregate",
				  .path = evil,
				  .member = evil,
				  .by_mail = true,
				  .from = evil,
				  .dkim_domains = evil,
				  .auth_results = evil,
				  .message_id = evil,
				  .subject = evil,
				  .date = evil };
	struct app_report other = evil_report();
	struct app_report_detail d = {
		.report = evil_report(),
		.client = evil,
		.meta = { .org = evil, .contact = evil, .extra = &extra, .extra_n = 1 },
		.repair = &repair,
		.repair_n = 1,
		.delivery = &v,
		.delivery_n = 1,
		.conflict = &other,
		.conflict_n = 1,
	};
	struct app_row row = { .messages = 3,
			       .facet = { .disposition = evil,
					  .dkim = evil,
					  .spf = evil,
					  .reason = &reason,
					  .reason_n = 1,
					  .header_from = evil,
					  .envelope_from = evil,
					  .envelope_to = evil,
					  .auth_dkim = &auth,
					  .auth_dkim_n = 1,
					  .auth_spf = &auth,
					  .auth_spf_n = 1,
					  .extra = &extra,
					  .extra_n = 1,
					  .source_text = evil } };
	struct report_rows *r = show_report_begin(o, &d, 0);
	show_report_row(r, &row);
	show_report_end(&r);
}

static struct app_client evil_client(struct app_domain_line *d)
{
	return (struct app_client){ .name = evil,
				    .raw = evil,
				    .digest = evil,
				    .address = evil,
				    .domain = d,
				    .domain_n = 1,
				    .retired = 5 };
}

static void clients(struct out *o)
{
	struct app_domain_line d = evil_line(true);
	struct app_client c = evil_client(&d);
	show_clients(o, &c, 1);
}

static void client(struct out *o)
{
	struct app_domain_line d = evil_line(true);
	struct app_client c = evil_client(&d);
	show_client(o, &c);
}

static void unassigned(struct out *o)
{
	struct app_domain_line d = evil_line(false);
	show_unassigned(o, &d, 1, 0, false);
}

static void domains(struct out *o)
{
	struct app_domain_line d = evil_line(true);
	show_domains(o, &d, 1);
}

static void records(struct out *o)
{
	struct record_set set = some_records();
	show_records(o, &set);
}

/* --- these have no CSV --- */

static void domain_added(struct out *o)
{
	struct app_domain_added d = { .line = evil_line(true),
				      .out_of = evil,
				      .out_of_client = evil,
				      .address = evil,
				      .records = some_records() };
	show_domain_added(o, &d);
}

static void client_added(struct out *o)
{
	struct app_domain_added d = { .line = evil_line(true),
				      .address = evil,
				      .records = some_records() };
	struct app_client_added c = { .client = evil_client(NULL),
				      .domain = &d,
				      .domain_n = 1 };
	show_client_added(o, &c);
}

static void retired(struct out *o)
{
	struct app_domain_line d = evil_line(true);
	struct app_client c = evil_client(&d);
	show_domain_retired(o, &d);
	if (o->form == OUT_TEXT)
		show_client_retired(o, &c);
}

static void refused(struct out *o)
{
	show_refused(o, &(struct app_refusal){ evil, 2, 1, true, false });
}

static void fsck(struct out *o)
{
	struct app_fsck f = { .differ = 1, .tls_differ = 2 };
	(void)snprintf(f.first, sizeof(f.first), "%s", EVIL);
	show_fsck(o, &f);
}

static struct intake_outcome evil_outcome(void)
{
	return (struct intake_outcome){ .path = evil,
					.member = evil,
					.status = APP_STATUS_REFUSED,
					.org = evil,
					.report_id = evil,
					.domain = evil,
					.reason = evil };
}

static void outcome(struct out *o)
{
	struct intake_outcome v = evil_outcome();
	struct buf repairs;
	struct repair r = { 1, 2, SV("record 1"), evil };
	buf_init(&repairs, 1000);
	assert_true(repair_encode(&r, &repairs));
	v.repairs = buf_sv(&repairs);
	v.kind = APP_KIND_TLS;
	v.domains = evil;
	if (o->form == OUT_JSON) {
		show_outcome_json(o, &v);
	} else if (o->form == OUT_CSV) {
		struct grid *g = show_outcomes_begin(o);
		show_outcome_csv(g, &v);
		grid_end(&g);
	}
	buf_deinit(&repairs);
}

static void summary(struct out *o)
{
	struct intake_summary s = { .files = 1, .rows = -3, .seconds = 1.5 };
	if (o->form == OUT_JSON)
		show_summary_json(o, &s);
}

static void refusals(struct out *o)
{
	struct app_refused_item r = { .status = "refused",
				      .kind = "unknown",
				      .path = evil,
				      .member = evil,
				      .reason = evil,
				      .domain = evil,
				      .id = "0123456789ab",
				      .sha = "0123456789abcdef",
				      .size = 5,
				      .removed = 7 };
	struct refused_list *l = show_refused_begin(o, 2);
	show_refused_next(l, &r);
	show_refused_end(&l);
}

/* A report that counts no more was refused without a sentence. */
static void refusal_without_a_reason(void **state)
{
	struct app_refused_item r = { .status = "refused",
				      .kind = "aggregate",
				      .path = SV("a.xml"),
				      .id = "0123",
				      .size = 5,
				      .kept = true };
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	struct refused_list *l = show_refused_begin(&o, 1);
	show_refused_next(l, &r);
	show_refused_end(&l);
	assert_non_null(strstr(buf_str(&o.b), "a.xml, report 0123: no reason is kept (5 "
					      "B, kept)\n"));
	out_deinit(&o);
}

static void settings(struct out *o)
{
	struct arena *a = arena_new();
	struct settings s;
	settings_init(&s, a);
	settings_apply(&s, SETTING_DB, EVIL, "here");
	show_settings(o, &s);
	arena_free(&a);
}

static void settings_check(struct out *o)
{
	struct arena *a = arena_new();
	struct settings s;
	settings_init(&s, a);
	settings_apply(&s, SETTING_JOBS, EVIL, "here");
	show_settings_check(o, &s);
	arena_free(&a);
}

static const struct answer answers[] = {
	{ overview, true },      { domain, true },        { reports, true },
	{ report, true },        { clients, true },       { client, true },
	{ unassigned, true },    { domains, true },       { records, true },
	{ domain_added, false }, { client_added, false }, { retired, false },
	{ refused, false },      { fsck, false },         { outcome, true },
	{ summary, false },      { settings, true },      { settings_check, false },
	{ refusals, true },
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

static void outcome_has_every_key(void **state)
{
	static const char want[] =
		"{\"path\":\"a\",\"member\":\"mail 1/part 2\",\"kind\":\"aggregate\","
		"\"status\":\"new\",\"id\":\"0123\",\"org\":\"o\",\"report_id\":\"r\","
		"\"domain\":\"d\",\"begin\":5,\"end\":null,\"rows\":1,\"messages\":2,"
		"\"passed\":3,\"repairs\":[],\"reason\":null,\"unscanned\":null}\n";
	struct intake_outcome v = { .path = SV("a"),
				    .member = SV("mail 1/part 2"),
				    .kind = 1,
				    .status = APP_STATUS_NEW,
				    .id = SV("0123"),
				    .org = SV("o"),
				    .report_id = SV("r"),
				    .domain = SV("d"),
				    .has_begin = true,
				    .begin = 5,
				    .rows = 1,
				    .messages = 2,
				    .passed = 3 };
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_JSON);
	show_outcome_json(&o, &v);
	assert_string_equal(buf_str(&o.b), want);
	out_deinit(&o);
}

static void summary_has_every_key(void **state)
{
	static const char want[] =
		"{\"summary\":{\"files\":1,\"reports\":2,\"new\":3,\"duplicate\":4,"
		"\"superseded\":5,\"conflict\":6,\"refused\":7,\"aside\":8,"
		"\"repaired\":9,\"rows\":-1,\"messages\":-2,\"passed\":0,"
		"\"seconds\":1.250}}\n";
	struct intake_summary s = { 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, 0, 1.25, false };
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_JSON);
	show_summary_json(&o, &s);
	assert_string_equal(buf_str(&o.b), want);
	out_deinit(&o);
}

static void null_reports_have_no_share(void **state)
{
	struct app_report r = evil_report();
	struct out o;
	(void)state;
	r.org = r.domain = SV("x");
	r.messages = r.passed = 0;
	out_init(&o, -1, OUT_TEXT);
	struct report_list *l = show_reports_begin(&o, APP_KIND_AGGREGATE, 1, SV("x"));
	show_reports_next(l, &r);
	show_reports_end(&l, 0);
	assert_null(strchr(buf_str(&o.b), '%'));
	assert_non_null(strstr(buf_str(&o.b), "0123456789ab"));
	out_deinit(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(csv_is_harmless),
		cmocka_unit_test(json_is_harmless_and_described),
		cmocka_unit_test(refusal_without_a_reason),
		cmocka_unit_test(outcome_has_every_key),
		cmocka_unit_test(summary_has_every_key),
		cmocka_unit_test(null_reports_have_no_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
