/* SPDX-License-Identifier: Apache-2.0 */
#include "app/notes_int.h"

#include "app/judged_int.h"
#include "app/owner.h"
#include "app/policy_int.h"
#include "app/tls_int.h"
#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"
#include "report/model.h"

#include <stdlib.h>
#include <string.h>

enum {
	RECENT_DAYS = 30,  /* what "now" means for a domain */
	NEW_DAYS = 7,      /* a source is new for as long */
	HISTORY_DAYS = 21, /* before that, so that "new" means something */
	SILENT_DAYS = 7,
	SILENT_FORGET = 60, /* silent for longer is no news */
	SILENT_REPORTS = 10,
	ENOUGH = 100, /* messages below which a share says little */
	ENOUGH_NEW = 20,
	READY_DAYS = 14,
	SPIKE_TIMES = 10,
	LOW_TENTH = 10, /* more than a tenth fails */
	LOOK_AT_SOURCES = 5000,
	LOOK_AT_FACETS = 300,
	SENDERS = 64,
	NOTES_MAX = 10000
};

/* A policy domain and who has it. */
struct owned {
	const struct book_domain *owner;
	int64_t id;
};

struct work {
	const struct scope *s;
	struct arena *a;       /* of the answer */
	struct arena *scratch; /* of one domain */
	struct owned *owned;   /* by owner, then id */
	size_t owned_n;
	int64_t today;
	struct judging by; /* names services */
	struct app_note *note;
	size_t n, cap;
};

/* One domain of a client, looked at. */
struct subject {
	const struct app_domain_line *line;
	int64_t *id;
	size_t n;
	uint64_t messages, passed; /* recent */
	size_t days;               /* recent days with mail */
	uint64_t failed[RECENT_DAYS + 1];
};

const char *app_note_name(enum app_note_kind k)
{
	static const char *const names[APP_NOTE_KINDS] = {
		[APP_NOTE_PARKED_MAIL] = "parked-mail",
		[APP_NOTE_SPIKE] = "spike",
		[APP_NOTE_LOW_SHARE] = "low-share",
		[APP_NOTE_TLS] = "tls-failures",
		[APP_NOTE_NOT_ALIGNED] = "not-aligned",
		[APP_NOTE_NEW_SOURCES] = "new-sources",
		[APP_NOTE_SILENT] = "silent-reporter",
		[APP_NOTE_READY] = "ready",
		[APP_NOTE_NO_REPORTS] = "no-reports",
		[APP_NOTE_UNASSIGNED] = "unassigned",
	};
	return k < APP_NOTE_KINDS ? names[k] : "unknown";
}

static void note(struct work *w, enum app_note_kind kind, struct sv domain,
		 uint64_t messages, const char *text)
{
	if (w->n == NOTES_MAX)
		return;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 16;
		struct app_note *more = arena_array(w->a, cap, sizeof(*more));
		if (w->n)
			memcpy(more, w->note, w->n * sizeof(*more));
		w->note = more;
		w->cap = cap;
	}
	w->note[w->n++] = (struct app_note){ .kind = kind,
					     .domain = domain,
					     .text = sv_from(text),
					     .messages = messages };
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

struct notes_spike notes_spike(const uint64_t *failed, size_t n)
{
	uint64_t sorted[RECENT_DAYS + 1];
	struct notes_spike out = { 0 };
	if (n == 0 || n > RECENT_DAYS + 1)
		return out;
	memcpy(sorted, failed, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_number);
	out.usual = sorted[n / 2];
	out.worst = sorted[n - 1];
	while (failed[out.worst_at] != out.worst)
		out.worst_at++;
	out.stands_out = out.worst >= ENOUGH && out.worst / SPIKE_TIMES >= out.usual + 1;
	return out;
}

static struct facts_query recent(const struct work *w, const struct subject *d,
				 int64_t days)
{
	return (struct facts_query){ .domains = d->id,
				     .domain_n = d->n,
				     .day_from = w->today - days,
				     .day_to = w->today };
}

static bool read_days(struct work *w, struct subject *d, struct err *err)
{
	struct facts_query q = recent(w, d, RECENT_DAYS);
	struct facts_by_day *day;
	size_t n;
	if (!facts_days(w->s->store, &q, w->scratch, &day, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		int64_t at = day[i].day - q.day_from;
		if (at < 0 || at > RECENT_DAYS)
			continue;
		d->messages += day[i].sum.messages;
		d->passed += day[i].sum.passed;
		d->days += day[i].sum.messages > 0;
		d->failed[at] = day[i].sum.messages - day[i].sum.passed;
	}
	return true;
}

static void note_parked(struct work *w, const struct subject *d)
{
	char n[WORDS_TEXT], share[WORDS_TEXT];
	if (d->messages == 0)
		return;
	note(w, APP_NOTE_PARKED_MAIL, d->line->name, d->messages,
	     arena_printf(w->a,
			  "%.*s is parked, yet %s message%s came in its name in the last "
			  "%d days (%s passed)",
			  SV_ARG(d->line->name), words_number(d->messages, n),
			  words_s(d->messages), RECENT_DAYS,
			  words_share(d->passed, d->messages, share)));
}

static void note_spike(struct work *w, const struct subject *d)
{
	struct notes_spike s = notes_spike(d->failed, RECENT_DAYS + 1);
	char worst[WORDS_TEXT], usual[WORDS_TEXT], day[DATE_TEXT];
	if (!s.stands_out)
		return;
	date_format_day(w->today - RECENT_DAYS + (int64_t)s.worst_at, day);
	note(w, APP_NOTE_SPIKE, d->line->name, s.worst,
	     arena_printf(w->a, "%.*s: %s messages failed on %s, on a usual day %s",
			  SV_ARG(d->line->name), words_number(s.worst, worst), day,
			  words_number(s.usual, usual)));
}

static void note_low_share(struct work *w, const struct subject *d)
{
	char share[WORDS_TEXT], n[WORDS_TEXT];
	uint64_t failed = d->messages - d->passed;
	if (d->messages < ENOUGH || failed <= d->messages / LOW_TENTH)
		return;
	note(w, APP_NOTE_LOW_SHARE, d->line->name, d->messages - d->passed,
	     arena_printf(w->a, "%.*s: only %s of %s messages passed in the last %d days",
			  SV_ARG(d->line->name),
			  words_share(d->passed, d->messages, share),
			  words_number(d->messages, n), RECENT_DAYS));
}

/* --- senders that pass for themselves --- */

struct sender {
	struct sv domain;
	uint64_t messages;
};

/* The domain that a failing row authenticated all the same, DKIM first. */
static struct sv authenticated(const struct report_facet *f)
{
	for (size_t i = 0; i < f->auth_dkim_n; i++)
		if (sv_eq(f->auth_dkim[i].result, SV("pass")))
			return f->auth_dkim[i].domain;
	for (size_t i = 0; i < f->auth_spf_n; i++)
		if (sv_eq(f->auth_spf[i].result, SV("pass")))
			return f->auth_spf[i].domain;
	return SV("");
}

static void count_sender(struct sender *list, size_t *n, struct sv domain,
			 uint64_t messages)
{
	for (size_t i = 0; i < *n; i++)
		if (sv_eq_fold(list[i].domain, domain)) {
			list[i].messages += messages;
			return;
		}
	if (*n < SENDERS)
		list[(*n)++] = (struct sender){ domain, messages };
}

/* Whose name it is, as far as somebody read that; or empty. */
static struct sv service_name(const struct work *w, struct sv domain)
{
	const struct service_signature signature = { .domain = domain };
	const struct service_mail mail = { .signature = &signature, .signature_n = 1 };
	struct service_match m = { .service = NULL };
	service_of_mail(w->by.ix, &mail, &m);
	return m.service && m.trust != SERVICE_HINT ? m.service->name : SV("");
}

static bool note_not_aligned(struct work *w, const struct subject *d, struct err *err)
{
	struct facts_query q = recent(w, d, RECENT_DAYS);
	struct facts_by_facet *f;
	struct sender sender[SENDERS];
	size_t n, senders = 0, top = 0;
	uint64_t all;
	if (d->messages - d->passed < ENOUGH)
		return true;
	q.result = FACTS_FAILED;
	if (!facts_facets(w->s->store, &q, LOOK_AT_FACETS, w->scratch, &f, &n, &all, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct sv bytes;
		struct report_facet facet;
		bool passed;
		if (!facts_facet_bytes(w->s->store, f[i].facet, w->scratch, &bytes,
				       &passed, err))
			return false;
		if (!report_facet_decode(bytes, w->scratch, &facet))
			continue;
		struct sv as = authenticated(&facet);
		if (as.n && !owner_covers(d->line->name, as))
			count_sender(sender, &senders, as, f[i].messages);
	}
	for (size_t i = 1; i < senders; i++)
		if (sender[i].messages > sender[top].messages)
			top = i;
	if (senders == 0 || sender[top].messages < ENOUGH)
		return true;
	char count[WORDS_TEXT];
	struct sv service = service_name(w, sender[top].domain);
	note(w, APP_NOTE_NOT_ALIGNED, d->line->name, sender[top].messages,
	     arena_printf(
		     w->a,
		     "%.*s: %s failing messages passed for %.*s%s%.*s%s, which sends "
		     "or forwards them but not in the domain's own name",
		     SV_ARG(d->line->name), words_number(sender[top].messages, count),
		     SV_ARG(sender[top].domain), service.n ? " (" : "", SV_ARG(service),
		     service.n ? ")" : ""));
	return true;
}

/* --- sources not seen before --- */

/* Of the sources of the last days, most messages first, those that send enough. */
static size_t enough(const struct facts_by_source *f, size_t n)
{
	size_t k = 0;
	while (k < n && f[k].sum.messages >= ENOUGH_NEW)
		k++;
	return k;
}

static bool note_new_sources(struct work *w, const struct subject *d, struct err *err)
{
	struct facts_query q = recent(w, d, NEW_DAYS);
	struct facts_by_source *f;
	const struct facts_by_source *top = NULL;
	size_t n, fresh = 0;
	uint64_t all, messages = 0, passed = 0;
	if (!d->line->seen || d->line->first_day > w->today - NEW_DAYS - HISTORY_DAYS ||
	    d->line->last_day < w->today - NEW_DAYS)
		return true;
	if (!facts_sources(w->s->store, &q, LOOK_AT_SOURCES, w->scratch, &f, &n, &all,
			   err))
		return false;
	n = enough(f, n);
	bool *seen = arena_array(w->scratch, n + 1, sizeof(*seen));
	struct addr *source = arena_array(w->scratch, n + 1, sizeof(*source));
	for (size_t i = 0; i < n; i++)
		source[i] = f[i].source;
	if (!facts_seen(w->s->store, d->id, d->n, q.day_from - 1, source, n, seen, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (seen[i])
			continue;
		if (!top)
			top = &f[i]; /* most messages come first */
		fresh++;
		messages += f[i].sum.messages;
		passed += f[i].sum.passed;
	}
	if (!top)
		return true;
	char addr[ADDR_TEXT], count[WORDS_TEXT], share[WORDS_TEXT], many[WORDS_TEXT];
	addr_format(&top->source, addr);
	words_number(messages, count);
	words_share(passed, messages, share);
	note(w, APP_NOTE_NEW_SOURCES, d->line->name, messages,
	     fresh == 1 ? arena_printf(
				  w->a,
				  "%.*s: %s is new in the last %d days: %s messages, %s "
				  "passed",
				  SV_ARG(d->line->name), addr, NEW_DAYS, count, share)
			: arena_printf(w->a,
				       "%.*s: %s sources are new in the last %d days: %s "
				       "messages, %s passed; most from %s",
				       SV_ARG(d->line->name), words_number(fresh, many),
				       NEW_DAYS, count, share, addr));
	return true;
}

static bool note_ready(struct work *w, const struct subject *d, struct err *err)
{
	struct app_policy p;
	char n[WORDS_TEXT], share[WORDS_TEXT];
	if (d->messages < ENOUGH || d->days < READY_DAYS ||
	    d->messages - d->passed > d->messages / 1000)
		return true;
	struct scope look = *w->s;
	look.arena = w->scratch;
	if (!policy_newest(&look, d->id, d->n, &p, err))
		return false;
	if (!p.found || sv_eq(p.p, SV("reject")))
		return true;
	note(w, APP_NOTE_READY, d->line->name, d->messages,
	     arena_printf(w->a,
			  "%.*s: %s of %s messages passed in the last %d days, yet its "
			  "policy as reported is still %.*s",
			  SV_ARG(d->line->name),
			  words_share(d->passed, d->messages, share),
			  words_number(d->messages, n), RECENT_DAYS, SV_ARG(p.p)));
	return true;
}

static int by_owner(const void *a, const void *b)
{
	const struct owned *x = a, *y = b;
	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Policy domains that somebody owns, as far as the filter lets them through. */
static void list_owned(struct work *w)
{
	const struct scope *s = w->s;
	w->owned = arena_array(w->a, s->policy_n + 1, sizeof(*w->owned));
	for (size_t i = 0; i < s->policy_n; i++)
		if (s->owner[i] && scope_has(s, s->policy[i].id))
			w->owned[w->owned_n++] = (struct owned){ s->owner[i],
								 s->policy[i].id };
	if (w->owned_n)
		qsort(w->owned, w->owned_n, sizeof(*w->owned), by_owner);
}

/* Those of the line. */
static void take_ids(struct work *w, struct subject *d)
{
	const struct book_domain *owner = scope_entry_named(w->s, d->line->name);
	size_t from = 0, to = w->owned_n;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (w->owned[mid].owner < owner)
			from = mid + 1;
		else
			to = mid;
	}
	while (to < w->owned_n && w->owned[to].owner == owner)
		to++;
	d->id = arena_array(w->scratch, to - from + 1, sizeof(*d->id));
	for (; from < to; from++)
		d->id[d->n++] = w->owned[from].id;
}

static bool look_at(struct work *w, const struct app_domain_line *line, struct err *err)
{
	struct subject d = { .line = line };
	if (line->f.reports == 0 && line->f.rows == 0) {
		note(w, APP_NOTE_NO_REPORTS, line->name, 0,
		     arena_printf(w->a, "%.*s: no report yet; is its record published?",
				  SV_ARG(line->name)));
		return true;
	}
	take_ids(w, &d);
	if (d.n == 0)
		return true;
	if (!read_days(w, &d, err))
		return false;
	if (line->use == APP_PARKED) {
		note_parked(w, &d);
		return true;
	}
	note_spike(w, &d);
	note_low_share(w, &d);
	return note_not_aligned(w, &d, err) && note_new_sources(w, &d, err) &&
	       note_ready(w, &d, err);
}

/* Silent for a while, and not for too long to be news. */
static bool is_silent(const struct work *w, const struct book_reporter *r)
{
	int64_t silent = w->today - r->last_day;
	return silent > SILENT_DAYS && silent <= SILENT_FORGET;
}

static bool any_silent(const struct work *w, const struct book_reporter *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_silent(w, &r[i]))
			return true;
	return false;
}

/* Of the reporters of all clients' domains. Most of the time none fell silent: then the
 * recent reports tell so, and older ones are not looked at. */
static bool note_silent(struct work *w, struct err *err)
{
	int64_t *id = arena_array(w->a, w->owned_n + 1, sizeof(*id));
	struct book_report_filter f = scope_reports(w->s);
	struct book_reporter *r;
	size_t n;
	for (size_t i = 0; i < w->owned_n; i++)
		id[i] = w->owned[i].id;
	f.domain_ids = id;
	f.domain_n = w->owned_n;
	if (f.domain_n == 0)
		return true;
	f.day_from = w->today - SILENT_FORGET;
	if (!book_reporters(w->s->store, &f, w->a, &r, &n, err))
		return false;
	f.day_from = INT64_MIN;
	if (any_silent(w, r, n) && !book_reporters(w->s->store, &f, w->a, &r, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		char day[DATE_TEXT], count[WORDS_TEXT];
		if (r[i].reports < SILENT_REPORTS || !is_silent(w, &r[i]))
			continue;
		note(w, APP_NOTE_SILENT, SV(""), r[i].messages,
		     arena_printf(w->a,
				  "%.*s has sent no report since that of %s; %s came "
				  "before",
				  SV_ARG(r[i].org), date_format_day(r[i].last_day, day),
				  words_number(r[i].reports, count)));
	}
	return true;
}

/* --- sessions --- */

static bool note_tls(struct work *w, struct err *err)
{
	struct tls_recent *r;
	size_t n;
	char count[WORDS_TEXT];
	if (!tls_recent(w->s, w->today - RECENT_DAYS, w->today, &r, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct sv name = r[i].entry->name, how = r[i].result;
		if (r[i].entry->retired)
			continue;
		note(w, APP_NOTE_TLS, name, r[i].failed,
		     arena_printf(
			     w->a,
			     "%.*s: %s TLS session%s failed in the last %d days, %s%.*s",
			     SV_ARG(name), words_number(r[i].failed, count),
			     words_s(r[i].failed), RECENT_DAYS,
			     how.n ? "most often: " : "the reports do not say how",
			     SV_ARG(how)));
	}
	return true;
}

static void note_unassigned(struct work *w, const struct app_overview *o)
{
	char n[WORDS_TEXT], count[WORDS_TEXT];
	size_t domains = o->domain_n - o->unassigned_from;
	if (domains == 0)
		return;
	note(w, APP_NOTE_UNASSIGNED, SV(""), o->unassigned.messages,
	     arena_printf(
		     w->a, "%s domain%s in reports belong%s to no client: %s message%s",
		     words_number(domains, n), words_s(domains), domains == 1 ? "s" : "",
		     words_number(o->unassigned.messages, count),
		     words_s(o->unassigned.messages)));
}

static int by_gravity(const void *a, const void *b)
{
	const struct app_note *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return sv_cmp(x->text, y->text);
}

bool notes_find(const struct scope *s, int64_t now, struct app_overview *o,
		struct err *err)
{
	struct work w = {
		.s = s, .a = s->arena, .scratch = arena_new(), .today = date_day_of(now)
	};
	bool ok = judging_begin(s, &w.by, err);
	list_owned(&w);
	for (size_t i = 0; ok && i < o->unassigned_from; i++) {
		arena_reset(w.scratch);
		ok = o->domain[i].retired || look_at(&w, &o->domain[i], err);
	}
	ok = ok && note_tls(&w, err) && note_silent(&w, err);
	arena_free(&w.scratch);
	judging_end(&w.by);
	if (!ok)
		return false;
	note_unassigned(&w, o);
	if (w.n)
		qsort(w.note, w.n, sizeof(*w.note), by_gravity);
	o->note = w.note;
	o->note_n = w.n;
	return true;
}
