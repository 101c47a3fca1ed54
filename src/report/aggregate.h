/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_AGGREGATE_H
#define REPORT_AGGREGATE_H

#include "report/model.h"
#include "report/scan.h"

/*
 * Reads an aggregate report that arrives in pieces and hands on each row as it ends, so
 * that memory does not grow with the report. Three parsers stand in front of one row
 * builder: a scanner of our own for what reporters usually write, expat for all XML, and
 * a lenient reader of our own for what expat refuses. They see the same report from its
 * first byte: where one says AGGREGATE_AGAIN, the caller drops the rows that it got, and
 * begins again with the next. What the scanner reads to its end, expat reads to the same
 * end with the same rows, repairs and result.
 *
 * Pure: no I/O, no clock. `arrived` stands in for a window that cannot be read.
 */
enum aggregate_parser { /* each is followed by the one to begin again with */
	AGGREGATE_SCAN,
	AGGREGATE_EXPAT,
	AGGREGATE_LENIENT
};

enum aggregate_step {
	AGGREGATE_MORE,    /* go on feeding */
	AGGREGATE_AGAIN,   /* not for this parser: begin again with the next one */
	AGGREGATE_REFUSED, /* a cap, a DTD, not a report: see the reason */
};

/* Where rows go. Returning false stops the reading (AGGREGATE_REFUSED, "stopped"). */
struct aggregate_sink {
	bool (*row)(void *ctx, const struct report_row *row);
	void *ctx;
};

struct aggregate_result {
	/* The whole report was there: every record closed, </feedback> seen (its last '>'
	 * may be missing). False: what came is good, but its end is missing. */
	bool complete;
	uint64_t rows, messages, passed; /* of the whole rows handed on */
	struct report_meta meta;         /* borrowed from the reader */
	const struct repair *repair;
	size_t repair_n;      /* <= LIMIT_REPAIRS */
	uint64_t repair_more; /* repairs beyond those listed */
};

struct aggregate_reader;

struct aggregate_reader *aggregate_new(enum aggregate_parser parser,
				       struct aggregate_sink sink);
void aggregate_free(struct aggregate_reader **r);
/* A reader made ready for the next report, cheaper than a new one. */
void aggregate_reset(struct aggregate_reader *r, enum aggregate_parser parser);

enum aggregate_step aggregate_feed(struct aggregate_reader *r, struct sv bytes);
/* The bytes ended; `broken` says that the container under them ended too early or was
 * damaged, `why` in words ("the gzip data ends early"). A report that is complete all the
 * same stays complete, with a repair. REFUSED where there is nothing to keep: no
 * <feedback>, or neither an organisation nor a report id nor a policy domain nor a row.
 */
enum aggregate_step aggregate_end(struct aggregate_reader *r, bool broken,
				  const char *why, struct aggregate_result *out);
/* After AGGREGATE_AGAIN: what the scanner met; SCAN_NONE where another parser read. */
enum scan_cause aggregate_cause(const struct aggregate_reader *r);
/* After AGGREGATE_REFUSED: one sentence, valid until the reader goes. */
const char *aggregate_reason(const struct aggregate_reader *r);

/* Does this look like an aggregate report? `head` is the first 4 KiB or so, in any
 * character set: a feedback element (or a DOCTYPE for one), whatever stands before it but
 * a web page. */
bool aggregate_recognise(struct sv head);

/*
 * The days over which a report's messages count (UTC days since 1970). Windows of up to
 * 26 h count on the day of their begin; longer ones, up to 31 days, are spread evenly
 * over the days they touch; anything else (reversed, longer, unreadable) counts on
 * begin's, else end's, else arrival's day. */
enum report_window {
	WINDOW_PLAIN,
	WINDOW_SPREAD,
	WINDOW_ODD
};

struct report_days {
	int64_t first;
	uint32_t n; /* 1..32 */
	enum report_window window;
};

struct report_days report_days(bool has_begin, int64_t begin, bool has_end, int64_t end,
			       int64_t arrived);
/* What row `k` (from 0) with `messages` puts on day `i` of `n`: the integer share, and
 * one of the remainder's messages on each day from k mod n on. */
uint64_t report_day_share(uint64_t messages, uint64_t k, uint32_t n, uint32_t i);

#endif
