/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_H
#define STORE_BOOK_H

#include "store/store.h"

struct arena;

/*
 * The book: clients, domains, reports, deliveries, raw. Times are seconds UTC, days whole
 * UTC days; ids are SQLite row ids, 0 is none. Views in results live in the arena given.
 * An iterator is made, stepped until false, and freed; it fails into `err` given to its
 * step (err->code is ERR_NONE at a plain end).
 */

/* --- raw: items as they came, once per SHA-256 --- */

enum raw_codec {
	RAW_PLAIN = 0,
	RAW_DEFLATE = 1 /* a zlib stream a piece */
};

struct book_raw {
	int64_t id;
	uint8_t sha[32];
	uint64_t size;   /* bytes as they came */
	uint8_t form;    /* enum unpack_form; the store does not look inside */
	bool done;       /* its last member is in the book */
	bool kept;       /* its bytes are here */
	int64_t removed; /* when retention took the bytes; 0: it did not */
	int64_t arrived;
	struct sv path; /* where it was first read from */
};

bool book_raw_find(struct store *s, const uint8_t sha[32], struct arena *a,
		   struct book_raw *out, bool *out_found, struct err *err);
/* Enters raw that is not known, or takes up again one that is not done (its pieces and
 * its deliveries from the interrupted run go). Sets in->id, and in->done where it is done
 * already: then nothing is changed. */
bool book_raw_begin(struct store *s, struct book_raw *in, struct err *err);
bool book_raw_piece(struct store *s, int64_t raw_id, uint32_t seq, enum raw_codec codec,
		    uint32_t plain_n, struct sv bytes, struct err *err);
/* Drops the pieces written so far (a duplicate needs no second copy). */
bool book_raw_drop_pieces(struct store *s, int64_t raw_id, struct err *err);
bool book_raw_done(struct store *s, int64_t raw_id, uint8_t form, bool kept,
		   struct err *err);
/* It is to be known by another path. */
bool book_raw_path(struct store *s, int64_t raw_id, struct sv path, struct err *err);
/* One stored piece, inflated to what came; *out_n is 0 past the last. */
bool book_raw_read(struct store *s, int64_t raw_id, uint32_t seq, struct arena *a,
		   struct sv *out, struct err *err);

/* --- deliveries: what each member of each raw was --- */

enum book_kind {
	KIND_UNKNOWN = 0,
	KIND_AGGREGATE = 1,
	KIND_TLS = 2,
	KIND_FAILURE = 3
};
enum book_status {
	STATUS_NEW = 0,
	STATUS_DUPLICATE,
	STATUS_SUPERSEDED,
	STATUS_CONFLICT,
	STATUS_REFUSED,
	STATUS_ASIDE,
};
const char *book_kind_name(
	enum book_kind k); /* "aggregate", "tls", "failure", "unknown" */
bool book_kind_find(struct sv name, enum book_kind *out); /* false: it names none */
const char *book_status_name(enum book_status s);         /* "new", "duplicate", ... */

struct book_delivery {
	int64_t raw_id;
	uint32_t seq; /* within the raw, from 0 */
	struct sv member;
	uint8_t kind, status;
	int64_t report;           /* 0: none */
	struct sv reason;         /* refused, aside */
	struct sv refused_domain; /* set where `unassigned refuse` is the reason */
	struct sv path;           /* the input it came from */
	/* of the mail around it, as found; empty for files */
	bool by_mail;
	struct sv from, dkim_domains, auth_results, message_id, subject, date;
	int64_t arrived;
};

bool book_delivery_add(struct store *s, const struct book_delivery *d, struct err *err);
/* All of one raw (report 0), or all of one report (raw_id 0), in order. */
bool book_deliveries(struct store *s, int64_t raw_id, int64_t report, struct arena *a,
		     struct book_delivery **out, size_t *out_n, struct err *err);

/* --- reports --- */

struct book_report {
	int64_t id;
	uint8_t sha[32]; /* of the normalised report (crypto/digest.h) */
	uint8_t kind;
	struct sv org, email, report_id, domain; /* domain: policy domain, lower case */
	bool has_begin, has_end;
	int64_t begin, end;
	bool complete;
	bool counted;                    /* flipped by facts_count() only */
	bool sealed;                     /* its details are gone: retention.h */
	int64_t superseded_by;           /* 0: none */
	uint64_t rows, messages, passed; /* of its whole rows */
	int64_t first_day;               /* report_days() */
	uint32_t days;
	uint8_t window;
	int64_t arrived;
	int64_t raw_id;
	struct sv member;
	struct sv meta;    /* report_meta_encode() */
	struct sv repairs; /* repair_encode(), one after the other */
	uint64_t repair_n; /* all, also those not listed */
	int64_t domain_id; /* of the policy domain as reported; out only */
};

bool book_report_by_sha(struct store *s, const uint8_t sha[32], struct arena *a,
			struct book_report *out, bool *out_found, struct err *err);
bool book_report_by_id(struct store *s, int64_t id, struct arena *a,
		       struct book_report *out, struct err *err);
/* By a hex prefix of the SHA-256 (at least 4 digits): *out_matches is 0, 1 or 2 (more).
 */
bool book_report_by_prefix(struct store *s, struct sv hex, struct arena *a,
			   struct book_report *out, int *out_matches, struct err *err);
/* Those with the same natural key: organisation (else the e-mail's domain), policy
 * domain, report id, begin, end. `like` gives the key; itself, where it is in the book,
 * is left out. meta and repairs are left empty. A TLS report may be of several domains:
 * its key has none. Failure reports have no key: none is found. */
bool book_reports_by_key(struct store *s, const struct book_report *like, struct arena *a,
			 struct book_report **out, size_t *out_n, struct err *err);
/* Does it share its key with another, and is neither of the two superseded? */
bool book_report_is_conflict(struct store *s, const struct book_report *r,
			     struct arena *a, bool *out, struct err *err);
/* Enters it (uncounted, without facts) and sets in->id and in->domain_id. */
bool book_report_add(struct store *s, struct book_report *in, struct err *err);
bool book_report_supersede(struct store *s, int64_t id, int64_t by, struct err *err);
/* The shortest hex prefix of at least 12 digits that no other report shares. */
bool book_report_short_id(struct store *s, const uint8_t sha[32], char out[65],
			  struct err *err);

/* A page of reports, newest window first. */
struct book_report_filter {
	uint8_t kind;              /* enum book_kind; 0: aggregate */
	bool full;                 /* the listing brings meta and repairs */
	const int64_t *domain_ids; /* policy domains; NULL: all */
	size_t domain_n;
	int64_t day_from, day_to; /* of first_day, inclusive; INT64_MIN/MAX: open */
	bool only_passing, only_failing; /* has such messages */
	bool any_state;                  /* also those that do not count */
	bool unsealed;                   /* only those whose details are here */
	uint32_t limit;                  /* 0: all */
	uint64_t offset;
};
struct book_report_iter;
struct book_report_iter *book_reports(struct store *s, const struct book_report_filter *f,
				      struct err *err);
/* meta and repairs are left empty in a listing that is not full. */
bool book_report_next(struct book_report_iter *it, struct arena *a,
		      struct book_report *out, struct err *err);
void book_report_iter_free(struct book_report_iter **it);
bool book_report_count(struct store *s, const struct book_report_filter *f, uint64_t *out,
		       struct err *err);
/* Per policy domain: how many counted reports match. For totals with filters: of sealed
 * reports it counts those whose month lies wholly in the range, as their messages do. */
bool book_reports_per_domain(struct store *s, const struct book_report_filter *f,
			     struct arena *a, int64_t **out_domain_id,
			     uint64_t **out_count, size_t *out_n, struct err *err);
/* Removes a report with its facts and deliveries' links; it must be uncounted. Its raw
 * goes where nothing else points to it (so that a mail read again is read again). */
bool book_report_remove(struct store *s, int64_t id, struct err *err);

/* Reporters of a set of policy domains: organisation, reports, messages, last window. */
struct book_reporter {
	struct sv org;
	uint64_t reports, messages, passed;
	int64_t last_day;
};
bool book_reporters(struct store *s, const struct book_report_filter *f, struct arena *a,
		    struct book_reporter **out, size_t *out_n, struct err *err);

/* --- policy domains as reported --- */

struct book_policy_domain {
	int64_t id;
	struct sv name;
	bool refused; /* `unassigned refuse` */
};
bool book_policy_domains(struct store *s, struct arena *a,
			 struct book_policy_domain **out, size_t *out_n, struct err *err);
bool book_policy_domain(struct store *s, struct sv name, struct book_policy_domain *out,
			bool *out_found, struct err *err);
/* Also for names never seen. Lifting a refusal forgets the raws refused for it, so that
 * they are read when they come again. */
bool book_policy_domain_refuse(struct store *s, struct sv name, bool refused,
			       struct err *err);

/* --- clients and their domains --- */

struct book_client {
	int64_t id;
	struct sv name, raw_addr, digest_addr; /* addresses may be empty */
	int64_t created, retired;              /* retired 0: active */
};
enum book_domain_use {
	DOMAIN_SENDING = 0,
	DOMAIN_PARKED = 1
};
struct book_domain {
	int64_t id, client;
	struct sv name; /* lower case, A-labels */
	uint8_t use;
	int64_t created, retired;
};
bool book_client_add(struct store *s, struct book_client *c,
		     struct err *err); /* sets id */
bool book_client_retire(struct store *s, int64_t id, int64_t when, struct err *err);
/* Active again, with the addresses of `c`; its domains stay as they are. */
bool book_client_revive(struct store *s, const struct book_client *c, struct err *err);
bool book_clients(struct store *s, struct arena *a, struct book_client **out,
		  size_t *out_n, struct err *err); /* by name; retired ones too */
/* Sets id. A retired domain comes back, to this client whosever it was, and keeps when it
 * was created. */
bool book_domain_add(struct store *s, struct book_domain *d, struct err *err);
bool book_domain_retire(struct store *s, int64_t id, int64_t when, struct err *err);
bool book_domains(struct store *s, struct arena *a, struct book_domain **out,
		  size_t *out_n, struct err *err); /* by name; retired ones too */

/* --- unassigned upkeep --- */

/* Reports of the policy domains given, oldest first, with the bytes that each holds in
 * the store (raw that it alone points to, and facts). */
struct book_holding {
	int64_t report;
	int64_t since; /* its arrival, or its window's begin: the clock may have been
			  behind */
	uint64_t bytes;
};

/* `now`: a window that begins later is not believed. */
struct book_holding_filter {
	const int64_t *domain_ids;
	size_t domain_n;
	int64_t now;
};

bool book_holdings(struct store *s, const struct book_holding_filter *f, struct arena *a,
		   struct book_holding **out, size_t *out_n, struct err *err);
/* Since when the oldest of them is held, or earlier; INT64_MAX where there is none. Far
 * cheaper. */
bool book_oldest_holding(struct store *s, const struct book_holding_filter *f,
			 int64_t *out, struct err *err);

/* Small remembered values of the installation (for later issues too). */
bool book_meta_get(struct store *s, const char *key, struct arena *a, struct sv *out,
		   struct err *err);
bool book_meta_set(struct store *s, const char *key, struct sv value, struct err *err);

#endif
