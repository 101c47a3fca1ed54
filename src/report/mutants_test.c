/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutants of reports, always the same ones: each must be the same report whether the
 * scanner or expat begins with it.
 *
 *     test-report-mutants [NUMBER SEED FOLDER...]
 *
 * Without arguments a few of the small reports in tests/corpus; scripts/mutants makes a
 * million of all the reports that there are.
 */
#include "report/agree_test.h"

#include <dirent.h>
#include <string.h>

enum {
	REPORT_MAX = 64 * 1024,
	MUTANT_MAX = 4 * REPORT_MAX,
	SMALL = 8 * 1024,
	CHANGES = 4, /* of a mutant, at most */
	FEW = 1000
};

struct mutants {
	struct sv *report;
	size_t report_n, report_cap;
	struct buf now, next; /* the mutant before and after a change */
	uint64_t rng;
	struct agree scanned, referee;
	uint64_t n, read, cause[SCAN_CAUSES];
};

static uint64_t draw(struct mutants *m, uint64_t below)
{
	uint64_t z = (m->rng += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return below ? (z ^ z >> 31) % below : 0;
}

/* --- what is put in --- */

/* May stand between elements or in a value and be read. */
static const struct sv content[] = {
	SV_INIT("<!-- c -->"),
	SV_INIT("<!---->"),
	SV_INIT("<![CDATA[a<b]]>"),
	SV_INIT("<?pi x?>"),
	SV_INIT("&amp;"),
	SV_INIT("&#65;"),
	SV_INIT("&#x41;"),
	SV_INIT("&#13;"),
	SV_INIT("&#xFFFD;"),
	SV_INIT("&lt;b&gt;"),
	SV_INIT("&quot;&apos;"),
	SV_INIT("  "),
	SV_INIT("\r\n"),
	SV_INIT("\r"),
	SV_INIT("\n\t"),
	SV_INIT("]"),
	SV_INIT("]]"),
	SV_INIT(">"),
	SV_INIT("\""),
	SV_INIT("\xc3\xa4"),
	SV_INIT("\xe2\x82\xac"),
	SV_INIT("\xf0\x9f\x98\x80"),
	SV_INIT("\x7f"),
	SV_INIT("<x/>"),
	SV_INIT("<x>1</x>"),
	SV_INIT("<ext:x xmlns:ext='urn:x'>1</ext:x>"),
	SV_INIT("<version>2</version>"),
	SV_INIT("<record></record>"),
	SV_INIT("<error>e</error>"),
	SV_INIT("<row><count>1</count></row>"),
	SV_INIT("<reason><type>other</type></reason>"),
	SV_INIT("<feedback></feedback>"),
};

/* Mostly ill-formed wherever it comes to stand. */
static const struct sv noise[] = {
	SV_INIT("<"),
	SV_INIT("&"),
	SV_INIT("]]>"),
	SV_INIT("<!DOCTYPE x>"),
	SV_INIT("&nbsp;"),
	SV_INIT("&#0;"),
	SV_INIT("&#xd800;"),
	SV_INIT("\x01"),
	SV_INIT("\x0c"),
	SV_INIT("\xff"),
	SV_INIT("\xc0\x80"),
	SV_INIT("\xef\xbf\xbf"),
	SV_INIT("\xef\xbb\xbf"),
	SV_INIT("</"),
	SV_INIT("/>"),
	SV_INIT("</record>"),
	SV_INIT("</feedback>"),
	SV_INIT("<feedback>"),
	SV_INIT("<?xml version=\"1.0\"?>"),
	SV_INIT(" a=\"b\""),
	SV_INIT(" xmlns=\"urn:x\""),
	SV_INIT(" a='b' a='c'"),
	SV_INIT("encoding=\"latin1\""),
	SV_INIT("-->"),
	SV_INIT("<![CDATA["),
	SV_INIT("<!--"),
	SV_INIT("?>"),
	SV_INIT("=\"&amp;\""),
	SV_INIT(":"),
	SV_INIT("\x85"),
};

static const struct sv values[] = {
	SV_INIT(""),
	SV_INIT("pass"),
	SV_INIT("PASS"),
	SV_INIT("hardfail"),
	SV_INIT("none"),
	SV_INIT("relaxed"),
	SV_INIT("0"),
	SV_INIT("-1"),
	SV_INIT("12.5"),
	SV_INIT("+7"),
	SV_INIT("99999999999999999999"),
	SV_INIT("1099511627776"),
	SV_INIT("192.0.2.1"),
	SV_INIT("2001:db8::1"),
	SV_INIT("::ffff:192.0.2.1"),
	SV_INIT("example.com."),
	SV_INIT("EXAMPLE.com"),
	SV_INIT(" a  b "),
	SV_INIT("a\r\nb"),
	SV_INIT("1751328000"),
};

#define PICK(m, list) (list)[draw(m, sizeof(list) / sizeof((list)[0]))]

/* --- places in a report --- */

static size_t tag_from(struct sv s, size_t from)
{
	size_t at = from + sv_chr(sv_sub(s, from, s.n), '<');
	return at < s.n ? at : sv_chr(s, '<');
}

/* The tag at or behind a place drawn; empty where there is none. */
static struct sv draw_tag(struct mutants *m, struct sv s)
{
	size_t at = tag_from(s, (size_t)draw(m, s.n));
	struct sv tag = sv_sub(s, at, s.n);
	return sv_sub(tag, 0, sv_chr(tag, '>') + 1);
}

static struct sv name_in(struct sv tag)
{
	size_t from = tag.n > 1 && tag.p[1] == '/' ? 2 : 1, n = from;
	while (n < tag.n && (ascii_is_alnum(tag.p[n]) || tag.p[n] == '_'))
		n++;
	return sv_sub(tag, from, n - from);
}

/* From a start tag drawn to the first end tag of its name; that tag where there is none.
 */
static struct sv draw_element(struct mutants *m, struct sv s)
{
	struct sv tag = draw_tag(m, s), name = name_in(tag);
	struct sv rest = sv_sub(s, (size_t)(tag.p - s.p), s.n);
	for (size_t at = sv_find(rest, SV("</")); at < rest.n;) {
		struct sv end = sv_sub(rest, at, rest.n);
		size_t next = sv_find(sv_sub(end, 2, end.n), SV("</"));
		if (sv_eq(name_in(end), name))
			return sv_sub(rest, 0, at + sv_chr(end, '>') + 1);
		at = next + 2 < end.n ? at + 2 + next : rest.n;
	}
	return tag;
}

static struct sv draw_span(struct mutants *m, struct sv s)
{
	size_t at = (size_t)draw(m, s.n);
	size_t most = draw(m, 8) ? 40 : s.n;
	return sv_sub(s, at, 1 + (size_t)draw(m, most));
}

/* --- changes --- */

/* `with` in place of `what`, which is a part of the mutant. */
static void put(struct mutants *m, struct sv what, struct sv with)
{
	struct sv s = buf_sv(&m->now);
	size_t at = (size_t)(what.p - s.p);
	buf_clear(&m->next);
	buf_add_sv(&m->next, sv_sub(s, 0, at));
	buf_add_sv(&m->next, with);
	buf_add_sv(&m->next, sv_sub(s, at + what.n, s.n));
	struct buf spare = m->now;
	m->now = m->next;
	m->next = spare;
}

static struct sv place(struct sv s, size_t at)
{
	return (struct sv){ s.p + at, 0 };
}

static void change_byte(struct mutants *m, struct sv s)
{
	static const char bytes[] = "<>&;'\"/![]-?= \r\n\t:x0#\x7f\x80\xff";
	size_t at = (size_t)draw(m, s.n);
	if (draw(m, 2))
		m->now.p[at] = bytes[draw(m, sizeof(bytes))];
	else
		m->now.p[at] = (char)((unsigned)s.p[at] ^ 1u << draw(m, 8));
}

static void change_span(struct mutants *m, struct sv s)
{
	struct sv span = draw(m, 2) ? draw_span(m, s) : draw_element(m, s);
	size_t at = (size_t)draw(m, s.n);
	switch (draw(m, 4)) {
	case 0:
		put(m, place(s, at), span);
		break;
	case 1:
		put(m, place(s, tag_from(s, at)), span);
		break;
	default:
		put(m, span, SV(""));
	}
}

static void change_insert(struct mutants *m, struct sv s)
{
	size_t at = (size_t)draw(m, s.n);
	if (draw(m, 3))
		at = tag_from(s, at);
	struct sv what = draw(m, 3) ? PICK(m, content) : PICK(m, noise);
	put(m, place(s, at), what);
}

static void change_value(struct mutants *m, struct sv s)
{
	struct sv tag = draw_tag(m, s);
	struct sv rest = sv_sub(s, (size_t)(tag.p - s.p) + tag.n, s.n);
	struct sv value = PICK(m, values);
	put(m, sv_sub(rest, 0, sv_chr(rest, '<')), value);
}

/* Two tags change places. */
static void change_tags(struct mutants *m, struct sv s)
{
	char kept[256];
	struct sv one = draw_tag(m, s);
	struct sv two = draw_tag(m, s);
	if (one.n > sizeof(kept) || two.n > sizeof(kept) || one.p == two.p)
		return;
	size_t at = (size_t)(one.p - s.p);
	memcpy(kept, one.p, one.n);
	struct sv first = { kept, one.n };
	put(m, one, two);
	struct sv now = buf_sv(&m->now);
	size_t moved = (size_t)(two.p - s.p);
	moved = moved > at ? moved + two.n - one.n : moved;
	put(m, sv_sub(now, moved, two.n), first);
}

/* A long run of something: a name, a value, blanks, a depth. */
static void change_long(struct mutants *m, struct sv s)
{
	static const size_t lengths[] = { 40, 64, 65, 1000, 4096, 4097, 17000, 70000 };
	struct buf run;
	size_t n = PICK(m, lengths);
	size_t kind = (size_t)draw(m, 4);
	buf_init(&run, MUTANT_MAX);
	if (kind == 3)
		for (size_t i = 0; i < 70; i++)
			buf_add_str(&run, "<a>");
	else
		for (size_t i = 0; i < n; i++)
			buf_add_char(&run, " xa"[kind]);
	struct sv tag = draw_tag(m, s);
	size_t at = (size_t)(tag.p - s.p) + (draw(m, 2) ? tag.n : tag.n / 2);
	put(m, place(s, at < s.n ? at : 0), buf_sv(&run));
	buf_deinit(&run);
}

/* Every line's end, or every quote, is another one. */
static void change_all(struct mutants *m, struct sv s)
{
	static const struct {
		char from;
		struct sv to;
	} kinds[] = { { '\n', SV_INIT("\r\n") }, { '\n', SV_INIT("\r") },
		      { '\n', SV_INIT("") },     { '"', SV_INIT("'") },
		      { '\r', SV_INIT("") },     { '_', SV_INIT("-") } };
	size_t kind = (size_t)draw(m, sizeof(kinds) / sizeof(kinds[0]));
	buf_clear(&m->next);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == kinds[kind].from)
			buf_add_sv(&m->next, kinds[kind].to);
		else
			buf_add_char(&m->next, s.p[i]);
	struct buf spare = m->now;
	m->now = m->next;
	m->next = spare;
}

/* A part of another report. */
/* A record once more, beside itself. */
static void change_repeat(struct mutants *m, struct sv s)
{
	size_t at = (size_t)draw(m, s.n);
	at += sv_find(sv_sub(s, at, s.n), SV("<record>"));
	struct sv rest = sv_sub(s, at, s.n);
	size_t n = sv_find(rest, SV("</record>")) + 9;
	if (n <= rest.n && n < REPORT_MAX)
		put(m, place(s, at), sv_sub(rest, 0, n));
}

static void change_graft(struct mutants *m, struct sv s)
{
	struct sv other = m->report[draw(m, m->report_n)];
	struct sv part = draw(m, 2) ? draw_element(m, other) : draw_span(m, other);
	put(m, place(s, tag_from(s, (size_t)draw(m, s.n))), part);
}

static void change_end(struct mutants *m, struct sv s)
{
	size_t at = draw(m, 2) ? (size_t)draw(m, s.n) : s.n - (size_t)draw(m, 20) % s.n;
	put(m, sv_sub(s, at, s.n), SV(""));
}

static void change(struct mutants *m)
{
	static void (*const changes[])(struct mutants * m, struct sv s) = {
		change_byte,   change_byte,  change_span,   change_span,
		change_insert, change_value, change_tags,   change_insert,
		change_value,  change_graft, change_repeat,
	};
	static void (*const rare[])(struct mutants * m, struct sv s) = { change_long,
									 change_all,
									 change_end };
	struct sv s = buf_sv(&m->now);
	if (s.n == 0)
		return;
	if (draw(m, 12) == 0)
		PICK(m, rare)(m, s);
	else
		PICK(m, changes)(m, s);
}

/* --- reading --- */

static bool compare(struct mutants *m, uint64_t seed)
{
	struct sv s = buf_sv(&m->now);
	/* Long markup in tiny pieces is looked at over and over. */
	size_t least = s.n > SMALL ? 1024 : 1;
	size_t piece = least + (size_t)draw(m, draw(m, 2) ? s.n + 1 : 64);
	m->scanned.broken = m->referee.broken = draw(m, 16) == 0;
	bool same = agree_on(&m->scanned, &m->referee, s, piece);
	m->n++;
	m->cause[m->scanned.cause]++;
	if (same)
		return true;
	char path[64];
	(void)snprintf(path, sizeof(path), "mutant-%llu-%llu.xml",
		       (unsigned long long)seed, (unsigned long long)m->n);
	FILE *f = fopen(path, "wb");
	if (f) {
		(void)fwrite(s.p, 1, s.n, f);
		(void)fclose(f);
	}
	printf("%s differs in pieces of %zu\n", path, piece);
	return false;
}

static void add_report(struct mutants *m, struct sv report)
{
	if (m->report_n == m->report_cap) {
		m->report_cap = m->report_cap ? m->report_cap * 2 : 1024;
		m->report = heap_grow(m->report, m->report_cap, sizeof(*m->report));
	}
	m->report[m->report_n++] = report;
}

static void read_reports(struct mutants *m, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char path[4096], *bytes = malloc(REPORT_MAX + 1);
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		free(names[i]);
		FILE *f = fopen(path, "rb");
		size_t got = f && bytes ? fread(bytes, 1, REPORT_MAX + 1, f) : 0;
		if (f)
			(void)fclose(f);
		if (got && got <= REPORT_MAX)
			add_report(m, (struct sv){ bytes, got });
		else
			free(bytes);
	}
	if (n >= 0)
		free(names);
}

static void say(const struct mutants *m, uint64_t differ)
{
	printf("%llu mutants of %zu reports, %llu read by the scanner, %llu differ\n",
	       (unsigned long long)m->n, m->report_n,
	       (unsigned long long)m->cause[SCAN_NONE], (unsigned long long)differ);
	for (unsigned c = 1; c < SCAN_CAUSES; c++)
		printf("%10llu %s\n", (unsigned long long)m->cause[c],
		       scan_cause_info(c)->name);
}

static uint64_t run(struct mutants *m, uint64_t n, uint64_t seed)
{
	uint64_t differ = 0;
	m->rng = seed;
	for (uint64_t i = 0; i < n && m->report_n; i++) {
		buf_clear(&m->now);
		buf_add_sv(&m->now, m->report[draw(m, m->report_n)]);
		for (uint64_t k = draw(m, CHANGES); k > 0; k--)
			change(m);
		differ += !compare(m, seed);
	}
	return differ;
}

int main(int argc, char **argv)
{
	struct mutants *m = heap_array(1, sizeof(*m));
	agree_init(&m->scanned);
	agree_init(&m->referee);
	buf_init(&m->now, MUTANT_MAX);
	buf_init(&m->next, MUTANT_MAX);
	uint64_t n = FEW, seed = 1;
	if (argc > 3) {
		n = strtoull(argv[1], NULL, 10);
		seed = strtoull(argv[2], NULL, 10);
		for (int i = 3; i < argc; i++)
			read_reports(m, argv[i]);
	} else {
		read_reports(m, "tests/corpus/scan");
	}
	uint64_t differ = run(m, n, seed);
	say(m, differ);
	/* Neither is a run that the scanner leaves nearly all of any test. */
	bool ok = differ == 0 && m->n && m->cause[SCAN_NONE] > m->n / 10;
	for (size_t i = 0; i < m->report_n; i++)
		free((void *)(uintptr_t)m->report[i].p);
	free(m->report);
	agree_deinit(&m->scanned);
	agree_deinit(&m->referee);
	buf_deinit(&m->now);
	buf_deinit(&m->next);
	free(m);
	return ok ? 0 : 1;
}
