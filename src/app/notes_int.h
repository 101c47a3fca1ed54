/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_NOTES_INT_H
#define APP_NOTES_INT_H

#include "app/overview.h"
#include "app/scope_int.h"

/* Finds what stands out in the days before `now` and sets o->note. Reads o->domain.
 * Neither the scope nor the lines may be narrowed to days or to a result. */
bool notes_find(const struct scope *s, int64_t now, struct app_overview *o,
		struct err *err);

/* The usual (median) number of failing messages a day and the worst day, over `n` days.
 */
struct notes_spike {
	uint64_t usual, worst;
	size_t worst_at;
	bool stands_out;
};
struct notes_spike notes_spike(const uint64_t *failed, size_t n);

#endif
