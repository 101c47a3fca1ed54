/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mime.h"

#include "base/arena.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(lit) lit, sizeof(lit) - 1

enum {
	SHOWN_MAX = 16 << 20
};

static void show_part(const struct mime_part *p, struct buf *out)
{
	static const char *const encodings[] = { "-", "base64", "qp" };
	buf_addf(out, "%.*s|%.*s|%.*s|%s|", SV_ARG(p->path), SV_ARG(p->type),
		 SV_ARG(p->name), encodings[p->encoding]);
	struct mime_decoder d;
	mime_decoder_init(&d, p->encoding, p->body);
	char bytes[64];
	size_t n;
	while ((n = mime_decode(&d, bytes, sizeof(bytes))) > 0)
		buf_add(out, bytes, n);
	buf_add_char(out, '|');
	buf_add_char(out, (char)('0' + p->mail->depth));
	buf_add_char(out, '\n');
}

/* A line a leaf: path, type, name, encoding, decoded body, depth of its mail. */
static void show(struct sv mail, struct buf *out)
{
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(mail, a);
	struct mime_part part;
	while (mime_walk_next(w, &part))
		show_part(&part, out);
	assert_false(mime_walk_next(w, &part));
	if (mime_walk_reason(w))
		buf_addf(out, "left out: %s\n", mime_walk_reason(w));
	mime_walk_free(&w);
	arena_free(&a);
}

struct walk_case {
	const char *label;
	const char *mail;
	size_t n;
	const char *want;
};

#define TOP "From: a@b.example\nMIME-Version: 1.0\n"
#define MIXED TOP "Content-Type: multipart/mixed; boundary=\"b1\"\n\n"

static const struct walk_case walk_cases[] = {
	{ "plain mail", BYTES("Subject: x\n\nhello\n"), "|text/plain||-|hello\n|0\n" },
	{ "the whole mail is the attachment",
	  BYTES(TOP "Content-Type: application/zip; name=\"a!b!1!2.zip\"\n"
		    "Content-Transfer-Encoding: base64\n"
		    "Content-Disposition: attachment; filename=\"a!b!1!2.zip\"\n\n"
		    "aGVs\nbG8=\n"),
	  "|application/zip|a!b!1!2.zip|base64|hello|0\n" },
	{ "the report is not the last part, behind HTML",
	  BYTES(MIXED "--b1\nContent-Type: text/html\n\n<p>\n"
		      "--b1\nContent-Type: application/gzip\n"
		      "Content-Disposition: attachment; filename=r.xml.gz\n"
		      "Content-Transfer-Encoding: base64\n\naGVsbG8=\n"
		      "--b1\nContent-Type: text/plain\n\nfooter\n--b1--\n"),
	  "part 1|text/html||-|<p>|0\n"
	  "part 2|application/gzip|r.xml.gz|base64|hello|0\n"
	  "part 3|text/plain||-|footer|0\n" },
	{ "name in pieces, charset and percent-encoding",
	  BYTES(TOP "Content-Type: application/octet-stream;\n"
		    "\tname*1=\"com.xml\"; name*0=\"google.com!example.\";\n "
		    "name*2=.gz\n\nx"),
	  "|application/octet-stream|google.com!example.com.xml.gz|-|x|0\n" },
	{ "name in extended pieces",
	  BYTES(TOP "Content-Disposition: attachment; filename*0*=iso-8859-1'de'caf%E9;\n"
		    " filename*1=\"%41\"; filename*2*=%42.gz\n\nx"),
	  "|text/plain|caf\xc3\xa9%41B.gz|-|x|0\n" },
	{ "name extended in one",
	  BYTES(TOP "Content-Disposition: attachment; filename=\"plain.gz\";\n"
		    " filename*=UTF-8''caf%c3%a9%zz.gz\n\nx"),
	  "|text/plain|caf\xc3\xa9%zz.gz|-|x|0\n" },
	{ "name as an encoded word, with a folder",
	  BYTES(TOP "Content-Type: text/xml; name=\"=?utf-8?B?Qzpcw6QueG1s?=\"\n\nx"),
	  "|text/xml|\xc3\xa4.xml|-|x|0\n" },
	{ "name without quotes but with blanks, and a comment",
	  BYTES(TOP "Content-Type: text/xml (really); name=my report.xml ; "
		    "charset=utf-8\n\nx"),
	  "|text/xml|my report.xml|-|x|0\n" },
	{ "quotes that do not end, escapes, a Windows path",
	  BYTES(TOP "Content-Type: text/xml; x=\"\\\"\"; name=\"C:\\tmp\\a.xml\n\nx"),
	  "|text/xml|a.xml|-|x|0\n" },
	{ "semicolons missing",
	  BYTES(TOP "Content-Type: multipart/mixed boundary=b1 charset=\"x\"\n\n"
		    "--b1\n\nx\n--b1--"),
	  "part 1|text/plain||-|x|0\n" },
	{ "ContentType:",
	  BYTES(TOP "ContentType: application/gzip; name=a.gz\n"
		    "ContentTransferEncoding: base64\n\naGVsbG8=\n"),
	  "|application/gzip|a.gz|base64|hello|0\n" },
	{ "field names in any case, a blank before the colon",
	  BYTES("MIME-VERSION: 1.0\ncONTENT-tYPE : Text/XML\n\nx"),
	  "|text/xml||-|x|0\n" },
	{ "a media type that is none", BYTES(TOP "Content-Type: zip\n\nx"),
	  "|text/plain||-|x|0\n" },
	{ "nested mail",
	  BYTES(MIXED "--b1\n\nsee below\n--b1\nContent-Type: message/rfc822\n\n"
		      "Subject: inner\nContent-Type: multipart/mixed; boundary=b2\n\n"
		      "--b2\n\none\n--b2\nContent-Type: application/zip\n\ntwo\n--b2--\n"
		      "--b1--\n"),
	  "part 1|text/plain||-|see below|0\n"
	  "part 2/part 1|text/plain||-|one|1\n"
	  "part 2/part 2|application/zip||-|two|1\n" },
	{ "a mail that is nothing but a mail in a mail",
	  BYTES(TOP "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n"
		    "Subject: inner\n\nx"),
	  "|text/plain||-|x|2\n" },
	{ "nested mail in base64",
	  BYTES(MIXED "--b1\nContent-Type: message/rfc822; name=x.eml\n"
		      "Content-Transfer-Encoding: base64\n\n"
		      "U3ViamVjdDogaW5uZXIKQ29udGVudC1UeXBlOiB0ZXh0\nL3htbAoKPGE+Cg==\n"
		      "--b1--\n"),
	  "part 1|text/xml||-|<a>\n|1\n" },
	{ "nested mail in quoted-printable, behind a From line",
	  BYTES(TOP "Content-Type: message/rfc822\n"
		    "Content-Transfer-Encoding: quoted-printable\n\n"
		    "From x Thu Jan  1 00:00:00 2026\nSubject=3A=20inner\n=0Abody=\n!"),
	  "|text/plain||-|body!|1\n" },
	{ "nested mail labelled base64 that is plain",
	  BYTES(TOP "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
		    "Subject: inner\n\nx"),
	  "|text/plain||-|x|1\n" },
	{ "a message/rfc822 that is no mail",
	  BYTES(TOP "Content-Type: message/rfc822\n\n<?xml version='1.0'?>"),
	  "|message/rfc822||-|<?xml version='1.0'?>|0\n" },
	{ "a nested mail without header fields",
	  BYTES(TOP "Content-Type: message/rfc822\n\n\nx"), "|text/plain||-|x|1\n" },
	{ "an empty line too many before a nested mail",
	  BYTES(TOP "Content-Type: message/rfc822\n\n\n\nSubject: x\n\nbody"),
	  "|text/plain||-|body|1\n" },
	{ "several levels of multipart",
	  BYTES(MIXED "--b1\nContent-Type: multipart/alternative; boundary=b1b\n\n"
		      "--b1b\n\none\n--b1b\nContent-Type: text/html\n\ntwo\n--b1b--\n\n"
		      "--b1\n\nthree\n--b1--\n"),
	  "part 1/part 1|text/plain||-|one|0\n"
	  "part 1/part 2|text/html||-|two|0\n"
	  "part 2|text/plain||-|three|0\n" },
	{ "the outer delimiter ends an inner multipart",
	  BYTES(MIXED "--b1\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\n\none\n"
		      "--b1\n\ntwo\n--b1--\n"),
	  "part 1/part 1|text/plain||-|one|0\npart 2|text/plain||-|two|0\n" },
	{ "text/plain in base64",
	  BYTES(TOP "Content-Type: text/plain; charset=us-ascii\n"
		    "Content-Transfer-Encoding: Base64\n\nPGZlZWRiYWNrPg==\n"),
	  "|text/plain||base64|<feedback>|0\n" },
	{ "binary and 8bit beside base64",
	  BYTES(MIXED "--b1\nContent-Transfer-Encoding: 8bit\n\n\xc3\xa4\n"
		      "--b1\nContent-Transfer-Encoding: BINARY\n\n\x1f\x8b\x08 =41\n"
		      "--b1\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b1--\n"),
	  "part 1|text/plain||-|\xc3\xa4|0\npart 2|text/plain||-|\x1f\x8b\x08 =41|0\n"
	  "part 3|text/plain||base64|hello|0\n" },
	{ "an unknown encoding is none",
	  BYTES(TOP "Content-Transfer-Encoding: x-best (64)\n\nx"),
	  "|text/plain||-|x|0\n" },
	{ "an encoding in quotes, with a comment",
	  BYTES(TOP "Content-Transfer-Encoding: \"quoted-printable\" (x)\n\n=41"),
	  "|text/plain||qp|A|0\n" },
	{ "labelled base64, but XML as it is",
	  BYTES(TOP "Content-Transfer-Encoding: base64\n\n<?xml version=\"1.0\"?>"),
	  "|text/plain||-|<?xml version=\"1.0\"?>|0\n" },
	{ "base64 without a label",
	  BYTES(TOP "Content-Type: application/xml\n\nPD94bWwgdmVyc2lvbj0nMS4wJz8+"),
	  "|application/xml||base64|<?xml version='1.0'?>|0\n" },
	{ "no closing delimiter",
	  BYTES(MIXED "--b1\n\none\n--b1\nContent-Type: text/xml\n\ntwo"),
	  "part 1|text/plain||-|one|0\npart 2|text/xml||-|two|0\n" },
	{ "cut short behind a delimiter", BYTES(MIXED "--b1\n\none\n--b1\n"),
	  "part 1|text/plain||-|one|0\n" },
	{ "cut short within a closing delimiter", BYTES(MIXED "--b1\n\none\n--b1-"),
	  "part 1|text/plain||-|one\n--b1-|0\n" },
	{ "no boundary parameter",
	  BYTES(TOP "Content-Type: multipart/mixed\n\nhello\n-- \nme\n----\n\n--=_x y\n"
		    "Content-Type: text/xml\n\none\n--=_x y\n\ntwo\n--=_x y--\n"),
	  "part 1|text/xml||-|one|0\npart 2|text/plain||-|two|0\n" },
	{ "a boundary that does not occur",
	  BYTES(TOP
		"Content-Type: multipart/mixed; boundary=other\n\n--b1\n\none\n--b1--\n"),
	  "part 1|text/plain||-|one|0\n" },
	{ "a multipart without any part", BYTES(MIXED "no delimiter here\n"),
	  "|multipart/mixed||-|no delimiter here\n|0\n" },
	{ "a multipart that closes at once", BYTES(MIXED "--b1--\nepilogue"), "" },
	{ "a multipart in base64",
	  BYTES(TOP "Content-Type: multipart/mixed; boundary=b1\n"
		    "Content-Transfer-Encoding: base64\n\nLS1iMQoKb25lCi0tYjEtLQo="),
	  "part 1|text/plain||-|one|0\n" },
	{ "a multipart labelled base64 that is plain",
	  BYTES(TOP "Content-Type: multipart/mixed; boundary=b1\n"
		    "Content-Transfer-Encoding: base64\n\n--b1\n\none\n--b1--\n"),
	  "part 1|text/plain||-|one|0\n" },
	{ "no Content-Type, but plainly a multipart",
	  BYTES(TOP "\npreamble\n--zz\nContent-Type: text/xml\n\none\n--zz--\n"),
	  "part 1|text/xml||-|one|0\n" },
	{ "no Content-Type, and a line that looks like a delimiter",
	  BYTES(TOP "\nhello\n--zz\nwell: no\n"),
	  "|text/plain||-|hello\n--zz\nwell: no\n|0\n" },
	{ "a boundary that is a prefix of another",
	  BYTES(TOP "Content-Type: multipart/mixed; boundary=b\n\n"
		    "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n"
		    "--bb--\n--b--x\n--b\n\ntwo\n--b--\n"),
	  "part 1/part 1|text/plain||-|one|0\npart 2|text/plain||-|two|0\n" },
	{ "blanks behind delimiters, and within a line they are none",
	  BYTES(MIXED "--b1 \t\n\none --b1\n --b1\n--b1--  \nx"),
	  "part 1|text/plain||-|one --b1\n --b1|0\n" },
	{ "no empty line before a body of base64",
	  BYTES(MIXED "--b1\nContent-Type: application/gzip\n"
		      "Content-Transfer-Encoding: base64\naGVsbG8=\n--b1--\n"),
	  "part 1|application/gzip||base64|hello|0\n" },
	{ "no empty line before a multipart",
	  BYTES(TOP "Content-Type: multipart/mixed; boundary=b1\n--b1\n\none\n--b1--\n"),
	  "part 1|text/plain||-|one|0\n" },
	{ "a long field that a gateway broke",
	  BYTES("Subject: one\ntwo words\nContent-Type: text/xml\n\nx"),
	  "|text/xml||-|x|0\n" },
	{ "a line of blanks ends the header",
	  BYTES(TOP "Content-Type: text/xml\n \t\nx y"), "|text/xml||-|x y|0\n" },
	{ "a line of blanks within the header",
	  BYTES("Subject: a\n \nContent-Type: text/xml\n\nx"), "|text/xml||-|x|0\n" },
	{ "an mbox From line first",
	  BYTES("From a@b Thu Jan  1 00:00:00 2026\nContent-Type: text/xml\n\nx"),
	  "|text/xml||-|x|0\n" },
	{ "a byte order mark and empty lines first",
	  BYTES("\xef\xbb\xbf\n\nContent-Type: text/xml\n\nx"), "|text/xml||-|x|0\n" },
	{ "empty parts",
	  BYTES(MIXED "--b1\n--b1\n\n--b1\n\n\n--b1\nContent-Type: text/xml\n--b1--\n"),
	  "part 1|text/plain||-||0\npart 2|text/plain||-||0\npart 3|text/plain||-||0\n"
	  "part 4|text/xml||-||0\n" },
	{ "preamble and epilogue",
	  BYTES(MIXED
		"This is a mail\n--b2\nin parts\n--b1\n\none\n--b1--\n--b1\n\ntwo\n"),
	  "part 1|text/plain||-|one|0\n" },
	{ "a digest holds mails",
	  BYTES(TOP
		"Content-Type: multipart/digest; boundary=b1\n\n"
		"--b1\n\nSubject: x\n\none\n--b1\nContent-Type: text/xml\n\ntwo\n--b1--"),
	  "part 1|text/plain||-|one|1\npart 2|text/xml||-|two|0\n" },
	{ "base64 with junk, without padding",
	  BYTES(TOP "Content-Transfer-Encoding: base64\n\n aG!V\n\ts\xff"
		    "bG-8\n"),
	  "|text/plain||base64|hello|0\n" },
	{ "nothing", BYTES(""), "|text/plain||-||0\n" },
	{ "no header", BYTES("<?xml?>\n"), "|text/plain||-|<?xml?>\n|0\n" },
};

/* The ends of lines as other systems write them. */
static char *with_ends(const char *mail, size_t n, const char *even, const char *odd,
		       size_t *out_n)
{
	char *out = malloc(n * 3 + 1);
	size_t to = 0, line = 0;
	for (size_t i = 0; i < n; i++) {
		const char *end = line % 2 ? odd : even;
		size_t end_n = mail[i] == '\n' ? strlen(end) : 1;
		line += mail[i] == '\n';
		memcpy(out + to, mail[i] == '\n' ? end : mail + i, end_n);
		to += end_n;
	}
	*out_n = to;
	return out;
}

/* A CR before a line end, or left at a body's end by CR CR LF, goes. */
static void undo_ends(struct buf *b)
{
	size_t to = 0;
	for (size_t i = 0; i < b->n; i++)
		if (b->p[i] != '\r' || i + 1 == b->n || !strchr("\r\n|", b->p[i + 1]))
			b->p[to++] = b->p[i];
	b->n = to;
	if (b->p)
		b->p[to] = '\0';
}

static void test_walk(void **state)
{
	(void)state;
	static const char *const ends[][2] = { { "\n", "\n" },
					       { "\r\n", "\r\n" },
					       { "\n", "\r\n" },
					       { "\r\n", "\n" },
					       { "\r\r\n", "\r\n" } };
	for (size_t e = 0; e < sizeof(ends) / sizeof(ends[0]); e++) {
		for (size_t i = 0; i < sizeof(walk_cases) / sizeof(walk_cases[0]); i++) {
			const struct walk_case *c = &walk_cases[i];
			struct buf got;
			buf_init(&got, SHOWN_MAX);
			size_t n;
			char *mail = with_ends(c->mail, c->n, ends[e][0], ends[e][1], &n);
			show((struct sv){ mail, n }, &got);
			undo_ends(&got);
			if (strcmp(buf_str(&got), c->want) != 0)
				fail_msg("%s, ends %zu:\n%s", c->label, e, buf_str(&got));
			free(mail);
			buf_deinit(&got);
		}
	}
}

static void test_line_ends(void **state)
{
	(void)state;
	static const struct walk_case cases[] = {
		{ "CR alone",
		  BYTES("Subject: x\rContent-Type: multipart/mixed;\r boundary=b1\r\r"
			"--b1\rContent-Type: text/xml\r\rone\r--b1\r\rtwo\r--b1--\r"),
		  "part 1|text/xml||-|one|0\npart 2|text/plain||-|two|0\n" },
		{ "CR within a field, elsewhere LF",
		  BYTES("Subject: x\ry z\nContent-Type: text/xml\n\nx"),
		  "|text/xml||-|x|0\n" },
		{ "every kind in one mail",
		  BYTES("Subject: x\r\nContent-Type: multipart/mixed; boundary=b1\r\r"
			"--b1\r\nContent-Type: text/xml\n\none\r--b1\n\r\ntwo\r\n--b1--"),
		  "part 1|text/xml||-|one|0\npart 2|text/plain||-|two|0\n" },
		{ "NUL bytes",
		  BYTES("Subject: \0x\nX\0: y\nContent-Type: text/xml\0; "
			"name=\"a\0b\"\n\n\0x\0"),
		  NULL },
		{ "all CR", BYTES("\r\r\r\r\r\r"), "|text/plain||-|\r\r\r\r\r|0\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf got;
		buf_init(&got, SHOWN_MAX);
		show((struct sv){ cases[i].mail, cases[i].n }, &got);
		if (cases[i].want && strcmp(buf_str(&got), cases[i].want) != 0)
			fail_msg("%s:\n%s", cases[i].label, buf_str(&got));
		buf_deinit(&got);
	}
}

/* What the outermost mail says of itself, from its first leaf. */
static void show_mail(const char *mail, struct buf *out)
{
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(sv_from(mail), a);
	struct mime_part part;
	assert_true(mime_walk_next(w, &part));
	const struct mime_mail *m = part.mail;
	buf_addf(out, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", SV_ARG(m->from),
		 SV_ARG(m->subject), SV_ARG(m->date), SV_ARG(m->message_id),
		 SV_ARG(m->dkim_domains), SV_ARG(m->auth_results),
		 SV_ARG(m->report_type));
	mime_walk_free(&w);
	arena_free(&a);
}

static void test_mail(void **state)
{
	(void)state;
	static const struct {
		const char *mail, *want;
	} cases[] = {
		{ "\nx", "||||||" },
		{ "From: a@b.example\n\n", "a@b.example||||||" },
		{ "From: \"x@y <z@q>, \\\"\" (c@d) <a@b.example>\n\n",
		  "a@b.example||||||" },
		{ "From: Some One a@b.example (x)\n\n", "a@b.example||||||" },
		{ "From: <> , <a@b.example>\n\n", "a@b.example||||||" },
		{ "From: reports\nSender: <s@b.example>\n\n", "reports||||||" },
		{ "From:\nSender: <s@b.example>\n\n", "s@b.example||||||" },
		{ "From: a@b.example, c@d.example\n\n", "a@b.example||||||" },
		{ "From: <a@b.example\n\n", "a@b.example||||||" },
		{ "Subject: Report domain: a;\n  Submitter:\tb\nDate: Thu, 1 Jan 2026\n"
		  "Message-ID: <1@x>\n\n",
		  "|Report domain: a; Submitter:\tb|Thu, 1 Jan 2026|<1@x>|||" },
		{ "Subject: =?utf-8?Q?=C3=A4_b?= =?UTF-8?b?w6Q=?= c =?utf-8?q?=C3?=\n"
		  " =?utf-8?q?=A4?=\n\n",
		  "|\xc3\xa4 b\xc3\xa4 c \xc3\xa4|||||" },
		{ "Subject: =?iso-8859-1*de?Q?=E4?= =?koi8-r?B?wQ==?= =?utf-8?x?y?= "
		  "=?=\n\n",
		  "|\xc3\xa4\xd0\xb0 =?utf-8?x?y?= =?=|||||" },
		{ "Subject: =?no-such-set?Q?=80?= \xe4 \xc3\xa4 =?utf-8?Q?open\n\n",
		  "|\xe2\x82\xac \xc3\xa4 \xc3\xa4 =?utf-8?Q?open|||||" },
		{ "DKIM-Signature: v=1; a=rsa-sha256; bh=d=no; d=a.\n example ; s=x\n"
		  "DKIM-Signature: d = b.example\nDKIM-Signature: v=1; d=; s=x\n"
		  "DKIM-Signature: s=d\n\n",
		  "||||a.example b.example||" },
		{ "Authentication-Results: mx.x;\n\tdkim=pass\nAuthentication-Results: "
		  "y; none\n\n",
		  "|||||mx.x; dkim=pass\ny; none|" },
		{ "Content-Type: multipart/report; report-type=TLSRPT; "
		  "boundary=b\n\n--b\n\nx",
		  "||||||tlsrpt" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
		  "multipart/report; report-type=\"feedback-report\"; "
		  "boundary=c\n\n--c\n\nx",
		  "||||||feedback-report" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf got;
		buf_init(&got, SHOWN_MAX);
		show_mail(cases[i].mail, &got);
		assert_string_equal(buf_str(&got), cases[i].want);
		buf_deinit(&got);
	}
}

static void repeat(struct buf *b, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_str(b, text);
}

static void test_mail_caps(void **state)
{
	(void)state;
	struct buf mail, got;
	buf_init(&mail, SHOWN_MAX);
	buf_init(&got, SHOWN_MAX);
	buf_add_str(&mail, "Subject: ");
	repeat(&mail, "\xc3\xa4", 5000);
	buf_add_str(&mail, "\n");
	repeat(&mail, "DKIM-Signature: d=some.example\n", 500);
	repeat(&mail, "Authentication-Results: mx; something=pass or another\n", 500);
	buf_add_str(&mail, "\nx");
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(buf_sv(&mail), a);
	struct mime_part part;
	assert_true(mime_walk_next(w, &part));
	assert_int_equal(part.mail->subject.n, LIMIT_VALUE);
	assert_true(part.mail->dkim_domains.n <= LIMIT_VALUE);
	assert_true(part.mail->dkim_domains.n > LIMIT_VALUE - 16);
	assert_true(sv_has_suffix_fold(part.mail->dkim_domains, SV(" some.example")));
	assert_true(part.mail->auth_results.n <= LIMIT_VALUE);
	assert_true(part.mail->auth_results.n > LIMIT_VALUE - 64);
	mime_walk_free(&w);
	arena_free(&a);
	buf_deinit(&mail);
	buf_deinit(&got);
}

/* How many leaves, and what is left out. */
static size_t count(const struct buf *mail, struct buf *out_reason)
{
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(buf_sv(mail), a);
	struct mime_part part;
	size_t n = 0;
	while (mime_walk_next(w, &part))
		n++;
	buf_clear(out_reason);
	if (mime_walk_reason(w))
		buf_add_str(out_reason, mime_walk_reason(w));
	mime_walk_free(&w);
	arena_free(&a);
	return n;
}

static void test_entries(void **state)
{
	(void)state;
	struct buf mail, reason;
	buf_init(&mail, SHOWN_MAX);
	buf_init(&reason, 1000);
	buf_add_str(&mail, MIXED);
	repeat(&mail, "--b1\n\nx\n", LIMIT_ENTRIES);
	assert_int_equal(count(&mail, &reason), LIMIT_ENTRIES);
	assert_string_equal(buf_str(&reason), "");
	repeat(&mail, "--b1\n\nx\n", 1);
	assert_int_equal(count(&mail, &reason), LIMIT_ENTRIES);
	assert_string_equal(buf_str(&reason), "more than 1000 parts");
	buf_deinit(&mail);
	buf_deinit(&reason);
}

static void nest(struct buf *mail, unsigned levels, bool mails)
{
	buf_clear(mail);
	buf_add_str(mail, "Subject: x\n");
	unsigned level = 1;
	for (; level < levels; level++) {
		if (mails)
			buf_add_str(mail, "Content-Type: message/rfc822\n\nSubject: x\n");
		else
			buf_addf(mail,
				 "Content-Type: multipart/mixed; "
				 "boundary=\"l%u\"\n\n--l%u\n",
				 level, level);
	}
	buf_add_str(mail, "Content-Type: text/xml\n\nx\n");
}

static void test_nesting(void **state)
{
	(void)state;
	struct buf mail, reason;
	buf_init(&mail, SHOWN_MAX);
	buf_init(&reason, 1000);
	for (int mails = 0; mails < 2; mails++) {
		nest(&mail, LIMIT_NESTING, mails);
		assert_int_equal(count(&mail, &reason), 1);
		assert_string_equal(buf_str(&reason), "");
		nest(&mail, LIMIT_NESTING + 1, mails);
		assert_int_equal(count(&mail, &reason), 0);
		assert_string_equal(buf_str(&reason),
				    "mails and multiparts more than 8 deep");
		nest(&mail, 20000, mails);
		assert_int_equal(count(&mail, &reason), 0);
	}
	buf_deinit(&mail);
	buf_deinit(&reason);
}

static void test_header_limit(void **state)
{
	(void)state;
	struct buf mail, reason;
	buf_init(&mail, SHOWN_MAX);
	buf_init(&reason, 1000);
	for (size_t over = 0; over < 2; over++) {
		static const char last[] = "Content-Type: text/xml\n\n";
		buf_clear(&mail);
		buf_add_str(&mail, "X: ");
		repeat(&mail, "y", LIMIT_HEADER - 4 - strlen(last) + over);
		buf_add_str(&mail, "\n");
		buf_add_str(&mail, last);
		buf_add_str(&mail, "body");
		assert_int_equal(count(&mail, &reason), 1);
		assert_string_equal(buf_str(&reason),
				    over ? "a header longer than 256 KiB" : "");
	}
	/* Many MiB of header: fields, one field, folds. */
	static const char *const lines[] = { "X-Some: y\n", "yyyyyyyyyy", " y\n" };
	for (size_t i = 0; i < 3; i++) {
		buf_clear(&mail);
		buf_add_str(&mail, "Subject: x\nX: ");
		repeat(&mail, lines[i], 1000000);
		assert_int_equal(count(&mail, &reason), 1);
		assert_string_equal(buf_str(&reason), "a header longer than 256 KiB");
	}
	buf_deinit(&mail);
	buf_deinit(&reason);
}

/* A nested mail that must be decoded is held to LIMIT_PART. */
static void test_decoded_limit(void **state)
{
	(void)state;
	static const char head[] = "Subject: x\nContent-Type: message/rfc822\n"
				   "Content-Transfer-Encoding: base64\n\n";
	static const char inner[] = "U3ViamVjdDogaW5uZXIKCg=="; /* "Subject: inner\n\n" */
	struct buf mail, reason, want;
	buf_init(&mail, LIMIT_PART + 1000);
	buf_init(&reason, 1000);
	buf_init(&want, 1000);
	buf_addf(&want, "encoded mails or multiparts of more than %llu KiB together",
		 (unsigned long long)(LIMIT_PART / 1024));
	buf_add_str(&mail, head);
	buf_add_str(&mail, inner);
	repeat(&mail, "\n", LIMIT_PART - strlen(inner));
	assert_int_equal(count(&mail, &reason), 1);
	assert_string_equal(buf_str(&reason), "");
	buf_add_str(&mail, "\n");
	assert_int_equal(count(&mail, &reason), 0);
	assert_string_equal(buf_str(&reason), buf_str(&want));
	buf_deinit(&mail);
	buf_deinit(&reason);
	buf_deinit(&want);
}

static void count_call(void *ctx)
{
	++*(int *)ctx;
}

/* A long part is searched in pieces; its end may lie across where one ends. */
static void test_pace(void **state)
{
	(void)state;
	static const char head[] = MIXED "--b1\n\n", tail[] = "\n--b1\n\nlast\n--b1--\n";
	struct arena *a = arena_new();
	struct buf mail;
	struct mime_part part;
	buf_init(&mail, SHOWN_MAX);
	for (size_t n = (8 << 20) - 20; n < (8 << 20) + 20; n++) {
		int called = 0;
		buf_clear(&mail);
		buf_add_str(&mail, head);
		while (mail.n < n)
			buf_add_sv(&mail, sv_sub(SV("--b-\n-----------"), 0, n - mail.n));
		buf_add_str(&mail, tail);
		arena_reset(a);
		struct mime_walk *w = mime_walk_new(buf_sv(&mail), a);
		mime_walk_pace(w, count_call, &called);
		assert_true(mime_walk_next(w, &part));
		assert_int_equal(part.body.n, n - strlen(head));
		assert_int_equal(called, part.body.n >= 8 << 20 ? 2 : 1);
		assert_true(mime_walk_next(w, &part));
		assert_true(sv_eq(part.body, SV("last")));
		assert_false(mime_walk_next(w, &part));
		mime_walk_free(&w);
	}
	buf_deinit(&mail);
	arena_free(&a);
}

static void test_recognise(void **state)
{
	(void)state;
	static const struct {
		const char *head;
		bool want;
	} cases[] = {
		{ "", false },
		{ "Received: from x", true },
		{ "X-Foo: bar\r\n baz\r\nDate: x\r\n", true },
		{ "From a@b Thu Jan  1 00:00:00 2026\nReturn-Path: <>\n", true },
		{ ">From a@b Thu Jan  1 00:00:00 2026\nReturn-Path: <>\n", true },
		{ "\r\n\r\nSubject: x", true },
		{ "\xef\xbb\xbfSubject: x", true },
		{ "ContentType: text/xml\n", true },
		{ "DKIM-Signature: v=1", true },
		{ "Subject : x", true },
		{ "X-Foo: bar\n\nSubject: x", false },
		{ "From: ", true },
		{ "From", false },
		{ "From a@b Thu Jan  1 00:00:00 2026\n", false },
		{ "<?xml version='1.0'?>\nDate: x", false },
		{ "{\"Date\": 1}", false },
		{ "{\"a\": 1,\nDate: 2", false },
		{ "<a:b>\nDate: x", false },
		{ "PK\x03\x04", false },
		{ "\x1f\x8b\x08", false },
		{ "Hello,\nDate: x\n", false },
		{ "http://x.example\nDate: x\n", true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (mime_recognise(sv_from(cases[i].head)) != cases[i].want)
			fail_msg("%s", cases[i].head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),         cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_mail),         cmocka_unit_test(test_mail_caps),
		cmocka_unit_test(test_entries),      cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_header_limit), cmocka_unit_test(test_decoded_limit),
		cmocka_unit_test(test_pace),         cmocka_unit_test(test_recognise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
