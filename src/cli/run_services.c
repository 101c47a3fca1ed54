/* SPDX-License-Identifier: Apache-2.0 */
#include "app/services.h"
#include "cli/run_int.h"
#include "cli/show.h"

bool run_services(struct cli *c, struct err *err)
{
	struct service_catalogue all;
	const struct service *one;
	if (c->args->word_n == 0) {
		if (!app_services(c->arena, &all, err))
			return false;
		show_services(&c->out, &all);
		return true;
	}
	if (!app_service(sv_from(c->args->word[0]), c->arena, &one, err))
		return false;
	if (c->out.form == OUT_CSV)
		return err_set(err, ERR_USAGE,
			       "--csv is for the list: leave out the name");
	show_service(&c->out, one);
	return true;
}
