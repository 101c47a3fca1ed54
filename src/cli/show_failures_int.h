/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_FAILURES_INT_H
#define CLI_SHOW_FAILURES_INT_H

#include "cli/show_int.h"

/* "failed, acme.example/s1 (softfail)" */
void show_add_outcome(struct buf *b, const struct app_outcome *v);
/* One report as members of an object. */
void show_failure_members(struct json *j, const struct app_failure_report *r);
/* Reports as a table or as CSV. */
void show_failure_rows(struct out *o, const struct app_failure_report *r, size_t n);

#endif
