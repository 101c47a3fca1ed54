/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner: what it reads, what it leaves to expat and why, and that nobody can tell
 * the difference. */
#include "report/report_test.h"

#include "report/agree_test.h"
#include "report/parser.h"
#include "report/scan_int.h"

#define META \
	"<report_metadata><org_name>r.example</org_name><report_id>1</report_id>" \
	"<date_range><begin>1751328000</begin><end>1751414399</end></date_range>" \
	"</report_metadata><policy_published><domain>example.com</domain>" \
	"<p>none</p></policy_published>"
#define RECORD \
	"<record><row><source_ip>192.0.2.1</source_ip><count>3</count>" \
	"<policy_evaluated><disposition>none</disposition><dkim>pass</dkim>" \
	"<spf>fail</spf></policy_evaluated></row><identifiers>" \
	"<header_from>example.com</header_from></identifiers></record>"
#define REPORT(inside) "<feedback>" META inside RECORD "</feedback>"

static const struct scan_case {
	const char *xml;
	enum scan_cause cause; /* SCAN_NONE: it is read */
} cases[] = {
	/* read */
	{ REPORT(""), SCAN_NONE },
	{ "<?xml version=\"1.0\"?>\n" REPORT(""), SCAN_NONE },
	{ "<?xml version='1.0' encoding='utf-8' standalone='no' ?>\r\n\r\n" REPORT(""),
	  SCAN_NONE },
	{ "<?xml version=\"1.0\" standalone=\"yes\"?>" REPORT(""), SCAN_NONE },
	{ "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>" REPORT(""),
	  SCAN_NONE },
	{ "\xef\xbb\xbf" REPORT(""), SCAN_NONE },
	{ " \t\r\n" REPORT("") "\r\n \t", SCAN_NONE },
	{ REPORT("<a/><b /><c x=\"1\"/><d\tx='1'\ny=\"a > b\" ></d\r\n>"), SCAN_NONE },
	{ REPORT("<odd:x xmlns:odd='urn:x'/>"), SCAN_PREFIX },
	{ REPORT("<x a:b='urn:x' xmlns:q=''/>"), SCAN_NONE },
	{ REPORT("<e>a\r\nb\rc\nd\r\r\n\ne</e>"), SCAN_NONE },
	{ REPORT("<e>&lt;&amp;&gt;&quot;&apos;&#65;&#x41;&#13;&#10;</e>"), SCAN_NONE },
	{ REPORT("<e>&#x10FFFF;&#xfffd;&#133;</e>"), SCAN_NONE },
	{ REPORT("<e>] ]] ]x> ]] > ></e>"), SCAN_NONE },
	{ REPORT("<e>\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\x7f \xf0\x9f\xbf\xbe</e>"),
	  SCAN_NONE },
	{ REPORT("<e> a <f> b </f> c </e> stray "), SCAN_NONE },
	{ REPORT("<version>1</version><Version>2</Version>"), SCAN_NONE },
	{ "<x>" REPORT("") "</x>", SCAN_NONE },
	{ "<x><y>1</y></x>", SCAN_NONE }, /* both refuse it at its end */
	{ "<feedback></feedback>", SCAN_NONE },
	/* left */
	{ "", SCAN_CUT },
	{ "<a/>", SCAN_CUT },
	{ "<feedback>" META RECORD, SCAN_CUT },
	{ "<feedback>" META RECORD "</feedback", SCAN_CUT },
	{ "<feedback>" META RECORD "<record><row><source", SCAN_CUT },
	{ REPORT("") "<", SCAN_CUT },
	{ "<?xml version=\"1.1\"?>" REPORT(""), SCAN_DECLARATION },
	{ "<?xml version = \"1.0\"?>" REPORT(""), SCAN_DECLARATION },
	{ "<?xml version=\"1.0\" standalone=\"no\" encoding=\"UTF-8\"?>" REPORT(""),
	  SCAN_DECLARATION },
	{ "<?xml version=\"1.0\" standalone=\"on\"?>" REPORT(""), SCAN_DECLARATION },
	{ "<?xml version=\"1.0\"encoding=\"UTF-8\"?>" REPORT(""), SCAN_DECLARATION },
	{ "<?xml encoding=\"UTF-8\"?>" REPORT(""), SCAN_DECLARATION },
	{ "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" REPORT("<e>\xe4</e>"),
	  SCAN_ENCODING },
	{ "<?xml version=\"1.0\" encoding=\"utf8\"?>" REPORT(""), SCAN_ENCODING },
	{ "<!DOCTYPE feedback>" REPORT(""), SCAN_DOCTYPE },
	{ REPORT("<!ENTITY x 'y'>"), SCAN_DOCTYPE },
	{ REPORT("<e><![CDATA[x]]></e>"), SCAN_CDATA },
	{ "<!-- c -->" REPORT(""), SCAN_COMMENT },
	{ REPORT("<!-- c -->"), SCAN_COMMENT },
	{ REPORT("") "<!-- c -->", SCAN_COMMENT },
	{ REPORT("<?pi?>"), SCAN_INSTRUCTION },
	{ " <?xml version=\"1.0\"?>" REPORT(""), SCAN_INSTRUCTION },
	{ "<?xml-stylesheet href='x'?>" REPORT(""), SCAN_INSTRUCTION },
	{ "<d:feedback xmlns:d='urn:x'>" META "</d:feedback>", SCAN_PREFIX },
	{ REPORT("<e></x:e>"), SCAN_PREFIX },
	{ REPORT("< e/>"), SCAN_TAG },
	{ REPORT("<\xc3\xa4/>"), SCAN_TAG },
	{ REPORT("<e\xc3\xa4/>"), SCAN_TAG },
	{ REPORT("<e / >"), SCAN_TAG },
	{ REPORT("<e x='1'y='2'/>"), SCAN_TAG },
	{ REPORT("<e><f></f x></e>"), SCAN_TAG },
	{ REPORT("<e<f>"), SCAN_TAG },
	{ REPORT("<1/>"), SCAN_TAG },
	{ REPORT("<>"), SCAN_TAG },
	{ REPORT("<e x='1' x='2'/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x=1/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x = '1'/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x='a&amp;b'/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x='a<b'/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x='a\tb'/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e x='\xc3\xa4'/>"), SCAN_ATTRIBUTE },
	{ REPORT("<e a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m='' "
		 "n='' o='' p='' q=''/>"),
	  SCAN_ATTRIBUTE },
	{ REPORT("</e>"), SCAN_MISMATCH },
	{ REPORT("<e><f></e></f>"), SCAN_MISMATCH },
	{ REPORT("<e></ee>"), SCAN_MISMATCH },
	{ REPORT("<row></Row>"), SCAN_MISMATCH },
	{ "</feedback>", SCAN_MISMATCH },
	{ REPORT("") "</feedback>", SCAN_MISMATCH },
	{ REPORT("<e>&nbsp;</e>"), SCAN_ENTITY },
	{ REPORT("<e>a & b</e>"), SCAN_ENTITY },
	{ REPORT("<e>&amp</e>"), SCAN_ENTITY },
	{ REPORT("<e>&#0;</e>"), SCAN_ENTITY },
	{ REPORT("<e>&#xd800;</e>"), SCAN_ENTITY },
	{ REPORT("<e>&#X41;</e>"), SCAN_ENTITY },
	{ REPORT("<e>&#x110000;</e>"), SCAN_ENTITY },
	{ REPORT("<e>]]></e>"), SCAN_BRACKETS },
	{ REPORT("<e>]]]]></e>"), SCAN_BRACKETS },
	{ REPORT("<e>\x01</e>"), SCAN_CONTROL },
	{ REPORT("<e>\x0b</e>"), SCAN_CONTROL },
	{ REPORT("<e>\xef\xbf\xbf</e>"), SCAN_CONTROL },
	{ REPORT("<e>\xef\xbf\xbe</e>"), SCAN_CONTROL },
	{ REPORT("<e>\xe4</e>"), SCAN_UTF8 },
	{ REPORT("<e>\xc0\x80\xed\xa0\x80</e>"), SCAN_UTF8 },
	{ REPORT("<e>\xf4\x90\x80\x80</e>"), SCAN_UTF8 },
	{ "x" REPORT(""), SCAN_OUTSIDE },
	{ "\xef\xbbx" REPORT(""), SCAN_OUTSIDE },
	{ REPORT("") "x", SCAN_OUTSIDE },
	{ REPORT("") REPORT(""), SCAN_OUTSIDE },
	{ REPORT("<"
		 "n0123456789012345678901234567890123456789012345678901234567890123/>"),
	  SCAN_LONG },
	{ REPORT("<e>&#"
		 "0000000000000000000000000000000000000000000000000000000000000065;</e>"),
	  SCAN_LONG },
};

struct both {
	struct agree scanned, referee;
};

static int setup(void **state)
{
	struct both *b = heap_array(1, sizeof(*b));
	agree_init(&b->scanned);
	agree_init(&b->referee);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct both *b = *state;
	agree_deinit(&b->scanned);
	agree_deinit(&b->referee);
	free(b);
	return 0;
}

static void check(struct both *b, struct sv xml, size_t piece, enum scan_cause cause)
{
	bool same = agree_on(&b->scanned, &b->referee, xml, piece);
	if (!same || b->scanned.cause != cause)
		fail_msg("in pieces of %zu, cause %d, %s:\n%.*s", piece, b->scanned.cause,
			 same ? "same" : "DIFFERS", SV_ARG(xml));
}

static void test_cases(void **state)
{
	bool met[SCAN_CAUSES] = { false };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv xml = sv_from(cases[i].xml);
		met[cases[i].cause] = true;
		for (size_t piece = 1; piece < 8; piece++)
			check(*state, xml, piece, cases[i].cause);
		/* One cut at each place. */
		for (size_t piece = 8; piece <= xml.n; piece++)
			check(*state, xml, piece, cases[i].cause);
		check(*state, xml, xml.n + 1, cases[i].cause);
	}
	/* The two that take more than a line are below. */
	met[SCAN_NAMES] = met[SCAN_REFUSED] = true;
	for (unsigned c = 0; c < SCAN_CAUSES; c++)
		if (!met[c])
			fail_msg("no case has the cause %u", c);
}

static void test_table(void **state)
{
	(void)state;
	assert_null(scan_cause_info(SCAN_NONE));
	assert_null(scan_cause_info(SCAN_CAUSES));
	for (unsigned c = 1; c < SCAN_CAUSES; c++) {
		const struct scan_cause_info *info = scan_cause_info(c);
		assert_non_null(info);
		assert_true(info->name[0] && info->what[0]);
		for (unsigned d = 1; d < c; d++)
			assert_string_not_equal(info->name, scan_cause_info(d)->name);
	}
}

/* The sets of bytes that the scanner goes by, as XML has them. */
static void test_sets(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		char c = (char)i;
		bool printable = i >= 0x20 && i < 0x80;
		bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
		bool start = (ascii_is_alnum(c) && !ascii_is_digit(c)) || c == '_';
		bool text = (printable || c == '\t' || c == '\n') && !strchr("<&]", c);
		bool value = printable && !strchr("<&\"'", c);
		unsigned want =
			(blank ? CURSOR_BLANK : 0u) | (start ? CURSOR_NAME_START : 0u) |
			(start || ascii_is_digit(c) || c == '-' || c == '.' ? CURSOR_NAME
									    : 0u) |
			(text ? CURSOR_TEXT : 0u) | (value ? CURSOR_VALUE : 0u) |
			(i >= 0x80 ? CURSOR_HIGH : 0u);
		if (cursor_sets[i] != want)
			fail_msg("byte %#x is in %#x, not %#x", i, cursor_sets[i], want);
	}
}

/* A cursor over an exact allocation: the sanitizer sees one byte too many. */
static void test_cursor_ends(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		char *bytes = malloc(n + 1), *exact = realloc(bytes, n ? n : 1);
		assert_non_null(exact);
		memset(exact, ' ', n ? n : 1);
		struct cursor c = cursor_over((struct sv){ exact, n });
		assert_int_equal(cursor_peek(&c, n), -1);
		assert_false(cursor_take_sv(&c, SV("                              "
						   "           ")));
		cursor_skip_blanks(&c);
		assert_int_equal(cursor_left(&c), 0);
		assert_false(cursor_take(&c, ' ') || cursor_is_in(&c, 0xff));
		assert_int_equal(cursor_span(&c, 0xff).n, 0);
		free(exact);
	}
}

/* What is long: text is no matter, a tag is. */
static void test_long(void **state)
{
	static const size_t pieces[] = { 100, 4096, 16 * 1024 + 300, 1 << 20 };
	struct buf b;
	buf_init(&b, 1 << 20);
	for (unsigned k = 0; k < 4; k++) {
		buf_clear(&b);
		buf_add_str(&b, "<feedback>" META "<e ");
		size_t blanks = SCAN_HOLD - 5 + (k & 1);
		for (size_t i = 0; i < blanks && k < 2; i++)
			buf_add_char(&b, '\n');
		buf_add_str(&b, "/>");
		for (size_t i = 0; i < 100000 && k >= 2; i++)
			buf_add_char(&b, k == 2 ? '\n' : '\r');
		buf_add_str(&b, RECORD "</feedback>");
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
			check(*state, buf_sv(&b), pieces[i],
			      k == 1 ? SCAN_LONG : SCAN_NONE);
	}
	buf_deinit(&b);
}

/* Names that expat would keep, and what the row builder refuses. */
static void test_left_late(void **state)
{
	struct buf b;
	buf_init(&b, 32 << 20);
	buf_add_str(&b, "<x>" REPORT(""));
	for (unsigned i = 0; i < 200000; i++)
		buf_addf(&b, "<n_%06u_0123456789_0123456789/>", i);
	buf_add_str(&b, "</x>");
	check(*state, buf_sv(&b), 1 << 20, SCAN_NAMES);
	buf_clear(&b);
	for (unsigned i = 0; i <= LIMIT_XML_DEPTH; i++)
		buf_add_str(&b, "<a>");
	check(*state, buf_sv(&b), 5, SCAN_REFUSED);
	buf_clear(&b);
	buf_add_str(&b, "<feedback>" META "<e>");
	for (unsigned i = 0; i <= LIMIT_VALUE; i++)
		buf_add_char(&b, 'x');
	buf_add_str(&b, "</e></feedback>");
	check(*state, buf_sv(&b), 100, SCAN_REFUSED);
	buf_deinit(&b);
}

/* --- records that repeat --- */

#define ONE(markup, address, between, count, rest) \
	"<record>" markup "<source_ip>" address "</source_ip>" between "<count>" count \
	"</count>" rest "</record>"
#define REST \
	"<policy_evaluated><disposition>none</disposition><dkim>pass</dkim>" \
	"<spf>fail</spf></policy_evaluated></row><identifiers>" \
	"<header_from>example.com</header_from></identifiers>"
#define SIMPLE(address, count) ONE("<row>", address, "", count, REST)
/* Two that differ in the address only. */
#define TWO(markup, between, rest) \
	ONE(markup, "1.1.1.1", between, "1", rest) \
	ONE(markup, "1.1.1.2", between, "1", rest)
#define TWICE(record) record record

static const struct same_case {
	const char *records;
	unsigned repeated;
} same_cases[] = {
	{ TWICE(SIMPLE("192.0.2.1", "1")), 1 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("2001:db8::1", "0")
		  SIMPLE("::ffff:1.2.3.4", "9"),
	  2 },
	{ SIMPLE("192.0.2.1", "1") " \n" SIMPLE("192.0.2.2", "007"), 1 },
	/* values that are read as usual */
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.256", "1"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("", "1"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE(" 192.0.2.1", "1"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", ""), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", "1.5"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", "-0"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", " 1"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", "1099511627776"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", "1099511627775"), 1 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("192.0.2.1", "1<!-- -->"), 0 },
	{ SIMPLE("192.0.2.1", "1") SIMPLE("&#49;92.0.2.1", "1"), 0 },
	/* records that are none to keep: with a note, an attribute, an element of no
	 * schema or out of its place, in another order */
	{ SIMPLE("192.0.2.x", "1") SIMPLE("192.0.2.1", "1"), 0 },
	{ SIMPLE("192.0.2.1", "x") SIMPLE("192.0.2.1", "1"), 0 },
	{ TWO("<row a='1'>", "", REST), 0 },
	{ TWO("<row>", "<x/>", REST), 0 },
	{ TWO("<row>", "<x>1</x>", REST), 0 },
	{ TWO("<row>", "<!-- -->", REST), 0 },
	{ TWO("<row>", "", REST "<p>none</p>"), 0 },
	{ TWO("<row>", "", REST "<feedback></feedback>"), 0 },
	{ TWO("<row>", "", REST "stray"), 0 },
	{ TWO("<row>", "<source_ip>9.9.9.9</source_ip>", REST), 0 },
	{ TWO("<row>", "", "</row><row><count>2</count>" REST), 0 },
	{ TWICE("<record><row><count>1</count><source_ip>1.1.1.1</source_ip></row>"
		"</record>"),
	  0 },
	{ TWICE("<record><row><source_ip>1.1.1.1<count>1</count></source_ip></row>"
		"</record>"),
	  0 },
	{ TWICE("<record><row><source_ip>1.1.1.1</source_ip><count>1</count></row>"
		"</record >"),
	  0 },
	/* an empty value beside it changes nothing; text may have references */
	{ TWO("<row>", "<source_ip></source_ip>", REST), 1 },
	{ TWO("<row>", "",
	      "<policy_evaluated><reason><comment>&amp;\xc3\xa4</comment></reason>"
	      "</policy_evaluated></row>"),
	  1 },
	/* other markup, and back; other places */
	{ SIMPLE("1.1.1.1", "1") ONE("<row> ", "1.1.1.1", "", "1", REST)
		  TWICE(SIMPLE("1.1.1.1", "1")),
	  1 },
	{ SIMPLE("1.1.1.1", "1") "<record>" SIMPLE("1.1.1.1", "1") "</record>" SIMPLE(
		  "1.1.1.1", "1"),
	  1 },
	{ SIMPLE("1.1.1.1", "1") "</feedback><feedback>" SIMPLE("1.1.1.1", "1"), 0 },
	{ SIMPLE("1.1.1.1",
		 "1") "</feedback><feedback>" META TWICE(SIMPLE("1.1.1.1", "1")),
	  0 },
	{ SIMPLE("1.1.1.1", "1") "</feedback>" SIMPLE("1.1.1.1", "1") "<feedback>", 0 },
};

static bool ignore_row(void *ctx, const struct report_row *row)
{
	(void)ctx, (void)row;
	return true;
}

/* How many records of a report in one piece were taken as another one's. */
static uint64_t count_repeated(struct sv xml)
{
	struct build *b = heap_array(1, sizeof(*b));
	build_init(b, (struct aggregate_sink){ ignore_row, NULL });
	struct scan *s = parser_scan.create(b);
	(void)parser_scan.feed(s, xml, false);
	uint64_t n = s->repeated;
	parser_scan.free(s);
	build_deinit(b);
	free(b);
	return n;
}

static void test_same(void **state)
{
	struct both *both = *state;
	struct buf xml;
	buf_init(&xml, 1 << 20);
	for (size_t i = 0; i < sizeof(same_cases) / sizeof(same_cases[0]); i++) {
		const struct same_case *k = &same_cases[i];
		buf_clear(&xml);
		/* In an element around the report a second one may follow. */
		buf_addf(&xml, "<x><feedback>%s%s</feedback></x>", META, k->records);
		uint64_t n = count_repeated(buf_sv(&xml));
		if (n != k->repeated)
			fail_msg("case %zu: %u repeated, not %u", i, (unsigned)n,
				 k->repeated);
		for (size_t piece = 1; piece <= xml.n; piece += piece < 64 ? 1 : 61)
			if (!agree_on(&both->scanned, &both->referee, buf_sv(&xml),
				      piece))
				fail_msg("case %zu differs in pieces of %zu", i, piece);
	}
	buf_deinit(&xml);
}

/* More different records than are kept, of all lengths, over and over. */
static void test_same_many(void **state)
{
	struct both *both = *state;
	struct buf xml;
	buf_init(&xml, 32 << 20);
	buf_add_str(&xml, "<feedback>" META);
	for (unsigned i = 0; i < 6000; i++) {
		buf_addf(&xml,
			 "<record><row><source_ip>192.0.2.%u</source_ip><count>%u</count>"
			 "</row><identifiers><header_from>",
			 i % 256, i);
		for (unsigned k = 0; k < i * 7 % 1500 * 2; k++)
			buf_add_char(&xml, (char)('a' + i % 7));
		buf_addf(&xml, "</header_from></identifiers></record>");
	}
	buf_add_str(&xml, "</feedback>");
	assert_int_equal(count_repeated(buf_sv(&xml)), 0);
	buf_add_sv(&xml, SV("\n"));
	assert_true(agree_on(&both->scanned, &both->referee, buf_sv(&xml), 100000));
	assert_int_equal(both->scanned.cause, SCAN_NONE);
	buf_deinit(&xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),       cmocka_unit_test(test_sets),
		cmocka_unit_test(test_cursor_ends), cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),        cmocka_unit_test(test_left_late),
		cmocka_unit_test(test_same),        cmocka_unit_test(test_same_many),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
