/* SPDX-License-Identifier: Apache-2.0 */
#include "app/adopt_int.h"

#include "app/owner.h"
#include "base/arena.h"
#include "base/buf.h"
#include "store/book_tls.h"

#include <string.h>

/* Does a TLS report name a domain besides that is not refused? It counts for that one. */
static bool names_another(struct scope *s, int64_t report, int64_t policy_domain,
			  struct arena *a, bool *out, struct err *err)
{
	struct book_policy_domain p;
	struct sv *name;
	size_t n;
	bool found;
	*out = false;
	if (!book_tls_domains(s->store, report, a, &name, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!book_policy_domain(s->store, name[i], &p, &found, err))
			return false;
		*out |= found && p.id != policy_domain && !p.refused;
	}
	return true;
}

/* The ids are read before anything is flipped: an iterator must not see its own writes.
 */
static bool find_reports(struct scope *s, uint8_t kind, int64_t policy_domain,
			 bool counted, struct buf *ids, uint64_t *out_sealed,
			 struct err *err)
{
	struct book_report_filter f = { .kind = kind,
					.domain_ids = &policy_domain,
					.domain_n = 1,
					.day_from = INT64_MIN,
					.day_to = INT64_MAX,
					.any_state = true };
	struct book_report_iter *it = book_reports(s->store, &f, err);
	struct arena *a = arena_new();
	struct book_report r;
	bool ok = it != NULL;
	err->code = ERR_NONE;
	while (ok && book_report_next(it, a, &r, err)) {
		bool flips = r.counted != counted && r.superseded_by == 0,
		     another = false;
		if (flips && !counted && kind == KIND_TLS)
			ok = names_another(s, r.id, policy_domain, a, &another, err);
		flips = flips && !another;
		*out_sealed += flips && r.sealed;
		if (flips && !r.sealed)
			buf_add(ids, &r.id, sizeof(r.id));
		arena_reset(a);
	}
	book_report_iter_free(&it);
	arena_free(&a);
	return ok && err->code == ERR_NONE;
}

bool adopt_count(struct scope *s, int64_t policy_domain, bool counted,
		 uint64_t *out_reports, uint64_t *out_sealed, struct err *err)
{
	static const uint8_t kinds[] = { KIND_AGGREGATE, KIND_TLS, KIND_FAILURE };
	struct buf ids;
	bool ok = true;
	buf_init(&ids, SIZE_MAX / 2);
	*out_sealed = 0;
	for (size_t i = 0; ok && i < sizeof(kinds); i++)
		ok = find_reports(s, kinds[i], policy_domain, counted, &ids, out_sealed,
				  err);
	*out_reports = 0;
	for (size_t i = 0; ok && i < ids.n; i += sizeof(int64_t)) {
		int64_t id;
		memcpy(&id, ids.p + i, sizeof(id));
		ok = facts_count(s->store, id, counted, err);
		*out_reports += 1;
	}
	buf_deinit(&ids);
	return ok;
}

static bool lift_refusals(struct scope *s, struct sv name, struct err *err)
{
	for (size_t i = 0; i < s->policy_n; i++) {
		struct book_policy_domain *p = &s->policy[i];
		uint64_t reports, sealed;
		if (!p->refused || s->owner[i] || !owner_covers(name, p->name))
			continue;
		if (!book_policy_domain_refuse(s->store, p->name, false, err) ||
		    !adopt_count(s, p->id, true, &reports, &sealed, err))
			return false;
	}
	return true;
}

static bool take_back(struct scope *s, const struct book_domain *was,
		      struct book_domain *d, struct sv *out_before, struct err *err)
{
	const struct book_client *c = scope_client(s, was->client);
	struct sv name = c ? c->name : SV("?");
	if (!was->retired)
		return err_set(err, ERR_USAGE,
			       "the domain %.*s is in the book already, with the client "
			       "\"%.*s\"",
			       SV_ARG(d->name), SV_ARG(name));
	d->created = was->created;
	if (was->client != d->client) {
		*out_before = name;
		return book_domain_add(s->store, d, err);
	}
	if (was->use != d->use)
		return err_set(
			err, ERR_USAGE,
			"the domain %.*s was retired as a %s one and can only come "
			"back as that",
			SV_ARG(d->name), app_use_name((enum app_use)was->use));
	d->id = was->id;
	return book_domain_retire(s->store, was->id, 0, err);
}

void adopt_out_of(const struct scope *s, const struct book_domain *d,
		  struct app_domain_added *out)
{
	const struct book_domain *owner = owner_of(s->entry, s->entry_n, d->name);
	if (!owner || owner->client == d->client || sv_eq_fold(owner->name, d->name))
		return;
	const struct book_client *c = scope_client(s, owner->client);
	out->out_of = owner->name;
	out->out_of_client = c ? c->name : SV("?");
}

bool adopt_domain(struct scope *s, struct book_domain *d, bool *out_again,
		  struct sv *out_before, struct err *err)
{
	const struct book_domain *was = scope_entry_named(s, d->name);
	*out_again = was != NULL;
	*out_before = SV("");
	if (was)
		return take_back(s, was, d, out_before, err);
	return book_domain_add(s->store, d, err) && lift_refusals(s, d->name, err);
}
