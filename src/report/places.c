/* SPDX-License-Identifier: Apache-2.0 */
#include "report/places.h"

#include "report/model.h"

#define FIELD_META(field) offsetof(struct report_meta, field)
#define FIELD_ROW(field) offsetof(struct report_row, field)
#define FIELD_FACET(field) offsetof(struct report_facet, field)
#define FIELD_REASON(field) offsetof(struct report_reason, field)
#define FIELD_DKIM(field) offsetof(struct report_auth, field)
#define FIELD_SPF(field) offsetof(struct report_auth, field)

const struct place_info place_info[PLACE_ALL] = {
#define BOX(id, parent, name) \
	[PLACE_##id] = { PLACE_##parent, NAME_##name, VALUE_NONE, GROUP_NONE, 0 },
#define LEAF(id, parent, name, value, group, field) \
	[PLACE_##id] = { PLACE_##parent, NAME_##name, VALUE_##value, GROUP_##group, \
			 FIELD_##group(field) },
#include "report/places.def"
#undef LEAF
#undef BOX
};

const uint8_t place_child[PLACE_ALL][NAME_ALL] = {
	[PLACE_OUTSIDE][NAME_FEEDBACK] = PLACE_FEEDBACK,
#define BOX(id, parent, name) [PLACE_##parent][NAME_##name] = PLACE_##id,
#define LEAF(id, parent, name, value, group, field) BOX(id, parent, name)
#include "report/places.def"
#undef LEAF
#undef BOX
};

bool place_in_record(enum place place)
{
	while (place_info[place].parent)
		if (place == PLACE_RECORD)
			return true;
		else
			place = place_info[place].parent;
	return false;
}

/* The only place of an element that is found in one place of the schemas. */
static enum place home(enum name name)
{
	enum place found = PLACE_NOWHERE;
	for (unsigned p = PLACE_FEEDBACK; p < PLACE_ALL; p++) {
		if (place_info[p].name != name)
			continue;
		if (found)
			return PLACE_NOWHERE;
		found = p;
	}
	return found;
}

enum place place_meant(enum place in, enum name name)
{
	enum place beside = place_child[place_info[in].parent][name];
	if (beside || name == NAME_UNKNOWN)
		return beside;
	enum place place = home(name);
	switch ((unsigned)place) {
	case PLACE_FEEDBACK:
	case PLACE_METADATA:
	case PLACE_POLICY:
	case PLACE_RECORD:
		return place;
	default:
		/* What is said of a row means nothing outside one, and the reverse. */
		return place && place_in_record(place) == place_in_record(in)
			       ? place
			       : PLACE_NOWHERE;
	}
}
