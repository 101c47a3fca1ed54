/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_TLS_INT_H
#define APP_TLS_INT_H

#include "app/scope_int.h"
#include "app/tls.h"
#include "store/book_tls.h"

/* The scope's question for TLS reports: of its domains but those refused. Where domain_n
 * is 0 there is nothing to ask. */
struct book_tls_query tls_query(const struct scope *s);

/* For book_tls_sums(): enum tls_mode. */
uint8_t tls_mode_of(uint8_t type, struct sv policy);
/* The RFC's word, else the one that was written, else "unknown". */
struct sv tls_type_name(uint8_t type, struct sv text);
struct sv tls_result_name(uint8_t result, struct sv text);

/* Entries of the book in the scope with failed sessions on these days. */
struct tls_recent {
	const struct book_domain *entry;
	uint64_t failed;
	int64_t first_day; /* of these with one */
	struct sv result;  /* the one with most sessions; may be empty */
};
bool tls_recent(const struct scope *s, int64_t day_from, int64_t day_to,
		struct tls_recent **out, size_t *out_n, struct err *err);

#endif
