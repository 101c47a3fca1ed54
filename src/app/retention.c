/* SPDX-License-Identifier: Apache-2.0 */
#include "app/retention.h"

#include "app/scope_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "intake/kinds.h"
#include "store/retention.h"

#include <assert.h>

static_assert((int)APP_AGE_FACTS == (int)AGE_FACTS && (int)APP_AGES == (int)AGES,
	      "a front end's ages are those of the kinds");

enum {
	CLOCK_AHEAD_DAYS = 62, /* without any arrival: rather the clock is wrong */
	KINDS_MAX = 16
};

const char *app_age_name(enum app_age age)
{
	static const char *const names[APP_AGES] = {
		[APP_AGE_FACTS] = "facts",
		[APP_AGE_RAW] = "raw",
		[APP_AGE_FAILURE] = "failure",
		[APP_AGE_FAILURE_BODY] = "failure_body",
	};
	return age < APP_AGES ? names[age] : "unknown";
}

/* --- what is old --- */

/* The last month that goes; INT64_MIN: none does. */
static int64_t last_month(const struct app *app, unsigned age)
{
	uint64_t months = app->keep_months[age];
	return months ? date_month_of(date_day_of(app->now)) - (int64_t)months - 1
		      : INT64_MIN;
}

static void fill_ages(const struct app *app, struct app_retention *out)
{
	for (unsigned i = 0; i < APP_AGES; i++) {
		int64_t last = last_month(app, i);
		out->age[i] = (struct app_retention_age){
			.name = app_age_name((enum app_age)i),
			.months = app->keep_months[i],
			.from = last == INT64_MIN ? 0 : date_month_start(last + 1),
		};
	}
}

static size_t ages_of_kinds(const struct app *app, struct retention_age out[KINDS_MAX])
{
	size_t n, k = 0;
	const struct kind *kind = kinds_table(&n);
	for (size_t i = 0; i < n && k < KINDS_MAX - 1; i++)
		out[k++] = (struct retention_age){ (uint8_t)kind[i].kind,
						   last_month(app, kind[i].details),
						   last_month(app, kind[i].raw) };
	int64_t raw = last_month(app, AGE_RAW);
	out[k++] = (struct retention_age){ KIND_UNKNOWN, raw, raw };
	return k;
}

/* --- the clock --- */

/* Empty where nothing is odd. A clock that runs ahead would take all there is. */
static bool judge_clock(const struct app *app, struct scope *s, struct sv *out,
			struct err *err)
{
	char now[DATE_TEXT], last[DATE_TEXT];
	int64_t arrived;
	bool found;
	*out = SV("");
	if (app->now_fixed)
		return true;
	if (!retention_last_arrival(s->store, &arrived, &found, err))
		return false;
	int64_t ahead = date_day_of(app->now) - date_day_of(arrived);
	if (!found || (ahead >= -1 && ahead <= CLOCK_AHEAD_DAYS))
		return true;
	*out = sv_from(arena_printf(
		s->arena,
		"the clock says %s, but the last report arrived on %s: either the clock "
		"is wrong, or nothing has come for long. If that is the day, say so with "
		"--now %s",
		date_format_day(date_day_of(app->now), now),
		date_format_day(date_day_of(arrived), last), now));
	return true;
}

/* --- the run --- */

static void fill_lines(const struct retention_result *r, struct arena *a,
		       struct app_retention *out)
{
	out->line = arena_array(a, r->line_n + 1, sizeof(*out->line));
	out->line_n = r->line_n;
	for (size_t i = 0; i < r->line_n; i++) {
		const struct retention_line *l = &r->line[i];
		struct app_retention_line *total = &out->total[l->raw];
		out->line[i] = (struct app_retention_line){
			.day = date_month_start(l->month),
			.kind = book_kind_name((enum book_kind)l->kind),
			.raw = l->raw,
			.reports = l->reports,
			.rows = l->rows,
			.bytes = l->bytes,
		};
		total->reports += l->reports;
		total->rows += l->rows;
		total->bytes += l->bytes;
	}
}

static bool run(const struct app *app, const struct app_retention_ask *ask,
		struct scope *s, struct app_retention *out, struct err *err)
{
	struct retention_age age[KINDS_MAX];
	struct retention_result result;
	const struct retention r = {
		.age = age,
		.age_n = ages_of_kinds(app, age),
		.domains = s->whole ? NULL : s->id,
		.domain_n = s->whole ? 0 : s->id_n,
		.apply = ask->apply,
		.now = app->now,
		.stop = ask->stop,
		.progress = ask->progress,
		.ctx = ask->ctx,
	};
	out->size_before = store_size(s->store);
	bool ok = retention_run(s->store, &r, s->arena, &result, err);
	out->size_after = store_size(s->store);
	out->interrupted = result.interrupted;
	out->wal_busy = result.wal_busy;
	out->aside = result.aside;
	fill_lines(&result, s->arena, out);
	return ok;
}

bool app_retention(const struct app *app, const struct app_retention_ask *ask,
		   struct arena *a, struct app_retention *out, struct err *err)
{
	struct scope s;
	struct app_filter f = app_filter_all();
	*out = (struct app_retention){ .applied = ask->apply };
	f.client = ask->client;
	fill_ages(app, out);
	if (!scope_open(&s, app, ask->apply ? STORE_WRITE : STORE_READ, &f, a, err))
		return false;
	bool ok = judge_clock(app, &s, &out->clock, err);
	if (ok && ask->apply && out->clock.n)
		ok = err_set(err, ERR_CONFIG, "nothing was removed: %.*s",
			     SV_ARG(out->clock));
	ok = ok && run(app, ask, &s, out, err);
	scope_close(&s);
	return ok;
}
