/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mime.h"

#include "base/arena.h"
#include "base/limits.h"
#include "msg/msg_int.h"

#include <inttypes.h>
#include <string.h>

enum {
	GUESSED_BOUNDARY_MAX = 200,
	PACE = 4 * 1024 * 1024 /* bytes searched between two calls of `passed` */
};

/* A multipart that is being gone through. */
struct frame {
	struct sv rest; /* behind the delimiter of the next part */
	struct sv mark; /* "--" and the boundary */
	struct sv path;
	struct mime_mail *mail;
	unsigned level; /* containers, this one included */
	unsigned count;
	bool digest, ended;
};

struct mime_walk {
	struct arena *a;
	struct sv mail;
	struct frame frames[LIMIT_NESTING];
	unsigned depth, parts;
	uint64_t decoded; /* bytes of mails and multiparts whose encoding was undone */
	bool begun, stay;
	const char *reason;
	void (*passed)(void *ctx);
	void *passed_ctx;
	size_t searched; /* since it was last called */
};

/* A mail or a part, on its way to being entered or handed out. */
struct item {
	struct sv text, path;
	struct mime_mail *mail; /* around it */
	unsigned level;         /* containers around it */
	bool is_mail, in_digest;
};

enum entering {
	ENTERED, /* the item is now the mail within */
	IS_LEAF,
	NO_LEAF, /* its parts come next, or it is left out */
};

struct delimiter {
	size_t content_end, after;
	bool closing;
};

static void leave_out(struct mime_walk *w, const char *reason)
{
	if (!w->reason)
		w->reason = reason;
}

/* Reads what stands behind a mark: RFC 2046 5.1.1. Anything but blanks makes it another
 * boundary, of which ours is a prefix. */
static bool delimiter_end(struct sv s, size_t at, struct delimiter *out)
{
	out->closing = s.n - at >= 2 && s.p[at] == '-' && s.p[at + 1] == '-';
	if (out->closing)
		at += 2;
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
		at++;
	size_t cr = at;
	while (cr < s.n && cr - at < 2 && s.p[cr] == '\r')
		cr++;
	if (cr < s.n && s.p[cr] == '\n')
		out->after = cr + 1;
	else if (cr > at)
		out->after = at + 1;
	else
		out->after = at;
	return at == s.n || out->after > at;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static void count_searched(struct mime_walk *w, size_t n)
{
	w->searched += n;
	if (!w->passed || w->searched < PACE)
		return;
	w->searched = 0;
	w->passed(w->passed_ctx);
}

/* memmem(), in pieces. Returns where `what` stands, or s.n. */
static size_t search(struct mime_walk *w, struct sv s, size_t from, struct sv what)
{
	while (s.n - from >= what.n) {
		struct sv piece = sv_sub(s, from, PACE);
		const char *p = memmem(piece.p, piece.n, what.p, what.n);
		size_t n = p ? (size_t)(p - piece.p) : piece.n - what.n + 1;
		count_searched(w, n);
		from += n;
		if (p)
			return from;
	}
	return s.n;
}

/* The next delimiter line. The line end before it is part of it. */
static bool delimiter_find(struct mime_walk *w, struct sv s, struct sv mark,
			   struct delimiter *out)
{
	for (size_t from = 0; s.n - from >= mark.n;) {
		size_t at = search(w, s, from, mark);
		if (at == s.n)
			return false;
		if ((at == 0 || is_line_end(s.p[at - 1])) &&
		    delimiter_end(s, at + mark.n, out)) {
			if (at && s.p[at - 1] == '\n')
				at--;
			if (at && s.p[at - 1] == '\r')
				at--;
			out->content_end = at;
			return true;
		}
		/* A mark holds no line end, so none begins within this one. */
		from = at + mark.n;
	}
	return false;
}

static struct sv mark_of(struct mime_walk *w, struct sv boundary)
{
	char *mark = arena_alloc(w->a, boundary.n + 2);
	mark[0] = mark[1] = '-';
	if (boundary.n)
		memcpy(mark + 2, boundary.p, boundary.n);
	return (struct sv){ mark, boundary.n + 2 };
}

/* Is the line at the front, which begins with "--", likely a delimiter? */
static bool is_likely_mark(struct sv s, bool strict, struct sv *out_boundary)
{
	size_t whole, n = header_line(sv_sub(s, 0, GUESSED_BOUNDARY_MAX), &whole);
	struct sv boundary = sv_trim_end(sv_sub(s, 2, n - 2));
	struct sv next = sv_sub(s, whole, s.n);
	size_t dashes = 0;
	while (dashes < boundary.n && boundary.p[dashes] == '-')
		dashes++;
	if (dashes == boundary.n || whole == n || sv_has_suffix_fold(boundary, SV("--")))
		return false;
	*out_boundary = boundary;
	if (strict)
		return sv_has_prefix_fold(next, SV("content-"));
	return next.n && (is_line_end(next.p[0]) || header_is_field(next));
}

/* The boundary of a multipart whose header does not give it. `strict`: what follows must
 * be a part's header beyond doubt. */
static struct sv guess_boundary(struct mime_walk *w, struct sv body, bool strict)
{
	struct sv boundary;
	for (size_t at = 0; at + 2 < body.n; at += 2) {
		at = search(w, body, at, SV("--"));
		if (at == body.n)
			break;
		if ((at == 0 || is_line_end(body.p[at - 1])) &&
		    is_likely_mark(sv_sub(body, at, body.n), strict, &boundary))
			return boundary;
	}
	return SV("");
}

/* The body with its encoding undone, in the arena. */
static bool decode_body(struct mime_walk *w, struct entity *e)
{
	if (e->body.n > LIMIT_PART - w->decoded) {
		leave_out(w,
			  arena_printf(w->a,
				       "encoded mails or multiparts of more than %" PRIu64
				       " KiB together",
				       LIMIT_PART / 1024));
		return false;
	}
	struct mime_decoder d;
	mime_decoder_init(&d, e->encoding, e->body);
	size_t cap = e->body.n + 4, n = 0, got;
	char *bytes = arena_alloc(w->a, cap);
	while (cap - n >= 4 && (got = mime_decode(&d, bytes + n, cap - n)) > 0)
		n += got;
	w->decoded += e->body.n;
	e->body = (struct sv){ bytes, n };
	e->encoding = MIME_IDENTITY;
	return true;
}

static struct sv part_path(struct mime_walk *w, const struct frame *f)
{
	const char *p = f->path.n ? arena_printf(w->a, "%.*s/part %u", SV_ARG(f->path),
						 f->count)
				  : arena_printf(w->a, "part %u", f->count);
	return sv_from(p);
}

/* The next part's text, header and body. */
static bool frame_next(struct mime_walk *w, struct frame *f, struct sv *out)
{
	if (f->ended)
		return false;
	struct delimiter d;
	if (delimiter_find(w, f->rest, f->mark, &d)) {
		*out = sv_sub(f->rest, 0, d.content_end);
		f->rest = sv_sub(f->rest, d.after, f->rest.n);
		f->ended = d.closing;
	} else { /* the closing delimiter is missing, or it was cut short */
		*out = f->rest;
		f->ended = true;
		if (sv_trim(f->rest).n == 0)
			return false;
	}
	f->count++;
	return true;
}

static void push_frame(struct mime_walk *w, const struct item *it, const struct entity *e,
		       struct sv mark, const struct delimiter *first)
{
	w->frames[w->depth++] = (struct frame){
		.rest = sv_sub(e->body, first->after, e->body.n),
		.mark = mark,
		.path = it->path,
		.mail = it->mail,
		.level = it->level + 1,
		.digest = sv_eq(e->type, SV("multipart/digest")),
		.ended = first->closing,
	};
}

/* Finds a multipart's first delimiter: as the header says, else within an encoding that
 * no multipart should have, else by its looks. */
static bool find_parts(struct mime_walk *w, struct entity *e, struct sv *out_mark,
		       struct delimiter *out)
{
	for (;;) {
		*out_mark = mark_of(w, e->boundary);
		if (e->boundary.n && delimiter_find(w, e->body, *out_mark, out))
			return true;
		struct sv guess = guess_boundary(w, e->body, !e->has_type);
		if (guess.n) {
			*out_mark = mark_of(w, guess);
			return delimiter_find(w, e->body, *out_mark, out);
		}
		if (e->encoding == MIME_IDENTITY || !e->has_type || !decode_body(w, e))
			return false;
	}
}

static bool is_too_deep(struct mime_walk *w, const struct item *it)
{
	if (it->level < LIMIT_NESTING)
		return false;
	leave_out(w, "mails and multiparts more than 8 deep");
	return true;
}

static bool is_multipart(const struct entity *e)
{
	return sv_has_prefix_fold(e->type, SV("multipart/"));
}

static bool is_message(const struct entity *e)
{
	return sv_eq(e->type, SV("message/rfc822")) ||
	       sv_eq(e->type, SV("message/global"));
}

static bool begins_as_mail(struct sv text)
{
	return mime_recognise(text) || header_is_field(text) ||
	       (text.n && is_line_end(text.p[0]));
}

/* Turns an item that is a message/rfc822 into the mail within. A body that is no mail is
 * a leaf; one that a cap forbids is left out. */
static enum entering enter_message(struct mime_walk *w, struct item *it, struct entity *e)
{
	if (is_too_deep(w, it))
		return NO_LEAF;
	if (e->encoding != MIME_IDENTITY && !mime_recognise(e->body) &&
	    !decode_body(w, e))
		return NO_LEAF;
	if (!begins_as_mail(e->body))
		return IS_LEAF;
	it->text = e->body;
	it->is_mail = true;
	it->in_digest = false;
	return ENTERED;
}

static enum entering enter_multipart(struct mime_walk *w, const struct item *it,
				     struct entity *e)
{
	struct sv mark;
	struct delimiter first;
	if (!find_parts(w, e, &mark, &first))
		return IS_LEAF;
	if (is_too_deep(w, it))
		return NO_LEAF;
	if (it->mail->report_type.n == 0)
		it->mail->report_type = e->report_type;
	push_frame(w, it, e, mark, &first);
	return NO_LEAF;
}

static void hand_out(const struct item *it, const struct entity *e, struct mime_part *out)
{
	*out = (struct mime_part){
		.path = it->path,
		.type = e->type,
		.name = e->name,
		.charset = e->charset,
		.encoding = e->encoding,
		.header = e->header,
		.body = e->body,
		.mail = it->mail,
	};
}

static void read_item(struct mime_walk *w, struct item *it, struct entity *e)
{
	struct mime_mail *mail = NULL;
	struct sv text = it->text;
	if (it->is_mail) {
		mail = arena_alloc(w->a, sizeof(*mail));
		mail->depth = it->mail ? (uint8_t)(it->mail->depth + 1) : 0;
		mail->raw = it->text;
		mail->around = it->mail;
		text = header_begin(text);
		it->mail = mail;
		it->level++;
	}
	entity_read(text, w->a, mail, e);
	if (e->header_over)
		leave_out(w, "a header longer than 256 KiB");
	if (!e->type.n)
		e->type = it->in_digest ? SV("message/rfc822") : SV("text/plain");
}

/* Goes into an item as far as it is mails and multiparts. True: it was a leaf, in *out.
 */
static bool enter(struct mime_walk *w, struct item it, struct mime_part *out)
{
	struct entity e;
	enum entering how = ENTERED;
	while (how == ENTERED) {
		bool is_mail = it.is_mail;
		read_item(w, &it, &e);
		if (w->stay && !is_mail && (e.has_from || is_message(&e)))
			how = IS_LEAF;
		else if (is_multipart(&e) || (is_mail && !e.has_type))
			how = enter_multipart(w, &it, &e);
		else if (is_message(&e))
			how = enter_message(w, &it, &e);
		else
			how = IS_LEAF;
	}
	if (how != IS_LEAF)
		return false;
	hand_out(&it, &e, out);
	return true;
}

struct mime_walk *mime_walk_new(struct sv mail, struct arena *a)
{
	struct mime_walk *w = arena_alloc(a, sizeof(*w));
	w->a = a;
	w->mail = mail;
	return w;
}

void mime_walk_free(struct mime_walk **w)
{
	*w = NULL; /* all of it is in the arena */
}

void mime_walk_stay(struct mime_walk *w)
{
	w->stay = true;
}

void mime_walk_pace(struct mime_walk *w, void (*passed)(void *ctx), void *ctx)
{
	w->passed = passed;
	w->passed_ctx = ctx;
}

bool mime_walk_next(struct mime_walk *w, struct mime_part *out)
{
	if (!w->begun) {
		w->begun = true;
		struct item whole = { .text = w->mail, .path = SV(""), .is_mail = true };
		if (enter(w, whole, out))
			return true;
	}
	while (w->depth) {
		struct frame *f = &w->frames[w->depth - 1];
		struct item part = { .mail = f->mail,
				     .level = f->level,
				     .in_digest = f->digest };
		if (!frame_next(w, f, &part.text)) {
			w->depth--;
			continue;
		}
		if (w->parts == LIMIT_ENTRIES) {
			leave_out(w, "more than 1000 parts");
			w->depth = 0;
			return false;
		}
		w->parts++;
		part.path = part_path(w, f);
		if (enter(w, part, out))
			return true;
	}
	return false;
}

const char *mime_walk_reason(const struct mime_walk *w)
{
	return w->reason;
}
