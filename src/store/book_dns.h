/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_DNS_H
#define STORE_BOOK_DNS_H

#include "base/addr.h"
#include "store/store.h"

struct arena;

/*
 * What the DNS said of sources and of DKIM keys, with the days on which it did: a cache,
 * so that no question waits for the DNS, and a memory, since names change.
 */
enum book_dns_kind {
	BOOK_DNS_HOST = 1, /* subject: an address's text; names: its hosts by PTR */
	BOOK_DNS_KEY = 2   /* subject: SELECTOR._domainkey.DOMAIN; names: its CNAME's */
};

enum book_dns_status {
	BOOK_DNS_ANSWERED = 0,
	BOOK_DNS_NOTHING = 1, /* there is no such record */
	BOOK_DNS_FAILED = 2   /* no answer, or none that can be trusted */
};

enum {
	BOOK_DNS_NAMES = 4, /* of a subject, at a time */
	BOOK_DNS_STALE = 90 /* days after which a name that was not seen again is none */
};

struct book_dns_name {
	struct sv name;
	bool confirmed;                /* of a host: the name leads back to the address */
	int64_t first_seen, last_seen; /* days */
};

struct book_dns_found {
	enum book_dns_kind kind;
	struct sv subject;
	enum book_dns_status status;
	int64_t asked, until; /* seconds: it need not be asked again before */
	struct sv name[BOOK_DNS_NAMES];
	bool confirmed[BOOK_DNS_NAMES];
	bool unsure[BOOK_DNS_NAMES]; /* that failed: what was known of the name stays */
	size_t n;
};

/* Names that were seen before stay, with the day on which they were seen last. */
bool book_dns_put(struct store *s, const struct book_dns_found *f, struct err *err);
/* Until when it need not be asked again; 0: it never was. */
bool book_dns_until(struct store *s, enum book_dns_kind kind, struct sv subject,
		    int64_t *out, struct err *err);
/* The names that were seen nearest to `day`, of those as near the confirmed first.
 * Without what a later answer, nearer to that day, did not have, and what was seen last
 * too long before it. Days are those of dates: no sum of two is too large. */
bool book_dns_names(struct store *s, enum book_dns_kind kind, struct sv subject,
		    int64_t day, struct arena *a, struct book_dns_name **out,
		    size_t *out_n, struct err *err);
/*
 * The names of hosts, for a question that asks for many: one look-up each and, from some
 * thousands on, from memory, where all of them have room (LIMIT_HOSTS). It sees the
 * snapshot that it was made in.
 */
struct book_hosts;
struct book_hosts *book_hosts_new(struct store *s);
void book_hosts_free(struct book_hosts **h);
/* As book_dns_names(). */
bool book_hosts_names(struct book_hosts *h, const struct addr *host, int64_t day,
		      struct arena *a, struct book_dns_name **out, size_t *out_n,
		      struct err *err);

/* Was anything ever asked? */
bool book_dns_any(struct store *s, bool *out, struct err *err);

#endif
