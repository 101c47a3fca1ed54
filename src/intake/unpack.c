/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "intake/unpack_int.h"

#include <stdlib.h>
#include <string.h>

enum {
	LABEL_MAX = 160,   /* the name of an entry, as it is shown */
	LABEL_SPARE = 128, /* room for the numbers of what lies further in */
	LEAVES_MAX = LIMIT_ENTRIES * LIMIT_NESTING,
};

static const char salvaged[] =
	"the zip archive's directory is missing or damaged: its entries were found by "
	"their own headers";

/* What looking at an object, or asking a container for its next one, came to. */
enum found {
	FOUND_OBJECT,
	FOUND_LEAF,
	FOUND_NOTHING
};

struct unpack *unpack_new(void)
{
	struct unpack *u = heap_array(1, sizeof(*u));
	u->arena = arena_new();
	buf_init(&u->member, LIMIT_MEMBER);
	buf_init(&u->label, LABEL_MAX);
	return u;
}

static void unpack_close(struct unpack *u)
{
	while (u->frame_n)
		frame_close(&u->frame[--u->frame_n]);
}

void unpack_free(struct unpack **u)
{
	if (!*u)
		return;
	unpack_close(*u);
	for (size_t i = 0; i < LIMIT_NESTING; i++) {
		zip_deinit(&(*u)->frame[i].zip);
		free((*u)->frame[i].held);
	}
	stream_deinit(&(*u)->stream);
	buf_deinit(&(*u)->member);
	buf_deinit(&(*u)->label);
	arena_free(&(*u)->arena);
	free(*u);
	*u = NULL;
}

static struct sv piece_head(struct sv piece)
{
	return sv_sub(piece, 0, HEAD_MAX);
}

/* The form by the first piece. Any number of blanks may come before what tells it. */
static enum unpack_form piece_form(struct sv piece, bool is_all)
{
	enum unpack_form form = unpack_form(piece_head(piece));
	if (piece.n <= HEAD_MAX || !ascii_is_space(piece.p[0]))
		return form;
	size_t blank = 0;
	while (blank < piece.n && ascii_is_space(piece.p[blank]))
		blank++;
	if (blank == piece.n)
		return is_all ? FORM_EMPTY : FORM_OTHER;
	enum unpack_form text = unpack_form(piece_head(sv_sub(piece, blank, piece.n)));
	return text == FORM_XML || text == FORM_JSON ? text : form;
}

void unpack_open(struct unpack *u, const struct unpack_input *in)
{
	unpack_close(u);
	u->in = *in;
	if (in->fd < 0)
		u->in.length = in->bytes.n;
	stream_begin_item(&u->stream, u->in.length);
	arena_reset(u->arena);
	buf_clear(&u->member);
	u->begun = u->readable = u->refused = false;
	u->out_n = u->unreleased = 0;
	u->leaves = 0;
	u->why = NULL;
	u->mail = NULL;
	if (in->fd < 0)
		stream_open_memory(&u->stream, in->bytes, NULL);
	else
		stream_open_file(&u->stream, in->fd, in->offset, in->length);
	struct sv piece;
	stream_peek(&u->stream, &piece);
	u->item_form = in->mbox ? FORM_MAIL : piece_form(piece, piece.n == u->in.length);
}

/* --- places within an item --- */

static void member_cut(struct unpack *u, size_t n)
{
	u->member.n = n;
	u->member.over = false;
	if (u->member.p)
		u->member.p[n] = '\0';
}

static void member_add(struct unpack *u, struct sv label)
{
	if (label.n == 0)
		return;
	if (u->member.n)
		buf_add_char(&u->member, '/');
	buf_add_sv(&u->member, label);
}

/* An entry goes by its name, unless that is no good: then by its number. */
static struct sv entry_label(struct unpack *u, const struct zip *z, size_t at)
{
	const struct zip_entry *e = &z->entry[at];
	struct buf *label = &u->label;
	bool good = e->name.n && !sv_has_prefix_fold(e->name, SV("entry "));
	for (size_t i = 0; i < at && good; i++)
		good = !sv_eq(z->entry[i].name, e->name);
	buf_clear(label);
	text_add_visible(label, e->name);
	size_t left = LIMIT_MEMBER - u->member.n;
	if (!good || label->over || label->n + LABEL_SPARE > left) {
		buf_clear(label);
		buf_addf(label, "entry %u", e->number);
	}
	return buf_sv(label);
}

static struct sv base_name(struct sv name)
{
	for (size_t i = name.n; i-- > 0;)
		if (name.p[i] == '/' || name.p[i] == '\\')
			return sv_sub(name, i + 1, name.n);
	return name;
}

/* --- leaves --- */

static enum found give_leaf(struct unpack *u, const struct object *o,
			    enum unpack_form form, struct unpack_leaf *out)
{
	*out = (struct unpack_leaf){ .member = buf_sv(&u->member),
				     .name = o->name,
				     .type = o->type,
				     .form = form,
				     .head = { u->head, 0 },
				     .mail = o->mail };
	u->leaves++;
	return FOUND_LEAF;
}

static enum found refuse(struct unpack *u, const struct object *o, enum unpack_form form,
			 const char *why, struct unpack_leaf *out)
{
	give_leaf(u, o, form, out);
	out->why = u->why = why;
	return FOUND_LEAF;
}

static enum found give_stream(struct unpack *u, const struct object *o,
			      enum unpack_form form, struct sv piece,
			      struct unpack_leaf *out)
{
	uint64_t length;
	if (stream_length(&u->stream, &length) && length > LIMIT_PLAIN)
		return refuse(u, o, form,
			      stream_say_larger(&u->stream, "the data", LIMIT_PLAIN),
			      out);
	give_leaf(u, o, form, out);
	out->head.n = piece_head(piece).n;
	if (out->head.n)
		memcpy(u->head, piece.p, out->head.n);
	u->readable = true;
	u->refused = false;
	u->out_n = 0;
	return FOUND_LEAF;
}

/* --- containers --- */

static bool is_too_deep(const struct object *o)
{
	return o->depth >= LIMIT_NESTING;
}

static const char too_deep[] = "more than 8 containers lie within one another";
_Static_assert(LIMIT_NESTING == 8 && LIMIT_RATIO == 1000, "sentences name them");

/* Passes over the separator line of an mbox, which some programs leave before a mail. */
static struct sv without_separator(struct sv mail, bool mbox)
{
	struct sv rest = mail, line;
	if (sv_take_line(&rest, &line) && sv_eq(sv_sub(line, 0, 5), SV("From ")) &&
	    (mbox || mbox_is_from_line(line)))
		return rest;
	return mail;
}

/* Is it a mailbox: a separator line, and another one further down? */
static bool enter_mbox(struct frame *f)
{
	f->unscanned = f->bytes;
	mbox_scan_init(&f->scan);
	uint64_t first;
	if (!sv_eq(sv_sub(f->bytes, 0, 5), SV("From ")) ||
	    !mbox_scan_next(&f->scan, &f->unscanned, &first) || first != 0 ||
	    !mbox_scan_next(&f->scan, &f->unscanned, &f->next_mail))
		return false;
	f->kind = FRAME_MBOX;
	return true;
}

void unpack_pace(struct unpack *u, size_t n)
{
	u->unreleased += n;
	if (u->unreleased < UNPACK_RELEASE)
		return;
	u->unreleased = 0;
	if (u->frame_n)
		frame_release(&u->frame[0]);
}

static void release_item(void *ctx)
{
	struct unpack *u = ctx;
	frame_release(&u->frame[0]);
}

static enum found enter_mail(struct unpack *u, struct frame *f, const struct object *o,
			     struct unpack_leaf *out)
{
	if (arena_used(u->arena) > LIMIT_PART)
		return refuse(u, o, FORM_MAIL,
			      "the mails in this item take more memory than is allowed",
			      out);
	if (!o->mbox && enter_mbox(f))
		return FOUND_NOTHING;
	f->kind = FRAME_MAIL;
	f->bytes = without_separator(f->bytes, o->mbox);
	if (o->mbox)
		frame_unquote(f);
	f->walk = mime_walk_new(f->bytes, u->arena);
	mime_walk_pace(f->walk, release_item, u);
	return FOUND_NOTHING;
}

static enum found enter_zip(struct unpack *u, struct frame *f, const struct object *o,
			    struct unpack_leaf *out)
{
	f->kind = FRAME_ZIP;
	zip_read(&f->zip, f->bytes, f->sparse);
	return f->zip.why ? refuse(u, o, FORM_ZIP, f->zip.why, out) : FOUND_NOTHING;
}

/* Puts the current object on the stack of containers. */
static enum found enter(struct unpack *u, const struct object *o, enum unpack_form form,
			struct unpack_leaf *out)
{
	if (is_too_deep(o))
		return refuse(u, o, form, too_deep, out);
	struct frame *f = &u->frame[u->frame_n++];
	*f = (struct frame){ .held = f->held,
			     .held_cap = f->held_cap,
			     .zip = f->zip,
			     .depth = o->depth + 1,
			     .member_n = u->member.n,
			     .mail = o->mail };
	enum found found;
	if (!frame_hold(u, f, form))
		found = refuse(u, o, form, u->stream.why, out);
	else if (form == FORM_ZIP)
		found = enter_zip(u, f, o, out);
	else
		found = enter_mail(u, f, o, out);
	if (found == FOUND_LEAF)
		frame_close(&u->frame[--u->frame_n]);
	return found;
}

/* Parts that are known to hold a mail's header, or machine-readable fields, are no mail.
 */
static bool may_be_mail(const struct object *o)
{
	return !sv_has_prefix_fold(o->type, SV("message/")) &&
	       !sv_has_prefix_fold(o->type, SV("text/rfc"));
}

/* --- one object --- */

/* Puts an inflating step on top. A body that only happens to begin like zlib's format
 * (two bytes) stays what it was: then *form becomes OTHER. */
static enum found inflate_object(struct unpack *u, struct object *o,
				 enum unpack_form *form, struct unpack_leaf *out)
{
	struct sv piece;
	if (is_too_deep(o))
		return refuse(u, o, *form, too_deep, out);
	enum inflate_format f = *form == FORM_GZIP ? INFLATE_GZIP : INFLATE_ZLIB;
	if (!stream_inflate(&u->stream, f, NULL, NULL))
		return refuse(u, o, *form, u->stream.why, out);
	if (*form == FORM_ZLIB && stream_peek(&u->stream, &piece) == UNPACK_BROKEN) {
		stream_pop(&u->stream);
		*form = FORM_OTHER;
		if (o->depth == 0)
			u->item_form = FORM_OTHER;
		return FOUND_OBJECT;
	}
	o->depth++;
	o->around = *form;
	return FOUND_OBJECT;
}

/* Finds out what the object that is open in the stream is. */
static enum found look(struct unpack *u, struct object *o, struct unpack_leaf *out)
{
	for (;;) {
		struct sv piece;
		enum unpack_status status = stream_peek(&u->stream, &piece);
		if (status == UNPACK_BROKEN || status == UNPACK_REFUSED)
			return refuse(u, o, o->around, u->stream.why, out);
		enum unpack_form form = piece_form(piece, piece.n < STREAM_PIECE);
		if (o->mbox)
			form = FORM_MAIL;
		if (form == FORM_GZIP || form == FORM_ZLIB) {
			enum found found = inflate_object(u, o, &form, out);
			if (found == FOUND_LEAF)
				return found;
			if (form != FORM_OTHER)
				continue;
			stream_peek(&u->stream, &piece);
		}
		if (form == FORM_ZIP || (form == FORM_MAIL && may_be_mail(o)))
			return enter(u, o, form, out);
		return give_stream(u, o, form == FORM_MAIL ? FORM_OTHER : form, piece,
				   out);
	}
}

/* --- what a container holds --- */

static unsigned part_depth(const struct frame *f, const struct mime_part *p)
{
	unsigned levels = p->path.n > 0;
	for (size_t i = 0; i < p->path.n; i++)
		levels += p->path.p[i] == '/';
	return f->depth + levels + (p->mail ? p->mail->depth : 0);
}

static enum found open_part(struct unpack *u, struct frame *f, const struct mime_part *p,
			    struct object *o)
{
	if (f->map && p->body.n > UNPACK_RELEASE)
		frame_release(f);
	f->given++;
	f->mail = p->mail;
	if (u->frame_n == 1 && (!u->mail || u->mail->depth > p->mail->depth))
		u->mail = p->mail;
	member_add(u, p->path);
	*o = (struct object){ .name = p->name,
			      .type = p->type,
			      .mail = p->mail,
			      .around = FORM_MAIL,
			      .depth = part_depth(f, p) };
	bool last = p->body.p + p->body.n == f->bytes.p + f->bytes.n;
	stream_open_part(&u->stream, p->body, p->encoding, last ? f->cut : NULL);
	return FOUND_OBJECT;
}

static enum found next_part(struct unpack *u, struct frame *f, struct object *o,
			    struct unpack_leaf *out)
{
	struct mime_part p;
	if (mime_walk_next(f->walk, &p))
		return open_part(u, f, &p, o);
	*o = (struct object){ .mail = f->mail };
	const char *why = mime_walk_reason(f->walk);
	if (why && !f->reason_given) {
		f->reason_given = true;
		f->given++;
		why = arena_printf(u->arena, "parts of the mail were left out: %s", why);
		return refuse(u, o, FORM_MAIL, why, out);
	}
	if (f->given++)
		return FOUND_NOTHING;
	return give_leaf(u, o, FORM_EMPTY, out);
}

static void open_data(struct unpack *u, const struct zip *z, const struct zip_entry *e,
		      const char *cut)
{
	size_t skip;
	if (z->sparse) {
		struct mime_decoder d = sparse_decoder(z->sparse, e->data, &skip);
		stream_open_decoder(&u->stream, &d, skip, e->n, cut);
	} else {
		struct sv data = sv_sub(z->bytes, (size_t)e->data, (size_t)e->n);
		stream_open_memory(&u->stream, data, cut);
	}
}

static bool is_stored_whole(struct unpack *u, const struct zip *z,
			    const struct zip_entry *e)
{
	uint32_t crc = 0;
	struct sv piece;
	open_data(u, z, e, NULL);
	while (stream_read(&u->stream, &piece) == UNPACK_MORE) {
		crc = inflate_crc32(crc, piece);
		unpack_pace(u, piece.n);
	}
	return crc == e->crc;
}

/* Opens a stored entry, or one that is deflated. False: see stream.why. */
static bool open_entry(struct unpack *u, const struct zip *z, const struct zip_entry *e)
{
	const char *end = z->salvaged ? salvaged : NULL;
	const char *cut = e->cut ? "the zip archive ends early" : NULL;
	struct stream_check check = { .known = e->has_check,
				      .size = e->size,
				      .crc = e->crc };
	if (e->has_check && e->size > LIMIT_PLAIN) {
		stream_say_larger(&u->stream, "the zip entry", LIMIT_PLAIN);
		return false;
	}
	if (e->method == ZIP_DEFLATE) {
		open_data(u, z, e, cut);
		return stream_inflate(&u->stream, INFLATE_BARE, &check, end);
	}
	if (!cut && e->has_check && !is_stored_whole(u, z, e))
		cut = "the zip entry does not match its checksum or length";
	open_data(u, z, e, cut ? cut : end);
	return true;
}

static enum found next_entry(struct unpack *u, struct frame *f, struct object *o,
			     struct unpack_leaf *out)
{
	if (f->given == f->zip.n)
		return FOUND_NOTHING;
	size_t at = f->given++;
	const struct zip_entry *e = &f->zip.entry[at];
	member_add(u, entry_label(u, &f->zip, at));
	*o = (struct object){ .name = base_name(e->name),
			      .mail = f->mail,
			      .around = FORM_ZIP,
			      .depth = f->depth };
	if (e->why)
		return refuse(u, o, FORM_ZIP, e->why, out);
	if (!open_entry(u, &f->zip, e))
		return refuse(u, o, FORM_ZIP, u->stream.why, out);
	return FOUND_OBJECT;
}

static enum found next_mail(struct unpack *u, struct frame *f, struct object *o)
{
	uint64_t begin = f->given ? f->next_mail : 0;
	if (begin == f->bytes.n)
		return FOUND_NOTHING;
	if (f->given++ && !mbox_scan_next(&f->scan, &f->unscanned, &f->next_mail))
		f->next_mail = f->bytes.n;
	struct sv mail = sv_sub(f->bytes, (size_t)begin, (size_t)(f->next_mail - begin));
	buf_clear(&u->label);
	buf_addf(&u->label, "mail %u", f->given);
	member_add(u, buf_sv(&u->label));
	*o = (struct object){
		.mail = f->mail, .around = FORM_MAIL, .depth = f->depth, .mbox = true
	};
	stream_open_memory(&u->stream, mail, f->next_mail == f->bytes.n ? f->cut : NULL);
	return FOUND_OBJECT;
}

static enum found next_of_frame(struct unpack *u, struct frame *f, struct object *o,
				struct unpack_leaf *out)
{
	switch (f->kind) {
	case FRAME_MAIL:
		return next_part(u, f, o, out);
	case FRAME_ZIP:
		return next_entry(u, f, o, out);
	case FRAME_MBOX:
		break;
	}
	return next_mail(u, f, o);
}

static enum found next_object(struct unpack *u, struct object *o, struct unpack_leaf *out)
{
	if (!u->begun) {
		u->begun = true;
		*o = (struct object){ .around = u->item_form, .mbox = u->in.mbox };
		return FOUND_OBJECT;
	}
	while (u->frame_n) {
		struct frame *f = &u->frame[u->frame_n - 1];
		member_cut(u, f->member_n);
		enum found found = next_of_frame(u, f, o, out);
		if (found != FOUND_NOTHING)
			return found;
		frame_close(f);
		u->frame_n--;
	}
	return FOUND_NOTHING;
}

bool unpack_next(struct unpack *u, struct unpack_leaf *out)
{
	struct object o = { 0 };
	enum found found;
	u->readable = false;
	u->why = NULL;
	do {
		found = next_object(u, &o, out);
		if (found == FOUND_NOTHING)
			return false;
		if (found == FOUND_OBJECT)
			found = look(u, &o, out);
	} while (found != FOUND_LEAF);
	if (u->leaves <= LEAVES_MAX)
		return true;
	unpack_close(u);
	member_cut(u, 0);
	u->readable = false;
	refuse(u, &(struct object){ 0 }, u->item_form,
	       "the item holds more than 8000 things in all", out);
	return true;
}

/* --- reading a leaf --- */

enum unpack_status unpack_read(struct unpack *u, struct sv *out)
{
	*out = (struct sv){ "", 0 };
	if (!u->readable || u->refused)
		return UNPACK_REFUSED;
	enum unpack_status status = stream_read(&u->stream, out);
	u->out_n += out->n;
	unpack_pace(u, out->n);
	if (u->out_n > LIMIT_PLAIN) {
		*out = (struct sv){ "", 0 };
		stream_say_larger(&u->stream, "the data", LIMIT_PLAIN);
		status = UNPACK_REFUSED;
	}
	u->refused = status == UNPACK_REFUSED;
	if (status == UNPACK_BROKEN || status == UNPACK_REFUSED)
		u->why = u->stream.why;
	return status;
}

const char *unpack_why(const struct unpack *u)
{
	return u->why ? u->why : "";
}

void unpack_rewind(struct unpack *u)
{
	if (!u->readable)
		return;
	u->refused = false;
	u->why = NULL;
	u->out_n = 0;
	stream_rewind(&u->stream);
}

enum unpack_form unpack_item_form(const struct unpack *u)
{
	return u->item_form;
}

uint64_t unpack_inflated(const struct unpack *u)
{
	return u->stream.inflated;
}

const struct mime_mail *unpack_mail(const struct unpack *u)
{
	return u->mail;
}
