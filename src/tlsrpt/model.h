/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLSRPT_MODEL_H
#define TLSRPT_MODEL_H

#include "base/addr.h"
#include "report/model.h"
#include "report/repair.h"
#include "tlsrpt/result.h"

/*
 * TLS reports as plain data (RFC 8460 4.4). All text is UTF-8, trimmed, a control
 * character in it read as a blank. An empty view with p == NULL is a member that was not
 * there (or null), one with p != NULL a member that was there and empty. Counts are
 * sessions, and those of a report's summaries add up to LIMIT_MESSAGES at most.
 */

/* What a report says of itself. */
struct tls_meta {
	struct sv org, contact, report_id;
	/* Seconds since 1970, UTC; meaningful where has_begin, has_end. The end is what
	 * was written: the last second of the day or the next midnight. */
	int64_t begin, end;
	bool has_begin, has_end;
	const struct report_extra *extra; /* members that the RFC does not know */
	size_t extra_n;
};

/* One failure-details entry. */
struct tls_failure {
	enum tls_result_type result;
	struct sv result_text;    /* the RFC's word; as written where OTHER */
	struct addr sending;      /* sending-mta-ip */
	struct addr receiving;    /* receiving-ip */
	struct sv sending_text;   /* as written, where it is no address */
	struct sv receiving_text; /* likewise */
	struct sv mx; /* receiving-mx-hostname: lower case, no dot at its end */
	struct sv helo, info, reason; /* info: additional-information; reason: ...-code */
	uint64_t sessions;
	const struct report_extra *extra;
	size_t extra_n;
};

/* One policies entry: policy, summary and failure details. */
struct tls_policy {
	enum tls_policy_type type;
	struct sv type_text; /* the RFC's word; as written where OTHER */
	struct sv domain; /* lower case, no dot at its end; for tlsa it may be the MX */
	const struct sv *strings; /* policy-string: one line or one TLSA record each */
	size_t strings_n;
	const struct sv *mx; /* mx-host patterns: lower case, no dot at the end */
	size_t mx_n;
	uint64_t succeeded, failed; /* the summary's, else what its details add up to */
	const struct tls_failure *failures; /* encoded apart: empty once decoded */
	size_t failures_n;
	const struct report_extra *extra;
	size_t extra_n;
};

struct tls_report {
	struct tls_meta meta;
	const struct tls_policy *policies;
	size_t policies_n;
	uint64_t succeeded, failed; /* of all policies */
	size_t failures_n;          /* of all policies */
	const struct repair *repairs;
	size_t repairs_n;
	uint64_t repairs_more; /* further kinds and places, not listed */
};

#endif
