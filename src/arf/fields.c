/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"

#include <string.h>

enum field_flag {
	REQUIRED = 1,      /* RFC 5965 3.1; and what nobody can do without */
	REQUIRED_AUTH = 2, /* of an authentication failure report, RFC 6591 3.1, 9991 4 */
	MANY = 4,          /* may be there more than once */
	MAY_BE_EMPTY = 8,
	OF_AUTH = 16, /* only authentication failure reports have it */
	OF_ARF = 32   /* no other header has it */
};

struct field_rule {
	const char *key;  /* as header_is_named() wants it */
	const char *name; /* for people */
	void (*take)(struct reading *rd, struct sv value, const char *name);
	unsigned flags;
};

static struct sv word_of(struct sv value)
{
	lex_skip(&value);
	struct sv word = lex_word(&value);
	lex_skip(&value);
	return value.n ? SV("") : word;
}

static void take_type(struct reading *rd, struct sv value, const char *name)
{
	struct sv word = word_of(value);
	uint8_t type = arf_word_find(ARF_TABLE_FEEDBACK, word);
	if (sv_eq_fold(word, SV("opt-out-list")))
		type = ARF_FEEDBACK_OPT_OUT;
	rd->r->feedback = type ? type : ARF_FEEDBACK_OTHER;
	if (!type)
		reading_note(rd, REPAIR_FAILURE_TYPE, name);
}

/* Takes the next word of a list whose words are set apart by whatever. */
static bool next_word(struct sv *s, struct sv *out)
{
	lex_skip(s);
	while (s->n && strchr(",;=\"/", s->p[0]) && s->p[0]) {
		sv_take(s, 1);
		lex_skip(s);
	}
	*out = lex_word(s);
	return out->n > 0;
}

static void take_auth(struct reading *rd, struct sv value, const char *name)
{
	struct sv word;
	bool unknown = false;
	while (next_word(&value, &word)) {
		uint8_t auth = arf_word_find(ARF_TABLE_AUTH, word);
		if (auth)
			rd->r->auth_failures |= (uint16_t)ARF_BIT(auth);
		else
			unknown = true;
	}
	if (rd->r->auth_failures == 0)
		rd->r->auth_failures = ARF_BIT(ARF_AUTH_OTHER);
	if (unknown)
		reading_note(rd, REPAIR_FAILURE_AUTH, name);
}

static void take_alignment(struct reading *rd, struct sv value, const char *name)
{
	struct sv word;
	bool unknown = false;
	while (next_word(&value, &word)) {
		if (sv_eq_fold(word, SV("none")))
			rd->r->alignment |= ARF_LIST_NONE;
		else if (sv_eq_fold(word, SV("spf")))
			rd->r->alignment |= ARF_LIST_SPF;
		else if (sv_eq_fold(word, SV("dkim")))
			rd->r->alignment |= ARF_LIST_DKIM;
		else
			unknown = true;
	}
	if (rd->r->alignment & (ARF_LIST_SPF | ARF_LIST_DKIM))
		rd->r->alignment &= ARF_LIST_SPF | ARF_LIST_DKIM;
	if (unknown)
		reading_note(rd, REPAIR_FAILURE_ALIGNMENT, name);
}

static void take_delivery(struct reading *rd, struct sv value, const char *name)
{
	uint8_t delivery = arf_word_find(ARF_TABLE_DELIVERY, word_of(value));
	rd->r->delivery = delivery ? delivery : ARF_DELIVERY_OTHER;
	if (!delivery)
		reading_note(rd, REPAIR_FAILURE_DELIVERY, name);
}

static bool all_digits(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static void take_incidents(struct reading *rd, struct sv value, const char *name)
{
	struct sv word = word_of(value);
	uint64_t n = 0;
	if (!all_digits(word) || (sv_to_u64(word, &n) && n == 0)) {
		reading_note(rd, REPAIR_FAILURE_INCIDENTS, name);
	} else if (n == 0 || n > LIMIT_MESSAGES) {
		rd->r->incidents = LIMIT_MESSAGES;
		reading_note(rd, REPAIR_FAILURE_INCIDENTS_HUGE, name);
	} else {
		rd->r->incidents = n;
	}
}

/* The first product and its version, RFC 9110 10.1.5. */
static void take_agent(struct reading *rd, struct sv value, const char *name)
{
	(void)name;
	lex_skip(&value);
	struct sv version = lex_word(&value);
	struct sv product = sv_take_until(&version, '/');
	uint8_t agent = arf_word_find(ARF_TABLE_AGENT, product);
	rd->r->agent = agent ? agent : ARF_AGENT_OTHER;
	if (agent && agent != ARF_AGENT_OTHER)
		rd->r->agent_version = name_version(rd, version);
}

static void add_reported(struct reading *rd, struct sv domain, const char *name)
{
	struct arf_report *r = rd->r;
	for (size_t i = 0; i < r->reported_n; i++)
		if (sv_eq(domain, r->reported[i]))
			return;
	if (r->reported_n == ARF_REPORTED_MAX)
		reading_note(rd, REPAIR_FAILURE_MORE, name);
	else
		r->reported[r->reported_n++] = domain;
}

/* A list, whose words are all domains: what has other words is a sentence. */
static void take_reported(struct reading *rd, struct sv value, const char *name)
{
	struct sv word, domains[ARF_REPORTED_MAX + 1];
	size_t n = 0;
	while (n <= ARF_REPORTED_MAX && next_word(&value, &word)) {
		domains[n] = name_domain(rd, word, name);
		if (domains[n++].n == 0)
			return;
	}
	for (size_t i = 0; i < n; i++)
		add_reported(rd, domains[i], name);
}

static void take_results(struct reading *rd, struct sv value, const char *name)
{
	(void)name;
	results_read(rd, value, false, NULL);
}

static void take_dkim_domain(struct reading *rd, struct sv value, const char *name)
{
	rd->r->dkim_domain = name_domain(rd, word_of(value), name);
}

static void take_dkim_identity(struct reading *rd, struct sv value, const char *name)
{
	rd->r->dkim_identity = name_address_domain(rd, value, name);
}

static void take_selector(struct reading *rd, struct sv value, const char *name)
{
	rd->r->dkim_selector = name_selector(rd, value, name);
}

static void take_mail_from(struct reading *rd, struct sv value, const char *name)
{
	value = sv_trim(value);
	rd->r->null_sender = value.n == 0 || sv_eq(value, SV("<>"));
	if (!rd->r->null_sender)
		rd->r->mail_from = name_address_domain(rd, value, name);
}

/* "txt : domain : record", RFC 6591 4; some give the domain alone. */
static void take_spf_dns(struct reading *rd, struct sv value, const char *name)
{
	if (rd->r->spf_record.n)
		return;
	struct sv first = sv_trim(sv_take_until(&value, ':'));
	if (sv_eq_fold(first, SV("txt")) || sv_eq_fold(first, SV("spf")))
		first = sv_take_until(&value, ':');
	rd->r->spf_record = name_domain(rd, word_of(first), name);
}

/* "dns; host", RFC 3464 2.2.2. */
static void take_mta(struct reading *rd, struct sv value, const char *name)
{
	struct sv host = value;
	sv_take_until(&host, ';');
	rd->r->reporting_mta = name_domain(rd, word_of(host.n ? host : value), name);
}

static void take_nothing(struct reading *rd, struct sv value, const char *name)
{
	(void)rd;
	(void)value;
	(void)name;
}

static const struct field_rule rules[] = {
	{ "feedbacktype", "Feedback-Type", take_type, OF_ARF },
	{ "version", "Version", take_nothing, REQUIRED },
	{ "useragent", "User-Agent", take_agent, REQUIRED },
	{ "authfailure", "Auth-Failure", take_auth, REQUIRED_AUTH | OF_AUTH | OF_ARF },
	{ "identityalignment", "Identity-Alignment", take_alignment, OF_AUTH | OF_ARF },
	{ "deliveryresult", "Delivery-Result", take_delivery, OF_AUTH | OF_ARF },
	{ "authenticationresults", "Authentication-Results", take_results,
	  REQUIRED_AUTH | MANY },
	{ "reporteddomain", "Reported-Domain", take_reported, REQUIRED | MANY | OF_ARF },
	{ "sourceip", "Source-IP", value_source, REQUIRED | OF_ARF },
	{ "arrivaldate", "Arrival-Date", value_arrival, 0 },
	{ "receiveddate", "Received-Date", value_arrival, OF_ARF },
	{ "incidents", "Incidents", take_incidents, OF_ARF },
	{ "originalmailfrom", "Original-Mail-From", take_mail_from,
	  MAY_BE_EMPTY | OF_ARF },
	{ "originalrcptto", "Original-Rcpt-To", take_nothing, MANY | OF_ARF },
	{ "reportingmta", "Reporting-MTA", take_mta, 0 },
	{ "dkimdomain", "DKIM-Domain", take_dkim_domain, OF_AUTH | OF_ARF },
	{ "dkimidentity", "DKIM-Identity", take_dkim_identity, OF_AUTH | OF_ARF },
	{ "dkimselector", "DKIM-Selector", take_selector, OF_AUTH | OF_ARF },
	{ "spfdns", "SPF-DNS", take_spf_dns, MANY | OF_AUTH | OF_ARF },
};

enum {
	RULES = sizeof(rules) / sizeof(*rules)
};

static size_t rule_of(struct sv name)
{
	size_t i = 0;
	while (i < RULES && !header_is_named(name, rules[i].key))
		i++;
	return i;
}

/* The next field; lines that are none and empty lines between are passed over. */
static bool next_field(struct sv *rest, struct header_field *out)
{
	struct sv line;
	while (rest->n) {
		size_t before = rest->n;
		if (header_next(rest, out))
			return true;
		if (rest->n == before)
			sv_take_line(rest, &line);
	}
	return false;
}

/* Does a report without a type say that something failed? */
static bool is_of_auth(const struct arf_report *r, const bool seen[RULES])
{
	for (size_t i = 0; i < RULES; i++)
		if (seen[i] && (rules[i].flags & OF_AUTH))
			return true;
	for (size_t i = 0; i < r->result_n; i++)
		if (r->result[i].result != ARF_PASS)
			return true;
	return false;
}

static void finish(struct reading *rd, const bool seen[RULES])
{
	if (rd->r->feedback == 0) {
		rd->r->feedback = is_of_auth(rd->r, seen) ? ARF_FEEDBACK_AUTH_FAILURE
							  : ARF_FEEDBACK_OTHER;
		reading_note(rd, REPAIR_FAILURE_TYPE_MISSING, rules[0].name);
	}
	bool is_auth = rd->r->feedback == ARF_FEEDBACK_AUTH_FAILURE;
	for (size_t i = 0; i < RULES; i++)
		if (!seen[i] &&
		    (rules[i].flags & (is_auth ? REQUIRED | REQUIRED_AUTH : REQUIRED)))
			reading_note(rd, REPAIR_FAILURE_MISSING, rules[i].name);
}

void fields_read(struct reading *rd, struct sv part)
{
	bool seen[RULES] = { false };
	struct header_field f;
	while (next_field(&part, &f)) {
		size_t i = rule_of(f.name);
		if (i == RULES || (f.value.n == 0 && !(rules[i].flags & MAY_BE_EMPTY)))
			continue;
		if (seen[i] && !(rules[i].flags & MANY)) {
			reading_note(rd, REPAIR_FAILURE_TWICE, rules[i].name);
			continue;
		}
		seen[i] = true;
		rules[i].take(rd, reading_unfold(rd, f.value), rules[i].name);
	}
	finish(rd, seen);
}

bool fields_recognise(struct sv head)
{
	unsigned known = 0;
	bool typed = false;
	while (head.n && (head.p[0] == '\r' || head.p[0] == '\n'))
		sv_take(&head, 1);
	struct header_field f;
	while (header_next(&head, &f)) {
		size_t i = rule_of(f.name);
		known += i < RULES;
		typed = typed || i == 0 ||
			(i < RULES && (rules[i].flags & OF_AUTH) &&
			 (rules[i].flags & REQUIRED_AUTH));
	}
	return typed && known > 1;
}
