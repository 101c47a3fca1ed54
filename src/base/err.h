/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

/*
 * An operational failure: what the program may do about it, and one sentence for a
 * person. The codes are the exit statuses of sysexits.h, so a front end may exit with
 * one. A verdict (a report that is refused, say) is never an error.
 */
enum err_code {
	ERR_NONE = 0,
	ERR_USAGE = 64,   /* the command line is wrong */
	ERR_DAMAGED = 65, /* a backup is foreign, cut short or altered, or the database is
			     damaged; ingest says ERR_TEMP of that, so that a mail server
			     keeps the mail */
	ERR_NO_INPUT = 66, /* a path cannot be read, a thing asked for is not there */
	ERR_INTERNAL = 70, /* our own fault */
	ERR_TEMP = 75,     /* busy, full, interrupted: the same call may succeed later */
	ERR_TOO_NEW = 76,  /* a backup is whole, and needs a later build than this one */
	ERR_CONFIG = 78,   /* settings or database are not ours to use as they are */
};

struct err {
	enum err_code code;
	char text[600];
};

/* Both return false, so that a failing function can say `return err_set(...)`. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Puts the place in front of what is there: "report X: " + text. */
bool err_at(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
