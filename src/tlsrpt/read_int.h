/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLSRPT_READ_INT_H
#define TLSRPT_READ_INT_H

#include "report/notes.h"
#include "tlsrpt/member.h"
#include "tlsrpt/tlsrpt.h"

#include <jansson.h>

/* Inside the reader. What returns bool is false where the report is refused. */

struct tls_extras {
	struct report_extra *at;
	size_t n;
};

struct tls_reader {
	struct arena *arena;   /* the report's */
	struct arena *scratch; /* the reading's */
	struct arena *tree;    /* the JSON tree's */
	char *reason;
	struct notes notes;
	size_t policy, failure;   /* what is being read, from 1; 0: none */
	struct tls_extras extras; /* of what is being read */
	size_t extra_bytes;       /* of the whole report */
	struct buf path, part;    /* scratch */
	size_t failures_n;
	uint64_t sessions, details; /* counted so far */
};

bool tls_refuse(struct tls_reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A printable, short form of text from outside; of the scratch arena. */
const char *tls_shown(struct tls_reader *r, struct sv s);
/* A repair at a member of what is being read; UNKNOWN: of that itself. */
void tls_note(struct tls_reader *r, enum repair_code code, enum tls_member m,
	      struct sv found);
/* A value is longer than LIMIT_VALUE; the report is larger than LIMIT_TLS_REPORT. */
bool tls_refuse_value(struct tls_reader *r, enum tls_member m);
bool tls_refuse_size(struct tls_reader *r);
/* What is being read does not fit LIMIT_META or LIMIT_TLS_PART. */
bool tls_refuse_part(struct tls_reader *r);

/* The bytes as well-formed UTF-8 that holds one JSON value, and what reporters get wrong
 * in it mended; of the scratch arena. */
bool tls_tidy(struct tls_reader *r, struct sv json, struct sv *out);
/* The tree of such a text, in r->tree: nothing of it is freed singly. */
bool tls_load(struct tls_reader *r, struct sv text, json_t **out);

/* A string, number or truth value as text; empty for anything else. */
struct sv tls_scalar(struct tls_reader *r, json_t *v);
/* Text as it is kept: control characters are blanks, blanks at both ends go. */
struct sv tls_clean(struct tls_reader *r, struct sv s);
/* In small letters, without a dot at its end. */
void tls_fold_domain(struct tls_reader *r, enum tls_member m, struct sv *domain);

/* Values. A NULL one was not there. */
bool tls_text(struct tls_reader *r, enum tls_member m, json_t *v, struct sv *out);
bool tls_domain(struct tls_reader *r, enum tls_member m, json_t *v, struct sv *out);
bool tls_texts(struct tls_reader *r, enum tls_member m, json_t *v, const struct sv **out,
	       size_t *out_n);
/* The RFC's word that is meant, as its number and in *out_text; OTHER: as written. */
bool tls_policy_word(struct tls_reader *r, json_t *v, enum tls_policy_type *out,
		     struct sv *out_text);
bool tls_result_word(struct tls_reader *r, json_t *v, enum tls_result_type *out,
		     struct sv *out_text);
bool tls_address(struct tls_reader *r, enum tls_member m, json_t *v, struct addr *out,
		 struct sv *out_text);
bool tls_time(struct tls_reader *r, enum tls_member m, json_t *v, int64_t *out,
	      bool *out_has);
enum tls_counted {
	TLS_NOT_COUNTED, /* missing or no number of sessions; noted */
	TLS_COUNTED
};
enum tls_counted tls_count(struct tls_reader *r, enum tls_member m, json_t *v,
			   uint64_t *out);
/* Keeps a value that has no member, under `name` and the names within it. */
bool tls_extra(struct tls_reader *r, struct sv name, json_t *v);

enum tls_time_form {
	TLS_TIME_NONE, /* no time that could be told */
	TLS_TIME_RFC,  /* RFC 3339 5.6 */
	TLS_TIME_NO_ZONE,
	TLS_TIME_OTHER /* another form of which one knows what was meant */
};
/* Seconds since 1970; a time before that is none. */
enum tls_time_form tls_time_parse(struct sv s, int64_t *out);

#endif
