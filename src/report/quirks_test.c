/* SPDX-License-Identifier: Apache-2.0 */
/* Each quirk that reporters are known for, as a small report: what is read from it, and
 * exactly which repairs are listed. */
#include "report/report_test.h"

#define META_OF(org, id, domain) \
	"<report_metadata><org_name>" org "</org_name><email>d@r.example</email>" \
	"<report_id>" id "</report_id><date_range><begin>1751328000</begin>" \
	"<end>1751414399</end></date_range></report_metadata>" \
	"<policy_published><domain>" domain "</domain><p>none</p></policy_published>"
#define META META_OF("r.example", "id-1", "example.com")
#define ROW_OF(source, count, evaluated) \
	"<row><source_ip>" source "</source_ip><count>" count \
	"</count><policy_evaluated>" evaluated "</policy_evaluated></row>"
#define EVALUATED "<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>"
#define IDS "<identifiers><header_from>example.com</header_from></identifiers>"
#define SPF \
	"<spf><domain>m.example</domain><scope>mfrom</scope><result>fail</result></spf>"
#define RESULTS "<auth_results>" SPF "</auth_results>"
#define ROW ROW_OF("192.0.2.1", "3", EVALUATED)
#define RECORD "<record>" ROW IDS RESULTS "</record>"

/* Reports that differ from the plainest one in one place. */
#define DOC(inner) "<feedback>" inner "</feedback>"
#define DOC_META(inner) \
	DOC("<report_metadata><org_name>o</org_name>" inner \
	    "<date_range><begin>1</begin><end>2</end></date_range>" \
	    "</report_metadata>")
#define META_O \
	"<report_metadata><org_name>o</org_name><date_range><begin>1</begin>" \
	"<end>2</end>" \
	"</date_range></report_metadata>"
#define DOC_TIMES(begin, end) \
	DOC("<report_metadata><org_name>o</org_name><date_range><begin>" begin \
	    "</begin><end>" end "</end></date_range></report_metadata>")
#define DOC_POLICY(inner) \
	DOC(META_OF("o", "i", "") "<policy_published>" inner "</policy_published>")
#define DOC_RECORD(inner) DOC(META "<record>" inner "</record>")
#define DOC_ROW(source, count) DOC_RECORD(ROW_OF(source, count, EVALUATED) IDS RESULTS)
#define DOC_EVALUATED(evaluated) \
	DOC_RECORD(ROW_OF("192.0.2.1", "3", evaluated) IDS RESULTS)
#define DOC_RESULTS(results) \
	DOC_RECORD(ROW IDS "<auth_results>" results "</auth_results>")
#define DOC_IDS(ids) DOC_RECORD(ROW ids RESULTS)

#define READ_META \
	"meta org=r.example email=d@r.example id=id-1 begin=1751328000 end=1751414399 " \
	"domain=example.com p=none\n"
#define READ_ROW \
	"row 192.0.2.1 3 disposition=none dkim=pass spf=fail from=example.com " \
	"[spf d=m.example scope=mfrom result=fail]\n"
#define READ READ_ROW READ_META "complete 1/3/3\n"

struct quirk {
	const char *name;
	struct sv xml;
	const char *has;     /* found in what was read; NULL: all of it is READ */
	const char *repairs; /* all of them */
	bool lenient;        /* not for expat */
};

#define CASE(name, xml, has, repairs) \
	{ \
		name, SV_INIT(xml), has, repairs, false \
	}
#define LENIENT(name, xml, has, repairs) \
	{ \
		name, SV_INIT(xml), has, repairs, true \
	}

/* --- bytes, declarations, markup --- */

static const struct quirk markup[] = {
	CASE("plain", DOC(META RECORD), NULL, ""),
	CASE("byte order mark", "\xef\xbb\xbf<?xml version=\"1.0\"?>" DOC(META RECORD),
	     NULL, ""),
	CASE("byte order mark against the declaration",
	     "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"windows-1252\"?>" DOC(
		     META_OF("\xc3\xa9", "i", "d") RECORD),
	     "org=\xc3\xa9 ", "encoding-declared = windows-1252\n"),
	CASE("no encoding declared", "<?xml version=\"1.0\"?>\n" DOC(META RECORD), NULL,
	     ""),
	CASE("single quotes", "<?xml version='1.0' encoding='utf-8'?>" DOC(META RECORD),
	     NULL, ""),
	CASE("windows-1252",
	     "<?xml version=\"1.0\" encoding=\"windows-1252\"?>" DOC(
		     META_OF("\x93\xe9\x94", "i", "d") RECORD),
	     "org=\xe2\x80\x9c\xc3\xa9\xe2\x80\x9d ", ""),
	CASE("iso-8859-1",
	     "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" DOC(
		     META_OF("\xe9", "i", "d") RECORD),
	     "org=\xc3\xa9 ", ""),
	CASE("koi8-r",
	     "<?xml version=\"1.0\" encoding=\"koi8-r\"?>" DOC(META_OF("\xc1", "i", "d")
								       RECORD),
	     "org=\xd0\xb0 ", ""),
	CASE("unknown encoding",
	     "<?xml version=\"1.0\" encoding=\"x-nobody\"?>" DOC(META_OF("\xe9", "i", "d")
									 RECORD),
	     "org=\xc3\xa9 ", "encoding-unknown = x-nobody\n"),
	LENIENT("bytes that are not UTF-8", DOC(META_OF("\x91\xe9", "i", "d") RECORD),
		"org=\xe2\x80\x98\xc3\xa9 ", "encoding-bytes\n"),
	LENIENT("bytes that are not US-ASCII",
		"<?xml version=\"1.0\" encoding=\"us-ascii\"?>" DOC(
			META_OF("\xc3\xa9", "i", "d") RECORD),
		"org=\xc3\xa9 ", "encoding-bytes\n"),
	LENIENT("a byte without meaning in its set",
		"<?xml version=\"1.0\" encoding=\"windows-1252\"?>" DOC(
			META_OF("\x81", "i", "d") RECORD),
		"org=\xef\xbf\xbd ", "encoding-bytes\n"),
	LENIENT("UTF-16 declared, UTF-8 meant",
		"<?xml version=\"1.0\" encoding=\"utf-16\"?>" DOC(META RECORD), NULL,
		"encoding-declared = utf-16\n"),
	LENIENT("blanks before the declaration",
		"\r\n <?xml version=\"1.0\"?>" DOC(META RECORD), NULL,
		"xml-syntax = <?xml\n"),
	LENIENT("a bare address in angle brackets",
		DOC_META("<email><a@b.example></email>"), "email=<a@b.example> ",
		"bare-less-than @ report_metadata/email = <a@b.example>\n"),
	LENIENT("a name and an address", DOC_META("<email>A B <a@b.example></email>"),
		"email=A B <a@b.example> ",
		"bare-less-than @ report_metadata/email = <a@b.example>\n"),
	LENIENT("a word in angle brackets", DOC_META("<email>x <nobody> y</email>"),
		"email=x <nobody>y ",
		"bare-less-than @ report_metadata/email/nobody = nobody\n"),
	LENIENT("a bare less-than",
		DOC_IDS("<identifiers><header_from>a<b.example"
			"</header_from></identifiers>"),
		"from=a<b.example ",
		"bare-less-than @ record 1, identifiers/header_from = <b.example\n"),
	LENIENT("a comparison", DOC_META("<error>1 < 2 <= 3 << 4</error>"),
		"error=1 < 2 <= 3 << 4 ",
		"bare-less-than x4 @ report_metadata/error = < 2\n"),
	CASE("a bare greater-than", DOC_META("<error>2 > 1</error>"), "error=2 > 1 ", ""),
	LENIENT("a bare ampersand", DOC_META("<error>A & B&C &</error>"),
		"error=A & B&C & ", "bare-ampersand x3 @ report_metadata/error = &\n"),
	LENIENT("an ampersand in a URL",
		DOC_META("<extra_contact_info>http://a/?b=1&c=2</extra_contact_info>"),
		"contact=http://a/?b=1&c=2 ",
		"bare-ampersand @ report_metadata/extra_contact_info = &c\n"),
	LENIENT("an unknown entity", DOC_META("<error>&copy;&nbsp;&lt;</error>"),
		"error=&copy;&nbsp;< ",
		"entity-unknown x2 @ report_metadata/error = &copy;\n"),
	LENIENT("a reference to no character",
		DOC_META("<error>&#0;&#xd800;&#x41;</error>"), "error=&#0;&#xd800;A ",
		"entity-unknown x2 @ report_metadata/error = &#0;\n"),
	CASE("references",
	     DOC_META("<error>&lt;&gt;&amp;&quot;&apos;&#65;&#x20AC;</error>"),
	     "error=<>&\"'A\xe2\x82\xac ", ""),
	LENIENT("a control character",
		DOC_META("<error>a\x01"
			 "b\x1f</error>"),
		"error=a\xef\xbf\xbd"
		"b\xef\xbf\xbd ",
		"control-character x2 @ report_metadata/error\n"),
	LENIENT("a zero", DOC_META("<error>a\0b</error>"),
		"error=a\xef\xbf\xbd"
		"b ",
		"control-character @ report_metadata/error\n"),
	CASE("CDATA", DOC_META("<error><![CDATA[a <b> & ]] c]]>d</error>"),
	     "error=a <b> & ]] cd ", ""),
	CASE("a comment inside a value", DOC_META("<error>a<!-- <b> & -->c</error>"),
	     "error=ac ", ""),
	LENIENT("two hyphens in a comment", DOC(META RECORD "<!-- a -- b --->"), NULL,
		"xml-syntax x2 = --\n"),
	LENIENT("the end of CDATA in text", DOC_META("<error>a]]>b</error>"),
		"error=a]]>b ", "xml-syntax @ report_metadata/error = ]]>\n"),
	CASE("an instruction", "<?xml-stylesheet href='a.xsl'?>" DOC(META RECORD), NULL,
	     ""),
	CASE("line ends", DOC_META("<error>a\r\nb\rc\nd&#13;e</error>"),
	     "error=a\nb\nc\nd\re ", ""),
	LENIENT("an unclosed element before the root",
		"<?xml version=\"1.0\"?> <xs:schema xmlns:xs=\"http://www.w3.org/2001/"
		"XMLSchema\" targetNamespace=\"http://dmarc.org/dmarc-xml/0.1\">\n" DOC(
			META RECORD),
		NULL, "element-before = xs:schema\n"),
	CASE("an element around the root", "<reports>" DOC(META RECORD) "</reports>",
	     NULL, "element-before = reports\n"),
	LENIENT("text and an element before the root",
		"Hello <a>" DOC(META RECORD) "</a>", NULL,
		"element-before = a\ntext-before = Hello\n"),
	LENIENT("text before the root", "Here it is:\n" DOC(META RECORD), NULL,
		"text-before = Here it is:\n"),
	LENIENT("text after the root", DOC(META RECORD) "\n-- \nvirus free\n", NULL,
		"text-after = -- virus free\n"),
	LENIENT("a page's end after the root", DOC(META RECORD) "<!DOCTYPE html></body>",
		NULL,
		"bare-less-than = <!DOCTYPE html>\n"
		"end-tag-unmatched = body\ntext-after = <!DOCTYPE html>\n"),
	CASE("a comment after the root", DOC(META RECORD) "\n<!-- bye -->\n", NULL, ""),
	LENIENT("the last bracket is missing", "<feedback>" META RECORD "</feedback",
		NULL, "last-bracket = </feedback\n"),
	LENIENT("the last bracket is a line's end",
		"<feedback>" META RECORD "</feedback \r\n", NULL,
		"last-bracket = </feedback\n"),
	CASE("lines and indents",
	     "<feedback>\r\n  <report_metadata>\r\n\t<org_name>\r\n o \t</org_name>\r\n"
	     "<date_range><begin> 1 </begin><end>\n2</end></date_range>"
	     "</report_metadata>\r\n</feedback>\r\n",
	     "meta org=o begin=1 end=2\n", ""),
	LENIENT("an end tag too many",
		DOC(META "<record>" ROW "</row>" IDS RESULTS "</record>"), NULL,
		"end-tag-unmatched @ record 1 = row\n"),
	LENIENT("wrong nesting",
		DOC_RECORD("<row><source_ip>192.0.2.1</source_ip><count>3</count>"
			   "<policy_evaluated>" EVALUATED
			   "</row></policy_evaluated>" IDS RESULTS),
		NULL,
		"element-unclosed @ record 1, row/policy_evaluated\n"
		"end-tag-unmatched @ record 1 = policy_evaluated\n"),
	LENIENT("a value that is not closed",
		DOC_RECORD("<row><source_ip>192.0.2.1<count>3</"
			   "count><policy_evaluated>" EVALUATED
			   "</policy_evaluated></row>" IDS RESULTS),
		NULL,
		"element-misplaced x2 @ record 1, row/source_ip = count\n"
		"element-unclosed @ record 1, row/source_ip\n"),
	LENIENT("a record that is not closed",
		DOC(META "<record>" ROW IDS RESULTS RECORD),
		READ_ROW READ_ROW READ_META "complete 2/6/6\n",
		"record-nested @ record 1\n"
		"element-unclosed @ record\n"),
	CASE("a record in a record", DOC_RECORD(ROW IDS RESULTS RECORD),
	     READ_ROW READ_ROW READ_META "complete 2/6/6\n",
	     "record-nested @ record 1\n"),
	LENIENT("the last record is not closed", DOC(META "<record>" ROW IDS RESULTS),
		READ_ROW READ_META "incomplete 1/3/3\n", "element-unclosed @ record 1\n"),
	LENIENT("an attribute without quotes",
		"<feedback a=b c = 'd'>" META RECORD "</feedback>",
		"p=none {@a: b} {@c: d}\n", "xml-syntax = a\n"),
	LENIENT("an attribute twice", "<feedback a='b' a='c'>" META RECORD "</feedback>",
		"p=none {@a: b} {@a: c}\n", "xml-syntax = a\n"),
	LENIENT("an end tag in capitals", DOC(META RECORD "<Extension>1</extension>"),
		"p=none {Extension: 1}\n", "xml-syntax @ Extension = extension\n"),
};

/* --- namespaces, names, places --- */

static const struct quirk names[] = {
	CASE("a default namespace",
	     "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">" META RECORD
	     "</feedback>",
	     "meta xmlns=urn:ietf:params:xml:ns:dmarc-2.0 org=r.example", ""),
	CASE("the 2.0 namespace with old content",
	     "<feedback xmlns='urn:ietf:params:xml:ns:dmarc-2.0'>"
	     "<policy_published><domain>d</domain><pct>50</pct></policy_published>"
	     "<report_metadata><date_range><begin>1</begin><end>2</end></date_range>"
	     "</report_metadata></feedback>",
	     "domain=d pct=50\n", ""),
	CASE("a prefixed root",
	     "<ns1:feedback xmlns:ns1=\"http://dmarc.org/dmarc-xml/0.1\" "
	     "xmlns:xsi=\"http://"
	     "www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\">" META
		     RECORD "</ns1:feedback>",
	     "meta xmlns=http://dmarc.org/dmarc-xml/0.1 org=r.example email=d@r.example "
	     "id=id-1 begin=1751328000 end=1751414399 domain=example.com p=none "
	     "{@xsi:schemaLocation: a b}\n",
	     ""),
	CASE("prefixes everywhere",
	     "<d:feedback "
	     "xmlns:d='whatever'><d:report_metadata><d:org_name>o</d:org_name>"
	     "<d:date_range><d:begin>1</d:begin><d:end>2</d:end></d:date_range>"
	     "</d:report_metadata><d:record><d:row><d:count>2</d:count><d:source_ip>"
	     "192.0.2.9</d:source_ip></d:row></d:record></d:feedback>",
	     "row 192.0.2.9 2\nmeta xmlns=whatever org=o begin=1 end=2\n", ""),
	CASE("unused namespaces",
	     "<feedback xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
	     "xmlns:xsi=\"http://"
	     "www.w3.org/2001/XMLSchema-instance\">" META RECORD "</feedback>",
	     NULL, ""),
	CASE("versions", DOC("<version>0.1</version>" META), "meta version=0.1 org", ""),
	CASE("new fields without a namespace",
	     DOC_POLICY("<np>reject</np><testing>y</testing><discovery_method>treewalk"
			"</discovery_method>"),
	     "np=reject testing=y discovery=treewalk\n",
	     "second-policy @ policy_published\n"),
	CASE("t and psd",
	     DOC("<policy_published><domain>d</domain><t>y</t><psd>u</psd>"
		 "</policy_published>" META_O),
	     "testing=y {policy_published/psd: u}\n",
	     "element-alias @ policy_published = t\n"),
	CASE("rf and ri",
	     DOC("<policy_published><rf>afrf</rf><ri>86400</ri></policy_published>" META),
	     "{policy_published/rf: afrf} {policy_published/ri: 86400}\n",
	     "second-policy @ policy_published\n"),
	CASE("identities",
	     DOC_IDS("<identities><header_from>example.com</header_from>"
		     "</identities>"),
	     NULL, "element-alias @ record 1 = identities\n"),
	CASE("capital names",
	     DOC_IDS("<Identifiers><Header_From>example.com</Header_From>"
		     "</Identifiers>"),
	     NULL,
	     "element-case @ record 1 = Identifiers\n"
	     "element-case @ record 1, identifiers = Header_From\n"),
	CASE("any order",
	     DOC_RECORD("<auth_results><spf><result>fail</result><scope>mfrom</scope>"
			"<domain>m.example</domain></spf></auth_results>" IDS
			"<row><policy_evaluated><spf>fail</spf><dkim>pass</dkim>"
			"<disposition>none</disposition></policy_evaluated>"
			"<count>3</count><source_ip>192.0.2.1</source_ip></row>"),
	     NULL, ""),
	CASE("records before all else", DOC(RECORD META), NULL, ""),
	CASE("values beside their place",
	     DOC_RECORD(
		     "<source_ip>192.0.2.1</source_ip>"
		     "<row><count>3</count></row><policy_evaluated>" EVALUATED
		     "</policy_evaluated><header_from>example.com</header_from>" RESULTS),
	     NULL, "element-misplaced x3 @ record 1 = source_ip\n"),
	CASE("an extension",
	     DOC(META RECORD "<extension a='1' xml:lang='en'><dkim2><count>7</count>"
			     "<count>8</count></dkim2><x/></extension>"),
	     "{extension@a: 1} {extension@xml:lang: en} {extension/dkim2/count: 7} "
	     "{extension/dkim2/count: 8} {extension/x: }\n",
	     ""),
	CASE("an extension of a record",
	     DOC_RECORD(ROW IDS RESULTS
			"<v:row xmlns:v='urn:v' v:k='1'><v:count>9</v:count>"
			"</v:row><v:tls xmlns:v='urn:v'>1.3</v:tls>"),
	     "result=fail] {v:row@v:k: 1} {v:row/v:count: 9} {v:tls: 1.3}\n", ""),
	CASE("another vocabulary's default namespace",
	     DOC_RECORD(ROW IDS RESULTS "<count xmlns='urn:v'>9</count>"),
	     "result=fail] {count: 9}\n", ""),
	CASE("unknown elements",
	     DOC_RESULTS("<dkim><domain>a</domain><b>1</b></dkim>"
			 "<dkim><domain>a</domain><b>2</b></dkim><arc>none</arc>"),
	     "{auth_results/dkim/b: 1} {auth_results/dkim[2]/b: 2} "
	     "{auth_results/arc: none}\n",
	     ""),
	CASE("unknown elements with text and elements", DOC(META "<a>x<b>y</b>z</a>"),
	     "{a/b: y} {a: xz}\n", ""),
	CASE("languages",
	     DOC_META("<error lang='de'>Fehler</error>"
		      "<extra_contact_info lang=' en '>c</extra_contact_info>"),
	     "contact=c error=Fehler begin=1 end=2 {report_metadata/error@lang: de} "
	     "{report_metadata/extra_contact_info@lang: en}\n",
	     ""),
	CASE("text beside elements",
	     DOC(META "<record>" ROW IDS RESULTS " x <!---->\n y"
		      "</record>"),
	     "result=fail] {: x y}\n", "text-stray @ record 1 = x y\n"),
	CASE("plain text for an SPF result", DOC_RESULTS("<spf>pass</spf>"),
	     "[spf] {auth_results/spf: pass}\n",
	     "text-stray @ record 1, auth_results/spf = pass\n"),
	CASE("a second policy fills gaps only",
	     DOC(META "<policy_published><domain>other</domain><p>reject</p><sp>none</sp>"
		      "</policy_published>"),
	     "domain=example.com p=none sp=none\n", "second-policy @ policy_published\n"),
	CASE("a second metadata fills gaps only",
	     DOC(META "<report_metadata><org_name>x</org_name><generator>g</generator>"
		      "</report_metadata>"),
	     "org=r.example email=d@r.example id=id-1 generator=g",
	     "value-twice @ report_metadata/org_name = x\n"),
	LENIENT("a second report with the same ids",
		DOC(META RECORD) "\n" DOC(META RECORD),
		READ_ROW READ_ROW READ_META "complete 2/6/6\n", "second-report\n"),
	LENIENT("a second report without ids", DOC(META RECORD) DOC(RECORD),
		READ_ROW READ_ROW READ_META "complete 2/6/6\n", "second-report\n"),
	LENIENT("a second, different report",
		DOC(META RECORD)
			DOC(META_OF("r.example", "id-2", "example.com") RECORD RECORD),
		NULL, "other-report x2\n"),
	LENIENT("a second, different report that ends early",
		DOC(META RECORD) "<feedback>" META_OF("r.example", "id-2", "d") RECORD,
		NULL, "other-report\n"),
	LENIENT("a second report of the same ids that ends early",
		DOC(META RECORD) "<feedback>" META "<record>" ROW,
		READ_ROW READ_META "incomplete 1/3/3\n",
		"second-report\nrow-cut @ record 2\nreport-ends-early\n"),
	LENIENT("records behind an end that came too early",
		DOC(META RECORD) "\n" RECORD "\n</feedback>",
		READ_ROW READ_ROW READ_META "complete 2/6/6\n",
		"element-misplaced = record\nend-tag-unmatched = feedback\n"),
	CASE("records behind the report", "<r>" DOC(META) RECORD "</r>", NULL,
	     "element-before = r\nelement-misplaced = record\n"),
	CASE("a report in a report", DOC(DOC(META RECORD)), NULL, ""),
};

/* --- the report --- */

static const struct quirk report[] = {
	CASE("no record", DOC(META), READ_META "complete 0/0/0\n", ""),
	CASE("no policy", DOC(META_O), "meta org=o begin=1 end=2\n", ""),
	CASE("an empty organisation",
	     DOC("<report_metadata><org_name/><email>a@b</email><date_range><begin>1</"
		 "begin>"
		 "<end>2</end></date_range></report_metadata>" RECORD),
	     "meta org='' email=a@b begin", ""),
	CASE("several errors",
	     DOC_META("<error>one</error><generator>g</generator>"
		      "<error/><error>two</error>"),
	     "generator=g error=one\ntwo begin", ""),
	CASE("odd report ids", DOC_META("<report_id>&lt;a$b=c!d e@f&gt;</report_id>"),
	     "id=<a$b=c!d e@f> ", ""),
	CASE("an empty sp",
	     DOC("<policy_published><domain>d</domain><sp/></policy_published>" META_O),
	     "domain=d sp=''\n", ""),
	CASE("sp=nil",
	     DOC("<policy_published><domain>d</domain><sp>nil</sp>"
		 "</policy_published>" META_O),
	     "domain=d sp=nil\n", "policy-word @ policy_published/sp = nil\n"),
	CASE("alignment written out",
	     DOC("<policy_published><domain>d</domain><adkim>Relaxed</adkim>"
		 "<aspf>strict</aspf></policy_published>" META_O),
	     "domain=d adkim=r aspf=s\n",
	     "alignment-alias @ policy_published/adkim = Relaxed\n"
	     "alignment-alias @ policy_published/aspf = strict\n"),
	CASE("unknown words of a policy",
	     DOC("<policy_published><domain>d</domain><adkim>x</adkim><p>Reject</p>"
		 "<np>WHAT</np><pct>all</pct><fo>1:d</fo><testing>maybe</testing>"
		 "<discovery_method>dns</discovery_method></policy_published>" META_O),
	     "domain=d adkim=x p=reject np=what pct=all fo=1:d testing=maybe "
	     "discovery=dns\n",
	     "alignment-word @ policy_published/adkim = x\n"
	     "word-case @ policy_published/p = Reject\n"
	     "policy-word @ policy_published/np = WHAT\n"
	     "pct-number @ policy_published/pct = all\n"
	     "testing-word @ policy_published/testing = maybe\n"
	     "discovery-word @ policy_published/discovery_method = dns\n"),
	CASE("a domain in capitals, padded, with a dot",
	     DOC(META_OF("o", "i", " Ex.COM. ")), "domain=ex.com p",
	     "domain-dot @ policy_published/domain = Ex.COM.\n"),
	CASE("decimal times", DOC_TIMES("123.456", "200.0"), "begin=123 end=200\n",
	     "time-decimal @ report_metadata/date_range/begin = 123.456\n"
	     "time-decimal @ report_metadata/date_range/end = 200.0\n"),
	CASE("a text for a time", DOC_TIMES("2025-07-01", "2"), "meta org=o end=2\n",
	     "time-unreadable @ report_metadata/date_range/begin = 2025-07-01\n"),
	CASE("a negative time", DOC_TIMES("1", "-2"), "meta org=o begin=1\n",
	     "time-unreadable @ report_metadata/date_range/end = -2\n"),
	CASE("a huge time", DOC_TIMES("253402300799", "253402300800"),
	     "meta org=o begin=253402300799\n",
	     "time-unreadable @ report_metadata/date_range/end = 253402300800\n"),
	CASE("no times", DOC("<report_metadata><org_name>o</org_name></report_metadata>"),
	     "meta org=o\n",
	     "time-missing @ report_metadata/date_range/begin\n"
	     "time-missing @ report_metadata/date_range/end\n"),
	CASE("times twice", DOC_META("<date_range><begin>5</begin></date_range>"),
	     "begin=5 end=2\n", "value-twice @ report_metadata/date_range/begin = 1\n"),
	LENIENT("the end is missing", "<feedback>" META RECORD,
		READ_ROW READ_META "incomplete 1/3/3\n", "report-ends-early\n"),
	LENIENT("it ends in a row",
		"<feedback>" META RECORD "<record>" ROW IDS "<auth_res",
		READ_ROW READ_META "incomplete 1/3/3\n",
		"row-cut @ record 2\nreport-ends-early\n"),
	LENIENT("it ends in a comment", "<feedback>" META RECORD "<!-- </feedback>",
		READ_ROW READ_META "incomplete 1/3/3\n", "report-ends-early\n"),
	LENIENT("it ends in its end tag", "<feedback>" META RECORD "</feedb",
		READ_ROW READ_META "incomplete 1/3/3\n", "report-ends-early\n"),
};

/* --- rows --- */

static const struct quirk rows[] = {
	CASE("a null report",
	     DOC_RECORD("<row><source_ip/><count>0</count><policy_evaluated/></row>"
			"<identifiers/><auth_results/>"),
	     "row - 0\n" READ_META "complete 1/0/0\n", ""),
	CASE("an empty record", DOC(META "<record/>"), "row - 0\n" READ_META,
	     "count-missing @ record 1, row/count\n"),
	CASE("a missing count", DOC_RECORD("<row><source_ip>192.0.2.1</source_ip></row>"),
	     "row 192.0.2.1 1\n", "count-missing @ record 1, row/count\n"),
	CASE("an empty count", DOC_ROW("192.0.2.1", " "), "row 192.0.2.1 1 ",
	     "count-missing @ record 1, row/count\n"),
	CASE("a signed count", DOC_ROW("192.0.2.1", "+3"), NULL, ""),
	CASE("a count with zeros", DOC_ROW("192.0.2.1", "\n0003\t"), NULL, ""),
	CASE("a negative count", DOC_ROW("192.0.2.1", "-3"), "row 192.0.2.1 1 ",
	     "count-unreadable @ record 1, row/count = -3\n"),
	CASE("no negative count", DOC_ROW("192.0.2.1", "-0"), "row 192.0.2.1 0 ", ""),
	CASE("a text for a count", DOC_ROW("192.0.2.1", "many"), "row 192.0.2.1 1 ",
	     "count-unreadable @ record 1, row/count = many\n"),
	CASE("a decimal count", DOC_ROW("192.0.2.1", "3.0"), NULL,
	     "count-decimal @ record 1, row/count = 3.0\n"),
	CASE("a decimal count, cut", DOC_ROW("192.0.2.1", "3.99"), NULL,
	     "count-decimal @ record 1, row/count = 3.99\n"),
	CASE("a count past 64 bits", DOC_ROW("192.0.2.1", "18446744073709551616"),
	     "row 192.0.2.1 1 ",
	     "count-unreadable @ record 1, row/count = 18446744073709551616\n"),
	CASE("the greatest count", DOC_ROW("192.0.2.1", "1099511627776"),
	     "row 192.0.2.1 1099511627776 ", ""),
	CASE("a count past 2^40", DOC_ROW("192.0.2.1", "1099511627777"),
	     "row 192.0.2.1 1 ", "count-huge @ record 1, row/count = 1099511627777\n"),
	CASE("counts past 2^40 together",
	     DOC(META
		 "<record>" ROW_OF("192.0.2.1", "1099511627776", "") "</record>" RECORD),
	     "complete 2/1099511627776/0\n", "count-huge @ record 2, row/count = 3\n"),
	CASE("a count twice",
	     DOC_RECORD("<row><source_ip>192.0.2.1</source_ip><count/>"
			"<count>3</count><count>4</count><policy_evaluated>" EVALUATED
			"</policy_evaluated></row>" IDS RESULTS),
	     NULL, "value-twice @ record 1, row/count = 4\n"),
	CASE("a missing source", DOC_RECORD("<row><count>3</count></row>"), "row - 3\n",
	     "source-missing @ record 1, row/source_ip\n"),
	CASE("a source missing in one row of two",
	     DOC(META RECORD "<record>" ROW_OF("", "2", EVALUATED) "</record>"),
	     "row - 2 ", "source-missing @ record 2, row/source_ip\n"),
	CASE("a source that is none", DOC_ROW("X.X.X.X", "3"),
	     "row - 3 disposition=none dkim=pass spf=fail from=example.com [spf "
	     "d=m.example "
	     "scope=mfrom result=fail] source=X.X.X.X\n",
	     "source-unreadable @ record 1, row/source_ip = X.X.X.X\n"),
	CASE("a padded source", DOC_ROW("\n 192.0.2.1\t", "3"), NULL, ""),
	CASE("an IPv4 address in IPv6", DOC_ROW("::FFFF:192.0.2.1", "3"), NULL, ""),
	CASE("a long IPv6 address",
	     DOC_ROW("2001:0DB8:0000:0000:0000:0000:0000:0001", "3"),
	     "row 2001:db8::1 3 ", ""),
	CASE("two sources",
	     DOC_RECORD("<row><source_ip>192.0.2.1</source_ip><source_ip>"
			"192.0.2.2</source_ip><count>3</count></row>"),
	     "row 192.0.2.1 3\n", "value-twice @ record 1, row/source_ip = 192.0.2.2\n"),
	CASE("padded values",
	     DOC_EVALUATED("<disposition> none\n</disposition><dkim>\tpass"
			   "</dkim><spf> fail </spf>"),
	     NULL, ""),
	CASE("spf none",
	     DOC_EVALUATED("<disposition>none</disposition><dkim>fail</dkim>"
			   "<spf>none</spf>"),
	     "dkim=fail spf=none",
	     "evaluated-word @ record 1, row/policy_evaluated/spf = "
	     "none\n"),
	CASE("spf softfail", DOC_EVALUATED("<dkim>fail</dkim><spf>softfail</spf>"),
	     "dkim=fail spf=softfail",
	     "evaluated-word @ record 1, row/policy_evaluated/spf = softfail\n"),
	CASE("nothing evaluated", DOC_EVALUATED(""), "row 192.0.2.1 3 from=example.com",
	     ""),
	CASE("empty outcomes", DOC_EVALUATED("<disposition/><dkim></dkim><spf> </spf>"),
	     "row 192.0.2.1 3 disposition='' dkim='' spf='' from", ""),
	CASE("outcomes in capitals",
	     DOC_EVALUATED("<disposition>None</disposition>"
			   "<dkim>PASS</dkim><spf>Fail</spf>"),
	     NULL,
	     "word-case @ record 1, row/policy_evaluated/disposition = None\n"
	     "word-case @ record 1, row/policy_evaluated/dkim = PASS\n"
	     "word-case @ record 1, row/policy_evaluated/spf = Fail\n"),
	CASE("disposition pass", DOC_EVALUATED("<disposition>pass</disposition>"),
	     "disposition=pass", ""),
	CASE("disposition softfail", DOC_EVALUATED("<disposition>SoftFail</disposition>"),
	     "disposition=softfail",
	     "disposition-word @ record 1, "
	     "row/policy_evaluated/disposition = SoftFail\n"),
	CASE("disposition 15", DOC_EVALUATED("<disposition>15</disposition>"),
	     "disposition=15",
	     "disposition-word @ record 1, row/policy_evaluated/disposition = 15\n"),
	CASE("a reason as text", DOC_EVALUATED("<reason>mailing\n list</reason>"),
	     "(reason comment=mailing list)",
	     "reason-text @ record 1, row/policy_evaluated/reason = mailing list\n"),
	CASE("an empty reason", DOC_EVALUATED("<reason/>"), "(reason)", ""),
	CASE("an empty type", DOC_EVALUATED("<reason><type/><comment/></reason>"),
	     "(reason type='' comment='')", ""),
	CASE("several reasons",
	     DOC_EVALUATED("<reason><type>local_policy</type><comment>arc=pass</comment>"
			   "</reason><reason><comment>c</comment></reason>"
			   "<reason><type>policy_test_mode</type></reason>"),
	     "(reason type=local_policy comment=arc=pass) (reason comment=c) "
	     "(reason type=policy_test_mode)",
	     ""),
	CASE("an unknown reason",
	     DOC_EVALUATED("<reason/><reason><type>Whitelist</type>"
			   "</reason>"),
	     "(reason type=whitelist)",
	     "reason-word @ record 1, row/policy_evaluated/reason[2]/type = Whitelist\n"),
	CASE("empty DKIM results, several SPF results",
	     DOC_RESULTS("<dkim><domain/><result/></dkim><dkim/>" SPF SPF "<spf/>"),
	     "[dkim d='' result=''] [dkim] [spf d=m.example scope=mfrom result=fail] "
	     "[spf d=m.example scope=mfrom result=fail] [spf]\n",
	     ""),
	CASE("DKIM results",
	     DOC_RESULTS("<dkim><result>invalid</result></dkim>"
			 "<dkim><result>unknown</result></dkim>"
			 "<dkim><result>none</result></dkim>"
			 "<dkim><selector/><result>Pass</result></dkim>"),
	     "[dkim result=invalid] [dkim result=unknown] [dkim result=none] "
	     "[dkim s='' result=pass]\n",
	     "dkim-result-word x2 @ record 1, auth_results/dkim/result = invalid\n"
	     "word-case @ record 1, auth_results/dkim[4]/result = Pass\n"),
	CASE("SPF results",
	     DOC_RESULTS(
		     "<spf><result>hardfail</result></spf><spf><result>unknown</result>"
		     "</spf><spf><result>Error</result></spf><spf><result>policy"
		     "</result></spf><spf><result>fatal</result></spf>"),
	     "[spf result=fail] [spf result=temperror] [spf result=permerror] "
	     "[spf result=policy] [spf result=fatal]\n",
	     "result-alias x3 @ record 1, auth_results/spf/result = hardfail\n"
	     "spf-result-word @ record 1, auth_results/spf[5]/result = fatal\n"),
	CASE("scopes",
	     DOC_RESULTS("<spf><scope>helo</scope></spf><spf><scope>HELO</scope>"
			 "</spf><spf><scope/></spf><spf><scope>pra</scope></spf>"),
	     "[spf scope=helo] [spf scope=helo] [spf scope=''] [spf scope=pra]\n",
	     "word-case @ record 1, auth_results/spf[2]/scope = HELO\n"
	     "scope-word @ record 1, auth_results/spf[4]/scope = pra\n"),
	CASE("human results",
	     DOC_RESULTS(
		     "<dkim><domain>A.Example</domain><selector>S1</selector><result>pass"
		     "</result><human_result>2048-bit key</human_result></dkim>"
		     "<spf><human_result>no host</human_result></spf>"),
	     "[dkim d=a.example s=S1 result=pass human=2048-bit key] [spf human=no "
	     "host]\n",
	     ""),
	CASE("no results", DOC_RECORD(ROW IDS), "from=example.com\n", ""),
	CASE("empty results", DOC_RESULTS(""), "from=example.com\n", ""),
	CASE("identifiers",
	     DOC_IDS("<identifiers><envelope_to> There.Example</envelope_to>"
		     "<envelope_from/><header_from>Example.COM</header_from>"
		     "</identifiers>"),
	     "from=example.com envelope_from='' to=there.example", ""),
	CASE("identifiers twice",
	     DOC_IDS(IDS "<identifiers><header_from>b</header_from>"
			 "<envelope_from>e</envelope_from>"
			 "</identifiers>"),
	     "from=example.com envelope_from=e ",
	     "value-twice @ record 1, identifiers/header_from = b\n"),
};

static void check(struct reading *r, struct aggregate_reader *reader,
		  const struct quirk *q, size_t piece)
{
	read_report(r, reader, q->xml, piece);
	if (r->step != AGGREGATE_MORE)
		fail_msg("%s: refused: %s", q->name, r->reason);
	if (q->has ? !strstr(buf_str(&r->text), q->has)
		   : strcmp(buf_str(&r->text), READ) != 0)
		fail_msg("%s (in %zu): wanted\n%s\nbut read\n%s\n%s", q->name, piece,
			 q->has ? q->has : READ, buf_str(&r->text), buf_str(&r->repairs));
	if (strcmp(buf_str(&r->repairs), q->repairs) != 0)
		fail_msg("%s (in %zu): wanted\n%s\nbut mended\n%s", q->name, piece,
			 q->repairs, buf_str(&r->repairs));
	if (r->again != q->lenient)
		fail_msg("%s: read by the other parser", q->name);
}

/* What expat reads, the lenient reader reads in the same way. */
static void check_agreement(struct reading *r, struct aggregate_reader *reader,
			    const struct quirk *q)
{
	char *text = strdup(buf_str(&r->text)), *repairs = strdup(buf_str(&r->repairs));
	assert_non_null(text);
	assert_non_null(repairs);
	read_once(r, reader, AGGREGATE_LENIENT, q->xml, 0);
	if (strcmp(text, buf_str(&r->text)) || strcmp(repairs, buf_str(&r->repairs)))
		fail_msg("%s: read as\n%s%s\nand leniently as\n%s%s", q->name, text,
			 repairs, buf_str(&r->text), buf_str(&r->repairs));
	free(text);
	free(repairs);
}

static void check_all(const struct quirk *q, size_t n)
{
	static const size_t pieces[] = { 0, 1, 2, 7, 64 };
	struct reading r;
	reading_init(&r);
	struct aggregate_reader *reader = reading_reader(&r);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++)
			check(&r, reader, &q[i], pieces[k]);
		check_agreement(&r, reader, &q[i]);
	}
	aggregate_free(&reader);
	reading_deinit(&r);
}

#define CHECK_ALL(table) check_all(table, sizeof(table) / sizeof((table)[0]))

static void test_markup(void **state)
{
	(void)state;
	CHECK_ALL(markup);
}

static void test_names(void **state)
{
	(void)state;
	CHECK_ALL(names);
}

static void test_report(void **state)
{
	(void)state;
	CHECK_ALL(report);
}

static void test_rows(void **state)
{
	(void)state;
	CHECK_ALL(rows);
}

/* The same text in UTF-16, with and without a byte order mark. */
static void test_utf16(void **state)
{
	(void)state;
	static const struct sv text =
		SV_INIT("<?xml version=\"1.0\" encoding=\"UTF-16\"?>" DOC(META RECORD));
	struct reading r;
	reading_init(&r);
	struct aggregate_reader *reader = reading_reader(&r);
	for (unsigned form = 0; form < 4; form++) {
		bool big = form & 1, mark = form & 2;
		char wide[4096];
		size_t n = 0;
		if (mark) {
			wide[n++] = big ? '\xfe' : '\xff';
			wide[n++] = big ? '\xff' : '\xfe';
		}
		for (size_t i = 0; i < text.n; i++) {
			wide[n + big] = text.p[i];
			wide[n + !big] = '\0';
			n += 2;
		}
		struct sv bytes = { wide, n };
		assert_true(aggregate_recognise(bytes));
		for (size_t piece = 0; piece < 4; piece++) {
			read_report(&r, reader, bytes, piece);
			assert_string_equal(buf_str(&r.text), READ);
			assert_string_equal(buf_str(&r.repairs), "");
			read_once(&r, reader, AGGREGATE_LENIENT, bytes, piece);
			assert_string_equal(buf_str(&r.text), READ);
			assert_string_equal(buf_str(&r.repairs), "");
		}
	}
	aggregate_free(&reader);
	reading_deinit(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup), cmocka_unit_test(test_names),
		cmocka_unit_test(test_report), cmocka_unit_test(test_rows),
		cmocka_unit_test(test_utf16),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
