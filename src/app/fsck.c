/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fsck.h"

#include "app/overview_int.h"
#include "app/scope_int.h"
#include "base/arena.h"
#include "base/limits.h"
#include "report/model.h"
#include "store/book_raw_check.h"
#include "store/book_tls.h"

#include <stdio.h>

static bool passed(uint8_t kind, struct sv bytes)
{
	return kind == KIND_AGGREGATE && report_facet_passed(bytes);
}

static void on_facts(void *ctx, bool file, uint64_t done, uint64_t all)
{
	const struct app_fsck_options *o = ctx;
	if (o->progress)
		o->progress(o->ctx, file ? APP_FSCK_FILE : APP_FSCK_REPORTS, done, all);
}

static void on_raw(void *ctx, uint64_t done, uint64_t all)
{
	const struct app_fsck_options *o = ctx;
	if (o->progress)
		o->progress(o->ctx, APP_FSCK_RAW, done / LIMIT_MIB, all / LIMIT_MIB);
}

/* What mending does not reach. */
static bool leaves(const struct app_fsck *f)
{
	return f->rows_missing | f->sealed_differ | f->tls_differ | f->raw_damaged;
}

bool app_fsck_sums_agree(const struct app_fsck *f)
{
	return !(f->differ | f->facets_differ | f->figures_differ);
}

bool app_fsck_is_sound(const struct app_fsck *f)
{
	return app_fsck_sums_agree(f) && !leaves(f);
}

bool app_fsck_is_done(const struct app_fsck *f)
{
	return app_fsck_is_sound(f) ||
	       (f->mended &&
		!(f->rows_missing | f->sealed_differ | f->tls_differ | f->raw_damaged));
}

bool app_fsck(const struct app *app, const struct app_fsck_options *o,
	      struct app_fsck *out, struct err *err)
{
	struct scope s;
	struct arena *a = arena_new();
	struct facts_check_result r = { 0 };
	struct facts_check_options c = {
		.mend = o->mend,
		.passed = passed,
		.progress = on_facts,
		.ctx = (void *)(uintptr_t)o,
	};
	const struct book_raws_check rc = { on_raw, (void *)(uintptr_t)o };
	struct book_raws_checked raws = { 0 };
	struct app checking = *app;
	checking.checks = true;
	uint64_t tls = 0;
	bool kept_differs = false;
	*out = (struct app_fsck){ 0 };
	bool ok = scope_open(&s, &checking, o->mend ? STORE_WRITE : STORE_READ, NULL, a,
			     err);
	if (ok) {
		ok = overview_check(&s, &kept_differs, err) &&
		     (!kept_differs || !o->mend || overview_drop(&s, err)) &&
		     facts_check(s.store, &c, &r, err) &&
		     book_tls_check(s.store, &tls, err) &&
		     book_raws_check(s.store, &rc, &raws, err);
		scope_close(&s);
	}
	arena_free(&a);
	*out = (struct app_fsck){
		.reports = r.reports,
		.rows = r.rows,
		.domain_days = r.domain_days,
		.differ = r.differ + kept_differs,
		.facets_differ = r.facets_differ,
		.figures_differ = r.figures_differ,
		.rows_missing = r.rows_missing,
		.sealed_months = r.sealed_months,
		.sealed_differ = r.sealed_differ,
		.tls_differ = tls,
		.raw_copies = raws.copies,
		.raw_bytes = raws.bytes,
		.raw_damaged = raws.damaged,
		.mended = ok && o->mend,
	};
	(void)snprintf(out->first, sizeof(out->first), "%s",
		       r.first[0] ? r.first
		       : kept_differs
			       ? "the overview that is kept is not that of the facts"
			       : "");
	(void)snprintf(out->raw_first, sizeof(out->raw_first), "%s", raws.first);
	return ok;
}
