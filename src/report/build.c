/* SPDX-License-Identifier: Apache-2.0 */
#include "report/build.h"

#include "base/arena.h"
#include "report/build_int.h"
#include "report/words.h"

#include <stdlib.h>
#include <string.h>

enum {
	TEXT_ALL = (LIMIT_XML_DEPTH + 1) * LIMIT_VALUE
};

static void pool_init(struct pool *p, size_t max)
{
	*p = (struct pool){ heap_array(1, max), 0, max };
}

void build_init(struct build *b, struct aggregate_sink sink)
{
	*b = (struct build){ .sink = sink, .text = heap_array(1, TEXT_ALL) };
	pool_init(&b->row_pool, LIMIT_FACET);
	pool_init(&b->meta_pool, LIMIT_META);
	buf_init(&b->names, (LIMIT_XML_DEPTH + 1) * LIMIT_VALUE);
	buf_init(&b->path, LIMIT_FACET);
	buf_init(&b->encoded, LIMIT_FACET);
	buf_init(&b->meta_bytes, LIMIT_META);
	b->frame[0].place = PLACE_DOCUMENT;
}

void build_deinit(struct build *b)
{
	free(b->text);
	free(b->row_pool.p);
	free(b->meta_pool.p);
	free(b->row_extra.at);
	free(b->meta_extra.at);
	buf_deinit(&b->names);
	buf_deinit(&b->path);
	buf_deinit(&b->encoded);
	buf_deinit(&b->meta_bytes);
}

void build_reset(struct build *b)
{
	b->depth = 0;
	b->text_n = 0;
	buf_clear(&b->names);
	b->row_open = false;
	b->record_depth = 0;
	b->record = 0;
	b->meta = (struct report_meta){ 0 };
	b->meta_extra.n = 0;
	b->meta_pool.n = 0;
	b->has_begin_text = b->has_end_text = false;
	b->root_seen = b->root_closed = b->record_unclosed = false;
	b->roots_open = b->policies = 0;
	b->second = b->second_differs = b->second_left = false;
	b->root_prefix_n = 0;
	b->foreign_all = 0;
	b->rows = b->messages = b->passed = 0;
	notes_clear(&b->notes);
	b->refused = false;
	b->reason_text[0] = '\0';
}

/* --- text --- */

/* Reporters indent by lines of blanks, so most text is a run of them: by eights first. */
static inline struct sv skip_blanks(struct sv s)
{
	static const char blanks[8] = { ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ' };
	const char *p = s.p, *end = s.p + s.n;
	while (end - p >= 8 && memcmp(p, blanks, 8) == 0)
		p += 8;
	if (end - p >= 4 && memcmp(p, blanks, 4) == 0)
		p += 4;
	if (end - p >= 2 && memcmp(p, blanks, 2) == 0)
		p += 2;
	while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
		p++;
	return (struct sv){ p, (size_t)(end - p) };
}

/* Text beside elements: each run of blanks is one, and what is too long is cut. */
static bool stray_text(struct build *b, const struct frame *f, struct sv s)
{
	for (size_t i = 0; i < s.n && b->text_n - f->text < LIMIT_VALUE; i++) {
		bool blank = ascii_is_space(s.p[i]);
		if (!blank)
			b->text[b->text_n++] = s.p[i];
		else if (b->text[b->text_n - 1] != ' ')
			b->text[b->text_n++] = ' ';
	}
	return true;
}

static bool value_text(struct build *b, const struct frame *f, struct sv s)
{
	size_t room = LIMIT_VALUE - (b->text_n - f->text);
	if (s.n > room) {
		/* Blanks at the end of a value do not count. */
		if (skip_blanks(sv_sub(s, room, s.n)).n)
			return build_refuse_value(b);
		s.n = room;
	}
	memcpy(b->text + b->text_n, s.p, s.n);
	b->text_n += s.n;
	return true;
}

bool build_text(struct build *b, struct sv s)
{
	const struct frame *f = build_top(b);
	if (b->text_n == f->text) {
		s = skip_blanks(s);
		if (s.n == 0)
			return true;
	}
	if (f->place < PLACE_UNKNOWN)
		return true;
	if (f->place > PLACE_UNKNOWN && f->place < PLACE_FIRST_LEAF)
		return stray_text(b, f, s);
	return value_text(b, f, s);
}

/* --- namespaces: none are resolved, but what is of another vocabulary is told apart ---
 */

static bool is_report_namespace(struct sv uri)
{
	return uri.n == 0 || sv_has_prefix_fold(uri, SV("http://dmarc.org/")) ||
	       sv_has_prefix_fold(uri, SV("urn:ietf:params:xml:ns:dmarc"));
}

static struct sv prefix_of(struct sv name)
{
	size_t colon = sv_chr(name, ':');
	return sv_sub(name, 0, colon < name.n ? colon : 0);
}

static struct sv local_of(struct sv name)
{
	struct sv prefix = prefix_of(name);
	return prefix.n ? sv_sub(name, prefix.n + 1, name.n) : name;
}

static struct sv root_prefix(const struct build *b)
{
	return (struct sv){ b->root_prefix, b->root_prefix_n };
}

static bool is_foreign(const struct build *b, struct sv prefix)
{
	for (unsigned i = 0; i < b->foreign_all; i++)
		if (sv_eq(prefix, (struct sv){ b->foreign[i], b->foreign_n[i] }))
			return !sv_eq(prefix, root_prefix(b));
	return false;
}

/* "xmlns:x" gives x; empty for what declares no prefix. */
static struct sv declared_prefix(struct sv name)
{
	return sv_has_prefix_fold(name, SV("xmlns:")) ? sv_sub(name, 6, name.n)
						      : (struct sv){ 0 };
}

static void note_namespaces(struct build *b, const struct build_attr *attr, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sv prefix = declared_prefix(attr[i].name);
		if (prefix.n == 0 || prefix.n > BUILD_PREFIX ||
		    b->foreign_all == BUILD_PREFIXES ||
		    is_report_namespace(attr[i].value) || is_foreign(b, prefix))
			continue;
		memcpy(b->foreign[b->foreign_all], prefix.p, prefix.n);
		b->foreign_n[b->foreign_all++] = (uint8_t)prefix.n;
	}
}

static bool has_foreign_default(const struct build_attr *attr, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_eq(attr[i].name, SV("xmlns")) &&
		    !is_report_namespace(attr[i].value))
			return true;
	return false;
}

/* --- elements --- */

/* The schema's name for an element, also where it is written otherwise, which is then a
 * repair. */
static enum name meant_name(enum place in, struct sv local, enum repair_code *out_repair)
{
	enum name id = name_find(local);
	if (id)
		return id;
	*out_repair = REPAIR_ELEMENT_CASE;
	id = name_find_fold(local);
	if (id)
		return id;
	*out_repair = REPAIR_ELEMENT_ALIAS;
	if (sv_eq(local, SV("identities")))
		return NAME_IDENTIFIERS;
	return in == PLACE_POLICY && sv_eq(local, SV("t")) ? NAME_TESTING : NAME_UNKNOWN;
}

/* Records behind the report's end are rows of it: that end came too early. */
static enum place place_after(const struct build *b, enum name id)
{
	return b->root_closed && id == NAME_RECORD ? PLACE_RECORD : PLACE_NOWHERE;
}

/* The place of an element that is not simply one of the schemas' where it stands. */
static enum place unusual_place(struct build *b, struct sv name,
				const struct build_attr *attr, size_t attr_n)
{
	enum place in = build_top(b)->place;
	if (in == PLACE_SKIPPED || in == PLACE_UNKNOWN)
		return in;
	bool outside = in == PLACE_OUTSIDE || in == PLACE_DOCUMENT;
	enum place otherwise = outside ? PLACE_OUTSIDE : PLACE_UNKNOWN;
	enum repair_code repair = 0;
	enum name id = meant_name(in, local_of(name), &repair);
	if (!id || (!outside && is_foreign(b, prefix_of(name))))
		return otherwise;
	enum place place = place_child[in][id];
	if (!place && !has_foreign_default(attr, attr_n)) {
		place = outside ? place_after(b, id) : place_meant(in, id);
		if (place && place != PLACE_FEEDBACK &&
		    (outside || place != PLACE_RECORD))
			build_note(b, REPAIR_ELEMENT_MISPLACED, name);
	}
	if (place && repair)
		build_note(b, repair, name);
	return place ? place : otherwise;
}

static bool keep_attributes(struct build *b, const struct build_attr *attr, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sv name = attr[i].name;
		if (sv_eq(name, SV("xmlns")) || declared_prefix(name).n)
			continue;
		if (!build_extra(b, name, sv_trim(attr[i].value)))
			return false;
	}
	return true;
}

/* The first root's namespace: its default one, or that of its own prefix. */
static bool keep_namespace(struct build *b, const struct build_attr *attr, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sv prefix = declared_prefix(attr[i].name);
		if (root_prefix(b).n ? !sv_eq(prefix, root_prefix(b))
				     : !sv_eq(attr[i].name, SV("xmlns")))
			continue;
		if (attr[i].value.n > LIMIT_VALUE)
			return build_refuse_value(b);
		return build_keep(b, GROUP_META, sv_trim(attr[i].value), false,
				  &b->meta.xmlns);
	}
	return true;
}

/* Text that stands outside of every report is left out. */
static void drop_outside_text(struct build *b)
{
	struct sv text = sv_trim_end((struct sv){ b->text, b->text_n });
	if (text.n)
		(void)notes_add(&b->notes,
				b->root_seen ? REPAIR_TEXT_AFTER : REPAIR_TEXT_BEFORE,
				PLACE_DOCUMENT, text);
	b->text_n = 0;
	for (unsigned i = 0; i <= b->depth; i++)
		b->frame[i].text = 0;
}

static bool root_begin(struct build *b, struct sv name, const struct build_attr *attr,
		       size_t attr_n)
{
	b->roots_open++;
	if (b->root_seen) {
		b->second = b->meta.org.n || b->meta.report_id.n || b->meta.domain.n;
		return true;
	}
	b->root_seen = true;
	struct sv prefix = sv_sub(prefix_of(name), 0, BUILD_PREFIX);
	b->root_prefix_n = (uint8_t)prefix.n;
	if (prefix.n)
		memcpy(b->root_prefix, prefix.p, prefix.n);
	return keep_namespace(b, attr, attr_n);
}

/* A record of a second report: read where nothing says that it is another report. */
static void record_begin(struct build *b, struct frame *f)
{
	if (b->second && b->second_differs) {
		b->second_left = true;
		(void)notes_add(&b->notes, REPAIR_OTHER_REPORT, PLACE_DOCUMENT,
				(struct sv){ 0 });
		f->place = PLACE_SKIPPED;
		return;
	}
	if (b->second)
		(void)notes_add(&b->notes, REPAIR_SECOND_REPORT, PLACE_DOCUMENT,
				(struct sv){ 0 });
	b->record_depth++;
	build_row_begin(b);
}

static bool too_many(struct build *b, const char *what)
{
	return build_refuse(b, "record %llu has more than %d %s, the most that is read",
			    (unsigned long long)b->record, LIMIT_DKIM, what);
}

static bool result_begin(struct build *b, struct frame *f, struct report_auth *all,
			 size_t *n)
{
	if (*n == LIMIT_DKIM)
		return too_many(b,
				f->place == PLACE_DKIM ? "DKIM results" : "SPF results");
	all[*n] = (struct report_auth){ 0 };
	f->nth = (uint16_t)++ * n;
	return true;
}

static bool reason_begin(struct build *b, struct frame *f)
{
	if (b->facet.reason_n == LIMIT_DKIM)
		return too_many(b, "override reasons");
	b->reason[b->facet.reason_n] = (struct report_reason){ 0 };
	f->nth = (uint16_t)++b->facet.reason_n;
	return true;
}

/* What begins with a box; leaves and unknown elements begin with nothing. */
static bool box_begin(struct build *b, struct frame *f)
{
	switch (f->place) {
	case PLACE_RECORD:
		if (b->row_open) {
			build_note(b, REPAIR_RECORD_NESTED, (struct sv){ 0 });
			if (!build_row_end(b))
				return false;
		}
		if (b->rows == LIMIT_ROWS)
			return build_refuse(
				b,
				"the report has more than %d rows, the most that is "
				"read",
				LIMIT_ROWS);
		record_begin(b, f);
		return true;
	case PLACE_POLICY:
		if (b->policies++ && !b->second)
			build_note(b, REPAIR_SECOND_POLICY, (struct sv){ 0 });
		return true;
	case PLACE_REASON:
		return reason_begin(b, f);
	case PLACE_DKIM:
		return result_begin(b, f, b->dkim, &b->facet.auth_dkim_n);
	case PLACE_SPF:
		return result_begin(b, f, b->spf, &b->facet.auth_spf_n);
	default:
		return true;
	}
}

static void outside_begin(struct build *b, struct sv name)
{
	(void)notes_add(&b->notes,
			b->root_seen ? REPAIR_TEXT_AFTER : REPAIR_ELEMENT_BEFORE,
			PLACE_OUTSIDE, name);
}

bool build_start_named(struct build *b, enum name id, struct sv name,
		       const struct build_attr *attr, size_t attr_n)
{
	if (b->depth == LIMIT_XML_DEPTH)
		return build_refuse(
			b,
			"the report's elements are nested more than %d deep, the "
			"most that is read",
			LIMIT_XML_DEPTH);
	if (attr_n)
		note_namespaces(b, attr, attr_n);
	struct frame *in = build_top(b);
	enum place place = place_child[in->place][id];
	if (!place) {
		if (name.n > LIMIT_VALUE)
			return build_refuse_value(b);
		place = unusual_place(b, name, attr, attr_n);
	}
	in->has_child = true;
	if (place == PLACE_FEEDBACK &&
	    (in->place == PLACE_DOCUMENT || in->place == PLACE_OUTSIDE))
		drop_outside_text(b);
	b->depth++;
	in[1] = (struct frame){ (uint8_t)place, attr_n > 0, 0, (uint32_t)b->text_n,
				(uint32_t)b->names.n };
	bool ok = true;
	if (place == PLACE_FEEDBACK)
		ok = root_begin(b, name, attr, attr_n);
	else if (place == PLACE_UNKNOWN)
		ok = buf_add_sv(&b->names, name);
	else if (place == PLACE_OUTSIDE)
		outside_begin(b, name);
	else if (place < PLACE_FIRST_LEAF)
		ok = box_begin(b, &in[1]);
	if (!ok || attr_n == 0 || in[1].place < PLACE_UNKNOWN)
		return ok;
	return keep_attributes(b, attr, attr_n);
}

bool build_start(struct build *b, struct sv name, const struct build_attr *attr,
		 size_t attr_n)
{
	return build_start_named(b, name_find(name), name, attr, attr_n);
}

/* An element that was never closed, inside a value: it was no element, but text. */
static bool become_text(struct build *b, const struct frame *f, struct sv text)
{
	struct sv name = sv_sub(buf_sv(&b->names), f->name, b->names.n);
	size_t own = b->text_n - f[-1].text, more = name.n + 2 + text.n;
	build_note(b, REPAIR_BARE_LESS_THAN, name);
	if (own + more > LIMIT_VALUE)
		return build_refuse_value(b);
	char *to = b->text + b->text_n;
	memmove(to + name.n + 2, text.p, text.n);
	to[0] = '<';
	memcpy(to + 1, name.p, name.n);
	to[1 + name.n] = '>';
	b->text_n += more;
	return true;
}

static bool stray_end(struct build *b, struct sv text)
{
	if (text.n == 0)
		return true;
	build_note(b, REPAIR_TEXT_STRAY, text);
	return build_extra(b, (struct sv){ 0 }, text);
}

static bool reason_end(struct build *b, struct sv text)
{
	if (text.n == 0 || !b->row_open || b->facet.reason_n == 0)
		return stray_end(b, text);
	build_note(b, REPAIR_REASON_TEXT, text);
	return build_value(b, PLACE_REASON_COMMENT, text);
}

static bool record_end(struct build *b, struct sv text, enum build_close close)
{
	bool ok = stray_end(b, text);
	b->record_depth--;
	if (!ok || !b->row_open)
		return ok;
	if (close == BUILD_IMPLIED)
		b->record_unclosed = true;
	return build_row_end(b);
}

static bool box_end(struct build *b, const struct frame *f, struct sv text,
		    enum build_close close)
{
	switch (f->place) {
	case PLACE_OUTSIDE:
	case PLACE_SKIPPED:
		return true;
	case PLACE_UNKNOWN:
		return text.n || !f->has_child ? build_extra(b, (struct sv){ 0 }, text)
					       : true;
	case PLACE_FEEDBACK:
		b->roots_open--;
		b->root_closed = true;
		return stray_end(b, text);
	case PLACE_RECORD:
		return record_end(b, text, close);
	case PLACE_REASON:
		return reason_end(b, text);
	default:
		return stray_end(b, text);
	}
}

static bool is_text_after_all(const struct frame *f)
{
	return f->place == PLACE_UNKNOWN && !f->has_child &&
	       (f[-1].place >= PLACE_FIRST_LEAF || f[-1].place == PLACE_UNKNOWN);
}

bool build_end(struct build *b, enum build_close close)
{
	const struct frame *f = build_top(b);
	struct sv text =
		sv_trim_end((struct sv){ b->text + f->text, b->text_n - f->text });
	bool ok;
	b->text_n = f->text;
	if (close == BUILD_IMPLIED && is_text_after_all(f)) {
		ok = become_text(b, f, text);
	} else {
		if (close == BUILD_IMPLIED)
			build_note(b, REPAIR_ELEMENT_UNCLOSED, (struct sv){ 0 });
		ok = f->place >= PLACE_FIRST_LEAF ? build_value(b, f->place, text)
						  : box_end(b, f, text, close);
	}
	b->names.n = f->name;
	b->depth--;
	return ok;
}

/* --- the end --- */

static bool has_anything(const struct build *b)
{
	return b->rows || b->meta.org.n || b->meta.report_id.n || b->meta.domain.n;
}

static void note_missing(struct build *b)
{
	if (!b->has_begin_text)
		build_note_place(b, REPAIR_TIME_MISSING, PLACE_BEGIN, (struct sv){ 0 });
	if (!b->has_end_text)
		build_note_place(b, REPAIR_TIME_MISSING, PLACE_END, (struct sv){ 0 });
}

bool build_finish(struct build *b, bool broken, const char *why,
		  struct aggregate_result *out)
{
	if (b->refused)
		return false;
	if (!b->root_seen)
		return build_refuse(
			b, "it is no aggregate report: there is no <feedback> in it");
	bool closed = b->root_closed && (b->roots_open == 0 || b->second_left);
	bool cut = b->row_open;
	if (cut)
		build_note(b, REPAIR_ROW_CUT, (struct sv){ 0 });
	b->row_open = false;
	if (closed)
		drop_outside_text(b);
	if (closed)
		note_missing(b);
	if (broken || !closed)
		(void)notes_add(&b->notes,
				broken ? REPAIR_DATA_ENDS_EARLY
				       : REPAIR_REPORT_ENDS_EARLY,
				PLACE_DOCUMENT, sv_from(broken ? why : NULL));
	if (!has_anything(b))
		return build_refuse(
			b, "the report names no organisation, no report id and no "
			   "policy domain, and has no row");
	b->meta.extra = b->meta_extra.at;
	b->meta.extra_n = b->meta_extra.n;
	buf_clear(&b->meta_bytes);
	if (!report_meta_encode(&b->meta, &b->meta_bytes))
		return build_refuse_meta(b);
	*out = (struct aggregate_result){
		.complete = closed && !cut && !b->record_unclosed,
		.rows = b->rows,
		.messages = b->messages,
		.passed = b->passed,
		.meta = b->meta,
		.repair = notes_list(&b->notes),
		.repair_n = b->notes.n,
		.repair_more = b->notes.more,
	};
	return true;
}
