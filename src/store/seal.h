/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "store/book.h"

/*
 * Sealing: the details of a report go for good, and what it counts stays, as sums of its
 * months (book_month.h). Its hash, key and figures stay too, so that it is known when it
 * comes again; facts_count() no longer flips it. Within a transaction.
 *
 * - an aggregate report loses its facts;
 * - a TLS report its lines;
 * - a failure report all that was read of it: the bytes are overwritten where they lie.
 */
struct seal_report {
	int64_t id, domain_id, first_day;
	uint32_t days;
	uint8_t kind;
	bool counted;
	uint64_t rows, messages, passed;
};

/* Reports that are not sealed yet, each once. After a failure the transaction must not be
 * kept. */
bool seal_reports(struct store *s, const struct seal_report *r, size_t n,
		  struct err *err);
/* Bytes of the details that such a report holds. */
bool seal_bytes(struct store *s, const struct seal_report *r, uint64_t *out,
		struct err *err);

#endif
