/* SPDX-License-Identifier: Apache-2.0 */
#include "whatif/whatif.h"

static enum record_policy lower(enum record_policy p)
{
	return p == RECORD_REJECT ? RECORD_QUARANTINE : RECORD_NONE;
}

void whatif_effect(const struct record_dmarc *p, enum whatif_receiver r, bool below,
		   struct whatif_effect *out)
{
	enum record_policy said = below ? p->sp : p->p;
	*out = (struct whatif_effect){ said, lower(said), 100 };
	if (r == WHATIF_9989 && p->testing) /* RFC 9989 4.7: one level down */
		out->most = out->rest;
	if (r == WHATIF_7489) /* RFC 7489 6.6.4 */
		out->percent = p->pct;
}

static void count(enum record_policy p, uint64_t messages, struct whatif_sum *sum)
{
	sum->quarantined += p == RECORD_QUARANTINE ? messages : 0;
	sum->rejected += p == RECORD_REJECT ? messages : 0;
}

void whatif_add(const struct record_dmarc *p, enum whatif_receiver r,
		const struct whatif_row *row, struct whatif_sum *sum)
{
	struct whatif_effect e;
	if (row->dkim || row->spf)
		return;
	whatif_effect(p, r, row->below, &e);
	uint64_t most = row->messages / 100 * e.percent +
			row->messages % 100 * e.percent / 100;
	count(e.most, most, sum);
	count(e.rest, row->messages - most, sum);
}

/* --- the ladder --- */

enum whatif_rung whatif_rung_of(const struct record_dmarc *p)
{
	bool trial = p->testing || p->pct < 100;
	if (p->p == RECORD_REJECT)
		return trial ? WHATIF_TRY_REJECT : WHATIF_REJECT;
	if (p->p == RECORD_QUARANTINE)
		return trial ? WHATIF_TRY_QUARANTINE : WHATIF_QUARANTINE;
	return WHATIF_NONE;
}

void whatif_rung_policy(enum whatif_rung rung, const struct record_dmarc *as,
			struct record_dmarc *out)
{
	enum record_policy p = rung == WHATIF_NONE         ? RECORD_NONE
			       : rung <= WHATIF_QUARANTINE ? RECORD_QUARANTINE
							   : RECORD_REJECT;
	bool trial = rung == WHATIF_TRY_QUARANTINE || rung == WHATIF_TRY_REJECT;
	*out = (struct record_dmarc){ .p = p,
				      .sp = p,
				      .np = p,
				      .adkim_strict = as->adkim_strict,
				      .aspf_strict = as->aspf_strict,
				      .testing = trial,
				      .pct = trial ? 0 : 100 };
}

const char *whatif_rung_words(enum whatif_rung rung)
{
	static const char *const words[] = {
		[WHATIF_NONE] = "none",
		[WHATIF_TRY_QUARANTINE] = "quarantine, on trial",
		[WHATIF_QUARANTINE] = "quarantine",
		[WHATIF_TRY_REJECT] = "reject, on trial",
		[WHATIF_REJECT] = "reject",
	};
	return words[rung];
}

/* --- the next step --- */

/* What befalls most of the mail from a name below, at receivers of either kind. */
static enum record_policy below(const struct record_dmarc *p, enum whatif_receiver r)
{
	struct whatif_effect e;
	whatif_effect(p, r, true, &e);
	return e.percent ? e.most : e.rest;
}

static bool lowers(const struct record_dmarc *now, const struct record_dmarc *next)
{
	struct record_dmarc a = *now, b = *next;
	for (int np = 0; np <= 1; np++) {
		for (int r = 0; r < WHATIF_RECEIVERS; r++)
			if (below(&b, (enum whatif_receiver)r) <
			    below(&a, (enum whatif_receiver)r))
				return true;
		a.sp = a.np;
		b.sp = b.np;
	}
	return false;
}

static enum record_policy stricter(enum record_policy a, enum record_policy b)
{
	return a > b ? a : b;
}

static void climb(const struct record_dmarc *now, enum whatif_rung rung,
		  struct whatif_next *out)
{
	out->rung = rung;
	whatif_rung_policy(rung, now, &out->policy);
	out->policy.sp = stricter(now->sp, out->policy.p);
	out->policy.np = stricter(now->np, out->policy.sp);
	out->words = whatif_rung_words(rung);
}

static void tighten(const struct record_dmarc *now, struct whatif_next *out)
{
	static const char *const words[][RECORD_REJECT + 1] = {
		{ "", "sp=quarantine", "sp=reject" },
		{ "", "np=quarantine", "np=reject" },
	};
	bool sp = now->sp < RECORD_REJECT;
	out->policy = *now;
	out->rung = WHATIF_REJECT;
	out->step = sp                        ? WHATIF_STEP_SP
		    : now->np < RECORD_REJECT ? WHATIF_STEP_NP
					      : WHATIF_STEP_NONE;
	out->words = "";
	if (out->step == WHATIF_STEP_NONE)
		return;
	enum record_policy *what = sp ? &out->policy.sp : &out->policy.np;
	*what = *what == RECORD_NONE ? RECORD_QUARANTINE : RECORD_REJECT;
	out->policy.np = stricter(out->policy.np, sp ? out->policy.sp : RECORD_NONE);
	out->words = words[!sp][*what];
}

void whatif_next(const struct record_dmarc *now, struct whatif_next *out)
{
	enum whatif_rung rung = whatif_rung_of(now);
	*out = (struct whatif_next){ .step = WHATIF_STEP_DOMAIN };
	if (rung == WHATIF_REJECT) {
		tighten(now, out);
		return;
	}
	climb(now, rung + 1, out);
	if (lowers(now, &out->policy) && out->rung < WHATIF_REJECT)
		climb(now, out->rung + 1, out);
}
