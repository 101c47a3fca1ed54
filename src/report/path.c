/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "report/build_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Paths, notes, refusals and what has no field. */

static void add_frame(struct build *b, unsigned i)
{
	const struct frame *f = &b->frame[i];
	if (f->place == PLACE_UNKNOWN) {
		size_t end = i < b->depth ? f[1].name : b->names.n;
		buf_add_sv(&b->path, sv_sub(buf_sv(&b->names), f->name, end - f->name));
		return;
	}
	buf_add_sv(&b->path, name_text(place_info[f->place].name));
	if (f->nth > 1)
		buf_addf(&b->path, "[%u]", f->nth);
}

/* Adds the path of the open element below the report or, in a row, the record. */
static void add_path(struct build *b)
{
	unsigned i = b->depth;
	enum place root = b->row_open && b->record_depth ? PLACE_RECORD : PLACE_FEEDBACK;
	while (i > 0 && b->frame[i].place != root)
		i--;
	if (b->frame[i].place != root)
		return;
	for (bool first = true; ++i <= b->depth; first = false) {
		if (!first)
			buf_add_char(&b->path, '/');
		add_frame(b, i);
	}
}

static void add_record(struct build *b)
{
	if (b->row_open)
		buf_addf(&b->path, "record %llu, ", (unsigned long long)b->record);
}

struct sv build_where(struct build *b)
{
	buf_clear(&b->path);
	add_record(b);
	add_path(b);
	struct sv where = buf_sv(&b->path);
	if (sv_has_suffix_fold(where, SV(", ")))
		where.n -= 2;
	return where;
}

void build_note(struct build *b, enum repair_code code, struct sv found)
{
	struct note *note = notes_add(&b->notes, code, build_top(b)->place, found);
	if (note)
		note_set_where(note, build_where(b));
}

static void add_place(struct build *b, enum place place)
{
	enum place parent = place_info[place].parent;
	if (parent != PLACE_FEEDBACK && parent != PLACE_RECORD) {
		add_place(b, parent);
		buf_add_char(&b->path, '/');
	}
	buf_add_sv(&b->path, name_text(place_info[place].name));
}

void build_note_place(struct build *b, enum repair_code code, enum place place,
		      struct sv found)
{
	struct note *note = notes_add(&b->notes, code, place, found);
	if (!note)
		return;
	buf_clear(&b->path);
	add_record(b);
	add_place(b, place);
	note_set_where(note, buf_sv(&b->path));
}

bool build_refuse(struct build *b, const char *fmt, ...)
{
	if (b->refused)
		return false;
	b->refused = true;
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(b->reason_text, sizeof(b->reason_text), fmt, ap);
	va_end(ap);
	return false;
}

bool build_refuse_dtd(struct build *b)
{
	return build_refuse(
		b, "the report has a DTD (DOCTYPE), which reports do not need and "
		   "which can be used to attack a reader");
}

bool build_refuse_value(struct build *b)
{
	struct sv where = sv_sub(build_where(b), 0, REPAIR_WHERE);
	return build_refuse(b,
			    "a value%s%.*s%s is longer than %d bytes, the most that is "
			    "read",
			    where.n ? " (" : "", SV_ARG(where), where.n ? ")" : "",
			    LIMIT_VALUE);
}

bool build_refuse_facet(struct build *b)
{
	return build_refuse(b,
			    "record %llu says more than %d KiB, the most that is read "
			    "of one row",
			    (unsigned long long)b->record, LIMIT_FACET / 1024);
}

bool build_refuse_meta(struct build *b)
{
	return build_refuse(
		b,
		"what the report says of itself, apart from its rows, is longer "
		"than %d KiB, the most that is read",
		LIMIT_META / 1024);
}

bool build_keep(struct build *b, enum group group, struct sv s, bool lower,
		struct sv *out)
{
	bool of_row = group != GROUP_META;
	struct pool *pool = of_row ? &b->row_pool : &b->meta_pool;
	if (s.n > pool->max - pool->n)
		return of_row ? build_refuse_facet(b) : build_refuse_meta(b);
	char *to = pool->p + pool->n;
	pool->n += s.n;
	*out = (struct sv){ to, s.n };
	if (!lower) {
		memcpy(to, s.p, s.n);
		return true;
	}
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		to[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	return true;
}

bool build_extra(struct build *b, struct sv attr, struct sv value)
{
	bool of_row = b->row_open && b->record_depth;
	/* Of a second report only its identity and its rows matter. */
	if (!of_row && b->second)
		return true;
	enum group group = of_row ? GROUP_FACET : GROUP_META;
	struct extras *extras = of_row ? &b->row_extra : &b->meta_extra;
	buf_clear(&b->path);
	add_path(b);
	if (attr.n) {
		buf_add_char(&b->path, '@');
		buf_add_sv(&b->path, attr);
	}
	struct report_extra extra;
	if (b->path.over || b->path.n > LIMIT_VALUE || value.n > LIMIT_VALUE)
		return build_refuse_value(b);
	if (!build_keep(b, group, buf_sv(&b->path), false, &extra.name) ||
	    !build_keep(b, group, value, false, &extra.value))
		return false;
	if (extras->n == extras->cap) {
		extras->cap = extras->cap ? extras->cap * 2 : 16;
		extras->at = heap_grow(extras->at, extras->cap, sizeof(extra));
	}
	extras->at[extras->n++] = extra;
	return true;
}
