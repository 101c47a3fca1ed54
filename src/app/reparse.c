/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reparse.h"

#include "base/date.h"
#include "store/book.h"

#include <unistd.h>

bool app_reparse(const struct app *app, const struct app_reparse *in,
		 struct intake_summary *out, struct err *err)
{
	struct intake_again again = { .arrived_from = INT64_MIN,
				      .any_kind = in->kind.n == 0,
				      .dry_run = in->dry_run };
	enum book_kind kind = KIND_UNKNOWN;
	*out = (struct intake_summary){ 0 };
	if (!again.any_kind && !book_kind_find(in->kind, &kind))
		return err_set(err, ERR_USAGE,
			       "a kind is aggregate, tls, failure or unknown; not "
			       "\"%.*s\"",
			       SV_ARG(in->kind));
	again.kind = (uint8_t)kind;
	if (in->has_since)
		again.arrived_from = in->since_day * DATE_DAY_SECONDS;
	if (access(app->db, F_OK) != 0)
		return err_set(err, ERR_NO_INPUT,
			       "there is no database %s yet: nothing to read again",
			       app->db);
	if (in->dry_run && access(app->db, W_OK) != 0)
		return err_set(err, ERR_TEMP,
			       "%s is read-only for this user: a dry run writes to the "
			       "database too, and takes it back; run it as the user that "
			       "ingests",
			       app->db);
	const struct intake_options o = {
		.db = app->db,
		.jobs = app->jobs,
		.has_now = app->now_fixed,
		.now = app->now,
		.keep_failure_body = in->keep_failure_body,
		.parser = in->parser,
		.again = &again,
		.stop = in->stop,
		.outcome = in->outcome,
		.progress = in->progress,
		.warning = in->warning,
		.ctx = in->ctx,
	};
	return intake_run(&o, out, err);
}
