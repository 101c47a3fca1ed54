/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTBOX_OUTBOX_INT_H
#define OUTBOX_OUTBOX_INT_H

#include "outbox/outbox.h"

bool outbox_smtp(const struct outbox_way *w, const struct outbox_mail *m,
		 struct outbox_answer *out, struct err *err);
bool outbox_program(const struct outbox_way *w, const struct outbox_mail *m,
		    struct outbox_answer *out, struct err *err);

/* The answer, cut to its room, on one line. */
void outbox_say(struct outbox_answer *out, enum outbox_result result, struct sv said);

#endif
