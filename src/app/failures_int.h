/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FAILURES_INT_H
#define APP_FAILURES_INT_H

#include "app/domain.h"
#include "app/scope_int.h"

/* Groups the failing messages that the filter lets through by their cause; sets
 * out->failure. Reads out->line. */
bool failures_find(const struct scope *s, struct app_domain *out, struct err *err);

#endif
