/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_OUTCOME_H
#define INTAKE_OUTCOME_H

#include "base/buf.h"
#include "intake/intake.h"

/* An outcome on its way from the writer to the parent: a FRAME_OUTCOME's body. */
void outcome_put(struct buf *b, const struct intake_outcome *o);
bool outcome_get(struct sv body, struct intake_outcome *out);

#endif
