/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SENDERS_H
#define APP_SENDERS_H

#include "app/app.h"
#include "geo/geo.h"
#include "service/class.h"

/* A domain's senders: its services by name, and what nobody knows in groups. */
struct app_sender {
	const struct service *service; /* NULL: none of the catalogue */
	struct sv name; /* of the service, or what there is instead of one */
	enum service_class class;
	enum service_why why;                 /* of most of its messages */
	struct service_match match;           /* how most of it was recognised */
	uint64_t messages, dkim, spf, passed; /* that align by each, and by either */
	size_t sources;
	struct addr source;     /* that sent most */
	struct sv host;         /* its name, which leads back; or empty */
	struct geo_place place; /* of that; empty where the user names no file */
	int64_t first_day, last_day;
};

struct app_senders {
	struct app_domain_line line; /* whose domain; no figures */
	struct app_sender *sender;   /* most messages first */
	size_t n;
	uint64_t messages, passed;
	uint64_t of_class[SERVICE_CLASSES]; /* messages */
	bool more;                          /* not all rows were looked at */
	bool named;                         /* the DNS was asked for names, some time */
};

struct app_senders_options {
	const struct app_filter *filter; /* its domain is not looked at */
	struct sv domain;
	bool has_class; /* only senders of this class */
	enum service_class class;
	struct sv service; /* only this one, a line an address; empty: all */
	bool addresses;    /* a line an address */
	int64_t new_since; /* only what was not seen before this day; INT64_MIN: all */
};

bool app_senders(const struct app *app, const struct app_senders_options *o,
		 struct arena *a, struct app_senders *out, struct err *err);

/* The user's word of an address or a service, for a domain: it wins over all that is
 * judged. SERVICE_MARK_NONE takes it back. */
struct app_marked {
	struct sv domain, subject, name; /* subject: as kept; name: for people */
	enum service_mark mark;
};
bool app_source_mark(const struct app *app, struct sv domain, struct sv subject,
		     enum service_mark mark, struct arena *a, struct app_marked *out,
		     struct err *err);
/* By its word: own, known, abuse, none; false where it is none of these. */
bool app_mark_named(struct sv word, enum service_mark *out);
const char *app_mark_word(enum service_mark m);

/* What to do about it, a sentence. */
const char *app_sender_advice(const struct app_sender *s);

#endif
