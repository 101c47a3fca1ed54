/* SPDX-License-Identifier: Apache-2.0 */
#include "app/source_names_int.h"

#include "app/judged_int.h"
#include "base/arena.h"
#include "store/book_dns.h"

enum {
	NAMED_MOST = 1000 /* the first so many are worth a look-up each */
};

/* Its confirmed names, of those that were seen nearest to when it sent last. */
static bool read_hosts(const struct scope *s, const struct app_source *v,
		       struct service_source *out, struct err *err)
{
	char text[ADDR_TEXT];
	struct book_dns_name *name;
	size_t n;
	*out = (struct service_source){ .address = v->source };
	if (!book_dns_names(s->store, BOOK_DNS_HOST,
			    sv_from(addr_format(&v->source, text)), v->last_day, s->arena,
			    &name, &n, err))
		return false;
	struct sv *host = arena_array(s->arena, n + 1, sizeof(*host));
	for (size_t i = 0; i < n; i++)
		if (name[i].confirmed)
			host[out->host_n++] = name[i].name;
	out->host = host;
	return true;
}

bool source_names(const struct scope *s, struct app_source *v, size_t n, struct err *err)
{
	struct judging by;
	if (n == 0)
		return true;
	bool ok = judging_begin(s, &by, err);
	for (size_t i = 0; ok && i < n && i < NAMED_MOST; i++) {
		struct service_source source;
		struct service_match m = { .service = NULL };
		ok = read_hosts(s, &v[i], &source, err);
		service_of_source(by.ix, &source, &m);
		if (m.service && m.trust != SERVICE_HINT)
			v[i].service = m.service->name;
	}
	judging_end(&by);
	return ok;
}
