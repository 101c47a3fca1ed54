/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/writer_again.h"
#include "intake/writer_kind.h"

#include "intake/outcome.h"
#include "report/model.h"
#include "store/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	HEAD = 64 * 1024, /* of an item, where a mail says what it brings */
	RAW_PIECES = 2 *
		     1024 /* of at most LIMIT_RAW_PIECE: more than LIMIT_PLAIN takes */
};

/* --- settling a member --- */

/* Its bytes stay for a report that is not held, or that this raw brought itself before
 * the item was begun again. */
static bool brings_report(const struct entering *in, enum book_status status,
			  const struct book_report *r)
{
	return r && r->id && (status != STATUS_DUPLICATE || r->raw_id == in->raw.id);
}

/* Its delivery goes into the book, its outcome waits for the commit. */
static bool deliver(struct writer *w, enum book_status status, struct sv reason,
		    const struct book_report *report, struct sv refused_domain)
{
	struct entering *in = &w->in;
	struct intake_outcome o;
	struct book_delivery d = writer_delivery(w, status, reason, report);
	d.refused_domain = refused_domain;
	if (!writer_outcome(w, in->asked, &d, report, &o))
		return false;
	o.left = in->left;
	if (in->members > in->asked->told)
		outcome_put(&w->pending, &o);
	in->keep = in->keep || brings_report(in, status, report);
	return book_delivery_add(w->store, &d, &w->err);
}

/* --- frames --- */

static enum applied done(bool ok)
{
	return ok ? APPLIED : APPLIED_FAILED;
}

static bool find_raw(struct writer *w, bool *out_found)
{
	struct entering *in = &w->in;
	arena_reset(w->scratch);
	if (!book_raw_find(w->store, in->asked->sha, w->scratch, &in->raw, out_found,
			   &w->err))
		return false;
	in->known = *out_found && in->raw.done && !in->again.active;
	in->raw.path = sv_from(in->asked->path);
	return true;
}

static bool begin_item(struct writer *w, struct asked *asked)
{
	struct entering *in = &w->in;
	bool found;
	*in = (struct entering){ .active = true, .asked = asked };
	if (!writer_begin(w) || !find_raw(w, &found))
		return false;
	if (w->spec->again)
		return writer_again_begin(w, found);
	if (in->known)
		return true;
	in->raw = (struct book_raw){ .size = asked->size,
				     .arrived = writer_now(w),
				     .path = sv_from(asked->path) };
	memcpy(in->raw.sha, asked->sha, sizeof(in->raw.sha));
	return book_raw_begin(w->store, &in->raw, &w->err);
}

static enum applied apply_item(struct writer *w, struct sv body)
{
	uint64_t item;
	struct asked *asked;
	if (!frame_get_u64(body, &item) || !(asked = writer_asked(w, item)))
		return APPLIED_NONSENSE;
	return done(begin_item(w, asked));
}

/* The group was closed within the item. Somebody else may have entered the same raw
 * meanwhile. */
static bool go_on_with_item(struct writer *w)
{
	bool found;
	return w->begun || (writer_begin(w) && find_raw(w, &found));
}

static bool begin_rows(struct writer *w)
{
	w->in.rows = w->in.messages = w->in.passed = 0;
	w->in.dictionary_n = 0;
	buf_clear(&w->parts);
	return store_savepoint(w->store, &w->err) && facts_put_begin(w->store, &w->err);
}

bool writer_say_settled(struct writer *w, const struct asked *asked)
{
	frame_put_u64(&w->pending, FRAME_SETTLED, asked->item);
	w->settled_n++;
	return true;
}

bool writer_forget_rows(struct writer *w)
{
	facts_put_drop(w->store);
	return store_undo(w->store, &w->err);
}

/* Of personal data only what is needed to find the reporter is kept, whatever the worker
 * says: no subject, no local part, no name that somebody gave to a file. */
static void strip_member(struct frame_member *m)
{
	struct sv from = sv_trim(m->mail.from);
	size_t at = from.n;
	while (at > 0 && from.p[at - 1] != '@')
		at--;
	m->mail.from = at ? sv_sub(from, at, from.n) : SV("");
	m->mail.auth_results = m->mail.message_id = m->mail.subject = SV("");
	m->member = writer_kept_member(m->member);
}

static enum applied apply_member(struct writer *w, struct sv body)
{
	struct frame_member m;
	if (w->in.in_member || !frame_get_member(body, &m))
		return APPLIED_NONSENSE;
	arena_reset(w->member_arena);
	/* The frame's bytes go; the member lasts until its end. */
	struct sv kept = arena_sv(w->member_arena, body);
	if (!frame_get_member(kept, &w->in.member))
		return APPLIED_NONSENSE;
	w->in.kind = writer_kind(w->in.member.kind);
	if (w->in.kind && w->in.kind->personal) {
		w->in.personal = true;
		strip_member(&w->in.member);
	}
	w->in.in_member = true;
	w->in.left = SCAN_NONE;
	return done(begin_rows(w));
}

/* Another reader begins with the member; the first one says why. */
static enum applied apply_again(struct writer *w, struct sv body)
{
	uint64_t cause;
	if (!w->in.in_member || !frame_get_u64(body, &cause) || cause >= SCAN_CAUSES)
		return APPLIED_NONSENSE;
	if (w->in.left == SCAN_NONE)
		w->in.left = (uint8_t)cause;
	return done(writer_forget_rows(w) && begin_rows(w));
}

static bool has_facts(const struct writer *w)
{
	return w->in.in_member && w->in.kind && w->in.kind->has_facts;
}

static enum applied apply_part(struct writer *w, struct sv bytes)
{
	const struct writer_kind *k = w->in.in_member ? w->in.kind : NULL;
	if (!k || !k->part || w->parts.n + bytes.n + 16 > WRITER_PARTS)
		return APPLIED_NONSENSE;
	arena_reset(w->scratch);
	if (!k->part(w, bytes) || w->in.messages > LIMIT_MESSAGES)
		return APPLIED_NONSENSE;
	buf_add_block(&w->parts, bytes);
	return APPLIED;
}

static enum applied apply_facet(struct writer *w, struct sv bytes)
{
	struct report_facet facet;
	size_t n = w->in.dictionary_n;
	if (!has_facts(w) || n == WRITER_DICTIONARY || bytes.n > LIMIT_FACET)
		return APPLIED_NONSENSE;
	w->dictionary[n].passed = report_facet_passed(bytes);
	w->in.dictionary_n++;
	/* What is in the store was looked at when it came. */
	if (facts_facet_known(w->store, w->in.member.kind, bytes, &w->dictionary[n].id))
		return APPLIED;
	arena_reset(w->scratch);
	if (!report_facet_decode(bytes, w->scratch, &facet))
		return APPLIED_NONSENSE;
	return done(facts_facet(w->store, w->in.member.kind, bytes,
				w->dictionary[n].passed, &w->dictionary[n].id, &w->err));
}

static enum applied apply_rows(struct writer *w, struct sv body)
{
	struct entering *in = &w->in;
	if (!has_facts(w))
		return APPLIED_NONSENSE;
	while (body.n) {
		struct frame_row r;
		if (!frame_take_row(&body, &r) || r.facet >= in->dictionary_n ||
		    in->rows == LIMIT_ROWS)
			return APPLIED_NONSENSE;
		if (!facts_put(w->store, &r.source, w->dictionary[r.facet].id, r.messages,
			       &w->err))
			return APPLIED_FAILED;
		in->rows++;
		in->messages += r.messages;
		if (w->dictionary[r.facet].passed)
			in->passed += r.messages;
		if (in->messages > LIMIT_MESSAGES)
			return APPLIED_NONSENSE;
	}
	return APPLIED;
}

/* Those of personal data quote nothing. */
static bool are_repairs(struct sv bytes, bool personal)
{
	struct repair r;
	int n = 0;
	while (bytes.n)
		if (++n > LIMIT_REPAIRS || !repair_take(&bytes, &r) ||
		    (personal && r.found.n))
			return false;
	return true;
}

static void fill_book(struct writer *w, const struct frame_end *e, struct book_report *r)
{
	const struct entering *in = &w->in;
	*r = (struct book_report){
		.kind = in->member.kind,
		.complete = e->complete,
		.rows = in->rows,
		.messages = in->messages,
		.passed = in->passed,
		.arrived = writer_arrival(w),
		.raw_id = in->raw.id,
		.member = in->member.member,
		.meta = e->meta,
		.repairs = e->repairs,
		.repair_n = e->repair_n,
	};
	memcpy(r->sha, e->sha, sizeof(r->sha));
}

struct sv writer_refusal(struct writer *w, const struct book_report *r)
{
	return sv_from(arena_printf(
		w->member_arena,
		"reports for %.*s are refused here; `postern domain add` takes them",
		SV_ARG(sv_sub(r->domain, 0, 255))));
}

static bool settle_report(struct writer *w, struct book_report *r)
{
	if (w->in.again.active)
		return writer_again_report(w, r);
	struct identity id = { .status = STATUS_NEW };
	struct sv none = { "", 0 };
	const struct identify_content content = { w->in.kind->enter, w };
	if (!identify_report(w->store, r, &content, w->member_arena, &id, &w->err))
		return false;
	bool stays = id.status != STATUS_DUPLICATE && id.status != STATUS_REFUSED;
	if (!stays && !writer_forget_rows(w))
		return false;
	if (r->kind == KIND_AGGREGATE)
		growth_add(&w->group_growth, &id.growth);
	if (id.status != STATUS_REFUSED)
		return deliver(w, id.status, none, &id.report, none);
	return deliver(w, id.status, writer_refusal(w, r), &id.report, r->domain);
}

static enum applied apply_end(struct writer *w, struct sv body)
{
	struct frame_end e;
	struct book_report r;
	if (!w->in.in_member || !w->in.kind || !frame_get_end(body, &e) ||
	    !are_repairs(e.repairs, w->in.kind->personal))
		return APPLIED_NONSENSE;
	fill_book(w, &e, &r);
	enum applied filled = w->in.kind->fill(w, &e, &r);
	if (filled != APPLIED)
		return filled;
	w->in.in_member = false;
	return done(settle_report(w, &r));
}

static enum applied apply_verdict(struct writer *w, struct sv body)
{
	struct frame_verdict v;
	struct sv none = { "", 0 };
	if (!w->in.in_member || !frame_get_verdict(body, &v) ||
	    (v.status != STATUS_REFUSED && v.status != STATUS_ASIDE))
		return APPLIED_NONSENSE;
	w->in.in_member = false;
	w->in.keep = w->in.keep || v.keep_raw;
	if (w->in.again.active)
		return done(writer_again_verdict(w, &v));
	return done(writer_forget_rows(w) &&
		    deliver(w, (enum book_status)v.status, v.reason, NULL, none));
}

static enum applied apply_raw(struct writer *w, struct sv body)
{
	struct entering *in = &w->in;
	struct frame_raw r;
	if (in->in_member || !frame_get_raw(body, &r) ||
	    r.plain_n > in->asked->size - in->raw_bytes || in->pieces == RAW_PIECES)
		return APPLIED_NONSENSE;
	in->raw_bytes += r.plain_n;
	if (!in->keep || in->again.active ||
	    (in->personal && !w->spec->keep_failure_body))
		return APPLIED;
	return done(book_raw_piece(w->store, in->raw.id, in->pieces++,
				   (enum raw_codec)r.codec, r.plain_n, r.bytes, &w->err));
}

/* Raw that was cut while it was read is not what its SHA-256 says: it stays undone, and
 * is read again when it comes again. */
static bool settle_raw(struct writer *w, const struct frame_done *d)
{
	const struct entering *in = &w->in;
	if (in->again.active)
		return writer_again_settle(w, d);
	if (d->undone)
		return book_raw_drop_pieces(w->store, in->raw.id, &w->err);
	return book_raw_done(w->store, in->raw.id, d->form, in->pieces > 0, &w->err) &&
	       (!in->personal ||
		book_raw_path(w->store, in->raw.id,
			      writer_kept_path(w, sv_from(in->asked->path)), &w->err));
}

static bool settle_item(struct writer *w, const struct frame_done *d)
{
	struct entering *in = &w->in;
	in->active = false;
	w->group_items++;
	if (w->spec->again && in->known)
		return writer_say_settled(w, in->asked);
	if (!(in->known ? writer_tell_known(w, in->asked, &in->raw) : settle_raw(w, d)))
		return false;
	return writer_say_settled(w, in->asked);
}

static enum applied apply_done(struct writer *w, struct sv body)
{
	struct frame_done d;
	if (w->in.in_member || !frame_get_done(body, &d) ||
	    (!w->in.known && w->in.members == 0))
		return APPLIED_NONSENSE;
	return done(settle_item(w, &d));
}

enum applied writer_apply(struct writer *w, const struct frame *f)
{
	w->group_bytes += f->body.n;
	if (f->type == FRAME_ITEM)
		return w->in.active ? APPLIED_NONSENSE : apply_item(w, f->body);
	if (!w->in.active)
		return APPLIED_NONSENSE;
	if (!go_on_with_item(w))
		return APPLIED_FAILED;
	if (f->type == FRAME_DONE)
		return apply_done(w, f->body);
	if (w->in.known)
		return APPLIED;
	switch ((int)f->type) {
	case FRAME_MEMBER:
		return apply_member(w, f->body);
	case FRAME_FACET:
		return apply_facet(w, f->body);
	case FRAME_ROWS:
		return apply_rows(w, f->body);
	case FRAME_RESET:
		if (!w->in.in_member)
			return APPLIED_NONSENSE;
		w->in.dictionary_n = 0;
		return APPLIED;
	case FRAME_AGAIN:
		return apply_again(w, f->body);
	case FRAME_PART:
		return apply_part(w, f->body);
	case FRAME_END:
		return apply_end(w, f->body);
	case FRAME_VERDICT:
		return apply_verdict(w, f->body);
	case FRAME_RAW:
		return apply_raw(w, f->body);
	default:
		return APPLIED_NONSENSE;
	}
}

/* --- items that no worker can read --- */

static bool keep_bytes(struct writer *w, const struct frame_keep *k, int fd,
		       bool *out_undone)
{
	char *piece = heap_array(1, LIMIT_RAW_PIECE);
	bool ok = true;
	for (uint64_t at = 0; ok && at < k->length;) {
		uint64_t left = k->length - at;
		size_t want = left < LIMIT_RAW_PIECE ? (size_t)left : LIMIT_RAW_PIECE;
		ssize_t n = pread(fd, piece, want, (off_t)(k->offset + at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			*out_undone = true;
			break;
		}
		ok = book_raw_piece(w->store, w->in.raw.id, w->in.pieces++, RAW_PLAIN,
				    (uint32_t)n, (struct sv){ piece, (size_t)n },
				    &w->err);
		at += (uint64_t)n;
	}
	free(piece);
	return ok;
}

/* What brings a failure report says so (RFC 6522), and is personal data even where no
 * reader got through it. */
static bool says_it_is_personal(const struct frame_keep *k, int fd)
{
	char *head = heap_array(1, HEAD);
	ssize_t n = pread(fd, head, k->length < HEAD ? (size_t)k->length : HEAD,
			  (off_t)k->offset);
	struct sv s = { head, n > 0 ? (size_t)n : 0 };
	bool says = sv_find_fold(s, SV("feedback-report")) < s.n;
	free(head);
	return says;
}

/* Members of it that were committed before its reader ended stay delivered. */
static bool begin_kept(struct writer *w, struct asked *asked)
{
	struct book_delivery *d;
	size_t n = 0;
	bool found;
	w->in = (struct entering){ .active = true, .asked = asked };
	if (!writer_begin(w) || !find_raw(w, &found))
		return false;
	if (!found)
		return begin_item(w, asked);
	if (!w->in.known &&
	    (!book_deliveries(w->store, w->in.raw.id, 0, w->scratch, &d, &n, &w->err) ||
	     !book_raw_drop_pieces(w->store, w->in.raw.id, &w->err)))
		return false;
	w->in.members = (uint32_t)n;
	if (asked->told > n)
		asked->told = (uint32_t)n;
	return true;
}

bool writer_keep(struct writer *w, const struct frame_keep *k, int fd)
{
	struct frame_done d = { .undone = k->undone };
	struct sv none = { "", 0 };
	struct asked *asked = writer_asked(w, k->item);
	if (!asked)
		return true; /* it is settled already */
	if (w->spec->again)  /* no reader got through it: it stays as it was */
		return writer_say_settled(w, asked);
	if (!begin_kept(w, asked))
		return false;
	w->in.personal = says_it_is_personal(k, fd);
	bool skip = d.undone || k->length > LIMIT_PLAIN ||
		    (w->in.personal && !w->spec->keep_failure_body);
	bool ok = w->in.known || (deliver(w, STATUS_REFUSED, k->reason, NULL, none) &&
				  (skip || keep_bytes(w, k, fd, &d.undone)));
	return ok && settle_item(w, &d);
}
