/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/result.h"

static const struct tls_policy_kind policies[] = {
#define TLS_POLICY(number, code, name, alias, what, owner) \
	[number] = { TLS_POLICY_##code, name, alias, what, owner },
#include "tlsrpt/policy.def"
#undef TLS_POLICY
};

static const struct tls_result_kind results[] = {
#define TLS_RESULT(number, code, name, alias, what, owner, mend, sts, tlsa) \
	[number] = { TLS_RESULT_##code, name, alias, what, owner, mend, sts, tlsa },
#include "tlsrpt/result.def"
#undef TLS_RESULT
};

const struct tls_policy_kind *tls_policy_kind(enum tls_policy_type type)
{
	return &policies[(unsigned)type < TLS_POLICY_N ? type : TLS_POLICY_OTHER];
}

const struct tls_result_kind *tls_result_kind(enum tls_result_type type)
{
	return &results[(unsigned)type < TLS_RESULT_N ? type : TLS_RESULT_OTHER];
}

enum tls_policy_type tls_policy_find(struct sv name)
{
	for (unsigned i = TLS_POLICY_OTHER + 1; i < TLS_POLICY_N; i++)
		if (sv_eq(name, sv_from(policies[i].name)))
			return policies[i].type;
	return TLS_POLICY_OTHER;
}

enum tls_result_type tls_result_find(struct sv name)
{
	for (unsigned i = TLS_RESULT_OTHER + 1; i < TLS_RESULT_N; i++)
		if (sv_eq(name, sv_from(results[i].name)))
			return results[i].type;
	return TLS_RESULT_OTHER;
}

const char *tls_result_mend(enum tls_result_type result, enum tls_policy_type under)
{
	const struct tls_result_kind *kind = tls_result_kind(result);
	if (under == TLS_POLICY_STS && kind->sts)
		return kind->sts;
	return under == TLS_POLICY_TLSA && kind->tlsa ? kind->tlsa : kind->mend;
}
