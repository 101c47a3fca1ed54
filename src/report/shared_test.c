/* SPDX-License-Identifier: Apache-2.0 */
/* Real reports and reports with quirks, which the project does not ship. */
#include "report/report_test.h"

#define REAL "../shared/testdata/reports/real/"
#define QUIRKS "../shared/testdata/reports/quirks/parsedmarc/"

enum {
	PATH = 512
};

static struct sv json_text(const char *line, const char *key)
{
	char want[64];
	(void)snprintf(want, sizeof(want), "\"%s\": \"", key);
	const char *at = strstr(line, want);
	assert_non_null(at);
	at += strlen(want);
	return (struct sv){ at, strcspn(at, "\"") };
}

static unsigned long json_number(const char *line, const char *key)
{
	char want[64];
	(void)snprintf(want, sizeof(want), "\"%s\": ", key);
	const char *at = strstr(line, want);
	assert_non_null(at);
	return strtoul(at + strlen(want), NULL, 10);
}

static void check_figures(const struct reading *r, const char *line)
{
	struct sv path = json_text(line, "path");
	if (r->step != AGGREGATE_MORE)
		fail_msg("%.*s: %s", SV_ARG(path), r->reason);
	if (!r->result.complete || r->result.rows != json_number(line, "rows") ||
	    r->result.messages != json_number(line, "messages") ||
	    r->result.passed != json_number(line, "passed") ||
	    !sv_eq(r->result.meta.org, json_text(line, "org")) ||
	    !sv_eq(r->result.meta.domain, json_text(line, "domain")))
		fail_msg("%.*s:\n%s", SV_ARG(path), buf_str(&r->text));
}

/* Reads a file with both parsers; where both read it they must agree. */
static void read_both(const char *path, struct reading *one, struct reading *two,
		      struct aggregate_reader *a, struct aggregate_reader *b)
{
	size_t n;
	char *bytes = read_file(path, &n);
	assert_non_null(bytes);
	assert_true(aggregate_recognise((struct sv){ bytes, n < 4096 ? n : 4096 }));
	read_report(one, a, (struct sv){ bytes, n }, 4096);
	read_once(two, b, AGGREGATE_LENIENT, (struct sv){ bytes, n }, 1000);
	free(bytes);
	assert_string_equal(buf_str(&one->text), buf_str(&two->text));
	assert_string_equal(buf_str(&one->repairs), buf_str(&two->repairs));
}

static void test_real(void **state)
{
	(void)state;
	FILE *expected = fopen(REAL "EXPECTED.jsonl", "r");
	if (!expected) {
		print_message("skipped: no shared test data\n");
		skip();
	}
	struct reading one, two;
	reading_init(&one);
	reading_init(&two);
	struct aggregate_reader *a = reading_reader(&one), *b = reading_reader(&two);
	char line[4096], path[PATH];
	unsigned files = 0;
	while (fgets(line, sizeof(line), expected)) {
		struct sv name = json_text(line, "path");
		(void)snprintf(path, sizeof(path), REAL "%.*s", SV_ARG(name));
		read_both(path, &one, &two, a, b);
		check_figures(&one, line);
		check_figures(&two, line);
		files++;
	}
	assert_int_equal(files, 987);
	(void)fclose(expected);
	aggregate_free(&a);
	aggregate_free(&b);
	reading_deinit(&one);
	reading_deinit(&two);
}

static void test_quirks(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		unsigned rows, messages, passed;
		const char *repairs;
	} cases[] = {
		{ "aggregate/!example.com!1538204542!1538463818.xml", 1, 1, 0, "" },
		{ "aggregate/!large-example.com!1711897200!1711983600.xml", 2286, 2286, 0,
		  NULL },
		{ "aggregate/addisonfoods.com!example.com!1536105600!1536191999.xml", 1,
		  1, 0, "" },
		{ "aggregate/empty_reason.xml", 1, 2, 2, "" },
		{ "aggregate/example.net!example.com!1529366400!1529452799.xml", 1, 1, 0,
		  "text-stray @ policy_published = 11\n" },
		{ "aggregate/ikea.com!example.de!1538690400!1538776800.xml", 1, 1, 0,
		  "element-before = xs:schema\n" },
		{ "aggregate/invalid_utf_8.xml", 1, 1, 0, "encoding-bytes\n" },
		{ "aggregate/invalid_xml.xml", 1, 1, 0,
		  "bare-less-than @ report_metadata/email = <bad-xml@bad-xml.net>\n"
		  "bare-less-than @ record 1, identifiers/header_from = <xml.net\n" },
		{ "aggregate/old_draft_from_wiki.xml", 1, 2, 2, "" },
		{ "aggregate/"
		  "protection.outlook.com!example.com!1711756800!1711843200.xml",
		  1, 1, 0, "" },
		{ "aggregate/rfc9990-example.net!example.com!1700000000!1700086399.xml",
		  2, 7, 5, "" },
		{ "aggregate/rfc9990-sample.xml", 1, 123, 123, "" },
		{ "aggregate/usssa.com!example.com!1538784000!1538870399.xml", 2, 2, 0,
		  "" },
		{ "aggregate/veeam.com!example.com!1530133200!1530219600.xml", 1, 1, 0,
		  "" },
		{ "aggregate_invalid/report_with_upper_cased_pass.xml", 1, 1, 1, NULL },
		{ "extract_report/nice-input.xml", 20, 3047, 3047, NULL },
		{ "extract_report/changed-input.xml", 20, 3047, 3047, NULL },
	};
	struct reading one, two;
	reading_init(&one);
	reading_init(&two);
	struct aggregate_reader *a = reading_reader(&one), *b = reading_reader(&two);
	size_t n;
	char *there = read_file(QUIRKS "LICENSE", &n);
	if (!there) {
		print_message("skipped: no shared test data\n");
		skip();
	}
	free(there);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[PATH];
		(void)snprintf(path, sizeof(path), QUIRKS "%s", cases[i].path);
		read_both(path, &one, &two, a, b);
		if (one.step != AGGREGATE_MORE || one.result.rows != cases[i].rows ||
		    one.result.messages != cases[i].messages ||
		    one.result.passed != cases[i].passed)
			fail_msg("%s: %s\n%s", path, one.reason, buf_str(&one.text));
		if (cases[i].repairs)
			assert_string_equal(buf_str(&one.repairs), cases[i].repairs);
	}
	aggregate_free(&a);
	aggregate_free(&b);
	reading_deinit(&one);
	reading_deinit(&two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_quirks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
