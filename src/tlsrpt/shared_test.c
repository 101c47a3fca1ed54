/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of others, which the project does not ship. */
#include "tlsrpt/tls_test.h"

#define SHARED "../shared/testdata/reports/quirks/parsedmarc/smtp_tls/"

enum {
	MOST = 64 * 1024
};

static const struct {
	const char *path, *text, *repairs;
} cases[] = {
	{ SHARED "rfc8460.json",
	  "2016-04-01T00:00:00Z - 2016-04-01T23:59:59Z org=Company-X "
	  "contact=sts-reporting@company-x.example "
	  "id=5065427c-23d3-47ca-b6e0-946ea0e8c4be\n"
	  "sts +5326 -303 domain=company-y.example lines=version: STSv1|mode: testing|"
	  "mx: *.mail.company-y.example|max_age: 86400 mx=*.mail.company-y.example\n"
	  "  certificate-expired x100 from=2001:db8:abcd:12::1 "
	  "mx=mx1.mail.company-y.example\n"
	  "  starttls-not-supported x200 from=2001:db8:abcd:13::1 to=203.0.113.56 "
	  "mx=mx2.mail.company-y.example info=https://reports.company-x.example/"
	  "report_info?id=5065427c-23d3#StarttlsNotSupported\n"
	  "  validation-failure x3 from=198.51.100.62 to=203.0.113.58 "
	  "mx=mx-backup.mail.company-y.example "
	  "reason=X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED\n",
	  "" },
	{ SHARED "smtp_tls.json",
	  "2024-01-09T00:00:00Z - 2024-01-09T23:59:59Z org=Example Inc. "
	  "contact=smtp-tls-reporting@example.com id=2024-01-09T00:00:00Z_example.com\n"
	  "sts +0 -3 domain=example.com lines=version: STSv1|mode: testing|mx: "
	  "example.com|max_age: 86400\n"
	  "  validation-failure x2 from=209.85.222.201 to=173.212.201.41 mx=example.com\n"
	  "  validation-failure x1 from=209.85.208.176 to=173.212.201.41 "
	  "mx=example.com\n",
	  "" },
	{ SHARED "mail.ru.json",
	  "2024-02-22T00:00:00Z - 2024-02-23T00:00:00Z org=Mail.ru "
	  "contact=tls_support@corp.mail.ru "
	  "id=b28254de-7b2e-be36-bb5c-4c3b92da8b25@mail.ru\n"
	  "sts +0 -1 domain=example.com\n"
	  "  sts-policy-fetch-error x1 reason=bad https response code: 404\n"
	  "  sts-policy-fetch-error x1 reason=bad https response code: 500\n",
	  "details-differ @ policy 1, failure-details = summary 1, details 2\n" },
};

static void test_shared(void **state)
{
	(void)state;
	struct reading r;
	reading_init(&r);
	char *json = heap_array(MOST, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *f = fopen(cases[i].path, "rb");
		if (!f) {
			print_message("skipped: no shared test data\n");
			free(json);
			reading_deinit(&r);
			skip();
		}
		struct sv bytes = { json, fread(json, 1, MOST, f) };
		(void)fclose(f);
		assert_true(bytes.n > 0 && bytes.n < MOST);
		assert_true(tls_recognise(sv_sub(bytes, 0, 4096)));
		read_report(&r, bytes);
		assert_true(r.read);
		assert_string_equal(buf_str(&r.text), cases[i].text);
		assert_string_equal(buf_str(&r.repairs), cases[i].repairs);
	}
	free(json);
	reading_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
