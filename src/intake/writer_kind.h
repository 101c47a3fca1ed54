/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WRITER_KIND_H
#define INTAKE_WRITER_KIND_H

#include "intake/writer_int.h"

/*
 * What the writer does with a kind of evidence: a row each. Bytes of a worker are from
 * outside: `part` is false for what is nonsense.
 */
struct writer_kind {
	enum book_kind kind;
	bool has_facts; /* it comes as FACET and ROWS frames */
	bool personal;  /* it is about people: of its mail and its bytes as little as can
			   be is kept */
	/* The next PART, adding to w->in.rows, messages, passed; NULL: it has none. */
	bool (*part)(struct writer *w, struct sv bytes);
	/* What the report says of itself, from the END. In w->member_arena. */
	enum applied (*fill)(struct writer *w, const struct frame_end *e,
			     struct book_report *out);
	/* Enters what it holds (identify_content; the context is the writer). */
	bool (*enter)(void *writer, struct store *s, const struct book_report *r,
		      struct err *err);
};

const struct writer_kind *writer_kind(uint8_t kind);

#endif
