/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DNS_DNS_H
#define DNS_DNS_H

#include "base/err.h"
#include "base/sv.h"

struct arena;

/*
 * DNS as a value that is handed in: a resolver that asks, or a zone's text that answers.
 * Questions are started, many at once, and answers taken as they come, in whatever order;
 * each question gets one answer, in time or as timed out. What the DNS says is from
 * outside: names are lower case without the last dot, of printable ASCII with \DDD for
 * all else, and whole.
 */
enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_TLSA = 52
};

enum dns_status {
	DNS_FOUND,
	DNS_NO_DATA,  /* the name is there, and has none of that type */
	DNS_NO_NAME,  /* NXDOMAIN */
	DNS_FAILED,   /* SERVFAIL, REFUSED, a lame or lying server, a bogus signature */
	DNS_TIMED_OUT /* no answer in our own time */
};

struct dns_answer {
	uint64_t id; /* the question's */
	enum dns_status status;
	bool secure;  /* validated by DNSSEC */
	uint32_t ttl; /* seconds */
	/* A and AAAA: 4 or 16 bytes; PTR, CNAME: a name; MX: "10 name"; TXT: its strings
	 * as one; TLSA: its bytes. In the order that they came. In the arena. */
	struct sv *record;
	size_t n;
	struct sv canonical; /* the name that CNAMEs led to; empty: the name asked for */
};

enum {
	DNS_NAME = 255,   /* bytes of a name as text, at most; \DDD aside */
	DNS_RECORDS = 100 /* of an answer; further ones are left out */
};

struct dns;
void dns_free(struct dns **d);

/* Starts a question; answered by dns_next() where it cannot be asked, too. */
void dns_start(struct dns *d, uint64_t id, struct sv name, enum dns_type type);
/* The next answer; false: none came within `wait_ms`, or nothing is asked. */
bool dns_next(struct dns *d, uint64_t wait_ms, struct arena *a, struct dns_answer *out);
size_t dns_pending(const struct dns *d);

/* A zone's text in the form of RFC 1035 5, all classes IN: $ORIGIN, $TTL, blanks for the
 * owner before, parentheses, "quoted" strings, \X and \DDD; A AAAA CNAME PTR MX TXT TLSA,
 * other types are passed over. `NAME ERROR TYPE SERVFAIL|TIMEOUT` makes a question fail,
 * and a line `;secure NAME` says that what lies at and below a name is validated. The
 * text must stay. NULL: *err says which line is wrong. */
struct dns *dns_zone_new(struct sv text, struct err *err);

struct dns_resolver_options {
	const char *server; /* ADDRESS[@PORT] that answers for all; NULL: the system's */
	const char *trust_anchor; /* a file; NULL: nothing is validated */
	unsigned timeout_ms;      /* of a question, all in all */
};
struct dns *dns_resolver_new(const struct dns_resolver_options *o, struct err *err);

/* A name of any bytes as questions and answers have it: what is no printable ASCII as
 * \DDD, lower case. Dots stand between labels. */
struct sv dns_name_text(struct sv name, struct arena *a);

/* The name that an address is looked up by: "1.2.0.192.in-addr.arpa". */
struct addr;
struct sv dns_reverse_name(const struct addr *a, struct arena *arena);

#endif
