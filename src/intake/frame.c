/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/frame.h"

#include <string.h>

size_t frame_start(struct buf *b, enum frame_type type)
{
	size_t at = b->n;
	const char head[FRAME_HEAD] = { 0, 0, 0, 0, (char)type };
	buf_add(b, head, sizeof(head));
	return at;
}

void frame_finish(struct buf *b, size_t at)
{
	size_t n = b->n - at - FRAME_HEAD;
	for (unsigned i = 0; !b->over && i < 4; i++)
		b->p[at + i] = (char)(uint8_t)(n >> (8 * i));
}

enum frame_status frame_take(struct sv *in, struct frame *out)
{
	uint32_t n = 0;
	if (in->n < FRAME_HEAD)
		return FRAME_PARTIAL;
	for (unsigned i = 0; i < 4; i++)
		n |= (uint32_t)(uint8_t)in->p[i] << (8 * i);
	uint8_t type = (uint8_t)in->p[4];
	if (n > LIMIT_FRAME || type == 0 || type >= FRAME_TYPES)
		return FRAME_BAD;
	if (in->n - FRAME_HEAD < n)
		return FRAME_PARTIAL;
	sv_take(in, FRAME_HEAD);
	*out = (struct frame){ (enum frame_type)type, sv_take(in, n) };
	return FRAME_OK;
}

static bool take_u8(struct sv *s, uint8_t max, uint8_t *out)
{
	if (s->n == 0 || (uint8_t)s->p[0] > max)
		return false;
	*out = (uint8_t)sv_take(s, 1).p[0];
	return true;
}

static bool take_bool(struct sv *s, bool *out)
{
	uint8_t v;
	if (!take_u8(s, 1, &v))
		return false;
	*out = v;
	return true;
}

static bool take_block_of(struct sv *s, size_t max, struct sv *out)
{
	return sv_take_block(s, out) && out->n <= max;
}

static bool take_sha(struct sv *s, uint8_t out[32])
{
	if (s->n < 32)
		return false;
	memcpy(out, sv_take(s, 32).p, 32);
	return true;
}

void frame_put_u64(struct buf *b, enum frame_type type, uint64_t value)
{
	size_t at = frame_start(b, type);
	buf_add_varint(b, value);
	frame_finish(b, at);
}

bool frame_get_u64(struct sv body, uint64_t *out)
{
	return sv_take_varint(&body, out) && body.n == 0;
}

void frame_put_member(struct buf *b, const struct frame_member *m)
{
	size_t at = frame_start(b, FRAME_MEMBER);
	buf_add_char(b, (char)m->kind);
	buf_add_block(b, m->member);
	buf_add_char(b, m->mail.by_mail);
	buf_add_block(b, m->mail.from);
	buf_add_block(b, m->mail.dkim_domains);
	buf_add_block(b, m->mail.auth_results);
	buf_add_block(b, m->mail.message_id);
	buf_add_block(b, m->mail.subject);
	buf_add_block(b, m->mail.date);
	frame_finish(b, at);
}

bool frame_get_member(struct sv body, struct frame_member *out)
{
	return take_u8(&body, 3, &out->kind) &&
	       take_block_of(&body, LIMIT_MEMBER, &out->member) &&
	       take_bool(&body, &out->mail.by_mail) &&
	       take_block_of(&body, LIMIT_VALUE, &out->mail.from) &&
	       take_block_of(&body, LIMIT_VALUE, &out->mail.dkim_domains) &&
	       take_block_of(&body, LIMIT_VALUE, &out->mail.auth_results) &&
	       take_block_of(&body, LIMIT_VALUE, &out->mail.message_id) &&
	       take_block_of(&body, LIMIT_VALUE, &out->mail.subject) &&
	       take_block_of(&body, LIMIT_VALUE, &out->mail.date) && body.n == 0;
}

void frame_put_end(struct buf *b, const struct frame_end *e)
{
	size_t at = frame_start(b, FRAME_END);
	buf_add(b, e->sha, 32);
	buf_add_char(b, e->complete);
	buf_add_block(b, e->meta);
	buf_add_varint(b, e->repair_n);
	buf_add_block(b, e->repairs);
	frame_finish(b, at);
}

bool frame_get_end(struct sv body, struct frame_end *out)
{
	return take_sha(&body, out->sha) && take_bool(&body, &out->complete) &&
	       take_block_of(&body, LIMIT_META, &out->meta) &&
	       sv_take_varint(&body, &out->repair_n) && out->repair_n < INT64_MAX &&
	       sv_take_block(&body, &out->repairs) && body.n == 0;
}

void frame_put_verdict(struct buf *b, const struct frame_verdict *v)
{
	size_t at = frame_start(b, FRAME_VERDICT);
	buf_add_char(b, (char)v->status);
	buf_add_char(b, v->keep_raw);
	buf_add_block(b, sv_sub(v->reason, 0, LIMIT_REASON));
	frame_finish(b, at);
}

bool frame_get_verdict(struct sv body, struct frame_verdict *out)
{
	return take_u8(&body, UINT8_MAX, &out->status) &&
	       take_bool(&body, &out->keep_raw) &&
	       take_block_of(&body, LIMIT_REASON, &out->reason) && body.n == 0;
}

void frame_put_raw(struct buf *b, const struct frame_raw *r)
{
	size_t at = frame_start(b, FRAME_RAW);
	buf_add_char(b, (char)r->codec);
	buf_add_varint(b, r->plain_n);
	buf_add_block(b, r->bytes);
	frame_finish(b, at);
}

bool frame_get_raw(struct sv body, struct frame_raw *out)
{
	uint64_t plain;
	if (!take_u8(&body, 1, &out->codec) || !sv_take_varint(&body, &plain) ||
	    plain == 0 || plain > LIMIT_RAW_PIECE || !sv_take_block(&body, &out->bytes))
		return false;
	out->plain_n = (uint32_t)plain;
	/* Codec 0 is plain; packed bytes are sent only where they are fewer. */
	return body.n == 0 &&
	       (out->codec == 0 ? out->bytes.n == plain
				: out->bytes.n > 0 && out->bytes.n < plain);
}

void frame_put_done(struct buf *b, const struct frame_done *d)
{
	size_t at = frame_start(b, FRAME_DONE);
	buf_add_char(b, (char)d->form);
	buf_add_char(b, d->undone);
	frame_finish(b, at);
}

bool frame_get_done(struct sv body, struct frame_done *out)
{
	return take_u8(&body, UINT8_MAX, &out->form) && take_bool(&body, &out->undone) &&
	       body.n == 0;
}

void frame_put_ask(struct buf *b, const struct frame_ask *a)
{
	size_t at = frame_start(b, FRAME_ASK);
	buf_add_varint(b, a->item);
	buf_add_varint(b, a->size);
	buf_add(b, a->sha, 32);
	buf_add_block(b, a->path);
	buf_add_block(b, a->prefix);
	frame_finish(b, at);
}

bool frame_get_ask(struct sv body, struct frame_ask *out)
{
	return sv_take_varint(&body, &out->item) && sv_take_varint(&body, &out->size) &&
	       take_sha(&body, out->sha) && sv_take_block(&body, &out->path) &&
	       sv_take_block(&body, &out->prefix) && body.n == 0;
}

void frame_put_keep(struct buf *b, const struct frame_keep *k)
{
	size_t at = frame_start(b, FRAME_KEEP);
	buf_add_varint(b, k->item);
	buf_add_varint(b, k->offset);
	buf_add_varint(b, k->length);
	buf_add_char(b, k->undone);
	buf_add_block(b, k->reason);
	frame_finish(b, at);
}

bool frame_get_keep(struct sv body, struct frame_keep *out)
{
	return sv_take_varint(&body, &out->item) && sv_take_varint(&body, &out->offset) &&
	       sv_take_varint(&body, &out->length) && take_bool(&body, &out->undone) &&
	       sv_take_block(&body, &out->reason) && body.n == 0;
}

void frame_add_row(struct buf *b, const struct frame_row *r)
{
	buf_add_char(b, (char)r->source.kind);
	buf_add(b, r->source.b, addr_len(&r->source));
	buf_add_varint(b, r->facet);
	buf_add_varint(b, r->messages);
}

bool frame_take_row(struct sv *in, struct frame_row *out)
{
	struct sv at = *in;
	out->source = (struct addr){ 0 };
	if (!take_u8(&at, ADDR_V6, &out->source.kind))
		return false;
	size_t n = addr_len(&out->source);
	if (at.n < n || (n == 0 && out->source.kind != ADDR_NONE))
		return false;
	if (n)
		memcpy(out->source.b, sv_take(&at, n).p, n);
	if (!sv_take_varint(&at, &out->facet) || !sv_take_varint(&at, &out->messages) ||
	    out->messages > LIMIT_MESSAGES)
		return false;
	*in = at;
	return true;
}
