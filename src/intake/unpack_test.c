/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/unpack_test.h"

#define XML_A "<?xml version=\"1.0\"?><feedback>a</feedback>"
#define XML_B "<feedback>b</feedback>"
#define SHOWN_A " 43 {" XML_A "} end\n"
#define SHOWN_B " 22 {" XML_B "} end\n"
#define MAIL_HEAD \
	"From: Reporter <r@reporter.example>\r\nTo: dmarc@example.com\r\n" \
	"Subject: Report domain: example.com\r\nMIME-Version: 1.0\r\n"
#define MULTI \
	MAIL_HEAD "Content-Type: multipart/mixed; boundary=\"=b=\"\r\n\r\nno one " \
		  "reads\r\n"
#define PART "--=b=\r\n"
#define LAST "--=b=--\r\n"

/* --- small helpers: what a case adds to its item --- */

static struct buf tmp, tmp2; /* of one case */

static struct sv gz(const char *plain)
{
	buf_clear(&tmp);
	compose_gzip(&tmp, sv_from(plain));
	return buf_sv(&tmp);
}

static struct sv zip(const char *name, const char *plain)
{
	buf_clear(&tmp2);
	compose_zip(&tmp2, sv_from(name), sv_from(plain));
	return buf_sv(&tmp2);
}

static void add64(struct buf *b, const char *header, struct sv body)
{
	buf_add_str(b, header);
	buf_add_str(b, "Content-Transfer-Encoding: base64\r\n\r\n");
	compose_base64(b, body);
}

/* --- plain items --- */

static void item_xml(struct buf *b)
{
	buf_add_str(b, XML_A);
}

static void item_bom(struct buf *b)
{
	buf_add_str(b, "\xef\xbb\xbf \r\n" XML_B);
}

static void item_utf16(struct buf *b)
{
	buf_add(b, "\xff\xfe<\0f\0e\0e\0d\0", 12);
}

static void item_utf16_bare(struct buf *b)
{
	buf_add(b, "\0<\0a\0/\0>", 8);
}

static void item_json(struct buf *b)
{
	buf_add_str(b, "{ \"organization-name\": \"x\" }");
}

static void item_empty(struct buf *b)
{
	(void)b;
}

static void item_blank(struct buf *b)
{
	buf_add_str(b, "\r\n \r\n");
}

static void item_msg(struct buf *b)
{
	buf_add(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", 10);
}

static void item_text(struct buf *b)
{
	buf_add_str(b, "x^2 is a square\n");
}

static void item_html(struct buf *b)
{
	buf_add_str(b, "<!DOCTYPE html><html></html>");
}

/* --- compressed items --- */

static void item_gzip(struct buf *b)
{
	buf_add_sv(b, gz(XML_A));
}

static void item_gzip_header(struct buf *b)
{
	Bytef extra[] = "xyz", name[] = "a.xml", comment[] = "c";
	gz_header h = { .extra = extra,
			.extra_len = 3,
			.name = name,
			.comment = comment,
			.hcrc = 1 };
	compose_deflate(b, SV(XML_A), MAX_WBITS + 16, &h);
}

static void item_gzip_members(struct buf *b)
{
	buf_add_sv(b, gz("<feedback>"));
	buf_add_sv(b, gz("b</feedback>"));
	buf_add_str(b, "\r\n");
}

static void item_gzip_junk(struct buf *b)
{
	buf_add_sv(b, gz(XML_A));
	buf_add_str(b, "\r\n");
}

static void item_gzip_gzip(struct buf *b)
{
	buf_add_sv(b, gz(XML_A));
	buf_clear(&tmp2);
	compose_gzip(&tmp2, buf_sv(b));
	buf_clear(b);
	buf_add_sv(b, buf_sv(&tmp2));
}

static void item_gzip_nothing(struct buf *b)
{
	buf_add_sv(b, gz(""));
}

static void item_gzip_cut(struct buf *b)
{
	buf_add_sv(b, gz(XML_A));
	b->n -= 8;
}

static void item_gzip_head(struct buf *b)
{
	buf_add_sv(b, sv_sub(gz(XML_A), 0, 10));
}

static void item_gzip_crc(struct buf *b)
{
	buf_add_sv(b, gz(XML_B));
	b->p[b->n - 5] ^= 1;
}

static void item_zlib(struct buf *b)
{
	compose_deflate(b, SV(XML_A), MAX_WBITS, NULL);
}

static void item_zlib_not(struct buf *b)
{
	buf_add(b, "x\x9c\xff\xff\xff", 5);
}

static void item_zip(struct buf *b)
{
	buf_add_sv(b, zip("a.xml", XML_A));
}

static void item_zip_many(struct buf *b)
{
	struct compose_zip z = compose_zip_begin(b);
	compose_zip_add(&z, SV("d/"), SV(""), COMPOSE_STORED);
	compose_zip_add(&z, SV("d/a.xml"), SV(XML_A), COMPOSE_DESCRIPTOR);
	compose_zip_add(&z, SV("d/a.xml"), SV(XML_B), COMPOSE_STORED);
	compose_zip_add(&z, SV("READ\x1bME"), SV("hello"), 0);
	compose_zip_add(&z, SV("none.xml"), SV(""), 0);
	compose_zip_add(&z, SV(""), SV(XML_B), 0);
	compose_zip_add(&z, SV("c\\b.xml.gz"), gz(XML_B), COMPOSE_STORED);
	compose_zip_add(&z, SV("locked"), SV(XML_B), COMPOSE_ENCRYPTED);
	compose_zip_add(&z, SV("wrong"), SV(XML_B), COMPOSE_WRONG_CRC);
	compose_zip_add(&z, SV("wrong2"), SV(XML_B), COMPOSE_WRONG_CRC | COMPOSE_STORED);
	compose_zip_add(&z, SV("entry 2"), SV("x"), 0);
	compose_zip_end(&z, false, SV("a comment"));
}

static void item_zip_empty(struct buf *b)
{
	struct compose_zip z = compose_zip_begin(b);
	compose_zip_end(&z, false, SV(""));
}

static void item_zip_headless(struct buf *b)
{
	struct compose_zip z = compose_zip_begin(b);
	compose_zip_add(&z, SV("a.xml"), SV(XML_A), 0);
	compose_zip_add(&z, SV("b.xml"), SV(XML_B), COMPOSE_STORED);
	buf_deinit(&z.dir);
	b->n -= 2;
}

static void item_zip_zip(struct buf *b)
{
	struct compose_zip z = compose_zip_begin(b);
	compose_zip_add(&z, SV("in.zip"), zip("a.xml", XML_A), COMPOSE_STORED);
	compose_zip_add(&z, SV("in2.zip"), zip("b.xml", XML_B), 0);
	compose_zip_add(&z, SV("m.eml"), SV(MAIL_HEAD "\r\nhello"), 0);
	compose_zip_end(&z, false, SV(""));
}

static void item_gzip_zip(struct buf *b)
{
	compose_gzip(b, zip("a.xml", XML_A));
}

static void item_gzip_mail(struct buf *b)
{
	add64(b, MULTI PART, gz(XML_A));
	buf_add_str(b, PART "\r\n" XML_B);
	buf_clear(&tmp);
	compose_gzip(&tmp, buf_sv(b));
	buf_clear(b);
	buf_add_sv(b, sv_sub(buf_sv(&tmp), 0, tmp.n - 8));
}

/* --- mails --- */

static void mail_is_gzip(struct buf *b)
{
	add64(b, MAIL_HEAD "Content-Type: application/gzip; name=r.xml.gz\r\n",
	      gz(XML_A));
}

static void mail_is_zip(struct buf *b)
{
	add64(b, MAIL_HEAD "Content-Type: application/zip; name=r.zip\r\n",
	      zip("a.xml", XML_A));
}

static void mail_split_name(struct buf *b)
{
	add64(b,
	      MULTI PART
	      "Content-Type: application/octet-stream;\r\n"
	      " name*0=\"amazonses.com!example\";\r\n name*1=\".com.xml.gz\"\r\n",
	      gz(XML_A));
	buf_add_str(b, LAST);
}

static void mail_labels(struct buf *b)
{
	add64(b, MULTI PART "Content-Type: application/x-gzip\r\n", gz(XML_A));
	add64(b, PART "Content-Type: application/x-zip-compressed\r\n",
	      zip("b.xml", XML_B));
	add64(b, PART "Content-Type: application/zip; name=x.zip\r\n", gz(XML_A));
	add64(b, PART "Content-Type: application/gzip; name=x.gz\r\n",
	      zip("b.xml", XML_B));
	buf_add_str(b, LAST);
}

static void mail_junk(struct buf *b)
{
	struct buf part;
	buf_init(&part, SIZE_MAX);
	item_gzip_junk(&part);
	add64(b, MULTI PART "Content-Type: application/gzip\r\n", buf_sv(&part));
	buf_clear(&part);
	item_gzip_gzip(&part);
	add64(b, PART "Content-Type: application/gzip\r\n", buf_sv(&part));
	buf_clear(&part);
	item_gzip_cut(&part);
	add64(b, PART "Content-Type: application/gzip\r\n", buf_sv(&part));
	buf_deinit(&part);
	add64(b, PART "Content-Type: application/gzip; name=u.xml.gz\r\n", SV("unused"));
	add64(b, PART "Content-Type: application/zip\r\n", SV(""));
	buf_add_str(b, LAST);
}

static void mail_plain_xml(struct buf *b)
{
	buf_add_str(b, MULTI PART "Content-Type: text/xml\r\n\r\n" XML_A "\r\n" PART
				  "ContentType: application/xml\r\n\r\n" XML_B "\r\n");
	add64(b, PART "Content-Type: text/plain; charset=utf-8\r\n", SV(XML_A));
	buf_add_str(b, PART "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
			    "<feedback>b=\r\n</feedback>\r\n" LAST);
}

static void mail_typo(struct buf *b)
{
	add64(b, MAIL_HEAD "ContentType: application/gzip; name=\"r.gz\"\r\n", gz(XML_A));
}

static void mail_last(struct buf *b)
{
	buf_add_str(b, MULTI PART
		    "Content-Type: text/html\r\n\r\n<html>[Preview]</html>\r\n");
	add64(b, PART "Content-Type: application/gzip\r\n", gz(XML_A));
	buf_add_str(b, PART "\r\nThis is a report.\r\n" LAST);
}

static void mail_nested(struct buf *b)
{
	struct buf in;
	buf_init(&in, SIZE_MAX);
	mail_is_gzip(&in);
	buf_add_str(b, MULTI PART "Content-Type: message/rfc822\r\n\r\n");
	buf_add_sv(b, buf_sv(&in));
	add64(b, PART "Content-Type: application/octet-stream; name=f.eml\r\n",
	      buf_sv(&in));
	add64(b, PART "Content-Type: message/rfc822\r\n", buf_sv(&in));
	buf_deinit(&in);
	struct buf msg;
	buf_init(&msg, SIZE_MAX);
	item_msg(&msg);
	add64(b, PART "Content-Type: application/vnd.ms-outlook; name=f.msg\r\n",
	      buf_sv(&msg));
	buf_deinit(&msg);
	buf_add_str(b, LAST);
}

static void mail_failure(struct buf *b)
{
	buf_add_str(b, MULTI PART
		    "Content-Type: message/feedback-report\r\n\r\n"
		    "Feedback-Type: auth-failure\r\nReceived: yes\r\n\r\n" PART
		    "Content-Type: text/rfc822-headers\r\n\r\n" MAIL_HEAD "\r\n" LAST);
}

static void mail_binary(struct buf *b)
{
	buf_add_str(b, MULTI PART "Content-Type: application/gzip\n"
				  "Content-Transfer-Encoding: binary\n\n");
	buf_add_sv(b, gz(XML_A));
	buf_add_str(b, "\n" PART "Content-Transfer-Encoding: 8bit\n"
		       "Content-Type: application/zip\n\n");
	buf_add_sv(b, zip("b.xml", XML_B));
	buf_add_str(b, "\n");
	add64(b, PART "Content-Type: application/gzip\r\n", gz(XML_B));
	buf_add_str(b, LAST);
}

static void mail_none(struct buf *b)
{
	buf_add_str(b, MAIL_HEAD "\r\n");
}

static void mbox_mail(struct buf *b)
{
	buf_add_str(b, "From r@reporter.example Tue Nov 24 13:05:09 2026\n"
		       "Subject: x\n\n<a>\n>From here\n>>From there\n> From\n</a>\n\n");
}

static void mbox_odd(struct buf *b)
{
	buf_add_str(b, "From nobody\nno header\n");
}

static void item_gzip_mbox(struct buf *b)
{
	buf_clear(&tmp2);
	mail_is_gzip(&tmp2);
	buf_clear(&tmp);
	mbox_mail(&tmp);
	mbox_mail(&tmp);
	buf_add_str(&tmp, "From r@reporter.example Tue Nov 24 13:05:09 2026\n");
	buf_add_sv(&tmp, buf_sv(&tmp2));
	compose_gzip(b, buf_sv(&tmp));
}

static void mail_separator(struct buf *b)
{
	buf_add_str(b, "From r@reporter.example Tue Nov 24 13:05:09 2026\n"
		       "Subject: x\n\n>From here\n");
}

/* Section 4 of what is known of reporters, "mail and container", and more. */
static const struct {
	const char *title;
	void (*make)(struct buf *b);
	bool mbox;
	enum unpack_form form;
	const char *expected;
} cases[] = {
	{ "bare XML", item_xml, false, FORM_XML, "[] XML" SHOWN_A },
	{ "XML with BOM", item_bom, false, FORM_XML,
	  "[] XML 28 {\xef\xbb\xbf \r\n" XML_B "} end\n" },
	{ "UTF-16", item_utf16, false, FORM_XML, "[] XML 12 {\xff\xfe<} end\n" },
	{ "UTF-16 without BOM", item_utf16_bare, false, FORM_XML, "[] XML 8 {} end\n" },
	{ "JSON", item_json, false, FORM_JSON,
	  "[] JSON 28 {{ \"organization-name\": \"x\" }} end\n" },
	{ "nothing", item_empty, false, FORM_EMPTY, "[] EMPTY 0 {} end\n" },
	{ "blanks", item_blank, false, FORM_EMPTY, "[] EMPTY 5 {\r\n \r\n} end\n" },
	{ "Outlook", item_msg, false, FORM_MSG,
	  "[] MSG 10 {\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1} end\n" },
	{ "text", item_text, false, FORM_OTHER, "[] OTHER 16 {x^2 is a square\n} end\n" },
	{ "HTML", item_html, false, FORM_OTHER,
	  "[] OTHER 28 {<!DOCTYPE html><html></html>} end\n" },

	{ "gzip", item_gzip, false, FORM_GZIP, "[] XML" SHOWN_A },
	{ "gzip with a full header", item_gzip_header, false, FORM_GZIP,
	  "[] XML" SHOWN_A },
	{ "gzip members", item_gzip_members, false, FORM_GZIP, "[] XML" SHOWN_B },
	{ "gzip and a line end", item_gzip_junk, false, FORM_GZIP, "[] XML" SHOWN_A },
	{ "gzip in gzip", item_gzip_gzip, false, FORM_GZIP, "[] XML" SHOWN_A },
	{ "gzip of nothing", item_gzip_nothing, false, FORM_GZIP, "[] EMPTY 0 {} end\n" },
	{ "gzip without its trailer", item_gzip_cut, false, FORM_GZIP,
	  "[] XML 43 {" XML_A "} broken: the gzip data ends early\n" },
	{ "gzip header", item_gzip_head, false, FORM_GZIP,
	  "[] GZIP ! the gzip data ends early\n" },
	{ "gzip with another checksum", item_gzip_crc, false, FORM_GZIP,
	  "[] XML 22 {" XML_B
	  "} broken: the gzip data does not match its checksum or length\n" },
	{ "zlib", item_zlib, false, FORM_ZLIB, "[] XML" SHOWN_A },
	{ "begins like zlib", item_zlib_not, false, FORM_OTHER,
	  "[] OTHER 5 {x\x9c\xff\xff\xff} end\n" },
	{ "zip", item_zip, false, FORM_ZIP, "[a.xml] XML a.xml" SHOWN_A },
	{ "zip of many", item_zip_many, false, FORM_ZIP,
	  "[d/a.xml] XML a.xml" SHOWN_A "[entry 3] XML a.xml" SHOWN_B
	  "[READ\\x1bME] OTHER READ\x1bME 5 {hello} end\n"
	  "[entry 6] XML" SHOWN_B "[c\\b.xml.gz] XML b.xml.gz" SHOWN_B
	  "[locked] ZIP locked ! the zip entry is encrypted: give it without a "
	  "password\n"
	  "[wrong] XML wrong 22 {" XML_B
	  "} broken: the zip entry does not match its checksum or length\n"
	  "[wrong2] XML wrong2 22 {" XML_B
	  "} broken: the zip entry does not match its checksum or length\n"
	  "[entry 11] OTHER entry 2 1 {x} end\n" },
	{ "empty zip", item_zip_empty, false, FORM_ZIP,
	  "[] ZIP ! the zip archive is empty\n" },
	{ "zip without directory", item_zip_headless, false, FORM_ZIP,
	  "[a.xml] XML a.xml 43 {" XML_A
	  "} broken: the zip archive's directory is missing or damaged: its entries were "
	  "found by their own headers\n"
	  "[b.xml] XML b.xml 20 {<feedback>b</feedbac} broken: the zip archive ends "
	  "early\n" },
	{ "zip in zip, mail in zip", item_zip_zip, false, FORM_ZIP,
	  "[in.zip/a.xml] XML a.xml" SHOWN_A "[in2.zip/b.xml] XML b.xml" SHOWN_B
	  "[m.eml] OTHER (text/plain) 5 {hello} end\n" },
	{ "zip in gzip", item_gzip_zip, false, FORM_GZIP, "[a.xml] XML a.xml" SHOWN_A },
	{ "mail in gzip that ends early", item_gzip_mail, false, FORM_GZIP,
	  "[part 1] XML (text/plain)" SHOWN_A "[part 2] XML (text/plain) 22 {" XML_B
	  "} broken: the gzip data ends early\n" },

	{ "whole mail is the gzip", mail_is_gzip, false, FORM_MAIL,
	  "[] XML r.xml.gz (application/gzip)" SHOWN_A },
	{ "whole mail is the zip", mail_is_zip, false, FORM_MAIL,
	  "[a.xml] XML a.xml" SHOWN_A },
	{ "name in pieces", mail_split_name, false, FORM_MAIL,
	  "[part 1] XML amazonses.com!example.com.xml.gz "
	  "(application/octet-stream)" SHOWN_A },
	{ "labels that are not so", mail_labels, false, FORM_MAIL,
	  "[part 1] XML (application/x-gzip)" SHOWN_A "[part 2/b.xml] XML b.xml" SHOWN_B
	  "[part 3] XML x.zip (application/zip)" SHOWN_A
	  "[part 4/b.xml] XML b.xml" SHOWN_B },
	{ "parts that are not quite right", mail_junk, false, FORM_MAIL,
	  "[part 1] XML (application/gzip)" SHOWN_A
	  "[part 2] XML (application/gzip)" SHOWN_A
	  "[part 3] XML (application/gzip) 43 {" XML_A
	  "} broken: the gzip data ends early\n"
	  "[part 4] OTHER u.xml.gz (application/gzip) 6 {unused} end\n"
	  "[part 5] EMPTY (application/zip) 0 {} end\n" },
	{ "XML that is not compressed", mail_plain_xml, false, FORM_MAIL,
	  "[part 1] XML (text/xml)" SHOWN_A "[part 2] XML (application/xml)" SHOWN_B
	  "[part 3] XML (text/plain)" SHOWN_A "[part 4] XML (text/plain)" SHOWN_B },
	{ "ContentType:", mail_typo, false, FORM_MAIL,
	  "[] XML r.gz (application/gzip)" SHOWN_A },
	{ "the report is not the last part", mail_last, false, FORM_MAIL,
	  "[part 1] OTHER (text/html) 22 {<html>[Preview]</html>} end\n"
	  "[part 2] XML (application/gzip)" SHOWN_A
	  "[part 3] OTHER (text/plain) 17 {This is a report.} end\n" },
	{ "mails in a mail", mail_nested, false, FORM_MAIL,
	  "[part 1] XML r.xml.gz (application/gzip)" SHOWN_A
	  "[part 2] XML r.xml.gz (application/gzip)" SHOWN_A
	  "[part 3] XML r.xml.gz (application/gzip)" SHOWN_A
	  "[part 4] MSG f.msg (application/vnd.ms-outlook) 10 "
	  "{\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1} end\n" },
	{ "a failure report", mail_failure, false, FORM_MAIL,
	  "[part 1] OTHER (message/feedback-report) 44 {Feedback-Type: auth-failure\r\n"
	  "Received: yes\r\n} end\n"
	  "[part 2] OTHER (text/rfc822-headers) 116 {From: Reporter "
	  "<r@reporter.example>\r\nTo: dmarc@example.com\r\n} end\n" },
	{ "binary beside base64", mail_binary, false, FORM_MAIL,
	  "[part 1] XML (application/gzip)" SHOWN_A "[part 2/b.xml] XML b.xml" SHOWN_B
	  "[part 3] XML (application/gzip)" SHOWN_B },
	{ "a mail without body", mail_none, false, FORM_MAIL,
	  "[] EMPTY (text/plain) 0 {} end\n" },
	{ "one of an mbox", mbox_mail, true, FORM_MAIL,
	  "[] XML (text/plain) 39 {<a>\nFrom here\n>From there\n> From\n</a>\n\n} "
	  "end\n" },
	{ "a mailbox in a gzip", item_gzip_mbox, false, FORM_GZIP,
	  "[mail 1] XML (text/plain) 39 {<a>\nFrom here\n>From there\n> From\n</a>\n\n} "
	  "end\n"
	  "[mail 2] XML (text/plain) 39 {<a>\nFrom here\n>From there\n> From\n</a>\n\n} "
	  "end\n"
	  "[mail 3] XML r.xml.gz (application/gzip)" SHOWN_A },
	{ "one of an mbox that is no mail", mbox_odd, true, FORM_MAIL,
	  "[] OTHER (text/plain) 10 {no header\n} end\n" },
	{ "a separator, but no mbox", mail_separator, false, FORM_MAIL,
	  "[] OTHER (text/plain) 11 {>From here\n} end\n" },
};

static void test_cases(void **state)
{
	struct unpack *u = *state;
	struct buf item, told;
	int wrong = 0;
	buf_init(&item, SIZE_MAX);
	buf_init(&told, SIZE_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&item);
		cases[i].make(&item);
		tell_both(u, buf_sv(&item), cases[i].mbox, &told);
		if (strcmp(buf_str(&told), cases[i].expected) != 0) {
			print_error("%s:\n%s", cases[i].title, buf_str(&told));
			wrong++;
		}
		if (unpack_item_form(u) != cases[i].form) {
			print_error("%s: form %s\n", cases[i].title,
				    tell_form(unpack_item_form(u)));
			wrong++;
		}
	}
	buf_deinit(&item);
	buf_deinit(&told);
	assert_int_equal(wrong, 0);
}

/* What does not show in the table. */
static void test_leaf(void **state)
{
	struct unpack *u = *state;
	struct unpack_leaf leaf;
	struct buf item;
	buf_init(&item, SIZE_MAX);
	struct unpack_input in = { .fd = -1 };

	/* Blanks before what tells the form; the head is short of it. */
	for (int i = 0; i < 4095; i++)
		buf_add_char(&item, '\n');
	item_xml(&item);
	in.bytes = buf_sv(&item);
	unpack_open(u, &in);
	assert_int_equal(unpack_item_form(u), FORM_XML);
	assert_true(unpack_next(u, &leaf));
	assert_int_equal(leaf.form, FORM_XML);
	assert_int_equal(leaf.head.n, 4096);
	assert_null(leaf.mail);
	assert_null(unpack_mail(u));
	assert_false(unpack_next(u, &leaf));
	assert_int_equal(unpack_inflated(u), 0);

	/* The mails around a leaf: the innermost, and the outermost. */
	buf_clear(&item);
	buf_add_str(&item, "From: fwd@example.com\r\nSubject: Fwd\r\n"
			   "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
			   "Content-Type: message/rfc822\r\n\r\n");
	mail_is_zip(&item);
	buf_add_str(&item, "--o\r\n\r\nbye\r\n--o--\r\n");
	in.bytes = buf_sv(&item);
	unpack_open(u, &in);
	assert_true(unpack_next(u, &leaf));
	assert_string_equal(leaf.mail->from.p, "r@reporter.example");
	assert_int_equal(leaf.mail->depth, 1);
	assert_true(unpack_next(u, &leaf));
	assert_string_equal(leaf.mail->from.p, "fwd@example.com");
	assert_ptr_equal(unpack_mail(u), leaf.mail);
	assert_false(unpack_next(u, &leaf));
	assert_int_equal(unpack_inflated(u), strlen(XML_A));
	buf_deinit(&item);
}

/* A place within an item never gets longer than its cap, and stays its own. */
static void test_long_names(void **state)
{
	struct unpack *u = *state;
	struct unpack_leaf leaf;
	struct buf item, inner;
	char name[200];
	buf_init(&item, SIZE_MAX);
	buf_init(&inner, SIZE_MAX);
	memset(name, 'n', sizeof(name));
	item_xml(&item);
	for (int i = 0; i < LIMIT_NESTING; i++) {
		buf_clear(&inner);
		struct compose_zip z = compose_zip_begin(&inner);
		for (int k = 0; k < 2; k++)
			compose_zip_add(&z, (struct sv){ name, i % 2 ? 200 : 150 },
					buf_sv(&item), COMPOSE_STORED);
		compose_zip_end(&z, false, SV(""));
		buf_clear(&item);
		buf_add_sv(&item, buf_sv(&inner));
	}
	struct unpack_input in = { .fd = -1, .bytes = buf_sv(&item) };
	unpack_open(u, &in);
	buf_clear(&inner);
	int leaves = item.n > LIMIT_PART ? 0 : 1 << LIMIT_NESTING;
	for (int n = 0; n < leaves; n++) {
		assert_true(unpack_next(u, &leaf));
		assert_int_equal(leaf.form, FORM_XML);
		assert_true(leaf.member.n <= LIMIT_MEMBER);
		assert_false(sv_eq(leaf.member, buf_sv(&inner)));
		buf_clear(&inner);
		buf_add_sv(&inner, leaf.member);
	}
	assert_true(unpack_next(u, &leaf) == (leaves == 0));
	buf_deinit(&item);
	buf_deinit(&inner);
}

static int setup(void **state)
{
	buf_init(&tmp, SIZE_MAX);
	buf_init(&tmp2, SIZE_MAX);
	*state = unpack_new();
	return 0;
}

static int teardown(void **state)
{
	struct unpack *u = *state;
	unpack_free(&u);
	unpack_free(&u);
	buf_deinit(&tmp);
	buf_deinit(&tmp2);
	return u != NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_leaf),
		cmocka_unit_test(test_long_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
