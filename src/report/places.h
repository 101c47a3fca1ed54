/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PLACES_H
#define REPORT_PLACES_H

#include "report/names.h"

#include <stddef.h>

/* Where in a report an element stands: the boxes and leaves of places.def. */
enum place {
	PLACE_NOWHERE,  /* no answer */
	PLACE_OUTSIDE,  /* an element before, around or after the report */
	PLACE_SKIPPED,  /* all of it is left out */
	PLACE_UNKNOWN,  /* an element of a report outside the schemas */
	PLACE_DOCUMENT, /* what the root element stands in */
#define BOX(id, parent, name) PLACE_##id,
#define LEAF(id, parent, name, value, group, field) PLACE_##id,
#include "report/places.def"
#undef LEAF
#undef BOX
	PLACE_ALL,
	PLACE_FIRST_LEAF = PLACE_VERSION
};

/* How a leaf's value is read. */
enum value {
	VALUE_NONE,
	VALUE_TEXT,
	VALUE_LINES, /* may stand there several times */
	VALUE_DOMAIN,
	VALUE_TIME,
	VALUE_PERCENT,
	VALUE_SOURCE,
	VALUE_COUNT,
	/* Words of the schemas. */
	VALUE_POLICY,
	VALUE_ALIGNMENT,
	VALUE_TESTING,
	VALUE_DISCOVERY,
	VALUE_DISPOSITION,
	VALUE_EVALUATED,
	VALUE_REASON,
	VALUE_DKIM_RESULT,
	VALUE_SPF_RESULT,
	VALUE_SCOPE,
	VALUE_ALL
};

/* What a leaf's field belongs to. */
enum group {
	GROUP_NONE,
	GROUP_META,   /* struct report_meta */
	GROUP_ROW,    /* struct report_row */
	GROUP_FACET,  /* struct report_facet */
	GROUP_REASON, /* the row's newest struct report_reason */
	GROUP_DKIM,   /* the row's newest struct report_auth of DKIM */
	GROUP_SPF
};

struct place_info {
	uint8_t parent; /* enum place */
	uint8_t name;   /* enum name */
	uint8_t value;  /* enum value; VALUE_NONE for a box */
	uint8_t group;  /* enum group */
	uint16_t field; /* offset of the field */
};

extern const struct place_info place_info[PLACE_ALL];
/* The place of an element of that name in that place; PLACE_NOWHERE for none. */
extern const uint8_t place_child[PLACE_ALL][NAME_ALL];

/* Where an element that stands in a wrong place was meant to stand: beside the element
 * around it (whose end tag is missing), or where the schemas have that name only once. */
enum place place_meant(enum place in, enum name name);
bool place_in_record(enum place place);

#endif
