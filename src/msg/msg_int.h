/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MSG_MSG_INT_H
#define MSG_MSG_INT_H

#include "base/buf.h"
#include "msg/header.h"
#include "msg/mime.h"

struct arena;

/* The pieces that the walk is made of. */

/* header.c */

/* Length of the first line without its end; *out_whole with it (CR LF, LF, CR CR LF, or
 * CR where a line can begin behind it). */
size_t header_line(struct sv s, size_t *out_whole);

/* value.c */

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
	bool has_from;    /* a part's header with a From, which only mails have */
	bool header_over; /* longer than LIMIT_HEADER */
	enum mime_encoding encoding;
	struct sv header, body;
};

/* Reads the header of `text`. With `mail` given it is a mail's, and fills that too. */
void entity_read(struct sv text, struct arena *a, struct mime_mail *mail,
		 struct entity *out);

#endif
