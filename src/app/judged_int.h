/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_JUDGED_INT_H
#define APP_JUDGED_INT_H

#include "app/scope_int.h"
#include "geo/geo.h"
#include "service/class.h"
#include "store/book_dns.h"

/*
 * What was seen of a domain, judged: each (source, facet) with its service and class.
 * Judgement is never stored; this is made anew each time it is asked.
 */
struct judged_facet {
	int64_t id;
	struct service_facet f;
	struct sv author;             /* the Author Domain, as reported */
	bool dkim_strict, spf_strict; /* aligned with it by the whole name */
};

struct judged_row {
	const struct service_row *row;
	const struct judged_facet *facet; /* the row's */
	int64_t first_day, last_day;
};

struct judged {
	struct judged_row *row; /* most messages first */
	size_t n;
	bool more;  /* not all rows were looked at */
	bool named; /* the DNS was asked for names, some time */
};

/* What all domains are judged by: read once a question. */
struct judging {
	struct service_catalogue catalogue;
	struct service_index *ix;
	struct geo *geo; /* NULL: the user names no file */
	struct book_hosts *hosts;
};
bool judging_begin(const struct scope *s, struct judging *out, struct err *err);
void judging_end(struct judging *j);

/* Sets a source's confirmed names, of those that were seen nearest to the day. */
bool judging_hosts(const struct judging *j, int64_t day, struct arena *a,
		   struct service_source *out, struct err *err);

/* The scope is that of one domain, `name`. */
bool judged_read(const struct scope *s, const struct judging *by, struct sv name,
		 bool parked, struct judged *out, struct err *err);

/* What each row had on each day of the scope, by day; rows that were not looked at are
 * left out. `row` is one of j->row. */
typedef void judged_take(void *ctx, const struct judged_row *row, int64_t day,
			 uint64_t messages);
bool judged_days(const struct scope *s, const struct judged *j, judged_take *take,
		 void *ctx, struct err *err);

#endif
