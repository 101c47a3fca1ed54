/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FACTS_SPAN_H
#define STORE_FACTS_SPAN_H

#include "store/facts_int.h"

/* A range of days as whole months and what is left over. */
struct span {
	int64_t from, to;             /* days */
	int64_t month_from, month_to; /* empty where from > to */
	int64_t edge[2][2];           /* days before and after; empty where from > to */
};

struct span span_of(int64_t day_from, int64_t day_to);

/* The domains of a question, with what is held brought into the tables before. */
bool facts_query_domains(struct store *s, const struct facts_query *q, struct arena *a,
			 const int64_t **out, size_t *out_n, struct err *err);

#endif
