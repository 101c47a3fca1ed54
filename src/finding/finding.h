/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include "base/sv.h"

/*
 * Something that somebody should know of, found in the evidence each time it is asked:
 * to-do lists, letters and alarms are made of these. The same evidence gives the same
 * findings, with the same ids and the same days, whenever it is looked at.
 */
enum finding_severity {
	FINDING_NOTE,    /* good to know */
	FINDING_WARNING, /* look at it this week */
	FINDING_GRAVE    /* mail is being lost, or soon will be */
};

enum finding_code {
#define FINDING(id, word, severity, what) FINDING_##id,
#include "finding/finding.def"
#undef FINDING
	FINDING_CODES
};

/* Figures and names of its sentences; which of them it has follows from the code. */
struct finding_says {
	uint64_t messages; /* it is about so many */
	uint64_t failed;   /* of these */
	uint64_t usual;    /* what was to be expected instead */
	uint64_t sources;
	int64_t day;      /* the worst, or the last before */
	struct sv before; /* what a policy was, or a sender is known for */
	struct sv after;
};

enum {
	FINDING_ID_TEXT = 13 /* twelve hex digits */
};

struct finding {
	enum finding_code code;
	enum finding_severity severity;
	struct sv client, domain; /* either may be empty: the provider's own */
	struct sv subject;        /* a sender, a reporter, or empty */
	int64_t since;            /* day */
	int64_t due;              /* day by which it wants to be looked at */
	struct finding_says says;
	uint64_t id; /* of client, domain, code and subject: finding_id() */
};

/* 48 bits of a SHA-256: nobody outside can choose a name that has another's id. */
uint64_t finding_id(const struct finding *f);
const char *finding_id_text(uint64_t id, char out[FINDING_ID_TEXT]);
/* False where it is no id's text. */
bool finding_id_read(struct sv text, uint64_t *out);

/* Gravest first, then the newest, then by client, domain, code and subject. */
int finding_cmp(const void *a, const void *b);

enum finding_severity finding_severity_of(enum finding_code c);
const char *finding_word(enum finding_code c);
const char *finding_what(enum finding_code c);
const char *finding_severity_word(enum finding_severity s);

/* Days after `since` by which it wants to be looked at. */
int64_t finding_patience(enum finding_severity s);

#endif
