/* SPDX-License-Identifier: Apache-2.0 */
#include "app/failure.h"

#include "app/owner.h"
#include "app/scope_int.h"
#include "base/arena.h"
#include "report/model.h"

#include <string.h>

const char *failure_kind_name(enum failure_kind k)
{
	static const char *const names[FAILURE_KINDS] = {
		[FAILURE_NONE] = "none",
		[FAILURE_FAILS] = "fails",
		[FAILURE_OTHER] = "other",
		[FAILURE_REFUSED] = "refused",
	};
	return k < FAILURE_KINDS ? names[k] : "unknown";
}

/* A name of one label owns nothing. */
static bool is_own(struct sv author, struct sv domain)
{
	return domain.n && author.n && memchr(domain.p, '.', domain.n) &&
	       (owner_covers(domain, author) || owner_covers(author, domain));
}

/* How much a result tells: what passes for others more than what fails, and of what
 * fails the author's own more than another's. */
static int weight(const struct failure_part *p, struct sv author)
{
	switch (p->kind) {
	case FAILURE_REFUSED:
		return 4;
	case FAILURE_OTHER:
		return 3;
	case FAILURE_FAILS:
		return is_own(author, p->domain) ? 2 : 1;
	case FAILURE_NONE:
	case FAILURE_KINDS:
		break;
	}
	return 0;
}

static struct failure_part part_of(const struct report_auth *r, size_t n,
				   struct sv author, struct arena *a)
{
	struct failure_part best = { .kind = FAILURE_NONE };
	for (size_t i = 0; i < n; i++) {
		struct failure_part p = { .domain = scope_fold(r[i].domain, a),
					  .result = scope_fold(r[i].result, a) };
		if (p.result.n == 0 && p.domain.n == 0)
			continue;
		if (sv_eq(p.result, SV("pass")))
			p.kind = is_own(author, p.domain) ? FAILURE_REFUSED
							  : FAILURE_OTHER;
		else if (!sv_eq(p.result, SV("none")))
			p.kind = FAILURE_FAILS;
		if (weight(&p, author) > weight(&best, author) ||
		    (best.kind == FAILURE_NONE && best.result.n == 0))
			best = p;
	}
	return best;
}

struct failure_cause failure_of(const struct report_facet *f, struct sv author,
				struct arena *a)
{
	struct sv from = scope_fold(f->header_from.n ? f->header_from : author, a);
	struct failure_cause c = {
		.dkim = part_of(f->auth_dkim, f->auth_dkim_n, from, a),
		.spf = part_of(f->auth_spf, f->auth_spf_n, from, a),
	};
	/* No signature has no domain, and is one cause whether or not the report says
	 * that there is none; a sender without an SPF record has one. */
	if (c.dkim.kind == FAILURE_NONE)
		c.dkim.domain = c.dkim.result = SV("");
	if (c.spf.domain.n == 0)
		c.spf.domain = scope_fold(f->envelope_from, a);
	return c;
}

static int part_cmp(const struct failure_part *x, const struct failure_part *y)
{
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	int c = sv_cmp(x->domain, y->domain);
	return c ? c : sv_cmp(x->result, y->result);
}

int failure_cmp(const struct failure_cause *x, const struct failure_cause *y)
{
	int c = part_cmp(&x->dkim, &y->dkim);
	return c ? c : part_cmp(&x->spf, &y->spf);
}

/* --- words --- */

static const char *name_of(const struct failure_part *p, struct arena *a)
{
	return p->domain.n ? arena_printf(a, "%.*s", SV_ARG(p->domain))
			   : "a domain not named";
}

static const char *part_text(const char *what, const struct failure_part *p,
			     const char *nothing, struct arena *a)
{
	const char *name = name_of(p, a);
	switch (p->kind) {
	case FAILURE_FAILS:
		return p->result.n ? arena_printf(a, "%s fails for %s (%.*s)", what, name,
						  SV_ARG(p->result))
				   : arena_printf(a, "%s fails for %s", what, name);
	case FAILURE_OTHER:
		return arena_printf(a,
				    "%s passes only for %s, not in the domain's own name",
				    what, name);
	case FAILURE_REFUSED:
		return arena_printf(a,
				    "%s passes for %s, yet the reporter did not count it",
				    what, name);
	case FAILURE_NONE:
	case FAILURE_KINDS:
		break;
	}
	return nothing;
}

struct sv failure_text(const struct failure_cause *c, struct arena *a)
{
	const char *no_spf = "no SPF result";
	bool other = c->dkim.kind == FAILURE_OTHER && c->spf.kind == FAILURE_OTHER;
	if (other && sv_eq(c->dkim.domain, c->spf.domain))
		return sv_from(arena_printf(
			a, "DKIM and SPF pass for %s, not in the domain's own name",
			name_of(&c->dkim, a)));
	if (other)
		return sv_from(arena_printf(
			a,
			"DKIM passes for %s, SPF passes for %s: neither in the domain's "
			"own name",
			name_of(&c->dkim, a), name_of(&c->spf, a)));
	if (c->spf.result.n)
		no_spf = arena_printf(a, "no SPF record at %s", name_of(&c->spf, a));
	else if (c->spf.domain.n)
		no_spf = arena_printf(a, "no SPF result for %s", name_of(&c->spf, a));
	return sv_from(arena_printf(a, "%s; %s",
				    part_text("DKIM", &c->dkim, "no DKIM signature", a),
				    part_text("SPF", &c->spf, no_spf, a)));
}
