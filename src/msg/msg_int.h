/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MSG_MSG_INT_H
#define MSG_MSG_INT_H

#include "base/buf.h"
#include "msg/mime.h"

struct arena;

/*
 * The pieces that the walk is made of. Values in headers are cut at LIMIT_VALUE bytes
 * before they are decoded, so that a text buffer of MSG_TEXT bytes always suffices.
 */
enum {
	MSG_TEXT = 4 * LIMIT_VALUE
};

/* header.c: fields, RFC 5322 2.2. */
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
/* Does a field begin here? */
bool header_is_field(struct sv line);
/* ASCII case folded and hyphens passed over, so that `ContentType` is Content-Type.
 * `name` is written without hyphens. */
bool header_is_named(struct sv name, const char *want);
/* Length of the first line without its end; *out_whole with it (CR LF, LF, CR CR LF, or
 * CR where a line can begin behind it). */
size_t header_line(struct sv s, size_t *out_whole);

/* value.c: unfolding, RFC 2047. */

/* Adds the first LIMIT_VALUE bytes of a value, each fold as one space. */
void value_unfold(struct sv value, struct buf *out);
/* Adds an unfolded text in UTF-8 with its encoded words decoded; bytes beyond ASCII that
 * are not UTF-8 are read as windows-1252. */
void value_decode(struct sv text, struct buf *out);
/* At most `max` bytes of UTF-8, not ending within a character. */
struct sv value_cut(struct sv s, size_t max);
int value_hex(char c); /* -1: none */

/* param.c: media types and parameters, RFC 2045 5.1, RFC 2231. `value` is unfolded. */

/* Takes "type/subtype" from the front, as written; empty where there is none. */
struct sv param_take_type(struct sv *value);
/* Adds a parameter, put together from its pieces and decoded. False: not there. */
bool param_get(struct sv params, const char *name, struct buf *out);

/* entity.c: what the header of a mail or of a part says. */
struct entity {
	struct sv type, name, charset, boundary, report_type; /* in the arena */
	bool has_type;
	bool header_over; /* longer than LIMIT_HEADER */
	enum mime_encoding encoding;
	struct sv body;
};

/* Reads the header of `text`. With `mail` given it is a mail's, and fills that too. */
void entity_read(struct sv text, struct arena *a, struct mime_mail *mail,
		 struct entity *out);

#endif
