/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REFERENCE_H
#define REPORT_REFERENCE_H

#include "base/buf.h"

/* Adds what "&name;" stands for: one of XML's five names, or "#65" and "#x41" for a
 * character that XML allows. False, and nothing added, where it is none of these. */
bool reference_read(struct sv name, struct buf *out);

#endif
