/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "base/addr.h"
#include "base/json.h"
#include "cli/table.h"

/*
 * A list in whatever form was asked for: a table, an array of JSON objects, CSV. Cells
 * are given column after column; those that the form does not show are passed over. JSON
 * and CSV go out as they come, a table when it ends.
 */
struct grid_column {
	const char *key;     /* in JSON and CSV; NULL: not there */
	const char *heading; /* on a terminal; NULL: not there */
	bool right;
	uint8_t shrink;
	uint16_t least;
};

struct grid;

/* `j` and `array_key` serve JSON only: where the array stands. */
struct grid *grid_new(struct out *o, struct json *j, const char *array_key,
		      const struct grid_column *column, size_t n);
/* For one row only: in JSON an object of that key, no array. */
struct grid *grid_new_one(struct out *o, struct json *j, const char *key,
			  const struct grid_column *column, size_t n);
/* Text that may be missing: empty is null. */
void grid_text_or_none(struct grid *g, struct sv s);
void grid_text(struct grid *g, struct sv s, enum paint p);
void grid_str(struct grid *g, const char *s);
/* Texts, one a line: an array in JSON, one behind the other elsewhere. */
void grid_list(struct grid *g, struct sv lines);
void grid_number(struct grid *g, uint64_t n);
void grid_bool(struct grid *g, bool b); /* yes or nothing; true or false */
void grid_addr(struct grid *g, const struct addr *a);
void grid_day(struct grid *g, bool has, int64_t day);
void grid_seconds(struct grid *g, bool has, int64_t seconds); /* a number in JSON, CSV */
void grid_share(struct grid *g, uint64_t passed, uint64_t messages); /* text only */
void grid_none(struct grid *g);                                      /* null, nothing */
/* The column of that key says nothing here: see table_spare(). */
void grid_spare(struct grid *g, const char *key);
/* How many rows there are; ends and frees it. */
size_t grid_end(struct grid **g);

#endif
