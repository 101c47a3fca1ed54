/* SPDX-License-Identifier: Apache-2.0 */
#include "report/codec.h"

#include "base/text.h"
#include "tlsrpt/tlsrpt.h"

#include <string.h>

/*
 * A meta: META_FORM, which times are known, those times, the texts, the extras.
 * A part: PART_FORM, its kind, its values in the order of their struct; a word of the RFC
 * is its number, any other is OTHER and its text.
 */
enum {
	META_FORM = 1,
	PART_FORM = 1,
	HAS_BEGIN = 1,
	HAS_END = 2
};

/* 10000-01-01: no date of four digits is later. */
#define LAST_TIME UINT64_C(253402300800)

/* Text as the reader keeps it. */
static bool is_text(struct sv s)
{
	if (s.n > LIMIT_VALUE || !utf8_is_valid(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool take_text(struct sv *s, struct sv *out)
{
	return codec_take_text(s, out) && is_text(*out);
}

static bool take_extra(struct sv *s, struct arena *a, const struct report_extra **out,
		       size_t *out_n)
{
	bool ok = codec_take_extra(s, a, out, out_n);
	for (size_t i = 0; ok && i < *out_n; i++)
		ok = (*out)[i].name.p && is_text((*out)[i].name) &&
		     is_text((*out)[i].value);
	return ok;
}

static bool take_time(struct sv *s, bool has, int64_t *out)
{
	uint64_t t = 0;
	if (has && (!codec_take_number(s, &t) || t > LAST_TIME))
		return false;
	*out = (int64_t)t;
	return true;
}

bool tls_meta_encode(const struct tls_meta *m, struct buf *out)
{
	size_t before = out->n;
	bool ok = buf_add_char(out, META_FORM) &&
		  buf_add_char(out, (char)((m->has_begin ? HAS_BEGIN : 0) |
					   (m->has_end ? HAS_END : 0))) &&
		  (!m->has_begin || buf_add_varint(out, (uint64_t)m->begin)) &&
		  (!m->has_end || buf_add_varint(out, (uint64_t)m->end)) &&
		  codec_add_text(out, m->org) && codec_add_text(out, m->contact) &&
		  codec_add_text(out, m->report_id) &&
		  codec_add_extra(out, m->extra, m->extra_n);
	return ok && out->n - before <= LIMIT_META;
}

bool tls_meta_decode(struct sv bytes, struct arena *a, struct tls_meta *out)
{
	*out = (struct tls_meta){ 0 };
	if (bytes.n < 2 || bytes.n > LIMIT_META || bytes.p[0] != META_FORM)
		return false;
	uint8_t has = (uint8_t)bytes.p[1];
	sv_take(&bytes, 2);
	out->has_begin = has & HAS_BEGIN;
	out->has_end = has & HAS_END;
	return has <= (HAS_BEGIN | HAS_END) &&
	       take_time(&bytes, out->has_begin, &out->begin) &&
	       take_time(&bytes, out->has_end, &out->end) &&
	       take_text(&bytes, &out->org) && take_text(&bytes, &out->contact) &&
	       take_text(&bytes, &out->report_id) &&
	       take_extra(&bytes, a, &out->extra, &out->extra_n) && bytes.n == 0;
}

static bool add_texts(struct buf *b, const struct sv *texts, size_t n)
{
	bool ok = buf_add_varint(b, n);
	for (size_t i = 0; ok && i < n; i++)
		ok = codec_add_text(b, texts[i]);
	return ok;
}

static bool take_texts(struct sv *s, struct arena *a, const struct sv **out,
		       size_t *out_n)
{
	size_t n;
	if (!codec_take_count(s, 1, LIMIT_TLS_LINES, &n))
		return false;
	struct sv *texts = n ? arena_array(a, n, sizeof(*texts)) : NULL;
	for (size_t i = 0; i < n; i++)
		if (!take_text(s, &texts[i]) || !texts[i].p)
			return false;
	*out = texts;
	*out_n = n;
	return true;
}

static bool take_sessions(struct sv *s, uint64_t *out)
{
	return codec_take_number(s, out) && *out <= LIMIT_MESSAGES;
}

static bool add_part(struct buf *b, enum tls_part_kind kind)
{
	return buf_add_char(b, PART_FORM) && buf_add_char(b, (char)kind);
}

bool tls_policy_encode(const struct tls_policy *p, struct buf *out)
{
	size_t before = out->n;
	bool ok = add_part(out, TLS_PART_POLICY) && buf_add_varint(out, p->type) &&
		  (p->type != TLS_POLICY_OTHER || codec_add_text(out, p->type_text)) &&
		  codec_add_text(out, p->domain) &&
		  add_texts(out, p->strings, p->strings_n) &&
		  add_texts(out, p->mx, p->mx_n) && buf_add_varint(out, p->succeeded) &&
		  buf_add_varint(out, p->failed) &&
		  codec_add_extra(out, p->extra, p->extra_n);
	return ok && out->n - before <= LIMIT_TLS_PART;
}

static bool take_policy_type(struct sv *s, struct tls_policy *out)
{
	uint64_t n;
	if (!codec_take_number(s, &n) || n >= TLS_POLICY_N)
		return false;
	out->type = (enum tls_policy_type)n;
	out->type_text = sv_from(tls_policy_kind(out->type)->name);
	return n != TLS_POLICY_OTHER ||
	       (take_text(s, &out->type_text) && !tls_policy_find(out->type_text));
}

static bool take_policy(struct sv *s, struct arena *a, struct tls_policy *out)
{
	return take_policy_type(s, out) && take_text(s, &out->domain) &&
	       take_texts(s, a, &out->strings, &out->strings_n) &&
	       take_texts(s, a, &out->mx, &out->mx_n) &&
	       take_sessions(s, &out->succeeded) && take_sessions(s, &out->failed) &&
	       out->succeeded + out->failed <= LIMIT_MESSAGES &&
	       take_extra(s, a, &out->extra, &out->extra_n);
}

/* Its kind and bytes; a text only where it is no address. */
static bool add_address(struct buf *b, const struct addr *addr, struct sv text)
{
	return buf_add_char(b, (char)addr->kind) && buf_add(b, addr->b, addr_len(addr)) &&
	       (addr->kind != ADDR_NONE || codec_add_text(b, text));
}

static bool take_address(struct sv *s, struct addr *out, struct sv *out_text)
{
	static const char mapped[12] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
	*out = (struct addr){ .kind = s->n ? (uint8_t)s->p[0] : 1 };
	sv_take(s, 1);
	if (out->kind == ADDR_NONE)
		return take_text(s, out_text);
	size_t n = addr_len(out);
	if (n == 0 || s->n < n)
		return false;
	memcpy(out->b, sv_take(s, n).p, n);
	/* An IPv4 address in IPv6 clothes is the IPv4 address. */
	return out->kind == ADDR_V4 || memcmp(out->b, mapped, sizeof(mapped)) != 0;
}

bool tls_failure_encode(const struct tls_failure *f, struct buf *out)
{
	size_t before = out->n;
	bool ok = add_part(out, TLS_PART_FAILURE) && buf_add_varint(out, f->result) &&
		  (f->result != TLS_RESULT_OTHER ||
		   codec_add_text(out, f->result_text)) &&
		  add_address(out, &f->sending, f->sending_text) &&
		  add_address(out, &f->receiving, f->receiving_text) &&
		  codec_add_text(out, f->mx) && codec_add_text(out, f->helo) &&
		  codec_add_text(out, f->info) && codec_add_text(out, f->reason) &&
		  buf_add_varint(out, f->sessions) &&
		  codec_add_extra(out, f->extra, f->extra_n);
	return ok && out->n - before <= LIMIT_TLS_PART;
}

static bool take_result(struct sv *s, struct tls_failure *out)
{
	uint64_t n;
	if (!codec_take_number(s, &n) || n >= TLS_RESULT_N)
		return false;
	out->result = (enum tls_result_type)n;
	out->result_text = sv_from(tls_result_kind(out->result)->name);
	return n != TLS_RESULT_OTHER ||
	       (take_text(s, &out->result_text) && !tls_result_find(out->result_text));
}

static bool take_failure(struct sv *s, struct arena *a, struct tls_failure *out)
{
	return take_result(s, out) &&
	       take_address(s, &out->sending, &out->sending_text) &&
	       take_address(s, &out->receiving, &out->receiving_text) &&
	       take_text(s, &out->mx) && take_text(s, &out->helo) &&
	       take_text(s, &out->info) && take_text(s, &out->reason) &&
	       take_sessions(s, &out->sessions) &&
	       take_extra(s, a, &out->extra, &out->extra_n);
}

bool tls_part_decode(struct sv bytes, struct arena *a, struct tls_part *out)
{
	*out = (struct tls_part){ 0 };
	if (bytes.n < 2 || bytes.n > LIMIT_TLS_PART || bytes.p[0] != PART_FORM)
		return false;
	char kind = bytes.p[1];
	sv_take(&bytes, 2);
	out->kind = (enum tls_part_kind)kind;
	if (kind == TLS_PART_POLICY)
		return take_policy(&bytes, a, &out->policy) && bytes.n == 0;
	return kind == TLS_PART_FAILURE && take_failure(&bytes, a, &out->failure) &&
	       bytes.n == 0;
}
