/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"

static const char field[] = "Authentication-Results";

/* What older and other programs say for a result of RFC 8601. */
static uint8_t result_word(struct sv s)
{
	static const struct {
		const char *said;
		enum arf_result_word meant;
	} others[] = {
		{ "hardfail", ARF_FAIL },
		{ "unknown", ARF_TEMPERROR }, /* RFC 7489 appendix C */
		{ "error", ARF_PERMERROR },
	};
	uint8_t word = arf_word_find(ARF_TABLE_RESULT, s);
	for (size_t i = 0; !word && i < sizeof(others) / sizeof(*others); i++)
		if (sv_eq_fold(s, sv_from(others[i].said)))
			word = (uint8_t)others[i].meant;
	return word;
}

/* Takes "name", blanks, "=" from the front; false leaves it where it is. */
static bool take_name(struct sv *s, struct sv *out)
{
	struct sv rest = *s;
	lex_skip(&rest);
	*out = lex_word(&rest);
	lex_skip(&rest);
	if (out->n == 0 || rest.n == 0 || rest.p[0] != '=')
		return false;
	sv_take(&rest, 1);
	lex_skip(&rest);
	*s = rest;
	return true;
}

/* The same; words before it that are no name are passed over. */
static bool next_name(struct sv *s, struct sv *out)
{
	while (!take_name(s, out)) {
		lex_skip(s);
		if (s->n == 0)
			return false;
		if (lex_value(s).n == 0)
			sv_take(s, 1);
	}
	return true;
}

static bool is_one_of(struct sv s, const char *const *list)
{
	for (; *list; list++)
		if (sv_eq_fold(s, sv_from(*list)))
			return true;
	return false;
}

/* Programs write these words where there is nothing to say. */
static bool is_nothing(struct sv s)
{
	static const char *const words[] = {
		"none", "unknown", "null", "n/a", "-", NULL
	};
	return s.n == 0 || is_one_of(s, words);
}

static void take_spf_property(struct reading *rd, struct arf_result *r, struct sv name,
			      struct sv value)
{
	static const char *const mailfrom[] = { "smtp.mailfrom",      "smtp.mail",
						"smtp.mfrom",         "smtp.from",
						"smtp.envelope-from", NULL };
	static const char *const helo[] = { "smtp.helo", "smtp.ehlo", NULL };
	if (is_one_of(name, mailfrom) && r->scope != ARF_SCOPE_MAILFROM) {
		r->domain = name_address_domain(rd, value, field);
		r->scope = ARF_SCOPE_MAILFROM;
	} else if (is_one_of(name, helo)) {
		struct sv host = name_helo(rd, value, field);
		if (rd->r->helo.n == 0)
			rd->r->helo = host;
		if (r->scope == ARF_SCOPE_NONE) {
			r->domain = host;
			r->scope = ARF_SCOPE_HELO;
		}
	}
}

static void take_property(struct reading *rd, struct arf_result *r, struct sv name,
			  struct sv value)
{
	if (is_nothing(value))
		return;
	if (r->method == ARF_SPF)
		take_spf_property(rd, r, name, value);
	else if (r->method == ARF_DKIM && sv_eq_fold(name, SV("header.d")))
		r->domain = name_domain(rd, value, field);
	else if (r->method == ARF_DKIM && sv_eq_fold(name, SV("header.i")) &&
		 !r->domain.n)
		r->domain = name_address_domain(rd, value, field);
	else if (r->method == ARF_DKIM && sv_eq_fold(name, SV("header.s")))
		r->selector = name_selector(rd, value, field);
	else if (r->method == ARF_DMARC && sv_eq_fold(name, SV("header.from")))
		r->domain = name_address_domain(rd, value, field);
}

/* Said before, perhaps by the report itself? */
static bool is_known(const struct arf_report *report, const struct arf_result *r)
{
	for (size_t i = 0; i < report->result_n; i++) {
		const struct arf_result *old = &report->result[i];
		if (old->method == r->method && old->result == r->result &&
		    old->scope == r->scope && sv_eq(old->domain, r->domain) &&
		    sv_eq(old->selector, r->selector))
			return true;
	}
	return false;
}

static void keep(struct reading *rd, const struct arf_result *r)
{
	if (r->method == ARF_DMARC && !r->sample && rd->results_from.n == 0)
		rd->results_from = r->domain;
	if (is_known(rd->r, r))
		return;
	if (rd->r->result_n == ARF_RESULTS_MAX)
		reading_note(rd, REPAIR_FAILURE_MORE, field);
	else
		rd->r->result[rd->r->result_n++] = *r;
}

/* A method's result and its properties. Some programs set methods apart by blanks alone:
 * one begins where a property should and no property is called so. */
static bool read_statement(struct reading *rd, struct sv s, bool sample)
{
	bool any = false;
	struct sv name, version;
	struct arf_result r = { .sample = sample };
	while (next_name(&s, &name)) {
		struct sv value = lex_value(&s);
		version = name;
		uint8_t method = arf_word_find(ARF_TABLE_METHOD,
					       sv_take_until(&version, '/'));
		if (!method) {
			take_property(rd, &r, name, value);
			continue;
		}
		if (r.method)
			keep(rd, &r);
		r = (struct arf_result){ .method = method, .sample = sample };
		r.result = result_word(value);
		if (!r.result) {
			r.result = ARF_RESULT_OTHER;
			reading_note(rd, REPAIR_FAILURE_RESULT_WORD, field);
		}
		any = true;
	}
	if (r.method)
		keep(rd, &r);
	return any;
}

/* The name of who judged, at the front; some leave it out. */
static struct sv take_judge(struct sv *s)
{
	struct sv rest = *s, name;
	if (take_name(&rest, &name))
		return SV("");
	lex_skip(s);
	return lex_value(s);
}

void results_read(struct reading *rd, struct sv value, bool sample, const struct sv *host)
{
	bool any = false, said = false;
	struct sv judge = take_judge(&value);
	if (host && (host->n == 0 || !sv_eq_fold(judge, *host)))
		return;
	while (value.n) {
		struct sv s = lex_statement(&value);
		any = read_statement(rd, s, sample) || any;
		lex_skip(&s);
		struct sv name, rest = s;
		said = said || take_name(&rest, &name) || is_nothing(sv_trim(s));
	}
	if (!any && !said)
		reading_note(rd, REPAIR_FAILURE_RESULTS, field);
}
