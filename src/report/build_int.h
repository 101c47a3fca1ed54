/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_BUILD_INT_H
#define REPORT_BUILD_INT_H

#include "report/build.h"

/* Inside the row builder. */

bool build_value(struct build *b, enum place place, struct sv text);
void build_row_begin(struct build *b);
bool build_row_end(struct build *b);

/* A copy of `s`, lower case where asked; false: a cap. */
bool build_keep(struct build *b, enum group group, struct sv s, bool lower,
		struct sv *out);
/* Keeps a value that has no field, under the path of the open element and, where `attr`
 * is not empty, of that attribute. */
bool build_extra(struct build *b, struct sv attr, struct sv value);
/* A note with the path of a place that may have no element. */
void build_note_place(struct build *b, enum repair_code code, enum place place,
		      struct sv found);
bool build_refuse_value(struct build *b);
bool build_refuse_facet(struct build *b);
bool build_refuse_meta(struct build *b);

/* "record 3, " where a row is open, and the open element's path below it. */
struct sv build_where(struct build *b);

static inline struct frame *build_top(struct build *b)
{
	return &b->frame[b->depth];
}

#endif
