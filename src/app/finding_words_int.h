/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FINDING_WORDS_INT_H
#define APP_FINDING_WORDS_INT_H

#include "finding/finding.h"
#include "lang/lang.h"

/* What a finding rests on, and what to do: sentences in a language. */
struct sv finding_evidence(const struct lang *l, const struct finding *f,
			   struct arena *a);
struct sv finding_remedy(const struct lang *l, const struct finding *f, struct arena *a);

#endif
