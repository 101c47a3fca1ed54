/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FACTS_FOLD_H
#define STORE_FACTS_FOLD_H

#include "store/facts_int.h"

/*
 * Folds: the roll-ups of a (domain, month) as one, so that a question over years reads a
 * tenth of what its days hold. They are made behind the month (facts_fold()), and hold
 * while facts_month.folded says so: whatever changes a day of the month clears that.
 */
enum fold_state {
	FOLD_NONE = 0,
	FOLD_MADE = 1,
	FOLD_TOO_LARGE = 2 /* its days are read one by one */
};

/* The entries of a month in memory. */
struct fold {
	struct codec_fold *entry;
	size_t n, cap;
	struct codec_fold *spare;          /* as many */
	uint32_t run[CODEC_FOLD_DAYS + 1]; /* where each day begins, and the end */
};

void fold_free(struct fold *f);

enum fold_source {
	FOLD_OF_FACTS,
	FOLD_OF_CHECK /* the temporary tables of facts_check() */
};
/* Merges the days of a month; *out_large: it is too large for that. */
bool fold_build(struct store *s, enum fold_source from, int64_t domain, int64_t month,
		struct fold *f, bool *out_large, struct err *err);
/* Are the stored parts what `f` holds? */
bool fold_is_stored(struct store *s, int64_t domain, int64_t month, const struct fold *f,
		    bool *out_same, struct err *err);
/* A month of a domain is not what it was when it was folded. */
bool fold_undo(struct store *s, int64_t domain, int64_t month, struct err *err);
/* ... or is not there any more. */
bool fold_remove(struct store *s, int64_t domain, int64_t month, struct err *err);

#endif
