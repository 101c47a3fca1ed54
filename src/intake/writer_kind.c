/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/writer_kind.h"

#include "arf/arf.h"
#include "base/arena.h"
#include "report/aggregate.h"
#include "store/book_tls.h"
#include "store/facts.h"
#include "tlsrpt/tlsrpt.h"

/* The days on which a report with a window counts. */
static void place(struct writer *w, struct book_report *r)
{
	struct report_days days = report_days(r->has_begin, r->begin, r->has_end, r->end,
					      writer_arrival(w));
	r->first_day = days.first;
	r->days = days.n;
	r->window = (uint8_t)days.window;
}

static enum applied fill_aggregate(struct writer *w, const struct frame_end *e,
				   struct book_report *r)
{
	struct report_meta m;
	if (!report_meta_decode(e->meta, w->member_arena, &m))
		return APPLIED_NONSENSE;
	r->org = m.org;
	r->email = m.email;
	r->report_id = m.report_id;
	r->domain = m.domain;
	r->has_begin = m.has_begin;
	r->has_end = m.has_end;
	r->begin = m.begin;
	r->end = m.end;
	place(w, r);
	return APPLIED;
}

/* The rows that were put; none of a kind without. */
static bool enter_facts(void *writer, struct store *s, const struct book_report *r,
			struct err *err)
{
	(void)writer;
	return facts_put_end(s, r->id, err);
}

/* --- TLS reports --- */

/* A session counts once, in its policy; it may have failed in several ways. */
static bool part_tls(struct writer *w, struct sv bytes)
{
	struct tls_part p;
	if (!tls_part_decode(bytes, w->scratch, &p))
		return false;
	if (p.kind == TLS_PART_FAILURE)
		return w->in.rows > 0;
	w->in.rows++;
	w->in.messages += p.policy.succeeded + p.policy.failed;
	w->in.passed += p.policy.succeeded;
	return true;
}

static bool next_part(struct sv *left, struct arena *a, struct tls_part *out)
{
	struct sv bytes;
	return sv_take_block(left, &bytes) && tls_part_decode(bytes, a, out);
}

/* It stands under the first of its domains that is not refused here: only where all are,
 * it is refused itself. */
static bool domain_of_tls(struct writer *w, struct sv *out)
{
	struct sv left = buf_sv(&w->parts);
	struct book_policy_domain domain;
	struct tls_part p;
	bool found, first = true;
	*out = SV("");
	while (next_part(&left, w->member_arena, &p)) {
		if (p.kind != TLS_PART_POLICY)
			continue;
		if (!book_policy_domain(w->store, p.policy.domain, &domain, &found,
					&w->err))
			return false;
		bool refused = found && domain.refused;
		if (first || !refused)
			*out = arena_sv(w->member_arena, p.policy.domain);
		first = false;
		if (!refused)
			break;
	}
	return true;
}

static enum applied fill_tls(struct writer *w, const struct frame_end *e,
			     struct book_report *r)
{
	struct tls_meta m;
	if (!tls_meta_decode(e->meta, w->member_arena, &m))
		return APPLIED_NONSENSE;
	if (!domain_of_tls(w, &r->domain))
		return APPLIED_FAILED;
	r->org = m.org;
	r->email = m.contact;
	r->report_id = m.report_id;
	r->has_begin = m.has_begin;
	r->has_end = m.has_end;
	r->begin = m.begin;
	r->end = m.end;
	place(w, r);
	r->days = 1; /* its sessions are not spread */
	return APPLIED;
}

static bool enter_policy(struct writer *w, const struct book_report *r,
			 const struct tls_policy *p, uint32_t seq, struct err *err)
{
	struct book_tls line = {
		.report = r->id,
		.day = r->first_day,
		.seq = seq,
		.type = (uint8_t)p->type,
		.type_text = p->type == TLS_POLICY_OTHER ? p->type_text : SV(""),
		.domain = p->domain,
		.succeeded = p->succeeded,
		.failed = p->failed,
		.policy = arena_join(w->scratch, p->strings, p->strings_n, '\n'),
		.mx = arena_join(w->scratch, p->mx, p->mx_n, '\n'),
	};
	return book_tls_add(w->store, &line, err);
}

static bool enter_failure(struct writer *w, const struct book_report *r,
			  const struct tls_failure *f, uint32_t seq, uint32_t number,
			  struct err *err)
{
	const struct book_tls_failure line = {
		.report = r->id,
		.seq = seq,
		.number = number,
		.result = (uint8_t)f->result,
		.result_text = f->result == TLS_RESULT_OTHER ? f->result_text : SV(""),
		.sending = f->sending,
		.receiving = f->receiving,
		.mx = f->mx,
		.helo = f->helo,
		.information = f->info,
		.reason = f->reason,
		.sessions = f->sessions,
	};
	return book_tls_failure_add(w->store, &line, err);
}

static bool enter_tls(void *writer, struct store *s, const struct book_report *r,
		      struct err *err)
{
	struct writer *w = writer;
	struct sv left = buf_sv(&w->parts);
	struct tls_part p;
	uint32_t seq = 0, number = 0;
	bool ok = facts_put_end(s, r->id, err);
	while (ok && left.n) {
		arena_reset(w->scratch);
		if (!next_part(&left, w->scratch, &p))
			return err_set(err, ERR_INTERNAL, "a part changed its meaning");
		if (p.kind == TLS_PART_POLICY) {
			ok = enter_policy(w, r, &p.policy, seq++, err);
			number = 0;
		} else {
			ok = enter_failure(w, r, &p.failure, seq - 1, number++, err);
		}
	}
	return ok;
}

/* --- failure reports --- */

/* All that is known of it is its meta; it counts where the mail reported arrived. */
static enum applied fill_failure(struct writer *w, const struct frame_end *e,
				 struct book_report *r)
{
	struct arf_report f;
	if (!arf_decode(e->meta, &f))
		return APPLIED_NONSENSE;
	r->org = f.reporter;
	r->domain = f.policy_domain;
	r->has_begin = f.has_arrival;
	r->begin = f.arrival;
	r->rows = 1;
	r->messages = f.incidents;
	place(w, r);
	return APPLIED;
}

static const struct writer_kind kinds[] = {
	{ .kind = KIND_AGGREGATE,
	  .has_facts = true,
	  .fill = fill_aggregate,
	  .enter = enter_facts },
	{ .kind = KIND_TLS, .part = part_tls, .fill = fill_tls, .enter = enter_tls },
	{ .kind = KIND_FAILURE,
	  .personal = true,
	  .fill = fill_failure,
	  .enter = enter_facts },
};

const struct writer_kind *writer_kind(uint8_t kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}
