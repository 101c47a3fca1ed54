/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/tls_test.h"

static const struct {
	struct sv head;
	bool is;
} cases[] = {
	{ SV_INIT("{\"organization-name\":\"x\",\"policies\":["), true },
	{ SV_INIT("{\n  \"policies\" : [ ],\r\n \"report-id\"\t:\"1\"}"), true },
	{ SV_INIT("\xef\xbb\xbf{\"report-id\":\"1\",\"policies\":null}"), true },
	{ SV_INIT("[{\"Report_ID\":\"1\",\"POLICIES\":{}}]"), true },
	{ SV_INIT("{\"date-range\":{\"start-datetime\":\"x\",\"end-datetime\":\"y\"},"
		  "\"policies\":"),
	  true },
	{ SV_INIT("{\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":"
		  "["),
	  true },
	{ SV_INIT("{\"policies\":[{\"failure-details\":[{\"result-type\":"), true },
	{ SV_INIT("{\"contact-info\":null,\"summary\":{\"total-failure-session-count\":"
		  "1"),
	  true },
	/* Cut in the middle of the second name, of the colon. */
	{ SV_INIT("{\"report-id\":\"1\",\"polici"), false },
	{ SV_INIT("{\"report-id\":\"1\",\"policies\""), false },
	/* Others have one of these. */
	{ SV_INIT("{\"report-id\":\"1\",\"organization-name\":\"x\",\"date-range\":{}}"),
	  false },
	{ SV_INIT("{\"policies\":[{\"policies\":1}],\"policy\":1,\"summary\":2}"),
	  false },
	{ SV_INIT("{\"text\":\"policies\",\"of\":[\"report-id\",\"policies\"]}"), false },
	{ SV_INIT("{\"xml_schema\":\"draft\",\"report_metadata\":{\"org_name\":\"x\","
		  "\"report_id\":\"1\"},\"policy_published\":{}}"),
	  false },
	{ SV_INIT("{}"), false },
	{ SV_INIT("\""), false },
	{ SV_INIT(""), false },
};

/* UTF-16 of ASCII. */
static struct sv widen(struct sv s, bool big, bool mark, char *out)
{
	size_t n = 0;
	if (mark) {
		out[n++] = big ? '\xfe' : '\xff';
		out[n++] = big ? '\xff' : '\xfe';
	}
	for (size_t i = 0; i < s.n; i++) {
		out[n++] = big ? '\0' : s.p[i];
		out[n++] = big ? s.p[i] : '\0';
	}
	return (struct sv){ out, n };
}

static void test_recognise(void **state)
{
	(void)state;
	char wide[1024];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv head = cases[i].head;
		if (tls_recognise(head) != cases[i].is)
			fail_msg("case %zu: %.*s", i, SV_ARG(head));
		if (head.n == 0 || head.p[0] != '{')
			continue;
		for (unsigned form = 0; form < 4; form++)
			if (tls_recognise(widen(head, form & 1, form & 2, wide)) !=
			    cases[i].is)
				fail_msg("case %zu in UTF-16, form %u", i, form);
	}
}

static void test_utf16(void **state)
{
	(void)state;
	static const char json[] =
		"{\"organization-name\":\"Reporter\",\"policies\":[{\"policy\":{"
		"\"policy-type\":\"sts\",\"policy-domain\":\"a.example\"},\"summary\":{"
		"\"total-successful-session-count\":1,"
		"\"total-failure-session-count\":0}}]}";
	static const char said[] = "? - ? org=Reporter\nsts +1 -0 domain=a.example\n";
	struct reading r;
	char wide[2 * sizeof(json) + 2];
	reading_init(&r);
	for (unsigned form = 0; form < 4; form++) {
		read_report(&r, widen(sv_from(json), form & 1, form & 2, wide));
		assert_true(r.read);
		assert_string_equal(buf_str(&r.text), said);
		assert_int_equal(r.report.repairs[0].code, REPAIR_JSON_ENCODING);
	}
	reading_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recognise),
		cmocka_unit_test(test_utf16),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
