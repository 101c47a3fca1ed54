/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_LOOK_INT_H
#define APP_LOOK_INT_H

#include "app/senders_int.h"

/* One domain, looked at once for all that is asked of it: what was seen of it in the days
 * of its scope, judged, by sender. */
struct look {
	const struct judging *by;
	struct scope s; /* of that domain alone */
	struct app_domain_line line;
	struct judged j;
	struct sender_group *sender; /* of all results, most messages first */
	size_t sender_n;
};

/* The domain of a line of `all` in these days. What is found lives in `a`. */
bool look_at(const struct scope *all, const struct judging *by,
	     const struct app_domain_line *line, int64_t day_from, int64_t day_to,
	     struct arena *a, struct look *out, struct err *err);
/* The domain that a scope was opened for, in its days. */
bool look_in(const struct scope *s, const struct judging *by, struct look *out,
	     struct err *err);
/* The same domain in so many days before those of the look. */
bool look_before(const struct look *k, int64_t days, struct look *out, struct err *err);

#endif
