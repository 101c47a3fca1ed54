/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_POLICY_INT_H
#define APP_POLICY_INT_H

#include "app/domain.h"
#include "app/scope_int.h"

/* The policy in the newest report of these policy domains that has one. */
bool policy_newest(const struct scope *s, const int64_t *ids, size_t n,
		   struct app_policy *out, struct err *err);
/* The same of reports up to a day. */
bool policy_before(const struct scope *s, const int64_t *ids, size_t n, int64_t day,
		   struct app_policy *out, struct err *err);

#endif
