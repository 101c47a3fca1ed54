/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WRITER_INT_H
#define INTAKE_WRITER_INT_H

#include "base/arena.h"
#include "intake/frame.h"
#include "intake/identify.h"
#include "intake/intake.h"
#include "intake/writer.h"
#include "store/book.h"

enum {
	WRITER_ITEMS =
		1024, /* asked about and not settled; more than the parent's window */
	WRITER_PENDING = 256 * 1024 * 1024, /* far above what a full group tells */
	WRITER_DICTIONARY = 8192,           /* entries a worker may have open */
	WRITER_PARTS = 48 * 1024 * 1024,    /* bytes of a member's parts */
};

/* What the parent said of an item; copied, freed when it is settled. */
struct asked {
	uint64_t item; /* 0: free */
	uint64_t size;
	uint8_t sha[32];
	char *path, *prefix;
	/* Members whose outcomes were told while the item went on: where it is read
	 * again, these are not told twice. */
	uint32_t told;
};

/* A raw copy that is read again (writer_again.h). */
struct again {
	bool active;
	struct book_delivery *was; /* in w->again_arena */
	bool *used;
	size_t was_n;
	struct book_delivery *now; /* likewise */
	size_t now_n, now_cap;
	bool changed;
};

/* The item that is being entered. */
struct entering {
	bool active;
	struct asked *asked;
	struct book_raw raw;
	bool known; /* its raw was entered meanwhile: what the worker says is not needed
		     */
	bool keep;  /* something of it is worth the bytes */
	uint32_t members, pieces;
	uint64_t raw_bytes; /* of the pieces, as they came */
	/* the member */
	bool in_member;
	struct frame_member member;     /* in member_arena */
	const struct writer_kind *kind; /* NULL: none that is read */
	uint64_t rows, messages, passed;
	size_t dictionary_n;
	uint8_t left; /* enum scan_cause: why it was read again */
	struct again again;
	bool personal; /* a member is personal data: the raw is not kept unasked */
};

struct writer {
	const struct writer_spec *spec;
	struct store *store;
	struct asked *asked; /* WRITER_ITEMS, by item id modulo */
	struct arena *member_arena, *scratch, *again_arena;
	struct entering in;
	struct {
		int64_t id;
		bool passed;
	} * dictionary;
	/* the group: what the next commit brings */
	bool begun;
	uint64_t begun_ms, held_ms;
	uint32_t group_items;
	uint64_t group_bytes;
	struct buf parts;            /* of the member, as blocks */
	struct buf pending;          /* what the parent is told after the commit */
	uint32_t asked_n, settled_n; /* items asked about; of them settled in `pending` */
	struct growth group_growth, growth;
	struct err err;
};

/* How a frame was taken: nonsense ends its worker, failure ends the ingest. */
enum applied {
	APPLIED,
	APPLIED_NONSENSE,
	APPLIED_FAILED
};

/* Opens the database that the spec names. Closing undoes what is not committed. */
bool writer_open(struct writer *w, const struct writer_spec *spec);
void writer_close(struct writer *w);
enum applied writer_apply(struct writer *w, const struct frame *f);
/* Enters an item that no worker can read: refused, with its bytes. */
bool writer_keep(struct writer *w, const struct frame_keep *k, int fd);
/* Tells the outcomes of raw that is known; asked->sha is in the book and done. Between
 * items only: a long list is told in parts, with a commit each. */
bool writer_tell_known(struct writer *w, const struct asked *asked,
		       const struct book_raw *raw);
int64_t writer_now(const struct writer *w);
/* When what is being entered arrived: now, or, where it is read again, then. */
int64_t writer_arrival(const struct writer *w);
/* Takes back what the member put since it began. */
bool writer_forget_rows(struct writer *w);
/* The parent is told after the commit; always true. */
bool writer_say_settled(struct writer *w, const struct asked *asked);
/* Why a report of a domain that `unassigned refuse` names is not taken; in member_arena.
 */
struct sv writer_refusal(struct writer *w, const struct book_report *r);

/* --- what is told (writer_outcome.c); views as they are given or in w->member_arena ---
 */
/* The next delivery of the item, with the current member's place and mail. */
struct book_delivery writer_delivery(struct writer *w, enum book_status status,
				     struct sv reason, const struct book_report *report);
/* Of the place of a personal member, what is kept: the leading steps that are only
 * numbers, "part 2/part 1". */
struct sv writer_kept_member(struct sv member);
/* Of a path, what is kept: a saved mail is often named after its subject, so that of
 * personal data only the folder is. */
struct sv writer_kept_path(const struct writer *w, struct sv path);
bool writer_outcome(struct writer *w, const struct asked *asked,
		    const struct book_delivery *d, const struct book_report *report,
		    struct intake_outcome *out);

/* --- what the parent asked about (writer_group.c) --- */
/* NULL: its place is taken. */
struct asked *writer_remember_asked(struct writer *w, const struct frame_ask *ask);
struct asked *writer_asked(struct writer *w, uint64_t item);
void writer_forget_asked(struct writer *w, uint64_t item);

/* --- the group --- */
bool writer_begin(struct writer *w);
bool writer_is_full(const struct writer *w);
/* Commits where much is pending. */
bool writer_relieve(struct writer *w);
/* Everything pending becomes true with the commit; only then is it told. Within an item
 * (between its members) the group that it goes on in is begun by the next frame. */
bool writer_commit(struct writer *w);
/* A worker said nonsense: nothing of this group stands; all its items are read again. */
bool writer_roll_back(struct writer *w);
bool writer_tell(struct writer *w, struct sv bytes);
/* The same at a time when a group may be open. No lock is held while the parent does not
 * listen (it may be waiting for whoever reads its output): the group is closed before. */
bool writer_tell_now(struct writer *w, struct sv bytes);
bool writer_tell_pending(struct writer *w);

#endif
