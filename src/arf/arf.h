/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARF_ARF_H
#define ARF_ARF_H

#include "arf/model.h"
#include "msg/mime.h"

/*
 * Failure reports: feedback reports (ARF, RFC 5965) of every type, authentication failure
 * reports (RFC 6591) with what RFC 7489 7.3 and RFC 9991 add for DMARC, and the mails of
 * gateways that write the same in words. Pure: no I/O, no clock.
 */

/* A part of a mail, as far as recognising it needs it. */
struct arf_leaf {
	struct sv type; /* media type */
	struct sv head; /* its first bytes, encoding undone */
	const struct mime_mail *mail;
};

/* Is the mail that holds this part a failure report? Not a bounce (report-type
 * delivery-status) or a disposition notification, nor a report that one of them returns.
 */
bool arf_recognise(const struct arf_leaf *leaf);

/* Reads a failure report out of the whole mail that brings it (mime_mail.raw). Views in
 * `out` are in the arena, those of `identity` perhaps in `mail`. False: refused; `reason`
 * is one sentence. Neither it nor a repair quotes anything from the mail. */
bool arf_read(struct sv mail, struct arena *a, struct arf_report *out,
	      char reason[LIMIT_REASON + 1]);

/* How a method fared, from all that the report says. */
enum arf_outcome_kind {
	ARF_UNKNOWN,
	ARF_FAILED,
	ARF_UNALIGNED, /* passed, but for a domain that is not the author's */
	ARF_PASSED     /* passed and aligned, as far as names tell */
};

struct arf_outcome {
	enum arf_outcome_kind kind;
	uint8_t result; /* enum arf_result_word, 0 where no result was given */
	struct sv domain, selector;
};

/* `method`: ARF_SPF or ARF_DKIM. Aligned is a domain that is the author's, lies below it
 * or above it (relaxed; the report does not say where an Organizational Domain begins).
 */
struct arf_outcome arf_outcome(const struct arf_report *r, enum arf_method method);

#endif
