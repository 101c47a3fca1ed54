/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_NOTES_H
#define REPORT_NOTES_H

#include "base/limits.h"
#include "report/repair.h"

/* The repairs of one report: one note for each kind and place, with how often. */
struct note {
	uint32_t key; /* kind and place */
	struct repair repair;
	char where[REPAIR_WHERE + 1], found[REPAIR_FOUND + 1];
};

struct notes {
	struct note at[LIMIT_REPAIRS];
	struct repair list[LIMIT_REPAIRS]; /* filled by notes_list() */
	size_t n;
	uint64_t more;
	uint64_t calls; /* of notes_add() */
};

void notes_clear(struct notes *n);
/* Counts a repair. Where it is the first of its kind and place, and there is room for it,
 * returns the note, whose `where` the caller fills in. */
struct note *notes_add(struct notes *n, enum repair_code code, unsigned place,
		       struct sv found);
void note_set_where(struct note *note, struct sv where);
const struct repair *notes_list(struct notes *n);

#endif
