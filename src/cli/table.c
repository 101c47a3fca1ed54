/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdlib.h>

#define ELLIPSIS "\xe2\x80\xa6"

enum {
	GAP = 2,
	INDENT = 2,
	RANKS = 9,
	COLUMNS_MAX = 16,
	LEAST_OF_ALL = 3,
	CELL_MAX = 65536,
	CELL_VISIBLE_MAX = 8 * CELL_MAX
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

/* Takes up to `over` columns from one column, but leaves it `least`. */
static size_t shrink(size_t *width, size_t least, size_t over)
{
	size_t spare = *width > least ? *width - least : 0;
	size_t taken = spare < over ? spare : over;
	*width -= taken;
	return taken;
}

/* Columns that are over the terminal's once each column has given what it can. */
static size_t squeeze(const struct table *t, unsigned columns, const bool *hidden,
		      size_t *width)
{
	size_t all = INDENT - GAP;
	for (size_t i = 0; i < t->columns; i++) {
		width[i] = hidden[i] ? 0 : t->widest[i];
		all += hidden[i] ? 0 : GAP + width[i];
	}
	if (columns == 0 || all <= columns)
		return 0;
	size_t over = all - columns;
	for (unsigned rank = 1; rank <= RANKS; rank++)
		for (size_t i = 0; i < t->columns; i++)
			if (t->column[i].shrink == rank && !hidden[i])
				over -= shrink(&width[i], t->column[i].least, over);
	return over;
}

/* The next column to leave out: those that shrink first go first, never the first. */
static bool hide_one(const struct table *t, bool *hidden)
{
	for (unsigned rank = 1; rank <= RANKS; rank++)
		for (size_t i = 1; i < t->columns; i++)
			if (t->column[i].shrink == rank && !hidden[i])
				return hidden[i] = true;
	return false;
}

static void fit(const struct table *t, unsigned columns, bool *hidden, size_t *width)
{
	size_t over = squeeze(t, columns, hidden, width);
	while (over && hide_one(t, hidden))
		over = squeeze(t, columns, hidden, width);
	/* A terminal too narrow even so: text gives way before figures do. */
	for (size_t i = 0; i < t->columns && over; i++)
		if (!t->column[i].right && !hidden[i])
			over -= shrink(&width[i], LEAST_OF_ALL, over);
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

static void print_line(const struct table *t, struct out *o, const struct cell *c,
		       const bool *hidden, const size_t *width)
{
	size_t last = t->columns - 1;
	while (last && hidden[last])
		last--;
	outf(o, "%*s", INDENT, "");
	for (size_t i = 0; i <= last; i++)
		if (!hidden[i])
			print_cell(o, &c[i], width[i], t->column[i].right, i == last);
	end_line(o);
}

void table_print(const struct table *t, struct out *o)
{
	size_t width[COLUMNS_MAX] = { 0 };
	bool hidden[COLUMNS_MAX] = { false };
	struct cell heading[COLUMNS_MAX] = { 0 };
	fit(t, o->width, hidden, width);
	for (size_t i = 0; i < t->columns; i++) {
		struct sv text = sv_from(t->column[i].heading);
		heading[i] = (struct cell){ text, text_width(text), PAINT_DIM };
	}
	print_line(t, o, heading, hidden, width);
	for (size_t k = 0; k + t->columns <= t->n; k += t->columns)
		print_line(t, o, &t->cell[k], hidden, width);
}
