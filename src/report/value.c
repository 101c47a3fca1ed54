/* SPDX-License-Identifier: Apache-2.0 */
#include "report/build_int.h"
#include "report/words.h"

#include <string.h>

/* Values: what a leaf's text means, and what a row is made of. */

/* The last second of the year 9999. */
#define TIME_MAX INT64_C(253402300799)

#define W(word) WORD_BIT(WORD_##word)
#define ERRORS (W(TEMPERROR) | W(PERMERROR))

/* The words that are legal in one RFC or the other, and the repair for all else. */
static const struct rule {
	uint64_t legal;
	enum repair_code otherwise;
} rules[VALUE_ALL] = {
	[VALUE_POLICY] = { W(NONE) | W(QUARANTINE) | W(REJECT), REPAIR_POLICY_WORD },
	[VALUE_ALIGNMENT] = { W(R) | W(S), REPAIR_ALIGNMENT_WORD },
	[VALUE_TESTING] = { W(Y) | W(N), REPAIR_TESTING_WORD },
	[VALUE_DISCOVERY] = { W(PSL) | W(TREEWALK), REPAIR_DISCOVERY_WORD },
	[VALUE_DISPOSITION] = { W(NONE) | W(PASS) | W(QUARANTINE) | W(REJECT),
				REPAIR_DISPOSITION_WORD },
	[VALUE_EVALUATED] = { W(PASS) | W(FAIL), REPAIR_EVALUATED_WORD },
	[VALUE_REASON] = { W(FORWARDED) | W(SAMPLED_OUT) | W(TRUSTED_FORWARDER) |
				   W(MAILING_LIST) | W(LOCAL_POLICY) |
				   W(POLICY_TEST_MODE) | W(OTHER_REASON),
			   REPAIR_REASON_WORD },
	[VALUE_DKIM_RESULT] = { W(NONE) | W(PASS) | W(FAIL) | W(POLICY) | W(NEUTRAL) |
					ERRORS,
				REPAIR_DKIM_RESULT_WORD },
	[VALUE_SPF_RESULT] = { W(NONE) | W(PASS) | W(FAIL) | W(SOFTFAIL) | W(POLICY) |
				       W(NEUTRAL) | ERRORS,
			       REPAIR_SPF_RESULT_WORD },
	[VALUE_SCOPE] = { W(MFROM) | W(HELO), REPAIR_SCOPE_WORD },
};

/* Words that were meant as another one (RFC 7489 appendix C says so of the errors). */
static const struct {
	enum value value;
	struct sv found;
	enum word meant;
	enum repair_code repair;
} aliases[] = {
	{ VALUE_SPF_RESULT, { "hardfail", 8 }, WORD_FAIL, REPAIR_RESULT_ALIAS },
	{ VALUE_SPF_RESULT, { "unknown", 7 }, WORD_TEMPERROR, REPAIR_RESULT_ALIAS },
	{ VALUE_SPF_RESULT, { "error", 5 }, WORD_PERMERROR, REPAIR_RESULT_ALIAS },
	{ VALUE_ALIGNMENT, { "relaxed", 7 }, WORD_R, REPAIR_ALIGNMENT_ALIAS },
	{ VALUE_ALIGNMENT, { "strict", 6 }, WORD_S, REPAIR_ALIGNMENT_ALIAS },
};

/* The first value that is not empty stays. */
static bool is_taken(struct build *b, const struct sv *slot, enum place place,
		     struct sv text)
{
	if (slot->n == 0)
		return slot->p && text.n == 0;
	/* A second policy_published is one repair, not one for each of its fields. */
	if (text.n && !(b->policies > 1 && place_info[place].parent == PLACE_POLICY))
		build_note(b, REPAIR_VALUE_TWICE, text);
	return true;
}

static bool set_text(struct build *b, enum place place, struct sv *slot, struct sv text)
{
	if (is_taken(b, slot, place, text))
		return true;
	return build_keep(b, place_info[place].group, text, false, slot);
}

static bool set_domain(struct build *b, enum place place, struct sv *slot, struct sv text)
{
	if (is_taken(b, slot, place, text))
		return true;
	if (text.n > 1 && text.p[text.n - 1] == '.') {
		build_note(b, REPAIR_DOMAIN_DOT, text);
		text.n--;
	}
	return build_keep(b, place_info[place].group, text, true, slot);
}

/* A word in capitals, one that was meant otherwise, or one that is kept as it is. */
static bool set_odd_word(struct build *b, enum place place, struct sv *slot,
			 struct sv text)
{
	enum value value = place_info[place].value;
	const struct rule *rule = &rules[value];
	char low[WORD_LONGEST];
	struct sv folded = { low, text.n };
	for (size_t i = 0; i < text.n && i < sizeof(low); i++)
		low[i] = ascii_lower(text.p[i]);
	enum word word = text.n <= sizeof(low) ? word_find(folded) : WORD_OTHER;
	if (word > WORD_OTHER && rule->legal & WORD_BIT(word)) {
		build_note(b, REPAIR_WORD_CASE, text);
		*slot = word_text(word);
		return true;
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (aliases[i].value == value && sv_eq_fold(aliases[i].found, text)) {
			build_note(b, aliases[i].repair, text);
			*slot = word_text(aliases[i].meant);
			return true;
		}
	build_note(b, rule->otherwise, text);
	if (word > WORD_OTHER) {
		*slot = word_text(word);
		return true;
	}
	return build_keep(b, place_info[place].group, text, true, slot);
}

static bool set_word(struct build *b, enum place place, struct sv *slot, struct sv text)
{
	if (is_taken(b, slot, place, text))
		return true;
	enum word word = word_find(text);
	if (word != WORD_EMPTY &&
	    !(rules[place_info[place].value].legal & WORD_BIT(word)))
		return set_odd_word(b, place, slot, text);
	*slot = word_text(word);
	return true;
}

static bool set_percent(struct build *b, enum place place, struct sv *slot,
			struct sv text)
{
	uint64_t n;
	if (text.n && (!sv_to_u64(text, &n) || n > 100))
		build_note(b, REPAIR_PCT_NUMBER, text);
	return set_text(b, place, slot, text);
}

/* Several of them are one a line. */
static bool set_lines(struct build *b, struct sv *slot, struct sv text)
{
	if (slot->n == 0)
		return build_keep(b, GROUP_META, text, false, slot);
	if (text.n == 0)
		return true;
	struct pool *pool = &b->meta_pool;
	struct sv rest;
	/* The lines so far are moved to the end, unless they are there. */
	if (slot->p + slot->n != pool->p + pool->n &&
	    !build_keep(b, GROUP_META, *slot, false, slot))
		return false;
	if (!build_keep(b, GROUP_META, SV("\n"), false, &rest) ||
	    !build_keep(b, GROUP_META, text, false, &rest))
		return false;
	slot->n += 1 + text.n;
	return true;
}

/* --- numbers --- */

/* The whole part of "12" or "12.5"; *out_cut says that there was another. */
static bool whole_part(struct sv text, uint64_t *out, bool *out_cut)
{
	if (text.n && text.p[0] == '+')
		sv_take(&text, 1);
	size_t dot = sv_chr(text, '.');
	*out_cut = dot < text.n;
	for (size_t i = dot + 1; i < text.n; i++)
		if (!ascii_is_digit(text.p[i]))
			return false;
	return sv_to_u64(sv_sub(text, 0, dot), out);
}

static bool read_time(struct build *b, struct sv text, int64_t *out)
{
	uint64_t v;
	bool cut;
	if (!whole_part(text, &v, &cut) || v > (uint64_t)TIME_MAX) {
		build_note(b, REPAIR_TIME_UNREADABLE, text);
		return false;
	}
	if (cut)
		build_note(b, REPAIR_TIME_DECIMAL, text);
	*out = (int64_t)v;
	return true;
}

static bool set_time(struct build *b, enum place place, struct sv text)
{
	bool is_begin = place == PLACE_BEGIN;
	bool *seen = is_begin ? &b->has_begin_text : &b->has_end_text;
	if (text.n == 0)
		return true;
	if (*seen) {
		build_note(b, REPAIR_VALUE_TWICE, text);
		return true;
	}
	*seen = true;
	if (is_begin)
		b->meta.has_begin = read_time(b, text, &b->meta.begin);
	else
		b->meta.has_end = read_time(b, text, &b->meta.end);
	return true;
}

/* 1, as long as the report may count more. */
static uint64_t one_message(const struct build *b)
{
	return b->messages < LIMIT_MESSAGES;
}

static uint64_t read_count(struct build *b, struct sv text)
{
	uint64_t v;
	bool cut;
	if (sv_eq(text, SV("-0")))
		return 0;
	if (!whole_part(text, &v, &cut)) {
		build_note(b, REPAIR_COUNT_UNREADABLE, text);
		return one_message(b);
	}
	if (v > LIMIT_MESSAGES - b->messages) {
		build_note(b, REPAIR_COUNT_HUGE, text);
		return one_message(b);
	}
	if (cut)
		build_note(b, REPAIR_COUNT_DECIMAL, text);
	return v;
}

static bool set_count(struct build *b, struct sv text)
{
	if (text.n == 0)
		return true;
	if (b->has_count) {
		build_note(b, REPAIR_VALUE_TWICE, text);
		return true;
	}
	b->has_count = true;
	b->row.messages = read_count(b, text);
	return true;
}

static bool set_source(struct build *b, struct sv text)
{
	if (text.n == 0)
		return true;
	if (b->has_source) {
		build_note(b, REPAIR_VALUE_TWICE, text);
		return true;
	}
	b->has_source = true;
	if (addr_parse(text, &b->row.source))
		return true;
	build_note(b, REPAIR_SOURCE_UNREADABLE, text);
	return build_keep(b, GROUP_FACET, text, false, &b->facet.source_text);
}

/* --- leaves --- */

/* The structure that a leaf's field is part of; NULL where no such thing is open. */
static void *group_of(struct build *b, enum group group)
{
	if (group == GROUP_META)
		return &b->meta;
	if (!b->row_open)
		return NULL;
	switch ((unsigned)group) {
	case GROUP_REASON:
		return b->facet.reason_n ? &b->reason[b->facet.reason_n - 1] : NULL;
	case GROUP_DKIM:
		return b->facet.auth_dkim_n ? &b->dkim[b->facet.auth_dkim_n - 1] : NULL;
	case GROUP_SPF:
		return b->facet.auth_spf_n ? &b->spf[b->facet.auth_spf_n - 1] : NULL;
	case GROUP_ROW:
		return &b->row;
	default:
		return &b->facet;
	}
}

/* Is this value of a second report's identity another than the first one's? */
static void compare_second(struct build *b, enum place place, struct sv text)
{
	uint64_t t;
	bool cut;
	switch ((unsigned)place) {
	case PLACE_ORG:
	case PLACE_REPORT_ID:
	case PLACE_POLICY_DOMAIN: {
		const void *field = (const char *)&b->meta + place_info[place].field;
		const struct sv *first = field;
		if (text.n && first->n && !sv_eq_fold(text, *first))
			b->second_differs = true;
		return;
	}
	case PLACE_BEGIN:
	case PLACE_END:
		if (!whole_part(text, &t, &cut))
			return;
		if (place == PLACE_BEGIN
			    ? b->meta.has_begin && b->meta.begin != (int64_t)t
			    : b->meta.has_end && b->meta.end != (int64_t)t)
			b->second_differs = true;
		return;
	default:
		return;
	}
}

bool build_value(struct build *b, enum place place, struct sv text)
{
	const struct place_info *info = &place_info[place];
	if (b->second && info->group == GROUP_META) {
		compare_second(b, place, text);
		return true;
	}
	char *base = group_of(b, info->group);
	if (!base) {
		build_note(b, REPAIR_TEXT_STRAY, text);
		return build_extra(b, (struct sv){ 0 }, text);
	}
	void *field = base + info->field;
	switch (info->value) {
	case VALUE_TEXT:
		return set_text(b, place, field, text);
	case VALUE_DOMAIN:
		return set_domain(b, place, field, text);
	case VALUE_LINES:
		return set_lines(b, field, text);
	case VALUE_TIME:
		return set_time(b, place, text);
	case VALUE_PERCENT:
		return set_percent(b, place, field, text);
	case VALUE_COUNT:
		return set_count(b, text);
	case VALUE_SOURCE:
		return set_source(b, text);
	default:
		return set_word(b, place, field, text);
	}
}

/* --- rows --- */

void build_row_begin(struct build *b)
{
	b->row_open = true;
	b->record++;
	b->row = (struct report_row){ 0 };
	b->facet = (struct report_facet){ 0 };
	b->row_extra.n = 0;
	b->row_pool.n = 0;
	b->has_count = b->has_source = false;
}

static void settle_row(struct build *b)
{
	if (!b->has_count) {
		build_note_place(b, REPAIR_COUNT_MISSING, PLACE_COUNT, (struct sv){ 0 });
		b->row.messages = b->has_source ? one_message(b) : 0;
	}
	if (!b->has_source && b->row.messages)
		build_note_place(b, REPAIR_SOURCE_MISSING, PLACE_SOURCE_IP,
				 (struct sv){ 0 });
}

static bool hand_on(struct build *b, const struct report_row *row)
{
	b->rows++;
	b->messages += row->messages;
	if (report_facet_passed(row->facet))
		b->passed += row->messages;
	if (!b->sink.row(b->sink.ctx, row))
		return build_refuse(b, "stopped");
	return true;
}

bool build_row_end(struct build *b)
{
	settle_row(b);
	struct report_facet *f = &b->facet;
	f->reason = b->reason;
	f->auth_dkim = b->dkim;
	f->auth_spf = b->spf;
	f->extra = b->row_extra.at;
	f->extra_n = b->row_extra.n;
	buf_clear(&b->encoded);
	if (!report_facet_encode(f, &b->encoded))
		return build_refuse_facet(b);
	b->row.facet = buf_sv(&b->encoded);
	b->row_open = false;
	f->reason_n = f->auth_dkim_n = f->auth_spf_n = 0;
	return hand_on(b, &b->row);
}

bool build_same_row(struct build *b, const struct report_row *row)
{
	build_top(b)->has_child = true;
	b->record++;
	return hand_on(b, row);
}
