/* SPDX-License-Identifier: Apache-2.0 */
#include "report/model.h"

#include "base/arena.h"
#include "report/codec.h"
#include "report/words.h"

#include <string.h>

/*
 * A facet's bytes: FACET_FORM, the words of dkim, spf and disposition (first, so that
 * report_facet_passed() reads four bytes), the texts of those that are WORD_OTHER, the
 * identifiers, the reasons, the DKIM and SPF results, the extras, and the source's text.
 * A word is its number in words.def, one byte; WORD_OTHER is followed by its text.
 */
enum {
	FACET_FORM = 1,
	FACET_HEAD = 4
};

static bool add_word(struct buf *b, struct sv s)
{
	enum word word = word_find(s);
	if (!buf_add_char(b, (char)word))
		return false;
	return word != WORD_OTHER || buf_add_block(b, s);
}

static bool add_head(struct buf *b, const struct report_facet *f)
{
	const struct sv words[] = { f->dkim, f->spf, f->disposition };
	char head[FACET_HEAD] = { FACET_FORM };
	for (size_t i = 0; i < 3; i++)
		head[1 + i] = (char)word_find(words[i]);
	bool ok = buf_add(b, head, sizeof(head));
	for (size_t i = 0; ok && i < 3; i++)
		if (head[1 + i] == WORD_OTHER)
			ok = buf_add_block(b, words[i]);
	return ok;
}

static bool add_results(struct buf *b, const struct report_auth *auth, size_t n,
			bool is_dkim)
{
	bool ok = buf_add_varint(b, n);
	for (size_t i = 0; ok && i < n; i++, auth++)
		ok = codec_add_text(b, auth->domain) && add_word(b, auth->result) &&
		     (is_dkim ? codec_add_text(b, auth->selector)
			      : add_word(b, auth->scope)) &&
		     codec_add_text(b, auth->human_result);
	return ok;
}

static bool add_reasons(struct buf *b, const struct report_reason *reason, size_t n)
{
	bool ok = buf_add_varint(b, n);
	for (size_t i = 0; ok && i < n; i++)
		ok = add_word(b, reason[i].type) && codec_add_text(b, reason[i].comment);
	return ok;
}

bool report_facet_encode(const struct report_facet *f, struct buf *out)
{
	size_t before = out->n;
	if (f->reason_n > LIMIT_DKIM || f->auth_dkim_n > LIMIT_DKIM ||
	    f->auth_spf_n > LIMIT_DKIM)
		return false;
	return add_head(out, f) && codec_add_text(out, f->header_from) &&
	       codec_add_text(out, f->envelope_from) &&
	       codec_add_text(out, f->envelope_to) &&
	       add_reasons(out, f->reason, f->reason_n) &&
	       add_results(out, f->auth_dkim, f->auth_dkim_n, true) &&
	       add_results(out, f->auth_spf, f->auth_spf_n, false) &&
	       codec_add_extra(out, f->extra, f->extra_n) &&
	       codec_add_text(out, f->source_text) && out->n - before <= LIMIT_FACET;
}

/* The word whose number was read; the text of WORD_OTHER follows. */
static bool take_word_text(struct sv *s, uint8_t word, struct sv *out)
{
	if (word >= WORD_N_ALL)
		return false;
	*out = word_text((enum word)word);
	if (word != WORD_OTHER)
		return true;
	struct sv before = *s;
	uint64_t n;
	if (!codec_take_number(&before, &n))
		return false;
	return sv_take_block(s, out) && word_find(*out) == WORD_OTHER;
}

static bool take_word(struct sv *s, struct sv *out)
{
	if (s->n == 0)
		return false;
	uint8_t word = (uint8_t)sv_take(s, 1).p[0];
	return take_word_text(s, word, out);
}

static bool take_head(struct sv *s, struct report_facet *f)
{
	if (s->n < FACET_HEAD || s->p[0] != FACET_FORM)
		return false;
	const char *head = sv_take(s, FACET_HEAD).p;
	return take_word_text(s, (uint8_t)head[1], &f->dkim) &&
	       take_word_text(s, (uint8_t)head[2], &f->spf) &&
	       take_word_text(s, (uint8_t)head[3], &f->disposition);
}

static bool take_results(struct sv *s, struct arena *a, bool is_dkim,
			 const struct report_auth **out, size_t *out_n)
{
	size_t n;
	if (!codec_take_count(s, 4, LIMIT_DKIM, &n))
		return false;
	struct report_auth *auth = n ? arena_array(a, n, sizeof(*auth)) : NULL;
	*out = auth;
	*out_n = n;
	for (size_t i = 0; i < n; i++, auth++)
		if (!codec_take_text(s, &auth->domain) || !take_word(s, &auth->result) ||
		    !(is_dkim ? codec_take_text(s, &auth->selector)
			      : take_word(s, &auth->scope)) ||
		    !codec_take_text(s, &auth->human_result))
			return false;
	return true;
}

static bool take_reasons(struct sv *s, struct arena *a, struct report_facet *f)
{
	size_t n;
	if (!codec_take_count(s, 2, LIMIT_DKIM, &n))
		return false;
	struct report_reason *reason = n ? arena_array(a, n, sizeof(*reason)) : NULL;
	f->reason = reason;
	f->reason_n = n;
	for (size_t i = 0; i < n; i++)
		if (!take_word(s, &reason[i].type) ||
		    !codec_take_text(s, &reason[i].comment))
			return false;
	return true;
}

bool report_facet_decode(struct sv bytes, struct arena *a, struct report_facet *out)
{
	*out = (struct report_facet){ 0 };
	return bytes.n <= LIMIT_FACET && take_head(&bytes, out) &&
	       codec_take_text(&bytes, &out->header_from) &&
	       codec_take_text(&bytes, &out->envelope_from) &&
	       codec_take_text(&bytes, &out->envelope_to) &&
	       take_reasons(&bytes, a, out) &&
	       take_results(&bytes, a, true, &out->auth_dkim, &out->auth_dkim_n) &&
	       take_results(&bytes, a, false, &out->auth_spf, &out->auth_spf_n) &&
	       codec_take_extra(&bytes, a, &out->extra, &out->extra_n) &&
	       codec_take_text(&bytes, &out->source_text) && bytes.n == 0;
}

bool report_facet_passed(struct sv bytes)
{
	return bytes.n >= FACET_HEAD && bytes.p[0] == FACET_FORM &&
	       (bytes.p[1] == WORD_PASS || bytes.p[2] == WORD_PASS);
}
