/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GEO_GEO_H
#define GEO_GEO_H

#include "base/addr.h"
#include "base/err.h"
#include "base/sv.h"

struct arena;

/* Where an address is, and whose network it belongs to, from files in the MaxMind format
 * that the user names. */
struct geo;

struct geo_place {
	struct sv country; /* ISO 3166, two letters; empty: not known */
	uint32_t as;       /* 0: not known */
	struct sv as_name; /* may be empty */
};

/* Either path may be empty; NULL, and no error, where both are. What is no such file is
 * an error that names it. */
bool geo_open(struct sv country_file, struct sv as_file, struct arena *a,
	      struct geo **out, struct err *err);
void geo_close(struct geo **g);
/* Whose network alone; 0: not known. `g` may be NULL in both. */
uint32_t geo_as(struct geo *g, const struct addr *at);
/* What is damaged there, or not of that shape, is not known. Texts live in the arena. */
void geo_find(struct geo *g, const struct addr *at, struct arena *a,
	      struct geo_place *out);

#endif
