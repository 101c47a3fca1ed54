/* SPDX-License-Identifier: Apache-2.0 */
#include "app/findings_int.h"

#include "app/finding_words_int.h"
#include "app/policy_int.h"
#include "app/readiness_int.h"
#include "app/tls_int.h"
#include "app/watched_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/book_finding.h"
#include "store/book_reporters.h"
#include "whatif/whatif.h"

#include <stdlib.h>

enum {
	POLICY_DAYS = 30,
	TLS_DAYS = 30,
	PARKED_DAYS = 28, /* as in watch/ */
	EDGE = 7,         /* days: nobody sends each day */
	UNASSIGNED_MOST = 20,
	UNASSIGNED_LEAST = 10 /* messages */
};

struct work {
	const struct app *app;
	const struct app_findings_options *o;
	const struct scope *all;
	struct judging by;
	findings_visit *visit; /* may be NULL */
	void *ctx;
	struct tls_recent *tls;
	size_t tls_n;
	struct arena *scratch; /* of one domain */
	int64_t today;
	struct book_finding *decided; /* by id */
	size_t decided_n;
	struct watch_found found;
	struct app_findings *out;
};

/* --- the policy as reported --- */

/* How strict it is: what befalls mail that fails, summed over the domain and what is
 * below it, and over receivers of either kind. */
static int strictness(const struct app_policy *p)
{
	const struct record_dmarc r = policy_record(p);
	int sum = 0;
	for (int i = 0; i < 2 * WHATIF_RECEIVERS; i++) {
		struct whatif_effect e;
		whatif_effect(&r, (enum whatif_receiver)(i / 2), i % 2, &e);
		sum += (int)e.rest * 100 + ((int)e.most - (int)e.rest) * (int)e.percent;
	}
	return sum;
}

static struct sv policy_words(const struct app_policy *p, struct arena *a)
{
	const struct record_dmarc r = policy_record(p);
	const char *own = whatif_rung_words(whatif_rung_of(&r));
	if (r.sp == r.p)
		return sv_from(own);
	return sv_from(
		arena_printf(a, "%s, subdomains %s", own, record_policy_word(r.sp)));
}

/* The first day of the month past on which it was reported as weak as it is now. */
static bool find_change(const struct scope *s, int64_t today, int strict, int64_t *out,
			struct err *err)
{
	int64_t low = today - POLICY_DAYS, high = today;
	while (high - low > 1) {
		int64_t mid = low + (high - low) / 2;
		struct app_policy p;
		if (!policy_before(s, s->id, s->id_n, mid, &p, err))
			return false;
		if (p.found && strictness(&p) < strict)
			high = mid;
		else
			low = mid;
	}
	*out = high;
	return true;
}

static bool read_policy(const struct scope *s, struct watch_domain *d, struct err *err)
{
	struct app_policy now, before;
	if (!policy_newest(s, s->id, s->id_n, &now, err) ||
	    !policy_before(s, s->id, s->id_n, d->today - POLICY_DAYS, &before, err))
		return false;
	if (now.found)
		d->policy_now = policy_words(&now, s->arena);
	if (!now.found || !before.found || strictness(&now) >= strictness(&before))
		return true;
	d->weakened = true;
	d->policy_before = policy_words(&before, s->arena);
	return find_change(s, d->today, strictness(&before), &d->changed, err);
}

/* --- one domain --- */

static bool read_reporters(const struct scope *s, struct watch_domain *d, struct err *err)
{
	struct book_report_filter f = scope_reports(s);
	struct book_habit *h;
	size_t n;
	if (!book_habits(s->store, &f, NULL, NULL, s->arena, &h, &n, err))
		return false;
	struct watch_reporter *r = arena_array(s->arena, n + 1, sizeof(*r));
	for (size_t i = 0; i < n; i++)
		r[i] = (struct watch_reporter){
			.name = h[i].sum.org,
			.reports = h[i].sum.reports,
			.habit = watch_habit_of(h[i].day, h[i].day_n, s->arena),
			.last_day = h[i].sum.last_day,
		};
	d->reporter = r;
	d->reporter_n = n;
	return true;
}

static bool read_ready(const struct work *w, const struct look *k, struct watch_domain *d,
		       struct err *err)
{
	const struct app_readiness_options o = { .domain = d->name };
	struct app_readiness r;
	if (!readiness_of(k, w->app, &o, &r, err))
		return false;
	if (r.ready && !r.at_end) {
		d->next = sv_from(r.step_words);
		d->ready_since = r.ready_since;
	}
	return !w->visit || w->visit(w->ctx, k, &r, err);
}

static bool look_closely(struct work *w, const struct app_domain_line *l,
			 struct watch_domain *d, struct err *err)
{
	struct look k;
	if (!look_at(w->all, &w->by, l, w->today - (WATCH_DAYS - 1), w->today, w->scratch,
		     &k, err) ||
	    !watched_read(&k, d, err) || !read_policy(&k.s, d, err) ||
	    !read_reporters(&k.s, d, err))
		return false;
	w->out->more = w->out->more || k.j.more;
	if (scope_is_empty(&k.s))
		return true;
	if (!d->parked)
		return read_ready(w, &k, d, err);
	return !w->visit || w->visit(w->ctx, &k, NULL, err);
}

/* What was found is of this domain's arena. */
static void keep(struct work *w, size_t from)
{
	for (size_t i = from; i < w->found.n; i++) {
		struct finding *f = &w->found.finding[i];
		f->subject = arena_sv(w->found.arena, f->subject);
		f->says.before = arena_sv(w->found.arena, f->says.before);
		f->says.after = arena_sv(w->found.arena, f->says.after);
	}
}

static void find_tls(const struct work *w, struct watch_domain *d)
{
	for (size_t i = 0; i < w->tls_n; i++)
		if (sv_eq(w->tls[i].entry->name, d->name)) {
			d->tls_failed = w->tls[i].failed;
			d->tls_since = w->tls[i].first_day;
			d->tls_result = w->tls[i].result;
		}
}

static bool find_in(struct work *w, const struct app_domain_line *l, struct err *err)
{
	struct watch_domain d = { .client = l->client,
				  .name = l->name,
				  .assigned = l->assigned,
				  .parked = l->use == APP_PARKED,
				  .today = w->today,
				  .entered = date_day_of(l->since),
				  .seen = l->seen,
				  .first_day = l->first_day,
				  .last_day = l->last_day };
	size_t from = w->found.n;
	arena_reset(w->scratch);
	find_tls(w, &d);
	if (l->assigned && l->seen && !look_closely(w, l, &d, err))
		return false;
	if (!l->assigned)
		d.messages[WATCH_DAYS - 1] = l->f.messages;
	watch_domain(&d, &w->found);
	keep(w, from);
	return true;
}

/* --- all domains --- */

static int by_messages(const void *x, const void *y)
{
	const struct app_domain_line *a = x, *b = y;
	if (a->f.messages != b->f.messages)
		return a->f.messages > b->f.messages ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

/* Those that nobody owns stand behind; of these only the largest are worth a word. */
static size_t worth_a_look(struct app_domain_line *line, size_t n)
{
	size_t assigned = 0, end;
	while (assigned < n && line[assigned].assigned)
		assigned++;
	if (n > assigned)
		qsort(line + assigned, n - assigned, sizeof(*line), by_messages);
	for (end = assigned; end < n && end - assigned < UNASSIGNED_MOST; end++)
		if (line[end].f.messages < UNASSIGNED_LEAST)
			break;
	return end;
}

static bool find_each(struct work *w, const struct app_domain_line *line, size_t n,
		      struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (w->o->progress)
			w->o->progress(w->o->ctx, i, n);
		if (line[i].retired || line[i].refused)
			continue;
		w->out->domains += line[i].assigned;
		if (!find_in(w, &line[i], err))
			return false;
	}
	return true;
}

/* The lines are of their own arena: there may be as many as somebody wrote reports of. */
static bool find_all(struct work *w, struct err *err)
{
	struct scope s = *w->all;
	struct app_domain_line *line;
	size_t n;
	s.arena = arena_new();
	bool ok = scope_lines(&s, true, &line, &n, err) &&
		  find_each(w, line, worth_a_look(line, n), err);
	arena_free(&s.arena);
	return ok;
}

/* --- what the user decided --- */

static int by_id(const void *x, const void *y)
{
	const struct book_finding *a = x, *b = y;
	return (a->id > b->id) - (a->id < b->id);
}

/* So far back is looked for a beginning: one at the edge may be earlier. */
static int64_t edge_of(enum finding_code c)
{
	return c == FINDING_PARKED_MAIL    ? PARKED_DAYS
	       : c == FINDING_TLS_FAILURES ? TLS_DAYS
					   : WATCH_DAYS;
}

/* A decision holds for what had begun by its day, as far as that can be seen. */
static bool begins_anew(const struct work *w, const struct finding *f, int64_t decided)
{
	return f->since > decided && f->since > w->today - edge_of(f->code) + EDGE;
}

static void apply_decision(const struct work *w, struct app_finding *f)
{
	const struct book_finding want = { .id = f->f.id };
	const struct book_finding *d = w->decided_n
					       ? bsearch(&want, w->decided, w->decided_n,
							 sizeof(want), by_id)
					       : NULL;
	if (!d || begins_anew(w, &f->f, d->day))
		return;
	f->accepted = d->decision == BOOK_FINDING_ACCEPTED;
	f->snoozed = d->decision == BOOK_FINDING_SNOOZED && d->until > w->today;
	f->until = d->until;
}

static bool list(struct work *w, struct err *err)
{
	struct app_findings *out = w->out;
	struct arena *a = w->found.arena;
	struct lang english;
	if (!lang_own(SV("en"), a, &english))
		return err_set(err, ERR_INTERNAL, "the sentences cannot be read");
	if (w->found.n)
		qsort(w->found.finding, w->found.n, sizeof(*w->found.finding),
		      finding_cmp);
	out->finding = arena_array(a, w->found.n + 1, sizeof(*out->finding));
	for (size_t i = 0; i < w->found.n; i++) {
		struct app_finding f = { .f = w->found.finding[i] };
		apply_decision(w, &f);
		if (f.f.since < w->o->since)
			continue;
		out->snoozed += f.snoozed;
		out->accepted += f.accepted;
		if (!w->o->all && (f.snoozed || f.accepted))
			continue;
		f.evidence = finding_evidence(&english, &f.f, a);
		f.remedy = finding_remedy(&english, &f.f, a);
		out->finding[out->n++] = f;
	}
	return true;
}

bool findings_in(const struct scope *s, const struct app *app,
		 const struct app_findings_options *o, findings_visit *visit, void *ctx,
		 struct app_findings *out, struct err *err)
{
	struct work w = { .app = app,
			  .o = o,
			  .all = s,
			  .visit = visit,
			  .ctx = ctx,
			  .today = date_day_of(app->now),
			  .found.arena = s->arena,
			  .out = out };
	*out = (struct app_findings){ 0 };
	w.scratch = arena_new();
	bool ok = judging_begin(s, &w.by, err) &&
		  book_findings(s->store, s->arena, &w.decided, &w.decided_n, err) &&
		  tls_recent(s, w.today - TLS_DAYS, w.today, &w.tls, &w.tls_n, err) &&
		  find_all(&w, err) && list(&w, err);
	judging_end(&w.by);
	arena_free(&w.scratch);
	return ok;
}

bool findings_look(const struct app *app, const struct app_findings_options *o,
		   findings_visit *visit, void *ctx, struct arena *a,
		   struct app_findings *out, struct err *err)
{
	struct app_filter f = app_filter_all();
	struct scope s;
	f.client = o->client;
	f.domain = scope_fold(o->domain, a);
	bool ok = scope_open(&s, app, STORE_READ, &f, a, err) &&
		  findings_in(&s, app, o, visit, ctx, out, err);
	scope_close(&s);
	return ok;
}

bool app_findings(const struct app *app, const struct app_findings_options *o,
		  struct arena *a, struct app_findings *out, struct err *err)
{
	return findings_look(app, o, NULL, NULL, a, out, err);
}

/* --- deciding --- */

static bool find_one(const struct app *app, uint64_t id, struct arena *a,
		     struct app_finding *out, struct err *err)
{
	const struct app_findings_options o = { .since = INT64_MIN, .all = true };
	struct app_findings all;
	char text[FINDING_ID_TEXT];
	if (!app_findings(app, &o, a, &all, err))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (all.finding[i].f.id == id) {
			*out = all.finding[i];
			return true;
		}
	return err_set(
		err, ERR_NO_INPUT,
		"there is no finding %s today: `postern findings --all` lists them",
		finding_id_text(id, text));
}

static bool decide(const struct app *app, const struct book_finding *d, struct arena *a,
		   struct app_finding *out, struct err *err)
{
	struct scope s;
	if (!find_one(app, d->id, a, out, err) ||
	    !scope_open(&s, app, STORE_WRITE, NULL, a, err))
		return false;
	bool ok = store_begin(s.store, err) &&
		  scope_commit(&s, book_finding_decide(s.store, d, err), err);
	scope_close(&s);
	out->snoozed = d->decision == BOOK_FINDING_SNOOZED;
	out->accepted = d->decision == BOOK_FINDING_ACCEPTED;
	out->until = d->until;
	return ok;
}

bool app_finding_snooze(const struct app *app, uint64_t id, int64_t until,
			struct arena *a, struct app_finding *out, struct err *err)
{
	const struct book_finding d = { id, BOOK_FINDING_SNOOZED, date_day_of(app->now),
					until };
	if (until <= d.day)
		return err_set(err, ERR_USAGE, "--until is a day that is still to come");
	return decide(app, &d, a, out, err);
}

bool app_finding_accept(const struct app *app, uint64_t id, struct arena *a,
			struct app_finding *out, struct err *err)
{
	const struct book_finding d = { id, BOOK_FINDING_ACCEPTED, date_day_of(app->now),
					0 };
	return decide(app, &d, a, out, err);
}

bool app_finding_reopen(const struct app *app, uint64_t id, struct arena *a,
			struct app_finding *out, struct err *err)
{
	const struct book_finding d = { .id = id, .decision = BOOK_FINDING_OPEN };
	return decide(app, &d, a, out, err);
}
