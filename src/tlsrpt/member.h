/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLSRPT_MEMBER_H
#define TLSRPT_MEMBER_H

#include "base/sv.h"

/* The members of a TLS report, found by the names that reporters give them. */
enum tls_place {
	TLS_AT_REPORT,
	TLS_AT_RANGE, /* date-range */
	TLS_AT_ENTRY, /* of policies */
	TLS_AT_POLICY,
	TLS_AT_SUMMARY,
	TLS_AT_FAILURE /* of failure-details */
};

enum tls_member {
	TLS_MEMBER_UNKNOWN,
#define MEMBER(code, place, name) TLS_MEMBER_##code,
#define ALIAS(code, place, name)
#include "tlsrpt/member.def"
#undef MEMBER
#undef ALIAS
	TLS_MEMBER_N
};

enum tls_spelling {
	TLS_SPELT_RIGHT,
	TLS_SPELT_OTHERWISE, /* case, underscores */
	TLS_SPELT_ALIAS
};

/* A member that stands in `place`, or in an object around or within it: those of a
 * report, of an entry and of a failure are apart. UNKNOWN where there is none. */
enum tls_member tls_member_find(enum tls_place place, struct sv name,
				enum tls_spelling *out_how);
const char *tls_member_name(enum tls_member m); /* "" for UNKNOWN */
enum tls_place tls_member_place(enum tls_member m);
/* Are these one word but for case, hyphens, underscores and blanks? */
bool tls_eq_loose(struct sv a, struct sv b);

#endif
