/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_UNPACK_INT_H
#define INTAKE_UNPACK_INT_H

#include "base/arena.h"
#include "intake/unpack_stream.h"
#include "intake/zip.h"
#include "msg/mbox.h"

/*
 * A container that holds several things and therefore has to lie in memory while it is
 * walked: a mail, a zip archive or a mailbox. What it holds may be views into the
 * container around it.
 */
enum {
	HEAD_MAX = 4096, /* first bytes of a leaf that are shown with it */
	UNPACK_RELEASE = 4 * 1024 *
			 1024 /* touched of a mapped file before memory is given back */
};

enum frame_kind {
	FRAME_MAIL,
	FRAME_ZIP,
	FRAME_MBOX /* within something else: the feeder takes bare ones apart */
};

struct frame {
	enum frame_kind kind;
	unsigned depth; /* containers around its contents, this one included */
	struct sv bytes;
	const char *cut; /* why the bytes end too early, or NULL */
	char *held;      /* a buffer, kept from frame to frame ... */
	size_t held_cap;
	bool own;  /* ... in which bytes lie */
	void *map; /* a stretch of the item's file */
	size_t map_n;
	size_t clean, clean_end; /* what was not written to of it, in whole pages */
	struct sparse *sparse;   /* a zip archive in an encoded part, or NULL */
	size_t member_n;         /* of its own place, in unpack.member */
	const struct mime_mail *mail;
	uint32_t given; /* things handed on */
	struct mime_walk *walk;
	bool reason_given;
	struct zip zip;
	struct mbox_scan scan;
	struct sv unscanned;
	uint64_t next_mail; /* where it begins */
};

/* Something whose form is to be found out, open as unpack.stream. */
struct object {
	struct sv name, type;
	const struct mime_mail *mail;
	enum unpack_form around; /* the form of what holds it */
	unsigned depth;          /* containers around it */
	bool mbox;               /* one mail of an mbox, whatever it looks like */
};

struct unpack {
	struct unpack_input in;
	struct stream stream;
	struct frame frame[LIMIT_NESTING];
	size_t frame_n;
	struct arena *arena; /* of the item: its mails stay until the next item */
	struct buf member, label;
	char head[HEAD_MAX];
	bool begun;     /* the item itself was looked at */
	bool readable;  /* the current leaf is a stream */
	bool refused;   /* ... that met a cap on the way */
	uint64_t out_n; /* read of the current leaf */
	uint64_t unreleased;
	uint32_t leaves;
	const char *why;
	enum unpack_form item_form;
	const struct mime_mail *mail;
};

/* So much more was read: now and then the item's memory is given back. */
void unpack_pace(struct unpack *u, size_t n);
/* Makes the current object the frame's bytes. False: it is beyond a cap, or cannot be
 * read; u->stream.why says why. */
bool frame_hold(struct unpack *u, struct frame *f, enum unpack_form form);
/* Undoes the quoting of an mbox, in memory of the frame's own. */
void frame_unquote(struct frame *f);
void frame_close(struct frame *f);
/* Gives back memory of a mapped file that was read; it comes again when touched. */
void frame_release(struct frame *f);

#endif
