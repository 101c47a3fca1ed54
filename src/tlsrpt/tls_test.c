/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/tls_test.h"

/* What the reports of these tests are made of, with ' for ": what one says of itself, its
 * window, a policy, a summary; and how each is said once it is read. */
#define WHO \
	"'organization-name':'Reporter','contact-info':'tls@reporter.example'," \
	"'report-id':'1',"
#define RANGE(begin, end) \
	"'date-range':{'start-datetime':" begin ",'end-datetime':" end "},"
#define DAY RANGE("'2026-11-24T00:00:00Z'", "'2026-11-25T00:00:00Z'")
#define META WHO DAY
#define SUMMARY(ok, failed) \
	"'summary':{'total-successful-session-count':" ok \
	",'total-failure-session-count':" failed "}"
#define COUNTS_1_0 SUMMARY("1", "0")
#define COUNTS_1_1 SUMMARY("1", "1")
#define COUNTS_1_2 SUMMARY("1", "2")
#define COUNTS_1_5 SUMMARY("1", "5")
#define COUNTS_3_0 SUMMARY("3", "0")
#define COUNTS_2_0 SUMMARY("2", "0")
#define COUNTS_0_2 SUMMARY("0", "2")
#define COUNTS_0_3 SUMMARY("0", "3")
#define COUNTS_7_2 SUMMARY("7", "2")
#define STS "'policy':{'policy-type':'sts','policy-domain':'example.com'},"
#define POLICIES(entry) "{" META "'policies':[{" entry "}]}"
/* A report of one policy that is written so, and of one failure. */
#define POLICY(members) POLICIES("'policy':{" members "}," COUNTS_1_0)
#define FAILURE(members) POLICIES(STS COUNTS_1_1 ",'failure-details':[{" members "}]")

#define SAID_WHO " org=Reporter contact=tls@reporter.example id=1"
#define SAID_META "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z" SAID_WHO "\n"
#define SAID_STS(ok, failed) "sts +" ok " -" failed " domain=example.com\n"
#define SAID_1_0 SAID_STS("1", "0")
#define SAID_1_1 SAID_STS("1", "1")
#define SAID_1_2 SAID_STS("1", "2")
#define SAID_1_5 SAID_STS("1", "5")
#define SAID_3_0 SAID_STS("3", "0")
#define SAID_2_0 SAID_STS("2", "0")
#define SAID_0_2 SAID_STS("0", "2")
#define SAID_0_3 SAID_STS("0", "3")

struct reading_case {
	const char *name, *json, *text, *repairs;
};

/* Reads it with " for '. */
static void read_quoted(struct reading *r, const char *json)
{
	char *text = heap_str(sv_from(json));
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	read_report(r, (struct sv){ text, strlen(json) });
	free(text);
}

static void check_cases(const struct reading_case *cases, size_t n)
{
	struct reading r;
	reading_init(&r);
	for (size_t i = 0; i < n; i++) {
		read_quoted(&r, cases[i].json);
		if (!r.read)
			fail_msg("%s: %s", cases[i].name, r.reason);
		if (strcmp(buf_str(&r.text), cases[i].text) != 0 ||
		    strcmp(buf_str(&r.repairs), cases[i].repairs) != 0)
			fail_msg("%s:\n%s%s", cases[i].name, buf_str(&r.text),
				 buf_str(&r.repairs));
	}
	reading_deinit(&r);
}
#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof(cases[0]))

/* RFC 8460 appendix B, but for its line break within a URI. */
static const char rfc_example[] =
	"{'organization-name': 'Company-X',\n"
	"'date-range': {'start-datetime': '2016-04-01T00:00:00Z',\n"
	" 'end-datetime': '2016-04-01T23:59:59Z'},\n"
	"'contact-info': 'sts-reporting@company-x.example',\n"
	"'report-id': '5065427c-23d3-47ca-b6e0-946ea0e8c4be',\n"
	"'policies': [{'policy': {'policy-type': 'sts',\n"
	" 'policy-string': ['version: STSv1','mode: testing',\n"
	"  'mx: *.mail.company-y.example','max_age: 86400'],\n"
	" 'policy-domain': 'company-y.example',\n"
	" 'mx-host': '*.mail.company-y.example'},\n"
	"'summary': {'total-successful-session-count': 5326,\n"
	" 'total-failure-session-count': 303},\n"
	"'failure-details': [{'result-type': 'certificate-expired',\n"
	" 'sending-mta-ip': '2001:db8:abcd:0012::1',\n"
	" 'receiving-mx-hostname': 'mx1.mail.company-y.example',\n"
	" 'failed-session-count': 100\n"
	"}, {'result-type': 'starttls-not-supported',\n"
	" 'sending-mta-ip': '2001:db8:abcd:0013::1',\n"
	" 'receiving-mx-hostname': 'mx2.mail.company-y.example',\n"
	" 'receiving-ip': '203.0.113.56',\n"
	" 'failed-session-count': 200,\n"
	" 'additional-information': 'https://reports.company-x.example/r?id=5'\n"
	"}, {'result-type': 'validation-failure',\n"
	" 'sending-mta-ip': '198.51.100.62',\n"
	" 'receiving-ip': '203.0.113.58',\n"
	" 'receiving-mx-hostname': 'mx-backup.mail.company-y.example',\n"
	" 'failed-session-count': 3,\n"
	" 'failure-reason-code': 'X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED'}]}]}\n";

static void test_plain(void **state)
{
	(void)state;
	static const struct reading_case cases[] = {
		{ "RFC 8460 appendix B", rfc_example,
		  "2016-04-01T00:00:00Z - 2016-04-01T23:59:59Z "
		  "org=Company-X contact=sts-reporting@company-x.example "
		  "id=5065427c-23d3-47ca-b6e0-946ea0e8c4be\n"
		  "sts +5326 -303 domain=company-y.example lines=version: "
		  "STSv1|mode: testing|mx: "
		  "*.mail.company-y.example|max_age: 86400 "
		  "mx=*.mail.company-y.example\n"
		  "  certificate-expired x100 from=2001:db8:abcd:12::1 "
		  "mx=mx1.mail.company-y.example\n"
		  "  starttls-not-supported x200 from=2001:db8:abcd:13::1 "
		  "to=203.0.113.56 mx=mx2.mail.company-y.example "
		  "info=https://reports.company-x.example/r?id=5\n"
		  "  validation-failure x3 from=198.51.100.62 "
		  "to=203.0.113.58 mx=mx-backup.mail.company-y.example "
		  "reason=X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED\n",
		  "" },
		{ "DANE, all members",
		  POLICIES("'policy':{'policy-type':'tlsa','policy-string':["
			   "'3 1 1 AB','3 1 1 CD'],"
			   "'policy-domain':'mx1.example.com'}," COUNTS_7_2
			   ",'failure-details':[{'result-type':'tlsa-invalid',"
			   "'sending-mta-ip':'192.0.2.1',"
			   "'receiving-mx-hostname':'mx1.example.com',"
			   "'receiving-mx-helo':'mx1','receiving-ip':'2001:db8::1',"
			   "'failed-session-count':2,"
			   "'additional-information':'https://reporter.example/',"
			   "'failure-reason-code':'no match'}]"),
		  SAID_META "tlsa +7 -2 domain=mx1.example.com lines=3 1 1 AB|3 1 1 "
			    "CD\n"
			    "  tlsa-invalid x2 from=192.0.2.1 to=2001:db8::1 "
			    "mx=mx1.example.com helo=mx1 "
			    "info=https://reporter.example/ reason=no match\n",
		  "" },
		{ "no failure details", POLICIES(STS COUNTS_3_0), SAID_META SAID_3_0,
		  "" },
		{ "null failure details",
		  POLICIES(STS COUNTS_3_0 ",'failure-details':null"), SAID_META SAID_3_0,
		  "" },
		{ "empty failure details",
		  POLICIES(STS COUNTS_3_0 ",'failure-details':[]"), SAID_META SAID_3_0,
		  "" },
		{ "two policies",
		  POLICIES(STS COUNTS_3_0 "},{'policy':{'policy-type':'no-policy-found',"
					  "'policy-domain':'example.com'}," COUNTS_1_0),
		  SAID_META SAID_3_0 "no-policy-found +1 -0 domain=example.com\n", "" },
		{ "a contact that is null",
		  "{'organization-name':'Reporter','contact-info':null,"
		  "'report-id':'1'," DAY "'policies':[{" STS COUNTS_1_0 "}]}",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z org=Reporter "
		  "id=1\n"
		  "sts +1 -0 domain=example.com\n",
		  "" },
		{ "a policy that could not be fetched",
		  FAILURE("'result-type':'sts-policy-fetch-error',"
			  "'failed-session-count':1,"
			  "'failure-reason-code':'bad https response code: 404'"),
		  SAID_META SAID_1_1
		  "  sts-policy-fetch-error x1 reason=bad https response "
		  "code: 404\n",
		  "" },
		{ "empty addresses",
		  FAILURE("'result-type':'sts-policy-fetch-error',"
			  "'sending-mta-ip':'','receiving-ip':'',"
			  "'failed-session-count':1"),
		  SAID_META SAID_1_1 "  sts-policy-fetch-error x1 from='' to=''\n", "" },
		{ "unknown members",
		  "{" WHO "'version':2,'date-range':{"
		  "'start-datetime':'2026-11-24T00:00:00Z',"
		  "'end-datetime':'2026-11-25T00:00:00Z','zone':null},"
		  "'policies':[{'policy':{'policy-type':'sts',"
		  "'policy-domain':'example.com','mode':'enforce'}," COUNTS_1_1
		  ",'note':{'a':[true,'b',{}],'':'c'},'failure-details':[{"
		  "'result-type':'tlsa-invalid','failed-session-count':1,"
		  "'cipher':'x\\u0001y'}]}]}",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z org=Reporter "
		  "contact=tls@reporter.example id=1 {version: 2} "
		  "{date-range/zone: null}\n"
		  "sts +1 -1 domain=example.com {policy/mode: enforce} "
		  "{note/a: true} {note/a: b} {note/a: } {note/: c}\n"
		  "  tlsa-invalid x1 {cipher: x y}\n",
		  "" },
		{ "an IPv4 address in IPv6 clothes, blanks",
		  FAILURE("'result-type':' tlsa-invalid ',"
			  "'sending-mta-ip':' ::ffff:192.0.2.1\\n',"
			  "'failed-session-count':1"),
		  SAID_META SAID_1_1 "  tlsa-invalid x1 from=192.0.2.1\n", "" },
	};
	CHECK_CASES(cases);
}

static void test_json(void **state)
{
	(void)state;
	static const struct reading_case cases[] = {
		{ "byte order mark", "\xef\xbb\xbf" POLICIES(STS COUNTS_1_0),
		  SAID_META SAID_1_0, "" },
		{ "Latin-1",
		  "{'organization-name':'M\xfcller','report-id':'1'," DAY
		  "'policies':[{" STS COUNTS_1_0 "}]}",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z "
		  "org=M\xc3\xbcller id=1\n"
		  "sts +1 -0 domain=example.com\n",
		  "encoding-bytes\n" },
		{ "line breaks in a text",
		  FAILURE("'result-type':'validation-failure',"
			  "'failed-session-count':1,"
			  "'additional-information':'https://a.example/ \n\tr'") "\r\n",
		  SAID_META SAID_1_1
		  "  validation-failure x1 info=https://a.example/   r\n",
		  "json-control x2\n" },
		{ "escapes",
		  FAILURE("'result-type':'validation-failure',"
			  "'failed-session-count':1,"
			  "'failure-reason-code':'it\\is \\u0000 \\ud83d\\ude00 \\ud83d "
			  "\\udc00 \\u12x \\\\ \\u0022 \\u00e9 \\/'"),
		  SAID_META SAID_1_1
		  "  validation-failure x1 reason=itis \xef\xbf\xbd "
		  "\xf0\x9f\x98\x80 \xef\xbf\xbd \xef\xbf\xbd u12x \\ \" "
		  "\xc3\xa9 /\n",
		  "json-escape = \\i x5\n" },
		{ "commas too many",
		  "{" META "'policies':[{" STS COUNTS_1_0 ",'failure-details':[],},\n],}",
		  SAID_META SAID_1_0, "json-comma x3\n" },
		{ "a report in a list", "[" POLICIES(STS COUNTS_1_0) "]",
		  SAID_META SAID_1_0, "json-list\n" },
		{ "text behind it", POLICIES(STS COUNTS_1_0) "\n\n -- \nend",
		  SAID_META SAID_1_0,
		  "text-after = -- \n"
		  "end\n" },
		{ "text before it", "Report follows: " POLICIES(STS COUNTS_1_0),
		  SAID_META SAID_1_0, "text-before = Report follows:\n" },
		{ "a member twice", POLICIES(STS COUNTS_1_0 "," COUNTS_2_0),
		  SAID_META SAID_2_0, "member-twice = summary\n" },
		{ "a member under two names",
		  POLICIES(STS "'summary':{'total_successful_session_count':1,"
			       "'total-successful-session-count':2,"
			       "'total-failure-session-count':0}"),
		  SAID_META SAID_2_0,
		  "member-spelling @ policy 1, "
		  "total-successful-session-count = "
		  "total_successful_session_count\n"
		  "member-twice @ policy 1, total-successful-session-count "
		  "= 1\n" },
	};
	CHECK_CASES(cases);
}

static void test_members(void **state)
{
	(void)state;
	static const struct reading_case cases[] = {
		{ "underscores, capitals, camels",
		  "{'organization_name':'Reporter',"
		  "'Contact-Info':'tls@reporter.example','reportId':'1'," DAY
		  "'POLICIES':[{" STS COUNTS_1_0 "}]}",
		  SAID_META SAID_1_0,
		  "member-spelling @ organization-name = organization_name\n"
		  "member-spelling @ contact-info = Contact-Info\n"
		  "member-spelling @ report-id = reportId\n"
		  "member-spelling @ policies = POLICIES\n" },
		{ "the RFC's placeholders as names",
		  POLICIES("'policy':{'policy-type':'sts',"
			   "'policy-domain':'example.com','mx-host-pattern':["
			   "'*.Example.com.']}," COUNTS_1_1
			   ",'failure-details':[{'result-type':'validation-failure',"
			   "'failed-session-count':1,"
			   "'additional-info-uri':'https://a.example'}]"),
		  SAID_META "sts +1 -1 domain=example.com mx=*.example.com\n"
			    "  validation-failure x1 info=https://a.example\n",
		  "member-alias @ policy 1, mx-host = mx-host-pattern\n"
		  "domain-dot @ policy 1, mx-host = *.Example.com.\n"
		  "member-alias @ policy 1, failure 1, "
		  "additional-information = additional-info-uri\n" },
		{ "what parsedmarc writes",
		  "{'organization_name':'Reporter',"
		  "'begin_date':'2026-11-24T00:00:00Z',"
		  "'end_date':'2026-11-25T00:00:00Z',"
		  "'contact_info':'tls@reporter.example','report_id':'1',"
		  "'policies':[{'policy_domain':'example.com',"
		  "'policy_type':'sts','policy_strings':['version: STSv1'],"
		  "'successful_session_count':0,'failed_session_count':1,"
		  "'failure_details':[{'result_type':'certificate-expired',"
		  "'failed_session_count':1}]}]}",
		  SAID_META "sts +0 -1 domain=example.com lines=version: STSv1\n"
			    "  certificate-expired x1\n",
		  "member-spelling @ organization-name = organization_name\n"
		  "member-alias @ start-datetime = begin_date\n"
		  "member-misplaced @ start-datetime\n"
		  "member-alias @ end-datetime = end_date\n"
		  "member-misplaced @ end-datetime\n"
		  "member-spelling @ contact-info = contact_info\n"
		  "member-spelling @ report-id = report_id\n"
		  "member-spelling @ policy 1, policy-domain = "
		  "policy_domain\n"
		  "member-misplaced @ policy 1, policy-domain\n"
		  "member-spelling @ policy 1, policy-type = policy_type\n"
		  "member-misplaced @ policy 1, policy-type\n"
		  "member-alias @ policy 1, policy-string = policy_strings\n"
		  "member-misplaced @ policy 1, policy-string\n"
		  "member-alias @ policy 1, total-successful-session-count "
		  "= successful_session_count\n"
		  "member-misplaced @ policy 1, "
		  "total-successful-session-count\n"
		  "member-alias @ policy 1, total-failure-session-count = "
		  "failed_session_count\n"
		  "member-misplaced @ policy 1, "
		  "total-failure-session-count\n"
		  "member-spelling @ policy 1, failure-details = "
		  "failure_details\n"
		  "member-spelling @ policy 1, failure 1, result-type = "
		  "result_type\n"
		  "member-spelling @ policy 1, failure 1, "
		  "failed-session-count = failed_session_count\n" },
		{ "a range without its object",
		  "{" WHO "'start-datetime':'2026-11-24T00:00:00Z',"
		  "'end-datetime':'2026-11-25T00:00:00Z','policies':[{" STS COUNTS_1_0
		  "}]}",
		  SAID_META SAID_1_0,
		  "member-misplaced @ start-datetime\n"
		  "member-misplaced @ end-datetime\n" },
		{ "members in each other's objects",
		  POLICIES("'policy':{'policy-type':'sts',"
			   "'total-successful-session-count':1,'failure-details':[]},"
			   "'summary':{'policy-domain':'example.com',"
			   "'total-failure-session-count':0}"),
		  SAID_META SAID_1_0,
		  "member-misplaced @ policy 1, "
		  "total-successful-session-count\n"
		  "member-misplaced @ policy 1, failure-details\n"
		  "member-misplaced @ policy 1, policy-domain\n" },
		{ "a report that is its policy",
		  "{" META STS COUNTS_1_1
		  ",'failure-details':{'result-type':'tlsa-invalid',"
		  "'failed-session-count':1}}",
		  SAID_META SAID_1_1 "  tlsa-invalid x1\n",
		  "member-misplaced @ policies\n"
		  "list-form @ policy 1, failure-details\n" },
		{ "policies as an object", "{" META "'policies':{" STS COUNTS_1_0 "}}",
		  SAID_META SAID_1_0, "list-form @ policies\n" },
		{ "no policies", "{" META "'policies':[]}", SAID_META,
		  "policies-missing @ policies\n" },
		{ "policies that are null", "{" META "'policies':null}", SAID_META,
		  "policies-missing @ policies\n" },
		{ "policies as text", "{" META "'policies':'none'}",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z org=Reporter "
		  "contact=tls@reporter.example id=1 {policies: none}\n",
		  "entry-form @ policies = none\n"
		  "policies-missing @ policies\n" },
		{ "entries that are none",
		  "{" META "'policies':[null,'none',{" STS COUNTS_1_5
		  ",'failure-details':[1,{'result-type':'tlsa-invalid',"
		  "'failed-session-count':2},[],{"
		  "'result-type':'tlsa-invalid',"
		  "'failed-session-count':3}]}]}",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z org=Reporter "
		  "contact=tls@reporter.example id=1 {policies: none}\n"
		  "sts +1 -5 domain=example.com {failure-details: 1} "
		  "{failure-details: }\n"
		  "  tlsa-invalid x2\n"
		  "  tlsa-invalid x3\n",
		  "entry-form @ policies x2\n"
		  "entry-form @ policy 3, failure-details = 1 x2\n" },
		{ "objects in lists",
		  POLICIES("'policy':[{'policy-type':['sts'],"
			   "'policy-domain':'example.com'}],'summary':[{"
			   "'total-successful-session-count':1,"
			   "'total-failure-session-count':0}]"),
		  SAID_META SAID_1_0,
		  "list-form @ policy 1, policy\n"
		  "list-form @ policy 1, summary\n"
		  "list-form @ policy 1, policy-type = sts\n" },
		{ "a policy as text", POLICIES("'policy':'none'," COUNTS_1_0),
		  SAID_META "? +1 -0 {policy: none}\n",
		  "value-form @ policy 1, policy = none\n"
		  "policy-type-word @ policy 1, policy-type\n"
		  "policy-domain-missing @ policy 1, policy-domain\n" },
		{ "other kinds of values",
		  "{'organization-name':{'name':'x'},'contact-info':false,"
		  "'report-id':12345678901234," DAY "'policies':[{" STS COUNTS_1_0 "}]}",
		  "2026-11-24T00:00:00Z - 2026-11-25T00:00:00Z "
		  "contact=false id=12345678901234 {organization-name/name: "
		  "x}\n"
		  "sts +1 -0 domain=example.com\n",
		  "value-form @ organization-name\n"
		  "text-form @ contact-info = false\n"
		  "text-form @ report-id = 12345678901234\n" },
	};
	CHECK_CASES(cases);
}

static void test_values(void **state)
{
	(void)state;
	static const struct reading_case cases[] = {
		{ "lines as one text",
		  POLICY("'policy-type':'sts','policy-domain':'example.com',"
			 "'policy-string':'version: STSv1\\r\\nmode: enforce',"
			 "'mx-host':'mx.example.com'"),
		  SAID_META "sts +1 -0 domain=example.com lines=version: STSv1|mode: "
			    "enforce mx=mx.example.com\n",
		  "list-form @ policy 1, policy-string = version: STSv1\r\n"
		  "mode: enforce\n" },
		{ "lists in lists",
		  POLICY("'policy-type':'sts','policy-domain':'example.com',"
			 "'mx-host':[['mx1.example.com',null],7,{'a':1}]"),
		  SAID_META "sts +1 -0 domain=example.com mx=mx1.example.com|7 "
			    "{mx-host/a: 1}\n",
		  "text-form @ policy 1, mx-host = 7\n"
		  "value-form @ policy 1, mx-host\n" },
		{ "words in capitals, with underscores, of a draft",
		  POLICIES("'policy':{'policy-type':'STS',"
			   "'policy-domain':'Example.COM.'}," COUNTS_0_3
			   ",'failure-details':[{'result-type':'Certificate-Expired',"
			   "'failed-session-count':1},{'result-type':'tlsa_invalid',"
			   "'failed-session-count':1},{"
			   "'result-type':'webpki-invalid','failed-session-count':1}]"),
		  SAID_META SAID_0_3 "  certificate-expired x1\n"
				     "  tlsa-invalid x1\n"
				     "  sts-webpki-invalid x1\n",
		  "word-case @ policy 1, policy-type = STS\n"
		  "domain-dot @ policy 1, policy-domain = Example.COM.\n"
		  "word-case @ policy 1, failure 1, result-type = "
		  "Certificate-Expired\n"
		  "word-alias @ policy 1, failure 2, result-type = "
		  "tlsa_invalid x2\n" },
		{ "policies by their other names",
		  POLICIES("'policy':{'policy-type':'MTA_STS',"
			   "'policy-domain':'example.com'}," COUNTS_1_0
			   "},{'policy':{'policy-type':'DANE',"
			   "'policy-domain':'mx.example.com'}," COUNTS_2_0),
		  SAID_META SAID_1_0 "tlsa +2 -0 domain=mx.example.com\n",
		  "word-alias @ policy 1, policy-type = MTA_STS x2\n" },
		{ "words of no RFC",
		  POLICIES("'policy':{'policy-type':'Magic',"
			   "'policy-domain':'example.com'}," COUNTS_0_2
			   ",'failure-details':[{'result-type':'Moon-Phase',"
			   "'failed-session-count':1},{'failed-session-count':1}]"),
		  SAID_META "Magic +0 -2 domain=example.com\n"
			    "  Moon-Phase x1\n"
			    "  ? x1\n",
		  "policy-type-word @ policy 1, policy-type = Magic\n"
		  "result-type-word @ policy 1, failure 1, result-type = "
		  "Moon-Phase x2\n" },
		{ "words that are missing", POLICY("'policy-domain':'example.com'"),
		  SAID_META "? +1 -0 domain=example.com\n",
		  "policy-type-word @ policy 1, policy-type\n" },
		{ "no domain", POLICY("'policy-type':'no-policy-found'"),
		  SAID_META "no-policy-found +1 -0\n",
		  "policy-domain-missing @ policy 1, policy-domain\n" },
		{ "a domain of a dot", POLICY("'policy-type':'sts','policy-domain':'.'"),
		  SAID_META "sts +1 -0 domain=.\n", "" },
		{ "addresses that are none",
		  FAILURE("'result-type':'tlsa-invalid',"
			  "'sending-mta-ip':'mta.example','receiving-ip':'["
			  "192.0.2.1]','receiving-mx-hostname':'MX1.example.COM.',"
			  "'failed-session-count':1"),
		  SAID_META SAID_1_1 "  tlsa-invalid x1 from=mta.example to=[192.0.2.1] "
				     "mx=mx1.example.com\n",
		  "address-unreadable @ policy 1, failure 1, sending-mta-ip "
		  "= mta.example\n"
		  "address-unreadable @ policy 1, failure 1, receiving-ip = "
		  "[192.0.2.1]\n"
		  "domain-dot @ policy 1, failure 1, receiving-mx-hostname "
		  "= MX1.example.COM.\n" },
	};
	CHECK_CASES(cases);
}

static void test_counts(void **state)
{
	(void)state;
	static const struct reading_case cases[] = {
		{ "as text", POLICIES(STS SUMMARY("' 5'", "'0'")),
		  SAID_META SAID_STS("5", "0"),
		  "sessions-text @ policy 1, total-successful-session-count "
		  "=  5\n"
		  "sessions-text @ policy 1, total-failure-session-count = "
		  "0\n" },
		{ "with decimals", POLICIES(STS SUMMARY("5.0", "'1.7'")),
		  SAID_META SAID_STS("5", "1"),
		  "sessions-text @ policy 1, total-failure-session-count = "
		  "1.7\n"
		  "count-decimal @ policy 1, total-failure-session-count = "
		  "1.7\n"
		  "details-differ @ policy 1, failure-details = summary 1, "
		  "details 0\n" },
		{ "in part", POLICIES(STS SUMMARY("5.5", "0")),
		  SAID_META SAID_STS("5", "0"),
		  "count-decimal @ policy 1, total-successful-session-count "
		  "= 5.5\n" },
		{ "below zero", POLICIES(STS SUMMARY("-1", "0")),
		  SAID_META SAID_STS("0", "0"),
		  "sessions-unreadable @ policy 1, "
		  "total-successful-session-count = -1\n" },
		{ "no number", POLICIES(STS SUMMARY("'many'", "[]")),
		  SAID_META SAID_STS("0", "0"),
		  "sessions-unreadable @ policy 1, "
		  "total-successful-session-count = many\n"
		  "sessions-unreadable @ policy 1, "
		  "total-failure-session-count\n" },
		{ "at the cap", POLICIES(STS SUMMARY("1099511627776", "0")),
		  SAID_META SAID_STS("1099511627776", "0"), "" },
		{ "past the cap", POLICIES(STS SUMMARY("1099511627777", "1")),
		  SAID_META SAID_STS("0", "1"),
		  "sessions-huge @ policy 1, total-successful-session-count "
		  "= 1099511627777\n"
		  "details-differ @ policy 1, failure-details = summary 1, "
		  "details 0\n" },
		{ "past the cap together", POLICIES(STS SUMMARY("1099511627776", "1")),
		  SAID_META SAID_STS("1099511627776", "0"),
		  "sessions-huge @ policy 1, total-failure-session-count = "
		  "1\n" },
		{ "past 64 bits",
		  POLICIES(STS SUMMARY("99999999999999999999999",
				       "-99999999999999999999999")),
		  SAID_META SAID_STS("0", "0"),
		  "sessions-huge @ policy 1, total-successful-session-count "
		  "= 1e+23\n"
		  "sessions-unreadable @ policy 1, "
		  "total-failure-session-count = -1e+23\n" },
		{ "no summary",
		  POLICIES(STS "'failure-details':[{'result-type':'tlsa-invalid',"
			       "'failed-session-count':4}]"),
		  SAID_META SAID_STS("0", "4") "  tlsa-invalid x4\n",
		  "sessions-missing @ policy 1, "
		  "total-successful-session-count\n"
		  "sessions-missing @ policy 1, "
		  "total-failure-session-count\n" },
		{ "no count of failures",
		  POLICIES(STS "'summary':{'total-successful-session-count':2}"),
		  SAID_META SAID_2_0,
		  "sessions-missing @ policy 1, "
		  "total-failure-session-count\n" },
		{ "a failure without", FAILURE("'result-type':'tlsa-invalid'"),
		  SAID_META SAID_1_1 "  tlsa-invalid x1\n",
		  "sessions-missing @ policy 1, failure 1, "
		  "failed-session-count\n" },
		{ "a failure below zero",
		  FAILURE("'result-type':'tlsa-invalid','failed-session-count':-5"),
		  SAID_META SAID_1_1 "  tlsa-invalid x1\n",
		  "sessions-unreadable @ policy 1, failure 1, "
		  "failed-session-count = -5\n" },
		{ "a failure past the cap",
		  FAILURE("'result-type':'tlsa-invalid',"
			  "'failed-session-count':1099511627777"),
		  SAID_META SAID_1_1 "  tlsa-invalid x1\n",
		  "sessions-huge @ policy 1, failure 1, "
		  "failed-session-count = 1099511627777\n" },
		{ "failures past the cap together",
		  POLICIES(STS COUNTS_0_2
			   ",'failure-details':[{'result-type':'tlsa-invalid',"
			   "'failed-session-count':1099511627776},{"
			   "'result-type':'tlsa-invalid','failed-session-count':1}]"),
		  SAID_META SAID_0_2 "  tlsa-invalid x1099511627776\n"
				     "  tlsa-invalid x0\n",
		  "sessions-huge @ policy 1, failure 2, "
		  "failed-session-count = 1\n"
		  "details-differ @ policy 1, failure-details = summary 2, "
		  "details 1099511627776\n" },
		{ "failures of more",
		  FAILURE("'result-type':'tlsa-invalid','failed-session-count':2"),
		  SAID_META SAID_1_1 "  tlsa-invalid x2\n",
		  "details-differ @ policy 1, failure-details = summary 1, "
		  "details 2\n" },
		{ "failures missing", POLICIES(STS COUNTS_1_2), SAID_META SAID_1_2,
		  "details-differ @ policy 1, failure-details = summary 2, "
		  "details 0\n" },
	};
	CHECK_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),   cmocka_unit_test(test_json),
		cmocka_unit_test(test_members), cmocka_unit_test(test_values),
		cmocka_unit_test(test_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
