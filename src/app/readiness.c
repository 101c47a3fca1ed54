/* SPDX-License-Identifier: Apache-2.0 */
#include "app/readiness_int.h"

#include "app/policy_int.h"
#include "app/records_int.h"
#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdlib.h>

enum {
	DAYS_LEAST = 28, /* with reports */
	MONTH = 31,      /* days that the evidence reaches back at least */
	OWN_LEAST = 100, /* messages */
	NEW_DAYS = 7,
	QUIET_DAYS = 14,
	SILENT_DAYS = 5,
	LARGE_SHARE = 10,  /* per cent of the reports */
	SMALL = 10,        /* messages of a sender that hold nothing back */
	SMALL_SHARE = 200, /* ... or one in so many of the domain's own */
	FEW = 100,         /* ... but never so many of a known service */
	MANY = 1000,       /* ... nor so many of a stranger */
	DKIM_SHARE = 90,   /* per cent of a service's messages */
	YEAR = 365,        /* days before in which those who send rarely are looked for */
	RARE_DAYS = 25,    /* who was seen twice as far apart sends again */
	RARE_LAST = 200,   /* ... if the last time is no longer ago */
};

static const char *const condition_words[APP_CONDITIONS] = {
	[APP_READY_DAYS] = "days",         [APP_READY_MONTH] = "month",
	[APP_READY_VOLUME] = "volume",     [APP_READY_DKIM] = "dkim",
	[APP_READY_SERVICES] = "services", [APP_READY_STRANGERS] = "strangers",
	[APP_READY_NEW] = "new",           [APP_READY_RARE] = "rare",
	[APP_READY_QUIET] = "quiet",       [APP_READY_REPORTERS] = "reporters",
	[APP_READY_FAILING] = "failing",
};

const char *app_condition_word(enum app_condition_kind k)
{
	return condition_words[k];
}

struct work {
	const struct scope *s;
	const struct app *app;
	struct app_readiness *out;
	const struct sender_group *sender; /* the look's */
	size_t sender_n;
	int64_t first_day; /* of the evidence */
	uint64_t own;
};

static void add(struct work *w, enum app_condition_kind kind, bool met, const char *text,
		const char *remedy)
{
	w->out->condition[w->out->condition_n++] =
		(struct app_condition){ kind, met, text, met ? NULL : remedy };
	w->out->ready = w->out->ready && met;
}

/* --- the policy --- */

static bool choose_policy(struct work *w, const struct app_readiness_options *o,
			  struct err *err)
{
	struct app_readiness *out = w->out;
	const struct record_dmarc now = policy_record(&out->policy);
	const char *why;
	out->rung = whatif_rung_of(&now);
	out->sp = now.sp;
	out->np = now.np;
	out->apart = now.sp != now.p || now.np != now.sp;
	out->given = o->policy.n > 0;
	if (out->given) {
		if (!record_dmarc_read(o->policy, &out->next, &why))
			return err_set(err, ERR_USAGE, "--policy is no DMARC record: %s",
				       why);
		out->next_rung = whatif_rung_of(&out->next);
		out->step_words = whatif_rung_words(out->next_rung);
		out->judged = out->next;
		return true;
	}
	struct whatif_next n;
	whatif_next(&now, &n);
	out->step = n.step;
	out->at_end = n.step == WHATIF_STEP_NONE;
	out->next_rung = n.rung;
	out->next = n.policy;
	out->step_words = n.words;
	out->judged = out->next;
	out->judged.testing = false;
	out->judged.pct = 100;
	return true;
}

static void write_record(struct work *w)
{
	struct app_readiness *out = w->out;
	const struct book_domain *e = scope_entry_named(w->s, out->line.name);
	const struct record_dmarc *p = &out->next;
	struct sv address = e ? records_address(w->app, scope_client(w->s, e->client))
			      : SV("");
	if (!address.n || out->given || out->at_end)
		return;
	struct arena *a = w->s->arena;
	const char *below = p->sp != p->p ? arena_printf(a, "; sp=%s",
							 record_policy_word(p->sp))
					  : "";
	const char *absent = p->np != p->sp ? arena_printf(a, "; np=%s",
							   record_policy_word(p->np))
					    : "";
	out->record = sv_from(arena_printf(
		a, "v=DMARC1; p=%s%s%s%s%s%s; rua=%.*s", record_policy_word(p->p), below,
		absent, p->testing ? "; t=y; pct=0" : "",
		p->adkim_strict ? "; adkim=s" : "", p->aspf_strict ? "; aspf=s" : "",
		SV_ARG(record_mailto(address, a))));
}

/* --- losses --- */

static void add_loss(struct app_loss *l, const struct record_dmarc *p,
		     const struct whatif_row *row)
{
	l->messages += row->messages;
	for (int r = 0; r < WHATIF_RECEIVERS; r++)
		whatif_add(p, (enum whatif_receiver)r, row, &l->at[r]);
}

static uint64_t lost(const struct app_loss *l)
{
	uint64_t most = 0;
	for (int r = 0; r < WHATIF_RECEIVERS; r++) {
		uint64_t n = l->at[r].quarantined + l->at[r].rejected;
		most = n > most ? n : most;
	}
	return most;
}

static int by_loss(const void *x, const void *y)
{
	const struct app_loss *a = x, *b = y;
	if (lost(a) != lost(b))
		return lost(a) > lost(b) ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

static struct whatif_row row_of(const struct work *w, const struct judged_row *r)
{
	const struct judged_facet *f = r->facet;
	const struct record_dmarc *p = &w->out->judged;
	return (struct whatif_row){
		.class = r->row->class,
		.messages = r->row->messages,
		.dkim = p->adkim_strict ? f->dkim_strict : f->f.dkim_aligned,
		.spf = p->aspf_strict ? f->spf_strict : f->f.spf_aligned,
		.below = f->author.n && !sv_eq_fold(f->author, w->out->line.name),
	};
}

static void sum_losses(struct work *w)
{
	struct app_readiness *out = w->out;
	out->sender = arena_array(w->s->arena, w->sender_n + 1, sizeof(*out->sender));
	for (size_t i = 0; i < w->sender_n; i++) {
		const struct sender_group *g = &w->sender[i];
		struct app_loss *l = &out->sender[out->sender_n];
		*l = (struct app_loss){ .name = g->sender.name,
					.class = g->sender.class };
		for (size_t k = 0; k < g->n; k++) {
			struct whatif_row row = row_of(w, g->row[k]);
			add_loss(l, &out->judged, &row);
			add_loss(&out->of_class[row.class], &out->judged, &row);
			out->messages += row.messages;
		}
		out->sender_n += lost(l) > 0;
	}
	for (int c = 0; c < SERVICE_CLASSES; c++)
		out->of_class[c].class = (enum service_class)c;
	if (out->sender_n)
		qsort(out->sender, out->sender_n, sizeof(*out->sender), by_loss);
}

/* --- day by day --- */

static uint64_t *lost_of(struct app_loss_day *d, enum service_class class)
{
	switch (class) {
	case SERVICE_FORWARDED:
	case SERVICE_MAYBE_FORWARDED:
		return &d->forwarded;
	case SERVICE_ABUSE:
		return &d->abuse;
	case SERVICE_OWN:
	case SERVICE_NOT_ALIGNED:
	case SERVICE_UNKNOWN:
	case SERVICE_CLASSES:
	default:
		return &d->own;
	}
}

static void take_day(void *ctx, const struct judged_row *r, int64_t day,
		     uint64_t messages)
{
	struct work *w = ctx;
	struct whatif_row row = row_of(w, r);
	struct app_loss l = { .messages = 0 };
	struct app_loss_day *d = &w->out->day[day - w->out->day_from];
	row.messages = messages;
	add_loss(&l, &w->out->judged, &row);
	d->messages += messages;
	*lost_of(d, row.class) += lost(&l);
}

static bool sum_days(struct work *w, const struct look *k, struct err *err)
{
	struct app_readiness *out = w->out;
	out->day_n = (size_t)(out->day_to - out->day_from + 1);
	out->day = arena_array(w->s->arena, out->day_n, sizeof(*out->day));
	for (size_t i = 0; i < out->day_n; i++)
		out->day[i] = (struct app_loss_day){ .day = out->day_from + (int64_t)i };
	return judged_days(&k->s, &k->j, take_day, w, err);
}

/* --- conditions --- */

static void check_days(struct work *w)
{
	struct arena *a = w->s->arena;
	int64_t back = w->out->day_to - w->first_day + 1;
	char text[WORDS_TEXT];
	add(w, APP_READY_DAYS, w->out->days >= DAYS_LEAST,
	    arena_printf(a, "reports of %zu days; %d are enough", w->out->days,
			 DAYS_LEAST),
	    "wait for more reports");
	add(w, APP_READY_MONTH, w->out->days && back >= MONTH,
	    arena_printf(
		    a,
		    "the evidence reaches back %lld days: who sends once a month was "
		    "seen from %d on",
		    (long long)(w->out->days ? back : 0), MONTH),
	    "wait until every monthly sender (payroll, invoices) was seen once");
	add(w, APP_READY_VOLUME, w->own >= OWN_LEAST,
	    arena_printf(a, "%s messages of its own; %d are enough",
			 words_number(w->own, text), OWN_LEAST),
	    "too little mail was seen to judge by: wait, or look further back");
}

static bool is_small(const struct work *w, uint64_t messages)
{
	return messages < SMALL || messages * SMALL_SHARE < w->own;
}

/* Of a service that is known, or own, this much is somebody's invoices, however large the
 * domain is. */
static bool is_few(const struct work *w, uint64_t messages)
{
	return is_small(w, messages) && messages < FEW;
}

/* The largest sender that a condition is about; NULL: none. */
static const struct app_sender *worst(const struct work *w,
				      bool (*holds)(const struct work *w,
						    const struct app_sender *s),
				      size_t *out_n)
{
	const struct app_sender *first = NULL;
	*out_n = 0;
	for (size_t i = 0; i < w->sender_n; i++)
		if (holds(w, &w->sender[i].sender)) {
			first = first ? first : &w->sender[i].sender;
			++*out_n;
		}
	return first;
}

static bool lacks_dkim(const struct work *w, const struct app_sender *s)
{
	return s->class == SERVICE_OWN && !is_few(w, s->messages) &&
	       s->dkim * 100 < s->messages * DKIM_SHARE;
}

static bool is_in_another_name(const struct work *w, const struct app_sender *s)
{
	return s->class == SERVICE_NOT_ALIGNED && s->why != SERVICE_WHY_MARKED &&
	       !is_few(w, s->messages);
}

static bool is_strange(const struct work *w, const struct app_sender *s)
{
	bool few = is_small(w, s->messages) && s->messages < MANY;
	return s->class == SERVICE_UNKNOWN && s->why != SERVICE_WHY_FAILING && !few;
}

static bool is_new(const struct work *w, const struct app_sender *s)
{
	bool counts = s->class == SERVICE_OWN || s->class == SERVICE_NOT_ALIGNED;
	return counts && s->why != SERVICE_WHY_MARKED && s->messages >= SMALL &&
	       s->first_day > w->out->day_to - NEW_DAYS &&
	       w->first_day <= w->out->day_to - NEW_DAYS;
}

/* A fact of the catalogue that somebody read, the first of its key with these words. */
static struct sv fact_of(const struct service *s, enum service_key key, struct sv with)
{
	for (size_t i = 0; s && i < s->fact_n; i++)
		if (s->fact[i].key == key && s->fact[i].source.n &&
		    sv_find(s->fact[i].value, with) < s->fact[i].value.n)
			return s->fact[i].value;
	return SV("");
}

/* What to do at a service: the advice, its records, and where it says how. */
static const char *set_up(const struct work *w, const char *advice,
			  const struct service *s)
{
	struct arena *a = w->s->arena;
	struct sv record = fact_of(s, SERVICE_KEY_PUBLISH, SV("_domainkey"));
	struct sv page = fact_of(s, SERVICE_KEY_SETUP, SV(":"));
	if (!s)
		return advice;
	return arena_printf(a, "%s; the records: postern services %.*s%s%.*s%s%s%.*s",
			    advice, SV_ARG(s->id), record.n ? " (such as " : "",
			    SV_ARG(record), record.n ? ")" : "", page.n ? "; how: " : "",
			    SV_ARG(page));
}

static void check_dkim(struct work *w)
{
	struct arena *a = w->s->arena;
	char one[WORDS_TEXT], all[WORDS_TEXT];
	size_t n;
	const struct app_sender *s = worst(w, lacks_dkim, &n);
	add(w, APP_READY_DKIM, !s,
	    s ? arena_printf(
			a,
			"own services that do not sign all in its name: %zu; the largest "
			"%.*s, %s of %s messages signed",
			n, SV_ARG(s->name), words_number(s->dkim, one),
			words_number(s->messages, all))
	      : "every service of its own signs in its name",
	    s ? set_up(w, app_sender_advice(s), s->service) : NULL);
}

static void check_others(struct work *w)
{
	struct arena *a = w->s->arena;
	char one[WORDS_TEXT];
	size_t n;
	const struct app_sender *s = worst(w, is_in_another_name, &n);
	add(w, APP_READY_SERVICES, !s,
	    s ? arena_printf(a,
			     "known services that send in another name: %zu; the largest "
			     "%.*s, %s messages",
			     n, SV_ARG(s->name), words_number(s->messages, one))
	      : "no known service sends in another name",
	    s ? set_up(w,
		       "set up DKIM there, or say that it is not yours: postern source "
		       "mark",
		       s->service)
	      : NULL);
	s = worst(w, is_strange, &n);
	add(w, APP_READY_STRANGERS, !s && !w->out->more,
	    !s && w->out->more
		    ? "there are too many rows to look at all of them: who else sends is "
		      "not known"
	    : s ? arena_printf(
			  a,
			  "unknown senders that send much: %zu; the largest %.*s, %s "
			  "messages",
			  n, SV_ARG(s->name), words_number(s->messages, one))
		: "nobody unknown sends much",
	    "find out whose it is, and say so: postern source mark");
	s = worst(w, is_new, &n);
	add(w, APP_READY_NEW, !s,
	    s ? arena_printf(
			a,
			"senders that are new in the last %d days: %zu; the largest %.*s",
			NEW_DAYS, n, SV_ARG(s->name))
	      : "no sender is new in the last 7 days",
	    "wait a week, or say what it is: postern source mark");
}

static bool is_seen(const struct work *w, const struct app_sender *s)
{
	for (size_t i = 0; i < w->sender_n; i++)
		if (sv_eq(w->sender[i].sender.name, s->name) &&
		    w->sender[i].sender.class == s->class)
			return true;
	return false;
}

/* One that sent now and then in the year before, and not in the days that are judged. */
static bool is_rare(const struct work *w, const struct app_sender *s)
{
	return s->class == SERVICE_OWN && s->why != SERVICE_WHY_MARKED &&
	       s->messages >= SMALL && s->last_day - s->first_day >= RARE_DAYS &&
	       s->last_day >= w->out->day_to - RARE_LAST && !is_seen(w, s);
}

/* Looked for where there are older days; among all domains only where nothing else holds
 * this one back, for it costs as much as all the rest. */
static bool check_rare(struct work *w, const struct look *k, bool always, struct err *err)
{
	struct arena *a = w->s->arena;
	const struct app_sender *first = NULL;
	struct look before = { .sender_n = 0 };
	size_t n = 0;
	char day[DATE_TEXT];
	if (!always && !w->out->ready)
		return true;
	if (k->line.seen && k->line.first_day < w->out->day_from &&
	    !look_before(k, YEAR, &before, err))
		return false;
	for (size_t i = 0; i < before.sender_n; i++)
		if (is_rare(w, &before.sender[i].sender)) {
			first = first ? first : &before.sender[i].sender;
			n++;
		}
	add(w, APP_READY_RARE, !first,
	    first ? arena_printf(a,
				 "own senders that were seen before these days, and not "
				 "in them: %zu; the largest %.*s, last on %s",
				 n, SV_ARG(first->name),
				 date_format_day(first->last_day, day))
		  : "nobody of its own who sends rarely is missing",
	    "look further back (--days), or wait until it sends again; if it was given "
	    "up, say so: postern source mark");
	return true;
}

static bool check_quiet(struct work *w, const int64_t *id, size_t n, struct err *err)
{
	struct app_policy before;
	int64_t day = w->out->day_to - QUIET_DAYS;
	if (!policy_before(w->s, id, n, day, &before, err))
		return false;
	bool met = !before.found || policy_is_same(&before, &w->out->policy);
	add(w, APP_READY_QUIET, met,
	    met ? "its policy stood still for 14 days"
		: arena_printf(w->s->arena, "its policy changed in the last %d days",
			       QUIET_DAYS),
	    "wait until two weeks of reports show what the last change did");
	return true;
}

/* Of its own mail that fails at some and passes at others: whose reports say so most. */
static const char *who_disagrees(const struct work *w, const struct book_reporter *r,
				 size_t n)
{
	const struct book_reporter *worst = NULL;
	for (size_t i = 0; i < n; i++)
		if (r[i].messages > r[i].passed &&
		    (!worst ||
		     r[i].messages - r[i].passed > worst->messages - worst->passed))
			worst = &r[i];
	char one[WORDS_TEXT], all[WORDS_TEXT];
	if (!worst)
		return "";
	return arena_printf(w->s->arena, "; %.*s says that %s of %s messages failed",
			    SV_ARG(worst->org),
			    words_number(worst->messages - worst->passed, one),
			    words_number(worst->messages, all));
}

static bool is_failing(const struct work *w, const struct app_sender *s)
{
	return s->class == SERVICE_UNKNOWN && s->why == SERVICE_WHY_FAILING &&
	       !is_small(w, s->messages);
}

static void check_failing(struct work *w, const struct book_reporter *r, size_t n)
{
	char one[WORDS_TEXT];
	size_t senders;
	const struct app_sender *s = worst(w, is_failing, &senders);
	const uint64_t own = lost(&w->out->of_class[SERVICE_OWN]);
	const bool keeps = is_few(w, own);
	add(w, APP_READY_FAILING, !s && keeps,
	    !s && !keeps
		    ? arena_printf(w->s->arena,
				   "own mail that does not align as the policy wants it: "
				   "%s messages would be lost",
				   words_number(own, one))
	    : s ? arena_printf(
			  w->s->arena,
			  "own senders whose mail passes at some and fails at others: "
			  "%zu; the largest %.*s, %s messages failed%s",
			  senders, SV_ARG(s->name), words_number(s->messages, one),
			  who_disagrees(w, r, n))
		: "no mail of its own fails",
	    s ? app_sender_advice(s) : NULL);
}

static bool check_reporters(struct work *w, struct err *err)
{
	struct book_report_filter f = scope_reports(w->s);
	struct book_reporter *r;
	const struct book_reporter *silent = NULL;
	uint64_t all = 0, messages = 0;
	int64_t heard = INT64_MIN;
	size_t n;
	if (!book_reporters(w->s->store, &f, w->s->arena, &r, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		all += r[i].reports;
		messages += r[i].messages;
		heard = r[i].last_day > heard ? r[i].last_day : heard;
	}
	/* A large one, or any where all are silent. */
	for (size_t i = 0; i < n; i++) {
		bool large = r[i].reports >= all / 100 * LARGE_SHARE + 1 ||
			     r[i].messages >= messages / 100 * LARGE_SHARE + 1 ||
			     heard < w->out->day_to - SILENT_DAYS;
		if (large && r[i].last_day < w->out->day_to - SILENT_DAYS &&
		    (!silent || r[i].reports > silent->reports))
			silent = &r[i];
	}
	char day[DATE_TEXT];
	add(w, APP_READY_REPORTERS, !silent,
	    silent ? arena_printf(w->s->arena, "%.*s has sent no report since that of %s",
				  SV_ARG(silent->org),
				  date_format_day(silent->last_day, day))
		   : "no large reporter fell silent",
	    "part of the mail is not seen: wait for its reports, or look at the record's "
	    "rua");
	check_failing(w, r, n);
	return true;
}

/* --- all of it --- */

static bool read_days(struct work *w, struct err *err)
{
	struct facts_query q = scope_query(w->s);
	struct facts_by_day *d;
	if (!facts_days(w->s->store, &q, w->s->arena, &d, &w->out->days, err))
		return false;
	w->first_day = w->out->days ? d[0].day : w->out->day_to;
	return true;
}

/* The day on which the last of what takes time was there. What began before the days that
 * are looked at is as old as the domain. */
static int64_t ready_since(const struct work *w, const struct look *k)
{
	int64_t since = k->line.seen && k->line.first_day < w->first_day
				? k->line.first_day
				: w->first_day;
	since += MONTH - 1;
	for (size_t i = 0; i < w->sender_n; i++) {
		const struct app_sender *s = &w->sender[i].sender;
		bool counts = s->class == SERVICE_OWN || s->class == SERVICE_NOT_ALIGNED;
		if (counts && s->messages >= SMALL && s->first_day > w->first_day &&
		    s->first_day + NEW_DAYS > since)
			since = s->first_day + NEW_DAYS;
	}
	return since;
}

bool readiness_of(const struct look *k, const struct app *app,
		  const struct app_readiness_options *o, struct app_readiness *out,
		  struct err *err)
{
	const struct scope *s = &k->s;
	struct work work = { .s = s,
			     .app = app,
			     .out = out,
			     .sender = k->sender,
			     .sender_n = k->sender_n };
	struct work *w = &work;
	*out = (struct app_readiness){ .line = k->line,
				       .day_from = s->filter.day_from,
				       .day_to = s->filter.day_to };
	if (!policy_newest(s, s->id, s->id_n, &out->policy, err) ||
	    !choose_policy(w, o, err) || !read_days(w, err))
		return false;
	out->more = k->j.more;
	sum_losses(w);
	w->own = out->of_class[SERVICE_OWN].messages;
	write_record(w);
	out->ready = true;
	check_days(w);
	check_dkim(w);
	check_others(w);
	out->ready_since = ready_since(w, k);
	return check_quiet(w, s->id, s->id_n, err) && check_reporters(w, err) &&
	       check_rare(w, k, o->whole, err) && (!o->whole || sum_days(w, k, err));
}

/* Since when it is reported on, over all its days. */
static bool read_begin(struct look *k, struct err *err)
{
	struct facts_query q = scope_query(&k->s);
	struct facts_by_domain *d;
	size_t n;
	q.day_from = INT64_MIN;
	q.day_to = INT64_MAX;
	if (!facts_domains(k->s.store, &q, k->s.arena, &d, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!k->line.seen || d[i].first_day < k->line.first_day)
			k->line.first_day = d[i].first_day;
		k->line.seen = true;
	}
	return true;
}

static bool read_one(const struct scope *s, const struct app *app,
		     const struct app_readiness_options *o, struct app_readiness *out,
		     struct err *err)
{
	struct judging by;
	struct look k;
	if (scope_is_empty(s))
		return err_set(err, ERR_NO_INPUT,
			       "no report of %.*s counts: there is nothing to judge by",
			       SV_ARG(s->filter.domain));
	bool ok = judging_begin(s, &by, err) && look_in(s, &by, &k, err) &&
		  read_begin(&k, err) && readiness_of(&k, app, o, out, err);
	judging_end(&by);
	return ok;
}

bool app_readiness(const struct app *app, const struct app_readiness_options *o,
		   struct arena *a, struct app_readiness *out, struct err *err)
{
	struct scope s;
	struct app_filter f = app_filter_all();
	f.day_to = date_day_of(app->now);
	f.day_from = f.day_to - (int64_t)o->days;
	f.domain = scope_fold(o->domain, a);
	if (f.domain.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = read_one(&s, app, o, out, err);
	scope_close(&s);
	return ok;
}
