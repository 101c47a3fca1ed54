/* SPDX-License-Identifier: Apache-2.0 */
#include "app/services.h"

bool app_services(struct arena *a, struct service_catalogue *out, struct err *err)
{
	struct service_fault f = { 0 };
	return service_own(a, out, &f) ||
	       err_set(err, ERR_INTERNAL, "the catalogue: %.*s, line %zu: %s",
		       SV_ARG(f.service), f.line, f.text);
}

bool app_service_in(const struct service_catalogue *c, struct sv name,
		    const struct service **out, struct err *err)
{
	*out = service_find(c, name);
	return *out || err_set(err, ERR_NO_INPUT,
			       "the catalogue has no service \"%.*s\": `postern "
			       "services` lists them",
			       SV_ARG(sv_sub(name, 0, 80)));
}

bool app_service(struct sv name, struct arena *a, const struct service **out,
		 struct err *err)
{
	struct service_catalogue c;
	return app_services(a, &c, err) && app_service_in(&c, name, out, err);
}
