/* SPDX-License-Identifier: Apache-2.0 */
#include "app/unassigned.h"

#include "app/adopt_int.h"
#include "app/owner.h"
#include "app/tls_int.h"
#include "app/upkeep_int.h"
#include "base/arena.h"
#include "base/date.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	REMOVE_AT_ONCE = 100, /* reports a transaction: others may write in between */
	FOLD_AFTER = 7,       /* days that a month has ended */
};

static int refused_last(const void *a, const void *b)
{
	const struct app_domain_line *x = a, *y = b;
	if (x->refused != y->refused)
		return x->refused ? 1 : -1;
	if (x->f.messages != y->f.messages)
		return x->f.messages > y->f.messages ? -1 : 1;
	uint64_t others_x = x->tls_reports + x->failure_reports;
	uint64_t others_y = y->tls_reports + y->failure_reports;
	if (others_x != others_y)
		return others_x > others_y ? -1 : 1;
	return sv_cmp(x->name, y->name);
}

/* Reports of the other kinds count in no figure, but each domain's line says that they
 * are there. */
struct others {
	struct app_domain_line *line; /* by name */
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	const struct app_domain_line *x = a, *y = b;
	return sv_cmp(x->name, y->name);
}

static struct app_domain_line *find_line(const struct others *o, struct sv name)
{
	struct app_domain_line key = { .name = name };
	return o->n ? bsearch(&key, o->line, o->n, sizeof(key), by_name) : NULL;
}

static void widen(struct app_domain_line *l, int64_t first_day, int64_t last_day)
{
	if (!l->seen || first_day < l->first_day)
		l->first_day = first_day;
	if (!l->seen || last_day > l->last_day)
		l->last_day = last_day;
	l->seen = true;
}

static bool add_tls(const struct scope *s, const struct others *o, struct err *err)
{
	struct book_tls_query q = tls_query(s);
	struct book_tls_domain *d;
	size_t n;
	if (!book_tls_by_domain(s->store, &q, s->arena, &d, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct book_policy_domain *p = scope_policy(s, d[i].domain_id);
		struct app_domain_line *l = p ? find_line(o, p->name) : NULL;
		if (!l)
			continue;
		l->tls_reports += d[i].reports;
		widen(l, d[i].first_day, d[i].last_day);
	}
	return true;
}

static bool add_failures(const struct scope *s, const struct others *o, struct err *err)
{
	struct book_report_filter f = scope_reports(s);
	struct arena *page = arena_new();
	struct book_report r;
	f.kind = KIND_FAILURE;
	f.only_passing = f.only_failing = false;
	err->code = ERR_NONE;
	struct book_report_iter *it = book_reports(s->store, &f, err);
	while (it && book_report_next(it, page, &r, err)) {
		struct app_domain_line *l = find_line(o, r.domain);
		if (l) {
			l->failure_reports++;
			widen(l, r.first_day, r.first_day);
		}
		arena_reset(page);
	}
	bool ok = it && err->code == ERR_NONE;
	book_report_iter_free(&it);
	arena_free(&page);
	return ok;
}

static bool add_others(const struct scope *s, struct app_domain_line *line, size_t n,
		       struct err *err)
{
	const struct others o = { line, n };
	if (n)
		qsort(line, n, sizeof(*line), by_name);
	return scope_is_empty(s) || (add_tls(s, &o, err) && add_failures(s, &o, err));
}

bool app_unassigned(const struct app *app, const struct app_filter *filter,
		    struct arena *a, struct app_domain_line **out, size_t *out_n,
		    struct err *err)
{
	struct scope s;
	struct app_filter f = *filter;
	struct app_domain_line *line;
	size_t n, kept = 0;
	f.client = APP_UNASSIGNED;
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = scope_lines(&s, true, &line, &n, err) && add_others(&s, line, n, err);
	scope_close(&s);
	for (size_t i = 0; ok && i < n; i++)
		if (line[i].refused || line[i].f.reports || line[i].f.rows ||
		    line[i].tls_reports || line[i].failure_reports)
			line[kept++] = line[i];
	if (ok && kept)
		qsort(line, kept, sizeof(*line), refused_last);
	*out = line;
	*out_n = kept;
	return ok;
}

static bool refuse(struct scope *s, struct app_refusal *out, struct err *err)
{
	const struct book_policy_domain *p = NULL;
	for (size_t i = 0; i < s->policy_n; i++)
		if (sv_eq(s->policy[i].name, out->name))
			p = &s->policy[i];
	out->known = p != NULL;
	out->already = p && p->refused;
	return book_policy_domain_refuse(s->store, out->name, true, err) &&
	       (!p || adopt_count(s, p->id, false, &out->reports, &out->sealed, err));
}

bool app_unassigned_refuse(const struct app *app, struct sv name, struct arena *a,
			   struct app_refusal *out, struct err *err)
{
	struct scope s;
	bool ok;
	*out = (struct app_refusal){ .name = scope_fold(name, a) };
	if (out->name.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	if (!scope_open(&s, app, STORE_WRITE, NULL, a, err))
		return false;
	const struct book_domain *o = owner_of(s.entry, s.entry_n, out->name);
	if (o) {
		const struct book_client *c = scope_client(&s, o->client);
		struct sv client = c ? c->name : SV("?");
		ok = err_set(err, ERR_USAGE,
			     "the domain %.*s belongs to the client \"%.*s\": only what "
			     "nobody owns can be refused",
			     SV_ARG(out->name), SV_ARG(client));
	} else {
		ok = store_begin(s.store, err) &&
		     scope_commit(&s, refuse(&s, out, err), err);
	}
	scope_close(&s);
	return ok;
}

/* --- upkeep --- */

size_t upkeep_choose(const struct book_holding *h, size_t n, int64_t oldest, uint64_t max,
		     struct app_upkeep *out)
{
	uint64_t held = 0;
	size_t i = 0;
	*out = (struct app_upkeep){ 0 };
	for (size_t k = 0; k < n; k++)
		held += h[k].bytes;
	for (; i < n && (h[i].since < oldest || held > max); i++) {
		if (h[i].since < oldest)
			out->old++;
		else
			out->over++;
		out->bytes += h[i].bytes;
		held -= h[i].bytes;
	}
	out->left = held;
	return i;
}

static bool remove_some(struct store *s, const struct book_holding *h, size_t n,
			struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!facts_count(s, h[i].report, false, err) ||
		    !book_report_remove(s, h[i].report, err))
			return false;
	return true;
}

/*
 * When the next report grows too old is remembered, for the days it was reckoned with: an
 * ingest of one mail should not list all that nobody owns. Bytes need no looking at while
 * the whole file is smaller than they may be.
 */
static const char due_key[] = "unassigned.upkeep";

static struct sv due_text(const struct app *app, int64_t oldest, struct arena *a)
{
	int64_t kept = (int64_t)app->unassigned_days * DATE_DAY_SECONDS;
	return sv_from(arena_printf(a, "%" PRIu64 " %" PRId64, app->unassigned_days,
				    oldest + kept));
}

static bool is_due(struct scope *s, const struct app *app, struct sv *out_text, bool *out,
		   struct err *err)
{
	uint64_t days, due;
	*out = true;
	if (!book_meta_get(s->store, due_key, s->arena, out_text, err))
		return false;
	struct sv text = *out_text;
	if (app->now_fixed || store_size(s->store) > app->unassigned_max ||
	    !sv_to_u64(sv_take_until(&text, ' '), &days) || !sv_to_u64(text, &due))
		return true;
	*out = days != app->unassigned_days || app->now < 0 || due < (uint64_t)app->now;
	return true;
}

static bool remember(struct scope *s, struct sv was, struct sv now, struct err *err)
{
	if (sv_eq(was, now))
		return true;
	return store_begin(s->store, err) &&
	       scope_commit(s, book_meta_set(s->store, due_key, now, err), err);
}

static bool remove_all(struct scope *s, const struct book_holding *h, size_t n,
		       struct err *err)
{
	for (size_t i = 0; i < n; i += REMOVE_AT_ONCE) {
		size_t some = n - i < REMOVE_AT_ONCE ? n - i : REMOVE_AT_ONCE;
		if (!store_begin(s->store, err) ||
		    !scope_commit(s, remove_some(s->store, h + i, some, err), err))
			return false;
	}
	return n == 0 || store_give_back(s->store, err);
}

/* Nothing is too old, and all of them cannot hold more than the file is large: so none
 * needs to be listed. */
static bool is_within_bounds(struct scope *s, const struct app *app,
			     const struct book_holding_filter *f, int64_t *out_oldest,
			     bool *out, struct err *err)
{
	int64_t kept = (int64_t)app->unassigned_days * DATE_DAY_SECONDS;
	*out = false;
	*out_oldest = app->now;
	if (store_size(s->store) > app->unassigned_max)
		return true;
	if (f->domain_n && !book_oldest_holding(s->store, f, out_oldest, err))
		return false;
	if (*out_oldest > app->now)
		*out_oldest = app->now;
	*out = *out_oldest >= app->now - kept;
	return true;
}

static bool keep_up(struct scope *s, const struct app *app, struct app_upkeep *out,
		    struct err *err)
{
	struct sv was;
	bool due, within;
	int64_t *id, oldest, kept = (int64_t)app->unassigned_days * DATE_DAY_SECONDS;
	struct book_holding *h = NULL;
	size_t holdings = 0;
	if (!is_due(s, app, &was, &due, err))
		return false;
	if (!due)
		return true;
	if (!scope_read(s, err))
		return false;
	struct book_holding_filter f = { .now = app->now };
	f.domain_n = scope_owned(s, NULL, &id);
	f.domain_ids = id;
	if (!is_within_bounds(s, app, &f, &oldest, &within, err))
		return false;
	if (within)
		return remember(s, was, due_text(app, oldest, s->arena), err);
	if (f.domain_n && !book_holdings(s->store, &f, s->arena, &h, &holdings, err))
		return false;
	size_t gone = upkeep_choose(h, holdings, app->now - kept, app->unassigned_max,
				    out);
	oldest = gone < holdings ? h[gone].since : app->now;
	return remove_all(s, h, gone, err) &&
	       remember(s, was, due_text(app, oldest, s->arena), err);
}

/* Reports come days after what they are of: a month is folded once few are to come. */
static bool fold(struct scope *s, const struct app *app, struct err *err)
{
	return facts_fold(s->store, date_day_of(app->now) - FOLD_AFTER, err);
}

bool app_unassigned_upkeep(const struct app *app, struct app_upkeep *out, struct err *err)
{
	struct scope s;
	struct arena *a = arena_new();
	*out = (struct app_upkeep){ 0 };
	bool ok = scope_open_store(&s, app, STORE_WRITE, NULL, a, err);
	if (ok) {
		ok = keep_up(&s, app, out, err) && fold(&s, app, err);
		scope_close(&s);
	}
	arena_free(&a);
	return ok;
}
