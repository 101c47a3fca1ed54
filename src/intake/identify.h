/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_IDENTIFY_H
#define INTAKE_IDENTIFY_H

#include "store/book.h"

/* By how much the totals grew; negative where something was superseded. */
struct growth {
	int64_t rows, messages, passed;
};

/* Modulo 2^64, as the totals themselves (LIMIT_MESSAGES bounds each report). */
void growth_add(struct growth *to, const struct growth *more);
/* The figures of a report, added (1) or taken away (-1). */
void growth_add_report(struct growth *to, const struct book_report *r, int64_t sign);

struct identity {
	enum book_status status;
	struct book_report
		report; /* as it is in the book: the known one of a duplicate */
	struct growth growth;
};

/* Enters what a report holds, once it has an id. */
struct identify_content {
	bool (*enter)(void *ctx, struct store *s, const struct book_report *r,
		      struct err *err);
	void *ctx;
};

/*
 * Enters a report and decides what it is:
 *
 * - its SHA-256 is known: duplicate;
 * - its policy domain is one that `unassigned refuse` names: refused;
 * - the natural key is known, with other content (an aggregate or TLS report). A complete
 *   report supersedes each incomplete one whose whole rows it contains; an incomplete one
 *   is superseded by a complete one that contains it, and of incomplete ones that contain
 *   each other the largest counts. Whatever else shares the key counts too, and is a
 *   conflict; so does one that shares its key with a sealed report, whose rows nobody can
 *   compare;
 * - else it is new.
 *
 * The order in which reports come does not change what counts in the end.
 *
 * The caller holds a savepoint. It is released where the report stays; the caller undoes
 * it for a duplicate and a refused one.
 */
bool identify_report(struct store *s, struct book_report *in,
		     const struct identify_content *content, struct arena *a,
		     struct identity *out, struct err *err);
/* Decides anew for a report of the book that was read again (book_report_reread() and its
 * content): what it superseded counts again, unless it still stands for it. The growth is
 * what that adds; what was counted of the report before is not in it. */
bool identify_again(struct store *s, struct book_report *in, struct arena *a,
		    struct identity *out, struct err *err);

#endif
