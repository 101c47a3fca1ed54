/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_OVERVIEW_H
#define APP_OVERVIEW_H

#include "app/app.h"

/* What stands out: computed from facts each time, gravest first. */
enum app_note_kind {
	APP_NOTE_PARKED_MAIL, /* a parked domain's name was used */
	APP_NOTE_SPIKE,       /* far more failed on a day than usual */
	APP_NOTE_LOW_SHARE,   /* little of a domain's mail passes */
	APP_NOTE_TLS,         /* senders' TLS sessions failed */
	APP_NOTE_NOT_ALIGNED, /* a sender passes for itself, not for the domain */
	APP_NOTE_NEW_SOURCES, /* addresses not seen before the last seven days */
	APP_NOTE_SILENT,      /* a reporter that sends no more reports */
	APP_NOTE_READY,       /* everything passes, yet the policy is not reject */
	APP_NOTE_NO_REPORTS,  /* a domain of the book without any report */
	APP_NOTE_UNASSIGNED,  /* mail of domains that nobody owns */
	APP_NOTE_KINDS
};
const char *app_note_name(enum app_note_kind k); /* "parked-mail", "spike", ... */

struct app_note {
	enum app_note_kind kind;
	struct sv domain;  /* may be empty */
	struct sv text;    /* a sentence with its figures */
	uint64_t messages; /* how many it is about (TLS: sessions); orders those of a kind
			    */
};

struct app_client_line {
	struct sv name;
	bool retired;
	size_t domains;
	struct app_figures f;
};

struct app_overview {
	struct app_figures total; /* with what nobody owns */
	bool seen;
	int64_t first_day, last_day;
	bool sealed; /* before `details_from` only whole months count, as totals */
	int64_t details_from;
	bool cut; /* the range cuts such a month, which counts for nothing */
	size_t unassigned_from; /* domains from here on belong to nobody */
	struct app_domain_line *domain;
	size_t domain_n;
	struct app_client_line
		*client; /* the group of the unassigned is not among them */
	size_t client_n;
	struct app_figures unassigned;
	struct app_source *source; /* most messages first */
	size_t source_n;
	uint64_t source_all;   /* how many there are */
	uint32_t limit;        /* how many lines of a list were asked for, 0 all */
	struct app_note *note; /* over all days and results of the domains chosen */
	size_t note_n;
	/* Something was written since sources and notes were found, at `found` (UTC);
	 * all else is of now. */
	bool stale;
	int64_t found;
};

struct app_overview_options {
	const struct app_filter *filter; /* NULL: all */
	uint32_t sources; /* how many at most, 0 all; goes to `limit` too */
	bool fresh;       /* nothing stale, even if that takes seconds */
};

bool app_overview(const struct app *app, const struct app_overview_options *want,
		  struct arena *a, struct app_overview *out, struct err *err);

#endif
