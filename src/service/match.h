/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVICE_MATCH_H
#define SERVICE_MATCH_H

#include "base/addr.h"
#include "service/catalogue.h"

/*
 * Which service a message came through. Only what its receiver found to pass identifies:
 * what failed was chosen by whoever sent it, and proves nothing. A shared platform proves
 * the platform, never whose account it was.
 */

/* A DKIM signature that passed. */
struct service_signature {
	struct sv domain, selector;
	struct sv target; /* where the CNAME of its key leads; empty: none, or unknown */
	bool own;         /* d= is a domain of the client */
};

/* What a message showed. */
struct service_mail {
	const struct service_signature *signature;
	size_t signature_n;
	struct sv return_path; /* the domain whose SPF passed; empty: none did */
	bool return_path_own;
};

/* Where it came from. */
struct service_source {
	struct addr address;
	const struct sv *host; /* names by PTR that lead back to the address */
	size_t host_n;
	uint32_t as; /* its network's number; 0: not known */
};

/* How a service was recognised; the surer first. */
enum service_by {
	SERVICE_BY_NONE,
	SERVICE_BY_TARGET,      /* the client's selector leads to it */
	SERVICE_BY_SELECTOR,    /* the client's selector is one that only it uses */
	SERVICE_BY_DKIM,        /* it signed in its own name */
	SERVICE_BY_RETURN_PATH, /* SPF passed for its return-path */
	SERVICE_BY_HOST,        /* the host is its own, by PTR and back */
	SERVICE_BY_NETWORK,     /* the address is of a network that it publishes */
	SERVICE_BY_AS,          /* ... is of an AS whose mail is its, as a rule */
};

enum service_trust {
	SERVICE_HINT,   /* by a fact that nobody read in a source */
	SERVICE_LIKELY, /* others could look alike */
	SERVICE_SURE,
};

struct service_match {
	const struct service *service; /* NULL: none */
	enum service_by by;
	enum service_trust trust;
	const struct service_fact *fact; /* that says so */
	struct sv evidence; /* what was seen: a name; a view into what was given */
};

struct service_index;

/* Lives in the arena, and needs the catalogue. */
struct service_index *service_index_new(const struct service_catalogue *c,
					struct arena *a);
void service_of_mail(const struct service_index *ix, const struct service_mail *m,
		     struct service_match *out);
void service_of_source(const struct service_index *ix, const struct service_source *s,
		       struct service_match *out);
/* Of both: what the mail showed before where it came from, but no hint before what is
 * surer. */
const struct service_match *service_better(const struct service_match *mail,
					   const struct service_match *source);

const char *service_by_words(enum service_by by); /* "its signature" */
const char *service_trust_word(enum service_trust t);

#endif
