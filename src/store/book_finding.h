/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BOOK_FINDING_H
#define STORE_BOOK_FINDING_H

#include "store/store.h"

struct arena;

/* What the user decided of a finding, by its id. Findings themselves are found anew each
 * time. */
enum book_decision {
	BOOK_FINDING_OPEN = 0, /* takes a decision back */
	BOOK_FINDING_SNOOZED = 1,
	BOOK_FINDING_ACCEPTED = 2
};

struct book_finding {
	uint64_t id; /* 48 bits */
	enum book_decision decision;
	int64_t day;   /* of the decision: it holds for what began by then */
	int64_t until; /* day on which what is snoozed comes back */
};

bool book_finding_decide(struct store *s, const struct book_finding *f, struct err *err);
/* By id. */
bool book_findings(struct store *s, struct arena *a, struct book_finding **out,
		   size_t *out_n, struct err *err);

#endif
