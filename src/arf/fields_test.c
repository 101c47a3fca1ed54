/* SPDX-License-Identifier: Apache-2.0 */
/* Single fields of a feedback part. */
#include "arf/arf_test.h"

#define OF(fields) MAIL(FEEDBACK(MUST ABOUT fields) SAMPLE(FROM))

static const struct row fields[] = {
	{ "in other letters",
	  MAIL(FEEDBACK(
		  "FEEDBACK-TYPE: Auth-Failure\nuser-agent: opendmarc-filter/1.4.2\n"
		  "version: 1\nSourceIP : 192.0.2.7\n"
		  "ARRIVAL-DATE: Tue, 6 Oct 2026 09:59:00 +0000\n"
		  "Auth-failure: DMARC\nReported-Domain: SHOP.Example\n"
		  "Authentication-Results: mx.receiver.example; DMARC=Fail "
		  "header.from=Shop.Example\n") SAMPLE(FROM)),
	  "", "" },
	{ "missing, but a result",
	  MAIL(FEEDBACK("Authentication-Results: mx; dmarc=fail "
			"header.from=shop.example\n")),
	  "-auth dmarc\n"
	  "-reported shop.example\n"
	  "-from shop.example\n"
	  "+arrival 2026-10-06T10:00:05Z\n"
	  "-source 192.0.2.7\n"
	  "-arrival 2026-10-06T09:59:00Z\n"
	  "-agent OpenDMARC-Filter\n"
	  "-version 1.4.2\n",
	  "failure-type-missing @ Feedback-Type\n"
	  "failure-missing @ Version\n"
	  "failure-missing @ User-Agent\n"
	  "failure-missing @ Auth-Failure\n"
	  "failure-missing @ Reported-Domain\n"
	  "failure-missing @ Source-IP\n"
	  "failure-sample\n"
	  "failure-domain-guessed @ Authentication-Results\n"
	  "failure-date-guessed @ Date\n" },
	{ "without values",
	  MAIL(FEEDBACK(
		  "Feedback-Type:\nUser-Agent:\nVersion:\nSource-IP:\nAuth-Failure:\n"
		  "Authentication-Results:\nReported-Domain:\nIncidents:\n"
		  "Identity-Alignment:\nDelivery-Result:\nOriginal-Mail-From:\n")
		       SAMPLE(FROM)),
	  "+type other\n"
	  "-type auth-failure\n"
	  "-auth dmarc\n"
	  "-reported shop.example\n"
	  "+mailfrom <>\n"
	  "+arrival 2026-10-06T10:00:05Z\n"
	  "-dmarc=fail shop.example\n"
	  "-source 192.0.2.7\n"
	  "-arrival 2026-10-06T09:59:00Z\n"
	  "-agent OpenDMARC-Filter\n"
	  "-version 1.4.2\n",
	  "failure-type-missing @ Feedback-Type\n"
	  "failure-missing @ Version\n"
	  "failure-missing @ User-Agent\n"
	  "failure-missing @ Reported-Domain\n"
	  "failure-missing @ Source-IP\n"
	  "failure-domain-guessed @ From\n"
	  "failure-date-guessed @ Date\n" },
	{ "of other feedback",
	  MAIL(FEEDBACK("Feedback-Type: opt-out-list\nUser-Agent: x\nVersion: 0.1\n"
			"Source-IP: 192.0.2.7\nReported-Domain: shop.example\n"
			"Received-Date: Tue, 6 Oct 2026 09:59:00 +0000\n") SAMPLE(FROM)),
	  "+type opt-out\n"
	  "-type auth-failure\n"
	  "-auth dmarc\n"
	  "-agent OpenDMARC-Filter\n"
	  "-version 1.4.2\n"
	  "-dmarc=fail shop.example\n"
	  "+agent other\n",
	  "" },
	{ "an unknown type",
	  MAIL(FEEDBACK("Feedback-Type: complaint about jane\nUser-Agent: x\nVersion: 1\n"
			"Source-IP: 192.0.2.7\nReported-Domain: shop.example\n"
			"Arrival-Date: Tue, 6 Oct 2026 09:59:00 +0000\n") SAMPLE(FROM)),
	  "+type other\n"
	  "-type auth-failure\n"
	  "-auth dmarc\n"
	  "-agent OpenDMARC-Filter\n"
	  "-version 1.4.2\n"
	  "-dmarc=fail shop.example\n"
	  "+agent other\n",
	  "failure-type @ Feedback-Type\n" },
	{ "given twice",
	  OF("Auth-Failure: spf\nSource-IP: 192.0.2.8\nSource-IP: 192.0.2.9\n"), "",
	  "failure-twice @ Auth-Failure\nfailure-twice x2 @ Source-IP\n" },
	{ "several reported domains",
	  OF("Reported-Domain: b.example, c.example\nReported-Domain: shop.example\n"),
	  "+reported b.example\n+reported c.example\n", "" },
	{ "more of them than are kept",
	  OF("Reported-Domain: a1.example a2.example a3.example a4.example a5.example "
	     "a6.example a7.example a8.example a9.example\n"),
	  "+reported a1.example\n"
	  "+reported a2.example\n"
	  "+reported a3.example\n"
	  "+reported a4.example\n"
	  "+reported a5.example\n"
	  "+reported a6.example\n"
	  "+reported a7.example\n",
	  "failure-more x2 @ Reported-Domain\n" },
	{ "failures in a list",
	  MAIL(FEEDBACK(MUST "Auth-Failure: (both) spf, BodyHash\n"
			     "Authentication-Results: mx; dmarc=fail "
			     "header.from=shop.example\nReported-Domain: shop.example\n")
		       SAMPLE(FROM)),
	  "+auth bodyhash\n+auth spf\n-auth dmarc\n", "" },
	{ "a failure that is none",
	  MAIL(FEEDBACK(MUST "Auth-Failure: domainkeys\n"
			     "Authentication-Results: mx; dmarc=fail "
			     "header.from=shop.example\nReported-Domain: shop.example\n")
		       SAMPLE(FROM)),
	  "+auth other\n-auth dmarc\n", "failure-auth @ Auth-Failure\n" },
	{ "alignment with blanks and comments",
	  OF("Identity-Alignment: (both) SPF , DKIM\n"), "+alignment spf dkim\n", "" },
	{ "alignment none", OF("Identity-Alignment: none\n"), "+alignment none\n", "" },
	{ "alignment of something else", OF("Identity-Alignment: dkim;arc\n"),
	  "+alignment dkim\n", "failure-alignment @ Identity-Alignment\n" },
	{ "delivery with a comment", OF("Delivery-Result: Reject (5.7.1)\n"),
	  "+delivery reject\n", "" },
	{ "delivery in free text", OF("Delivery-Result: delivered to jane's inbox\n"),
	  "+delivery other\n", "failure-delivery @ Delivery-Result\n" },
	{ "DKIM",
	  OF("DKIM-Domain: Mail.Shop.example\nDKIM-Identity: jane@shop.example\n"
	     "DKIM-Selector: S2026._x\n"),
	  "+d mail.shop.example\n+s s2026._x\n+i shop.example\n", "" },
	{ "a selector that is none", OF("DKIM-Selector: jane@shop.example\n"), "",
	  "failure-selector @ DKIM-Selector\n" },
	{ "a selector that is somebody", OF("DKIM-Selector: Jane.Doe\n"), "",
	  "failure-selector @ DKIM-Selector\n" },
	{ "a selector that is a role, too",
	  OF("DKIM-Selector: dkim\n"
	     "Original-Rcpt-To: <dkim@shop.example>\n"),
	  "+s dkim\n", "" },
	{ "SPF",
	  OF("Original-Mail-From: <bounce+7=a.example@Mail.Shop.example>\n"
	     "SPF-DNS: txt : mail.shop.example : \"v=spf1 -all\"\n"
	     "SPF-DNS: txt : second.example : \"v=spf1 -all\"\n"),
	  "+mailfrom mail.shop.example\n+spf mail.shop.example\n", "" },
	{ "SPF-DNS as a domain", OF("SPF-DNS: mail.shop.example\n"),
	  "+spf mail.shop.example\n", "" },
	{ "a domain that is a local part, too",
	  OF("Original-Rcpt-To: shop.example@user.example\n"), "", "" },
	{ "a local part with the form of a domain", OF("Reported-Domain: jane.doe\n"), "",
	  "failure-domain @ Reported-Domain\n" },
	{ "the null sender", OF("Original-Mail-From: <>\n"), "+mailfrom <>\n", "" },
	{ "a reporting MTA", OF("Reporting-MTA: dns; mx.receiver.example\n"),
	  "+mta mx.receiver.example\n", "" },
	{ "a reporting MTA without its type", OF("Reporting-MTA: mx.receiver.example\n"),
	  "+mta mx.receiver.example\n", "" },
	{ "incidents", OF("Incidents: 1099511627776\n"), "+incidents 1099511627776\n",
	  "" },
	{ "too many incidents", OF("Incidents: 1099511627777\n"),
	  "+incidents 1099511627776\n", "failure-incidents-huge @ Incidents\n" },
	{ "far too many incidents", OF("Incidents: 99999999999999999999999\n"),
	  "+incidents 1099511627776\n", "failure-incidents-huge @ Incidents\n" },
	{ "no incidents", OF("Incidents: 0\n"), "", "failure-incidents @ Incidents\n" },
	{ "incidents in words", OF("Incidents: a few\n"), "",
	  "failure-incidents @ Incidents\n" },
};

#define SOURCE(value) \
	MAIL(FEEDBACK("Feedback-Type: auth-failure\n" \
		      "User-Agent: OpenDMARC-Filter/1.4.2\nVersion: 1\n" \
		      "Source-IP: " value "\n" \
		      "Arrival-Date: Tue, 6 Oct 2026 09:59:00 +0000\n" ABOUT) \
		     SAMPLE(FROM))
#define DATE(line) \
	MAIL(FEEDBACK("Feedback-Type: auth-failure\n" \
		      "User-Agent: OpenDMARC-Filter/1.4.2\nVersion: 1\n" \
		      "Source-IP: 192.0.2.7\n" line ABOUT) SAMPLE(FROM))
#define LOST "-source 192.0.2.7\n"

static const struct row values[] = {
	{ "text behind the address", SOURCE("192.0.2.7 (unknown)"), "", "" },
	{ "a name behind the address", SOURCE("192.0.2.7 mail.jane.example"), "",
	  "failure-source-text @ Source-IP\n" },
	{ "an address in brackets", SOURCE("[192.0.2.7]"), "", "" },
	{ "an address with a port", SOURCE("192.0.2.7:25"), "", "" },
	{ "IPv6", SOURCE("[IPv6:2001:DB8::7]"), LOST "+source 2001:db8::7\n", "" },
	{ "IPv4 in IPv6", SOURCE("::ffff:192.0.2.7"), "", "" },
	{ "no address", SOURCE("unknown"), LOST, "failure-source @ Source-IP\n" },
	{ "the historic date", DATE("Received-Date: Tue, 6 Oct 2026 11:59 CEST\n"), "",
	  "" },
	{ "both dates, one of them bad",
	  DATE("Arrival-Date: yesterday\n"
	       "Received-Date: Tue, 6 Oct 2026 09:59:00 +0000\n"),
	  "", "failure-date @ Arrival-Date\n" },
	{ "a date after all dates", DATE("Arrival-Date: 31 Dec 9999 23:59:59 -0100\n"),
	  "-arrival 2026-10-06T09:59:00Z\n+arrival 2026-10-06T10:00:05Z\n",
	  "failure-date @ Arrival-Date\nfailure-date-guessed @ Date\n" },
	{ "a bad date", DATE("Arrival-Date: 32 Oct 2026 09:59:00\n"),
	  "-arrival 2026-10-06T09:59:00Z\n+arrival 2026-10-06T10:00:05Z\n",
	  "failure-date @ Arrival-Date\nfailure-date-guessed @ Date\n" },
};

#define RESULTS(value) OF("Authentication-Results: " value "\n")

static const struct row results[] = {
	{ "without who judged", RESULTS("spf=pass smtp.mailfrom=a@shop.example"),
	  "+spf=pass mailfrom shop.example\n", "" },
	{ "comments everywhere",
	  RESULTS("mx (a;b) 1; (c) spf (d) = (e) softfail (f; \\) g) "
		  "smtp.mailfrom=shop.example (h)"),
	  "+spf=softfail mailfrom shop.example\n", "" },
	{ "methods set apart by blanks",
	  RESULTS("mx; dkim=fail reason=\"bad; jane\" header.d=shop.example "
		  "header.s=k1 spf=fail smtp.mailfrom=shop.example"),
	  "+dkim=fail shop.example s=k1\n+spf=fail mailfrom shop.example\n", "" },
	{ "a property before its method",
	  RESULTS("mail.example.com\n smtp.mail=jane@shop.example;\n spf=fail"),
	  "+spf=fail\n", "" },
	{ "the greeting", RESULTS("mx; spf=none smtp.helo=mail.shop.example"),
	  "+helo mail.shop.example\n+spf=none helo mail.shop.example\n", "" },
	{ "a greeting that is a private name",
	  RESULTS("mx; spf=none smtp.helo=janes-laptop.local"), "+spf=none helo\n", "" },
	{ "an identity", RESULTS("mx; dkim=policy header.i=jane@shop.example"),
	  "+dkim=policy shop.example\n", "" },
	{ "a version", RESULTS("mx; dkim/1=neutral header.d=shop.example"),
	  "+dkim=neutral shop.example\n", "" },
	{ "older words", RESULTS("mx; spf=hardfail; dkim=unknown; arc=error"),
	  "+spf=fail\n+dkim=temperror\n+arc=permerror\n", "" },
	{ "unknown words", RESULTS("mx; dmarc=bestguesspass; dkim=jane"),
	  "+dmarc=other\n+dkim=other\n",
	  "failure-result-word x2 @ Authentication-Results\n" },
	{ "other methods", RESULTS("mx; iprev=pass policy.iprev=192.0.2.7; tls=pass"), "",
	  "" },
	{ "none", RESULTS("mx; none"), "", "" },
	{ "no results", RESULTS("authentication result string is not available"), "",
	  "failure-results @ Authentication-Results\n" },
	{ "a domain that is none", RESULTS("mx; dkim=pass header.d=\"Jane Doe\""),
	  "+dkim=pass\n", "failure-domain @ Authentication-Results\n" },
	{ "the same again", RESULTS("mx; dmarc=fail header.from=shop.example"), "", "" },
	{ "more than are kept",
	  RESULTS("mx; dkim=pass header.d=a1.example; dkim=pass header.d=a2.example;"
		  "dkim=pass header.d=a3.example; dkim=pass header.d=a4.example;"
		  "dkim=pass header.d=a5.example; dkim=pass header.d=a6.example;"
		  "dkim=pass header.d=a7.example; dkim=pass header.d=a8.example;"
		  "dkim=fail header.d=a1.example; dkim=fail header.d=a2.example;"
		  "dkim=fail header.d=a3.example; dkim=fail header.d=a4.example;"
		  "dkim=fail header.d=a5.example; dkim=fail header.d=a6.example;"
		  "dkim=fail header.d=a7.example; dkim=fail header.d=a8.example"),
	  "+dkim=pass a1.example\n"
	  "+dkim=pass a2.example\n"
	  "+dkim=pass a3.example\n"
	  "+dkim=pass a4.example\n"
	  "+dkim=pass a5.example\n"
	  "+dkim=pass a6.example\n"
	  "+dkim=pass a7.example\n"
	  "+dkim=pass a8.example\n"
	  "+dkim=fail a1.example\n"
	  "+dkim=fail a2.example\n"
	  "+dkim=fail a3.example\n"
	  "+dkim=fail a4.example\n"
	  "+dkim=fail a5.example\n"
	  "+dkim=fail a6.example\n"
	  "+dkim=fail a7.example\n",
	  "failure-more @ Authentication-Results\n" },
};

TEST_OF(fields)
TEST_OF(values)
TEST_OF(results)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_results),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
