/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/identify.h"

#include "base/arena.h"
#include "store/book_reread.h"
#include "store/facts.h"

struct kin {
	struct book_report *report;
	size_t n;
	bool conflict;         /* one of them counts beside the new one */
	int64_t superseded_by; /* the one that stands for the new one, or 0 */
	struct growth growth;
};

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

void growth_add(struct growth *to, const struct growth *more)
{
	to->rows = plus(to->rows, more->rows);
	to->messages = plus(to->messages, more->messages);
	to->passed = plus(to->passed, more->passed);
}

void growth_add_report(struct growth *to, const struct book_report *r, int64_t sign)
{
	growth_add(to,
		   &(struct growth){ sign * (int64_t)r->rows, sign * (int64_t)r->messages,
				     sign * (int64_t)r->passed });
}

static bool supersede(struct store *s, const struct book_report *loser, int64_t by,
		      struct kin *kin, struct err *err)
{
	if (loser->counted)
		growth_add_report(&kin->growth, loser, -1);
	return facts_count(s, loser->id, false, err) &&
	       book_report_supersede(s, loser->id, by, err);
}

/* Does `a` stand for `b` where both have one key? A complete report is only ever
 * superseded by nothing; between two incomplete ones that hold the same rows, the elder
 * stays. Of a sealed one the rows are gone, and nothing can be shown to hold them. */
static bool stands_for(struct store *s, const struct book_report *a,
		       const struct book_report *b, bool *out, struct err *err)
{
	*out = false;
	if (b->complete || a->sealed || b->sealed || a->rows < b->rows)
		return true;
	return facts_contain(s, a->id, b->id, out, err);
}

/* One report of the same key: which of the two stands for the other, if any? */
static bool compare(struct store *s, const struct book_report *mine,
		    const struct book_report *other, struct kin *kin, struct err *err)
{
	bool theirs, ours = false;
	if (!stands_for(s, other, mine, &theirs, err))
		return false;
	if (!theirs && !stands_for(s, mine, other, &ours, err))
		return false;
	if (theirs && !kin->superseded_by)
		kin->superseded_by = other->superseded_by ? other->superseded_by
							  : other->id;
	if (ours && !supersede(s, other, mine->id, kin, err))
		return false;
	if (!ours && !theirs && other->counted)
		kin->conflict = true;
	return true;
}

static bool settle_kin(struct store *s, struct book_report *mine, struct arena *a,
		       struct kin *kin, struct err *err)
{
	if (!book_reports_by_key(s, mine, a, &kin->report, &kin->n, err))
		return false;
	for (size_t i = 0; i < kin->n; i++)
		if (!compare(s, mine, &kin->report[i], kin, err))
			return false;
	return true;
}

static bool is_known(struct store *s, const struct book_report *in, struct arena *a,
		     struct identity *out, bool *out_known, struct err *err)
{
	struct book_policy_domain domain;
	bool found;
	*out_known = false;
	if (!book_report_by_sha(s, in->sha, a, &out->report, &found, err))
		return false;
	if (found) {
		out->status = STATUS_DUPLICATE;
		*out_known = true;
		return true;
	}
	if (!book_policy_domain(s, in->domain, &domain, &found, err))
		return false;
	if (found && domain.refused) {
		out->status = STATUS_REFUSED;
		out->report = *in;
		*out_known = true;
	}
	return true;
}

/* What the report is among its kin; it is in the book, with its content, and uncounted.
 */
static bool decide(struct store *s, struct book_report *in, struct kin *kin,
		   struct arena *a, struct identity *out, struct err *err)
{
	if (!settle_kin(s, in, a, kin, err))
		return false;
	if (kin->superseded_by) {
		out->status = STATUS_SUPERSEDED;
		in->superseded_by = kin->superseded_by;
		if (!book_report_supersede(s, in->id, kin->superseded_by, err))
			return false;
	} else {
		out->status = kin->conflict ? STATUS_CONFLICT : STATUS_NEW;
		in->counted = true;
		growth_add_report(&kin->growth, in, 1);
		if (!facts_count(s, in->id, true, err))
			return false;
	}
	out->report = *in;
	out->growth = kin->growth;
	return true;
}

bool identify_report(struct store *s, struct book_report *in,
		     const struct identify_content *content, struct arena *a,
		     struct identity *out, struct err *err)
{
	struct kin kin = { 0 };
	bool known;
	if (!is_known(s, in, a, out, &known, err))
		return false;
	if (known)
		return true;
	return store_release(s, err) && book_report_add(s, in, err) &&
	       content->enter(content->ctx, s, in, err) &&
	       decide(s, in, &kin, a, out, err);
}

/* --- read again --- */

static bool is_refused(struct store *s, struct sv name, bool *out, struct err *err)
{
	struct book_policy_domain domain;
	bool found;
	if (!book_policy_domain(s, name, &domain, &found, err))
		return false;
	*out = found && domain.refused;
	return true;
}

/* What the report stood for stands for itself again. */
static bool release_kin(struct store *s, int64_t id, struct arena *a, struct kin *kin,
			struct err *err)
{
	int64_t *other;
	size_t n;
	bool ok = book_reports_superseded_by(s, id, a, &other, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		struct book_report r;
		bool refused;
		ok = book_report_by_id(s, other[i], a, &r, err);
		if (ok && r.sealed) /* it cannot count again */
			continue;
		ok = ok && book_report_supersede(s, r.id, 0, err) &&
		     is_refused(s, r.domain, &refused, err);
		if (!ok || refused)
			continue;
		growth_add_report(&kin->growth, &r, 1);
		ok = facts_count(s, r.id, true, err);
	}
	return ok;
}

bool identify_again(struct store *s, struct book_report *in, struct arena *a,
		    struct identity *out, struct err *err)
{
	struct kin kin = { 0 };
	bool refused;
	if (!release_kin(s, in->id, a, &kin, err) ||
	    !is_refused(s, in->domain, &refused, err))
		return false;
	if (!refused)
		return decide(s, in, &kin, a, out, err);
	*out = (struct identity){ STATUS_REFUSED, *in, kin.growth };
	return true;
}
