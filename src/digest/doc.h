/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIGEST_DOC_H
#define DIGEST_DOC_H

#include "base/buf.h"

struct arena;

/*
 * A letter before it has a form: blocks, one below the other. Text and HTML are made of
 * the same blocks, so that neither says what the other does not. All texts are data:
 * whatever stands in them, markup too, is shown as it is.
 */
enum doc_kind {
	DOC_TITLE,   /* text; note: what stands small above it */
	DOC_LEAD,    /* what it comes to, in a sentence or two */
	DOC_FIGURES, /* large numbers side by side */
	DOC_BARS,    /* a picture of the days; see below */
	DOC_HEADING,
	DOC_PARAGRAPH,
	DOC_ITEM, /* text; note: what to do; code: a record to copy */
	DOC_TABLE,
	DOC_FOOT /* small print */
};

enum doc_tone {
	DOC_PLAIN,
	DOC_GOOD,
	DOC_WARN,
	DOC_BAD
};

struct doc_figure {
	struct sv value, label, note;
	enum doc_tone tone;
};

/* The picture is made of table cells with a colour and a width: programs that block
 * images show it, and so does Outlook, which knows neither SVG nor CSS charts. */
struct doc_bar {
	struct sv label, note;
	uint64_t good, bad, other;
};

struct doc_table {
	size_t columns, rows;      /* the first row names the columns */
	const struct sv *cell;     /* row by row */
	uint32_t right;            /* bit i: column i stands to the right */
	const enum doc_tone *tone; /* of each row; or NULL */
};

struct doc_block {
	enum doc_kind kind;
	enum doc_tone tone;
	struct sv text, note, code;
	const struct doc_figure *figure; /* n */
	const struct doc_bar *bar;       /* n */
	size_t n;
	struct doc_table table;
};

struct doc {
	struct arena *arena;
	struct sv lang;             /* "en" */
	struct sv good, bad, other; /* what the parts of a bar are called */
	struct sv logo;             /* the Content-ID of a picture; or empty */
	struct sv logo_name;
	struct doc_block *block;
	size_t n, cap;
};

struct doc_block *doc_add(struct doc *d, enum doc_kind kind, struct sv text);

enum {
	DOC_TEXT_WIDTH = 76,
	DOC_BYTES_MAX = 4 * 1024 * 1024
};

/* Lines of at most DOC_TEXT_WIDTH columns, where no word is longer; each ends with LF. */
void doc_text(const struct doc *d, struct buf *out);
/* A whole HTML page for mail programs: tables and inline styles, a column of 600 pixels
 * that a telephone shows as wide as it is, nothing from elsewhere, no script. */
void doc_html(const struct doc *d, struct buf *out);

#endif
