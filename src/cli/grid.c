/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grid.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	COLUMNS_MAX = 32
};

struct grid {
	struct out *o;
	struct json *j;
	bool single;
	const char *object_key;
	const struct grid_column *column;
	size_t columns, at, rows, shown;
	struct table_column heading[COLUMNS_MAX];
	struct table *table;
};

static void begin_csv(struct grid *g)
{
	bool begun = false;
	for (size_t i = 0; i < g->columns; i++) {
		if (!g->column[i].key)
			continue;
		outf(g->o, "%s%s", begun ? "," : "", g->column[i].key);
		begun = true;
	}
	out_str(g->o, "\n");
}

static void begin_table(struct grid *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->columns; i++) {
		const struct grid_column *c = &g->column[i];
		if (c->heading)
			g->heading[n++] = (struct table_column){ c->heading, c->right,
								 c->shrink, c->least };
	}
	g->table = table_new(g->heading, n);
}

static struct grid *new_grid(struct out *o, struct json *j,
			     const struct grid_column *column, size_t n)
{
	assert(n <= COLUMNS_MAX);
	struct grid *g = heap_array(1, sizeof(*g));
	*g = (struct grid){ .o = o, .j = j, .column = column, .columns = n };
	if (o->form == OUT_TEXT)
		begin_table(g);
	else if (o->form == OUT_CSV)
		begin_csv(g);
	return g;
}

struct grid *grid_new(struct out *o, struct json *j, const char *array_key,
		      const struct grid_column *column, size_t n)
{
	struct grid *g = new_grid(o, j, column, n);
	if (o->form == OUT_JSON)
		json_array(j, array_key);
	return g;
}

struct grid *grid_new_one(struct out *o, struct json *j, const char *key,
			  const struct grid_column *column, size_t n)
{
	struct grid *g = new_grid(o, j, column, n);
	g->single = true;
	g->object_key = key;
	return g;
}

/* Begins the next cell; false where the form does not show it. */
static bool begin_cell(struct grid *g)
{
	const struct grid_column *c = &g->column[g->at];
	bool data = g->o->form != OUT_TEXT;
	if (g->at == 0 && g->o->form == OUT_JSON)
		json_object(g->j, g->object_key);
	if (data ? !c->key : !c->heading)
		return false;
	if (g->o->form == OUT_CSV && g->shown++)
		out_str(g->o, ",");
	return true;
}

static void end_cell(struct grid *g)
{
	if (++g->at < g->columns)
		return;
	g->at = g->shown = 0;
	g->rows++;
	if (g->o->form == OUT_JSON)
		json_object_end(g->j);
	else if (g->o->form == OUT_CSV)
		out_str(g->o, "\n");
	out_ease(g->o);
}

static const char *key(const struct grid *g)
{
	return g->column[g->at].key;
}

void grid_text(struct grid *g, struct sv s, enum paint p)
{
	if (begin_cell(g)) {
		if (g->o->form == OUT_TEXT)
			table_cell(g->table, s, p);
		else if (g->o->form == OUT_CSV)
			text_add_csv(&g->o->b, s);
		else
			json_string(g->j, key(g), s);
	}
	end_cell(g);
}

void grid_text_or_none(struct grid *g, struct sv s)
{
	if (s.n)
		grid_text(g, s, PAINT_NONE);
	else
		grid_none(g);
}

void grid_str(struct grid *g, const char *s)
{
	grid_text(g, sv_from(s), PAINT_NONE);
}

void grid_list(struct grid *g, struct sv lines)
{
	struct buf b;
	struct sv line;
	if (g->o->form == OUT_JSON && g->column[g->at].key) {
		(void)begin_cell(g);
		json_array(g->j, key(g));
		while (sv_take_line(&lines, &line))
			json_string(g->j, NULL, line);
		json_array_end(g->j);
		end_cell(g);
		return;
	}
	buf_init(&b, SIZE_MAX / 2);
	while (sv_take_line(&lines, &line))
		buf_addf(&b, "%s%.*s", b.n ? ", " : "", SV_ARG(line));
	grid_text(g, buf_sv(&b), PAINT_NONE);
	buf_deinit(&b);
}

void grid_number(struct grid *g, uint64_t n)
{
	char text[WORDS_TEXT];
	if (begin_cell(g)) {
		if (g->o->form == OUT_TEXT)
			table_cell_str(g->table, words_number(n, text), PAINT_NONE);
		else if (g->o->form == OUT_CSV)
			outf(g->o, "%" PRIu64, n);
		else
			json_uint(g->j, key(g), n);
	}
	end_cell(g);
}

void grid_bool(struct grid *g, bool b)
{
	if (begin_cell(g)) {
		if (g->o->form == OUT_TEXT)
			table_cell_str(g->table, b ? "yes" : "", PAINT_NONE);
		else if (g->o->form == OUT_CSV)
			out_str(g->o, b ? "true" : "false");
		else
			json_bool(g->j, key(g), b);
	}
	end_cell(g);
}

void grid_addr(struct grid *g, const struct addr *a)
{
	char text[ADDR_TEXT];
	if (a->kind == ADDR_NONE && g->o->form != OUT_TEXT)
		grid_none(g);
	else
		grid_str(g, addr_format(a, text));
}

void grid_day(struct grid *g, bool has, int64_t day)
{
	char text[DATE_TEXT];
	if (has)
		grid_str(g, date_format_day(day, text));
	else
		grid_none(g);
}

void grid_seconds(struct grid *g, bool has, int64_t seconds)
{
	char text[DATE_TEXT];
	if (!has) {
		grid_none(g);
		return;
	}
	if (begin_cell(g)) {
		if (g->o->form == OUT_TEXT)
			table_cell_str(g->table, date_format_time(seconds, text),
				       PAINT_NONE);
		else if (g->o->form == OUT_CSV)
			outf(g->o, "%" PRId64, seconds);
		else
			json_int(g->j, key(g), seconds);
	}
	end_cell(g);
}

void grid_share(struct grid *g, uint64_t passed, uint64_t messages)
{
	char text[WORDS_TEXT];
	grid_text(g, sv_from(words_share(passed, messages, text)),
		  paint_share(passed, messages));
}

void grid_none(struct grid *g)
{
	if (begin_cell(g)) {
		if (g->o->form == OUT_TEXT)
			table_cell_str(g->table, "-", PAINT_DIM);
		else if (g->o->form == OUT_JSON)
			json_null(g->j, key(g));
	}
	end_cell(g);
}

void grid_spare(struct grid *g, const char *k)
{
	size_t n = 0;
	for (size_t i = 0; i < g->columns && g->table; i++) {
		const struct grid_column *c = &g->column[i];
		if (c->heading && c->key && strcmp(c->key, k) == 0)
			table_spare(g->table, n);
		n += c->heading != NULL;
	}
}

size_t grid_end(struct grid **g)
{
	size_t rows = (*g)->rows;
	if ((*g)->o->form == OUT_JSON && !(*g)->single)
		json_array_end((*g)->j);
	if ((*g)->table && rows)
		table_print((*g)->table, (*g)->o);
	table_free(&(*g)->table);
	free(*g);
	*g = NULL;
	return rows;
}
