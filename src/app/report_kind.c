/* SPDX-License-Identifier: Apache-2.0 */
#include "app/report_int.h"

#include "app/failure_reports_int.h"
#include "app/tls_int.h"
#include "base/arena.h"
#include "tlsrpt/tlsrpt.h"

static void read_aggregate(const struct scope *s, const struct book_report *b,
			   struct app_report_detail *out)
{
	if (!report_meta_decode(b->meta, s->arena, &out->meta))
		out->meta = (struct report_meta){ 0 };
}

/* --- TLS --- */

static struct app_report_fault fault_of(const struct book_tls_failure *f)
{
	return (struct app_report_fault){
		.result = tls_result_name(f->result, f->result_text),
		.mx = f->mx,
		.helo = f->helo,
		.information = f->information,
		.reason = f->reason,
		.sending = f->sending,
		.receiving = f->receiving,
		.sessions = f->sessions,
	};
}

static struct app_report_policy policy_of(const struct book_tls *p)
{
	enum tls_mode mode = (enum tls_mode)tls_mode_of(p->type, p->policy);
	return (struct app_report_policy){
		.domain = p->domain,
		.type = tls_type_name(p->type, p->type_text),
		.mode = tls_mode_word(mode),
		.policy = p->policy,
		.mx = p->mx,
		.succeeded = p->succeeded,
		.failed = p->failed,
	};
}

/* Both come in the order of their policies. */
static bool read_policies(const struct scope *s, const struct book_report *b,
			  struct app_report_detail *out, struct err *err)
{
	struct book_tls *p;
	struct book_tls_failure *f;
	size_t n, faults, at = 0;
	if (!book_tls_of(s->store, b->id, s->arena, &p, &n, err) ||
	    !book_tls_failures_of(s->store, b->id, s->arena, &f, &faults, err))
		return false;
	struct app_report_fault *fault = arena_array(s->arena, faults + 1,
						     sizeof(*fault));
	for (size_t i = 0; i < faults; i++)
		fault[i] = fault_of(&f[i]);
	out->policy = arena_array(s->arena, n + 1, sizeof(*out->policy));
	out->policy_n = n;
	for (size_t i = 0; i < n; i++) {
		struct app_report_policy *v = &out->policy[i];
		*v = policy_of(&p[i]);
		v->fault = fault + at;
		while (at < faults && f[at].seq <= p[i].seq)
			at++;
		v->fault_n = (size_t)(fault + at - v->fault);
	}
	return true;
}

static bool read_tls(const struct scope *s, const struct book_report *b,
		     struct app_report_detail *out, struct err *err)
{
	struct tls_meta m;
	if (tls_meta_decode(b->meta, s->arena, &m))
		out->meta = (struct report_meta){ .org = m.org,
						  .contact = m.contact,
						  .report_id = m.report_id,
						  .extra = m.extra,
						  .extra_n = m.extra_n };
	return read_policies(s, b, out, err);
}

/* --- failure --- */

static bool read_failure(const struct scope *s, const struct book_report *b,
			 struct app_report_detail *out, struct err *err)
{
	struct arf_report *r = arena_array(s->arena, 1, sizeof(*r));
	if (!arf_decode(b->meta, r))
		*r = (struct arf_report){ .feedback = ARF_FEEDBACK_OTHER };
	out->arf = r;
	return failure_fill(s, b, r, &out->failure, err);
}

bool report_read_kind(const struct scope *s, const struct book_report *b,
		      struct app_report_detail *out, struct err *err)
{
	if (b->kind == KIND_TLS)
		return read_tls(s, b, out, err);
	if (b->kind == KIND_FAILURE)
		return read_failure(s, b, out, err);
	read_aggregate(s, b, out);
	return true;
}
