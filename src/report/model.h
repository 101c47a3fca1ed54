/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "report/repair.h"

struct arena;

/*
 * Aggregate reports as plain data (RFC 7489 appendix C, RFC 9990). All text is UTF-8,
 * trimmed; words of the schemas are lower case and, where a quirk was mended, the word
 * that was meant. An empty view with p == NULL is an element that was not there, one with
 * p != NULL an element that was there and empty.
 */

/* An element or attribute outside the schemas: its path below the report or the record,
 * for example "extension/dkim2/count" or "row/vendor@lang". */
struct report_extra {
	struct sv name, value;
};

/* What a report says of itself, all but its rows. */
struct report_meta {
	struct sv xmlns, version, org, email, contact, report_id, generator;
	struct sv error;    /* several: one a line */
	int64_t begin, end; /* seconds; meaningful where has_begin, has_end */
	bool has_begin, has_end;
	struct sv domain, adkim, aspf, p, sp, np, pct, fo, testing, discovery_method;
	const struct report_extra *extra; /* extension elements and all that is unknown */
	size_t extra_n;
};

struct report_reason {
	struct sv type, comment;
};

/* One DKIM or SPF result; selector is DKIM's, scope SPF's. */
struct report_auth {
	struct sv domain, selector, scope, result, human_result;
};

/*
 * All that a row says but its address and its count. Encoded it is a canonical string of
 * bytes that the store interns: equal facets have equal bytes.
 */
struct report_facet {
	struct sv disposition, dkim, spf; /* policy_evaluated */
	const struct report_reason *reason;
	size_t reason_n;
	struct sv header_from, envelope_from, envelope_to;
	const struct report_auth *auth_dkim;
	size_t auth_dkim_n;
	const struct report_auth *auth_spf;
	size_t auth_spf_n;
	const struct report_extra *extra;
	size_t extra_n;
	struct sv source_text; /* source_ip as written, where it is no address */
};

/* One row, as a reader hands it on; `facet` is encoded and valid during the call only. */
struct report_row {
	struct addr source;
	uint64_t messages;
	struct sv facet;
};

/* Adds the canonical bytes of `f`; false where they would be longer than LIMIT_FACET. */
bool report_facet_encode(const struct report_facet *f, struct buf *out);
/* Reads them back; views point into `bytes`, arrays into the arena. False: not a facet,
 * or not the canonical form of one (bytes from a worker are from outside). */
bool report_facet_decode(struct sv bytes, struct arena *a, struct report_facet *out);
/* A row passes where policy_evaluated has dkim=pass or spf=pass. Cheap: decodes no more
 * than it needs. False also for what is no facet. */
bool report_facet_passed(struct sv bytes);

bool report_meta_encode(const struct report_meta *m, struct buf *out);
bool report_meta_decode(struct sv bytes, struct arena *a, struct report_meta *out);

#endif
