/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ingest.h"

#include "app/overview_int.h"
#include "app/words.h"
#include "store/book.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static_assert((int)APP_STATUS_NEW == (int)STATUS_NEW &&
		      (int)APP_STATUS_CONFLICT == (int)STATUS_CONFLICT &&
		      (int)APP_STATUS_ASIDE == (int)STATUS_ASIDE,
	      "a front end's statuses are the book's");

const char *app_kind_name(uint8_t kind)
{
	return book_kind_name((enum book_kind)kind);
}

const char *app_status_name(uint8_t status)
{
	return book_status_name((enum book_status)status);
}

static void tell(const struct app *app, const struct app_ingest *in,
		 const struct app_upkeep *u)
{
	char text[400], n[WORDS_TEXT], size[WORDS_TEXT], max[WORDS_TEXT];
	if (u->old) {
		(void)snprintf(text, sizeof(text),
			       "%s report%s of domains that no client owns had been here "
			       "for more than %" PRIu64 " days and %s removed",
			       words_number(u->old, n), words_s(u->old),
			       app->unassigned_days, u->old == 1 ? "was" : "were");
		in->warning(in->ctx, text);
	}
	if (u->over) {
		(void)snprintf(
			text, sizeof(text),
			"reports of domains that no client owns took more than %s: "
			"the %s oldest went, %s are left",
			words_size(app->unassigned_max, max), words_number(u->over, n),
			words_size(u->left, size));
		in->warning(in->ctx, text);
	}
}

/* Also after an ingest that failed in part: what is there is to be kept in bounds. */
static bool keep_up(const struct app *app, const struct app_ingest *in, struct err *err)
{
	struct app_upkeep u;
	if (access(app->db, F_OK) != 0)
		return true;
	if (!app_unassigned_upkeep(app, &u, err))
		return err_at(err, "removing old reports that no client owns: ");
	tell(app, in, &u);
	return overview_upkeep(app, err) ||
	       err_at(err, "finding what the overview shows: ");
}

static bool read_and_keep_up(const struct app *app, const struct app_ingest *in,
			     struct intake_summary *out, struct err *err)
{
	struct intake_options o = {
		.db = app->db,
		.paths = in->paths,
		.path_n = in->path_n,
		.jobs = app->jobs,
		.has_now = app->now_fixed,
		.now = app->now,
		.count_first = in->count_first,
		.keep_failure_body = in->keep_failure_body,
		.parser = in->parser,
		.stop = in->stop,
		.outcome = in->outcome,
		.progress = in->progress,
		.warning = in->warning,
		.ctx = in->ctx,
	};
	*out = (struct intake_summary){ 0 };
	bool ok = intake_run(&o, out, err);
	if (!ok && (err->code != ERR_NO_INPUT || out->interrupted))
		return false;
	struct err upkeep = { 0 };
	if (keep_up(app, in, &upkeep))
		return ok;
	if (ok)
		*err = upkeep;
	return false;
}

bool app_ingest(const struct app *app, const struct app_ingest *in,
		struct intake_summary *out, struct err *err)
{
	if (read_and_keep_up(app, in, out, err))
		return true;
	/* A mail server must keep its mail until the database is whole again. */
	if (err->code == ERR_DAMAGED)
		err->code = ERR_TEMP;
	return false;
}
