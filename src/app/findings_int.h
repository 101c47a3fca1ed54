/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FINDINGS_INT_H
#define APP_FINDINGS_INT_H

#include "app/findings.h"
#include "app/look_int.h"
#include "app/readiness.h"

/* Called for each domain of a client that is reported on, with all that was found out
 * about it; none of it outlives the call. `ready` is NULL where the domain is parked. */
typedef bool findings_visit(void *ctx, const struct look *k,
			    const struct app_readiness *ready, struct err *err);

/* app_findings(), and on the way each domain that is looked at. */
bool findings_look(const struct app *app, const struct app_findings_options *o,
		   findings_visit *visit, void *ctx, struct arena *a,
		   struct app_findings *out, struct err *err);

/* The same of the domains of a scope, which is of all days and results. What is found
 * lives in its arena. */
bool findings_in(const struct scope *s, const struct app *app,
		 const struct app_findings_options *o, findings_visit *visit, void *ctx,
		 struct app_findings *out, struct err *err);

#endif
