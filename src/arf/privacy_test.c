/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands in a mail, and wherever: nothing of a person gets into what is kept. */
#include "arf/arf_test.h"

/* Planted texts; none of them may come out again, in any letters. */
#define LOCAL "zelda.quux"
#define PERSON "Zelda Quux"
#define ADDRESS LOCAL "@shop.example"
#define SECRET "xyzzy-plugh"
#define PATH "/account/4711?token=" SECRET

static const char *const planted[] = { "zelda", "quux", "xyzzy", "plugh", "4711" };

static const char *const places[] = {
	"Feedback-Type",
	"Version",
	"User-Agent",
	"Source-IP",
	"Arrival-Date",
	"Received-Date",
	"Auth-Failure",
	"Reported-Domain",
	"Authentication-Results",
	"Incidents",
	"Delivery-Result",
	"Identity-Alignment",
	"DKIM-Domain",
	"DKIM-Identity",
	"DKIM-Selector",
	"DKIM-Selector-DNS",
	"DKIM-ADSP-DNS",
	"DKIM-Canonicalized-Header",
	"DKIM-Canonicalized-Body",
	"SPF-DNS",
	"Original-Mail-From",
	"Original-Rcpt-To",
	"Original-Envelope-Id",
	"Reporting-MTA",
	"Reported-URI",
	"Removal-Recipient",
	"Source-Port",
	"Message-ID",
	"Subject",
	"X-Anything",
};

/* A person in each form that such fields take. */
static const char *const persons[] = {
	ADDRESS,
	"<" ADDRESS ">",
	PERSON " <" ADDRESS ">",
	"\"" PERSON "\"",
	"(" PERSON ")",
	LOCAL,
	"zelda_quux",
	"xyzzy-plugh",
	"dns; " ADDRESS,
	"rfc822; " ADDRESS,
	"https://shop.example" PATH,
	"mailto:" ADDRESS "?subject=" SECRET,
	"dmarc (" PERSON ")",
	"dmarc " PERSON,
	"delivered to " ADDRESS,
	"reject; user " LOCAL " unknown",
	"192.0.2.7 " PERSON,
	"192.0.2.7 (" ADDRESS ")",
	"192.0.2.7@" ADDRESS,
	"OpenDMARC-Filter/1.4.2 (" ADDRESS ")",
	"OpenDMARC-Filter/" LOCAL,
	"OpenDMARC-Filter/1.4711.4711",
	"zelda.quux/1.0",
	"mx (" PERSON "); spf=pass (" ADDRESS ") smtp.mailfrom=" ADDRESS
	" reason=\"" SECRET "\"",
	"mx; dkim=fail (" SECRET ") header.i=" ADDRESS " header.d=" ADDRESS
	" header.s=" LOCAL " header.b=" SECRET,
	"mx; dkim=pass header.d=\"" PERSON "\" header.s=\"" PERSON "\"",
	"mx; dmarc=" LOCAL " header.from=" ADDRESS " policy.x=" SECRET,
	"mx; " LOCAL "=pass " LOCAL ".x=y; auth=pass smtp.auth=" LOCAL,
	"mx; spf=fail smtp.helo=zelda-quux.local smtp.mailfrom=\"" PERSON
	"\"@shop.example",
	ADDRESS "; dmarc=fail",
	"txt : " ADDRESS " : \"v=spf1 exp=" SECRET "\"",
	"Tue, 6 Oct 2026 09:59:00 +0000 (" PERSON ")",
	"=?utf-8?Q?Zelda_Quux?= =?utf-8?B?emVsZGEucXV1eEBzaG9wLmV4YW1wbGU=?=",
	"\r\n " ADDRESS,
	"a\r\n\t" PERSON "\r\n b",
};

/* Nothing of it in bytes, in any letters. */
static void check_bytes(struct sv bytes, const char *where, const char *mail)
{
	for (size_t i = 0; i < sizeof(planted) / sizeof(*planted); i++)
		if (sv_find_fold(bytes, sv_from(planted[i])) < bytes.n)
			fail_msg("%s holds %s of:\n%s", where, planted[i], mail);
}

static void check_repairs(const struct arf_report *r, const char *mail)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < r->repair_n; i++)
		assert_true(repair_encode(&r->repair[i], &b));
	check_bytes(buf_sv(&b), "a repair", mail);
	buf_deinit(&b);
}

static void check_mail(const char *mail)
{
	struct arena *a = arena_new();
	struct arf_report r;
	struct buf b;
	char reason[LIMIT_REASON + 1] = "";
	buf_init(&b, ARF_ENCODED_MAX);
	if (arf_read(sv_from(mail), a, &r, reason)) {
		assert_true(arf_encode(&r, &b));
		check_bytes(buf_sv(&b), "the report", mail);
		check_codec(&r);
		assert_string_equal(reason, "");
	}
	check_bytes(sv_from(reason), "the reason", mail);
	check_repairs(&r, mail);
	buf_deinit(&b);
	arena_free(&a);
}

#define SAMPLE_HEADER \
	"Return-Path: <" ADDRESS ">\n" \
	"Authentication-Results: mx.receiver.example; spf=pass (" PERSON ") " \
	"smtp.mailfrom=" ADDRESS " smtp.helo=zelda-quux.lan; dkim=fail " \
	"header.i=" ADDRESS " header.s=" LOCAL " (" SECRET ")\n" \
	"Received: from " LOCAL " (" PERSON ") by mx.receiver.example for <" ADDRESS \
	">\n" \
	"DKIM-Signature: v=1; d=shop.example; s=" LOCAL "; i=" ADDRESS "; b=" SECRET \
	"\n" \
	"From: \"" PERSON "\" <" ADDRESS ">\n" \
	"To: " PERSON " <" ADDRESS ">\nSubject: " SECRET "\n" \
	"Message-ID: <" SECRET "@shop.example>\nX-Path: " PATH "\n"
#define BODY "\nDear " PERSON ", your word is " SECRET ".\n"
#define FULL_SAMPLE PART("message/rfc822; name=\"" LOCAL ".eml\"", SAMPLE_HEADER BODY)
#define FULL_MAIL(parts) "Delivered-To: " ADDRESS "\nReply-To: " ADDRESS "\n" MAIL(parts)

static void check_place(const char *place, const char *person, const char *rest)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_addf(&b,
		 "From: %s\nTo: %s\nSubject: " SECRET "\nDate: %s\n"
		 "Content-Type: multipart/report; boundary=b\n\n"
		 "--b\nContent-Type: message/feedback-report; name=\"%s\"\n\n"
		 "%s: %s\n%s" MUST ABOUT "\n--b\nContent-Type: message/rfc822\n\n"
		 "From: %s\n" SAMPLE_HEADER BODY "--b--\n",
		 person, person, person, person, place, person, rest, person);
	check_mail(buf_str(&b));
	buf_deinit(&b);
}

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (size_t j = 0; j < sizeof(persons) / sizeof(*persons); j++) {
			/* "zelda_quux" and "xyzzy-plugh" are selectors by their form; so
			 * they are known as persons only where an address says so. */
			check_place(places[i], persons[j],
				    "Original-Rcpt-To: zelda_quux+list@shop.example\n"
				    "Original-Rcpt-To: xyzzy-plugh@shop.example\n");
		}
}

/* All that RFC 6591 says, each with a person in it. */
static void test_full(void **state)
{
	(void)state;
	check_mail(FULL_MAIL(FEEDBACK(MUST ABOUT) FULL_SAMPLE));
	check_mail(FULL_MAIL(FEEDBACK(MUST ABOUT)
				     PART("text/rfc822-headers", SAMPLE_HEADER)));
	check_mail(FULL_MAIL(FEEDBACK(MUST ABOUT) "--b\n" SAMPLE_HEADER
						  "Content-Type: multipart/mixed; "
						  "boundary=c\n\n--c\n" BODY "--c--\n"));
	check_mail(FULL_MAIL(FEEDBACK("Feedback-Type: abuse\nReported-Domain: " ADDRESS
				      "\nUser-Agent: " PERSON "\n") FULL_SAMPLE));
	check_mail(FULL_MAIL(FULL_SAMPLE));
	check_mail(EXIM("Sender Domain: " ADDRESS "\nSender IP Address: " PERSON
			"\nReceived Date: " PERSON "\nSPF Alignment: " LOCAL
			"\nDKIM Alignment: " SECRET "\nDMARC Results: " PERSON "\n")
			   SAMPLE_HEADER BODY);
	check_mail(EXIM("Sender Domain: shop.example\n") SAMPLE_HEADER BODY);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_places),
					    cmocka_unit_test(test_full) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
