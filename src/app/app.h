/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_APP_H
#define APP_APP_H

#include "base/addr.h"
#include "base/err.h"

#include <signal.h>

struct arena;

/*
 * Use cases: one function for each thing that a user asks for, over the store and the
 * knowledge modules. Front ends translate what was asked into these calls and render what
 * comes back; they print, these never do. All text in results is as reported: whoever
 * shows it makes it visible (base/text.h). Views live in the arena given.
 */

/* What is kept for how long (app/retention.h). */
enum app_age {
	APP_AGE_FACTS,        /* rows of aggregate reports, lines of TLS reports */
	APP_AGE_RAW,          /* mails and files as they came */
	APP_AGE_FAILURE,      /* what failure reports say */
	APP_AGE_FAILURE_BODY, /* their mails, where they are kept */
	APP_AGES
};

/* How to work: a snapshot of settings and options. */
struct app {
	const char *db;
	int64_t now;    /* seconds UTC: the clock of whatever asks for one */
	bool now_fixed; /* given by the user; else each arrival has its own time */
	unsigned jobs;  /* >= 1 */
	struct sv reports_address; /* where a client has none of its own; may be empty */
	uint64_t unassigned_days;  /* how long reports nobody owns are kept */
	uint64_t unassigned_max;   /* bytes that they may take */
	uint64_t keep_months[APP_AGES];    /* 0: for ever */
	struct sv geo_country, geo_as;     /* files of geo/geo.h; may be empty */
	const volatile sig_atomic_t *stop; /* questions end once it is set; or NULL */
	bool checks;                       /* set within app_fsck(): store_options */
};

enum app_result {
	APP_RESULT_ALL,
	APP_RESULT_PASS,
	APP_RESULT_FAIL
};

/* What narrows a question. The name of the group of domains that nobody owns. */
#define APP_UNASSIGNED SV("unassigned")

struct app_filter {
	struct sv client; /* by name; APP_UNASSIGNED is a group too; empty: all */
	struct sv domain; /* of the book with all it owns, or as reported; empty: all */
	int64_t day_from, day_to; /* days UTC, inclusive; INT64_MIN, INT64_MAX: open */
	enum app_result result;
};

struct app_filter app_filter_all(void);
bool app_filter_is_open(const struct app_filter *f);

/* All count what the filter let through; messages that failed are the rest. */
struct app_figures {
	uint64_t reports, rows, messages, passed;
};

void app_figures_add(struct app_figures *sum, const struct app_figures *f);

enum app_use {
	APP_SENDING = 0, /* as stored */
	APP_PARKED = 1
};
const char *app_use_name(enum app_use u); /* "sending", "parked" */

/* One domain of the book with all that it owns, or one that nobody owns. */
struct app_domain_line {
	struct sv name, client; /* client is empty where nobody owns it */
	bool assigned, retired;
	bool refused; /* `unassigned refuse`: its reports do not count */
	enum app_use use;
	int64_t since; /* of the book; 0: not in it */
	bool seen;     /* something was reported: the days below hold */
	int64_t first_day, last_day;
	struct app_figures f;
	/* Of other kinds, where they were asked for: they stand in no figures. */
	uint64_t tls_reports, failure_reports;
};

/* Reports whose details retention removed: the sums of their months stay. */
struct app_earlier {
	uint64_t reports; /* 0: there are none */
	uint64_t messages, passed;
	int64_t first_month, last_month; /* since 1970-01 */
};

struct app_source {
	struct addr source;
	int64_t first_day, last_day;
	uint32_t domains;     /* policy domains that it was seen with */
	struct sv service;    /* whose host it is, as far as that is proven; or empty */
	struct app_figures f; /* its reports are not counted: 0 */
};

#endif
