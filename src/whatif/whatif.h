/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WHATIF_WHATIF_H
#define WHATIF_WHATIF_H

#include "record/dmarc.h"
#include "service/class.h"

/*
 * A policy and judged evidence: what it would have done to the mail that was seen.
 * Nothing is guessed of mail that no report told of.
 */
enum whatif_receiver {
	WHATIF_9989, /* heeds t, knows no pct */
	WHATIF_7489, /* heeds pct, knows no t */
	WHATIF_RECEIVERS
};

/* Messages of one kind from one source. */
struct whatif_row {
	enum service_class class;
	uint64_t messages;
	bool dkim, spf; /* aligned, as the policy's modes have it */
	bool below;     /* the Author Domain is below the policy's domain */
};

struct whatif_sum {
	uint64_t quarantined, rejected;
};

/* What a receiver makes of a policy for mail that fails, in hundredths of messages. */
struct whatif_effect {
	enum record_policy most, rest; /* rest: of the messages that pct leaves out */
	unsigned percent;              /* that `most` is applied to */
};
void whatif_effect(const struct record_dmarc *p, enum whatif_receiver r, bool below,
		   struct whatif_effect *out);

/* Adds what becomes of a row. */
void whatif_add(const struct record_dmarc *p, enum whatif_receiver r,
		const struct whatif_row *row, struct whatif_sum *sum);

/* The ladder: none, quarantine on trial, quarantine, reject on trial, reject. */
enum whatif_rung {
	WHATIF_NONE,
	WHATIF_TRY_QUARANTINE,
	WHATIF_QUARANTINE,
	WHATIF_TRY_REJECT,
	WHATIF_REJECT,
	WHATIF_RUNGS
};
enum whatif_rung whatif_rung_of(const struct record_dmarc *p);
/* The policy of a rung, subdomains likewise; alignment as it was in `as`. */
void whatif_rung_policy(enum whatif_rung rung, const struct record_dmarc *as,
			struct record_dmarc *out);
const char *whatif_rung_words(enum whatif_rung rung);

/* What the next step of a policy is about. Which names below a domain do not exist
 * reports do not say, so that np can be shown and tightened, and not judged. */
enum whatif_step {
	WHATIF_STEP_DOMAIN, /* the ladder's next rung */
	WHATIF_STEP_SP,     /* the domain is at reject, what is below it is not */
	WHATIF_STEP_NP,     /* ... nor what does not exist */
	WHATIF_STEP_NONE    /* there is no next */
};

/* The next step from a policy. It never lowers what is below the domain: t and pct are of
 * the whole record, so that a trial is left out where sp or np would suffer by it. */
struct whatif_next {
	enum whatif_step step;
	enum whatif_rung rung; /* of p, once it is taken */
	struct record_dmarc policy;
	const char *words; /* "quarantine, on trial", "sp=reject"; of no step "" */
};
void whatif_next(const struct record_dmarc *now, struct whatif_next *out);

#endif
