/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MSG_HEADER_H
#define MSG_HEADER_H

#include "base/buf.h"
#include "base/limits.h"

/*
 * Header fields (RFC 5322 2.2) as they are found, and their values (RFC 2047). Values
 * are cut at LIMIT_VALUE bytes before they are decoded, so that a buffer of HEADER_TEXT
 * bytes always suffices.
 */
enum {
	HEADER_TEXT = 4 * LIMIT_VALUE
};

struct header_field {
	struct sv name;  /* without the blanks before its colon */
	struct sv value; /* still folded, trimmed */
};

/* Passes over what stands before a mail's header: a byte order mark, empty lines before
 * a field known of mails, an mbox `From ` line. */
struct sv header_begin(struct sv mail);
/* Takes the next field with its folded lines. False at the header's end: `*rest` is then
 * the body, and out->value the empty line before it, if there was one. */
bool header_next(struct sv *rest, struct header_field *out);
/* As many whole lines at the front as a header may have (LIMIT_HEADER). */
struct sv header_window(struct sv text);
/* Does a field begin here? */
bool header_is_field(struct sv line);
/* ASCII case folded and hyphens passed over, so that `ContentType` is Content-Type.
 * `name` is written without hyphens. */
bool header_is_named(struct sv name, const char *want);
/* The first <...> with an @, else the first word with one, of an unfolded value; quoted
 * strings and comments are no addresses (RFC 5322 3.4). Empty where there is none. */
struct sv header_address(struct sv value);

/* Adds the first LIMIT_VALUE bytes of a value, each fold as one space. */
void value_unfold(struct sv value, struct buf *out);
/* Adds an unfolded text in UTF-8 with its encoded words decoded; bytes beyond ASCII that
 * are not UTF-8 are read as windows-1252. */
void value_decode(struct sv text, struct buf *out);

#endif
