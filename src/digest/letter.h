/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIGEST_LETTER_H
#define DIGEST_LETTER_H

#include "digest/doc.h"
#include "finding/finding.h"
#include "lang/lang.h"

/*
 * The letter of a week or a month: to a client about its domains, or to the provider over
 * all clients. Plain data, in the order in which it is to be told; the words come from
 * the language, which a provider's own template may stand in front of.
 */
struct letter_finding {
	const struct finding *finding;
	struct sv evidence; /* in the letter's language */
	struct sv record;   /* to publish; or empty */
};

struct letter_sender {
	struct sv name;
	const char *class; /* "own", "abuse", ...: letter.class.own says it in words */
	bool fresh;        /* it was not seen before the period */
	uint64_t messages, passed;
};

struct letter_domain {
	struct sv name;
	const char *rung, *next; /* words of the ladder: letter.rung.none, ... */
	bool at_end, ready;
	const char *held; /* what holds it back: letter.held.dkim, ... */
};

/* To the provider: a line a client. */
struct letter_client {
	struct sv name;
	uint64_t messages, passed;
	size_t grave, warning, ready;
};

struct letter_day {
	int64_t day;
	uint64_t passed, failed; /* of others too */
	uint64_t others;
};

struct letter {
	const struct lang *lang;
	struct sv provider; /* the MSP's name; may be empty */
	struct sv client;   /* empty: to the provider, over all */
	bool month;
	int64_t year, number;     /* of the week or the month */
	int64_t day_from, day_to; /* of the period */
	/* Of `others`: abuse, and what nobody knows. None of it passed. */
	uint64_t messages, passed, others;
	uint64_t before, before_passed, others_before; /* of the period before */
	struct letter_day *day;                        /* all of the period */
	size_t day_n;
	struct letter_finding *todo; /* at most LETTER_TODO are told */
	size_t todo_n;
	struct letter_finding *fresh; /* that began in the period */
	size_t fresh_n;
	struct letter_sender *sender; /* new ones first, then most messages */
	size_t sender_n;
	struct letter_domain *domain;
	size_t domain_n;
	struct letter_client *other; /* to the provider; worst first */
	size_t other_n;
	uint64_t reports;
	size_t reporters;
	struct sv logo_id; /* a picture's Content-ID; or empty */
};

enum {
	LETTER_TODO = 3,
	LETTER_SENDERS = 12,
	LETTER_FRESH = 12,
	LETTER_DOMAINS = 40,
	LETTER_CLIENTS = 200
};

struct sv letter_subject(const struct letter *l, struct arena *a);
/* Its blocks, in the arena. */
struct doc letter_doc(const struct letter *l, struct arena *a);

#endif
