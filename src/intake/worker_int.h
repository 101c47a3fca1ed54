/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WORKER_INT_H
#define INTAKE_WORKER_INT_H

#include "crypto/digest.h"
#include "intake/worker.h"
#include "report/aggregate.h"

struct libdeflate_compressor;

struct worker {
	struct worker_page *page;
	struct emit *emit;
	struct unpack *unpack;
	uint64_t before; /* bytes that the items of the batch came to that are done */
	/* of the item */
	uint64_t given; /* bytes, to the readers of its leaves */
	uint32_t members;
	bool keep_raw;
	struct buf seen; /* what its leaves were, where none was a report */
	const struct mime_mail *passed_over; /* the rest of this mail is no evidence */
	/* readers, ready for the next report */
	struct aggregate_reader *aggregate;
	struct arena *arena; /* of the report, where it is read as a whole */
	struct buf whole;    /* its bytes */
	bool keep_personal;
	enum aggregate_parser parser; /* the first one of aggregate reports */
	struct normal_digest *digest;
	struct buf meta, repairs;
	/* raw */
	struct libdeflate_compressor *compressor;
	char *raw_in, *raw_out;
};

/* Reads the next bytes of the current leaf, and lets the parent see how far it is. */
enum unpack_status worker_read(struct worker *w, struct sv *out);
/* Reads the current leaf into w->whole. False: it is refused, and why; `what` is "a TLS
 * report". */
bool worker_read_whole(struct worker *w, const char *what, uint64_t limit,
		       char out_why[LIMIT_REASON + 1]);
/* The member that began was a report. */
bool worker_end(struct worker *w, struct frame_end *end, const struct repair *repair,
		size_t n, uint64_t more, bool keep_raw);
/* Sends the item as it came, in pieces. */
bool worker_send_raw(struct worker *w, const struct unpack_input *in);
void worker_raw_init(struct worker *w);
void worker_aggregate_init(struct worker *w);
void worker_tls_init(struct worker *w, const struct hash_key *key);

#endif
