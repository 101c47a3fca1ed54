/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SCAN_INT_H
#define REPORT_SCAN_INT_H

#include "report/cursor.h"
#include "report/parser.h"

/* Inside the scanner. */
enum {
	SCAN_HOLD = 16 * 1024, /* bytes of one tag at most */
	SCAN_NAME = 64, /* ... and of an element's name of no schema, or a reference */
	SCAN_ATTRS = 16
};

/* What came of reading one thing at the cursor. */
enum scan_took {
	SCAN_TOOK,
	SCAN_WAITS, /* its end is not there yet; the cursor is put back */
	SCAN_LEAVES /* for expat; s->cause is set */
};

enum scan_state {
	SCAN_AT_START,
	SCAN_BEFORE_ROOT,
	SCAN_IN_ROOT,
	SCAN_AFTER_ROOT
};

struct scan_same;

struct scan {
	struct build *build;
	struct scan_same *same;
	enum scan_cause cause;
	enum scan_state state;
	unsigned depth;
	struct sv open[LIMIT_XML_DEPTH];      /* names of the open elements */
	char own[LIMIT_XML_DEPTH][SCAN_NAME]; /* those that are of no schema */
	size_t names;      /* bytes that names have cost expat at most */
	struct buf held;   /* the begin of what is cut by the end of a piece */
	struct buf entity; /* scratch */
	struct build_attr attr[SCAN_ATTRS];
	size_t attr_n;
	/* The record that is being read, behind its start tag; NULL: none that is to be
	 * kept. In the piece that is being read. */
	const char *record;
	unsigned record_depth;
	uint64_t record_notes;
	uint64_t repeated; /* records that were taken as the bytes of another one */
};

static inline enum scan_took scan_leave(struct scan *s, enum scan_cause cause)
{
	s->cause = cause;
	return SCAN_LEAVES;
}

/* What stands at the cursor is not what should: it may be that the rest is yet to come.
 */
static inline enum scan_took scan_odd(struct scan *s, const struct cursor *c,
				      enum scan_cause cause)
{
	return cursor_left(c) ? scan_leave(s, cause) : SCAN_WAITS;
}

static inline enum scan_took scan_told(struct scan *s, bool going)
{
	return going ? SCAN_TOOK : scan_leave(s, SCAN_REFUSED);
}

/* What begins with '<', at the cursor, and is a tag. */
enum scan_took scan_tag(struct scan *s, struct cursor *c);
/* The XML declaration at the cursor, all of which is there. */
enum scan_took scan_declaration(struct scan *s, struct cursor *c);

/* Records that are the bytes of an earlier one (scan_same.c). */
struct scan_same *scan_same_new(void);
void scan_same_free(struct scan_same *m);
void scan_same_reset(struct scan_same *m);
/* s->record was read, the cursor stands behind its end. */
void scan_same_end(struct scan *s, const struct cursor *c);
/* Takes the record at the cursor where it is known; false: it is to be read. */
bool scan_same_take(struct scan *s, struct cursor *c, bool *out_going);

#endif
