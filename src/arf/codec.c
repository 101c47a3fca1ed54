/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"

#include <string.h>

/*
 * A version, the numbers as varints, the names as blocks in the order of `names`, counts
 * before lists. What is decoded is encoded again and compared: so each report has one
 * form only.
 */
enum {
	CODEC_VERSION = 1,
	FLAG_TEXT_ONLY = 1,
	FLAG_NULL_SENDER = 2,
	FLAG_ARRIVAL = 4
};

enum name_kind {
	NAME_DOMAIN,
	NAME_SELECTOR,
	NAME_VERSION
};

#define FIELD(member, kind) \
	{ \
		offsetof(struct arf_report, member), kind \
	}

static const struct {
	size_t offset;
	enum name_kind kind;
} names[] = {
	FIELD(policy_domain, NAME_DOMAIN),  FIELD(header_from, NAME_DOMAIN),
	FIELD(dkim_domain, NAME_DOMAIN),    FIELD(dkim_selector, NAME_SELECTOR),
	FIELD(dkim_identity, NAME_DOMAIN),  FIELD(mail_from, NAME_DOMAIN),
	FIELD(helo, NAME_DOMAIN),           FIELD(spf_record, NAME_DOMAIN),
	FIELD(reporting_mta, NAME_DOMAIN),  FIELD(reporter, NAME_DOMAIN),
	FIELD(agent_version, NAME_VERSION),
};

enum {
	NAMES = sizeof(names) / sizeof(*names)
};

static bool is_name(struct sv s, enum name_kind kind)
{
	if (s.n == 0)
		return true;
	return kind == NAME_DOMAIN     ? name_is_domain(s)
	       : kind == NAME_SELECTOR ? name_is_selector(s)
				       : name_is_version(s);
}

static void add_result(const struct arf_result *s, struct buf *out)
{
	buf_add_char(out, (char)s->method);
	buf_add_char(out, (char)s->result);
	buf_add_char(out, (char)s->scope);
	buf_add_char(out, (char)s->sample);
	buf_add_block(out, s->domain);
	buf_add_block(out, s->selector);
}

static void add_report(const struct arf_report *r, struct buf *out)
{
	unsigned flags = (r->text_only ? FLAG_TEXT_ONLY : 0) |
			 (r->null_sender ? FLAG_NULL_SENDER : 0) |
			 (r->has_arrival ? FLAG_ARRIVAL : 0);
	const uint64_t numbers[] = {
		CODEC_VERSION,    flags,
		r->feedback,      r->delivery,
		r->auth_failures, r->alignment,
		r->spf_aligned,   r->dkim_aligned,
		r->agent,         (uint64_t)r->arrival,
		r->incidents,     r->repairs,
		r->source.kind,
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		buf_add_varint(out, numbers[i]);
	buf_add(out, r->source.b, addr_len(&r->source));
	for (size_t i = 0; i < NAMES; i++)
		buf_add_block(out,
			      *(const struct sv *)((const char *)r + names[i].offset));
	buf_add_varint(out, r->reported_n);
	for (size_t i = 0; i < r->reported_n; i++)
		buf_add_block(out, r->reported[i]);
	buf_add_varint(out, r->result_n);
	for (size_t i = 0; i < r->result_n; i++)
		add_result(&r->result[i], out);
}

bool arf_encode(const struct arf_report *r, struct buf *out)
{
	add_report(r, out);
	return !out->over;
}

struct numbers {
	uint64_t version, flags, feedback, delivery, auth_failures, alignment,
		spf_aligned, dkim_aligned, agent, arrival, incidents, repairs, source;
};

static bool take_numbers(struct sv *s, struct numbers *n)
{
	uint64_t *all[] = {
		&n->version,       &n->flags,     &n->feedback,    &n->delivery,
		&n->auth_failures, &n->alignment, &n->spf_aligned, &n->dkim_aligned,
		&n->agent,         &n->arrival,   &n->incidents,   &n->repairs,
		&n->source,
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!sv_take_varint(s, all[i]))
			return false;
	return true;
}

static bool is_word(enum arf_table table, uint64_t number)
{
	return number == 0 || (number < 256 && arf_word(table, (unsigned)number));
}

static bool are_words(const struct numbers *n)
{
	size_t auths;
	arf_words(ARF_TABLE_AUTH, &auths);
	return n->feedback && is_word(ARF_TABLE_FEEDBACK, n->feedback) &&
	       is_word(ARF_TABLE_DELIVERY, n->delivery) &&
	       is_word(ARF_TABLE_AGENT, n->agent) && n->auth_failures < 2U << auths &&
	       (n->auth_failures & 1) == 0 && n->alignment < 2 * ARF_LIST_DKIM &&
	       n->spf_aligned <= ARF_YES && n->dkim_aligned <= ARF_YES;
}

static bool are_good(const struct numbers *n)
{
	bool arrived = n->flags & FLAG_ARRIVAL;
	return n->version == CODEC_VERSION && n->flags < 2 * FLAG_ARRIVAL &&
	       are_words(n) && n->arrival <= (arrived ? (uint64_t)ARF_ARRIVAL_MAX : 0) &&
	       n->incidents >= 1 && n->incidents <= LIMIT_MESSAGES &&
	       n->repairs <= UINT32_MAX &&
	       (n->source == ADDR_NONE || n->source == ADDR_V4 || n->source == ADDR_V6);
}

static void put_numbers(const struct numbers *n, struct arf_report *out)
{
	out->feedback = (uint8_t)n->feedback;
	out->delivery = (uint8_t)n->delivery;
	out->auth_failures = (uint16_t)n->auth_failures;
	out->alignment = (uint8_t)n->alignment;
	out->spf_aligned = (uint8_t)n->spf_aligned;
	out->dkim_aligned = (uint8_t)n->dkim_aligned;
	out->agent = (uint8_t)n->agent;
	out->arrival = (int64_t)n->arrival;
	out->incidents = n->incidents;
	out->repairs = (uint32_t)n->repairs;
	out->text_only = n->flags & FLAG_TEXT_ONLY;
	out->null_sender = n->flags & FLAG_NULL_SENDER;
	out->has_arrival = n->flags & FLAG_ARRIVAL;
	out->source.kind = (uint8_t)n->source;
}

static bool take_source(struct sv *s, struct addr *a)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct sv bytes = sv_take(s, addr_len(a));
	if (bytes.n != addr_len(a))
		return false;
	if (bytes.n)
		memcpy(a->b, bytes.p, bytes.n);
	return a->kind != ADDR_V6 || memcmp(a->b, mapped, sizeof(mapped)) != 0;
}

static bool take_name(struct sv *s, enum name_kind kind, struct sv *out)
{
	return sv_take_block(s, out) && is_name(*out, kind);
}

static bool take_result(struct sv *s, struct arf_result *out)
{
	struct sv head = sv_take(s, 4);
	if (head.n < 4)
		return false;
	const uint8_t *b = (const uint8_t *)head.p;
	*out = (struct arf_result){
		.method = b[0], .result = b[1], .scope = b[2], .sample = b[3]
	};
	return arf_word(ARF_TABLE_METHOD, b[0]) && arf_word(ARF_TABLE_RESULT, b[1]) &&
	       b[2] <= (b[0] == ARF_SPF ? ARF_SCOPE_HELO : ARF_SCOPE_NONE) && b[3] <= 1 &&
	       take_name(s, NAME_DOMAIN, &out->domain) &&
	       take_name(s, NAME_SELECTOR, &out->selector);
}

static bool take_lists(struct sv *s, struct arf_report *out)
{
	uint64_t reported, results;
	if (!sv_take_varint(s, &reported) || reported > ARF_REPORTED_MAX)
		return false;
	out->reported_n = (size_t)reported;
	for (size_t i = 0; i < out->reported_n; i++)
		if (!take_name(s, NAME_DOMAIN, &out->reported[i]) || !out->reported[i].n)
			return false;
	if (!sv_take_varint(s, &results) || results > ARF_RESULTS_MAX)
		return false;
	out->result_n = (size_t)results;
	for (size_t i = 0; i < out->result_n; i++)
		if (!take_result(s, &out->result[i]))
			return false;
	return s->n == 0;
}

static bool is_canonical(const struct arf_report *r, struct sv bytes)
{
	struct buf again;
	buf_init(&again, ARF_ENCODED_MAX);
	add_report(r, &again);
	bool same = !again.over && sv_eq(buf_sv(&again), bytes);
	buf_deinit(&again);
	return same;
}

bool arf_decode(struct sv bytes, struct arf_report *out)
{
	struct sv left = bytes;
	struct numbers n;
	*out = (struct arf_report){ 0 };
	if (bytes.n > ARF_ENCODED_MAX || !take_numbers(&left, &n) || !are_good(&n))
		return false;
	put_numbers(&n, out);
	if (!take_source(&left, &out->source))
		return false;
	for (size_t i = 0; i < NAMES; i++)
		if (!take_name(&left, names[i].kind,
			       (struct sv *)((char *)out + names[i].offset)))
			return false;
	return out->policy_domain.n && take_lists(&left, out) && is_canonical(out, bytes);
}
