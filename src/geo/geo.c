/* SPDX-License-Identifier: Apache-2.0 */
#include "geo/geo.h"

#include "base/arena.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_MOST = 120 /* bytes of a network's name */
};

struct geo {
	MMDB_s country, as;
	bool has_country, has_as;
};

static bool open_one(struct sv path, struct arena *a, MMDB_s *db, bool *out,
		     struct err *err)
{
	*out = false;
	if (!path.n)
		return true;
	const char *name = arena_sv(a, path).p;
	int failed = MMDB_open(name, MMDB_MODE_MMAP, db);
	if (failed != MMDB_SUCCESS)
		return err_set(err, ERR_CONFIG, "%s cannot be used: %s", name,
			       MMDB_strerror(failed));
	*out = true;
	return true;
}

bool geo_open(struct sv country_file, struct sv as_file, struct arena *a,
	      struct geo **out, struct err *err)
{
	*out = NULL;
	if (!country_file.n && !as_file.n)
		return true;
	*out = heap_array(1, sizeof(**out));
	if (open_one(country_file, a, &(*out)->country, &(*out)->has_country, err) &&
	    open_one(as_file, a, &(*out)->as, &(*out)->has_as, err))
		return true;
	geo_close(out);
	return false;
}

void geo_close(struct geo **g)
{
	if (*g && (*g)->has_country)
		MMDB_close(&(*g)->country);
	if (*g && (*g)->has_as)
		MMDB_close(&(*g)->as);
	free(*g);
	*g = NULL;
}

static bool look_up(MMDB_s *db, const struct addr *at, MMDB_entry_s *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const struct sockaddr *where = (const struct sockaddr *)(const void *)&v4;
	int failed;
	memcpy(&v4.sin_addr, at->b, 4);
	memcpy(&v6.sin6_addr, at->b, 16);
	if (at->kind == ADDR_V6)
		where = (const struct sockaddr *)(const void *)&v6;
	MMDB_lookup_result_s r = MMDB_lookup_sockaddr(db, where, &failed);
	*out = r.entry;
	return failed == MMDB_SUCCESS && r.found_entry;
}

static struct sv text_of(const MMDB_entry_data_s *d, size_t most, struct arena *a)
{
	size_t n = d->data_size < most ? d->data_size : most;
	return arena_sv(a, (struct sv){ d->utf8_string, n });
}

static bool get(MMDB_entry_s *e, MMDB_entry_data_s *out, uint32_t type, const char *key,
		const char *below)
{
	int failed = MMDB_get_value(e, out, key, below, NULL);
	return failed == MMDB_SUCCESS && out->has_data && out->type == type;
}

uint32_t geo_as(struct geo *g, const struct addr *at)
{
	MMDB_entry_s e;
	MMDB_entry_data_s d;
	bool known = g && g->has_as && at->kind != ADDR_NONE && look_up(&g->as, at, &e) &&
		     get(&e, &d, MMDB_DATA_TYPE_UINT32, "autonomous_system_number", NULL);
	return known ? d.uint32 : 0;
}

void geo_find(struct geo *g, const struct addr *at, struct arena *a,
	      struct geo_place *out)
{
	MMDB_entry_s e;
	MMDB_entry_data_s d;
	*out = (struct geo_place){ .as = 0 };
	if (!g || at->kind == ADDR_NONE)
		return;
	if (g->has_country && look_up(&g->country, at, &e) &&
	    get(&e, &d, MMDB_DATA_TYPE_UTF8_STRING, "country", "iso_code"))
		out->country = text_of(&d, 2, a);
	out->as = geo_as(g, at);
	if (out->as && look_up(&g->as, at, &e) &&
	    get(&e, &d, MMDB_DATA_TYPE_UTF8_STRING, "autonomous_system_organization",
		NULL))
		out->as_name = text_of(&d, NAME_MOST, a);
}
