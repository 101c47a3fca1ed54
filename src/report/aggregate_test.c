/* SPDX-License-Identifier: Apache-2.0 */
/* The reader as a whole: caps from both sides, refusals, broken ends, recognition. */
#include "report/build.h"
#include "report/report_test.h"

#define META \
	"<report_metadata><org_name>o</org_name><date_range><begin>1</begin><end>2</" \
	"end>" \
	"</date_range></report_metadata>"
#define RECORD \
	"<record><row><source_ip>192.0.2.1</source_ip><count>1</count></row></record>"

struct fixture {
	struct reading r;
	struct aggregate_reader *reader;
	struct buf xml;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	reading_init(&f->r);
	f->reader = reading_reader(&f->r);
	buf_init(&f->xml, 64 << 20);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	aggregate_free(&f->reader);
	reading_deinit(&f->r);
	buf_deinit(&f->xml);
	free(f);
	return 0;
}

static void repeat(struct buf *b, const char *what, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_add_str(b, what);
}

/* Begins a report anew. */
static struct buf *begin(struct fixture *f)
{
	buf_clear(&f->xml);
	buf_add_str(&f->xml, "<feedback>" META);
	return &f->xml;
}

/* Both parsers read it, to the same effect. */
static void accepts(struct fixture *f)
{
	buf_add_str(&f->xml, "</feedback>");
	assert_false(f->xml.over);
	for (size_t piece = 0; piece < 8192; piece += 4096) {
		read_once(&f->r, f->reader, AGGREGATE_EXPAT, buf_sv(&f->xml), piece);
		if (f->r.step != AGGREGATE_MORE)
			fail_msg("expat: %s", f->r.reason);
		assert_true(f->r.result.complete);
		read_once(&f->r, f->reader, AGGREGATE_LENIENT, buf_sv(&f->xml), piece);
		if (f->r.step != AGGREGATE_MORE)
			fail_msg("lenient: %s", f->r.reason);
	}
}

/* Both parsers refuse it with that sentence. */
static void refuses(struct fixture *f, const char *reason)
{
	buf_add_str(&f->xml, "</feedback>");
	assert_false(f->xml.over);
	for (size_t piece = 0; piece < 8192; piece += 4096) {
		read_once(&f->r, f->reader, AGGREGATE_EXPAT, buf_sv(&f->xml), piece);
		assert_int_equal(f->r.step, AGGREGATE_REFUSED);
		assert_string_equal(f->r.reason, reason);
		read_once(&f->r, f->reader, AGGREGATE_LENIENT, buf_sv(&f->xml), piece);
		assert_int_equal(f->r.step, AGGREGATE_REFUSED);
		assert_string_equal(f->r.reason, reason);
	}
}

/* --- caps --- */

static void test_depth(void **state)
{
	struct fixture *f = *state;
	for (unsigned over = 0; over < 2; over++) {
		struct buf *b = begin(f);
		size_t n = LIMIT_XML_DEPTH - 1 + over;
		repeat(b, "<x>", n);
		repeat(b, "</x>", n);
		if (over)
			refuses(f, "the report's elements are nested more than 64 deep, "
				   "the most that is read");
		else
			accepts(f);
	}
	/* Deep, and never closed. */
	repeat(begin(f), "<x>", 200000);
	refuses(f, "the report's elements are nested more than 64 deep, the most that is "
		   "read");
}

static void add_value(struct buf *b, const char *before, size_t n, const char *after)
{
	buf_add_str(b, before);
	repeat(b, "v", n);
	buf_add_str(b, after);
}

static void test_value(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *before, *after, *where;
	} cases[] = {
		{ "<report_metadata><email>", "</email></report_metadata>",
		  "report_metadata/email" },
		{ "<report_metadata><email> \n", " \t\n</email></report_metadata>",
		  "report_metadata/email" },
		{ "<record><row><source_ip>", "</source_ip></row></record>",
		  "record 1, row/source_ip" },
		{ "<extension><a>", "</a></extension>", "extension/a" },
		{ "<extension><a b='", "'/></extension>", "extension/a" },
		{ "<record><row><policy_evaluated><dkim>",
		  "</dkim></policy_evaluated>"
		  "</row></record>",
		  "record 1, row/policy_evaluated/dkim" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reason[LIMIT_REASON];
		add_value(begin(f), cases[i].before, LIMIT_VALUE, cases[i].after);
		accepts(f);
		add_value(begin(f), cases[i].before, LIMIT_VALUE + 1, cases[i].after);
		(void)snprintf(reason, sizeof(reason),
			       "a value (%s) is longer than 4096 bytes, the most that is "
			       "read",
			       cases[i].where);
		refuses(f, reason);
	}
}

/* A name is as long as a value at most, whatever element it is of. */
static void test_name(void **state)
{
	struct fixture *f = *state;
	static const char *const after[] = { "", ":record" };
	for (size_t i = 0; i < 2; i++)
		for (unsigned over = 0; over < 2; over++) {
			size_t n = LIMIT_VALUE - strlen(after[i]) + over;
			struct buf *b = begin(f);
			add_value(b, "<", n, after[i]);
			buf_add_str(b, "/>");
			if (over)
				refuses(f, "a value is longer than 4096 bytes, the most "
					   "that is read");
			else
				accepts(f);
		}
}

/* Blanks around a value are not part of it, however many they are. */
static void test_blanks(void **state)
{
	struct fixture *f = *state;
	struct buf *b = begin(f);
	buf_add_str(b, "<record><row><source_ip>");
	repeat(b, " ", LIMIT_VALUE + 100);
	buf_add_str(b, "192.0.2.1");
	repeat(b, "\n", LIMIT_VALUE + 100);
	buf_add_str(b, "</source_ip><count>7</count></row></record>");
	accepts(f);
	assert_non_null(strstr(buf_str(&f->r.text), "row 192.0.2.1 7\n"));
	assert_string_equal(buf_str(&f->r.repairs), "");
	/* Text that belongs nowhere is cut, and costs nothing. */
	b = begin(f);
	buf_add_str(b, RECORD);
	repeat(b, "stray ", LIMIT_VALUE);
	accepts(f);
	assert_non_null(strstr(buf_str(&f->r.text), "complete 1/1/0\n"));
}

static void test_results(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *around, *one, *name;
	} cases[] = {
		{ "auth_results", "<dkim/>", "DKIM results" },
		{ "auth_results", "<spf><domain>d</domain></spf>", "SPF results" },
		{ "row><policy_evaluated", "<reason><type>other</type></reason>",
		  "override reasons" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned over = 0; over < 2; over++) {
			char reason[LIMIT_REASON];
			struct buf *b = begin(f);
			const char *close = i == 2 ? "</policy_evaluated></row>"
						   : "</auth_results>";
			buf_addf(b, "<record><%s>", cases[i].around);
			repeat(b, cases[i].one, LIMIT_DKIM + over);
			buf_addf(b, "%s</record>", close);
			(void)snprintf(
				reason, sizeof(reason),
				"record 1 has more than 100 %s, the most that is read",
				cases[i].name);
			if (over)
				refuses(f, reason);
			else
				accepts(f);
		}
}

/* Fills a row or the report's own part with extras, up to its last byte and past it. */
static void fill(struct fixture *f, const char *before, size_t used, size_t limit,
		 const char *after)
{
	/* "<a>...</a>" is kept as a, its path, and its value, with their lengths. */
	enum {
		FULL = 4000
	};
	struct buf *b = begin(f);
	size_t left = limit - used;
	buf_add_str(b, before);
	for (; left > 2 * FULL; left -= FULL + 4)
		add_value(b, "<a>", FULL, "</a>");
	add_value(b, "<a>", left / 2 - 4, "</a>");
	left -= left / 2;
	add_value(b, "<a>", left - 4, "</a>");
	buf_add_str(b, after);
}

/* What an otherwise empty row or report takes, with its number of extras in one byte. */
static size_t facet_size(void)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	const struct report_facet empty = { 0 };
	assert_true(report_facet_encode(&empty, &b));
	size_t n = b.n;
	buf_deinit(&b);
	return n;
}

static size_t meta_size(void)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	const struct report_meta meta = {
		.org = SV("o"), .has_begin = true, .begin = 1, .has_end = true, .end = 2
	};
	assert_true(report_meta_encode(&meta, &b));
	size_t n = b.n;
	buf_deinit(&b);
	return n;
}

static void test_facet(void **state)
{
	struct fixture *f = *state;
	size_t used = facet_size();
	fill(f, "<record>", used, LIMIT_FACET, "</record>");
	accepts(f);
	fill(f, "<record>", used - 1, LIMIT_FACET, "</record>");
	refuses(f, "record 1 says more than 128 KiB, the most that is read of one row");
	/* The next row has all the room again. */
	fill(f, RECORD "<record>", used, LIMIT_FACET, "</record>" RECORD);
	accepts(f);
	assert_int_equal(f->r.result.rows, 3);
}

static void test_meta(void **state)
{
	struct fixture *f = *state;
	size_t used = meta_size();
	fill(f, RECORD, used, LIMIT_META, RECORD);
	accepts(f);
	fill(f, RECORD, used - 1, LIMIT_META, RECORD);
	refuses(f, "what the report says of itself, apart from its rows, is longer than "
		   "256 KiB, the most that is read");
}

static bool count_row(void *ctx, const struct report_row *row)
{
	uint64_t *n = ctx;
	(void)row;
	return ++*n > 0;
}

static bool build_record(struct build *b)
{
	return build_start(b, SV("record"), NULL, 0) && build_end(b, BUILD_CLOSED);
}

static void test_rows(void **state)
{
	(void)state;
	uint64_t n = 0;
	struct build *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	build_init(b, (struct aggregate_sink){ count_row, &n });
	assert_true(build_start(b, SV("feedback"), NULL, 0));
	/* The first ten million are as good as read. */
	b->rows = LIMIT_ROWS - 1;
	assert_true(build_record(b));
	assert_int_equal(b->rows, LIMIT_ROWS);
	assert_false(build_record(b));
	assert_int_equal(n, 1);
	assert_string_equal(b->reason_text,
			    "the report has more than 10000000 rows, the most that is "
			    "read");
	build_deinit(b);
	free(b);
}

static void test_repairs(void **state)
{
	struct fixture *f = *state;
	struct buf *b = begin(f);
	/* One kind and place is one repair, however often. */
	repeat(b, "<record/>", 1000);
	accepts(f);
	assert_string_equal(buf_str(&f->r.repairs),
			    "count-missing x1000 @ record 1, row/count\n");
	/* A value is cut at 80 bytes, but not inside a character. */
	b = begin(f);
	buf_add_str(b, "<record><row><count>");
	repeat(b, "v", 79);
	buf_add_str(b, "\xc3\xa9</count></row></record>");
	accepts(f);
	assert_int_equal(f->r.result.repair_n, 2);
	assert_int_equal(f->r.result.repair[0].found.n, 79);
	/* A place is cut at 200. */
	b = begin(f);
	buf_add_char(b, '<');
	repeat(b, "e", 300);
	buf_add_str(b, "><a></b></a></");
	repeat(b, "e", 300);
	buf_add_str(b, "></feedback>");
	read_once(&f->r, f->reader, AGGREGATE_LENIENT, buf_sv(b), 0);
	assert_int_equal(f->r.result.repair_n, 1);
	assert_int_equal(f->r.result.repair[0].where.n, 200);
}

static void test_notes(void **state)
{
	(void)state;
	struct notes *n = calloc(1, sizeof(*n));
	assert_non_null(n);
	for (unsigned i = 0; i < LIMIT_REPAIRS; i++)
		assert_non_null(notes_add(n, REPAIR_VALUE_TWICE, i, SV("v")));
	assert_null(notes_add(n, REPAIR_VALUE_TWICE, 0, SV("v")));
	assert_int_equal(n->more, 0);
	assert_null(notes_add(n, REPAIR_VALUE_TWICE, LIMIT_REPAIRS, SV("v")));
	assert_null(notes_add(n, REPAIR_WORD_CASE, 0, SV("v")));
	assert_int_equal(n->more, 2);
	assert_int_equal(n->n, LIMIT_REPAIRS);
	assert_int_equal(notes_list(n)[0].times, 2);
	free(n);
}

/* A piece of markup that does not end is not waited for, and memory stays as it is. */
static void test_endless(void **state)
{
	struct fixture *f = *state;
	static const char *const cases[] = {
		"<record a='", "<!--", "<?pi ", "</record", "<record", "<![CDATA[", "&"
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf *b = begin(f);
		buf_add_str(b, RECORD);
		buf_add_str(b, cases[i]);
		repeat(b, i == 4 ? " a='1'" : "xxxxxx", 200000);
		read_report(&f->r, f->reader, buf_sv(b), 4096);
		assert_true(f->r.again);
		if (f->r.step == AGGREGATE_MORE) {
			assert_false(f->r.result.complete);
			assert_int_equal(f->r.result.rows, 1);
		}
	}
}

/* Nor is expat let keep names without end; what it was told is read again. */
static void test_many_names(void **state)
{
	struct fixture *f = *state;
	struct buf *b = begin(f);
	for (unsigned i = 0; i < 200000; i++)
		buf_addf(b, i % 2 ? "<record><a%u/></record>" : "<record b%u='1'/>", i);
	buf_add_str(b, "</feedback>");
	read_report(&f->r, f->reader, buf_sv(b), 65536);
	assert_false(f->r.again);
	assert_int_equal(f->r.result.rows, 200000);
	buf_addf(begin(f), "%s", "<record/>");
	for (unsigned i = 0; i < 300000; i++)
		buf_addf(b, "<record><a%u/></record>", i);
	buf_add_str(b, "</feedback>");
	read_report(&f->r, f->reader, buf_sv(b), 65536);
	assert_true(f->r.again);
	assert_int_equal(f->r.step, AGGREGATE_MORE);
	assert_int_equal(f->r.result.rows, 300001);
	assert_true(f->r.result.complete);
}

/* --- refusals --- */

static void test_dtd(void **state)
{
	struct fixture *f = *state;
	static const char *const cases[] = {
		"<!DOCTYPE feedback><feedback>" META "</feedback>",
		"<!DOCTYPE feedback SYSTEM \"http://a.example/a.dtd\"><feedback/>",
		"<?xml version=\"1.0\"?>\n<!DOCTYPE feedback [<!ENTITY a \"aaaa\">"
		"<!ENTITY b \"&a;&a;\">]><feedback>" META "&b;</feedback>",
		"<!DOCTYPE feedback [<!ENTITY x SYSTEM \"file:///etc/passwd\">",
		"<feedback>" META "<!DOCTYPE a></feedback>",
		"<feedback>" META "<!ENTITY a 'b'></feedback>",
		"<!doctype feedback><feedback>" META "</feedback>",
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t piece = 0; piece < 3; piece++) {
			read_report(&f->r, f->reader, sv_from(cases[i]), piece);
			if (f->r.step != AGGREGATE_REFUSED)
				fail_msg("%s", cases[i]);
			assert_string_equal(
				f->r.reason,
				"the report has a DTD (DOCTYPE), which reports do not "
				"need and which can be used to attack a reader");
			read_once(&f->r, f->reader, AGGREGATE_LENIENT, sv_from(cases[i]),
				  piece);
			assert_int_equal(f->r.step, AGGREGATE_REFUSED);
		}
	/* In a comment or a text it is none. */
	buf_add_str(begin(f), "<!-- <!DOCTYPE x> --><a><![CDATA[<!DOCTYPE x>]]></a>");
	accepts(f);
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *xml, *reason;
	} cases[] = {
		{ "", "it is no aggregate report: there is no <feedback> in it" },
		{ "<a/>", "it is no aggregate report: there is no <feedback> in it" },
		{ "unused", "it is no aggregate report: there is no <feedback> in it" },
		{ "<feedback/>", "the report names no organisation, no report id and no "
				 "policy domain, and has no row" },
		{ "<feedback><report_metadata><email>a@b</email></report_metadata>",
		  "the report names no organisation, no report id and no policy domain, "
		  "and has no row" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_report(&f->r, f->reader, sv_from(cases[i].xml), 0);
		assert_int_equal(f->r.step, AGGREGATE_REFUSED);
		assert_string_equal(f->r.reason, cases[i].reason);
	}
	/* Any one of them is enough. */
	static const char *const enough[] = {
		"<feedback><record/></feedback>",
		"<feedback><report_metadata><org_name>o</org_name>",
		"<feedback><report_metadata><report_id>1</report_id>",
		"<feedback><policy_published><domain>d</domain></policy_published>",
	};
	for (size_t i = 0; i < sizeof(enough) / sizeof(enough[0]); i++) {
		read_report(&f->r, f->reader, sv_from(enough[i]), 0);
		assert_int_equal(f->r.step, AGGREGATE_MORE);
	}
}

static bool refuse_row(void *ctx, const struct report_row *row)
{
	(void)ctx;
	(void)row;
	return false;
}

static void test_stopped(void **state)
{
	(void)state;
	static const struct sv xml = SV_INIT("<feedback>" META RECORD RECORD
					     "</feedback>");
	for (enum aggregate_parser p = AGGREGATE_EXPAT; p <= AGGREGATE_LENIENT; p++) {
		struct aggregate_result out;
		struct aggregate_reader *r =
			aggregate_new(p, (struct aggregate_sink){ refuse_row, NULL });
		(void)aggregate_feed(r, xml);
		assert_int_equal(aggregate_end(r, false, NULL, &out), AGGREGATE_REFUSED);
		assert_string_equal(aggregate_reason(r), "stopped");
		assert_int_equal(aggregate_feed(r, xml), AGGREGATE_REFUSED);
		aggregate_free(&r);
		aggregate_free(&r);
	}
}

/* --- broken data --- */

static enum aggregate_step end_broken(struct fixture *f, const char *xml,
				      struct aggregate_result *out)
{
	buf_clear(&f->r.text);
	aggregate_reset(f->reader, AGGREGATE_EXPAT);
	(void)aggregate_feed(f->reader, sv_from(xml));
	enum aggregate_step step = aggregate_end(f->reader, true,
						 "the gzip data ends early", out);
	if (step != AGGREGATE_AGAIN)
		return step;
	aggregate_reset(f->reader, AGGREGATE_LENIENT);
	(void)aggregate_feed(f->reader, sv_from(xml));
	return aggregate_end(f->reader, true, "the gzip data ends early", out);
}

static void test_broken(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *xml;
		bool complete;
		unsigned rows, repairs;
	} cases[] = {
		{ "<feedback>" META RECORD "</feedback>", true, 1, 1 },
		{ "<feedback>" META RECORD "</feedback", true, 1, 2 },
		{ "<feedback>" META RECORD, false, 1, 1 },
		{ "<feedback>" META RECORD "<record><row>", false, 1, 2 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct aggregate_result out;
		assert_int_equal(end_broken(f, cases[i].xml, &out), AGGREGATE_MORE);
		assert_int_equal(out.complete, cases[i].complete);
		assert_int_equal(out.rows, cases[i].rows);
		assert_int_equal(out.repair_n, cases[i].repairs);
		const struct repair *last = &out.repair[out.repair_n - 1];
		assert_int_equal(last->code, REPAIR_DATA_ENDS_EARLY);
		assert_true(sv_eq(last->found, SV("the gzip data ends early")));
	}
}

/* Cut anywhere, the whole rows before the cut are read, and no other. */
static void test_cut(void **state)
{
	struct fixture *f = *state;
	static const char xml[] = "<?xml version=\"1.0\"?>\n<feedback>" META RECORD
				  "<!-- -->" RECORD "</feedback>";
	const char *first = strstr(xml, "</record>") + 9;
	const char *second = strstr(first, "</record>") + 9;
	for (size_t n = 0; n < sizeof(xml) - 1; n++) {
		read_report(&f->r, f->reader, (struct sv){ xml, n }, 0);
		unsigned rows = xml + n >= second ? 2 : xml + n >= first ? 1 : 0;
		if (f->r.step == AGGREGATE_MORE)
			assert_int_equal(f->r.result.rows, rows);
		else
			assert_int_equal(rows, 0);
		/* Without its last byte it is whole. */
		if (f->r.step == AGGREGATE_MORE)
			assert_int_equal(f->r.result.complete, n == sizeof(xml) - 2);
	}
}

/* --- one reader for many --- */

static void test_reset(void **state)
{
	struct fixture *f = *state;
	static const struct sv good = SV_INIT("<feedback xmlns='urn:a'>" META
					      "<a>1</a>" RECORD "</feedback>");
	static const struct sv plain = SV_INIT("<feedback>" META RECORD "</feedback>");
	static const char *const bad[] = {
		"<feedback>" META "<record><row><count>x</count><a>1</a>",
		"<!DOCTYPE feedback>",
		"<feedback><a b='&nbsp;'><record><auth_results><dkim><domain>d",
		"\xff\xfe<",
		"<x:feedback xmlns:x='urn:x' xmlns:y='urn:y'><x:record><![CDATA[",
		"<feedback><!-- ",
	};
	read_report(&f->r, f->reader, plain, 0);
	char *want = strdup(buf_str(&f->r.text));
	assert_non_null(want);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (enum aggregate_parser p = AGGREGATE_EXPAT; p <= AGGREGATE_LENIENT;
		     p++) {
			read_once(&f->r, f->reader, p, sv_from(bad[i]), i);
			read_once(&f->r, f->reader, p, plain, 0);
			assert_string_equal(buf_str(&f->r.text), want);
			assert_string_equal(buf_str(&f->r.repairs), "");
			read_once(&f->r, f->reader, p, good, 0);
		}
	free(want);
}

/* --- recognition --- */

static void test_recognise(void **state)
{
	(void)state;
	static const struct {
		struct sv head;
		bool is;
	} cases[] = {
		{ SV_INIT("<feedback>"), true },
		{ SV_INIT("<feedback/>"), true },
		{ SV_INIT("<feedback\nxmlns=\"x\">"), true },
		{ SV_INIT("<?xml version=\"1.0\"?>\r\n<feedback>"), true },
		{ SV_INIT("\xef\xbb\xbf<feedback>"), true },
		{ SV_INIT(" \n<FeedBack>"), true },
		{ SV_INIT("<ns1:feedback xmlns:ns1=\"a\">"), true },
		{ SV_INIT("<!-- <b> > -->\n<feedback>"), true },
		{ SV_INIT("<?xml version=\"1.0\"?> <xs:schema a=\"b\">\n<feedback>"),
		  true },
		{ SV_INIT("Here it is:\n<feedback>"), true },
		{ SV_INIT("<!DOCTYPE feedback [<!ENTITY a \"b\">"), true },
		{ SV_INIT("<!DOCTYPE x [ ]><feedback>"), true },
		{ SV_INIT("\xff\xfe<\0f\0e\0e\0d\0b\0a\0c\0k\0>\0"), true },
		{ SV_INIT("\0<\0f\0e\0e\0d\0b\0a\0c\0k\0>"), true },
		{ SV_INIT(""), false },
		{ SV_INIT("unused"), false },
		{ SV_INIT("<feedback"), false },
		{ SV_INIT("<feedbacks>"), false },
		{ SV_INIT("<a:feedbacks>"), false },
		{ SV_INIT("</feedback>"), false },
		{ SV_INIT("<!-- <feedback> -->"), false },
		{ SV_INIT("<!-- <feedback>"), false },
		{ SV_INIT("{\"report-id\": 1}"), false },
		{ SV_INIT("<html><body><feedback>"), false },
		{ SV_INIT("<!DOCTYPE html><feedback>"), false },
		{ SV_INIT("\x1f\x8b\x08\0"), false },
		{ SV_INIT("\xff\xfe"), false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (aggregate_recognise(cases[i].head) != cases[i].is)
			fail_msg("case %zu: %.*s", i, SV_ARG(cases[i].head));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_depth),
		TEST(test_value),
		TEST(test_name),
		TEST(test_blanks),
		TEST(test_results),
		TEST(test_facet),
		TEST(test_meta),
		TEST(test_repairs),
		TEST(test_endless),
		TEST(test_many_names),
		TEST(test_dtd),
		TEST(test_nothing),
		TEST(test_broken),
		TEST(test_cut),
		TEST(test_reset),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_recognise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
