/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_DOMAIN_H
#define APP_DOMAIN_H

#include "app/app.h"
#include "app/failure.h"
#include "app/senders.h"
#include "record/record.h"

/* The policy that reporters found, from the newest report that tells. */
struct app_policy {
	bool found;
	struct sv p, sp, np, adkim, aspf, fo, pct, testing; /* as reported */
	struct sv org, report_id;
	int64_t day;
};

struct app_day {
	int64_t day;
	uint64_t messages, passed;
};

struct app_reporter {
	struct sv org;
	uint64_t reports, messages, passed;
	int64_t last_day;
};

/* A policy domain that it owns, itself too, or an Author Domain (header_from). */
struct app_subdomain {
	struct sv name;
	struct app_figures f; /* an Author Domain's has no reports and no rows */
};

enum {
	APP_REASONS = 8
};

/* Failing messages with one cause. */
struct app_failure {
	struct failure_cause cause;
	struct sv text; /* the cause in a sentence */
	uint64_t messages, sources;
	struct addr source;            /* the one with most of them */
	struct sv reason[APP_REASONS]; /* types of policy override reasons, each once */
	size_t reason_n;
};

struct app_domain {
	struct app_domain_line line;
	bool unreported; /* no report counts for it on any day */
	bool sealed;     /* before `details_from` only whole months count, as totals */
	int64_t details_from;
	bool cut;       /* the range cuts such a month, which counts for nothing */
	uint32_t limit; /* how many lines of a list were asked for, 0 all */
	struct app_policy policy;
	struct app_day *day; /* from the first to the last, also those without mail */
	size_t day_n;
	struct app_senders senders;
	struct app_source *source;
	size_t source_n;
	uint64_t source_all;
	struct app_reporter *reporter; /* most messages first */
	size_t reporter_n;
	struct app_subdomain *policy_domain; /* most messages first */
	size_t policy_domain_n;
	struct app_subdomain *author; /* Author Domains, most messages first */
	size_t author_n;
	bool author_more;            /* not all rows were looked at */
	struct app_failure *failure; /* most messages first */
	size_t failure_n;
	bool failure_more; /* not all rows were looked at */
	/* Reports of the other kinds, which no figure above holds. */
	uint64_t tls_reports, tls_sessions, tls_failed, failure_reports;
	bool has_records;
	struct record_set records; /* what to publish; where it is in the book */
};

/* `name`: of the book with all it owns, or as reported. The filter's own domain is not
 * looked at. */
bool app_domain_show(const struct app *app, const struct app_filter *filter,
		     struct sv name, uint32_t sources, struct arena *a,
		     struct app_domain *out, struct err *err);

/* What adding brought. */
struct app_domain_added {
	struct app_domain_line line; /* f: what was waiting for it */
	bool again;                  /* it was retired, and is back */
	struct sv before; /* the client that had it, where that was another; or empty */
	/* The domain of another client that it lies below, and owned it; or empty. */
	struct sv out_of, out_of_client;
	struct sv address; /* where its reports go; empty: nowhere */
	struct record_set records;
};

bool app_domain_add(const struct app *app, struct sv name, struct sv client,
		    enum app_use use, struct arena *a, struct app_domain_added *out,
		    struct err *err);
bool app_domain_retire(const struct app *app, struct sv name, struct arena *a,
		       struct app_domain_line *out, struct err *err);
/* Domains of the book, retired ones too. */
bool app_domains(const struct app *app, const struct app_filter *filter, struct arena *a,
		 struct app_domain_line **out, size_t *out_n, struct err *err);

#endif
