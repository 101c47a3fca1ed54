/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include "base/buf.h"
#include "base/err.h"

/*
 * The answer on its way out: built in memory, written as it grows. Our own words go by
 * out_str() and outf(); whatever came from outside goes by out_text(), which makes it
 * visible, or through a table.
 */
enum out_form {
	OUT_TEXT,
	OUT_JSON,
	OUT_CSV
};

enum paint {
	PAINT_NONE,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_GOOD,
	PAINT_WARN,
	PAINT_BAD
};

struct out {
	int fd; /* -1: stays in memory */
	struct buf b;
	enum out_form form;
	bool colour;
	unsigned width; /* columns of the terminal; 0: no terminal, nothing is cut */
	int failed;     /* errno of a failed write; nothing more is written */
};

void out_init(struct out *o, int fd, enum out_form form);
void out_deinit(struct out *o);
/* Writes what is there; out_ease() only where it has become much. */
void out_flush(struct out *o);
void out_ease(struct out *o);

void out_str(struct out *o, const char *s);
void outf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_text(struct out *o, struct sv s);
/* The same of each of its lines. */
void out_text_lines(struct out *o, struct sv s);
void out_heading(struct out *o, const char *s); /* an empty line, then s, bold */
/* `text` is own words with outside text among them: made visible, wrapped to the width,
 * with `first` in front of the first line and as many blanks before the others. */
void out_wrapped(struct out *o, const char *first, struct sv text);

/* The bytes that switch to a paint and back; empty without colour. */
const char *paint_on(const struct out *o, enum paint p);
const char *paint_off(const struct out *o, enum paint p);
/* Good, warn or bad, by the share that passed. */
enum paint paint_share(uint64_t passed, uint64_t messages);

/* Columns of a terminal: what it says, else COLUMNS, else 80. */
unsigned out_columns(int fd, const char *columns);

#endif
