/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPAIR_H
#define REPORT_REPAIR_H

#include "base/buf.h"

/*
 * What a reader mended in a report. The kinds are a table: a code that is stored (never
 * renumbered), a short name for JSON, what was found and how it was read.
 */
enum repair_code {
#define REPAIR(number, code, name, what, how) REPAIR_##code = number,
#include "report/repair.def"
#undef REPAIR
};

enum {
	REPAIR_WHERE = 200, /* bytes; a longer place is cut */
	REPAIR_FOUND = 80
};

struct repair {
	uint16_t code;   /* enum repair_code */
	uint32_t times;  /* how often in this report, at least 1 */
	struct sv where; /* first place: "record 3, auth_results/spf/result"; may be empty
			  */
	struct sv found; /* the first value found there, cut at 80 bytes; may be empty */
};

struct repair_kind {
	uint16_t code;
	const char *name; /* "spf-result-word" */
	const char *what; /* "a result that is no word of the RFC" */
	const char *how;  /* "read as the word that was meant" */
};

/* NULL where the code is not in the table. */
const struct repair_kind *repair_kind(uint16_t code);
const struct repair_kind *repair_table(size_t *out_n);

/* A list for the wire and the store; decoding refuses what is not in the table. */
bool repair_encode(const struct repair *r, struct buf *out);
bool repair_take(struct sv *bytes, struct repair *out);

#endif
