/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_LOOKUP_INT_H
#define APP_LOOKUP_INT_H

#include "base/err.h"
#include "dns/dns.h"

struct arena;

/* Who answers: a server (NULL: the system's), or a zone's text in a file. */
struct lookup_way {
	const char *server;
	const char *trust_anchor; /* a file; or NULL */
	const char *zone;         /* a file; NULL: the server is asked */
};
bool lookup_open(const struct lookup_way *w, struct arena *a, struct dns **out,
		 struct err *err);

#endif
