/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_CLIENT_H
#define APP_CLIENT_H

#include "app/domain.h"

struct app_client {
	struct sv name;
	struct sv raw, digest; /* its own addresses; may be empty */
	struct sv address;     /* where its reports go: `raw`, else the installation's */
	int64_t created, retired; /* retired 0: active */
	struct app_figures f;
	/* Of client show, as in struct app_domain. */
	bool sealed, cut;
	int64_t details_from;
	struct app_domain_line *domain;
	size_t domain_n;
};

struct app_client_new {
	struct sv name, raw, digest;
	const struct sv *sending, *parked; /* domains */
	size_t sending_n, parked_n;
};

struct app_client_added {
	struct app_client client;
	bool again; /* it was retired, and is back with the domains that went with it */
	struct app_domain_added *domain;
	size_t domain_n;
};

/* All or nothing. */
bool app_client_add(const struct app *app, const struct app_client_new *in,
		    struct arena *a, struct app_client_added *out, struct err *err);
/* With all domains, retired ones too; figures are those of the filter's days. */
bool app_client_show(const struct app *app, const struct app_filter *filter,
		     struct sv name, struct arena *a, struct app_client *out,
		     struct err *err);
bool app_clients(const struct app *app, const struct app_filter *filter, struct arena *a,
		 struct app_client **out, size_t *out_n, struct err *err);
/* The client and its domains. Its history and later reports stay with it. */
bool app_client_retire(const struct app *app, struct sv name, struct arena *a,
		       struct app_client *out, struct err *err);

#endif
