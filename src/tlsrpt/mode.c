/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/tlsrpt.h"

static const char *const words[] = {
	[TLS_MODE_UNKNOWN] = "",
	[TLS_MODE_NONE] = "none",
	[TLS_MODE_TESTING] = "testing",
	[TLS_MODE_ENFORCE] = "enforce",
};

const char *tls_mode_word(enum tls_mode mode)
{
	return words[(unsigned)mode <= TLS_MODE_ENFORCE ? mode : TLS_MODE_UNKNOWN];
}

static enum tls_mode find(struct sv word)
{
	for (unsigned i = TLS_MODE_NONE; i <= TLS_MODE_ENFORCE; i++)
		if (sv_eq_fold(word, sv_from(words[i])))
			return (enum tls_mode)i;
	return TLS_MODE_UNKNOWN;
}

enum tls_mode tls_policy_mode(const struct tls_policy *p)
{
	if (p->type == TLS_POLICY_TLSA)
		return TLS_MODE_ENFORCE;
	if (p->type != TLS_POLICY_STS)
		return TLS_MODE_UNKNOWN;
	for (size_t i = 0; i < p->strings_n; i++) {
		struct sv line = p->strings[i];
		if (sv_eq_fold(sv_trim(sv_take_until(&line, ':')), SV("mode")))
			return find(sv_trim(line));
	}
	return TLS_MODE_UNKNOWN;
}
