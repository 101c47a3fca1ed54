/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_ENRICH_H
#define APP_ENRICH_H

#include "app/app.h"

#include <signal.h>

/*
 * Asks the DNS, in bulk, what the sources of reports are called (PTR, and back), and
 * where the keys of the clients' selectors lie (CNAME). Reading reports and asking
 * questions never waits for that.
 */
struct app_enrich {
	const char *server;       /* ADDRESS[@PORT]; NULL: the system's */
	const char *trust_anchor; /* a file, or NULL */
	const char *zone; /* a file of a zone's text that answers instead; or NULL */
	bool again;       /* also what need not be asked yet */
	uint64_t most;    /* subjects at most; 0: all that are due */
	const volatile sig_atomic_t *stop;                        /* may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t all); /* may be NULL */
	void *ctx;
};

struct app_enriched {
	uint64_t sources, keys;    /* that were due */
	uint64_t named, confirmed; /* sources with a name; with one that leads back */
	uint64_t led;              /* keys that lie elsewhere */
	uint64_t nothing, failed;  /* without such a record; without an answer */
	uint64_t skipped;          /* sources of networks whose servers do not answer */
	uint64_t questions;
	uint64_t fresh; /* sources and keys that need not be asked yet */
	bool stopped;
};

bool app_enrich(const struct app *app, const struct app_enrich *e,
		struct app_enriched *out, struct err *err);

#endif
