/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WRITER_H
#define INTAKE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The writer: the only process of an ingest that opens the database. It checks every
 * frame that the workers send, enters what they read in groups, and tells the parent of
 * each outcome once it is committed.
 */
struct writer_spec {
	const char *db;
	int talk;               /* frames with the parent, both ways (SOCK_STREAM) */
	int side;               /* descriptors from the parent (SOCK_SEQPACKET) */
	bool keep_failure_body; /* else no raw that holds a failure report is kept */
	bool again, dry_run;    /* what is known is read again (intake_again) */
	bool has_now;
	int64_t now;
};

int writer_run(void *spec);

#endif
