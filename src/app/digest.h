/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_DIGEST_H
#define APP_DIGEST_H

#include "app/app.h"

/* The letter of a week or a month: to each client, and to the provider over all. */
struct app_letter {
	int64_t client;   /* its id; 0: the provider's own */
	struct sv name;   /* of the client; empty: the provider's own */
	struct sv to;     /* address; empty: nobody's */
	struct sv period; /* "2026-W47", "2026-11" */
	struct sv message_id;
	struct sv subject, text, html;
	struct sv mail; /* all of it, as it is sent */
	uint64_t messages;
	size_t todo; /* things to do */
};

struct app_letters {
	struct app_letter *letter; /* clients by name, the provider's own last */
	size_t n;
	size_t domains; /* looked at */
};

struct app_digest_options {
	struct sv client; /* one client's letter; empty: all, and the provider's own */
	bool month;
	int64_t day; /* the first of the week or the month; INT64_MIN: the last whole */
	struct sv from; /* address; empty: none is made up but for show */
	struct sv provider, provider_to; /* the provider's name and address */
	struct sv language;              /* "en", "de" */
	struct sv template; /* the text of the provider's own, before the language's */
	struct sv logo, logo_type; /* a picture's bytes, "image/png"; or empty */
	/* domains that were looked at; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

bool app_digest(const struct app *app, const struct app_digest_options *o,
		struct arena *a, struct app_letters *out, struct err *err);

#endif
