/* SPDX-License-Identifier: Apache-2.0 */
#include "app/source_names_int.h"

#include "app/judged_int.h"

enum {
	NAMED_MOST = 1000 /* the first so many are worth a look-up each */
};

bool source_names(const struct scope *s, struct app_source *v, size_t n, struct err *err)
{
	struct judging by;
	if (n == 0)
		return true;
	bool ok = judging_begin(s, &by, err);
	for (size_t i = 0; ok && i < n && i < NAMED_MOST; i++) {
		struct service_source source = { .address = v[i].source };
		struct service_match m = { .service = NULL };
		ok = judging_hosts(&by, v[i].last_day, s->arena, &source, err);
		service_of_source(by.ix, &source, &m);
		if (m.service && m.trust != SERVICE_HINT)
			v[i].service = m.service->name;
	}
	judging_end(&by);
	return ok;
}
