/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_POST_H
#define APP_POST_H

#include "app/digest.h"
#include "outbox/outbox.h"

/* Letters handed over, once a period and client: what was accepted is not sent again, and
 * what was not is, whatever ended the run before. */
enum app_posted {
	APP_POSTED_SENT,
	APP_POSTED_BEFORE,     /* it was accepted earlier */
	APP_POSTED_NO_ADDRESS, /* nobody's address is known */
	APP_POSTED_LATER,      /* not accepted now: the same command tries again */
	APP_POSTED_REFUSED,
	APP_POSTED_WAYS
};
const char *app_posted_word(enum app_posted p); /* "sent", "before", ... */

struct app_post_result {
	const struct app_letter *letter;
	enum app_posted posted;
	struct sv said; /* by the other side */
	int64_t sent;   /* when it was accepted */
};

struct app_post {
	struct app_post_result *result; /* a letter */
	size_t n;
	size_t of[APP_POSTED_WAYS];
};

struct app_post_options {
	const struct outbox_way *way;
	const char *from;
	bool again; /* also what was accepted already */
};

/* ERR_TEMP where another run is sending letters of this database. An error ends it; what
 * was accepted by then is in the book. */
bool app_post(const struct app *app, const struct app_letters *l,
	      const struct app_post_options *o, struct arena *a, struct app_post *out,
	      struct err *err);

#endif
