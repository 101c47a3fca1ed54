/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/out.h"

/*
 * A table on a terminal: as wide as its cells, and where that is too wide its columns
 * shrink in a fixed order, with an ellipsis, and then are left out in the same order.
 * Cells are made visible as they come in.
 */
struct table_column {
	const char *heading;
	bool right;     /* aligned; for numbers */
	uint8_t shrink; /* 1 shrinks first, then 2, ...; 0: never */
	uint16_t least; /* columns it keeps then */
};
/* As `least`: whole, or not there. */
enum {
	TABLE_WHOLE = 999
};

struct table;

struct table *table_new(const struct table_column *column, size_t n);
void table_free(struct table **t);
void table_cell(struct table *t, struct sv text, enum paint p);
void table_cell_str(struct table *t, const char *text, enum paint p);
size_t table_rows(const struct table *t);
/* With its headings, two blanks in front of each line. */
void table_print(const struct table *t, struct out *o);

#endif
