/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DMARC_DMARC_H
#define DMARC_DMARC_H

#include "dns/ask.h"
#include "record/dmarc.h"

struct arena;

/*
 * Which policy applies to an Author Domain, and who its Organizational Domain is
 * (RFC 9989 4.10): the walk up the tree of names, of at most eight questions. What was
 * asked before is not asked again where the same asker is handed in.
 */
enum dmarc_found {
	DMARC_FOUND,
	DMARC_NO_RECORD,
	DMARC_NO_ANSWER /* the DNS did not tell: neither pass nor fail */
};

struct dmarc_policy {
	enum dmarc_found found;
	struct sv domain;           /* whose record applies */
	struct sv text;             /* the record */
	struct record_dmarc record; /* ... read */
	bool inherited;             /* it is that of a name above */
	bool exists;                /* the Author Domain does; asked where it matters */
	enum record_policy policy;  /* for this Author Domain: p, sp or np */
	struct sv organization;     /* its Organizational Domain */
};

enum {
	DMARC_WALK = 8 /* names of a walk */
};

/* Of a name in A-labels, lower case, without the last dot. What is found lives in the
 * arena. */
void dmarc_find_policy(struct sv author, struct dns_asker *k, struct arena *a,
		       struct dmarc_policy *out);

/* The Organizational Domain of a name that authenticated; false: the DNS did not tell. */
bool dmarc_organization(struct sv name, struct dns_asker *k, struct arena *a,
			struct sv *out);

/* Are the two the same name, or of one organization? False with *told false: the DNS did
 * not tell. Strict alignment asks nothing. */
bool dmarc_is_aligned(struct sv author, struct sv name, bool strict, struct dns_asker *k,
		      struct arena *a, bool *told);

#endif
