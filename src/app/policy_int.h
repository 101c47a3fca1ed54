/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_POLICY_INT_H
#define APP_POLICY_INT_H

#include "app/domain.h"
#include "app/scope_int.h"
#include "record/dmarc.h"

/* The policy in the newest report of these policy domains that has one. */
bool policy_newest(const struct scope *s, const int64_t *ids, size_t n,
		   struct app_policy *out, struct err *err);
/* The same of reports up to a day. */
bool policy_before(const struct scope *s, const int64_t *ids, size_t n, int64_t day,
		   struct app_policy *out, struct err *err);

/* A policy as reported as the record that it means: what it does not say is the default.
 */
struct record_dmarc policy_record(const struct app_policy *p);
/* Do two mean the same? np is left out, for few reporters tell it. */
bool policy_is_same(const struct app_policy *x, const struct app_policy *y);

#endif
