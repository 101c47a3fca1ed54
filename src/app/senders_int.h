/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SENDERS_INT_H
#define APP_SENDERS_INT_H

#include "app/judged_int.h"
#include "app/senders.h"

/* A sender, and the rows that are its. */
struct sender_group {
	struct app_sender sender;
	const struct judged_row **row;
	size_t n;
};

/* What was judged, by sender, most messages first. With `service` only that one's, and a
 * sender an address; with `class` only those of that class. Both may be NULL. */
size_t senders_group(const struct judged *j, const struct service *service,
		     const enum service_class *class, struct arena *a,
		     struct sender_group **out);

#endif
