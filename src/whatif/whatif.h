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

#endif
