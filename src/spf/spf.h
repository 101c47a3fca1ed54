/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPF_SPF_H
#define SPF_SPF_H

#include "base/addr.h"
#include "dns/ask.h"

struct arena;

/*
 * SPF (RFC 7208): may this address send for that domain? check_host() with all its
 * limits, and how it came to its result, term by term.
 */
enum spf_result {
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR
};
const char *spf_result_word(enum spf_result r); /* as in RFC 8601: "pass", ... */

/* Why it is that. */
enum spf_why {
#define WHY(id, word, what) SPF_WHY_##id,
#include "spf/why.def"
#undef WHY
	SPF_WHYS
};
const char *spf_why_word(enum spf_why w); /* "two-records" */
const char *spf_why_what(enum spf_why w); /* a clause for a person */

struct spf_question {
	struct addr ip;
	struct sv helo;
	/* The reverse-path; empty: it was null, and the identity is postmaster@HELO
	 * (RFC 7208 2.4). To check HELO itself (2.3) leave it empty too. */
	struct sv mail_from;
	struct sv receiver; /* for %{r}; empty: "unknown" */
	int64_t now;        /* seconds UTC, for %{t} */
};

/* What happened, in its order. */
enum spf_event {
	SPF_RECORD,   /* `text` is the record of `domain` */
	SPF_MATCH,    /* `text` is a term of it, `detail` what it matched, or empty */
	SPF_NO_MATCH, /* ... what it was held against */
	SPF_FAULT     /* the record, or a term, ended it: `why` */
};

struct spf_step {
	enum spf_event event;
	enum spf_why why;
	unsigned depth; /* of includes and redirects */
	struct sv domain, text, detail;
	unsigned lookups, voids; /* counted so far */
};

struct spf_answer {
	enum spf_result result;
	enum spf_why why;
	struct sv domain; /* that was checked: of the reverse-path, or the HELO name */
	struct sv term;   /* that decided; empty: none */
	struct sv explanation; /* the domain's own words on a fail; or empty */
	unsigned lookups;      /* terms that ask the DNS, of SPF_LOOKUPS */
	unsigned voids;        /* of those that found nothing, of SPF_VOIDS */
	struct spf_step *step; /* at most SPF_STEPS */
	size_t step_n;
};

enum {
	SPF_LOOKUPS = 10, /* RFC 7208 4.6.4 */
	SPF_VOIDS = 2,
	SPF_NAMES = 10, /* of an MX or a PTR answer */
	SPF_STEPS = 256
};

/* Never fails: what cannot be told is temperror. All of the answer lives in the arena. */
void spf_check(const struct spf_question *q, struct dns_asker *k, struct arena *a,
	       struct spf_answer *out);

#endif
