/* SPDX-License-Identifier: Apache-2.0 */
/* Failure reports of other projects, which this one does not ship. */
#include "arf/arf_test.h"

#define FAILURES "../shared/testdata/reports/quirks/parsedmarc/failure/"

static char *read_file(const char *name, size_t *out_n)
{
	char path[512];
	(void)snprintf(path, sizeof(path), FAILURES "%s", name);
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	char *bytes = calloc(1, 1 << 20);
	assert_non_null(bytes);
	*out_n = fread(bytes, 1, 1 << 20, f);
	assert_int_equal(fclose(f), 0);
	return bytes;
}

static const char linkedin[] = "type auth-failure\n"
			       "auth dmarc\n"
			       "delivery delivered\n"
			       "domain example.com\n"
			       "reported example.com\n"
			       "from example.com\n"
			       "mailfrom <>\n"
			       "helo mail02.someserver.com\n"
			       "reporter linkedin.com\n"
			       "source 10.10.10.10\n"
			       "arrival 2019-04-30T02:09:00Z\n"
			       "agent Lua\n"
			       "version 1.0\n"
			       "dmarc=fail example.com\n"
			       "sample spf=neutral helo mail02.someserver.com\n"
			       "sample dkim=none\n";

static const struct {
	const char *file, *report, *repairs;
} cases[] = {
	{ "DMARC Failure Report for domain.de (mail-from=sharepoint@domain.de, "
	  "ip=10.10.10.10).eml",
	  "type auth-failure\n"
	  "auth dmarc\n"
	  "delivery other\n"
	  "domain domain.de\n"
	  "reported domain.de\n"
	  "from domain.de\n"
	  "mailfrom domain.de\n"
	  "reporter domain.de\n"
	  "source 10.10.10.10\n"
	  "arrival 2018-10-01T09:20:27Z\n"
	  "agent Lua\n"
	  "version 1.0\n"
	  "dmarc=fail domain.de\n",
	  "failure-delivery @ Delivery-Result\n" },
	{ "[Netease DMARC Failure Report] Rent Reminder.eml",
	  "type auth-failure\n"
	  "delivery delivered\n"
	  "alignment spf dkim\n"
	  "domain cardinal.com\n"
	  "reported cardinal.com\n"
	  "from cardinal.com\n"
	  "d entrata.com\n"
	  "mailfrom email.entrata.com\n"
	  "reporter 163.com\n"
	  "source 167.89.69.24\n"
	  "arrival 2018-09-28T08:48:42Z\n"
	  "agent NtesDmarcReporter\n"
	  "version 1.0\n"
	  "dkim=pass entrata.com\n"
	  "spf=pass mailfrom email.entrata.com\n",
	  "failure-encoded\n"
	  "failure-missing @ Auth-Failure\n" },
	{ "dmarc_ruf_report_linkedin.eml", linkedin, "" },
	{ "dmarc_ruf_report_linkedin.crlf.eml", linkedin, "" },
	{ "exim_plain_text_only_no_arf_part.eml",
	  "type auth-failure\n"
	  "auth dmarc\n"
	  "delivery delivered\n"
	  "aligned spf=no dkim=no\n"
	  "domain example.com\n"
	  "reported example.com\n"
	  "from example.com\n"
	  "reporter node01.mailgate.example.net\n"
	  "source 203.0.113.68\n"
	  "arrival 2025-04-07T21:16:09Z\n"
	  "sample spf=softfail mailfrom example.com\n"
	  "sample dmarc=none example.com\n"
	  "sentences\n",
	  "failure-sentences\n" },
};

static void test_samples(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct arf_report r;
	struct buf b;
	char reason[LIMIT_REASON + 1];
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t n;
		char *bytes = read_file(cases[i].file, &n);
		if (!bytes)
			skip();
		if (!arf_read((struct sv){ bytes, n }, a, &r, reason))
			fail_msg("%s: %s", cases[i].file, reason);
		buf_clear(&b);
		show_report(&b, &r);
		assert_string_equal(buf_str(&b), cases[i].report);
		buf_clear(&b);
		show_repairs(&b, &r);
		assert_string_equal(buf_str(&b), cases[i].repairs);
		check_codec(&r);
		free(bytes);
	}
	buf_deinit(&b);
	arena_free(&a);
}

/* The same report with other line ends is the same report. */
static void test_identity(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct arf_report one, two;
	char reason[LIMIT_REASON + 1];
	size_t n, m;
	char *lf = read_file("dmarc_ruf_report_linkedin.eml", &n);
	char *crlf = read_file("dmarc_ruf_report_linkedin.crlf.eml", &m);
	if (!lf || !crlf)
		skip();
	assert_true(arf_read((struct sv){ lf, n }, a, &one, reason));
	assert_true(arf_read((struct sv){ crlf, m }, a, &two, reason));
	assert_int_equal(one.identity_n, 3);
	assert_int_equal(two.identity_n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(sv_eq(one.identity[i], two.identity[i]));
	free(lf);
	free(crlf);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples),
					    cmocka_unit_test(test_identity) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
