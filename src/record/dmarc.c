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

/* What decides whether a record without a policy stands. */
struct has {
	bool p, wrong, rua;
};

static bool read_policy(struct sv value, struct has *has, enum record_policy *out)
{
	bool ok = record_policy_named(value, out);
	has->wrong = has->wrong || !ok;
	return ok;
}

static void read_tag(struct sv tag, struct sv value, struct record_dmarc *out,
		     struct has *has)
{
	uint64_t n;
	if (sv_eq_fold(tag, SV("p")))
		has->p = read_policy(value, has, &out->p);
	else if (sv_eq_fold(tag, SV("sp")))
		out->has_sp = read_policy(value, has, &out->sp);
	else if (sv_eq_fold(tag, SV("np")))
		out->has_np = read_policy(value, has, &out->np);
	else if (sv_eq_fold(tag, SV("rua")))
		has->rua = sv_find_fold(value, SV("mailto:")) < value.n;
	else if (sv_eq_fold(tag, SV("psd")))
		out->psd = sv_eq_fold(value, SV("y"))   ? RECORD_PSD_YES
			   : sv_eq_fold(value, SV("n")) ? RECORD_PSD_NO
							: RECORD_PSD_UNSAID;
	else if (sv_eq_fold(tag, SV("adkim")))
		out->adkim_strict = sv_eq_fold(value, SV("s"));
	else if (sv_eq_fold(tag, SV("aspf")))
		out->aspf_strict = sv_eq_fold(value, SV("s"));
	else if (sv_eq_fold(tag, SV("t")))
		out->testing = sv_eq_fold(value, SV("y"));
	else if (sv_eq_fold(tag, SV("pct")) && sv_to_u64(value, &n) && n <= 100)
		out->pct = (unsigned)n;
}

static bool take_version(struct sv *s)
{
	struct sv tag, value;
	return take_tag(s, &tag, &value) && sv_eq(tag, SV("v")) &&
	       sv_eq(value, SV("DMARC1"));
}

bool record_is_dmarc(struct sv text)
{
	return take_version(&text);
}

bool record_dmarc_read(struct sv text, struct record_dmarc *out, const char **why)
{
	struct sv tag, value;
	struct has has = { .p = false };
	*out = (struct record_dmarc){ .pct = 100 };
	if (!take_version(&text)) {
		*why = "it does not begin with v=DMARC1";
		return false;
	}
	while (take_tag(&text, &tag, &value))
		read_tag(tag, value, out, &has);
	if ((!has.p || has.wrong) && !has.rua) {
		*why = "its p, sp and np are not each none, quarantine or reject";
		return false;
	}
	if (!has.p || has.wrong)
		out->p = RECORD_NONE;
	if (!out->has_sp || has.wrong)
		out->sp = out->p;
	if (!out->has_np || has.wrong)
		out->np = out->sp;
	return true;
}
