/* SPDX-License-Identifier: Apache-2.0 */
#include "app/changes_int.h"
#include "app/look_int.h"
#include "app/policy_int.h"
#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

enum {
	SENDERS_MOST = 2000, /* of a domain, those that send most */
	HISTORY = 14,        /* days of reports before, so that "new" means something */
	NEW_LEAST = 10,      /* messages, of what is not the domain's own */
	CHANGES_MAX = 10000
};

const char *app_change_word(enum app_change_kind k)
{
	static const char *const words[APP_CHANGE_KINDS] = {
		[APP_CHANGE_NEW] = "new",       [APP_CHANGE_GONE] = "gone",
		[APP_CHANGE_PASSES] = "passes", [APP_CHANGE_VOLUME] = "volume",
		[APP_CHANGE_POLICY] = "policy",
	};
	return words[k];
}

/* A sender whatever its class, but that what is forwarded and abuse stay apart: what
 * begins to fail is still the same sender. */
struct sender {
	struct sv name, service;
	enum service_class class; /* of most of its messages */
	uint64_t most;            /* of one class */
	struct changes_track t;
};

struct work {
	struct scope all;
	struct judging by;
	struct arena *scratch; /* of one domain */
	struct changes_window w;
	struct app_changes *out;
	size_t cap;
	/* of one domain */
	struct look k;
	struct sender *sender;
	size_t sender_n;
	struct sender **of_row; /* of each row */
	struct changes_track whole;
};

static struct app_change *add(struct work *w, enum app_change_kind kind)
{
	struct app_changes *out = w->out;
	if (out->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 32;
		struct app_change *more = arena_array(w->all.arena, w->cap,
						      sizeof(*more));
		if (out->n)
			memcpy(more, out->change, out->n * sizeof(*more));
		out->change = more;
	}
	struct app_change *c = &out->change[out->n++];
	*c = (struct app_change){ .kind = kind,
				  .domain = w->k.line.name,
				  .client = w->k.line.client };
	return c;
}

/* --- senders --- */

static bool stands_apart(enum service_class c)
{
	return c == SERVICE_FORWARDED || c == SERVICE_MAYBE_FORWARDED ||
	       c == SERVICE_ABUSE;
}

static struct sender *sender_of(struct work *w, const struct app_sender *s)
{
	for (size_t i = 0; i < w->sender_n; i++) {
		struct sender *have = &w->sender[i];
		bool same = have->class == s->class ||
			    !(stands_apart(have->class) || stands_apart(s->class));
		if (same && sv_eq(have->name, s->name))
			return have;
	}
	struct sender *new = &w->sender[w->sender_n++];
	*new = (struct sender){ .name = s->name,
				.service = s->service ? s->service->id : SV(""),
				.class = s->class };
	changes_track_init(&new->t, &w->w, w->scratch);
	return new;
}

static void list_senders(struct work *w)
{
	const struct look *k = &w->k;
	w->sender = arena_array(w->scratch, k->sender_n + 1, sizeof(*w->sender));
	w->sender_n = 0;
	w->of_row = arena_array(w->scratch, k->j.n + 1, sizeof(struct sender *));
	for (size_t i = 0; i < k->j.n; i++)
		w->of_row[i] = NULL;
	for (size_t i = 0; i < k->sender_n && i < SENDERS_MOST; i++) {
		const struct sender_group *g = &k->sender[i];
		/* Who sent next to nothing is no sender whose coming and going counts. */
		if (g->sender.messages < NEW_LEAST)
			continue;
		struct sender *s = sender_of(w, &g->sender);
		if (g->sender.messages > s->most) {
			s->most = g->sender.messages;
			s->class = g->sender.class;
		}
		for (size_t r = 0; r < g->n; r++)
			w->of_row[g->row[r] - k->j.row] = s;
	}
	changes_track_init(&w->whole, &w->w, w->scratch);
}

static void take_day(void *ctx, const struct judged_row *r, int64_t day,
		     uint64_t messages)
{
	struct work *w = ctx;
	const struct service_facet *f = r->row->facet;
	bool passed = f->dkim_aligned || f->spf_aligned;
	struct sender *s = w->of_row[r - w->k.j.row];
	changes_track_add(&w->whole, &w->w, day, messages, passed);
	if (s)
		changes_track_add(&s->t, &w->w, day, messages, passed);
}

/* --- what changed --- */

static const char *share_text(uint64_t part, uint64_t all, struct arena *a)
{
	char text[WORDS_TEXT];
	return arena_printf(a, "%s", words_share(part, all, text));
}

static const char *count_text(uint64_t n, struct arena *a)
{
	char text[WORDS_TEXT];
	return arena_printf(a, "%s", words_number(n, text));
}

static const char *sentence(const struct work *w, enum app_change_kind kind,
			    const struct sender *s)
{
	struct arena *a = w->all.arena;
	const struct changes_track *t = &s->t;
	char day[DATE_TEXT];
	switch (kind) {
	case APP_CHANGE_NEW:
		return arena_printf(a, "%.*s sends since %s: %s messages, %s pass",
				    SV_ARG(s->name), date_format_day(t->first_day, day),
				    count_text(t->fresh, a),
				    share_text(t->fresh_passed, t->fresh, a));
	case APP_CHANGE_GONE:
		return arena_printf(a,
				    "%.*s sends no more, last on %s; %s messages before",
				    SV_ARG(s->name), date_format_day(t->last_day, day),
				    count_text(t->before, a));
	case APP_CHANGE_PASSES:
		return arena_printf(a, "of %.*s %s pass, before %s", SV_ARG(s->name),
				    share_text(t->now_passed, t->now, a),
				    share_text(t->before_passed, t->before, a));
	case APP_CHANGE_VOLUME:
	case APP_CHANGE_POLICY:
	case APP_CHANGE_KINDS:
	default:
		return arena_printf(a, "%.*s sends %s messages a week, before %s",
				    SV_ARG(s->name),
				    count_text(changes_weekly(t, &w->w), a),
				    count_text(t->before / CHANGES_WEEKS, a));
	}
}

static void tell(struct work *w, enum app_change_kind kind, const struct sender *s)
{
	struct arena *a = w->all.arena;
	const struct changes_track *t = &s->t;
	bool new = kind == APP_CHANGE_NEW;
	if (w->out->n == CHANGES_MAX) {
		w->out->more = true;
		return;
	}
	struct app_change *c = add(w, kind);
	c->sender = arena_sv(a, s->name);
	c->service = arena_sv(a, s->service);
	c->class = s->class;
	c->day = new ? t->first_day : t->last_day;
	c->before = t->before;
	c->before_passed = t->before_passed;
	c->now = new ? t->fresh : t->now;
	c->now_passed = new ? t->fresh_passed : t->now_passed;
	c->text = sv_from(sentence(w, kind, s));
}

static void compare(struct work *w, const struct sender *s)
{
	bool own = s->class == SERVICE_OWN;
	if (changes_is_new(&s->t, &w->w, own ? 1 : NEW_LEAST)) {
		tell(w, APP_CHANGE_NEW, s);
		return;
	}
	if (!stands_apart(s->class) && changes_is_gone(&s->t, &w->w, w->scratch)) {
		tell(w, APP_CHANGE_GONE, s);
		return;
	}
	if (changes_passes(&s->t))
		tell(w, APP_CHANGE_PASSES, s);
	if (changes_volume(&s->t, &w->w))
		tell(w, APP_CHANGE_VOLUME, s);
}

/* --- the policy --- */

static struct sv policy_text(const struct app_policy *p, struct arena *a)
{
	const struct record_dmarc r = policy_record(p);
	const char *sp = r.sp != r.p
				 ? arena_printf(a, "; sp=%s", record_policy_word(r.sp))
				 : "";
	const char *pct = r.pct < 100 ? arena_printf(a, "; pct=%u", r.pct) : "";
	return sv_from(arena_printf(a, "p=%s%s%s%s", record_policy_word(r.p), sp, pct,
				    r.testing ? "; t=y" : ""));
}

static bool compare_policy(struct work *w, struct err *err)
{
	const struct scope *s = &w->k.s;
	struct app_policy before, now;
	if (!policy_before(s, s->id, s->id_n, w->w.since - 1, &before, err) ||
	    !policy_before(s, s->id, s->id_n, w->w.today, &now, err))
		return false;
	if (!before.found || !now.found || policy_is_same(&before, &now) ||
	    w->out->n == CHANGES_MAX)
		return true;
	struct arena *a = w->all.arena;
	struct app_change *c = add(w, APP_CHANGE_POLICY);
	c->from = policy_text(&before, a);
	c->to = policy_text(&now, a);
	c->day = now.day;
	c->text = sv_from(arena_printf(a, "the policy as reported is %.*s, before %.*s",
				       SV_ARG(c->to), SV_ARG(c->from)));
	return true;
}

/* --- all of it --- */

static bool compare_domain(struct work *w, const struct app_domain_line *line,
			   struct err *err)
{
	struct look *k = &w->k;
	arena_reset(w->scratch);
	if (!look_at(&w->all, &w->by, line, w->w.look_from, w->w.today, w->scratch, k,
		     err))
		return false;
	list_senders(w);
	if (!judged_days(&k->s, &k->j, take_day, w, err))
		return false;
	w->out->domains++;
	w->out->more = w->out->more || k->j.more;
	w->out->named = w->out->named || k->j.named;
	if (line->first_day > w->w.since - HISTORY) {
		w->out->young++;
		return true;
	}
	const struct sender all = { .name = line->name, .t = w->whole };
	if (changes_is_gone(&w->whole, &w->w, w->scratch))
		tell(w, APP_CHANGE_GONE, &all);
	else
		for (size_t i = 0; i < w->sender_n; i++)
			compare(w, &w->sender[i]);
	return compare_policy(w, err);
}

static int change_cmp(const void *x, const void *y)
{
	const struct app_change *a = x, *b = y;
	int d = sv_cmp(a->client, b->client);
	d = d ? d : sv_cmp(a->domain, b->domain);
	d = d ? d : (a->kind > b->kind) - (a->kind < b->kind);
	uint64_t m = a->before + a->now, n = b->before + b->now;
	d = d ? d : (m < n) - (m > n);
	return d ? d : sv_cmp(a->sender, b->sender);
}

static bool compare_all(struct work *w, struct err *err)
{
	struct app_domain_line *line;
	size_t n;
	if (!judging_begin(&w->all, &w->by, err) ||
	    !scope_lines(&w->all, true, &line, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (line[i].assigned && !line[i].retired && line[i].seen &&
		    !compare_domain(w, &line[i], err))
			return false;
	if (w->out->n)
		qsort(w->out->change, w->out->n, sizeof(*w->out->change), change_cmp);
	return true;
}

bool app_changes(const struct app *app, const struct app_changes_options *o,
		 struct arena *a, struct app_changes *out, struct err *err)
{
	struct app_filter f = app_filter_all();
	struct work w = { .out = out, .w = changes_window(app->now, o->since) };
	f.client = o->client;
	f.domain = scope_fold(o->domain, a);
	*out = (struct app_changes){ .before_from = w.w.before_from,
				     .since = w.w.since,
				     .today = w.w.today,
				     .judged_to = w.w.settled };
	if (w.w.since > w.w.today || w.w.since < w.w.today - APP_CHANGES_DAYS)
		return err_set(err, ERR_USAGE,
			       "--since is a day of the last %d, and not still to come",
			       APP_CHANGES_DAYS);
	if (!scope_open(&w.all, app, STORE_READ, &f, a, err))
		return false;
	w.scratch = arena_new();
	bool ok = compare_all(&w, err);
	judging_end(&w.by);
	arena_free(&w.scratch);
	scope_close(&w.all);
	return ok;
}
