/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLSRPT_RESULT_H
#define TLSRPT_RESULT_H

#include "base/sv.h"

/*
 * What the words of a TLS report mean, and what to do about them: tables. Their numbers
 * are stored: never renumber, never reuse. 0 is a word that the RFC does not have.
 */
enum tls_policy_type {
#define TLS_POLICY(number, code, name, alias, what, owner) TLS_POLICY_##code = number,
#include "tlsrpt/policy.def"
#undef TLS_POLICY
	TLS_POLICY_N
};

enum tls_result_type {
#define TLS_RESULT(number, code, name, alias, what, owner, mend, sts, tlsa) \
	TLS_RESULT_##code = number,
#include "tlsrpt/result.def"
#undef TLS_RESULT
	TLS_RESULT_N
};

struct tls_policy_kind {
	enum tls_policy_type type;
	const char *name;  /* RFC 8460 4.4's word; "" for OTHER */
	const char *alias; /* another word for it that is read, or NULL */
	const char *what;  /* what it means, in plain words */
	const char *owner; /* what the domain's owner gains or should do */
};

struct tls_result_kind {
	enum tls_result_type type;
	const char *name;       /* RFC 8460 4.3's word; "" for OTHER */
	const char *alias;      /* an older word for it that is read, or NULL */
	const char *what;       /* what it means, in plain words */
	const char *owner;      /* what it means for the domain's owner, who to ask */
	const char *mend;       /* what a technician does */
	const char *sts, *tlsa; /* the same under that policy type; NULL: as `mend` */
};

/* Every number from 0 to TLS_POLICY_N - 1, TLS_RESULT_N - 1 has its row; for any other
 * number OTHER's. */
const struct tls_policy_kind *tls_policy_kind(enum tls_policy_type type);
const struct tls_result_kind *tls_result_kind(enum tls_result_type type);
/* By its word exactly; OTHER where it is none. */
enum tls_policy_type tls_policy_find(struct sv name);
enum tls_result_type tls_result_find(struct sv name);
/* What a technician does about a result under a policy of that type; never NULL. */
const char *tls_result_mend(enum tls_result_type result, enum tls_policy_type under);

#endif
