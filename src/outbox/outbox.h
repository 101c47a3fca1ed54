/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTBOX_OUTBOX_H
#define OUTBOX_OUTBOX_H

#include "base/err.h"
#include "base/sv.h"

/*
 * Hands one mail over: to a program such as sendmail, or to an SMTP server (RFC 5321).
 * Whoever accepts it answers for it from then on. What the other side says is an answer
 * and no error; an error means that it could not even be asked.
 */
enum outbox_tls {
	OUTBOX_TLS_TRY,     /* STARTTLS where it is offered */
	OUTBOX_TLS_REQUIRE, /* ... and nothing is sent without it */
	OUTBOX_TLS_NONE
};

struct outbox_way {
	const char *smtp;     /* smtp://HOST[:PORT] or smtps://...; NULL: the program */
	const char *sendmail; /* path of the program, called with -i -f FROM -- TO */
	const char *user, *password; /* for SMTP; NULL: none */
	enum outbox_tls tls;
	unsigned seconds; /* that it may take at most */
};

struct outbox_mail {
	const char *from, *to; /* addresses of the envelope */
	struct sv bytes;       /* the whole mail, lines ended by CR LF */
};

enum outbox_result {
	OUTBOX_ACCEPTED,
	OUTBOX_LATER, /* not now, or nobody knows: to be tried again */
	OUTBOX_REFUSED
};

enum {
	OUTBOX_SAID = 256
};

struct outbox_answer {
	enum outbox_result result;
	char said[OUTBOX_SAID]; /* by the other side, or why there was no answer */
};

bool outbox_send(const struct outbox_way *w, const struct outbox_mail *m,
		 struct outbox_answer *out, struct err *err);

#endif
