/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/tls_test.h"

#include "tlsrpt/read_int.h"

static void test_times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum tls_time_form form;
		const char *said;
	} cases[] = {
		{ "2026-11-24T00:00:00Z", TLS_TIME_RFC, "2026-11-24T00:00:00Z" },
		{ "2026-11-24t01:02:03z", TLS_TIME_RFC, "2026-11-24T01:02:03Z" },
		{ "2026-11-24T23:59:60Z", TLS_TIME_RFC, "2026-11-25T00:00:00Z" },
		{ "2026-11-24T24:00:00Z", TLS_TIME_RFC, "2026-11-25T00:00:00Z" },
		{ "2026-11-24T01:02:03.999999Z", TLS_TIME_RFC, "2026-11-24T01:02:03Z" },
		{ "2026-11-24T01:02:03+02:30", TLS_TIME_RFC, "2026-11-23T22:32:03Z" },
		{ "2026-11-24T01:02:03.5-00:30", TLS_TIME_RFC, "2026-11-24T01:32:03Z" },
		{ "1970-01-01T00:00:00Z", TLS_TIME_RFC, "1970-01-01T00:00:00Z" },
		{ "9999-12-31T23:59:59Z", TLS_TIME_RFC, "9999-12-31T23:59:59Z" },
		{ "2026-11-24T01:02:03", TLS_TIME_NO_ZONE, "2026-11-24T01:02:03Z" },
		{ "2026-11-24 01:02:03", TLS_TIME_NO_ZONE, "2026-11-24T01:02:03Z" },
		{ "2026-11-24T01:02:03.25", TLS_TIME_NO_ZONE, "2026-11-24T01:02:03Z" },
		{ "2026-11-24 01:02:03Z", TLS_TIME_OTHER, "2026-11-24T01:02:03Z" },
		{ "2026-11-24T01:02Z", TLS_TIME_OTHER, "2026-11-24T01:02:00Z" },
		{ "2026-11-24T01:02:03,5Z", TLS_TIME_OTHER, "2026-11-24T01:02:03Z" },
		{ "2026-11-24T01:02:03 +0100", TLS_TIME_OTHER, "2026-11-24T00:02:03Z" },
		{ "2026-11-24T01:02:03+01", TLS_TIME_OTHER, "2026-11-24T00:02:03Z" },
		{ "2026-11-24 01:02:03 UTC", TLS_TIME_OTHER, "2026-11-24T01:02:03Z" },
		{ "2026-11-24 01:02:03 +0000 UTC", TLS_TIME_OTHER,
		  "2026-11-24T01:02:03Z" },
		{ "2026-11-24", TLS_TIME_OTHER, "2026-11-24T00:00:00Z" },
		{ " 1795478400\n", TLS_TIME_OTHER, "2026-11-24T00:00:00Z" },
		{ "", TLS_TIME_NONE, NULL },
		{ "yesterday", TLS_TIME_NONE, NULL },
		{ "2026-02-30T00:00:00Z", TLS_TIME_NONE, NULL },
		{ "2026-11-24T24:00:01Z", TLS_TIME_NONE, NULL },
		{ "2026-11-24T25:00:00Z", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:60:00Z", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:61Z", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:00ZZ", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:00.Z", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:00 CET", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:00+24:00", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:00+01:60", TLS_TIME_NONE, NULL },
		{ "2026-11-24T00:00:00+01:00 CET", TLS_TIME_NONE, NULL },
		{ "2026-11-24T", TLS_TIME_NONE, NULL },
		{ "2026-11-24X00:00:00Z", TLS_TIME_NONE, NULL },
		{ "0001-01-01T00:00:00Z", TLS_TIME_NONE, NULL },
		{ "1970-01-01T00:00:00+00:01", TLS_TIME_NONE, NULL },
		{ "179547840000", TLS_TIME_NONE, NULL },
		{ "-1", TLS_TIME_NONE, NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t t = 0;
		char said[DATE_TEXT];
		struct sv text = sv_from(cases[i].text);
		enum tls_time_form form = tls_time_parse(text, &t);
		if (form != cases[i].form ||
		    (form && strcmp(date_format_time(t, said), cases[i].said) != 0))
			fail_msg("\"%s\": %d %s", cases[i].text, (int)form,
				 form ? said : "");
		/* Cut anywhere, it is another time or none; in memory of its own. */
		for (size_t n = 0; n < text.n; n++) {
			char *cut = heap_array(n ? n : 1, 1);
			memcpy(cut, text.p, n);
			if (tls_time_parse((struct sv){ cut, n }, &t))
				assert_true(t >= 0);
			free(cut);
		}
	}
}

/* As a report says them. */
static void test_windows(void **state)
{
	(void)state;
	static const struct {
		const char *begin, *end, *said, *repairs;
	} cases[] = {
		{ "\"2026-11-24T00:00:00\"", "\"2026-11-24T23:59:59\"",
		  "2026-11-24T00:00:00Z - 2026-11-24T23:59:59Z",
		  "date-zone @ start-datetime = 2026-11-24T00:00:00\n"
		  "date-zone @ end-datetime = 2026-11-24T23:59:59\n" },
		{ "\"2026-11-24\"", "1795564800",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z",
		  "date-form @ start-datetime = 2026-11-24\n"
		  "date-form @ end-datetime = 1795564800\n" },
		{ "\"2026-11-24T00:00:00Z\"", "\"soon\"", "2026-11-24T00:00:00Z - ?",
		  "date-unreadable @ end-datetime = soon\n" },
		{ "null", "\"\"", "? - ?",
		  "time-missing @ start-datetime\n"
		  "time-missing @ end-datetime\n" },
		{ "\"2026-11-25T00:00:00Z\"", "\"2026-11-24T00:00:00Z\"",
		  "2026-11-25T00:00:00Z - 2026-11-24T00:00:00Z", "" },
	};
	struct reading r;
	reading_init(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char json[512], said[512];
		(void)snprintf(json, sizeof(json),
			       "{\"report-id\":\"1\",\"policies\":[{\"policy\":{"
			       "\"policy-type\":\"sts\",\"policy-domain\":\"a.example\"},"
			       "\"summary\":{\"total-successful-session-count\":1,"
			       "\"total-failure-session-count\":0}}],\"date-range\":{"
			       "\"start-datetime\":%s,\"end-datetime\":%s}}",
			       cases[i].begin, cases[i].end);
		(void)snprintf(said, sizeof(said),
			       "%s id=1\nsts +1 -0 domain=a.example\n", cases[i].said);
		read_report(&r, sv_from(json));
		assert_true(r.read);
		assert_string_equal(buf_str(&r.text), said);
		assert_string_equal(buf_str(&r.repairs), cases[i].repairs);
	}
	reading_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_windows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
