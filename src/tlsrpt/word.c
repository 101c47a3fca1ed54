/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/read_int.h"

/* The RFC's words, and what is read as one of them. */
struct word {
	const char *name, *alias;
};

static const struct word policy_words[] = {
#define TLS_POLICY(number, code, name, alias, what, owner) [number] = { name, alias },
#include "tlsrpt/policy.def"
#undef TLS_POLICY
};

static const struct word result_words[] = {
#define TLS_RESULT(number, code, name, alias, what, owner, mend, sts, tlsa) \
	[number] = { name, alias },
#include "tlsrpt/result.def"
#undef TLS_RESULT
};

static bool is_meant(struct sv text, const struct word *w)
{
	return tls_eq_loose(text, sv_from(w->name)) ||
	       (w->alias && tls_eq_loose(text, sv_from(w->alias)));
}

/* Its number, and *text as the RFC has it; 0 where there is none, and *text as it was. */
static unsigned find(struct tls_reader *r, enum tls_member m, const struct word *words,
		     size_t n, struct sv *text)
{
	unsigned i = (unsigned)n - 1;
	while (i > 0 && !is_meant(*text, &words[i]))
		i--;
	struct sv name = sv_from(words[i].name);
	if (i == 0 || sv_eq(*text, name))
		return i;
	tls_note(r, sv_eq_fold(*text, name) ? REPAIR_WORD_CASE : REPAIR_WORD_ALIAS, m,
		 *text);
	*text = name;
	return i;
}

bool tls_policy_word(struct tls_reader *r, json_t *v, enum tls_policy_type *out,
		     struct sv *out_text)
{
	if (!tls_text(r, TLS_MEMBER_TYPE, v, out_text))
		return false;
	*out = (enum tls_policy_type)find(r, TLS_MEMBER_TYPE, policy_words, TLS_POLICY_N,
					  out_text);
	if (*out == TLS_POLICY_OTHER)
		tls_note(r, REPAIR_POLICY_TYPE_WORD, TLS_MEMBER_TYPE, *out_text);
	return true;
}

bool tls_result_word(struct tls_reader *r, json_t *v, enum tls_result_type *out,
		     struct sv *out_text)
{
	if (!tls_text(r, TLS_MEMBER_RESULT, v, out_text))
		return false;
	*out = (enum tls_result_type)find(r, TLS_MEMBER_RESULT, result_words,
					  TLS_RESULT_N, out_text);
	if (*out == TLS_RESULT_OTHER)
		tls_note(r, REPAIR_RESULT_TYPE_WORD, TLS_MEMBER_RESULT, *out_text);
	return true;
}
