/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "app/ingest.h"
#include "base/buf.h"

/*
 * Progress on standard error: on a terminal one line that is written over, elsewhere a
 * line every few seconds.
 */
struct progress {
	int fd;
	bool on, terminal;
	unsigned width;
	bool shown;     /* a line stands on the terminal */
	uint64_t began; /* of clock_ms() */
	double told_at; /* seconds of the last plain line */
};

void progress_init(struct progress *p, int fd, bool on, bool terminal, unsigned width);
void progress_show(struct progress *p, const struct intake_progress *at);
void progress_show_part(struct progress *p, const char *what, uint64_t done,
			uint64_t all);
/* Where nothing is known but what is done. */
void progress_show_words(struct progress *p, const char *what);
void progress_clear(struct progress *p); /* before anything else is written */

/* "1,200 of 5,000 files, 340 files/s, 11 s left" */
void progress_add_text(struct buf *b, const struct intake_progress *at);
/* "300 of 1,200 reports looked at (25 %)" */
void progress_add_part(struct buf *b, const char *what, uint64_t done, uint64_t all);

#endif
