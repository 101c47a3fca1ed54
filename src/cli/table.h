/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/out.h"

/*
 * A table on a terminal: as wide as its cells. Where that is too wide, in this order:
 * columns that may stand below their row go there, whole; others shrink, with an
 * ellipsis; those that tell rows apart, the first column among them, wrap; others are
 * left out. Each in a fixed order. Cells are made visible as they come in.
 */
struct table_column {
	const char *heading;
	bool right;     /* aligned; for numbers */
	uint8_t shrink; /* 1 gives way first, then 2, ...; 0: never. Or'ed with one below
			 */
	uint16_t least; /* columns it keeps then */
};
enum {
	TABLE_WHOLE = 999, /* as `least`: whole, or not there */
	/* in `shrink` */
	TABLE_KEY = 0x80,   /* tells rows apart: wraps, and is never cut or left out */
	TABLE_BELOW = 0x40, /* stands below its row where the table is too wide */
};

struct table;

struct table *table_new(const struct table_column *column, size_t n);
void table_free(struct table **t);
void table_cell(struct table *t, struct sv text, enum paint p);
void table_cell_str(struct table *t, const char *text, enum paint p);
size_t table_rows(const struct table *t);
/* This column says nothing here: it is the first to go where the table is too wide. */
void table_spare(struct table *t, size_t column);
/* With its headings, two blanks in front of each line. */
void table_print(const struct table *t, struct out *o);

#endif
