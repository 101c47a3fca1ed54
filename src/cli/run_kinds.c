/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "cli/show.h"

/* TLS reports and failure reports: of one domain, or a table of all. */

struct asked {
	struct app_filter filter;
	uint32_t limit;
	struct sv name; /* empty: all domains */
};

static bool read_asked(const struct cli *c, struct asked *out, struct err *err)
{
	bool one = c->args->word_n > 0;
	*out = (struct asked){ .name = one ? sv_from(c->args->word[0]) : SV("") };
	if (!run_filter(c, &out->filter, err) ||
	    !run_limit(c, one ? RUN_SOURCES : 0, &out->limit, err))
		return false;
	if (one && out->filter.client.n)
		return err_set(err, ERR_USAGE,
			       "--client narrows the list of all domains: leave out the "
			       "domain's name");
	if (one && out->name.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	return true;
}

bool run_tls(struct cli *c, struct err *err)
{
	struct asked q;
	struct app_tls t;
	struct app_tls_list l;
	if (!read_asked(c, &q, err))
		return false;
	if (q.name.n == 0) {
		if (!app_tls_domains(&c->app, &q.filter, c->arena, &l, err))
			return false;
		show_tls_domains(&c->out, &l, q.limit);
		return true;
	}
	if (!app_tls_show(&c->app, &q.filter, q.name, q.limit, c->arena, &t, err))
		return false;
	show_tls(&c->out, &t);
	return true;
}

bool run_failures(struct cli *c, struct err *err)
{
	struct asked q;
	struct app_failure_reports f;
	struct app_failure_list l;
	if (!read_asked(c, &q, err))
		return false;
	if (q.name.n == 0) {
		if (!app_failure_domains(&c->app, &q.filter, c->arena, &l, err))
			return false;
		show_failure_domains(&c->out, &l, q.limit);
		return true;
	}
	if (!app_failure_reports(&c->app, &q.filter, q.name, q.limit, c->arena, &f, err))
		return false;
	show_failures(&c->out, &f);
	return true;
}
