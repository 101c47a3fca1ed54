/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_test.h"

static const struct row forms[] = {
	{ "plain", MAIL(FEEDBACK(MUST ABOUT) SAMPLE(FROM)), PLAIN, "" },
	{ "only the header of the mail",
	  MAIL(FEEDBACK(MUST ABOUT) PART("text/rfc822-headers", FROM)), PLAIN, "" },
	{ "RFC 9991's example",
	  MAIL(FEEDBACK("Feedback-Type: auth-failure\n"
			"Version: 1\n"
			"User-Agent: DMARC-Filter/1.2.3\n"
			"Auth-Failure: dmarc\n"
			"Authentication-Results: gen.example;\n"
			"  dmarc=fail header.from=consumer.example\n"
			"Identity-Alignment: dkim\n"
			"DKIM-Domain: consumer.example\n"
			"DKIM-Identity: @consumer.example\n"
			"DKIM-Selector: epsilon\n"
			"Original-Envelope-Id: 65E1A3F0A0\n"
			"Original-Mail-From: author=gen.example@forwarder.example\n"
			"Source-IP: 192.0.2.2\n"
			"Source-Port: 12345\n"
			"Reported-Domain: consumer.example\n")
		       SAMPLE("Authentication-Results: gen.example;\n"
			      "  dkim=permerror header.d=forwarder.example "
			      "header.b=\"EjCbN/c3\";\n"
			      "  dkim=temperror header.d=forwarder.example "
			      "header.b=\"mQ8GEWPc\";\n"
			      "  dkim=permerror header.d=consumer.example;\n"
			      "Received: from mail.forwarder.example\n"
			      "  (mail.forwarder.example [IPv6:2001:db8::23ac])\n"
			      "  by mail.gen.example (Postfix) with ESMTP id 5E8B0C15\n"
			      "  for <x@gen.example>; Sun, 14 Aug 2022 07:58:29 -0700\n"
			      "Authentication-Results: mail.forwarder.example;\n"
			      "  dkim=pass header.d=consumer.example\n"
			      "From: Message Author <author@consumer.example>\n")),
	  "type auth-failure\nauth dmarc\nalignment dkim\n"
	  "domain consumer.example\nreported consumer.example\n"
	  "from consumer.example\nd consumer.example\ns epsilon\n"
	  "i consumer.example\nmailfrom forwarder.example\n" REPORTER "source 192.0.2.2\n"
	  "arrival 2026-10-06T10:00:05Z\nagent DMARC-Filter\nversion 1.2.3\n"
	  "dmarc=fail consumer.example\n"
	  "sample dkim=permerror forwarder.example\n"
	  "sample dkim=temperror forwarder.example\n"
	  "sample dkim=permerror consumer.example\n",
	  "failure-date-guessed @ Date\n" },
	{ "an abuse report, RFC 5965 B.2",
	  MAIL(FEEDBACK("Feedback-Type: abuse\n"
			"User-Agent: SomeGenerator/1.0\n"
			"Version: 1\n"
			"Original-Mail-From: <somespammer@example.net>\n"
			"Original-Rcpt-To: <user@example.com>\n"
			"Arrival-Date: Thu, 8 Mar 2005 14:00:00 EDT\n"
			"Reporting-MTA: dns; mail.example.com\n"
			"Source-IP: 192.0.2.1\n"
			"Authentication-Results: mail.example.com;\n"
			"               spf=fail smtp.mail=somespammer@example.com\n"
			"Reported-Domain: example.net\n"
			"Reported-Uri: http://example.net/earn_money.html\n"
			"Reported-Uri: mailto:user@example.com\n"
			"Removal-Recipient: user@example.com\n"
			"Incidents: 12\n") SAMPLE("From: <somespammer@example.net>\n")),
	  "type abuse\ndomain example.net\nreported example.net\nfrom example.net\n"
	  "mailfrom example.net\nmta mail.example.com\n" REPORTER "source 192.0.2.1\n"
	  "arrival 2005-03-08T18:00:00Z\nincidents 12\nagent other\n"
	  "spf=fail mailfrom example.com\n",
	  "" },
	{ "a feedback part in base64 under another type",
	  MAIL_OF("multipart/mixed",
		  "--b\nContent-Type: application/octet-stream; name=ATT00001\n"
		  "Content-Transfer-Encoding: base64\n\n"
		  "RmVlZGJhY2stVHlwZTogYXV0aC1mYWlsdXJlCkF1dGgtRmFpbHVyZTogZG1hcmMK"
		  "UmVwb3J0\nZWQtRG9tYWluOiBzaG9wLmV4YW1wbGUK\n" SAMPLE(FROM)),
	  PLAIN_TOP "from shop.example\n" REPORTER "arrival 2026-10-06T10:00:05Z\n",
	  "failure-encoded\nfailure-missing @ Version\nfailure-missing @ User-Agent\n"
	  "failure-missing @ Authentication-Results\nfailure-missing @ Source-IP\n"
	  "failure-date-guessed @ Date\n" },
	{ "a feedback part as plain text",
	  MAIL_OF("multipart/mixed", PART("text/plain", MUST ABOUT) SAMPLE(FROM)), PLAIN,
	  "failure-encoded\n" },
	{ "base64 without saying so",
	  MAIL(FEEDBACK("RmVlZGJhY2stVHlwZTogYXV0aC1mYWlsdXJlCkF1dGgtRmFpbHVyZTogZG1hcmMK"
			"UmVwb3J0\nZWQtRG9tYWluOiBzaG9wLmV4YW1wbGUK\n") SAMPLE(FROM)),
	  PLAIN_TOP "from shop.example\n" REPORTER "arrival 2026-10-06T10:00:05Z\n",
	  "failure-encoded\nfailure-missing @ Version\nfailure-missing @ User-Agent\n"
	  "failure-missing @ Authentication-Results\nfailure-missing @ Source-IP\n"
	  "failure-date-guessed @ Date\n" },
	{ "a mail that is all feedback part",
	  "From: ruf-sender@receiver.example\nContent-Type: "
	  "message/feedback-report\n\n" MUST ABOUT,
	  PLAIN_TOP PLAIN_END, "failure-sample\n" },
	{ "empty lines and other lines between the fields",
	  MAIL(FEEDBACK("\n\n" MUST "\n--- and ---\n\n" ABOUT) SAMPLE(FROM)), PLAIN, "" },
	{ "a report within a multipart",
	  MAIL_OF("multipart/mixed",
		  "--b\nContent-Type: multipart/report; boundary=c\n\n"
		  "--c\nContent-Type: message/feedback-report\n\n" MUST ABOUT
		  "\n--c\nContent-Type: message/rfc822\n\n" FROM "\n--c--\n"
		  "--b\nContent-Type: text/plain\n\nA list's footer\n"),
	  PLAIN, "" },
};

/* From here on a case says what differs from the plain report, line by line: `+` is
 * there besides, `-` is missing. */
static const struct row samples[] = {
	{ "text/rfc822",
	  MAIL(FEEDBACK(MUST ABOUT) PART("text/rfc822", FROM "\nDear all,\n")), "",
	  "failure-sample-type\n" },
	{ "text-rfc-822",
	  MAIL(FEEDBACK(MUST ABOUT) PART("text-rfc-822", FROM "\nDear all,\n")), "",
	  "failure-sample-type\n" },
	{ "message/rfc822-headers",
	  MAIL(FEEDBACK(MUST ABOUT) PART("message/rfc822-headers", FROM)), "",
	  "failure-sample-type\n" },
	{ "in base64",
	  MAIL(FEEDBACK(MUST ABOUT) "--b\nContent-Type: message/rfc822\n"
				    "Content-Transfer-Encoding: base64\n\n"
				    "RnJvbTogSmFuZSA8amFuZS5kb2VAc2hvcC5leGFtcGxlPgpTdWJq"
				    "ZWN0OiBoaQoK"
				    "SGVsbG8K\n"),
	  "", "" },
	{ "its own type in place of message/rfc822",
	  MAIL(FEEDBACK(MUST ABOUT) "--b\n" FROM
				    "Content-Type: multipart/alternative; boundary=c\n\n"
				    "--c\nContent-Type: text/plain\n\nhello\n"
				    "--c\nContent-Type: text/html\n\n<p>hello\n--c--\n"),
	  "", "failure-sample-type\n" },
	{ "within a multipart/alternative",
	  MAIL(FEEDBACK(
		  MUST ABOUT) "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
			      "--c\nContent-Type: message/rfc822\n\n" FROM
			      "\nhello\n--c--\n"),
	  "", "" },
	{ "none", MAIL(FEEDBACK(MUST ABOUT)), "-from shop.example\n",
	  "failure-sample\n" },
	{ "an empty one", MAIL(FEEDBACK(MUST ABOUT) PART("message/rfc822", "")),
	  "-from shop.example\n", "failure-sample\n" },
	{ "a From in capital letters, with a comment",
	  MAIL(FEEDBACK(MUST ABOUT)
		       SAMPLE("FROM: \"a@b.example\" <JANE@SHOP.EXAMPLE.> (her)\n")),
	  "", "domain-dot @ From\n" },
	{ "a From within an encoded word",
	  MAIL(FEEDBACK(MUST ABOUT)
		       SAMPLE("From: =?utf-8?Q?Jane_=3Cjane=40shop.example=3E?=\n")),
	  "", "" },
	{ "a From that is none", MAIL(FEEDBACK(MUST ABOUT) SAMPLE("From: Jane Doe\n")),
	  "-from shop.example\n", "failure-domain @ From\n" },
	{ "an odd character set",
	  MAIL(FEEDBACK(MUST ABOUT)
		       SAMPLE("From: =?x-unknown?B?/w==?= <jane@shop.example>\n")),
	  "", "" },
	{ "results above the first Received, or of the host that wrote it",
	  MAIL(FEEDBACK(MUST ABOUT)
		       SAMPLE("Authentication-Results: mx.receiver.example; spf=fail "
			      "smtp.mailfrom=x@shop.example smtp.helo=host.isp.example\n"
			      "Received: from x (helo=by) by MX2.receiver.example with "
			      "ESMTP\n"
			      "Authentication-Results: mx2.receiver.example; dkim=none\n"
			      "Authentication-Results: relay.example; dkim=pass "
			      "header.d=shop.example\n" FROM)),
	  "+helo host.isp.example\n+sample spf=fail mailfrom shop.example\n"
	  "+sample dkim=none\n",
	  "" },
	{ "the signature of the domain",
	  MAIL(FEEDBACK(MUST ABOUT) SAMPLE(
		  "DKIM-Signature: v=1; d=other.example; s=one; b=xx\n"
		  "DKIM-Signature: v=1; d=Shop.example;\n  s=Key-2026; b=xx\n" FROM)),
	  "+d shop.example\n+s key-2026\n",
	  "failure-signature-guessed @ DKIM-Signature\n" },
};

#define NO_DOMAIN \
	"Auth-Failure: dmarc\nAuthentication-Results: mx.receiver.example; none\n"
#define FROM_OF(fields, sample) MAIL(FEEDBACK(MUST NO_DOMAIN fields) SAMPLE(sample))
#define TO_BE "-reported shop.example\n-dmarc=fail shop.example\n"

static const struct row domains[] = {
	{ "of the mail's From", FROM_OF("", FROM), TO_BE,
	  "failure-missing @ Reported-Domain\nfailure-domain-guessed @ From\n" },
	{ "of a bad field",
	  FROM_OF("Reported-Domain: Jane's\nReported-Domain: 192.0.2.7\n", FROM), TO_BE,
	  "failure-domain x2 @ Reported-Domain\nfailure-domain-guessed @ From\n" },
	{ "of an address", FROM_OF("Reported-Domain: <jane@shop.example>\n", FROM),
	  "-dmarc=fail shop.example\n", "failure-address @ Reported-Domain\n" },
	{ "of a result",
	  FROM_OF("Authentication-Results: mx; dmarc=fail header.from=shop.example\n",
		  "Subject: x\n"),
	  "-reported shop.example\n-from shop.example\n",
	  "failure-missing @ Reported-Domain\n"
	  "failure-domain-guessed @ Authentication-Results\n" },
	{ "of the signature", FROM_OF("DKIM-Domain: shop.example\n", "Subject: x\n"),
	  TO_BE "-from shop.example\n+d shop.example\n",
	  "failure-missing @ Reported-Domain\nfailure-domain-guessed @ DKIM-Domain\n" },
	{ "of the envelope",
	  FROM_OF("Original-Mail-From: j@shop.example\n", "Subject: x\n"),
	  TO_BE "-from shop.example\n+mailfrom shop.example\n",
	  "failure-missing @ Reported-Domain\n"
	  "failure-domain-guessed @ Original-Mail-From\n" },
};

#define LABELS_OF(results) \
	"  Sender Domain: shop.example\n  Sender IP Address: 192.0.2.7\n" \
	"  Received Date: Tue, 06 Oct 2026 11:59:00 +0200\n" \
	"  SPF Alignment: no\n  DKIM Alignment: yes\n  DMARC Results: " results "\n"
#define SENTENCES \
	"+sentences\n-dmarc=fail shop.example\n" \
	"-agent OpenDMARC-Filter\n-version 1.4.2\n" \
	"-reporter receiver.example\n+reporter gate.example.net\n"

static const struct row sentences[] = {
	{ "accepted", EXIM(LABELS_OF("None, Accept")) FROM "\n",
	  SENTENCES "+aligned spf=no dkim=yes\n+delivery delivered\n",
	  "failure-sentences\n" },
	{ "rejected", EXIM(LABELS_OF("Reject")) FROM "\n",
	  SENTENCES "+aligned spf=no dkim=yes\n+delivery reject\n",
	  "failure-sentences\n" },
	{ "quarantined, without a copy", EXIM(LABELS_OF("Quarantine")),
	  SENTENCES "+aligned spf=no dkim=yes\n+delivery policy\n-from shop.example\n",
	  "failure-sentences\nfailure-sample\n" },
	{ "other words",
	  EXIM("Sender Domain: jane\nSender IP Address: nowhere\nReceived Date: today\n"
	       "SPF Alignment: perhaps\nDMARC Results: Deferred\n") FROM "\n",
	  "+delivery other\n"
	  "+sentences\n"
	  "-reporter receiver.example\n"
	  "+reporter gate.example.net\n"
	  "-reported shop.example\n"
	  "+arrival 2026-10-06T10:00:05Z\n"
	  "-source 192.0.2.7\n"
	  "-arrival 2026-10-06T09:59:00Z\n"
	  "-agent OpenDMARC-Filter\n"
	  "-version 1.4.2\n"
	  "-dmarc=fail shop.example\n",
	  "failure-sentences\nfailure-domain @ Sender Domain\n"
	  "failure-source @ Sender IP Address\nfailure-date @ Received Date\n"
	  "failure-alignment @ SPF Alignment\nfailure-delivery @ DMARC Results\n"
	  "failure-domain-guessed @ From\nfailure-date-guessed @ Date\n" },
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct outcome o;
		read_mail(&o, forms[i].name, forms[i].mail);
		check(forms[i].name, "report", buf_str(&o.text), forms[i].report);
		check(forms[i].name, "repairs", buf_str(&o.repairs), forms[i].repairs);
		forget(&o);
	}
}

TEST_OF(samples)
TEST_OF(domains)
TEST_OF(sentences)

/* What a leaf of a mail is handed to arf_recognise() as. */
static bool is_recognised(const char *mail)
{
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(sv_from(mail), a);
	struct mime_part p;
	bool yes = false;
	while (mime_walk_next(w, &p)) {
		char head[4096];
		struct mime_decoder d;
		mime_decoder_init(&d, p.encoding, p.body);
		size_t n = mime_decode(&d, head, sizeof(head));
		struct arf_leaf leaf = { p.type, { head, n }, p.mail };
		yes = yes || arf_recognise(&leaf);
	}
	mime_walk_free(&w);
	arena_free(&a);
	return yes;
}

#define BOUNCE(type, part) \
	"From: MAILER-DAEMON@mx.example\nTo: a@shop.example\n" \
	"Content-Type: multipart/report; report-type=" type "; boundary=z\n\n" \
	"--z\nContent-Type: text/plain\n\nNot delivered.\n" \
	"--z\nContent-Type: message/delivery-status\n\n" \
	"Reporting-MTA: dns; mx.example\nArrival-Date: Tue, 6 Oct 2026 10:00:00 " \
	"+0000\n\n" \
	"Final-Recipient: rfc822; jane@shop.example\nAction: failed\nStatus: 5.1.1\n" \
	"--z\nContent-Type: message/rfc822\n\n" part "\n--z--\n"

/* Somebody asks what such a mail means. */
#define QUOTED_SENTENCES \
	"From: a@b.example\nSubject: x\n\n" \
	"> A message claiming to be from you has failed the published DMARC\n" \
	"> policy for your domain.\n>\n> Sender Domain: b.example\n" \
	"is what it says.\n"

static void test_recognise(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (!is_recognised(forms[i].mail))
			fail_msg("not recognised: %s", forms[i].name);
	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++)
		if (!is_recognised(sentences[i].mail))
			fail_msg("not recognised: %s", sentences[i].name);
	static const char *const others[] = {
		BOUNCE("delivery-status", FROM "\nhello"),
		BOUNCE("delivery-status", MAIL(FEEDBACK(MUST ABOUT) SAMPLE(FROM))),
		BOUNCE("disposition-notification", EXIM(LABELS_OF("Reject")) FROM),
		MAIL_OF("multipart/mixed",
			PART("text/plain", "Look at Feedback-Type: x\n")),
		MAIL_OF("multipart/mixed",
			PART("text/plain", "Version: 1\nUser-Agent: x\n")),
		QUOTED_SENTENCES,
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (is_recognised(others[i]))
			fail_msg("recognised: %s", others[i]);
	struct arf_leaf bare = { SV("message/feedback-report"), SV(MUST ABOUT), NULL };
	assert_false(arf_recognise(&bare));
}

static void check_refusal(struct sv mail, const char *want)
{
	struct arena *a = arena_new();
	struct arf_report r;
	char reason[LIMIT_REASON + 1];
	assert_false(arf_read(mail, a, &r, reason));
	if (!strstr(reason, want))
		fail_msg("%s: should say %s", reason, want);
	arena_free(&a);
}

static void test_refusals(void **state)
{
	(void)state;
	check_refusal(SV(""), "message/feedback-report");
	check_refusal(SV(MAIL(SAMPLE(FROM))), "message/feedback-report");
	check_refusal(SV(MAIL(FEEDBACK(MUST NO_DOMAIN))), "names no domain");
	check_refusal(SV(MAIL(FEEDBACK(MUST "Reported-Domain: jane@192.0.2.7\n")
				      SAMPLE("From: Jane\n"))),
		      "names no domain");
}

/* A feedback part of `n` bytes, of which only the first tell anything. */
static void read_of_size(size_t n, bool good)
{
	static const char begin[] = "From: a@receiver.example\nContent-Type: "
				    "message/feedback-report\n\n";
	static const char fields_of[] = MUST ABOUT;
	size_t head = sizeof(begin) - 1, whole = head + n;
	char *mail = malloc(whole);
	assert_non_null(mail);
	memset(mail, 'x', whole);
	memcpy(mail, begin, head);
	memcpy(mail + head, fields_of, sizeof(fields_of) - 1);
	struct arena *a = arena_new();
	struct arf_report r;
	char reason[LIMIT_REASON + 1];
	assert_int_equal(arf_read((struct sv){ mail, whole }, a, &r, reason), good);
	if (!good)
		assert_non_null(strstr(reason, "larger than"));
	arena_free(&a);
	free(mail);
}

static void test_limit(void **state)
{
	(void)state;
	read_of_size(LIMIT_FEEDBACK, true);
	read_of_size(LIMIT_FEEDBACK + 1, false);
}

static struct sv identity_of(struct arena *a, const char *mail)
{
	struct arf_report r;
	struct buf b;
	char reason[LIMIT_REASON + 1];
	buf_init(&b, 1 << 20);
	assert_true(arf_read(sv_from(mail), a, &r, reason));
	for (size_t i = 0; i < r.identity_n; i++)
		buf_add_sv(&b, r.identity[i]);
	struct sv copy = arena_sv(a, buf_sv(&b));
	buf_deinit(&b);
	return copy;
}

/* The fields of the plain report in another encoding. */
#define QUOTED_FEEDBACK \
	"--b\nContent-Type: message/feedback-report\n" \
	"Content-Transfer-Encoding: quoted-printable\n\n" MUST "Auth-Failure: dmarc\n" \
	"Authentication-Results: mx.receiver.example; dmarc=3Dfail header.fr=\n" \
	"om=3Dshop.example\n" \
	"Reported-Domain: shop.example\n\n"

static void test_identity(void **state)
{
	(void)state;
	static const struct {
		bool same;
		const char *mail;
	} others[] = {
		/* Another delivery: its header, empty lines, the body differ. */
		{ true, "Received: by x\nX-Id: 7\n" MAIL(
				FEEDBACK("\n" MUST ABOUT "\n\n")
					PART("message/rfc822", FROM "\n\nother")) },
		{ true, MAIL(QUOTED_FEEDBACK SAMPLE(FROM)) },
		{ false, MAIL(FEEDBACK(MUST ABOUT) SAMPLE("X: y\n" FROM)) },
		{ false, MAIL(FEEDBACK(MUST ABOUT "X: y\n") SAMPLE(FROM)) },
		{ false, MAIL(FEEDBACK(MUST ABOUT)) },
	};
	struct arena *a = arena_new();
	struct sv one = identity_of(a, MAIL(FEEDBACK(MUST ABOUT) SAMPLE(FROM)));
	assert_true(sv_eq(one, SV(MUST ABOUT "\n" FROM)));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (sv_eq(one, identity_of(a, others[i].mail)) != others[i].same)
			fail_msg("%s", others[i].mail);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),     cmocka_unit_test(test_samples),
		cmocka_unit_test(test_domains),   cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_recognise), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_limit),     cmocka_unit_test(test_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
