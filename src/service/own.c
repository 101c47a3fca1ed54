/* SPDX-License-Identifier: Apache-2.0 */
#include "service/catalogue.h"

/* data/services, all files one after the other; written by the build. */
extern const unsigned char service_text[];
extern const size_t service_text_n;

bool service_own(struct arena *a, struct service_catalogue *out,
		 struct service_fault *fault)
{
	const struct sv text = { (const char *)service_text, service_text_n };
	return service_parse(text, a, out, fault);
}
