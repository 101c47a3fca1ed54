/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLSRPT_TLSRPT_H
#define TLSRPT_TLSRPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "tlsrpt/model.h"

/*
 * SMTP TLS reports (RFC 8460): recognised, read from their JSON, encoded for the wire and
 * the store.
 */

/* Once a process, before the first tls_read() and before a sandbox closes: the library's
 * hash tables take their seed from it, and would else open a file of the system's. */
void tls_init(uint64_t seed);

/* Do these first bytes look like a TLS report? Members in any case and order, UTF-8 or
 * UTF-16, with or without a byte order mark. */
bool tls_recognise(struct sv head);

/* Reads a whole report. True: *out is what it says, owned by the arena. False: it is
 * refused, and why as a sentence; what it quotes is printable. */
bool tls_read(struct sv json, struct arena *a, struct tls_report *out,
	      char out_reason[LIMIT_REASON + 1]);

/* What the policy's own lines say of its mode (RFC 8461 3.2); a DANE policy is always
 * enforced (RFC 7672 2.2). */
enum tls_mode {
	TLS_MODE_UNKNOWN,
	TLS_MODE_NONE,
	TLS_MODE_TESTING,
	TLS_MODE_ENFORCE
};
enum tls_mode tls_policy_mode(const struct tls_policy *p);
const char *tls_mode_word(enum tls_mode mode); /* "enforce"; "" where unknown */

/*
 * Encodings. Equal values have equal bytes; decoding refuses whatever is not exactly what
 * encoding writes, within every cap (bytes from a worker are from outside). Views point
 * into `bytes`, arrays into the arena. What tls_read() returned always encodes: to at
 * most LIMIT_META for a meta, LIMIT_TLS_PART for a part.
 *
 * A report is its meta and a sequence of parts: a policy, its failures, the next policy.
 */
bool tls_meta_encode(const struct tls_meta *m, struct buf *out);
bool tls_meta_decode(struct sv bytes, struct arena *a, struct tls_meta *out);

enum tls_part_kind {
	TLS_PART_POLICY = 1,
	TLS_PART_FAILURE = 2 /* of the policy part before it */
};

struct tls_part {
	enum tls_part_kind kind;
	struct tls_policy policy;   /* without failures */
	struct tls_failure failure; /* meaningful by kind */
};

bool tls_policy_encode(const struct tls_policy *p, struct buf *out);
bool tls_failure_encode(const struct tls_failure *f, struct buf *out);
bool tls_part_decode(struct sv bytes, struct arena *a, struct tls_part *out);

#endif
