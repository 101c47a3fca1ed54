/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PARSER_H
#define REPORT_PARSER_H

#include "report/build.h"
#include "report/scan.h"

/*
 * A parser in front of the row builder: bytes in pieces that may end anywhere become
 * build_start(), build_text() and build_end(). To add one is a file with these functions
 * and a row in aggregate.c. Where two parsers both read a document to its end, they must
 * have told the builder the same.
 */
struct parser {
	void *(*create)(struct build *b);
	void (*free)(void *p);
	void (*reset)(void *p); /* for the next document, into the same builder */
	/* `last`: nothing follows. AGGREGATE_REFUSED where the builder refused,
	 * AGGREGATE_AGAIN for what this parser does not read. */
	enum aggregate_step (*feed)(void *p, struct sv bytes, bool last);
	/* The scanner's: why it said AGGREGATE_AGAIN. NULL for the others. */
	enum scan_cause (*cause)(const void *p);
};

extern const struct parser parser_scan, parser_expat, parser_lenient;

enum {
	/* Markup that is longer is not waited for: expat would keep all of it. */
	PARSER_MARKUP = 64 * 1024,
	/* Expat keeps every name that it sees; what it may keep of names that are not the
	 * schemas', and what each costs it besides. */
	PARSER_NAMES = 16 * 1024 * 1024,
	PARSER_NAME_COST = 64
};

#endif
