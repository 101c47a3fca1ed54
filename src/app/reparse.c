/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reparse.h"

#include "base/date.h"
#include "store/book.h"

#include <unistd.h>

static bool kind_of(struct sv word, uint8_t *out)
{
	for (uint8_t k = KIND_UNKNOWN; k <= KIND_FAILURE; k++)
		if (sv_eq(word, sv_from(book_kind_name((enum book_kind)k)))) {
			*out = k;
			return true;
		}
	return false;
}

bool app_reparse(const struct app *app, const struct app_reparse *in,
		 struct intake_summary *out, struct err *err)
{
	struct intake_again again = { .arrived_from = INT64_MIN,
				      .any_kind = in->kind.n == 0,
				      .dry_run = in->dry_run };
	*out = (struct intake_summary){ 0 };
	if (!again.any_kind && !kind_of(in->kind, &again.kind))
		return err_set(err, ERR_USAGE,
			       "a kind is aggregate, tls, failure or unknown; not "
			       "\"%.*s\"",
			       SV_ARG(in->kind));
	if (in->has_since)
		again.arrived_from = in->since_day * DATE_DAY_SECONDS;
	if (access(app->db, F_OK) != 0)
		return err_set(err, ERR_NO_INPUT,
			       "there is no database %s yet: nothing to read again",
			       app->db);
	const struct intake_options o = {
		.db = app->db,
		.jobs = app->jobs,
		.has_now = app->now_fixed,
		.now = app->now,
		.keep_failure_body = in->keep_failure_body,
		.again = &again,
		.stop = in->stop,
		.outcome = in->outcome,
		.progress = in->progress,
		.warning = in->warning,
		.ctx = in->ctx,
	};
	return intake_run(&o, out, err);
}
