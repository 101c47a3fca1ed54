/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SERVICES_H
#define APP_SERVICES_H

#include "base/err.h"
#include "service/catalogue.h"

/* The catalogue that the program carries. */
bool app_services(struct arena *a, struct service_catalogue *out, struct err *err);
/* One of it, by id, name or a name it had; the error says where they are listed. */
bool app_service_in(const struct service_catalogue *c, struct sv name,
		    const struct service **out, struct err *err);
/* The same of the catalogue that the program carries: by id, name or a name it had. */
bool app_service(struct sv name, struct arena *a, const struct service **out,
		 struct err *err);

#endif
