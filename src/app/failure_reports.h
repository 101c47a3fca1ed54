/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FAILURE_REPORTS_H
#define APP_FAILURE_REPORTS_H

#include "app/app.h"

/*
 * What failure reports say (RFC 6591, RFC 9991, and feedback reports of other types): one
 * a mail that failed, or several alike ("incidents"). Nothing of a person is in them: see
 * arf/model.h.
 */

/* How DKIM or SPF fared. */
struct app_outcome {
	const char *outcome; /* "failed", "unaligned", "passed", "unknown" */
	const char *result;  /* "softfail", ...; NULL where none was given */
	struct sv domain, selector;
};

enum {
	APP_FAILURE_TYPES = 16
};

struct app_failure_report {
	char id[65];
	struct sv domain, org; /* the policy domain; who reports */
	bool has_time;
	int64_t time; /* when the mail reported arrived */
	int64_t day;  /* that it counts on */
	struct addr source;
	const char *feedback;                /* "auth-failure", ... */
	const char *type[APP_FAILURE_TYPES]; /* "dmarc", "spf", ... */
	size_t type_n;
	const char *delivery; /* "reject", ...; NULL where it is not said */
	struct app_outcome dkim, spf;
	struct sv header_from, mail_from, helo;
	uint64_t incidents;
	bool text_only; /* a gateway's sentences, no report of the RFCs' form */
};

/* Reports that have a word in common. */
struct app_failure_word {
	const char *word, *what, *mend; /* what it means, what to do or "" */
	uint64_t reports, incidents;
	int64_t first_day, last_day;
};
struct app_failure_words {
	struct app_failure_word *at; /* most incidents first */
	size_t n;
};

struct app_failure_source {
	struct addr source;
	uint64_t reports, incidents;
	int64_t first_day, last_day;
	const char *type[APP_FAILURE_TYPES];
	size_t type_n;
};

struct app_failure_reporter {
	struct sv org;
	uint64_t reports, incidents;
	int64_t last_day;
};

struct app_failure_reports {
	struct app_domain_line line; /* without days and figures */
	bool unreported;             /* none is about it on any day */
	uint64_t reports, incidents;
	struct app_earlier earlier; /* messages are incidents; in no other figure */
	uint64_t looked_at; /* reports, newest first; the lists below are of these */
	int64_t first_day, last_day;
	struct app_failure_words feedback, type, delivery;
	struct app_failure_source *source; /* most incidents first */
	size_t source_n;
	uint64_t source_all;
	struct app_failure_reporter *reporter; /* most incidents first */
	size_t reporter_n;
	struct app_failure_report *report; /* newest first */
	size_t report_n;
	uint32_t limit;       /* how many lines of a list were asked for, 0 all */
	struct sv address;    /* where reports would go; empty: nowhere */
	struct sv ruf;        /* that as a record has it: "mailto:..." */
	uint64_t keep_months; /* retention takes what is older; 0: nothing */
};

enum {
	APP_FAILURES_MOST = 10000,     /* reports listed, also where all are asked for */
	APP_FAILURES_LOOK_AT = 200000, /* reports whose words are counted */
};

/* `name`: of the book with all it owns, or as reported. */
bool app_failure_reports(const struct app *app, const struct app_filter *filter,
			 struct sv name, uint32_t limit, struct arena *a,
			 struct app_failure_reports *out, struct err *err);

/* A domain of the book with all it owns, or one that nobody owns. */
struct app_failure_line {
	struct sv name, client; /* client is empty where nobody owns it */
	bool assigned;
	uint64_t reports, incidents, sources;
	const char *type; /* of most incidents; NULL where none is said */
	int64_t first_day, last_day;
};
struct app_failure_list {
	struct app_failure_line *line; /* those with reports, most incidents first */
	size_t n;
	uint64_t reports, looked_at;
};

bool app_failure_domains(const struct app *app, const struct app_filter *filter,
			 struct arena *a, struct app_failure_list *out, struct err *err);

#endif
