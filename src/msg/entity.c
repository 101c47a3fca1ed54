/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/limits.h"
#include "msg/msg_int.h"

#include <string.h>

enum {
	TYPE_MAX = 127,
	BOUNDARY_MAX = 998, /* a line, RFC 5322 2.1.1 */
	NAME_MAX_BYTES = 1024
};

/* A header on its way to being read: values that need a second look, and the texts that
 * grow with each field. */
struct reading {
	struct arena *a;
	struct entity *entity;
	struct mime_mail *mail; /* NULL: a part's header */
	struct sv from, sender;
	bool has_encoding, has_disposition;
	struct buf line, text, domains, results;
};

struct field_rule {
	const char *name; /* as header_is_named() wants it */
	bool mail_only;
	void (*take)(struct reading *r, struct sv value);
};

static struct sv keep(struct reading *r, struct sv s, size_t max)
{
	return arena_sv(r->a, value_cut(sv_trim(s), max));
}

static struct sv keep_lower(struct reading *r, struct sv s, size_t max)
{
	struct sv copy = sv_trim(sv_sub(s, 0, max));
	char *p = arena_str(r->a, copy);
	for (size_t i = 0; i < copy.n; i++)
		p[i] = ascii_lower(p[i]);
	return (struct sv){ p, copy.n };
}

static struct sv unfold(struct reading *r, struct sv value)
{
	buf_clear(&r->line);
	value_unfold(value, &r->line);
	return buf_sv(&r->line);
}

static bool parameter(struct reading *r, struct sv params, const char *name)
{
	buf_clear(&r->text);
	return param_get(params, name, &r->text);
}

static struct sv base_name(struct sv s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
			return sv_sub(s, i, s.n);
	return s;
}

static void take_content_type(struct reading *r, struct sv value)
{
	struct entity *e = r->entity;
	if (e->has_type)
		return;
	struct sv params = unfold(r, value);
	struct sv type = param_take_type(&params);
	if (type.n) {
		e->has_type = true;
		e->type = keep_lower(r, type, TYPE_MAX);
	}
	if (parameter(r, params, "boundary"))
		e->boundary = keep(r, buf_sv(&r->text), BOUNDARY_MAX);
	if (parameter(r, params, "charset"))
		e->charset = keep(r, buf_sv(&r->text), TYPE_MAX);
	if (parameter(r, params, "report-type"))
		e->report_type = keep_lower(r, buf_sv(&r->text), TYPE_MAX);
	if (e->name.n == 0 && parameter(r, params, "name"))
		e->name = keep(r, base_name(buf_sv(&r->text)), NAME_MAX_BYTES);
}

static void take_disposition(struct reading *r, struct sv value)
{
	if (r->has_disposition)
		return;
	struct sv params = unfold(r, value);
	sv_take(&params, sv_chr(params, ';'));
	if (!parameter(r, params, "filename"))
		return;
	struct sv name = sv_trim(base_name(buf_sv(&r->text)));
	if (name.n == 0)
		return;
	r->has_disposition = true;
	r->entity->name = keep(r, name, NAME_MAX_BYTES);
}

static void take_encoding(struct reading *r, struct sv value)
{
	if (r->has_encoding)
		return;
	size_t n = 0;
	while (value.n && (value.p[0] == '"' || value.p[0] == '\''))
		sv_take(&value, 1);
	while (n < value.n && (ascii_is_alnum(value.p[n]) || value.p[n] == '-'))
		n++;
	struct sv token = sv_sub(value, 0, n);
	if (n == 0)
		return;
	r->has_encoding = true;
	if (header_is_named(token, "base64"))
		r->entity->encoding = MIME_BASE64;
	else if (header_is_named(token, "quotedprintable"))
		r->entity->encoding = MIME_QP;
}

static struct sv decoded(struct reading *r, struct sv value)
{
	buf_clear(&r->text);
	value_decode(unfold(r, value), &r->text);
	return buf_sv(&r->text);
}

static void take_text(struct reading *r, struct sv value, struct sv *out)
{
	if (out->n == 0)
		*out = keep(r, decoded(r, value), LIMIT_VALUE);
}

static void take_subject(struct reading *r, struct sv value)
{
	take_text(r, value, &r->mail->subject);
}

static void take_date(struct reading *r, struct sv value)
{
	take_text(r, value, &r->mail->date);
}

static void take_message_id(struct reading *r, struct sv value)
{
	take_text(r, value, &r->mail->message_id);
}

static void take_from(struct reading *r, struct sv value)
{
	if (r->from.n == 0)
		r->from = value;
}

static void take_sender(struct reading *r, struct sv value)
{
	if (r->sender.n == 0)
		r->sender = value;
}

/* The tag d= of a signature (RFC 6376 3.5), without the white space of its folding. */
static void take_signature(struct reading *r, struct sv value)
{
	char domain[256];
	size_t n = 0;
	struct sv name = SV("");
	while (value.n && !sv_eq(name, SV("d"))) {
		struct sv tag = sv_take_until(&value, ';');
		name = sv_trim(sv_take_until(&tag, '='));
		n = 0;
		for (size_t i = 0; i < tag.n && n < sizeof(domain); i++)
			if (!ascii_is_space(tag.p[i]))
				domain[n++] = tag.p[i];
	}
	struct buf *b = &r->domains;
	if (!sv_eq(name, SV("d")) || n == 0 || n == sizeof(domain) ||
	    n + 1 > b->max - b->n)
		return;
	if (b->n)
		buf_add_char(b, ' ');
	buf_add(b, domain, n);
}

static void take_results(struct reading *r, struct sv value)
{
	struct buf *b = &r->results;
	size_t room = b->max - b->n;
	if (room < 2)
		return;
	struct sv text = value_cut(sv_trim(decoded(r, value)), room - 1);
	if (text.n && b->n)
		buf_add_char(b, '\n');
	for (size_t i = 0; i < text.n; i++)
		buf_add_char(b, text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i]);
}

static const struct field_rule rules[] = {
	{ "contenttype", false, take_content_type },
	{ "contentdisposition", false, take_disposition },
	{ "contenttransferencoding", false, take_encoding },
	{ "from", true, take_from },
	{ "sender", true, take_sender },
	{ "subject", true, take_subject },
	{ "date", true, take_date },
	{ "messageid", true, take_message_id },
	{ "dkimsignature", true, take_signature },
	{ "authenticationresults", true, take_results },
};

static void take_field(struct reading *r, const struct header_field *f)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct field_rule *rule = &rules[i];
		if (!header_is_named(f->name, rule->name))
			continue;
		if (r->mail || !rule->mail_only)
			rule->take(r, f->value);
		else if (rule->take == take_from)
			r->entity->has_from = true;
	}
}

static void finish_mail(struct reading *r)
{
	struct sv value = r->from.n ? r->from : r->sender;
	struct sv text = unfold(r, value);
	struct sv address = header_address(text);
	buf_clear(&r->text);
	value_decode(address.n ? address : text, &r->text);
	r->mail->from = keep(r, buf_sv(&r->text), LIMIT_VALUE);
	r->mail->dkim_domains = arena_sv(r->a, buf_sv(&r->domains));
	r->mail->auth_results = arena_sv(r->a, buf_sv(&r->results));
}

static bool begins_as_one_of(struct sv s, const char *const *list)
{
	for (; *list; list++)
		if (s.n > strlen(*list) && memcmp(s.p, *list, strlen(*list)) == 0)
			return true;
	return false;
}

/* What a body plainly is, whatever its header says of its encoding: XML, gzip, zip or a
 * feedback report as they are, or their base64. */
static enum mime_encoding likely_encoding(enum mime_encoding said, struct sv body)
{
	static const char *const plain[] = { "<?xml",          "<feedback",
					     "\x1f\x8b\x08",   "PK\x03\x04",
					     "Feedback-Type:", NULL };
	static const char *const base64[] = {
		"H4sI", "UEsDB", "PD94bWwg", "PGZlZWRiYWNr", "RmVlZGJhY2stVHlwZ", NULL
	};
	body = sv_trim(sv_sub(body, 0, 64));
	if (said == MIME_BASE64 && begins_as_one_of(body, plain))
		return MIME_IDENTITY;
	if (said == MIME_IDENTITY && begins_as_one_of(body, base64))
		return MIME_BASE64;
	return said;
}

void entity_read(struct sv text, struct arena *a, struct mime_mail *mail,
		 struct entity *out)
{
	*out = (struct entity){ .encoding = MIME_IDENTITY };
	struct reading r = { .a = a, .entity = out, .mail = mail };
	buf_init(&r.line, HEADER_TEXT);
	buf_init(&r.text, HEADER_TEXT);
	buf_init(&r.domains, LIMIT_VALUE);
	buf_init(&r.results, LIMIT_VALUE);
	struct sv window = header_window(text), rest = window;
	struct header_field f;
	while (header_next(&rest, &f))
		take_field(&r, &f);
	out->header_over = window.n < text.n && rest.n == 0 && f.value.n == 0;
	out->header = sv_sub(text, 0, window.n - rest.n);
	out->body = sv_sub(text, out->header.n, text.n);
	out->encoding = likely_encoding(out->encoding, out->body);
	if (mail)
		finish_mail(&r);
	buf_deinit(&r.line);
	buf_deinit(&r.text);
	buf_deinit(&r.domains);
	buf_deinit(&r.results);
}
