/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPF_RECORD_H
#define SPF_RECORD_H

#include "spf/spf.h"

/* The terms of a record (RFC 7208 4.6.1, 5, 6), read and not yet asked for. */
enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_MODIFIER /* another one, which is passed over */
};

struct spf_term {
	enum spf_kind kind;
	enum spf_result result; /* of a mechanism that matches: its qualifier */
	struct sv text;         /* as written */
	struct sv domain;       /* the domain-spec, with its macros; or empty */
	struct addr network;    /* of ip4 and ip6 */
	unsigned bits4, bits6;  /* of networks; 32 and 128 where none is said */
};

struct spf_record {
	struct spf_term *term; /* in the order of the text */
	size_t n;
	const struct spf_term *redirect, *exp; /* of these; NULL: none */
	bool has_all;
};

/* Is it one: "v=spf1" alone or with a blank behind it? */
bool spf_is_record(struct sv text);
/* The whole of it, before any of it counts (4.6). False: *why says so, *at is the part
 * of the text that is wrong. Views of `text`. */
bool spf_record_read(struct sv text, struct arena *a, struct spf_record *out,
		     enum spf_why *why, struct sv *at);

#endif
