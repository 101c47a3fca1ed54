/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_FRAME_H
#define INTAKE_FRAME_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/limits.h"

/*
 * The language in which the processes of an ingest talk: frames of a 32-bit length
 * (little-endian, of what follows the type), a type byte, and fields as varints and
 * blocks. Whoever reads a frame trusts nothing in it: a field that is not there, too much
 * or out of range makes the frame nonsense, and nonsense ends the process that sent it.
 */
enum frame_type {
	/* worker -> writer, in this order within an item:
	 * ITEM (MEMBER (FACET ROWS RESET AGAIN PART)* (END | VERDICT))* RAW* DONE */
	FRAME_ITEM = 1, /* an item begins: its id */
	FRAME_MEMBER,   /* a member begins: frame_member */
	FRAME_FACET,    /* the next entry of the dictionary: the facet's bytes */
	FRAME_ROWS,     /* rows: address, number in the dictionary, messages, each */
	FRAME_RESET,    /* the dictionary begins again at 0 */
	FRAME_AGAIN,   /* forget the rows since MEMBER and the dictionary: enum scan_cause
			*/
	FRAME_PART,    /* what a report without rows holds: bytes of its kind, in order */
	FRAME_END,     /* the member was a report: frame_end */
	FRAME_VERDICT, /* the member was none, or was not read: frame_verdict */
	FRAME_RAW,     /* a piece of the item as it came: codec, plain length, bytes */
	FRAME_DONE,    /* the item ends: frame_done */

	/* parent -> writer */
	FRAME_ASK,  /* is this raw known? frame_ask */
	FRAME_SLOT, /* on the side channel, with a descriptor: the pipe of a new worker */
	FRAME_KEEP, /* on the side channel, with a descriptor: refuse it: frame_keep */
	FRAME_FINISH, /* nothing more will come: commit, sum up, exit */

	/* writer -> parent */
	FRAME_UNKNOWN, /* item id: have it read */
	FRAME_OUTCOME, /* one member's outcome, after its commit: frame_outcome */
	FRAME_SETTLED, /* item id: all of it is committed */
	FRAME_RETRY, /* item id: rolled back with a nonsense of its worker; read it again
		      */
	FRAME_GONE,  /* slot id: its pipe has ended, and what came by it is settled */
	FRAME_NONSENSE, /* slot id: its worker is to be killed */
	FRAME_FATAL,    /* exit code, sentence */
	FRAME_GROWTH,   /* by how much the totals grew: rows, messages, passed (zigzag) */
	FRAME_TYPES,
};

enum {
	FRAME_HEAD = 5
};

struct frame {
	enum frame_type type;
	struct sv body;
};

enum frame_status {
	FRAME_OK,
	FRAME_PARTIAL,
	FRAME_BAD
};

/* Opens a frame at the end of `b` and returns where; frame_finish() writes its length. */
size_t frame_start(struct buf *b, enum frame_type type);
void frame_finish(struct buf *b, size_t at);
/* Takes the first frame of `in`. PARTIAL: more bytes are needed. BAD: longer than
 * LIMIT_FRAME or of no type. */
enum frame_status frame_take(struct sv *in, struct frame *out);

/* The mail around a member, as found; by_mail is false for files. */
struct frame_mail {
	bool by_mail;
	struct sv from, dkim_domains, auth_results, message_id, subject, date;
};

struct frame_member {
	uint8_t kind; /* enum book_kind */
	struct sv member;
	struct frame_mail mail;
};

struct frame_end {
	uint8_t sha[32];
	bool complete;
	struct sv meta;    /* report_meta_encode() */
	uint64_t repair_n; /* all */
	struct sv repairs; /* those listed */
};

struct frame_verdict {
	uint8_t status; /* STATUS_REFUSED or STATUS_ASIDE */
	bool keep_raw;
	struct sv reason;
};

struct frame_raw {
	uint8_t codec; /* enum raw_codec */
	uint32_t plain_n;
	struct sv bytes;
};

struct frame_done {
	uint8_t form; /* enum unpack_form */
	bool undone;  /* cut while it was read, so that it is to be read again */
};

struct frame_ask {
	uint64_t item, size;
	uint8_t sha[32];
	struct sv path,
		prefix; /* the input; what stands before each member ("mail 17") */
};

struct frame_keep {
	uint64_t item, offset, length;
	bool undone; /* its reader's end says nothing of it: the next run reads it again
		      */
	struct sv reason;
};

struct frame_row {
	struct addr source;
	uint64_t facet, messages;
};

void frame_put_u64(struct buf *b, enum frame_type type, uint64_t value);
bool frame_get_u64(struct sv body, uint64_t *out);
void frame_put_member(struct buf *b, const struct frame_member *m);
bool frame_get_member(struct sv body, struct frame_member *out);
void frame_put_end(struct buf *b, const struct frame_end *e);
bool frame_get_end(struct sv body, struct frame_end *out);
void frame_put_verdict(struct buf *b, const struct frame_verdict *v);
bool frame_get_verdict(struct sv body, struct frame_verdict *out);
void frame_put_raw(struct buf *b, const struct frame_raw *r);
bool frame_get_raw(struct sv body, struct frame_raw *out);
void frame_put_done(struct buf *b, const struct frame_done *d);
bool frame_get_done(struct sv body, struct frame_done *out);
void frame_put_ask(struct buf *b, const struct frame_ask *a);
bool frame_get_ask(struct sv body, struct frame_ask *out);
void frame_put_keep(struct buf *b, const struct frame_keep *k);
bool frame_get_keep(struct sv body, struct frame_keep *out);
/* One row of a ROWS frame. A row that is not one leaves *in as it was. */
void frame_add_row(struct buf *b, const struct frame_row *r);
bool frame_take_row(struct sv *in, struct frame_row *out);

#endif
