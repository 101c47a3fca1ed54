/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_KINDS_H
#define INTAKE_KINDS_H

#include "intake/unpack.h"
#include "store/book.h"

struct worker;

/* How long a kind is kept is one of these, each a setting: retention.facts, .raw, ... */
enum kind_age {
	AGE_FACTS,
	AGE_RAW,
	AGE_FAILURE,
	AGE_FAILURE_BODY,
	AGES
};

/*
 * The kinds of evidence: a row each. A new kind is a row here, its reader (in the worker)
 * and its knowledge module.
 */
struct kind {
	enum book_kind kind;
	const char *words; /* "aggregate report" */
	/* Is this leaf one? */
	bool (*recognise)(const struct unpack_leaf *leaf);
	/* Reads the worker's current leaf and says all of it. False: the writer is gone.
	 */
	bool (*read)(struct worker *w, const struct unpack_leaf *leaf);
	/* The whole mail is the report, not only this leaf: its other parts are passed
	 * over. */
	bool whole_mail;
	/* How long its details stay, and how long the bytes that brought it. */
	enum kind_age details, raw;
};

/* The row that recognises the leaf, or NULL. */
const struct kind *kind_of(const struct unpack_leaf *leaf);
const struct kind *kinds_table(size_t *out_n);
/* Does a leaf that nothing can read look as if it was meant to be a report (its file
 * name, or the mail's subject)? */
bool kind_was_meant(const struct unpack_leaf *leaf);

#endif
