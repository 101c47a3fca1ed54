/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_READINESS_INT_H
#define APP_READINESS_INT_H

#include "app/look_int.h"
#include "app/readiness.h"

/* app_readiness() of a domain that was looked at and has reports; of the options only the
 * policy is used. */
bool readiness_of(const struct look *k, const struct app *app,
		  const struct app_readiness_options *o, struct app_readiness *out,
		  struct err *err);

#endif
