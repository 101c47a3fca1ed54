/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_REPORTS_H
#define APP_REPORTS_H

#include "app/failure_reports.h"
#include "report/model.h"

struct arf_report;

enum app_kind {
	APP_KIND_AGGREGATE = 1, /* as stored */
	APP_KIND_TLS = 2,
	APP_KIND_FAILURE = 3
};
/* False where it names none. */
bool app_kind_find(struct sv name, enum app_kind *out);

/* One report as the book has it. Of a TLS report rows are policies, messages sessions,
 * of a failure report messages are incidents. */
struct app_report {
	char id[65];      /* the shortest unique prefix of the digest, hex */
	char sha[65];     /* the whole digest */
	const char *kind; /* "aggregate", "tls", "failure" */
	enum app_kind which;
	struct sv org, email, report_id, domain;
	struct sv domains; /* of a TLS report: all that it names, one a line */
	bool has_begin, has_end;
	int64_t begin, end;
	bool complete, counted;
	bool superseded;
	bool sealed;   /* retention took its rows; its figures stay */
	bool conflict; /* another has its key and other content; neither is superseded */
	uint64_t rows, messages, passed;
	int64_t first_day; /* its messages count on `days` days from here on */
	uint32_t days;
	bool odd_window; /* no window that could be read: the day is a stand-in */
	int64_t arrived;
	uint64_t repairs;
};

/* A page of reports, newest window first. */
struct app_reports_query {
	struct app_filter filter;
	enum app_kind kind;
	bool any_state; /* also those that do not count */
	uint32_t limit; /* 0: all */
	uint64_t offset;
};
struct app_reports;
struct app_reports *app_reports_open(const struct app *app,
				     const struct app_reports_query *q, uint64_t *out_all,
				     struct err *err);
/* False at the end (err->code is ERR_NONE) and on a failure; views last until the next
 * call. */
bool app_reports_next(struct app_reports *r, struct app_report *out, struct err *err);
void app_reports_free(struct app_reports **r);

struct app_delivery {
	const char *status, *kind;
	struct sv path, member;
	int64_t arrived;
	bool by_mail;
	struct sv from, dkim_domains, auth_results, message_id, subject, date;
	struct sv reason;
};

struct app_row {
	struct addr source;
	uint64_t messages;
	bool passed;
	struct report_facet facet; /* all views empty where it cannot be read */
};

/* What a TLS report says of a policy, and of the ways in which sessions failed. */
struct app_report_fault {
	struct sv result; /* the RFC's word, else as written */
	struct sv mx, helo, information, reason;
	struct addr sending, receiving;
	uint64_t sessions;
};
struct app_report_policy {
	struct sv domain;
	struct sv type;       /* the RFC's word, else as written */
	const char *mode;     /* "" where nothing says it */
	struct sv policy, mx; /* one a line */
	uint64_t succeeded, failed;
	const struct app_report_fault *fault;
	size_t fault_n;
};

/* One report with all that is known of it; rows and raw are read after it. */
struct app_report_detail {
	struct app_report report;
	struct sv client;                 /* empty: nobody owns its domain */
	char superseded_by[65];           /* id, or "" */
	struct report_meta meta;          /* nothing of a failure report */
	struct app_report_policy *policy; /* of a TLS report */
	size_t policy_n;
	const struct arf_report *arf; /* of a failure report, and what is made of it */
	struct app_failure_report failure;
	struct repair *repair;
	size_t repair_n;
	struct app_delivery *delivery;
	size_t delivery_n;
	struct app_report *conflict; /* others with the same natural key */
	size_t conflict_n;
};
struct app_report_view;
/* `id`: a hex prefix of its digest that no other report shares. */
struct app_report_view *app_report_open(const struct app *app, struct sv id,
					struct err *err);
const struct app_report_detail *app_report_get(const struct app_report_view *v);
/* The next row, as above. */
bool app_report_next_row(struct app_report_view *v, struct app_row *out, struct err *err);
/* The next bytes of the item that it came in; `out->n` is 0 at the end. Fails with
 * ERR_NO_INPUT where the item was not kept. */
bool app_report_next_raw(struct app_report_view *v, struct sv *out, struct err *err);
void app_report_free(struct app_report_view **v);

#endif
