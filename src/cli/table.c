/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

enum {
	GAP = 2,
	INDENT = 2,
	RANKS = 9,
	COLUMNS_MAX = 16,
	LEAST_OF_ALL = 3,
	HANG = 2,        /* before the further lines of a cell */
	CELL_LINES = 24, /* of a cell that wraps */
	CELL_MAX = 65536,
	CELL_VISIBLE_MAX = 8 * CELL_MAX
};

enum place {
	IN_ROW,
	BELOW_ROW,
	NOWHERE
};

struct layout {
	enum place place[COLUMNS_MAX];
	size_t width[COLUMNS_MAX];
};

struct cell {
	struct sv text;
	size_t width;
	enum paint paint;
};

struct table {
	const struct table_column *column;
	size_t columns;
	struct arena *arena;
	struct cell *cell;
	size_t n, cap;
	size_t widest[COLUMNS_MAX];
	bool spare[COLUMNS_MAX];
};

struct table *table_new(const struct table_column *column, size_t n)
{
	struct table *t = heap_array(1, sizeof(*t));
	t->column = column;
	t->columns = n < COLUMNS_MAX ? n : COLUMNS_MAX;
	t->arena = arena_new();
	for (size_t i = 0; i < t->columns; i++)
		t->widest[i] = text_width(sv_from(column[i].heading));
	return t;
}

void table_free(struct table **t)
{
	if (!*t)
		return;
	arena_free(&(*t)->arena);
	free((*t)->cell);
	free(*t);
	*t = NULL;
}

void table_cell(struct table *t, struct sv text, enum paint p)
{
	struct buf b;
	buf_init(&b, CELL_VISIBLE_MAX);
	text_add_visible(&b, sv_sub(text, 0, CELL_MAX));
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->cell = heap_grow(t->cell, t->cap, sizeof(*t->cell));
	}
	struct cell c = { .text = arena_sv(t->arena, buf_sv(&b)), .paint = p };
	if (c.text.n == 0)
		c.paint = PAINT_NONE;
	c.width = text_width(c.text);
	size_t at = t->n % t->columns;
	if (c.width > t->widest[at])
		t->widest[at] = c.width;
	t->cell[t->n++] = c;
	buf_deinit(&b);
}

void table_cell_str(struct table *t, const char *text, enum paint p)
{
	table_cell(t, sv_from(text), p);
}

size_t table_rows(const struct table *t)
{
	return t->n / t->columns;
}

void table_spare(struct table *t, size_t column)
{
	if (column < t->columns)
		t->spare[column] = true;
}

static bool is_key(const struct table *t, size_t i)
{
	return i == 0 || t->column[i].shrink & TABLE_KEY;
}

static unsigned rank_of(const struct table *t, size_t i)
{
	return t->column[i].shrink & ~(unsigned)(TABLE_KEY | TABLE_BELOW);
}

/* Takes up to `over` columns from one column, but leaves it `least`. */
static size_t shrink(size_t *width, size_t least, size_t over)
{
	size_t spare = *width > least ? *width - least : 0;
	size_t taken = spare < over ? spare : over;
	*width -= taken;
	return taken;
}

static size_t squeeze_rank(const struct table *t, struct layout *l, bool keys,
			   unsigned rank, size_t over)
{
	for (size_t i = 0; i < t->columns; i++)
		if (l->place[i] == IN_ROW && is_key(t, i) == keys &&
		    rank_of(t, i) == rank)
			over -= shrink(&l->width[i], t->column[i].least, over);
	return over;
}

/* Columns that are over the terminal's once each column has given what it can. */
static size_t squeeze(const struct table *t, unsigned columns, bool may_shrink,
		      struct layout *l)
{
	size_t all = INDENT - GAP;
	for (size_t i = 0; i < t->columns; i++) {
		l->width[i] = l->place[i] == IN_ROW ? t->widest[i] : 0;
		all += l->place[i] == IN_ROW ? GAP + l->width[i] : 0;
	}
	if (columns == 0 || all <= columns)
		return 0;
	size_t over = all - columns;
	for (unsigned rank = 1; may_shrink && rank <= RANKS; rank++)
		over = squeeze_rank(t, l, false, rank, over);
	for (unsigned rank = 1; may_shrink && rank <= RANKS; rank++)
		over = squeeze_rank(t, l, true, rank, over);
	return over;
}

static bool hide_spare(const struct table *t, struct layout *l)
{
	for (size_t i = 0; i < t->columns; i++)
		if (t->spare[i] && l->place[i] == IN_ROW) {
			l->place[i] = NOWHERE;
			return true;
		}
	return false;
}

/* The next column to go below its rows, or to be left out. */
static bool move_one(const struct table *t, struct layout *l, enum place to)
{
	for (unsigned rank = 1; rank <= RANKS; rank++)
		for (size_t i = 0; i < t->columns; i++) {
			bool below = t->column[i].shrink & TABLE_BELOW;
			if (l->place[i] != IN_ROW || rank_of(t, i) != rank ||
			    is_key(t, i) || below != (to == BELOW_ROW))
				continue;
			l->place[i] = to;
			return true;
		}
	return false;
}

/* Takes a column from the widest text; one that never shrinks comes last. */
static bool narrow_widest(const struct table *t, struct layout *l, bool all)
{
	size_t *widest = NULL;
	for (size_t i = 0; i < t->columns; i++) {
		bool may = l->place[i] == IN_ROW && !t->column[i].right &&
			   (all || rank_of(t, i)) && l->width[i] > LEAST_OF_ALL;
		if (may && (!widest || l->width[i] > *widest))
			widest = &l->width[i];
	}
	if (widest)
		--*widest;
	return widest;
}

static void fit(const struct table *t, unsigned columns, struct layout *l)
{
	size_t over = squeeze(t, columns, false, l);
	while (over && (hide_spare(t, l) || move_one(t, l, BELOW_ROW)))
		over = squeeze(t, columns, false, l);
	if (over)
		over = squeeze(t, columns, true, l);
	while (over && move_one(t, l, NOWHERE))
		over = squeeze(t, columns, true, l);
	/* A terminal too narrow even so: text gives way before figures do. */
	while (over && (narrow_widest(t, l, false) || narrow_widest(t, l, true)))
		over--;
}

/* The next line of a cell that wraps: behind a blank or a mark where one is near. */
static struct sv take_line(struct sv *rest, size_t width)
{
	struct sv line = text_clip(*rest, width);
	uint32_t c;
	if (line.n == 0)
		line = sv_sub(*rest, 0, utf8_decode(*rest, &c));
	if (line.n == 0 || line.n == rest->n) {
		line = *rest;
	} else {
		size_t end = line.n;
		while (end > line.n / 2 && !strchr(" .:-@/_", line.p[end - 1]))
			end--;
		line.n = end > line.n / 2 ? end : line.n;
	}
	*rest = sv_sub(*rest, line.n, rest->n - line.n);
	return line;
}

static void print_cell(struct out *o, const struct cell *c, size_t width, bool right,
		       bool last)
{
	bool cut = c->width > width;
	struct sv shown = cut ? text_clip(c->text, width ? width - 1 : 0) : c->text;
	size_t n = cut ? text_width(shown) + 1 : c->width;
	int pad = n < width ? (int)(width - n) : 0;
	if (right)
		outf(o, "%*s", pad, "");
	out_str(o, paint_on(o, c->paint));
	buf_add_sv(&o->b, shown);
	if (cut)
		out_str(o, ELLIPSIS);
	out_str(o, paint_off(o, c->paint));
	if (!right && !last)
		outf(o, "%*s", pad, "");
	if (!last)
		outf(o, "%*s", GAP, "");
}

/* An empty last cell leaves the blanks before it. */
static void end_line(struct out *o)
{
	while (o->b.n && o->b.p[o->b.n - 1] == ' ')
		o->b.p[--o->b.n] = '\0';
	out_str(o, "\n");
	out_ease(o);
}

static size_t last_in_row(const struct table *t, const struct layout *l)
{
	size_t last = t->columns - 1;
	while (last && l->place[last] != IN_ROW)
		last--;
	return last;
}

/* One line of a row; true where a cell goes on in the next one. `rest` is what is left
 * of each cell. */
static bool print_line(const struct table *t, struct out *o, const struct cell *c,
		       const struct layout *l, struct sv *rest, unsigned line)
{
	size_t last = last_in_row(t, l);
	bool more = false;
	outf(o, "%*s", INDENT, "");
	for (size_t i = 0; i <= last; i++) {
		struct cell part = c[i];
		size_t width = l->width[i], hang = line && width > 8 ? HANG : 0;
		if (l->place[i] != IN_ROW)
			continue;
		bool wraps = is_key(t, i) && line + 1 < CELL_LINES;
		part.text = wraps ? take_line(&rest[i], width - hang) : rest[i];
		part.width = text_width(part.text);
		part.paint = part.width ? part.paint : PAINT_NONE;
		if (!wraps)
			rest[i] = SV("");
		more = more || rest[i].n;
		outf(o, "%*s", (int)hang, "");
		print_cell(o, &part, width - hang, t->column[i].right, i == last);
	}
	end_line(o);
	return more;
}

static void print_below(const struct table *t, struct out *o, const struct cell *c,
			const struct layout *l)
{
	for (size_t i = 0; i < t->columns; i++) {
		char first[64];
		if (l->place[i] != BELOW_ROW || c[i].text.n == 0)
			continue;
		(void)snprintf(first, sizeof(first), "%*s%-10s ", 2 * INDENT, "",
			       t->column[i].heading);
		for (char *p = first; *p; p++)
			*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
		out_wrapped(o, first, c[i].text);
	}
}

static void print_row(const struct table *t, struct out *o, const struct cell *c,
		      const struct layout *l)
{
	struct sv rest[COLUMNS_MAX] = { 0 };
	for (size_t i = 0; i < t->columns; i++)
		rest[i] = c[i].text;
	for (unsigned line = 0; print_line(t, o, c, l, rest, line);)
		line++;
	print_below(t, o, c, l);
}

void table_print(const struct table *t, struct out *o)
{
	struct layout l = { 0 };
	struct cell heading[COLUMNS_MAX] = { 0 };
	struct layout above;
	fit(t, o->width, &l);
	for (size_t i = 0; i < t->columns; i++) {
		struct sv text = sv_from(t->column[i].heading);
		heading[i] = (struct cell){ text, text_width(text), PAINT_DIM };
	}
	above = l;
	for (size_t i = 0; i < t->columns; i++)
		if (above.place[i] == BELOW_ROW)
			above.place[i] = NOWHERE;
	print_row(t, o, heading, &above);
	for (size_t k = 0; k + t->columns <= t->n; k += t->columns)
		print_row(t, o, &t->cell[k], &l);
}
