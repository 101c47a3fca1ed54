/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/tls_test.h"

/* Within a document of the tests: a report's begin, and a policy of one domain. */
#define META \
	"\"organization-name\":\"Reporter\",\"contact-info\":\"tls@reporter.example\"," \
	"\"report-id\":\"1\",\"date-range\":{\"start-datetime\":\"2026-11-24T00:00:" \
	"00Z\"," \
	"\"end-datetime\":\"2026-11-25T00:00:00Z\"}"
#define SAID_META \
	"2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z org=Reporter " \
	"contact=tls@reporter.example id=1\n"
#define POLICY \
	"\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\"," \
	"\"mode: " \
	"enforce\"],\"policy-domain\":\"example.com\",\"mx-host\":[\"mx.example.com\"]}"
#define SUMMARY(ok, failed) \
	"\"summary\":{\"total-successful-session-count\":" ok \
	",\"total-failure-session-count\":" failed "}"
#define SAID_POLICY \
	" domain=example.com lines=version: STSv1|mode: enforce mx=mx.example.com\n"

static const struct {
	const char *name, *json, *text, *repairs;
} cases[] = {
	{ "plain", "{" META ",\"policies\":[{" POLICY "," SUMMARY("3", "0") "}]}",
	  SAID_META "sts +3 -0" SAID_POLICY, "" },
};

static void test_cases(void **state)
{
	(void)state;
	struct reading r;
	reading_init(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_report(&r, sv_from(cases[i].json));
		if (!r.read)
			fail_msg("%s: %s", cases[i].name, r.reason);
		if (strcmp(buf_str(&r.text), cases[i].text) != 0 ||
		    strcmp(buf_str(&r.repairs), cases[i].repairs) != 0)
			fail_msg("%s:\n%s%s", cases[i].name, buf_str(&r.text),
				 buf_str(&r.repairs));
	}
	reading_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
