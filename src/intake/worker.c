/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/worker_int.h"

#include "base/arena.h"
#include "intake/kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SEEN_MAX = 160
};

/* What the item comes to so far: what it inflates to, and what came plain. */
static uint64_t size_of_item(const struct worker *w)
{
	uint64_t inflated = unpack_inflated(w->unpack);
	return inflated > w->given ? inflated : w->given;
}

enum unpack_status worker_read(struct worker *w, struct sv *out)
{
	enum unpack_status s = unpack_read(w->unpack, out);
	w->given += out->n;
	atomic_store_explicit(&w->page->bytes, w->before + size_of_item(w),
			      memory_order_relaxed);
	return s;
}

static struct frame_mail mail_of(const struct mime_mail *m)
{
	if (!m)
		return (struct frame_mail){ 0 };
	return (struct frame_mail){
		.by_mail = true,
		.from = sv_sub(m->from, 0, LIMIT_VALUE),
		.dkim_domains = sv_sub(m->dkim_domains, 0, LIMIT_VALUE),
		.auth_results = sv_sub(m->auth_results, 0, LIMIT_VALUE),
		.message_id = sv_sub(m->message_id, 0, LIMIT_VALUE),
		.subject = sv_sub(m->subject, 0, LIMIT_VALUE),
		.date = sv_sub(m->date, 0, LIMIT_VALUE),
	};
}

static void begin_member(struct worker *w, enum book_kind kind, struct sv member,
			 const struct mime_mail *mail)
{
	const struct frame_member m = { (uint8_t)kind, sv_sub(member, 0, LIMIT_MEMBER),
					mail_of(mail) };
	w->members++;
	emit_member(w->emit, &m);
}

void worker_member(struct worker *w, enum book_kind kind, const struct unpack_leaf *leaf)
{
	begin_member(w, kind, leaf->member, leaf->mail);
}

bool worker_verdict(struct worker *w, enum book_status status, bool keep_raw,
		    const char *reason)
{
	const struct frame_verdict v = { (uint8_t)status, keep_raw, sv_from(reason) };
	w->keep_raw = w->keep_raw || keep_raw;
	frame_put_verdict(emit_buf(w->emit), &v);
	return emit_pace(w->emit);
}

bool worker_read_whole(struct worker *w, const char *what, uint64_t limit,
		       char out_why[LIMIT_REASON + 1])
{
	struct sv bytes;
	enum unpack_status s;
	buf_clear(&w->whole);
	while ((s = worker_read(w, &bytes)) == UNPACK_MORE) {
		if (bytes.n > limit - w->whole.n) {
			(void)snprintf(out_why, LIMIT_REASON,
				       "%s of more than %" PRIu64 " MiB", what,
				       limit / LIMIT_MIB);
			return false;
		}
		buf_add_sv(&w->whole, bytes);
	}
	/* Whoever reads the bytes says what is missing; a cap was met in unpacking. */
	if (s == UNPACK_REFUSED)
		(void)snprintf(out_why, LIMIT_REASON, "%s", unpack_why(w->unpack));
	return s != UNPACK_REFUSED;
}

bool worker_end(struct worker *w, struct frame_end *end, const struct repair *repair,
		size_t n, uint64_t more, bool keep_raw)
{
	end->repair_n = more;
	buf_clear(&w->repairs);
	for (size_t i = 0; i < n; i++) {
		repair_encode(&repair[i], &w->repairs);
		end->repair_n += repair[i].times;
	}
	end->repairs = buf_sv(&w->repairs);
	frame_put_end(emit_buf(w->emit), end);
	w->keep_raw = w->keep_raw || keep_raw;
	return emit_pace(w->emit);
}

/* Why a leaf that was meant to be a report, or that could not be opened, is none. */
static void say_why(const struct unpack_leaf *leaf, char why[LIMIT_REASON])
{
	struct sv head = sv_trim(sv_sub(leaf->head, 0, 40));
	if (leaf->form == FORM_MSG)
		(void)snprintf(
			why, LIMIT_REASON,
			"an Outlook .msg file: open it in Outlook, save it as .eml "
			"(or save the attached report itself) and give that");
	else if (leaf->why)
		(void)snprintf(why, LIMIT_REASON, "%s", leaf->why);
	else if (leaf->form == FORM_EMPTY)
		(void)snprintf(why, LIMIT_REASON, "the attachment is empty");
	else
		(void)snprintf(why, LIMIT_REASON,
			       "no report: the data begins with \"%.*s\"", SV_ARG(head));
}

/* A leaf that nothing reads: said at once where it was meant to be a report or could not
 * be opened, else only remembered, for the sentence of a mail without any report. */
static bool pass_over(struct worker *w, const struct unpack_leaf *leaf)
{
	char why[LIMIT_REASON];
	bool meant = kind_was_meant(leaf);
	if (leaf->form == FORM_MSG || meant || (leaf->why && !leaf->mail)) {
		say_why(leaf, why);
		worker_member(w, meant ? KIND_AGGREGATE : KIND_UNKNOWN, leaf);
		return worker_verdict(w, STATUS_REFUSED, meant, why);
	}
	if (leaf->mail && w->seen.n < SEEN_MAX) {
		buf_add_str(&w->seen, w->seen.n ? ", " : "");
		buf_add_sv(&w->seen, sv_sub(leaf->type, 0, 60));
		if (leaf->why)
			buf_addf(&w->seen, " (%.200s)", leaf->why);
	}
	return true;
}

static bool read_leaf(struct worker *w, const struct unpack_leaf *leaf)
{
	const struct mime_mail *over = w->passed_over;
	if (over && leaf->mail && (leaf->mail == over || leaf->mail->depth > over->depth))
		return true;
	const struct kind *k = kind_of(leaf);
	if (!k)
		return pass_over(w, leaf);
	if (k->whole_mail)
		w->passed_over = leaf->mail;
	return k->read(w, leaf);
}

/* What to say of an item in which no member was found. */
static const char *nothing_in(enum unpack_form form)
{
	switch (form) {
	case FORM_EMPTY:
		return "it is empty";
	case FORM_MAIL:
	case FORM_MBOX_MAIL:
		return "a mail without a report";
	case FORM_XML:
		return "XML, but no report that Postern knows";
	case FORM_JSON:
		return "JSON, but no TLS report";
	case FORM_GZIP:
	case FORM_ZLIB:
		return "compressed data without a report";
	case FORM_ZIP:
		return "a zip archive without a report";
	case FORM_MSG:
	case FORM_OTHER:
		break;
	}
	return "neither a mail nor a report: not XML, gzip or zip";
}

static bool say_nothing_found(struct worker *w)
{
	char why[LIMIT_REASON];
	const char *what = nothing_in(unpack_item_form(w->unpack));
	if (w->seen.n)
		(void)snprintf(why, sizeof(why), "%s (%s)", what, buf_str(&w->seen));
	else
		(void)snprintf(why, sizeof(why), "%s", what);
	begin_member(w, KIND_UNKNOWN, sv_from(""), unpack_mail(w->unpack));
	return worker_verdict(w, STATUS_REFUSED, false, why);
}

/* Nothing of it was handed over; it is cut, so that nothing is settled by it. */
static bool say_damaged(struct worker *w)
{
	begin_member(w, KIND_UNKNOWN, sv_from(""), unpack_mail(w->unpack));
	return worker_verdict(
		w, STATUS_REFUSED, false,
		"the raw copy is damaged: its bytes are not those that came; "
		"what was read of them stays as it was");
}

#ifdef POSTERN_FAULTS
/* Test builds: an item may ask for a fault of the worker itself. */
static void commit_fault(struct worker *w, const struct unpack_input *in)
{
	char head[4096];
	struct sv s = sv_sub(in->bytes, 0, sizeof(head));
	if (in->fd >= 0) {
		ssize_t n = pread(in->fd, head, sizeof(head), (off_t)in->offset);
		s = sv_sub((struct sv){ head, n > 0 ? (size_t)n : 0 }, 0, in->length);
	}
	if (sv_find(s, SV("postern-fault: crash")) < s.n)
		__builtin_trap();
	if (sv_find(s, SV("postern-fault: open")) < s.n)
		(void)!system("true");
	if (sv_find(s, SV("postern-fault: spin")) < s.n)
		for (volatile int i = 0;; i = !i)
			;
	if (sv_find(s, SV("postern-fault: eat")) < s.n)
		for (;;)
			memset(heap_array(1, 1 << 20), 1, 1 << 20);
	if (sv_find(s, SV("postern-fault: nonsense")) < s.n)
		frame_put_u64(emit_buf(w->emit), FRAME_ROWS, UINT64_MAX);
	if (sv_find(s, SV("postern-fault: long")) < s.n)
		buf_add_sv(emit_buf(w->emit), SV("\xff\xff\xff\xff\x04"));
}
#endif

/* Is its last byte still there? */
static bool is_whole(const struct unpack_input *in)
{
	char last;
	return in->fd < 0 || in->length == 0 ||
	       pread(in->fd, &last, 1, (off_t)(in->offset + in->length - 1)) == 1;
}

static bool read_item(struct worker *w, uint64_t id, const struct unpack_input *in,
		      bool damaged)
{
	struct unpack_leaf leaf;
	bool ok = true;
	w->given = 0;
	w->members = 0;
	w->keep_raw = false;
	w->passed_over = NULL;
	buf_clear(&w->seen);
	frame_put_u64(emit_buf(w->emit), FRAME_ITEM, id);
#ifdef POSTERN_FAULTS
	commit_fault(w, in);
#endif
	unpack_open(w->unpack, in);
	while (ok && !damaged && unpack_next(w->unpack, &leaf))
		ok = read_leaf(w, &leaf);
	if (damaged)
		ok = say_damaged(w);
	else if (ok && w->members == 0)
		ok = say_nothing_found(w);
	/* What is larger than any report may be leaves its SHA-256 and the reason only.
	 */
	if (ok && w->keep_raw && in->length <= LIMIT_PLAIN)
		ok = worker_send_raw(w, in);
	enum unpack_form form = in->mbox ? FORM_MBOX_MAIL : unpack_item_form(w->unpack);
	const struct frame_done done = { (uint8_t)form, damaged || !is_whole(in) };
	frame_put_done(emit_buf(w->emit), &done);
	w->before += size_of_item(w);
	return ok && emit_pace(w->emit);
}

/* How many descriptors come with it; more than there may be where it is no batch. */
static size_t batch_fds(const struct worker_batch *b)
{
	size_t n = 0;
	if (b->n == 0 || b->n > WORKER_BATCH || b->half >= WORKER_HALVES)
		return SIZE_MAX;
	for (uint32_t i = 0; i < b->n; i++)
		n += !b->item[i].held;
	return n;
}

static bool read_batch(struct worker *w, const struct worker_batch *b, const int *fds)
{
	struct sv half = { w->page->half[b->half], WORKER_HELD };
	bool ok = true;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct worker_item *item = &b->item[i];
		struct unpack_input in = { .fd = -1, .mbox = item->mbox };
		if (item->held) {
			in.bytes = sv_sub(half, item->offset, item->length);
			in.length = in.bytes.n;
		} else {
			in.fd = *fds++;
			in.offset = item->offset;
			in.length = item->length;
		}
		ok = ok && read_item(w, item->id, &in, item->damaged);
		if (in.fd >= 0)
			close(in.fd);
	}
	return emit_flush(w->emit) && ok;
}

/* False at the end of the feed. */
static bool take_batch(int feed, struct worker_batch *b, int fds[WORKER_BATCH])
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * WORKER_BATCH)];
		struct cmsghdr align;
	} side;
	struct iovec iov = { b, sizeof(*b) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = side.bytes,
			    .msg_controllen = sizeof(side.bytes) };
	ssize_t n;
	do
		n = recvmsg(feed, &m, 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(*b))
		return false;
	size_t fd_n = batch_fds(b);
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (fd_n == 0)
		return !c;
	if (fd_n > WORKER_BATCH || !c || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int) * fd_n))
		return false;
	memcpy(fds, CMSG_DATA(c), sizeof(int) * fd_n);
	return true;
}

void worker_prepare(void *ctx)
{
	struct worker_spec *spec = ctx;
	struct worker *w = heap_array(1, sizeof(*w));
	w->page = spec->page;
	w->emit = emit_new(spec->out, spec->key);
	w->unpack = unpack_new();
	w->digest = normal_digest_new();
	w->arena = arena_new();
	buf_init(&w->seen, LIMIT_REASON);
	buf_init(&w->meta, LIMIT_META);
	buf_init(&w->repairs, LIMIT_META);
	worker_raw_init(w);
	w->keep_personal = spec->keep_personal;
	w->parser = spec->parser;
	worker_aggregate_init(w);
	worker_tls_init(w, &spec->key);
	spec->made = w;
}

int worker_run(void *ctx)
{
	const struct worker_spec *spec = ctx;
	struct worker_batch batch;
	int fds[WORKER_BATCH];
	while (take_batch(spec->feed, &batch, fds)) {
		spec->made->before = 0;
		atomic_store(&spec->page->bytes, 0);
		if (!read_batch(spec->made, &batch, fds) || write(spec->feed, "", 1) != 1)
			return 1;
	}
	return 0;
}
