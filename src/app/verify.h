/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_VERIFY_H
#define APP_VERIFY_H

#include "app/app.h"
#include "service/catalogue.h"

#include <signal.h>

/* The catalogue held against the DNS: each name in a fact that can be asked for. */
enum app_verdict {
	APP_VERDICT_HOLDS,
	APP_VERDICT_DIFFERS, /* the name is there, and is not what the fact says */
	APP_VERDICT_GONE,    /* there is no such name */
	APP_VERDICT_SILENT,  /* no answer */
	APP_VERDICTS
};
const char *app_verdict_word(enum app_verdict v); /* "holds", ... */

struct app_verified {
	const struct service *service;
	const struct service_fact *fact;
	struct sv name;   /* that was asked for */
	const char *what; /* was looked for there: "a DKIM key", ... */
	enum app_verdict verdict;
};

struct app_verification {
	struct app_verified *name; /* by service and fact */
	size_t n;
	size_t of[APP_VERDICTS];
	size_t services;
	size_t left; /* names that are patterns, and cannot be asked for */
	bool stopped;
};

struct app_verify {
	struct sv service;                        /* empty: all */
	const char *server, *trust_anchor, *zone; /* as in struct app_enrich */
	const volatile sig_atomic_t *stop;
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

bool app_services_verify(const struct app_verify *o, struct arena *a,
			 struct app_verification *out, struct err *err);

#endif
