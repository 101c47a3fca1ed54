/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"
#include "base/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	HEAD = 4096 /* bytes that tell what a part is */
};

/* The parts of a report's mail that say something. */
struct parts {
	struct mime_part feedback, sentences, sample;
	bool has_feedback, typed; /* as what it is */
	bool has_sentences, has_sample;
	const struct mime_mail *mail;
};

void reading_note(struct reading *rd, enum repair_code code, const char *where)
{
	struct arf_report *r = rd->r;
	struct sv place = sv_from(where);
	r->repairs += r->repairs < UINT32_MAX;
	for (size_t i = 0; i < r->repair_n; i++)
		if (r->repair[i].code == code && sv_eq(r->repair[i].where, place)) {
			r->repair[i].times++;
			return;
		}
	if (r->repair_n < ARF_REPAIRS_MAX)
		r->repair[r->repair_n++] = (struct repair){ .code = (uint16_t)code,
							    .times = 1,
							    .where = place };
}

struct sv reading_unfold(struct reading *rd, struct sv value)
{
	buf_clear(&rd->line);
	value_unfold(value, &rd->line);
	return buf_sv(&rd->line);
}

/* At most `max` bytes of a part with its encoding undone. */
static struct sv decoded(struct arena *a, const struct mime_part *p, size_t max)
{
	if (p->encoding == MIME_IDENTITY)
		return sv_sub(p->body, 0, max);
	struct mime_decoder d;
	mime_decoder_init(&d, p->encoding, p->body);
	size_t cap = (p->body.n < max ? p->body.n : max) + 4, n = 0, got;
	char *bytes = arena_alloc(a, cap);
	while (n < max && cap - n >= 4 && (got = mime_decode(&d, bytes + n, cap - n)) > 0)
		n += got;
	return (struct sv){ bytes, n < max ? n : max };
}

static bool is_message_type(struct sv type)
{
	static const char *const types[] = { "message/rfc822", "message/global",
					     "text/rfc822-headers",
					     "message/global-headers" };
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (sv_eq(type, sv_from(types[i])))
			return true;
	return false;
}

/* A mail whose own type stands where message/rfc822 should. */
static bool is_unlabelled(const struct mime_part *p)
{
	return sv_has_prefix_fold(p->type, SV("multipart/"));
}

static bool is_sample(const struct parts *parts, const struct mime_part *p,
		      struct sv head)
{
	if (is_message_type(p->type) ||
	    (p->path.n && is_unlabelled(p) && mime_recognise(p->header)))
		return true;
	return sv_has_prefix_fold(p->type, SV("text/rfc822")) ||
	       sv_has_prefix_fold(p->type, SV("message/rfc822")) ||
	       (parts->has_feedback && mime_recognise(head));
}

static void sort_part(struct arena *a, struct parts *parts, const struct mime_part *p)
{
	bool typed = sv_eq(p->type, SV("message/feedback-report"));
	struct sv head = decoded(a, p, HEAD);
	if (!parts->mail)
		parts->mail = p->mail;
	if ((typed && !parts->typed) ||
	    (!parts->has_feedback && !is_message_type(p->type) &&
	     fields_recognise(head))) {
		parts->feedback = *p;
		parts->has_feedback = true;
		parts->typed = typed;
	} else if (!parts->has_sample && is_sample(parts, p, head)) {
		parts->sample = *p;
		parts->has_sample = true;
	} else if (!parts->has_sentences && sv_has_prefix_fold(p->type, SV("text/")) &&
		   sentences_recognise(head)) {
		parts->sentences = *p;
		parts->has_sentences = true;
	}
}

static void find_parts(struct sv mail, struct arena *a, struct parts *out)
{
	struct mime_walk *w = mime_walk_new(mail, a);
	struct mime_part p;
	mime_walk_stay(w);
	while (mime_walk_next(w, &p))
		sort_part(a, out, &p);
	mime_walk_free(&w);
}

/* The header at the front of a mail. */
static struct sv header_of(struct sv mail)
{
	struct sv text = header_window(header_begin(mail)), rest = text;
	struct header_field f;
	while (header_next(&rest, &f))
		;
	return sv_sub(text, 0, text.n - rest.n);
}

static struct sv sample_header(struct arena *a, const struct mime_part *p)
{
	if (is_unlabelled(p))
		return p->header;
	return header_of(decoded(a, p, LIMIT_HEADER));
}

/* Line ends as LF, no blanks before them, no empty lines at either end. */
static struct sv normal_form(struct arena *a, struct sv text)
{
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0;
	struct sv line;
	while (sv_take_line(&text, &line)) {
		line = sv_trim_end(line);
		if (n == 0 && line.n == 0)
			continue;
		if (line.n)
			memcpy(p + n, line.p, line.n);
		n += line.n;
		p[n++] = '\n';
	}
	while (n > 1 && p[n - 1] == '\n' && p[n - 2] == '\n')
		n--;
	return (struct sv){ p, n };
}

static void add_identity(struct reading *rd, struct sv text)
{
	struct arf_report *r = rd->r;
	if (r->identity_n)
		r->identity[r->identity_n++] = SV("\n");
	r->identity[r->identity_n++] = normal_form(rd->a, text);
}

/* Whose domain is it about? The first field that says it. */
static void find_policy_domain(struct reading *rd)
{
	struct arf_report *r = rd->r;
	if (r->reported_n) {
		r->policy_domain = r->reported[0];
		return;
	}
	const struct {
		struct sv domain;
		const char *field;
	} others[] = {
		{ r->header_from, "From" },
		{ rd->results_from, "Authentication-Results" },
		{ r->dkim_domain, "DKIM-Domain" },
		{ r->mail_from, "Original-Mail-From" },
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (others[i].domain.n) {
			r->policy_domain = others[i].domain;
			reading_note(rd, REPAIR_FAILURE_DOMAIN_GUESSED, others[i].field);
			return;
		}
}

static void read_feedback(struct reading *rd, const struct parts *parts, struct sv part)
{
	if (!parts->typed || parts->feedback.encoding == MIME_BASE64)
		reading_note(rd, REPAIR_FAILURE_ENCODED, "");
	fields_read(rd, part);
}

static void read_parts(struct reading *rd, const struct parts *parts, struct sv said)
{
	struct arf_report *r = rd->r;
	struct sv header = SV("");
	add_identity(rd, said);
	if (parts->has_sample) {
		header = sample_header(rd->a, &parts->sample);
		rd->texts[READING_SAMPLE] = header;
		if (!is_message_type(parts->sample.type))
			reading_note(rd, REPAIR_FAILURE_SAMPLE_TYPE, "");
	}
	if (parts->has_feedback) {
		read_feedback(rd, parts, said);
	} else {
		struct sv copy = sentences_read(rd, said);
		if (!parts->has_sample)
			header = rd->texts[READING_SAMPLE] = header_of(copy);
	}
	if (parts->has_sample)
		add_identity(rd, header);
	if (header.n)
		sample_read(rd, header);
	else
		reading_note(rd, REPAIR_FAILURE_SAMPLE, "");
	find_policy_domain(rd);
	if (r->policy_domain.n && header.n)
		sample_signature(rd, header);
}

static void read_mail(struct reading *rd, const struct mime_mail *mail)
{
	struct arf_report *r = rd->r;
	r->reporter = name_address_domain(rd, mail->from, "From");
	if (!r->has_arrival && value_time(rd, mail->date))
		reading_note(rd, REPAIR_FAILURE_DATE_GUESSED, "Date");
}

static bool refuse(char reason[LIMIT_REASON + 1], const char *sentence)
{
	(void)snprintf(reason, LIMIT_REASON + 1, "%s", sentence);
	return false;
}

bool arf_read(struct sv mail, struct arena *a, struct arf_report *out,
	      char reason[LIMIT_REASON + 1])
{
	struct parts parts = { .typed = false };
	*out = (struct arf_report){ .incidents = 1 };
	find_parts(mail, a, &parts);
	if (!parts.has_feedback && !parts.has_sentences)
		return refuse(reason, "a failure report without the part that says what "
				      "failed (message/feedback-report)");
	struct sv said = decoded(a,
				 parts.has_feedback ? &parts.feedback : &parts.sentences,
				 LIMIT_FEEDBACK + 1);
	if (said.n > LIMIT_FEEDBACK) {
		(void)snprintf(reason, LIMIT_REASON + 1,
			       "the part that says what failed is larger than %" PRIu64
			       " KiB",
			       LIMIT_FEEDBACK / 1024);
		return false;
	}
	struct reading rd = { .a = a, .r = out };
	buf_init(&rd.line, HEADER_TEXT);
	rd.texts[READING_MAIL] = header_of(mail);
	rd.texts[READING_FEEDBACK] = said;
	read_parts(&rd, &parts, said);
	read_mail(&rd, parts.mail);
	buf_deinit(&rd.line);
	if (out->policy_domain.n == 0)
		return refuse(
			reason,
			"a failure report that names no domain: no Reported-Domain, "
			"and none in the mail that it reports");
	return true;
}
