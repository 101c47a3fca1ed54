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

/* Which rows are wanted of what was judged. */
struct sender_filter {
	const struct service *service;   /* NULL: all */
	const enum service_class *class; /* NULL: all */
	enum app_result result;
	bool addresses; /* a sender an address */
};

/* What was judged, by sender, most messages first. */
size_t senders_group(const struct judged *j, const struct sender_filter *f,
		     struct arena *a, struct sender_group **out);

/* app_senders() in a scope that is that of the domain alone; all of *out is set but what
 * is not found. */
bool senders_read(const struct scope *s, const struct app_senders_options *o,
		  struct app_senders *out, struct err *err);

#endif
