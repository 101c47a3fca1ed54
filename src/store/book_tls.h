/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_TLS_H
#define STORE_BOOK_TLS_H

#include "base/addr.h"
#include "store/book.h"

/*
 * What TLS reports say (RFC 8460): a line for each policy with its sessions, and a line
 * for each way in which some of them failed. A session may be in several of the latter,
 * so that only the policies' numbers are added up. `type` and `result` are numbers of
 * tlsrpt/tlsrpt.h that the store keeps and does not read. As in book.h: day of a report
 * is its first day, ids of domains are policy domains, views live in the arena given.
 */
struct book_tls {
	int64_t report, domain_id, day;
	uint32_t seq; /* within the report, from 0 */
	uint8_t type;
	struct sv type_text; /* as written, where `type` is none of the RFC's */
	struct sv domain;    /* lower case; may be empty */
	uint64_t succeeded, failed;
	struct sv policy, mx; /* policy strings, MX patterns: one a line */
};

struct book_tls_failure {
	int64_t report;
	uint32_t seq;    /* of its policy */
	uint32_t number; /* within the policy, from 0 */
	uint8_t result;
	struct sv result_text; /* as written, where `result` is none of the RFC's */
	struct addr sending, receiving;
	struct sv mx, helo, information, reason;
	uint64_t sessions;
};

/* Enters a policy line of a report; domain_id is found by `domain`, and set. */
bool book_tls_add(struct store *s, struct book_tls *in, struct err *err);
bool book_tls_failure_add(struct store *s, const struct book_tls_failure *in,
			  struct err *err);
/* Removes all lines of a report. */
bool book_tls_remove(struct store *s, int64_t report, struct err *err);

/* A report's lines, in order. */
bool book_tls_of(struct store *s, int64_t report, struct arena *a, struct book_tls **out,
		 size_t *out_n, struct err *err);
bool book_tls_failures_of(struct store *s, int64_t report, struct arena *a,
			  struct book_tls_failure **out, size_t *out_n, struct err *err);
/* The domains that a report names, each once, in its order. */
bool book_tls_domains(struct store *s, int64_t report, struct arena *a, struct sv **out,
		      size_t *out_n, struct err *err);

/* --- questions; of reports that count --- */

struct book_tls_query {
	const int64_t *domains; /* NULL: all */
	size_t domain_n;
	int64_t day_from, day_to; /* INT64_MIN, INT64_MAX: open */
	bool failing;             /* only lines with failed sessions */
};

/* Per (domain, policy type, mode): sessions, reports, the newest policy and MX patterns.
 * `mode` reads a policy's lines; of its answers there are a few, NULL: always 0. */
struct book_tls_sum {
	int64_t domain_id;
	uint8_t type, mode;
	struct sv type_text; /* as reported last, where `type` is none of the RFC's */
	uint64_t reports, succeeded, failed;
	int64_t first_day, last_day;
	int64_t report;       /* the last one */
	struct sv policy, mx; /* as reported last */
};
bool book_tls_sums(struct store *s, const struct book_tls_query *q,
		   uint8_t (*mode)(uint8_t type, struct sv policy), struct arena *a,
		   struct book_tls_sum **out, size_t *out_n, struct err *err);

/* Failed sessions per whatever of these is given; most first, at most `limit` (0: all),
 * *out_all says how many there are. What is not asked for is empty. */
enum book_tls_by {
	BOOK_TLS_DOMAIN = 1,
	BOOK_TLS_TYPE = 2, /* of the policy */
	BOOK_TLS_RESULT = 4,
	BOOK_TLS_TEXT = 8, /* of a result that is none of the RFC's */
	BOOK_TLS_MX = 16,
	BOOK_TLS_SENDING = 32,
	BOOK_TLS_RECEIVING = 64
};
struct book_tls_fault {
	int64_t domain_id;
	uint8_t type, result;
	struct sv result_text;
	struct sv mx;
	struct addr sending, receiving;
	uint64_t reports, sessions;
	int64_t first_day, last_day;
	struct sv information, reason; /* of one that has one */
};
bool book_tls_faults(struct store *s, const struct book_tls_query *q, unsigned by,
		     uint32_t limit, struct arena *a, struct book_tls_fault **out,
		     size_t *out_n, uint64_t *out_all, struct err *err);
/* Failed sessions of policies that say of fewer how they failed. */
bool book_tls_unexplained(struct store *s, const struct book_tls_query *q,
			  uint64_t *out_sessions, struct err *err);

/* Per day: reports and sessions. */
struct book_tls_day {
	int64_t day;
	uint64_t reports, succeeded, failed;
};
bool book_tls_days(struct store *s, const struct book_tls_query *q, struct arena *a,
		   struct book_tls_day **out, size_t *out_n, struct err *err);

/* Per policy domain, or of all of them (domain_id 0): reports and sessions. Days only
 * where there are reports. */
struct book_tls_domain {
	int64_t domain_id;
	uint64_t reports, succeeded, failed;
	int64_t first_day, last_day;
};
bool book_tls_by_domain(struct store *s, const struct book_tls_query *q, struct arena *a,
			struct book_tls_domain **out, size_t *out_n, struct err *err);

bool book_tls_total(struct store *s, const struct book_tls_query *q,
		    struct book_tls_domain *out, struct err *err);

/* Failed sessions of all policy domains that have some on these days: cheap. */
struct book_tls_failing {
	int64_t domain_id;
	uint64_t failed;
	int64_t first_day;
};
bool book_tls_failing(struct store *s, int64_t day_from, int64_t day_to, struct arena *a,
		      struct book_tls_failing **out, size_t *out_n, struct err *err);

/* Who reports: organisation, reports, sessions. */
bool book_tls_reporters(struct store *s, const struct book_tls_query *q, struct arena *a,
			struct book_reporter **out, size_t *out_n, struct err *err);

/* Reports whose figures are not what their lines add up to, sealed ones that have some.
 */
bool book_tls_check(struct store *s, uint64_t *out_differ, struct err *err);

#endif
