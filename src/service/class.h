/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVICE_CLASS_H
#define SERVICE_CLASS_H

#include "service/match.h"

/*
 * What a domain's mail from a source is: its own, a service's that does not align,
 * forwarded, unknown, or abuse. Judged over all that was seen of the domain in the days
 * asked for, since a forwarder is told by a signature that passes elsewhere, and abuse by
 * how far it is spread.
 */
enum service_class {
#define CLASS(id, word, what) SERVICE_##id,
#include "service/class.def"
#undef CLASS
	SERVICE_CLASSES
};

enum service_why {
#define WHY(id, word, what) SERVICE_WHY_##id,
#include "service/why.def"
#undef WHY
	SERVICE_WHYS
};

/* What the user said of a source or a service. */
enum service_mark {
	SERVICE_MARK_NONE,
	SERVICE_MARK_OWN,
	SERVICE_MARK_KNOWN,
	SERVICE_MARK_ABUSE
};

/* A kind of message: what reports say in a row but address and count. */
struct service_facet {
	struct service_mail mail;
	bool dkim_aligned, spf_aligned; /* as the receiver judged */
	bool excused; /* it says that it was forwarded, or came by a list */
	bool sealed;  /* it says that an ARC chain verifies: by whomever */
	const struct service_signature *broken; /* of the domain's own d=, that failed */
	size_t broken_n;
	struct service_match match; /* service_of_mail() */
	/* worked out */
	struct service_home *key; /* of its own signature */
	bool met;
};

struct service_from {
	struct service_source source;
	enum service_mark mark;
	struct service_match match;  /* service_of_source() */
	int64_t first_day, last_day; /* of all its messages */
	/* worked out */
	uint64_t aligned; /* messages that passed in alignment */
	bool abuses;
	uint64_t messages;
	uint64_t nameless; /* of these what nothing explains, and no name passed */
};

/* The messages of one kind from one source. */
struct service_row {
	struct service_facet *facet;
	struct service_from *from;
	uint64_t messages;
	/* worked out */
	const struct service_match *match; /* the service, or a match without one */
	enum service_class class;
	enum service_why why;
};

struct service_marked {
	const struct service *service;
	enum service_mark mark;
};

/* All of a domain. */
struct service_domain {
	struct service_row *row;
	size_t row_n;
	struct service_from *from; /* each once */
	size_t from_n;
	bool parked;
	const struct service_marked *marked;
	size_t marked_n;
};

/* Fills in what is worked out; facets and sources have their matches already. */
void service_judge(const struct service_domain *d, struct arena *a);

/* The name that it passed in: its first signature's, else its return-path's; or empty. */
struct sv service_mail_name(const struct service_mail *m);

/* By its word; false where there is none. */
bool service_class_named(struct sv word, enum service_class *out);
const char *service_class_word(enum service_class c);
const char *service_class_what(enum service_class c);
const char *service_why_word(enum service_why w);
const char *service_why_what(enum service_why w);

#endif
