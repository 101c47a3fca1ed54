/* SPDX-License-Identifier: Apache-2.0 */
#include "app/records_int.h"

struct sv records_address(const struct app *app, const struct book_client *c)
{
	return c && c->raw_addr.n ? c->raw_addr : app->reports_address;
}

void records_for(struct sv domain, enum app_use use, struct sv address, struct arena *a,
		 struct record_set *out)
{
	*out = (struct record_set){ 0 };
	if (address.n == 0)
		return;
	if (use == APP_PARKED)
		record_parked(domain, address, a, out);
	else
		record_first(domain, address, a, out);
}

bool records_read_domain(struct sv text, struct arena *a, struct sv *out, struct err *err)
{
	const char *why;
	if (record_read_domain(text, a, out, &why))
		return true;
	return err_set(err, ERR_USAGE, "the domain \"%.*s\" %s", SV_ARG(text), why);
}

bool records_read_address(struct sv text, struct arena *a, struct sv *out,
			  struct err *err)
{
	const char *why;
	*out = SV("");
	if (text.n == 0 || record_read_address(text, a, out, &why))
		return true;
	return err_set(err, ERR_USAGE, "the address \"%.*s\" %s", SV_ARG(text), why);
}
