/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MSG_MBOX_H
#define MSG_MBOX_H

#include "base/sv.h"

/*
 * mbox (RFC 4155): a mail begins at a line `From `, at the start of the file or after an
 * empty line, whose end reads as a date. The scan is fed in pieces and keeps nothing but
 * a little state, so that mailboxes of any size are split with one buffer.
 */
enum {
	/* A separator with its end: a sender's address has up to 256 bytes (RFC 5321
	 * 4.5.3.1.3), and a date and a host stand behind it. */
	MBOX_LINE_MAX = 512
};

struct mbox_scan {
	uint64_t offset; /* of the next byte that will be fed */
	uint64_t line_start;
	char line[MBOX_LINE_MAX]; /* the beginning of the current line */
	uint16_t line_n;
	bool after_empty;
};

/* Is this line, without its end, a separator? */
bool mbox_is_from_line(struct sv line);
/* Does this begin with one? MBOX_LINE_MAX bytes, or all there is, tell. */
bool mbox_recognise(struct sv head);

void mbox_scan_init(struct mbox_scan *s);
/* Goes through `*in` and takes what it has seen. True where a separator line has ended:
 * *out_start is the offset of its first byte; call again for the rest of `*in`. */
bool mbox_scan_next(struct mbox_scan *s, struct sv *in, uint64_t *out_start);

/* Undoes the quoting of one mail (without its separator line) in place: each line that
 * begins with one or more '>' and `From ` loses one '>'. Returns the new length. */
size_t mbox_unquote(char *mail, size_t n);

#endif
