/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf.h"

static bool is_below(struct sv name, struct sv domain)
{
	return name.n > domain.n && name.p[name.n - domain.n - 1] == '.' &&
	       sv_eq(sv_sub(name, name.n - domain.n, domain.n), domain);
}

static bool is_aligned(const struct arf_report *r, struct sv domain)
{
	struct sv author = r->header_from.n ? r->header_from : r->policy_domain;
	return sv_eq(domain, author) || is_below(domain, author) ||
	       is_below(author, domain);
}

static enum arf_outcome_kind kind_of(const struct arf_report *r,
				     const struct arf_result *s)
{
	if (s->result != ARF_PASS)
		return ARF_FAILED;
	return s->domain.n == 0           ? ARF_UNKNOWN
	       : is_aligned(r, s->domain) ? ARF_PASSED
					  : ARF_UNALIGNED;
}

/* What the report says without a result. RFC 7489's list and RFC 9991's mean opposite
 * things, but in the report of a failure of DMARC "none" can only be the former and
 * "dkim, spf" only the latter: both failed. One name alone leaves it open. */
static enum arf_outcome_kind said_of(const struct arf_report *r, enum arf_method method)
{
	const uint16_t dkim = ARF_BIT(ARF_AUTH_BODYHASH) | ARF_BIT(ARF_AUTH_REVOKED) |
			      ARF_BIT(ARF_AUTH_SIGNATURE) | ARF_BIT(ARF_AUTH_DKIM);
	const uint16_t spf = ARF_BIT(ARF_AUTH_SPF);
	uint8_t aligned = method == ARF_SPF ? r->spf_aligned : r->dkim_aligned;
	if (aligned != ARF_UNSAID)
		return aligned == ARF_YES ? ARF_PASSED : ARF_FAILED;
	if (r->auth_failures & (method == ARF_SPF ? spf : dkim))
		return ARF_FAILED;
	bool all = r->alignment == ARF_LIST_NONE ||
		   r->alignment == (ARF_LIST_SPF | ARF_LIST_DKIM);
	return all && (r->auth_failures & ARF_BIT(ARF_AUTH_DMARC)) ? ARF_FAILED
								   : ARF_UNKNOWN;
}

/* The report's own results go before those that its MTA wrote into the mail; among equals
 * the one that comes nearest to a pass. */
static bool is_better(const struct arf_report *r, const struct arf_result *a,
		      const struct arf_result *b)
{
	if (a->sample != b->sample)
		return !a->sample;
	return kind_of(r, a) > kind_of(r, b);
}

static const struct arf_result *best_of(const struct arf_report *r,
					enum arf_method method)
{
	const struct arf_result *best = NULL;
	for (size_t i = 0; i < r->result_n; i++)
		if (r->result[i].method == method &&
		    (!best || is_better(r, &r->result[i], best)))
			best = &r->result[i];
	return best;
}

/* Where no result names them. */
static void add_names(const struct arf_report *r, enum arf_method method,
		      struct arf_outcome *o)
{
	if (o->domain.n == 0 && method == ARF_SPF)
		o->domain = r->mail_from.n ? r->mail_from : r->helo;
	if (method != ARF_DKIM)
		return;
	if (o->domain.n == 0)
		o->domain = r->dkim_domain;
	if (o->selector.n == 0 && sv_eq(o->domain, r->dkim_domain))
		o->selector = r->dkim_selector;
}

struct arf_outcome arf_outcome(const struct arf_report *r, enum arf_method method)
{
	struct arf_outcome o = { .kind = said_of(r, method) };
	const struct arf_result *best = best_of(r, method);
	if (best) {
		enum arf_outcome_kind kind = kind_of(r, best);
		o.result = best->result;
		o.domain = best->domain;
		o.selector = best->selector;
		if (o.kind == ARF_UNKNOWN ||
		    (o.kind == ARF_FAILED && kind == ARF_UNALIGNED))
			o.kind = kind;
	}
	add_names(r, method, &o);
	return o;
}
