/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused, why, and what lies just before it. */
#include "tlsrpt/tls_test.h"

#define META "{\"organization-name\":\"Reporter\",\"policies\":"
#define NO_JSON "the report is not well-formed JSON: "
#define EARLY "the report ends early: its JSON is cut off after "
#define NOTHING \
	"a TLS report that says nothing: no organization, no report id and no policy"
#define SEVERAL \
	"more than one report in one document: another JSON value stands behind the " \
	"first"

static void test_reasons(void **state)
{
	(void)state;
	static const struct {
		struct sv json;
		const char *reason;
	} cases[] = {
		{ SV_INIT(""), "no JSON object: the data is empty" },
		{ SV_INIT("hello\033!"),
		  "no JSON object: the data begins with \"hello\\x1b!\"" },
		{ SV_INIT("\xc3\xa4\xc3\xb6\xc3\xbc "
			  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			  "\xc3\xa4\xc3\xb6\xc3\xbc"),
		  "no JSON object: the data begins with \"\xc3\xa4\xc3\xb6\xc3\xbc "
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa4\xc3\xb6"
		  "\"" },
		{ SV_INIT("{"), EARLY "1 bytes" },
		{ SV_INIT(META "[{\"policy\":{\"policy-type\":\"st"), EARLY "72 bytes" },
		{ SV_INIT(META "[]"), EARLY "45 bytes" },
		{ SV_INIT(META "[}"), NO_JSON "unexpected token near '}', at byte 45" },
		{ SV_INIT(META "[]\"report-id\":1}"),
		  NO_JSON "'}' expected near '\"report-id\"', at byte 56" },
		{ SV_INIT(META "\"\033\"\033}"),
		  NO_JSON "'}' expected near '\\x1b', at byte 47" },
		{ SV_INIT(META "01}"), NO_JSON "invalid token near '0', at byte 44" },
		{ SV_INIT(META "1e999}"),
		  NO_JSON "real number overflow near '1e999', at byte 48" },
		{ SV_INIT("{'organization-name':'x'}"),
		  NO_JSON "string or '}' expected near ''', at byte 2" },
		{ SV_INIT("{}"), NOTHING },
		{ SV_INIT("[]"), "a JSON list without a report" },
		{ SV_INIT("[null]"), "a JSON list without a report" },
		{ SV_INIT("[[{}]]"), "a JSON list without a report" },
		{ SV_INIT("[{},{}]"), "a list of 2 reports in one document" },
		{ SV_INIT("{\"report-id\":\" \",\"organization-name\":null,"
			  "\"policies\":[null]}"),
		  NOTHING },
		{ SV_INIT("{\"date-range\":{},\"contact-info\":\"a@b.example\"}"),
		  NOTHING },
		{ SV_INIT(META "[]}" META "[]}"), SEVERAL },
		{ SV_INIT(META "[]}\0\n["), SEVERAL },
	};
	struct reading r;
	reading_init(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_report(&r, cases[i].json);
		assert_string_equal(r.reason, cases[i].reason);
		assert_false(r.read);
		assert_int_equal(r.report.policies_n, 0);
		assert_null(r.report.meta.org.p);
	}
	/* Zeros behind a report are padding. */
	read_report(&r, SV(META "[{}]}\0\0\n\0"));
	assert_true(r.read);
	assert_int_equal(r.report.repairs[0].code, REPAIR_TEXT_AFTER);
	reading_deinit(&r);
}

/* `begin`, `n` times `each` with commas between, `end`. */
static struct sv repeat(struct buf *b, const char *begin, const char *each, size_t n,
			const char *end)
{
	buf_clear(b);
	buf_add_str(b, begin);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(b, i ? "," : "");
		buf_add_str(b, each);
	}
	buf_add_str(b, end);
	assert_false(b->over);
	return buf_sv(b);
}

/* `n` of a character. */
static void fill(struct buf *b, char c, size_t n)
{
	while (n--)
		buf_add_char(b, c);
}

struct limit {
	const char *begin, *each, *end;
	size_t most; /* of `each` */
	const char *reason;
};

/* What meets a limit exactly is read, one more is refused. */
static void check_limit(struct reading *r, struct buf *b, const struct limit *l)
{
	read_report(r, repeat(b, l->begin, l->each, l->most, l->end));
	if (!r->read)
		fail_msg("%s", r->reason);
	read_report(r, repeat(b, l->begin, l->each, l->most + 1, l->end));
	assert_string_equal(r->reason, l->reason);
}

#define STRINGS META "[{},{\"policy\":{\"policy-string\":["
#define MX META "[{\"policy\":{\"mx-host\":["

static void test_numbers(void **state)
{
	(void)state;
	static const struct limit limits[] = {
		{ META "[", "{}", "]}", LIMIT_TLS_POLICIES,
		  "the report has more than 10000 policies, the most that is read" },
		{ META "[{},{\"failure-details\":[{}]},{\"failure-details\":[", "{}",
		  "]}]}", LIMIT_TLS_FAILURES - 1,
		  "the report has more than 100000 failure details, the most that is "
		  "read" },
		{ STRINGS, "\"a\"", "]}}]}", LIMIT_TLS_LINES,
		  "policy 2 has more than 1000 entries in its policy-string, the most "
		  "that is read" },
		{ MX, "[\"a\"]", "]}}]}", LIMIT_TLS_LINES,
		  "policy 1 has more than 1000 entries in its mx-host, the most that is "
		  "read" },
	};
	struct reading r;
	struct buf b;
	if (LIMIT_TLS_REPORT < LIMIT_MIB) {
		print_message("skipped: with small caps the bytes end first\n");
		skip();
	}
	reading_init(&r);
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		check_limit(&r, &b, &limits[i]);
	reading_deinit(&r);
	buf_deinit(&b);
}

static void read_long(struct reading *r, struct buf *b, const char *begin, size_t n,
		      const char *end)
{
	buf_clear(b);
	buf_add_str(b, begin);
	fill(b, 'a', n);
	buf_add_str(b, end);
	read_report(r, buf_sv(b));
}

static void test_lengths(void **state)
{
	(void)state;
	static const struct {
		const char *begin, *end, *reason;
	} cases[] = {
		{ "{\"report-id\":\"", "\"}",
		  "report-id is longer than 4096 bytes, the most that is read" },
		{ META "[{\"failure-details\":[{},{\"failure-reason-code\":\"", "\"}]}]}",
		  "policy 1, failure 2, failure-reason-code is longer than 4096 bytes, "
		  "the most that is read" },
		{ META "[{},{\"policy\":{\"policy-string\":[\"\",\"", "\"]}}]}",
		  "policy 2, policy-string is longer than 4096 bytes, the most that is "
		  "read" },
		{ META "[],\"x\":{\"y\":\"", "\"}}",
		  "x/y is longer than 4096 bytes, the most that is read" },
		{ META "[],\"", "\":1}",
		  "a member's name is longer than 4096 bytes, the most that is read" },
		{ META "[],\"x\":{\"", "b\":1}}",
		  "a member's name is longer than 4096 bytes, the most that is read" },
	};
	struct reading r;
	struct buf b;
	reading_init(&r);
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t most = LIMIT_VALUE - (strstr(cases[i].end, "b\":") ? 3 : 0);
		read_long(&r, &b, cases[i].begin, most, cases[i].end);
		if (!r.read)
			fail_msg("case %zu: %s", i, r.reason);
		read_long(&r, &b, cases[i].begin, most + 1, cases[i].end);
		assert_string_equal(r.reason, cases[i].reason);
	}
	reading_deinit(&r);
	buf_deinit(&b);
}

static void test_depth(void **state)
{
	(void)state;
	struct reading r;
	struct buf b;
	reading_init(&r);
	buf_init(&b, 1 << 20);
	for (size_t more = 0; more < 2; more++) {
		buf_clear(&b);
		buf_add_str(&b, META "[],\"x\":");
		fill(&b, '[', LIMIT_TLS_DEPTH - 1 + more);
		fill(&b, ']', LIMIT_TLS_DEPTH - 1 + more);
		buf_add_char(&b, '}');
		read_report(&r, buf_sv(&b));
		assert_int_equal(r.read, more == 0);
	}
	assert_string_equal(r.reason,
			    "the report's objects and lists are nested more than "
			    "32 deep, the most that is read");
	/* Brackets in a text are text. */
	buf_clear(&b);
	buf_add_str(&b, META "[],\"x\":\"\\\"");
	fill(&b, '[', 2 * LIMIT_TLS_DEPTH);
	buf_add_str(&b, "\"}");
	read_report(&r, buf_sv(&b));
	assert_true(r.read);
	/* The same depth in members that stand in each other. */
	buf_clear(&b);
	buf_add_str(&b, META "[{");
	for (size_t i = 0; i < LIMIT_TLS_DEPTH - 3; i++)
		buf_add_str(&b, i & 1 ? "\"summary\":{" : "\"policy\":{");
	fill(&b, '}', LIMIT_TLS_DEPTH - 3);
	buf_add_str(&b, "}]}");
	read_report(&r, buf_sv(&b));
	assert_true(r.read);
	reading_deinit(&r);
	buf_deinit(&b);
}

/* All that one policy says: 1,000 lines of more than a quarter of a KiB. */
static void test_part(void **state)
{
	(void)state;
	struct reading r;
	struct buf b;
	char line[300];
	reading_init(&r);
	buf_init(&b, 1 << 20);
	memset(line, 'a', sizeof(line));
	line[0] = line[sizeof(line) - 2] = '"';
	line[sizeof(line) - 1] = '\0';
	struct sv json = repeat(&b, STRINGS, line, LIMIT_TLS_LINES, "]}}]}");
	if (json.n <= LIMIT_TLS_REPORT) {
		read_report(&r, json);
		assert_string_equal(r.reason,
				    "policy 2 holds more than 262144 bytes of text, the "
				    "most that is read");
	}
	reading_deinit(&r);
	buf_deinit(&b);
}

/* Names within names are longer than the JSON that says them. */
static void test_extras(void **state)
{
	(void)state;
	struct reading r;
	struct buf b;
	reading_init(&r);
	buf_init(&b, 8 << 20);
	buf_add_str(&b, META "[],\"");
	fill(&b, 'n', LIMIT_VALUE);
	buf_add_str(&b, "\":[0");
	for (size_t i = 0; i <= LIMIT_TLS_REPORT / LIMIT_VALUE; i++)
		buf_add_str(&b, ",0");
	buf_add_str(&b, "]}");
	read_report(&r, buf_sv(&b));
	assert_string_equal(r.reason, "the report has too much in members that RFC 8460 "
				      "does not know");
	buf_clear(&b);
	buf_add_str(&b, META "[],\"");
	fill(&b, 'n', LIMIT_VALUE);
	buf_add_str(&b, "\":[0,1,2]}");
	read_report(&r, buf_sv(&b));
	assert_int_equal(r.report.meta.extra_n, 3);
	reading_deinit(&r);
	buf_deinit(&b);
}

static const char sober[] =
	"{\"result-type\":\"starttls-not-supported\",\n"
	"\"sending-mta-ip\":\"2001:db8:abcd:0013::1\",\n"
	"\"receiving-mx-hostname\":\"mx2.mail.company-y.example\",\n"
	"\"receiving-ip\":\"203.0.113.56\",\n"
	"\"failed-session-count\":200,\n"
	"\"additional-information\":\"https://reports.company-x.example/r?id=5\",\n"
	"\"failure-reason-code\":\"X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED\"}";

/* The largest report that is read may be one of sober failure details; one byte more is
 * refused, and so is one of less that would fill the memory. */
static void test_size(void **state)
{
	(void)state;
	struct reading r;
	struct buf b;
	char reason[LIMIT_REASON + 1];
	reading_init(&r);
	buf_init(&b, 2 * LIMIT_TLS_REPORT);
	size_t n = (LIMIT_TLS_REPORT - 100) / sizeof(sober);
	struct sv json = repeat(&b, META "[{\"failure-details\":[", sober, n, "]}]}");
	fill(&b, ' ', LIMIT_TLS_REPORT - json.n);
	read_report(&r, buf_sv(&b));
	if (!r.read)
		fail_msg("%s", r.reason);
	assert_int_equal(r.report.failures_n, n);
	assert_int_equal(r.report.failed, 200 * n);
	fill(&b, ' ', 1);
	read_report(&r, buf_sv(&b));
	(void)snprintf(reason, sizeof(reason),
		       "the report has more than %llu bytes, the most that is read as a "
		       "TLS report",
		       (unsigned long long)LIMIT_TLS_REPORT);
	assert_string_equal(r.reason, reason);
	(void)repeat(&b, META "[],\"x\":[", "{}", LIMIT_TLS_REPORT / 4, "]}");
	read_report(&r, buf_sv(&b));
	(void)snprintf(reason, sizeof(reason),
		       "the report's JSON takes more than %llu bytes of memory, the most "
		       "that is used",
		       (unsigned long long)LIMIT_TLS_MEMORY);
	assert_string_equal(r.reason, reason);
	reading_deinit(&r);
	buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_part),    cmocka_unit_test(test_extras),
		cmocka_unit_test(test_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
