/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_UNPACK_H
#define INTAKE_UNPACK_H

#include "base/buf.h"
#include "base/limits.h"
#include "msg/mime.h"

/*
 * Everything that a report may be wrapped in: mail, multipart, nested mails, zip, gzip,
 * gzip in gzip, zlib, told by content and never by name. An item (a file, or a mail of an
 * mbox) is walked leaf by leaf; a leaf is read as a stream, and can be read again.
 * Nothing that inflates is ever held whole.
 */

/* The bytes of an item: in memory, or behind a descriptor (pread, mmap). */
struct unpack_input {
	int fd;                  /* -1: in memory */
	uint64_t offset, length; /* of the item within fd */
	struct sv bytes;         /* where fd is -1 */
	bool mbox; /* one mail of an mbox: has a separator line, and `>From ` to undo */
};

enum unpack_form {
	FORM_OTHER,
	FORM_MAIL,
	FORM_XML,
	FORM_GZIP,
	FORM_ZIP,
	FORM_ZLIB,
	FORM_JSON,
	FORM_MSG,
	FORM_EMPTY,
	FORM_MBOX_MAIL /* what is kept with the raw copy of one mail of an mbox */
};

/* What the first bytes are. Needs 512 bytes or so, or all there is. */
enum unpack_form unpack_form(struct sv head);

enum unpack_status {
	UNPACK_MORE,
	UNPACK_END,     /* ended as it should */
	UNPACK_BROKEN,  /* damaged or cut short: what came before is good; see why */
	UNPACK_REFUSED, /* a cap was met; see why */
};

struct unpack_leaf {
	struct sv member; /* "part 2/a.xml", "a.zip/b.xml", "" for a bare file; visible
			     text */
	struct sv name;   /* file name of the leaf, may be empty */
	struct sv type;   /* media type where a mail gave one, else empty */
	enum unpack_form form; /* of the leaf itself: XML, JSON, OTHER, EMPTY, MSG */
	struct sv head;        /* its first bytes, at most 4 KiB */
	const struct mime_mail *mail; /* the innermost mail around it, or NULL */
	/* Not a stream: a part that could not be opened (a zip without directory, a part
	 * beyond a cap); `why` says what is wrong. `form` is the container's. */
	const char *why;
};

struct unpack;

struct unpack *unpack_new(void); /* reusable, holds buffers and inflaters */
void unpack_free(struct unpack **u);
/* Begins an item. The input's descriptor stays the caller's. */
void unpack_open(struct unpack *u, const struct unpack_input *in);
/* The next leaf, in order; false at the end of the item. Leaves are borrowed until the
 * next call. Text parts of a mail that hold nothing of interest are leaves too. */
bool unpack_next(struct unpack *u, struct unpack_leaf *out);
/* Reads the current leaf: fills `*out` with the next bytes (borrowed until the next
 * call, at most 256 KiB). With UNPACK_END, BROKEN, REFUSED `*out` is empty. */
enum unpack_status unpack_read(struct unpack *u, struct sv *out);
const char *unpack_why(const struct unpack *u); /* after BROKEN or REFUSED */
/* Starts the current leaf again from its first byte. */
void unpack_rewind(struct unpack *u);
/* What the item is (its outermost form), and bytes inflated so far over all leaves. */
enum unpack_form unpack_item_form(const struct unpack *u);
uint64_t unpack_inflated(const struct unpack *u);
/* Where a mail as a whole tells more than its parts do (for example report-type), the
 * outermost mail; NULL for other items. */
const struct mime_mail *unpack_mail(const struct unpack *u);

#endif
