/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "base/buf.h"

struct arena;

/*
 * DNS records as a person publishes them: what a domain needs so that reports arrive
 * (RFC 9989, RFC 9990) or, where it sends no mail, so that nobody can send as it. Pure
 * text: nothing here asks the DNS.
 */
enum record_type {
	RECORD_TXT,
	RECORD_MX
};

struct record {
	enum record_type type;
	struct sv name;  /* whole name, lower case, without the last dot */
	struct sv value; /* TXT: the text; MX: preference and host */
	struct sv zone;  /* the domain whose DNS it belongs to */
	const char *why; /* for a person, one clause */
	bool optional;   /* the reports that a domain is entered for come without it */
};

enum {
	RECORD_NAME_MAX = 253, /* characters of a name (RFC 1035 2.3.4) */
	RECORD_SET_MAX = 5     /* record_parked() with an address elsewhere */
};

struct record_set {
	struct record record[RECORD_SET_MAX];
	size_t n;
	/* The authorisation's name would be too long for the DNS (RFC 9990 section 3,
	 * step 4): reports to this address cannot be authorised. */
	bool unauthorisable;
};

/* A domain name as it is stored: lower case, A-labels, no last dot, at least two labels.
 * False: *out_why is what is wrong with it, to be put behind the name. */
bool record_read_domain(struct sv text, struct arena *a, struct sv *out,
			const char **out_why);
/* A mail address, its domain in that form; the local part is a dot-atom (RFC 5322). */
bool record_read_address(struct sv text, struct arena *a, struct sv *out,
			 const char **out_why);

/* The address as a URI in a record's list: `mailto:`, what would end it encoded. */
struct sv record_mailto(struct sv address, struct arena *a);

/* What to publish for a domain whose reports go to `address` (both as read above):
 * DMARC in its first form, which changes nothing but brings reports, and as an option
 * what record_tls() makes ... */
void record_first(struct sv domain, struct sv address, struct arena *a,
		  struct record_set *out);
/* ... or what says that the domain sends and takes no mail (RFC 7208, 7505, 6376). Each
 * with the authorisation where the address lives elsewhere. */
void record_parked(struct sv domain, struct sv address, struct arena *a,
		   struct record_set *out);

/* What brings TLS reports (RFC 8460 section 3), which need no authorisation. */
void record_tls(struct sv domain, struct sv address, struct arena *a,
		struct record_set *out);

/* Must `host` authorise that reports about `domain` go there (RFC 9990 section 3)? Not
 * where one is the other or lies below it: they share their Organizational Domain. */
bool record_is_external(struct sv domain, struct sv host);

/* Adds a line of a zone file; long text in strings of at most 255 bytes. */
void record_add_line(const struct record *r, struct buf *out);

#endif
