/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_MANIFEST_H
#define STORE_MANIFEST_H

#include "base/buf.h"
#include "crypto/digest.h"

/*
 * What a backup says of itself: the first MANIFEST_SIZE bytes of its file, as text.
 *
 *     Postern backup
 *     sha256 HEX           of all bytes of the block behind this line
 *     format 1             the file's form: block, then the database as gzip
 *     least_build 0.2.0    the least build that can read it
 *     build 0.2.0          the build that wrote it
 *     features gzip        what a reader has to know, all of it
 *     ...                  one "key value" a line, then line feeds up to the end
 *
 * The first five lines are the same in every format, so that a build which is too old can
 * tell a later file from a damaged one, and name the build needed: format, features and
 * build are looked at before any other line, and a later build may write those as it
 * likes. The digest tells damage, and no forgery: whoever can write a backup can write
 * its digest.
 */
enum {
	MANIFEST_SIZE = 4096,
	MANIFEST_FORMAT = 1,
	MANIFEST_TEXT = 64, /* of one text, with its terminator */
};
/* A database of SQLite's is smaller by half. */
#define MANIFEST_BYTES_MAX (UINT64_C(1) << 49)

/* Of what it holds; the names are those of lines, and of JSON. A restore counts again and
 * compares, so that a later build has to count an earlier schema in the same way. */
#define MANIFEST_COUNTS(X) \
	X(clients, "clients") \
	X(domains, "domains") \
	X(reports, "reports") /* aggregate ones that count */ \
	X(rows, "rows") \
	X(messages, "messages") \
	X(passed, "passed") \
	X(uncounted, "uncounted_reports") /* superseded, refused */ \
	X(tls, "tls_reports") \
	X(failures, "failure_reports") \
	X(raw, "raw_copies")

struct manifest_counts {
#define X(id, name) uint64_t id;
	MANIFEST_COUNTS(X)
#undef X
};

struct manifest {
	uint64_t format;
	uint64_t schema; /* 0: MANIFEST_LATER, and all but format and builds is empty */
	uint64_t build, least_build; /* as store/version.h counts them */
	char version[MANIFEST_TEXT]; /* the build in words, as it calls itself */
	char features[MANIFEST_TEXT];
	char host[MANIFEST_TEXT];
	uint64_t created;                 /* seconds UTC */
	uint64_t packed_size, plain_size; /* bytes behind the block, and inflated */
	uint8_t packed_sha[DIGEST_SIZE], plain_sha[DIGEST_SIZE];
	struct manifest_counts count;
};

/* The block; `out` holds MANIFEST_SIZE bytes. Texts are cut to what the reader takes. */
void manifest_write(const struct manifest *m, char out[MANIFEST_SIZE]);

enum manifest_outcome {
	MANIFEST_FOREIGN, /* it does not begin as a backup does */
	MANIFEST_DAMAGED,
	/* Of a later format, or it has other lines than ours, and a feature that we do
	 * not know or a later build: only the lines of every format are read. */
	MANIFEST_LATER,
	MANIFEST_READ /* each line, also where a feature or the build is a later one */
};
/* `block` is from outside: any bytes, of any length. *out_why: what is wrong, or "". */
enum manifest_outcome manifest_read(struct sv block, struct manifest *out,
				    const char **out_why);

/* The first word of m->features (MANIFEST_READ) that this build does not know; empty: it
 * knows all. */
struct sv manifest_unknown_feature(const struct manifest *m);

#endif
