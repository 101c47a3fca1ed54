/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_TLS_H
#define APP_TLS_H

#include "app/app.h"
#include "record/record.h"

/*
 * What TLS reports say (RFC 8460): how senders fared that wanted to deliver over TLS.
 * Counts are sessions. A failed session may be listed under several results, so that only
 * the policies' own figures add up.
 */
struct app_tls_figures {
	uint64_t reports, succeeded, failed;
};

/* One kind of policy of one policy domain. */
struct app_tls_policy {
	struct sv domain;
	struct sv type;   /* the RFC's word, else as written */
	const char *mode; /* "enforce", "testing", "none"; "" where nothing says it */
	struct app_tls_figures f;
	int64_t first_day, last_day;
	struct sv policy, mx;     /* as reported last, one a line */
	const char *what, *owner; /* what it means, and for the domain's owner */
};

/* Failed sessions by whatever the list is about; what it is not about is empty. */
struct app_tls_fault {
	struct sv domain, type, mx;
	struct sv result; /* the RFC's word, else as written */
	struct addr sending, receiving;
	uint64_t reports, sessions;
	int64_t first_day, last_day;
	struct sv information, reason;   /* of one that has one */
	const char *what, *owner, *mend; /* the result's meaning, what to do */
};
struct app_tls_faults { /* most sessions first */
	struct app_tls_fault *at;
	size_t n;
	uint64_t all; /* how many there are */
};

struct app_tls_day {
	int64_t day;
	uint64_t succeeded, failed;
};

struct app_tls_reporter {
	struct sv org;
	struct app_tls_figures f;
	int64_t last_day;
};

struct app_tls {
	struct app_domain_line line; /* without days and figures */
	struct app_tls_figures f;
	struct app_earlier earlier; /* messages are sessions; in no other figure */
	bool unreported;            /* no report names it on any day */
	bool seen; /* some do on the days asked for: the days below hold */
	int64_t first_day, last_day;
	struct app_tls_day *day; /* from the first to the last */
	size_t day_n;
	struct app_tls_policy *policy; /* most failures first */
	size_t policy_n;
	struct app_tls_faults result;      /* by result and policy type */
	struct app_tls_faults mx;          /* by MX and result */
	struct app_tls_faults sending;     /* by the sender's address and result */
	struct app_tls_faults fault;       /* by all that is told */
	uint64_t unexplained;              /* failed sessions that no detail tells of */
	struct app_tls_reporter *reporter; /* most sessions first */
	size_t reporter_n;
	uint32_t limit;            /* how many lines of a list were asked for, 0 all */
	struct sv address;         /* where reports would go; empty: nowhere */
	struct record_set records; /* to publish, where it has an address */
};

enum {
	APP_TLS_MOST =
		10000 /* lines of a list of failures, also where all are asked for */
};

/* `name`: of the book with all it owns, or as reported. */
bool app_tls_show(const struct app *app, const struct app_filter *filter, struct sv name,
		  uint32_t limit, struct arena *a, struct app_tls *out, struct err *err);

/* A domain of the book with all it owns, or one that nobody owns. */
struct app_tls_line {
	struct sv name, client; /* client is empty where nobody owns it */
	bool assigned;
	struct sv type; /* of the policy with most failures, else of most sessions */
	const char *mode;
	struct app_tls_figures f;
	struct sv result; /* the one with most failed sessions; may be empty */
	uint64_t result_sessions;
	int64_t first_day, last_day;
};

struct app_tls_list {
	struct app_tls_line *line; /* those with reports, worst first */
	size_t n;
	size_t silent; /* active sending domains of clients without any */
	bool window;   /* not of all days: another day may have some */
};

bool app_tls_domains(const struct app *app, const struct app_filter *filter,
		     struct arena *a, struct app_tls_list *out, struct err *err);

#endif
