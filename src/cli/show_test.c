/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include "arf/arf.h"
#include "base/arena.h"
#include "cli/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What an evil report might say: escape sequences, a line's end, a change of direction, a
 * formula, markup, quotes, bytes that are no UTF-8. */
#define EVIL \
	"=cmd|' /C " \
	"calc'!A0\x1b]0;pwned\x07\x1b[2J\r\n\xe2\x80\xae\xe2\x80\x8b<b>\"\\\xff" \
	"\xc2\x9b\xe2\x80\xac"

static const struct sv evil = { EVIL, sizeof(EVIL) - 1 };

static struct app_figures figures(void)
{
	return (struct app_figures){ 12, 34, 1234567, 1200000 };
}

static struct app_domain_line evil_line(bool assigned)
{
	return (struct app_domain_line){ .name = evil,
					 .client = assigned ? evil : SV(""),
					 .assigned = assigned,
					 .seen = true,
					 .first_day = 20000,
					 .last_day = 20010,
					 .refused = !assigned,
					 .f = figures() };
}

static struct app_source a_source(void)
{
	struct app_source s = { .first_day = 20000, .last_day = 20001, .domains = 2 };
	addr_parse(SV("192.0.2.1"), &s.source);
	s.f = figures();
	return s;
}

static struct app_report evil_report(void)
{
	return (struct app_report){ .id = "0123456789ab",
				    .sha = "0123456789abcdef",
				    .kind = "aggregate",
				    .which = APP_KIND_AGGREGATE,
				    .org = evil,
				    .email = evil,
				    .report_id = evil,
				    .domain = evil,
				    .complete = true,
				    .rows = 1,
				    .messages = 2,
				    .passed = 1,
				    .days = 2 };
}

static struct record_set some_records(void)
{
	return (struct record_set){
		.n = 1,
		.record = { { RECORD_TXT, SV("_dmarc.a.example"), SV("v=DMARC1; p=none"),
			      SV("a.example"), "asks for reports", false } },
	};
}

/* --- each answer, with evil text wherever text can stand --- */

static void overview(struct out *o)
{
	struct app_domain_line d[2] = { evil_line(true), evil_line(false) };
	struct app_client_line c = { .name = evil, .domains = 1, .f = figures() };
	struct app_source s = a_source();
	struct app_note n = { .kind = APP_NOTE_SPIKE, .domain = evil, .text = evil };
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
				  .note = &n,
				  .note_n = 1 };
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
	show_unassigned(o, &d, 1, 0);
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

/* --- of the other kinds --- */

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
	struct app_tls_list l = { &line, 1, 3 };
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

/* --- these have no CSV --- */

static void domain_added(struct out *o)
{
	struct app_domain_added d = { .line = evil_line(true),
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

static const struct {
	void (*show)(struct out *o);
	bool csv;
} answers[] = {
	{ overview, true },      { domain, true },
	{ reports, true },       { report, true },
	{ clients, true },       { client, true },
	{ tls, true },           { tls_domains, true },
	{ failures, true },      { failure_domains, true },
	{ tls_list, true },      { failure_list, true },
	{ tls_report, true },    { failure_report, true },
	{ unassigned, true },    { domains, true },
	{ records, true },       { domain_added, false },
	{ client_added, false }, { retired, false },
	{ refused, false },      { fsck, false },
	{ outcome, true },       { summary, false },
	{ settings, true },      { settings_check, false },
};

enum {
	ANSWERS = sizeof(answers) / sizeof(*answers)
};

static void expect_harmless(const struct out *o)
{
	static const char override[] = { '\xe2', '\x80', '\xae', '\0' };
	static const char *const hidden[] = { override, "\xe2\x80\x8b", "\xc2\x9b",
					      "\xff" };
	const char *text = buf_str(&o->b);
	assert_int_equal(strlen(text), o->b.n);
	for (const char *p = text; *p; p++)
		if (((uint8_t)*p < 0x20 && *p != '\n') || *p == 0x7f)
			fail_msg("a control character in: %s", text);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		assert_null(strstr(text, hidden[i]));
}

static void text_is_harmless(void **state)
{
	static const unsigned widths[] = { 0, 80, 20 };
	(void)state;
	for (size_t i = 0; i < ANSWERS; i++)
		for (size_t w = 0; w < 3; w++) {
			struct out o;
			out_init(&o, -1, OUT_TEXT);
			o.width = widths[w];
			answers[i].show(&o);
			expect_harmless(&o);
			out_deinit(&o);
		}
}

static void csv_is_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < ANSWERS; i++) {
		struct out o;
		if (!answers[i].csv)
			continue;
		out_init(&o, -1, OUT_CSV);
		answers[i].show(&o);
		expect_harmless(&o);
		const char *text = buf_str(&o.b);
		for (const char *p = text; *p; p++)
			if (*p == '=' && (p == text || strchr(",\n\"", p[-1])))
				fail_msg("a formula in: %s", text);
		out_deinit(&o);
	}
}

/* Keys of the JSON in `text` that the page does not name in backquotes. */
static void expect_named(const char *text, const char *page)
{
	for (const char *p = strstr(text, "\":"); p; p = strstr(p + 1, "\":")) {
		const char *begin = p;
		char key[64];
		while (begin > text && begin[-1] != '"')
			begin--;
		(void)snprintf(key, sizeof(key), "`%.*s`", (int)(p - begin), begin);
		if (!strstr(page, key))
			fail_msg("docs/json.md does not name %s", key);
	}
}

static char *read_page(void)
{
	FILE *f = fopen("docs/json.md", "r");
	char *page = calloc(1, 65536);
	assert_non_null(f);
	assert_non_null(page);
	assert_true(fread(page, 1, 65535, f) > 0);
	fclose(f);
	return page;
}

static void json_is_harmless_and_described(void **state)
{
	char *page = read_page();
	(void)state;
	for (size_t i = 0; i < ANSWERS; i++) {
		struct out o;
		out_init(&o, -1, OUT_JSON);
		answers[i].show(&o);
		expect_harmless(&o);
		const char *text = buf_str(&o.b);
		assert_int_equal(text[0], '{');
		assert_string_equal(text + strlen(text) - 2, "}\n");
		assert_null(memchr(text, '\n', strlen(text) - 1));
		expect_named(text, page);
		out_deinit(&o);
	}
	free(page);
}

static void outcome_has_every_key(void **state)
{
	static const char want[] =
		"{\"path\":\"a\",\"member\":\"mail 1/part 2\",\"kind\":\"aggregate\","
		"\"status\":\"new\",\"id\":\"0123\",\"org\":\"o\",\"report_id\":\"r\","
		"\"domain\":\"d\",\"begin\":5,\"end\":null,\"rows\":1,\"messages\":2,"
		"\"passed\":3,\"repairs\":[],\"reason\":null}\n";
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
		cmocka_unit_test(outcome_has_every_key),
		cmocka_unit_test(summary_has_every_key),
		cmocka_unit_test(null_reports_have_no_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
