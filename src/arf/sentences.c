/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"

/*
 * Exim, and what is built on it (cPanel, Baruwa): one sentence, a list of labels and
 * values, and a copy of the mail's header.
 */
static const struct sv opening = SV_INIT("A message claiming to be from you has failed");

static void take_domain(struct reading *rd, struct sv value, const char *label)
{
	if (rd->r->reported_n)
		return;
	struct sv domain = name_domain(rd, value, label);
	if (domain.n)
		rd->r->reported[rd->r->reported_n++] = domain;
}

static void take_source(struct reading *rd, struct sv value, const char *label)
{
	if (rd->r->source.kind == ADDR_NONE)
		value_source(rd, value, label);
}

static void take_date(struct reading *rd, struct sv value, const char *label)
{
	if (!rd->r->has_arrival)
		value_arrival(rd, value, label);
}

static uint8_t yes_or_no(struct reading *rd, struct sv value, const char *label)
{
	if (sv_eq_fold(value, SV("yes")))
		return ARF_YES;
	if (sv_eq_fold(value, SV("no")))
		return ARF_NO;
	reading_note(rd, REPAIR_FAILURE_ALIGNMENT, label);
	return ARF_UNSAID;
}

static void take_spf(struct reading *rd, struct sv value, const char *label)
{
	rd->r->spf_aligned = yes_or_no(rd, value, label);
}

static void take_dkim(struct reading *rd, struct sv value, const char *label)
{
	rd->r->dkim_aligned = yes_or_no(rd, value, label);
}

/* The policy, and what it was taken for: "None, Accept". */
static void take_action(struct reading *rd, struct sv value, const char *label)
{
	if (sv_has_suffix_fold(value, SV("accept")) || sv_eq_fold(value, SV("none"))) {
		rd->r->delivery = ARF_DELIVERY_DELIVERED;
	} else if (sv_eq_fold(value, SV("reject"))) {
		rd->r->delivery = ARF_DELIVERY_REJECT;
	} else if (sv_eq_fold(value, SV("quarantine"))) {
		rd->r->delivery = ARF_DELIVERY_POLICY;
	} else {
		rd->r->delivery = ARF_DELIVERY_OTHER;
		reading_note(rd, REPAIR_FAILURE_DELIVERY, label);
	}
}

static const struct {
	const char *label;
	void (*take)(struct reading *rd, struct sv value, const char *label);
} labels[] = {
	{ "Sender Domain", take_domain }, { "Sender IP Address", take_source },
	{ "Received Date", take_date },   { "SPF Alignment", take_spf },
	{ "DKIM Alignment", take_dkim },  { "DMARC Results", take_action },
};

enum {
	LABELS = sizeof(labels) / sizeof(*labels)
};

static size_t label_of(struct sv *line)
{
	struct sv label = sv_trim(sv_take_until(line, ':'));
	size_t i = 0;
	while (i < LABELS && !sv_eq_fold(label, sv_from(labels[i].label)))
		i++;
	return i;
}

bool sentences_recognise(struct sv head)
{
	size_t at = sv_find_fold(head, opening);
	struct sv rest = sv_sub(head, at, head.n), line;
	while (at < head.n && sv_take_line(&rest, &line))
		if (label_of(&line) < 2)
			return true;
	return false;
}

static bool is_copy_next(struct sv line)
{
	line = sv_trim(line);
	return sv_find_fold(line, SV("this is a copy of")) < line.n ||
	       sv_has_suffix_fold(line, SV("detected."));
}

struct sv sentences_read(struct reading *rd, struct sv text)
{
	struct arf_report *r = rd->r;
	r->text_only = true;
	r->feedback = ARF_FEEDBACK_AUTH_FAILURE;
	r->auth_failures = ARF_BIT(ARF_AUTH_DMARC);
	reading_note(rd, REPAIR_FAILURE_SENTENCES, "");
	sv_take(&text, sv_find_fold(text, opening));
	struct sv line;
	while (sv_take_line(&text, &line)) {
		if (is_copy_next(line))
			break;
		size_t i = label_of(&line);
		if (i < LABELS)
			labels[i].take(rd, sv_trim(line), labels[i].label);
	}
	while (text.n && ascii_is_space(text.p[0]))
		sv_take(&text, 1);
	return text;
}
