/* SPDX-License-Identifier: Apache-2.0 */
#include "app/digest.h"

#include "app/finding_words_int.h"
#include "app/findings_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "crypto/digest.h"
#include "digest/eml.h"
#include "digest/letter.h"
#include "watch/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WEEK = 7,
	SENDERS_MOST = 400, /* of a client, told apart */
	REPORTERS_MOST = 400,
	SENDER_LEAST = 10, /* messages of one that is not the client's own */
	ID_BYTES = 6
};

/* A domain's record for its next step. */
struct next_record {
	struct sv domain, record;
};

/* What a letter is made of while domains are looked at. */
struct account {
	const struct book_client *client; /* NULL: the provider's own */
	struct letter l;
	struct letter_sender *sender;
	size_t sender_cap;
	struct sv *reporter;
	size_t reporter_cap;
	struct letter_domain *domain;
	size_t domain_cap;
	struct next_record *record;
	size_t ready;
};

struct work {
	const struct app *app;
	const struct app_digest_options *o;
	struct arena *a;
	struct lang *lang; /* with the template before it */
	int64_t from, to;  /* days of the period */
	int64_t before;    /* the first of the period before */
	int64_t year, number;
	struct sv period;
	struct book_client *client; /* by name */
	struct account **account;   /* of each; NULL: no letter */
	size_t client_n;
	struct account all;
	struct app_findings found;
};

/* --- the period --- */

static int64_t month_before(int64_t day, int64_t months)
{
	return date_month_start(date_month_of(day) - months);
}

static void find_period(struct work *w)
{
	int64_t today = date_day_of(w->app->now), monday = today - (today + 3) % WEEK;
	int64_t year;
	unsigned n, mday;
	bool month = w->o->month;
	w->from = w->o->day != INT64_MIN ? w->o->day
		  : month                ? month_before(today, 1)
					 : monday - WEEK;
	w->to = (month ? month_before(w->from, -1) : w->from + WEEK) - 1;
	w->before = month ? month_before(w->from, 1) : w->from - WEEK;
	if (month)
		date_to_civil(w->from, &year, &n, &mday);
	else
		date_week_of(w->from, &year, &n);
	w->year = year;
	w->number = n;
	w->period = sv_from(arena_printf(w->a, month ? "%lld-%02u" : "%lld-W%02u",
					 (long long)year, n));
}

/* --- what each domain adds --- */

static struct account *account_of(const struct work *w, struct sv name)
{
	for (size_t i = 0; i < w->client_n; i++)
		if (w->account[i] && sv_eq(w->client[i].name, name))
			return w->account[i];
	return NULL;
}

/* The look's scope in other days. */
static struct scope in_days(const struct look *k, int64_t from, int64_t to)
{
	struct scope s = k->s;
	s.filter.day_from = from;
	s.filter.day_to = to;
	return s;
}

static bool add_days(const struct work *w, const struct look *k, struct letter *l,
		     struct err *err)
{
	struct scope s = in_days(k, w->before, w->to);
	struct facts_query q = scope_query(&s);
	struct facts_by_day *d;
	size_t n;
	if (!facts_days(s.store, &q, s.arena, &d, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct facts_sum *sum = &d[i].sum;
		if (d[i].day < w->from) {
			l->before += sum->messages;
			l->before_passed += sum->passed;
			continue;
		}
		struct letter_day *to = &l->day[d[i].day - w->from];
		to->passed += sum->passed;
		to->failed += sum->messages - sum->passed;
		l->messages += sum->messages;
		l->passed += sum->passed;
	}
	return true;
}

/* A list with room for one more. */
static void *grown(const struct work *w, void *list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return list;
	*cap = *cap ? *cap * 2 : 16;
	void *more = arena_array(w->a, *cap, size);
	if (n)
		memcpy(more, list, n * size);
	return more;
}

static struct letter_sender *sender_of(const struct work *w, struct account *c,
				       struct sv name, const char *class)
{
	for (size_t i = 0; i < c->l.sender_n; i++)
		if (strcmp(c->sender[i].class, class) == 0 &&
		    sv_eq(c->sender[i].name, name))
			return &c->sender[i];
	if (c->l.sender_n == SENDERS_MOST)
		return NULL;
	c->sender = grown(w, c->sender, c->l.sender_n, &c->sender_cap,
			  sizeof(*c->sender));
	struct letter_sender *s = &c->sender[c->l.sender_n++];
	*s = (struct letter_sender){ .name = arena_sv(w->a, name), .class = class };
	return s;
}

/* A look's senders, and what of their mail the period had. */
struct counting {
	const struct look *k;
	int64_t from;  /* of the period; what is before it is of the one before */
	size_t *group; /* whose each row is */
	struct letter_sender *sum;
	uint64_t *others; /* of each day of the period */
	uint64_t others_before;
};

/* Nothing of it passed, and nothing says that it is the domain's own. */
static bool is_of_others(const struct service_row *r)
{
	return r->class == SERVICE_ABUSE ||
	       (r->class == SERVICE_UNKNOWN && r->why != SERVICE_WHY_FAILING);
}

static void take_day(void *ctx, const struct judged_row *r, int64_t day,
		     uint64_t messages)
{
	struct counting *c = ctx;
	struct letter_sender *s = &c->sum[c->group[r - c->k->j.row]];
	const struct service_facet *f = r->row->facet;
	const uint64_t others = is_of_others(r->row) ? messages : 0;
	if (day < c->from) {
		c->others_before += others;
		return;
	}
	s->messages += messages;
	s->passed += f->dkim_aligned || f->spf_aligned ? messages : 0;
	c->others[day - c->from] += others;
}

static bool add_senders(const struct work *w, const struct look *k, struct account *c,
			struct err *err)
{
	struct arena *a = k->s.arena;
	struct scope s = in_days(k, w->before, w->to);
	struct counting n = { .k = k,
			      .from = w->from,
			      .others = arena_array(a, c->l.day_n, sizeof(*n.others)),
			      .group = arena_array(a, k->j.n + 1, sizeof(*n.group)),
			      .sum = arena_array(a, k->sender_n + 1, sizeof(*n.sum)) };
	for (size_t i = 0; i < k->sender_n; i++) {
		n.sum[i] = (struct letter_sender){ .messages = 0 };
		for (size_t r = 0; r < k->sender[i].n; r++)
			n.group[k->sender[i].row[r] - k->j.row] = i;
	}
	if (!judged_days(&s, &k->j, take_day, &n, err))
		return false;
	for (size_t i = 0; i < c->l.day_n; i++) {
		c->l.day[i].others += n.others[i];
		c->l.others += n.others[i];
	}
	c->l.others_before += n.others_before;
	for (size_t i = 0; i < k->sender_n; i++) {
		const struct app_sender *from = &k->sender[i].sender;
		bool own = from->class == SERVICE_OWN;
		bool few = n.sum[i].messages < (own ? 1 : SENDER_LEAST);
		struct letter_sender *to =
			n.sum[i].messages == 0
				? NULL
				: sender_of(w, c, few ? SV("few each") : from->name,
					    service_class_word(from->class));
		if (!to)
			continue;
		to->messages += n.sum[i].messages;
		to->passed += n.sum[i].passed;
	}
	return true;
}

static bool add_reporters(const struct work *w, const struct look *k, struct account *c,
			  struct err *err)
{
	struct scope s = in_days(k, w->from, w->to);
	struct book_report_filter f = scope_reports(&s);
	struct book_reporter *r;
	size_t n;
	if (!book_reporters(s.store, &f, s.arena, &r, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;
		c->l.reports += r[i].reports;
		while (at < c->l.reporters && !sv_eq(c->reporter[at], r[i].org))
			at++;
		if (at < c->l.reporters || at == REPORTERS_MOST)
			continue;
		c->reporter = grown(w, c->reporter, at, &c->reporter_cap,
				    sizeof(*c->reporter));
		c->reporter[c->l.reporters++] = arena_sv(w->a, r[i].org);
	}
	return true;
}

static const char *rung_word(enum whatif_rung r)
{
	static const char *const words[WHATIF_RUNGS] = {
		[WHATIF_NONE] = "none",
		[WHATIF_TRY_QUARANTINE] = "try-quarantine",
		[WHATIF_QUARANTINE] = "quarantine",
		[WHATIF_TRY_REJECT] = "try-reject",
		[WHATIF_REJECT] = "reject",
	};
	return words[r];
}

static const char *held_word(const struct app_readiness *r)
{
	for (size_t i = 0; i < r->condition_n; i++)
		if (!r->condition[i].met)
			return app_condition_word(r->condition[i].kind);
	return "";
}

static void add_domain(const struct work *w, const struct look *k,
		       const struct app_readiness *r, struct account *c)
{
	size_t cap = c->domain_cap; /* of both lists */
	c->record = grown(w, c->record, c->l.domain_n, &cap, sizeof(*c->record));
	c->domain = grown(w, c->domain, c->l.domain_n, &c->domain_cap,
			  sizeof(*c->domain));
	c->ready += r->ready && !r->at_end;
	c->record[c->l.domain_n] = (struct next_record){ k->line.name,
							 arena_sv(w->a, r->record) };
	c->domain[c->l.domain_n++] = (struct letter_domain){
		.name = k->line.name,
		.rung = rung_word(r->rung),
		.next = r->step == WHATIF_STEP_DOMAIN ? rung_word(r->next_rung)
						      : r->step_words,
		.at_end = r->at_end,
		.ready = r->ready,
		.held = held_word(r),
	};
}

static bool visit(void *ctx, const struct look *k, const struct app_readiness *r,
		  struct err *err)
{
	struct work *w = ctx;
	struct account *c = account_of(w, k->line.client);
	if (!c)
		return true;
	if (r)
		add_domain(w, k, r, c);
	return add_days(w, k, &c->l, err) && add_senders(w, k, c, err) &&
	       add_reporters(w, k, c, err);
}

/* --- what was found --- */

static bool wants_hands(const struct finding *f)
{
	if (f->code == FINDING_REPORTER_SILENT || f->code == FINDING_ABUSE)
		return false; /* nobody can do anything at the domain */
	return f->severity >= FINDING_WARNING || f->code == FINDING_READY ||
	       f->code == FINDING_PARKED_MAIL || f->code == FINDING_UNASSIGNED;
}

/* A reporter falls silent at many domains at once: that is told once. */
static bool was_told(const struct letter *l, const struct finding *f)
{
	for (size_t i = 0; f->code == FINDING_REPORTER_SILENT && i < l->fresh_n; i++)
		if (l->fresh[i].finding->code == f->code &&
		    sv_eq(l->fresh[i].finding->subject, f->subject))
			return true;
	return false;
}

static struct sv record_of(const struct work *w, const struct finding *f)
{
	const struct account *c = account_of(w, f->client);
	if (f->code == FINDING_PARKED_MAIL)
		return sv_from(arena_printf(w->a, "%.*s. TXT \"v=spf1 -all\"",
					    SV_ARG(f->domain)));
	for (size_t i = 0; f->code == FINDING_READY && c && i < c->l.domain_n; i++)
		if (sv_eq(c->record[i].domain, f->domain) && c->record[i].record.n)
			return sv_from(arena_printf(w->a, "_dmarc.%.*s. TXT \"%.*s\"",
						    SV_ARG(f->domain),
						    SV_ARG(c->record[i].record)));
	return SV("");
}

/* It began in the period, or over the days before it, when it was no news yet. */
static bool is_news(const struct work *w, const struct finding *f)
{
	bool peak = f->code == FINDING_ABUSE || f->code == FINDING_SPIKE;
	return f->since >= w->from - (peak ? WATCH_YOUNG : 0);
}

static void tell(const struct work *w, struct account *c, const struct finding *f)
{
	struct letter *l = &c->l;
	bool todo = wants_hands(f), fresh = is_news(w, f);
	const struct letter_finding t = { f, finding_evidence(w->lang, f, w->a),
					  record_of(w, f) };
	if (todo)
		l->todo[l->todo_n++] = t;
	else if ((fresh || f->code == FINDING_REPORTER_SILENT) && !was_told(l, f))
		l->fresh[l->fresh_n++] = t;
	for (size_t i = 0; fresh && f->code == FINDING_NEW_SENDER && i < l->sender_n; i++)
		l->sender[i].fresh = l->sender[i].fresh ||
				     sv_eq(l->sender[i].name, f->subject);
}

static void tell_all(struct work *w)
{
	for (size_t i = 0; i < w->found.n; i++) {
		const struct finding *f = &w->found.finding[i].f;
		struct account *c = f->client.n ? account_of(w, f->client) : NULL;
		if (f->since > w->to)
			continue;
		if (c)
			tell(w, c, f);
		tell(w, &w->all, f);
	}
}

/* --- letters --- */

static void begin_account(struct work *w, struct account *c,
			  const struct book_client *client)
{
	size_t days = (size_t)(w->to - w->from + 1);
	*c = (struct account){ .client = client };
	c->l = (struct letter){
		.lang = w->lang,
		.provider = w->o->provider,
		.client = client ? client->name : SV(""),
		.month = w->o->month,
		.year = w->year,
		.number = w->number,
		.day_from = w->from,
		.day_to = w->to,
		.day = arena_array(w->a, days, sizeof(struct letter_day)),
		.day_n = days,
	};
	for (size_t i = 0; i < days; i++)
		c->l.day[i] = (struct letter_day){ .day = w->from + (int64_t)i };
}

static void make_room(struct work *w, struct account *c)
{
	c->l.domain = c->domain;
	c->l.sender = c->sender;
	c->l.todo = arena_array(w->a, w->found.n + 1, sizeof(*c->l.todo));
	c->l.fresh = arena_array(w->a, w->found.n + 1, sizeof(*c->l.fresh));
}

static int by_sender(const void *x, const void *y)
{
	const struct letter_sender *a = x, *b = y;
	if (a->fresh != b->fresh)
		return a->fresh ? -1 : 1;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

/* The same for the same client and period, whenever it is made. */
static struct sv message_id(const struct work *w, struct sv client)
{
	uint8_t sha[DIGEST_SIZE];
	char hex[2 * ID_BYTES + 1];
	struct digest *d = digest_new();
	struct sv host = w->o->from;
	(void)sv_take_until(&host, '@');
	digest_add(d, client.p, client.n);
	digest_add(d, "", 1);
	digest_add(d, w->o->from.p, w->o->from.n);
	digest_end(d, sha);
	digest_free(&d);
	for (int i = 0; i < ID_BYTES; i++)
		(void)snprintf(hex + (size_t)i * 2, 3, "%02x", sha[i]);
	return sv_from(arena_printf(w->a, "letter.%.*s.%s@%.*s", SV_ARG(w->period), hex,
				    SV_ARG(host.n ? host : SV("postern.invalid"))));
}

static void write_letter(const struct work *w, struct account *c, struct app_letter *out)
{
	struct letter *l = &c->l;
	struct buf text, html, mail;
	if (l->sender_n)
		qsort(l->sender, l->sender_n, sizeof(*l->sender), by_sender);
	l->logo_id = w->o->logo.n ? SV("logo@postern") : SV("");
	struct doc d = letter_doc(l, w->a);
	*out = (struct app_letter){
		.client = c->client ? c->client->id : 0,
		.name = l->client,
		.to = c->client ? c->client->digest_addr : w->o->provider_to,
		.period = w->period,
		.message_id = message_id(w, l->client),
		.subject = letter_subject(l, w->a),
		.messages = l->messages,
		.todo = l->todo_n,
	};
	buf_init(&text, DOC_BYTES_MAX);
	buf_init(&html, DOC_BYTES_MAX);
	buf_init(&mail, 2 * DOC_BYTES_MAX);
	doc_text(&d, &text);
	doc_html(&d, &html);
	const struct eml m = { .from_name = w->o->provider,
			       .from = w->o->from,
			       .to = out->to,
			       .subject = out->subject,
			       .message_id = out->message_id,
			       .date = w->app->now,
			       .text = buf_sv(&text),
			       .html = buf_sv(&html),
			       .logo = w->o->logo,
			       .logo_type = w->o->logo_type,
			       .logo_id = l->logo_id };
	eml_write(&m, &mail);
	out->text = arena_sv(w->a, buf_sv(&text));
	out->html = arena_sv(w->a, buf_sv(&html));
	out->mail = arena_sv(w->a, buf_sv(&mail));
	buf_deinit(&text);
	buf_deinit(&html);
	buf_deinit(&mail);
}

static int worse(const void *x, const void *y)
{
	const struct letter_client *a = x, *b = y;
	if (a->grave != b->grave)
		return a->grave > b->grave ? -1 : 1;
	if (a->warning != b->warning)
		return a->warning > b->warning ? -1 : 1;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

/* The provider's own: the sums of all, and a line of each. */
static void add_up(struct work *w)
{
	struct letter *all = &w->all.l;
	all->other = arena_array(w->a, w->client_n + 1, sizeof(*all->other));
	for (size_t i = 0; i < w->client_n; i++) {
		const struct account *c = w->account[i];
		if (!c)
			continue;
		const struct letter *l = &c->l;
		struct letter_client *o = &all->other[all->other_n++];
		*o = (struct letter_client){ .name = l->client,
					     .messages = l->messages,
					     .passed = l->passed,
					     .ready = c->ready };
		for (size_t k = 0; k < l->todo_n; k++) {
			enum finding_severity s = l->todo[k].finding->severity;
			o->grave += s == FINDING_GRAVE;
			o->warning += s == FINDING_WARNING;
		}
		all->messages += l->messages;
		all->passed += l->passed;
		all->others += l->others;
		all->others_before += l->others_before;
		all->before += l->before;
		all->before_passed += l->before_passed;
		all->reports += l->reports;
		all->reporters = l->reporters > all->reporters ? l->reporters
							       : all->reporters;
		for (size_t d = 0; d < l->day_n; d++) {
			all->day[d].passed += l->day[d].passed;
			all->day[d].failed += l->day[d].failed;
			all->day[d].others += l->day[d].others;
		}
	}
	if (all->other_n)
		qsort(all->other, all->other_n, sizeof(*all->other), worse);
}

/* --- all of it --- */

static bool read_language(struct work *w, struct err *err)
{
	struct lang *own = arena_alloc(w->a, sizeof(*own));
	struct lang *template = arena_alloc(w->a, sizeof(*template));
	size_t line;
	const char *why;
	if (!lang_own(w->o->language, w->a, own))
		return err_set(err, ERR_USAGE, "there is no language \"%.*s\"",
			       SV_ARG(w->o->language));
	w->lang = own;
	if (w->o->template.n == 0)
		return true;
	if (!lang_read(w->o->template, w->a, template, &line, &why))
		return err_set(err, ERR_CONFIG, "the letter's template, line %zu: %s",
			       line, why);
	template->beneath = own;
	template->word = own->word;
	w->lang = template;
	return true;
}

/* The clients that get a letter; their book stays in the arena. */
static bool read_clients(struct work *w, struct err *err)
{
	struct scope s;
	if (!scope_open(&s, w->app, STORE_READ, NULL, w->a, err))
		return false;
	w->client = s.client;
	w->client_n = s.client_n;
	const struct book_client *one = scope_client_named(&s, w->o->client);
	scope_close(&s);
	if (w->o->client.n && !one)
		return err_set(err, ERR_NO_INPUT,
			       "there is no client \"%.*s\"; `postern client list` names "
			       "them",
			       SV_ARG(w->o->client));
	w->account = arena_array(w->a, w->client_n + 1, sizeof(struct account *));
	for (size_t i = 0; i < w->client_n; i++) {
		w->account[i] = NULL;
		if (w->client[i].retired || (w->o->client.n && one != &w->client[i]))
			continue;
		w->account[i] = arena_alloc(w->a, sizeof(struct account));
		begin_account(w, w->account[i], &w->client[i]);
	}
	begin_account(w, &w->all, NULL);
	return true;
}

static bool look(struct work *w, struct err *err)
{
	struct app as_of = *w->app;
	const struct app_findings_options o = { .client = w->o->client,
						.since = INT64_MIN,
						.progress = w->o->progress,
						.ctx = w->o->ctx };
	/* The morning after, or now where that is still to come. */
	int64_t then = (w->to + 1) * DATE_DAY_SECONDS;
	as_of.now = then < w->app->now ? then : w->app->now;
	return findings_look(&as_of, &o, visit, w, w->a, &w->found, err);
}

bool app_digest(const struct app *app, const struct app_digest_options *o,
		struct arena *a, struct app_letters *out, struct err *err)
{
	struct work *w = arena_alloc(a, sizeof(*w));
	*w = (struct work){ .app = app, .o = o, .a = a };
	*out = (struct app_letters){ 0 };
	find_period(w);
	if (w->from > date_day_of(app->now))
		return err_set(err, ERR_USAGE, "that time is still to come");
	if (!read_language(w, err) || !read_clients(w, err) || !look(w, err))
		return false;
	out->domains = w->found.domains;
	out->letter = arena_array(a, w->client_n + 1, sizeof(*out->letter));
	for (size_t i = 0; i < w->client_n; i++)
		if (w->account[i])
			make_room(w, w->account[i]);
	make_room(w, &w->all);
	tell_all(w);
	for (size_t i = 0; i < w->client_n; i++)
		if (w->account[i])
			write_letter(w, w->account[i], &out->letter[out->n++]);
	if (o->client.n)
		return true;
	add_up(w);
	write_letter(w, &w->all, &out->letter[out->n++]);
	return true;
}
