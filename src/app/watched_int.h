/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_WATCHED_INT_H
#define APP_WATCHED_INT_H

#include "app/look_int.h"
#include "watch/watch.h"

/* What was looked at as watch_domain() wants it: senders, and what each day had. The look
 * is of the days up to out->today; what is filled in lives in its arena. */
bool watched_read(const struct look *k, struct watch_domain *out, struct err *err);

#endif
