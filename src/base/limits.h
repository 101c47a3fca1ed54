/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdint.h>

/*
 * Every cap on what comes from outside, in one place. A cap that is met exactly is
 * still allowed; the first byte, row or level beyond it refuses the report with a
 * sentence that names the cap. `-Dcap_divisor=1024` makes a test build in which the
 * sizes in bytes are that much smaller, so that both sides of each can be tested fast.
 */
#ifndef POSTERN_CAP_DIVISOR
#define POSTERN_CAP_DIVISOR 1
#endif

#define LIMIT_MIB (UINT64_C(1048576))

/* A compressed part: a .gz or .zip, in a file or in a mail once its transfer encoding is
 * undone. */
#define LIMIT_PART (64 * LIMIT_MIB / POSTERN_CAP_DIVISOR)
/* A report once inflated, or as it came where it came plain; also a whole mail. */
#define LIMIT_PLAIN (1024 * LIMIT_MIB / POSTERN_CAP_DIVISOR)
/* The part of a failure report that says what failed, or the text that says so. */
#define LIMIT_FEEDBACK (16 * LIMIT_MIB / POSTERN_CAP_DIVISOR)
/* Inflated bytes a compressed byte, looked at once more than LIMIT_RATIO_FROM came out.
 */
#define LIMIT_RATIO UINT64_C(1000)
#define LIMIT_RATIO_FROM (8 * LIMIT_MIB / POSTERN_CAP_DIVISOR)

/* Messages that a report may claim in all: more than any receiver sees, and eight million
 * such reports before a sum of 63 bits is full. */
#define LIMIT_MESSAGES (UINT64_C(1) << 40)
/* A TLS report's JSON, and the memory that its tree may take while it is read. */
#define LIMIT_TLS_REPORT (16 * LIMIT_MIB / POSTERN_CAP_DIVISOR)
#define LIMIT_TLS_MEMORY (96 * LIMIT_MIB / POSTERN_CAP_DIVISOR)

/* Keys (sources, facets) that a question holds in memory at once; of more it asks in
 * rounds. */
#define LIMIT_TALLIES ((size_t)(512 * 1024 / POSTERN_CAP_DIVISOR))

/* Names of hosts that a question holds in memory; of more it looks up each. */
#define LIMIT_HOSTS ((size_t)(512 * 1024 / POSTERN_CAP_DIVISOR))

/* From so large a database on, what took long to find is kept. No cap: never divided. */
#define LIMIT_KEEP_FROM (64 * LIMIT_MIB)

enum {
	LIMIT_ENTRIES = 1000, /* entries of an archive, parts of a mail */
	LIMIT_ZIP_ENDS = 64,  /* what looks like a zip archive's end, tried from behind */
	LIMIT_NESTING = 8,    /* containers in containers: mail, multipart, zip, gzip */
	LIMIT_HEADER = 256 *
		       1024,  /* a mail's or part's header, bytes; the rest is body */
	LIMIT_MEMBER = 512,   /* the name of a place within an item, bytes; cut beyond */
	LIMIT_XML_DEPTH = 64, /* open elements */
	LIMIT_ROWS = 10 * 1000 * 1000, /* rows a report */
	LIMIT_VALUE = 4096,            /* one value in a report, bytes */
	LIMIT_DKIM = 100, /* DKIM results a row; the same for SPF results and reasons */
	LIMIT_FACET = 128 * 1024, /* all that a row says but address and count, bytes */
	LIMIT_META = 256 * 1024,  /* what a report says of itself, bytes */
	LIMIT_REPAIRS = 64,       /* repairs listed a report; further ones are counted */
	LIMIT_TLS_DEPTH = 32,     /* objects and lists in each other in a TLS report */
	LIMIT_TLS_POLICIES = 10 * 1000,  /* policies a TLS report */
	LIMIT_TLS_FAILURES = 100 * 1000, /* failure details a TLS report */
	LIMIT_TLS_LINES = 1000,          /* lines, and mx hosts, of a policy */
	LIMIT_TLS_PART = 256 * 1024,     /* what a policy, or a failure, says, bytes */
	LIMIT_SECONDS = 30,              /* of processor time an item, and ... */
	LIMIT_MS_PER_MIB = 500,          /* ... as much more a MiB that it inflates to */
	LIMIT_RAW_PIECE = 1024 * 1024, /* raw bytes and facts are stored in such pieces */
	LIMIT_FRAME = 2 * 1024 * 1024, /* one frame from a worker, bytes */
	LIMIT_REASON = 400,            /* a refusal's sentence, bytes */
	LIMIT_LINES = 100 * 1000,      /* of sources or facets in an answer */
};

#endif
