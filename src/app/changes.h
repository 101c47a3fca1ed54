/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CHANGES_H
#define APP_CHANGES_H

#include "app/app.h"
#include "service/class.h"

/*
 * What changed since a day, against the 28 days before it: senders as in app/senders.h,
 * judged once over both. Days younger than 48 hours are not judged: they may show what is
 * new, never what is gone or went up or down.
 */
enum app_change_kind {
	APP_CHANGE_NEW,    /* a sender that was not there in the 90 days before */
	APP_CHANGE_GONE,   /* one that was there regularly, and is not any more */
	APP_CHANGE_PASSES, /* much more, or much less, of its mail passes */
	APP_CHANGE_VOLUME, /* it sends far more, or far less */
	APP_CHANGE_POLICY, /* the policy as reported */
	APP_CHANGE_KINDS
};
const char *app_change_word(enum app_change_kind k); /* "new", "gone", "passes", ... */

struct app_change {
	enum app_change_kind kind;
	struct sv domain, client; /* client is empty where nobody owns it */
	/* Empty: of a policy; of what is gone, all of the domain's mail. */
	struct sv sender;
	struct sv service;        /* its id in the catalogue, or empty */
	enum service_class class; /* of most of its messages */
	int64_t day; /* new: its first; gone: its last; policy: the first reported */
	uint64_t before, before_passed; /* messages in the 28 days before */
	/* Since then, in the days that are judged; of what is new in all. */
	uint64_t now, now_passed;
	struct sv from, to; /* policies, as records have them: "p=none; sp=reject" */
	struct sv text;     /* a sentence with its figures */
};

struct app_changes {
	int64_t before_from, since, today;
	int64_t judged_to; /* the last day judged; before `since`: none is */
	size_t domains;    /* looked at */
	size_t young;      /* of these: less than two weeks of reports before `since` */
	struct app_change *change; /* by client, domain and kind, most messages first */
	size_t n;
	bool more;  /* not all rows of a domain were looked at, or not all is listed */
	bool named; /* the DNS was asked for names, some time */
};

enum {
	APP_CHANGES_DAYS = 366 /* that `since` may lie back */
};

struct app_changes_options {
	struct sv client, domain; /* as in struct app_filter; what nobody owns only where
				     it is asked for */
	int64_t since;            /* INT64_MIN: the last seven days that are judged */
};

bool app_changes(const struct app *app, const struct app_changes_options *o,
		 struct arena *a, struct app_changes *out, struct err *err);

#endif
