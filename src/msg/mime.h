/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MSG_MIME_H
#define MSG_MIME_H

#include "base/buf.h"
#include "base/limits.h"

struct arena;

/*
 * A bounded walk over a mail (RFC 5322, 2045-2047, 2231) that lies in memory. Nothing is
 * copied: parts are views into the mail. Never fails: what is ill-formed is read as the
 * sender most likely meant it (a missing boundary ends with the mail, an unknown transfer
 * encoding is none, `ContentType:` is Content-Type).
 */

/* What a mail says of its sender, as found; for the deliveries of a report. Strings are
 * decoded (RFC 2047) and unfolded, in the walk's arena. */
struct mime_mail {
	struct sv from; /* the address in From:, else in Sender: */
	struct sv subject, date, message_id;
	struct sv dkim_domains; /* d= of each DKIM-Signature, in order, separated by
				   spaces */
	struct sv
		auth_results; /* each Authentication-Results, one a line, at most 4 KiB */
	struct sv
		report_type; /* multipart/report's parameter, lower case, may be empty */
	uint8_t depth;       /* 0: the outermost mail */
	struct sv raw;       /* the mail as it came, without the encoding of a part that
				holds it */
	const struct mime_mail *around; /* the mail that it came in, NULL at depth 0 */
};

enum mime_encoding {
	MIME_IDENTITY,
	MIME_BASE64,
	MIME_QP
};

struct mime_part {
	struct sv path;    /* "part 2", "part 3/part 1"; empty for a mail without parts */
	struct sv type;    /* "application/gzip", lower case; "text/plain" where none */
	struct sv name;    /* file name, decoded, base name only; may be empty */
	struct sv charset; /* parameter, may be empty */
	enum mime_encoding encoding;
	struct sv header;             /* its own, or the mail's that it is all of */
	struct sv body;               /* still encoded */
	const struct mime_mail *mail; /* the mail that holds it, the innermost */
};

/* Does `head` begin as a mail: header fields, at least one of them known of mails (From,
 * Received, Date, Subject, Message-ID, MIME-Version, Content-Type, Return-Path, ...),
 * perhaps behind an mbox `From ` line? */
bool mime_recognise(struct sv head);

struct mime_walk;

/* `mail` stays the caller's and must live as long. */
struct mime_walk *mime_walk_new(struct sv mail, struct arena *a);
void mime_walk_free(struct mime_walk **w);
/* From now on mails within the mail are not entered but handed out as leaves; also a
 * multipart whose own header has a From, which is a mail without its label. */
void mime_walk_stay(struct mime_walk *w);
/* For a mail that lies in a mapped file: from now on `passed` is called after each 4 MiB
 * that were searched: memory of what was touched may be given back, for it comes again.
 */
void mime_walk_pace(struct mime_walk *w, void (*passed)(void *ctx), void *ctx);
/* The next leaf part in the order of the mail; a message/rfc822 (also with an encoding)
 * is entered. False at the end. */
bool mime_walk_next(struct mime_walk *w, struct mime_part *out);
/* After the end: why the walk left something out ("more than 1000 parts"), or NULL. */
const char *mime_walk_reason(const struct mime_walk *w);

/* Undoes a transfer encoding piece by piece. Whatever is no base64 is passed over; a
 * malformed =XX stays as it is. */
struct mime_decoder {
	enum mime_encoding encoding;
	struct sv left;
	uint32_t bits;
	uint8_t have;
	bool ended;
};

void mime_decoder_init(struct mime_decoder *d, enum mime_encoding encoding,
		       struct sv body);
/* Fills up to `cap` (>= 4) bytes; 0 at the end. */
size_t mime_decode(struct mime_decoder *d, char *out, size_t cap);

#endif
