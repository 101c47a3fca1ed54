/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"
#include "base/limits.h"

#include <stdio.h>

static const struct grid_column columns[] = {
	{ "sender", "SENDER", false, 1, 18 },
	{ "service", NULL, false, 0, 0 },
	{ "class", "CLASS", false, 0, TABLE_WHOLE },
	{ "messages", "MESSAGES", true, 0, TABLE_WHOLE },
	{ "dkim", NULL, true, 0, 0 },
	{ "spf", NULL, true, 0, 0 },
	{ "passed", NULL, true, 0, 0 },
	{ NULL, "DKIM", true, 3, TABLE_WHOLE },
	{ NULL, "SPF", true, 3, TABLE_WHOLE },
	{ NULL, "PASS", true, 0, TABLE_WHOLE },
	{ "sources", "SOURCES", true, 4, TABLE_WHOLE },
	{ "source", NULL, false, 0, 0 },
	{ "host", NULL, false, 0, 0 },
	{ "country", NULL, false, 0, 0 },
	{ "as", NULL, true, 0, 0 },
	{ "as_name", NULL, false, 0, 0 },
	{ "first_day", "FIRST DAY", false, 5, TABLE_WHOLE },
	{ "last_day", "LAST DAY", false, 2, TABLE_WHOLE },
	{ "why", NULL, false, 0, 0 },
	{ "reason", NULL, false, 0, 0 },
	{ "by", NULL, false, 0, 0 },
	{ "evidence", NULL, false, 0, 0 },
	{ "trust", NULL, false, 0, 0 },
	{ "advice", NULL, false, 0, 0 },
};

static void show_match_cells(struct grid *g, const struct app_sender *s)
{
	bool told = s->match.service != NULL;
	grid_text_or_none(g, told ? sv_from(service_by_words(s->match.by)) : SV(""));
	grid_text_or_none(g, s->match.evidence);
	grid_text_or_none(g, told ? sv_from(service_trust_word(s->match.trust)) : SV(""));
}

static void show_row(struct grid *g, const struct app_sender *s)
{
	grid_text(g, s->name, PAINT_NONE);
	grid_text_or_none(g, s->service ? s->service->id : SV(""));
	grid_str(g, service_class_word(s->class));
	grid_number(g, s->messages);
	grid_number(g, s->dkim);
	grid_number(g, s->spf);
	grid_number(g, s->passed);
	grid_share(g, s->dkim, s->messages);
	grid_share(g, s->spf, s->messages);
	grid_share(g, s->passed, s->messages);
	grid_number(g, s->sources);
	grid_addr(g, &s->source);
	grid_text_or_none(g, s->host);
	grid_text_or_none(g, s->place.country);
	grid_number(g, s->place.as);
	grid_text_or_none(g, s->place.as_name);
	grid_day(g, true, s->first_day);
	grid_day(g, true, s->last_day);
	grid_str(g, service_why_word(s->why));
	grid_str(g, service_why_what(s->why));
	show_match_cells(g, s);
	grid_str(g, app_sender_advice(s));
}

void show_sender_table(struct out *o, struct json *j, const struct app_senders *s,
		       size_t n)
{
	struct grid *g = grid_new(o, j, "senders", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		show_row(g, &s->sender[i]);
	(void)grid_end(&g);
}

/* --- text --- */

/* Where most came from. */
static void add_place(struct buf *b, const struct app_sender *s)
{
	const struct geo_place *p = &s->place;
	const char *sep = "; most from ";
	bool one = s->class != SERVICE_ABUSE || s->sources == 1;
	if (s->host.n && one) {
		buf_addf(b, "%s%.*s", sep, SV_ARG(s->host));
		sep = ", ";
	}
	if (p->country.n) {
		buf_addf(b, "%s%.*s", sep, SV_ARG(p->country));
		sep = ", ";
	}
	if (p->as)
		buf_addf(b, "%sAS%u %.*s", sep, p->as, SV_ARG(p->as_name));
}

/* Why each is what it is, and what to do. */
static void show_story(struct out *o, const struct app_sender *s)
{
	struct buf b;
	buf_init(&b, LIMIT_VALUE);
	out_str(o, "\n  ");
	out_str(o, paint_on(o, PAINT_BOLD));
	out_text(o, s->name);
	outf(o, "%s: %s\n", paint_off(o, PAINT_BOLD), service_class_what(s->class));
	buf_add_str(&b, service_why_what(s->why));
	if (s->match.service && s->class != SERVICE_ABUSE) {
		buf_addf(&b, "; known by %s", service_by_words(s->match.by));
		if (s->match.evidence.n)
			buf_addf(&b, " (%.*s)", SV_ARG(s->match.evidence));
		if (s->match.trust == SERVICE_HINT)
			buf_add_str(&b,
				    ", which is but a hint: nobody read it in a source");
	}
	add_place(&b, s);
	out_wrapped(o, "    why    ", buf_sv(&b));
	out_wrapped(o, "    to do  ", sv_from(app_sender_advice(s)));
	buf_deinit(&b);
}

static void show_sums(struct out *o, const struct app_senders *s)
{
	char text[WORDS_TEXT];
	out_str(o, "\n  ");
	show_count(o, s->messages, "message", "messages");
	for (int c = 0; c < SERVICE_CLASSES; c++)
		if (s->of_class[c])
			outf(o, "; %s %s", words_number(s->of_class[c], text),
			     service_class_word((enum service_class)c));
	out_str(o, "\n\n");
}

static void show_text(struct out *o, const struct app_senders *s, size_t n)
{
	show_subject(o, &s->line, false, 0, 0);
	if (s->messages == 0) {
		out_str(o, "\n  No report counts for it in the days asked for.\n");
		return;
	}
	show_sums(o, s);
	show_sender_table(o, NULL, s, n);
	show_more(o, s->n, n);
	if (!s->named)
		out_str(o, "  Hosts have no names yet: `postern enrich` asks the DNS.\n");
	if (s->more)
		out_str(o, "  Not all rows were looked at: only those with most "
			   "messages.\n");
	for (size_t i = 0; i < n; i++)
		show_story(o, &s->sender[i]);
	if (s->n == 0)
		return;
	out_heading(o, "Next");
	out_str(o, "  postern sources ");
	out_text(o, s->line.name);
	out_str(o, " --class unknown\n  postern services NAME\n");
}

void show_senders(struct out *o, const struct app_senders *s, uint32_t limit)
{
	size_t n = limit && limit < s->n ? limit : s->n;
	struct json j;
	if (o->form == OUT_TEXT) {
		show_text(o, s, n);
		return;
	}
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_subject_json(&j, &s->line);
		json_uint(&j, "messages", s->messages);
		json_uint(&j, "passed", s->passed);
		json_object(&j, "classes");
		for (int c = 0; c < SERVICE_CLASSES; c++)
			json_uint(&j, service_class_word((enum service_class)c),
				  s->of_class[c]);
		json_object_end(&j);
		json_bool(&j, "more", s->more);
		json_bool(&j, "named", s->named);
	}
	show_sender_table(o, &j, s, n);
	show_end(o, &j);
}

/* --- enrich --- */

void show_enriched(struct out *o, const struct app_enriched *e)
{
	const struct {
		const char *key, *one, *several;
		uint64_t n;
	} lines[] = {
		{ "sources", "source was looked up", "sources were looked up",
		  e->sources },
		{ "named", "of them has a name", "of them have a name", e->named },
		{ "confirmed", "has one that leads back to it",
		  "have one that leads back to them", e->confirmed },
		{ "keys", "DKIM key was looked up", "DKIM keys were looked up", e->keys },
		{ "led", "of them lies with a service", "of them lie with a service",
		  e->led },
		{ "nothing", "has no such record", "have no such record", e->nothing },
		{ "failed", "got no answer", "got no answer", e->failed },
		{ "skipped", "of them was not asked: its network's servers are silent",
		  "of them were not asked: their networks' servers are silent",
		  e->skipped },
		{ "fresh", "is known well enough", "are known well enough", e->fresh },
		{ "questions", "question in all", "questions in all", e->questions },
	};
	struct json j;
	show_begin(o, &j);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (o->form == OUT_JSON) {
			json_uint(&j, lines[i].key, lines[i].n);
		} else if (lines[i].n || i == 0) {
			out_str(o, "  ");
			show_count(o, lines[i].n, lines[i].one, lines[i].several);
			out_str(o, "\n");
		}
	}
	if (o->form == OUT_JSON)
		json_bool(&j, "stopped", e->stopped);
	show_end(o, &j);
}

/* --- marks --- */

static const char *const said[] = {
	[SERVICE_MARK_NONE] = "is judged by what reports show again",
	[SERVICE_MARK_OWN] = "is the domain's own from now on",
	[SERVICE_MARK_KNOWN] = "is a known service from now on, not in the domain's name",
	[SERVICE_MARK_ABUSE] = "is abuse from now on",
};

void show_marked(struct out *o, const struct app_marked *m)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_string(&j, "domain", m->domain);
		json_string(&j, "subject", m->subject);
		json_str(&j, "mark", app_mark_word(m->mark));
	} else {
		out_text(o, m->name);
		outf(o, " %s: ", said[m->mark]);
		out_text(o, m->domain);
		out_str(o, ".\n");
	}
	show_end(o, &j);
}
