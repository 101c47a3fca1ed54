/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DNS_DNS_INT_H
#define DNS_DNS_INT_H

#include "dns/dns.h"

struct dns_ways {
	void (*free)(struct dns *d);
	void (*start)(struct dns *d, uint64_t id, struct sv name, enum dns_type type);
	bool (*next)(struct dns *d, uint64_t wait_ms, struct arena *a,
		     struct dns_answer *out);
	size_t (*pending)(const struct dns *d);
};

struct dns {
	const struct dns_ways *ways;
	uint64_t asked; /* numbers that askers gave to questions so far */
};

/* A record's bytes as dns_answer has them. False: they are none of that type. */
bool dns_read_record(enum dns_type type, struct sv bytes, struct arena *a,
		     struct sv *out);

#endif
