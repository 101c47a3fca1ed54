/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/charset.h"
#include "report/parser.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum {
	PIECE = 1024 * 1024, /* expat counts in int */
	MARK = 3,            /* bytes of UTF-8's byte order mark */
	GATHER = 64 * 1024   /* what is no longer is parsed in one go, see expat_feed() */
};

struct expat {
	XML_Parser xml;
	struct build *build;
	struct build_attr *attr;
	size_t attr_cap;
	uint64_t fed;
	size_t names;     /* bytes that names of no schema have cost at most */
	struct buf first; /* the first GATHER bytes, until they are parsed */
	bool begun;
};

/* After XML_StopParser() expat still tells what belongs to the element it is in. */
static void stop_unless(struct expat *x, bool going)
{
	if (!going)
		(void)XML_StopParser(x->xml, XML_FALSE);
}

static size_t take_attributes(struct expat *x, const XML_Char **attr)
{
	size_t n = 0;
	for (; attr[0]; attr += 2) {
		if (n == x->attr_cap) {
			x->attr_cap = x->attr_cap ? x->attr_cap * 2 : 16;
			x->attr = heap_grow(x->attr, x->attr_cap, sizeof(*x->attr));
		}
		x->attr[n] = (struct build_attr){ sv_from(attr[0]), sv_from(attr[1]) };
		x->names += x->attr[n++].name.n + PARSER_NAME_COST;
	}
	return n;
}

static void on_start(void *ctx, const XML_Char *name, const XML_Char **attr)
{
	struct expat *x = ctx;
	if (x->build->refused)
		return;
	size_t attr_n = attr[0] ? take_attributes(x, attr) : 0;
	struct sv s = { name, strlen(name) };
	bool going = build_start(x->build, s, x->attr, attr_n);
	if (x->build->frame[x->build->depth].place <= PLACE_UNKNOWN)
		x->names += s.n + PARSER_NAME_COST;
	stop_unless(x, going && x->names <= PARSER_NAMES);
}

static void on_end(void *ctx, const XML_Char *name)
{
	struct expat *x = ctx;
	(void)name;
	if (!x->build->refused)
		stop_unless(x, build_end(x->build, BUILD_CLOSED));
}

static void on_text(void *ctx, const XML_Char *text, int n)
{
	struct expat *x = ctx;
	/* Half of all calls: expat tells of each line's end by itself. */
	if (n == 1 && text[0] == '\n' && build_has_no_text(x->build))
		return;
	if (!x->build->refused)
		stop_unless(x, build_text(x->build, (struct sv){ text, (size_t)n }));
}

static void on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public, int has_subset)
{
	struct expat *x = ctx;
	(void)name, (void)system, (void)public, (void)has_subset;
	stop_unless(x, build_refuse_dtd(x->build));
}

/* Only where a byte order mark says UTF-8 and overrules the declaration. */
static void on_declaration(void *ctx, const XML_Char *version, const XML_Char *encoding,
			   int standalone)
{
	struct expat *x = ctx;
	(void)version, (void)standalone;
	const struct charset *set = encoding ? charset_find(sv_from(encoding)) : NULL;
	if (encoding && (!set || set->form != CHARSET_UTF8))
		build_note(x->build, REPAIR_ENCODING_DECLARED, sv_from(encoding));
}

static int on_encoding(void *ctx, const XML_Char *name, XML_Encoding *out)
{
	struct expat *x = ctx;
	const struct charset *set = charset_find(sv_from(name));
	if (!set) {
		build_note(x->build, REPAIR_ENCODING_UNKNOWN, sv_from(name));
		set = charset_windows1252();
	}
	if (set->form != CHARSET_BYTES)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++) {
		int c = i < 128 ? i : set->high[i - 128];
		out->map[i] = c == 0xfffd ? -1 : c;
	}
	out->data = NULL;
	out->convert = NULL;
	out->release = NULL;
	return XML_STATUS_OK;
}

static void set_handlers(struct expat *x)
{
	XML_SetUserData(x->xml, x);
	XML_SetElementHandler(x->xml, on_start, on_end);
	XML_SetCharacterDataHandler(x->xml, on_text);
	XML_SetStartDoctypeDeclHandler(x->xml, on_doctype);
	XML_SetUnknownEncodingHandler(x->xml, on_encoding, x);
}

static void *expat_new(struct build *b)
{
	struct expat *x = heap_array(1, sizeof(*x));
	x->build = b;
	buf_init(&x->first, GATHER);
	x->xml = XML_ParserCreate(NULL);
	if (!x->xml)
		arena_guard(sizeof(*x));
	set_handlers(x);
	return x;
}

static void expat_free(void *p)
{
	struct expat *x = p;
	XML_ParserFree(x->xml);
	free(x->attr);
	buf_deinit(&x->first);
	free(x);
}

static void expat_reset(void *p)
{
	struct expat *x = p;
	(void)XML_ParserReset(x->xml, NULL);
	set_handlers(x);
	x->fed = 0;
	x->names = 0;
	buf_clear(&x->first);
	x->begun = false;
}

static enum aggregate_step parse(struct expat *x, struct sv bytes, bool last)
{
	x->fed += bytes.n;
	if (XML_Parse(x->xml, bytes.p, (int)bytes.n, last) == XML_STATUS_OK) {
		/* What expat holds back is one piece of markup that has not ended. */
		if (x->fed <= PARSER_MARKUP)
			return AGGREGATE_MORE;
		XML_Index done = XML_GetCurrentByteIndex(x->xml);
		return done >= 0 && x->fed - (uint64_t)done > PARSER_MARKUP && !last
			       ? AGGREGATE_AGAIN
			       : AGGREGATE_MORE;
	}
	if (XML_GetErrorCode(x->xml) == XML_ERROR_NO_MEMORY)
		arena_guard(bytes.n);
	return x->build->refused ? AGGREGATE_REFUSED : AGGREGATE_AGAIN;
}

static const char mark[MARK] = { '\xef', '\xbb', '\xbf' };

/* expat believes a declaration rather than UTF-8's byte order mark. */
static void obey_mark(struct expat *x)
{
	(void)XML_SetEncoding(x->xml, "UTF-8");
	XML_SetXmlDeclHandler(x->xml, on_declaration);
}

static enum aggregate_step begin(struct expat *x, bool last)
{
	struct sv first = buf_sv(&x->first);
	x->begun = true;
	if (sv_has_prefix_fold(first, (struct sv){ mark, MARK }))
		obey_mark(x);
	return parse(x, first, last);
}

/* Told that nothing follows, expat does not go over the bytes a second time to count
 * lines and columns: a third of its time. So the common small report is gathered first.
 */
static enum aggregate_step expat_feed(void *p, struct sv bytes, bool last)
{
	struct expat *x = p;
	enum aggregate_step step = AGGREGATE_MORE;
	if (!x->begun) {
		buf_add_sv(&x->first, sv_take(&bytes, GATHER - x->first.n));
		if (x->first.n < GATHER && !last)
			return AGGREGATE_MORE;
		step = begin(x, last && bytes.n == 0);
		last = last && bytes.n > 0;
	}
	while (step == AGGREGATE_MORE && (bytes.n || last)) {
		struct sv piece = sv_take(&bytes, PIECE);
		bool end = last && bytes.n == 0;
		step = parse(x, piece, end);
		if (end)
			break;
	}
	return step;
}

const struct parser parser_expat = { expat_new, expat_free, expat_reset, expat_feed,
				     NULL };
