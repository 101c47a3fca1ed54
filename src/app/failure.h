/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FAILURE_H
#define APP_FAILURE_H

#include "base/addr.h"
#include "base/sv.h"

struct arena;
struct report_facet;

/*
 * Why a message fails DMARC (RFC 7489 section 3.1): what became of its DKIM signatures
 * and of SPF, and for which domains. A domain is "own" where it is that of the From
 * header, one above it or one below it, by whole labels: relaxed alignment without a list
 * of public suffixes.
 */
enum failure_kind {
	FAILURE_NONE,    /* no signature, no result */
	FAILURE_FAILS,   /* none passes */
	FAILURE_OTHER,   /* passes, but for a domain that is not the author's */
	FAILURE_REFUSED, /* passes for an own domain, and yet was not counted */
	FAILURE_KINDS
};
const char *failure_kind_name(enum failure_kind k); /* "none", "fails", ... */

struct failure_part {
	enum failure_kind kind;
	struct sv domain, result; /* lower case; may be empty */
};

struct failure_cause {
	struct failure_part dkim, spf;
};

/* `author` stands in where the row names no header_from. Text is put in the arena. */
struct failure_cause failure_of(const struct report_facet *f, struct sv author,
				struct arena *a);
int failure_cmp(const struct failure_cause *x, const struct failure_cause *y);
/* One sentence, without its full stop. */
struct sv failure_text(const struct failure_cause *c, struct arena *a);

#endif
