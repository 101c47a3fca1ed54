/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_BUILD_H
#define REPORT_BUILD_H

#include "report/aggregate.h"
#include "report/notes.h"
#include "report/places.h"

/*
 * The row builder: what a document's elements mean. It knows the schemas, their quirks
 * and the caps, but no parser: whoever reads the bytes tells it of elements and text, in
 * UTF-8, with line ends as LF. Every call returns false where the reading is to stop:
 * build_refused() then says that it is over, and why.
 */
struct build_attr {
	struct sv name, value;
};

enum build_close {
	BUILD_CLOSED,  /* by its end tag */
	BUILD_IMPLIED, /* by the end of an element around it: its own end tag is missing
			*/
};

/* Bytes that values are kept in; they never move. */
struct pool {
	char *p;
	size_t n, max;
};

struct extras {
	struct report_extra *at;
	size_t n, cap;
};

struct frame {
	uint8_t place;  /* enum place */
	bool has_child; /* elements or attributes */
	uint16_t nth;   /* which of the row's DKIM, SPF results or reasons */
	uint32_t text;  /* where its text begins */
	uint32_t name;  /* where its name begins, of an element of no schema */
};

enum {
	BUILD_PREFIX = 24,
	BUILD_PREFIXES = 16
};

struct build {
	struct aggregate_sink sink;
	struct frame frame[LIMIT_XML_DEPTH + 1]; /* [0] is the document */
	unsigned depth;
	char *text; /* of the open elements, one behind the other */
	size_t text_n;
	struct buf names; /* of the open elements of no schema, one behind the other */
	struct buf path;  /* scratch */

	/* The row being read. */
	struct report_row row;
	struct report_facet facet;
	struct report_reason reason[LIMIT_DKIM];
	struct report_auth dkim[LIMIT_DKIM], spf[LIMIT_DKIM];
	struct extras row_extra;
	struct pool row_pool;
	struct buf encoded;
	bool row_open, has_count, has_source;
	unsigned record_depth;
	uint64_t record; /* number of the record, from 1 */

	/* The report. */
	struct report_meta meta;
	struct extras meta_extra;
	struct pool meta_pool;
	bool has_begin_text, has_end_text;
	bool root_seen, root_closed, record_unclosed;
	unsigned roots_open, policies;
	bool second, second_differs, second_left; /* a second feedback element */
	struct buf meta_bytes;
	char root_prefix[BUILD_PREFIX];
	uint8_t root_prefix_n;
	char foreign[BUILD_PREFIXES][BUILD_PREFIX]; /* prefixes of other namespaces */
	uint8_t foreign_n[BUILD_PREFIXES];
	unsigned foreign_all;
	uint64_t rows, messages, passed;

	struct notes notes;
	bool refused;
	char reason_text[LIMIT_REASON + 1];
};

void build_init(struct build *b, struct aggregate_sink sink);
void build_deinit(struct build *b);
void build_reset(struct build *b);

bool build_start(struct build *b, struct sv name, const struct build_attr *attr,
		 size_t attr_n);
/* The same for whoever knows name_find(name) already. */
bool build_start_named(struct build *b, enum name id, struct sv name,
		       const struct build_attr *attr, size_t attr_n);
bool build_text(struct build *b, struct sv text);
bool build_end(struct build *b, enum build_close close);
/* Has the open element no text yet? Then blanks need not be told. */
static inline bool build_has_no_text(const struct build *b)
{
	return b->text_n == b->frame[b->depth].text;
}
/* Was a record opened whose row depends on nothing that came before it? */
static inline bool build_in_plain_record(const struct build *b)
{
	return b->frame[b->depth].place == PLACE_RECORD &&
	       b->frame[b->depth - 1].place == PLACE_FEEDBACK && b->record_depth == 1 &&
	       b->row_open && !b->second;
}
/* Would the next record be such a one? */
static inline bool build_may_repeat(const struct build *b)
{
	return b->frame[b->depth].place == PLACE_FEEDBACK && b->record_depth == 0 &&
	       !b->row_open && !b->second && b->rows < LIMIT_ROWS;
}
/* All of a record that would bring this row, and no note. */
bool build_same_row(struct build *b, const struct report_row *row);
/* The bytes are over. */
bool build_finish(struct build *b, bool broken, const char *why,
		  struct aggregate_result *out);

/* For a parser's own repairs: "where" is the element that is open. */
void build_note(struct build *b, enum repair_code code, struct sv found);
/* Ends the reading; always false. */
bool build_refuse(struct build *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
bool build_refuse_dtd(struct build *b);

#endif
