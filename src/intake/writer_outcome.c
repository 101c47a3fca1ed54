/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/outcome.h"
#include "intake/writer_int.h"
#include "store/book_tls.h"

/* What the parent is told of members. */

static struct sv member_path(struct writer *w, const struct asked *asked,
			     struct sv member)
{
	const char *between = asked->prefix[0] && member.n ? "/" : "";
	return sv_from(arena_printf(w->member_arena, "%s%s%.*s", asked->prefix, between,
				    SV_ARG(member)));
}

static bool fill_domains(struct writer *w, const struct book_report *r,
			 struct intake_outcome *o)
{
	struct sv *domain;
	size_t n;
	if (!book_tls_domains(w->store, r->id, w->member_arena, &domain, &n, &w->err))
		return false;
	o->domains = arena_join(w->member_arena, domain, n, '\n');
	return true;
}

static bool fill_report(struct writer *w, const struct book_report *r,
			struct intake_outcome *o)
{
	char id[65];
	if (!book_report_short_id(w->store, r->sha, id, &w->err))
		return false;
	o->id = arena_sv(w->member_arena, sv_from(id));
	o->org = r->org;
	o->report_id = r->report_id;
	o->domain = r->domain;
	o->has_begin = r->has_begin;
	o->has_end = r->has_end;
	o->begin = r->begin;
	o->end = r->end;
	o->rows = r->rows;
	o->messages = r->messages;
	o->passed = r->passed;
	o->repairs = r->repairs;
	o->repair_n = r->repair_n;
	o->complete = r->complete;
	return r->kind != KIND_TLS || r->id == 0 || fill_domains(w, r, o);
}

struct sv writer_kept_member(struct sv member)
{
	struct sv left = member;
	size_t n = 0;
	while (left.n) {
		struct sv step = sv_take_until(&left, '/');
		uint64_t number;
		if (!sv_has_prefix_fold(step, SV("part ")) ||
		    !sv_to_u64(sv_sub(step, 5, step.n), &number))
			break;
		n = (size_t)(step.p + step.n - member.p);
	}
	return sv_sub(member, 0, n);
}

struct sv writer_kept_path(const struct writer *w, struct sv path)
{
	size_t n = path.n;
	if (!w->in.personal)
		return path;
	while (n > 0 && path.p[n - 1] != '/')
		n--;
	return sv_sub(path, 0, n);
}

struct book_delivery writer_delivery(struct writer *w, enum book_status status,
				     struct sv reason, const struct book_report *report)
{
	struct entering *in = &w->in;
	const struct frame_mail *mail = &in->member.mail;
	return (struct book_delivery){
		.raw_id = in->raw.id,
		.seq = in->members++,
		.member = in->member.member,
		.kind = in->member.kind,
		.status = (uint8_t)status,
		.report = report && report->id ? report->id : 0,
		.reason = reason,
		.path = writer_kept_path(w, sv_from(in->asked->path)),
		.by_mail = mail->by_mail,
		.from = mail->from,
		.dkim_domains = mail->dkim_domains,
		.auth_results = mail->auth_results,
		.message_id = mail->message_id,
		.subject = mail->subject,
		.date = mail->date,
		.arrived = writer_arrival(w),
	};
}

bool writer_outcome(struct writer *w, const struct asked *asked,
		    const struct book_delivery *d, const struct book_report *report,
		    struct intake_outcome *out)
{
	*out = (struct intake_outcome){
		.path = sv_from(asked->path),
		.member = member_path(w, asked, d->member),
		.kind = d->kind,
		.status = d->status,
		.reason = d->reason,
	};
	if (report && !fill_report(w, report, out))
		return false;
	if (!report || !report->id)
		out->id = sv_from("");
	return true;
}

static bool tell_delivery(struct writer *w, const struct asked *asked,
			  const struct book_delivery *d)
{
	struct intake_outcome o;
	struct book_report r;
	if (d->report &&
	    !book_report_by_id(w->store, d->report, w->member_arena, &r, &w->err))
		return false;
	if (!writer_outcome(w, asked, d, d->report ? &r : NULL, &o))
		return false;
	o.status = d->report ? STATUS_DUPLICATE : d->status;
	outcome_put(&w->pending, &o);
	return true;
}

bool writer_tell_known(struct writer *w, const struct asked *asked,
		       const struct book_raw *raw)
{
	struct book_delivery *d;
	size_t n;
	arena_reset(w->scratch);
	if (!book_deliveries(w->store, raw->id, 0, w->scratch, &d, &n, &w->err))
		return false;
	for (size_t i = 0; i < n; i++) {
		arena_reset(w->member_arena);
		if (!tell_delivery(w, asked, &d[i]) || !writer_relieve(w))
			return false;
	}
	return true;
}
