/* SPDX-License-Identifier: Apache-2.0 */
#include "record/dmarc.h"

static const char *const words[] = { "none", "quarantine", "reject" };

const char *record_policy_word(enum record_policy p)
{
	return words[p];
}

bool record_policy_named(struct sv word, enum record_policy *out)
{
	for (int i = RECORD_NONE; i <= RECORD_REJECT; i++)
		if (sv_eq_fold(word, sv_from(words[i]))) {
			*out = (enum record_policy)i;
			return true;
		}
	return false;
}

static bool take_tag(struct sv *s, struct sv *tag, struct sv *value)
{
	while (s->n) {
		struct sv part = sv_take_until(s, ';');
		*tag = sv_trim(sv_take_until(&part, '='));
		*value = sv_trim(part);
		if (tag->n)
			return true;
	}
	return false;
}

static void read_tag(struct sv tag, struct sv value, struct record_dmarc *out,
		     bool *has_p)
{
	uint64_t n;
	if (sv_eq_fold(tag, SV("p")))
		*has_p = record_policy_named(value, &out->p);
	else if (sv_eq_fold(tag, SV("sp")))
		out->has_sp = record_policy_named(value, &out->sp);
	else if (sv_eq_fold(tag, SV("np")))
		out->has_np = record_policy_named(value, &out->np);
	else if (sv_eq_fold(tag, SV("adkim")))
		out->adkim_strict = sv_eq_fold(value, SV("s"));
	else if (sv_eq_fold(tag, SV("aspf")))
		out->aspf_strict = sv_eq_fold(value, SV("s"));
	else if (sv_eq_fold(tag, SV("t")))
		out->testing = sv_eq_fold(value, SV("y"));
	else if (sv_eq_fold(tag, SV("pct")) && sv_to_u64(value, &n) && n <= 100)
		out->pct = (unsigned)n;
}

bool record_dmarc_read(struct sv text, struct record_dmarc *out, const char **why)
{
	struct sv tag, value, rest = text;
	bool has_p = false;
	*out = (struct record_dmarc){ .pct = 100 };
	if (!take_tag(&rest, &tag, &value) || !sv_eq(tag, SV("v")) ||
	    !sv_eq(value, SV("DMARC1"))) {
		*why = "it does not begin with v=DMARC1";
		return false;
	}
	while (take_tag(&rest, &tag, &value))
		read_tag(tag, value, out, &has_p);
	if (!has_p) {
		*why = "it has no p= of none, quarantine or reject";
		return false;
	}
	if (!out->has_sp)
		out->sp = out->p;
	if (!out->has_np)
		out->np = out->sp;
	return true;
}
