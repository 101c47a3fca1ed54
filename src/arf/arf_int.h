/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARF_ARF_INT_H
#define ARF_ARF_INT_H

#include "arf/arf.h"
#include "msg/header.h"

enum {
	READING_MAIL,     /* the header of the report's mail */
	READING_FEEDBACK, /* the feedback part, or the sentences */
	READING_SAMPLE,   /* the header of the mail reported */
	READING_TEXTS
};

/* A report on its way to being read. */
struct reading {
	struct arena *a;
	struct arf_report *r;
	struct buf line;                /* a value, unfolded */
	struct sv texts[READING_TEXTS]; /* where addresses stand */
	unsigned looks;                 /* how often they were looked through */
	struct sv results_from;         /* header.from of a DMARC result */
};

/* Says that something was mended; `where` is a field's name and lives for ever. */
void reading_note(struct reading *rd, enum repair_code code, const char *where);
struct sv reading_unfold(struct reading *rd, struct sv value);

/* lex.c: values of structured fields (RFC 5322 3.2.2, RFC 8601 2.2). */

void lex_skip(struct sv *s); /* blanks and comments */
/* Takes up to a blank, a comment or one of `; , = "`. May be empty. */
struct sv lex_word(struct sv *s);
/* Takes a quoted string, returned without its quotes, or up to a blank, a comment or a
 * semicolon. */
struct sv lex_value(struct sv *s);
/* Takes up to a semicolon that stands in no comment and no quoted string. */
struct sv lex_statement(struct sv *s);

/* name.c: the only texts that get into a report. */

/* At least two labels of letters, digits, hyphens and underscores, lower case, the last
 * one beginning with a letter. */
bool name_is_domain(struct sv s);
bool name_is_selector(struct sv s); /* one label is enough */
bool name_is_version(struct sv s);
/* As much as is a version. */
struct sv name_version(struct reading *rd, struct sv text);
/* Reads a domain; of an address its domain only. Empty where it is none, with a repair
 * unless there was nothing. */
struct sv name_domain(struct reading *rd, struct sv text, const char *where);
/* The same of a field that should hold an address. */
struct sv name_address_domain(struct reading *rd, struct sv text, const char *where);
/* A host's greeting; names of private networks, which people give to their machines, are
 * left out. */
struct sv name_helo(struct reading *rd, struct sv text, const char *where);
/* A selector may look like a local part: one that is that of an address in the mail is
 * left out. */
struct sv name_selector(struct reading *rd, struct sv text, const char *where);

/* value.c: single values. */

void value_source(struct reading *rd, struct sv text, const char *where);
/* A mail's date as the time of arrival; false where it is none. */
bool value_time(struct reading *rd, struct sv text);
void value_arrival(struct reading *rd, struct sv text, const char *where);

/* fields.c: the feedback part. */

void fields_read(struct reading *rd, struct sv part);
/* Does a text begin with the fields of a feedback part? */
bool fields_recognise(struct sv head);

/* results.c: reads an Authentication-Results field. `host` is where the sample's first
 * Received was written; a field of the sample that does not name it is passed over. NULL:
 * any will do. */
void results_read(struct reading *rd, struct sv value, bool sample,
		  const struct sv *host);

/* sample.c: the header of the mail reported. */
void sample_read(struct reading *rd, struct sv header);
/* Where the report names no signature: the mail's own, of its policy domain. */
void sample_signature(struct reading *rd, struct sv header);

/* sentences.c: what gateways write instead of a feedback part. */
bool sentences_recognise(struct sv head);
/* Returns the copy of the mail's header behind the sentences; perhaps empty. */
struct sv sentences_read(struct reading *rd, struct sv text);

#endif
