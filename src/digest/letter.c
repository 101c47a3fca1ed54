/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/letter.h"

#include "base/arena.h"
#include "base/date.h"

enum {
	WEEK = 7,
	ROOM = 8 /* values of a sentence */
};

struct work {
	const struct letter *l;
	struct arena *a;
	struct doc *d;
};

static struct lang_value number(const char *name, uint64_t n)
{
	return (struct lang_value){ .name = name, .kind = LANG_NUMBER, .n = (int64_t)n };
}

static struct lang_value text(const char *name, struct sv s)
{
	return (struct lang_value){ .name = name, .text = s };
}

static struct lang_value day(const char *name, int64_t n)
{
	return (struct lang_value){ .name = name, .kind = LANG_DAY, .n = n };
}

static struct sv say(const struct work *w, const char *key, const struct lang_value *v,
		     size_t n)
{
	return lang_say(w->l->lang, key, v, n, w->a);
}

static struct sv word(const struct work *w, const char *key)
{
	return say(w, key, NULL, 0);
}

/* "letter.class." and a word. */
static struct sv word_of(const struct work *w, const char *group, const char *name)
{
	return word(w, arena_printf(w->a, "letter.%s.%s", group, name));
}

static struct sv count(const struct work *w, uint64_t n)
{
	const struct lang_value v = number("", n);
	return lang_value(w->l->lang, &v, w->a);
}

static struct sv share(const struct work *w, uint64_t part, uint64_t all)
{
	const struct lang_value v = { .kind = LANG_SHARE,
				      .n = (int64_t)part,
				      .all = all };
	return lang_value(w->l->lang, &v, w->a);
}

/* --- head --- */

static struct sv period(const struct letter *l, struct arena *a)
{
	const struct lang_value v[] = {
		{ .name = "number", .kind = LANG_NUMBER, .n = l->number },
		{ .name = "year",
		  .text = sv_from(arena_printf(a, "%lld", (long long)l->year)) },
		{ .name = "month",
		  .text = lang_word(l->lang, SV("months"), (size_t)l->number - 1) },
		day("from", l->day_from),
		day("to", l->day_to),
	};
	return lang_say(l->lang, l->month ? "letter.month" : "letter.week", v,
			sizeof(v) / sizeof(*v), a);
}

struct sv letter_subject(const struct letter *l, struct arena *a)
{
	const struct lang_value v[] = { text("client", l->client),
					text("provider", l->provider),
					text("period", period(l, a)) };
	return lang_say(l->lang, l->client.n ? "letter.subject" : "letter.subject-all", v,
			3, a);
}

static bool is_quiet(const struct letter *l)
{
	return l->todo_n == 0 && l->fresh_n == 0;
}

static void add_head(const struct work *w)
{
	const struct letter *l = w->l;
	const struct lang_value v[] = { text("client", l->client),
					number("todo", l->todo_n),
					number("new", l->fresh_n) };
	struct doc_block *b = doc_add(w->d, DOC_TITLE,
				      l->client.n ? l->client : word(w, "letter.all"));
	b->note = period(l, w->a);
	b = doc_add(w->d, DOC_LEAD,
		    say(w,
			l->messages == 0 ? "letter.lead-nothing"
			: is_quiet(l)    ? "letter.lead-quiet"
			: l->todo_n == 0 ? "letter.lead-new"
					 : "letter.lead-todo",
			v, 3));
	b->tone = l->todo_n ? DOC_WARN : l->messages ? DOC_GOOD : DOC_PLAIN;
}

/* --- figures and days --- */

static struct sv before(const struct work *w, const struct lang_value *v)
{
	return say(w, w->l->month ? "letter.before-month" : "letter.before-week", v, 1);
}

static struct doc_figure volume(const struct work *w)
{
	const struct letter *l = w->l;
	const struct lang_value v = number("before", l->before);
	return (struct doc_figure){ count(w, l->messages),
				    word(w, w->l->client.n ? "letter.messages"
							   : "letter.messages-all"),
				    before(w, &v), DOC_PLAIN };
}

/* Of what others send in the name nothing shall pass: it is left out. */
static struct doc_figure rate(const struct work *w)
{
	const struct letter *l = w->l;
	uint64_t own = l->messages - l->others;
	const struct lang_value v =
		text("before", share(w, l->before_passed, l->before - l->others_before));
	enum doc_tone tone = l->passed >= own - own / 50  ? DOC_GOOD
			     : l->passed < own - own / 10 ? DOC_BAD
							  : DOC_WARN;
	return (struct doc_figure){ share(w, l->passed, own),
				    word(w, w->l->client.n ? "letter.pass-own"
							   : "letter.pass-all"),
				    before(w, &v), tone };
}

static void add_figures(const struct work *w)
{
	struct doc_figure *f = arena_array(w->a, 3, sizeof(*f));
	f[0] = volume(w);
	f[1] = rate(w);
	f[2] = (struct doc_figure){ count(w, w->l->others), word(w, "letter.others"),
				    word(w, "letter.others-note"), DOC_PLAIN };
	struct doc_block *b = doc_add(w->d, DOC_FIGURES, SV(""));
	b->figure = f;
	b->n = 3;
}

/* A day of a week by its name; a week of a month by its first day. */
static struct sv bar_label(const struct work *w, int64_t from)
{
	const struct lang_value v = day("from", from);
	if (w->l->month)
		return say(w, "letter.from-day", &v, 1);
	return lang_word(w->l->lang, SV("weekdays"), (size_t)((from + 3) % WEEK));
}

static void add_days(const struct work *w)
{
	const struct letter *l = w->l;
	size_t step = l->month ? WEEK : 1, n = 0;
	struct doc_bar *bar = arena_array(w->a, l->day_n + 1, sizeof(*bar));
	for (size_t i = 0; i < l->day_n; i += step, n++) {
		bar[n] = (struct doc_bar){ .label = bar_label(w, l->day[i].day) };
		for (size_t k = i; k < i + step && k < l->day_n; k++) {
			bar[n].good += l->day[k].passed;
			bar[n].bad += l->day[k].failed - l->day[k].others;
			bar[n].other += l->day[k].others;
		}
		bar[n].note = count(w, bar[n].good + bar[n].bad + bar[n].other);
	}
	struct doc_block *b = doc_add(w->d, DOC_BARS, SV(""));
	b->bar = bar;
	b->n = n;
}

/* --- findings --- */

static enum doc_tone tone_of(const struct finding *f)
{
	return f->severity == FINDING_GRAVE     ? DOC_BAD
	       : f->severity == FINDING_WARNING ? DOC_WARN
						: DOC_PLAIN;
}

/* To the provider the client's name stands before what is told of it. */
static struct sv evidence(const struct work *w, const struct letter_finding *f)
{
	if (w->l->client.n || !f->finding->client.n ||
	    f->finding->code == FINDING_REPORTER_SILENT)
		return f->evidence;
	return sv_from(arena_printf(w->a, "%.*s: %.*s", SV_ARG(f->finding->client),
				    SV_ARG(f->evidence)));
}

static bool is_on_trial(const struct finding *f)
{
	return f->code == FINDING_READY &&
	       sv_has_suffix_fold(f->says.after, SV("on trial"));
}

static struct sv remedy(const struct work *w, const struct finding *f)
{
	const struct lang_value v[] = { text("domain", f->domain),
					text("subject", f->subject) };
	return say(w,
		   arena_printf(w->a, "letter.todo.%s%s", finding_word(f->code),
				is_on_trial(f) ? "-trial" : ""),
		   v, 2);
}

static void add_todo(const struct work *w)
{
	const struct letter *l = w->l;
	if (l->todo_n == 0)
		return;
	(void)doc_add(w->d, DOC_HEADING, word(w, "letter.todo"));
	for (size_t i = 0; i < l->todo_n && i < LETTER_TODO; i++) {
		const struct letter_finding *f = &l->todo[i];
		struct doc_block *b = doc_add(w->d, DOC_ITEM, evidence(w, f));
		b->tone = tone_of(f->finding);
		b->note = remedy(w, f->finding);
		/* The same of several domains is said once. */
		if (i && sv_eq(b->note, remedy(w, l->todo[i - 1].finding)))
			b->note = SV("");
		b->code = f->record;
	}
	if (l->todo_n > LETTER_TODO) {
		const struct lang_value v = number("more", l->todo_n - LETTER_TODO);
		(void)doc_add(
			w->d, DOC_PARAGRAPH,
			say(w, l->client.n ? "letter.todo-more" : "letter.todo-more-all",
			    &v, 1));
	}
}

static void add_fresh(const struct work *w)
{
	const struct letter *l = w->l;
	if (l->fresh_n == 0)
		return;
	(void)doc_add(w->d, DOC_HEADING, word(w, "letter.new"));
	for (size_t i = 0; i < l->fresh_n && i < LETTER_FRESH; i++) {
		const struct letter_finding *f = &l->fresh[i];
		struct doc_block *b = doc_add(w->d, DOC_ITEM, evidence(w, f));
		b->tone = tone_of(f->finding);
		b->note = remedy(w, f->finding);
	}
}

/* --- tables --- */

static struct sv *add_table(const struct work *w, const char *heading, size_t columns,
			    size_t rows, uint32_t right)
{
	struct sv *cell = arena_array(w->a, columns * (rows + 1), sizeof(*cell));
	(void)doc_add(w->d, DOC_HEADING, word(w, heading));
	struct doc_block *b = doc_add(w->d, DOC_TABLE, SV(""));
	b->table = (struct doc_table){ columns, rows + 1, cell, right, NULL };
	return cell;
}

static size_t at_most(size_t n, size_t most)
{
	return n < most ? n : most;
}

/* Groups that are no service have a name in the language. */
static struct sv sender_name(const struct work *w, struct sv name)
{
	struct sv key = sv_from(arena_printf(w->a, "sender.%.*s", SV_ARG(name)));
	struct sv known = lang_raw(w->l->lang, key);
	return known.n ? known : name;
}

static void add_senders(const struct work *w)
{
	const struct letter *l = w->l;
	size_t n = at_most(l->sender_n, LETTER_SENDERS);
	if (n == 0)
		return;
	struct sv *c = add_table(w, "letter.senders", 4, n, 0xc);
	*c++ = word(w, "letter.sender");
	*c++ = word(w, "letter.what");
	*c++ = word(w, "letter.sent");
	*c++ = word(w, "letter.pass");
	for (size_t i = 0; i < n; i++) {
		const struct letter_sender *s = &l->sender[i];
		const struct lang_value v = text("class", word_of(w, "class", s->class));
		*c++ = sender_name(w, s->name);
		*c++ = s->fresh ? say(w, "letter.class-new", &v, 1) : v.text;
		*c++ = count(w, s->messages);
		*c++ = share(w, s->passed, s->messages);
	}
}

static struct sv next_words(const struct work *w, const struct letter_domain *d)
{
	if (d->at_end)
		return word(w, "letter.at-end");
	if (!d->ready)
		return word_of(w, "held", d->held);
	const struct lang_value v = text("next", word_of(w, "rung", d->next));
	return say(w, "letter.ready", &v, 1);
}

static void add_domains(const struct work *w)
{
	const struct letter *l = w->l;
	size_t n = at_most(l->domain_n, LETTER_DOMAINS);
	if (n == 0)
		return;
	struct sv *c = add_table(w, "letter.domains", 3, n, 0);
	*c++ = word(w, "letter.domain");
	*c++ = word(w, "letter.policy");
	*c++ = word(w, "letter.next");
	for (size_t i = 0; i < n; i++) {
		*c++ = l->domain[i].name;
		*c++ = word_of(w, "rung", l->domain[i].rung);
		*c++ = next_words(w, &l->domain[i]);
	}
}

static void add_clients(const struct work *w)
{
	const struct letter *l = w->l;
	size_t n = at_most(l->other_n, LETTER_CLIENTS);
	if (n == 0)
		return;
	struct sv *c = add_table(w, "letter.clients", 5, n, 0x1e);
	*c++ = word(w, "letter.client");
	*c++ = word(w, "letter.sent");
	*c++ = word(w, "letter.pass");
	*c++ = word(w, "letter.open");
	*c++ = word(w, "letter.ready-n");
	for (size_t i = 0; i < n; i++) {
		const struct letter_client *o = &l->other[i];
		*c++ = o->name;
		*c++ = count(w, o->messages);
		*c++ = share(w, o->passed, o->messages);
		*c++ = count(w, o->grave + o->warning);
		*c++ = count(w, o->ready);
	}
}

/* What the words mean, for who reads one the first time. */
static void add_words(const struct work *w)
{
	(void)doc_add(w->d, DOC_HEADING, word(w, "letter.words"));
	(void)doc_add(w->d, DOC_PARAGRAPH, word(w, "letter.words-pass"));
	(void)doc_add(w->d, DOC_PARAGRAPH, word(w, "letter.words-policy"));
}

static void add_foot(const struct work *w)
{
	const struct letter *l = w->l;
	const struct lang_value v[] = { number("reports", l->reports),
					number("reporters", l->reporters),
					text("provider", l->provider) };
	if (l->messages || l->reports)
		(void)doc_add(w->d, DOC_FOOT, say(w, "letter.made-of", v, 3));
	(void)doc_add(
		w->d, l->messages || l->reports ? DOC_PARAGRAPH : DOC_FOOT,
		say(w, l->provider.n ? "letter.closing" : "letter.closing-alone", v, 3));
}

struct doc letter_doc(const struct letter *l, struct arena *a)
{
	struct doc d = { .arena = a,
			 .lang = l->lang->word,
			 .logo = l->logo_id,
			 .logo_name = l->provider };
	const struct work w = { l, a, &d };
	d.good = word(&w, l->client.n ? "letter.passed" : "letter.passed-all");
	d.bad = word(&w, l->client.n ? "letter.failed" : "letter.failed-all");
	d.other = word(&w, "letter.others");
	add_head(&w);
	if (l->messages) {
		add_figures(&w);
		add_days(&w);
	}
	add_todo(&w);
	add_fresh(&w);
	add_clients(&w);
	add_senders(&w);
	add_domains(&w);
	if (l->messages && l->client.n)
		add_words(&w);
	add_foot(&w);
	return d;
}
