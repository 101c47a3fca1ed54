/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_WATCHED_INT_H
#define APP_WATCHED_INT_H

#include "app/senders_int.h"
#include "watch/watch.h"

/* Judged evidence as watch_domain() wants it: senders, and what each day had. `s` is
 * narrowed to the domain and to the days up to out->today; what is filled in lives in its
 * arena. */
bool watched_read(const struct scope *s, const struct judged *j, struct watch_domain *out,
		  struct err *err);

#endif
