/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/limits.h"
#include "cli/spark.h"

enum {
	SPARK_WIDE = 46,
	SPARK_NARROW = 20
};

static const char *const receivers[WHATIF_RECEIVERS] = {
	[WHATIF_9989] = "rfc9989",
	[WHATIF_7489] = "rfc7489",
};

/* --- JSON --- */

static void show_loss_json(struct json *j, const struct app_loss *l)
{
	if (l->name.n)
		json_string(j, "sender", l->name);
	json_str(j, "class", service_class_word(l->class));
	json_uint(j, "messages", l->messages);
	for (int r = 0; r < WHATIF_RECEIVERS; r++) {
		json_object(j, receivers[r]);
		json_uint(j, "quarantined", l->at[r].quarantined);
		json_uint(j, "rejected", l->at[r].rejected);
		json_object_end(j);
	}
}

static void show_conditions_json(struct json *j, const struct app_readiness *v)
{
	json_array(j, "conditions");
	for (size_t i = 0; i < v->condition_n; i++) {
		const struct app_condition *c = &v->condition[i];
		json_object(j, NULL);
		json_str(j, "condition", app_condition_word(c->kind));
		json_bool(j, "met", c->met);
		json_str(j, "text", c->text);
		if (c->remedy)
			json_str(j, "remedy", c->remedy);
		else
			json_null(j, "remedy");
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_losses_json(struct json *j, const char *key, const struct app_loss *l,
			     size_t n)
{
	json_array(j, key);
	for (size_t i = 0; i < n; i++) {
		json_object(j, NULL);
		show_loss_json(j, &l[i]);
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_days_json(struct json *j, const struct app_readiness *v)
{
	json_array(j, "losses");
	for (size_t i = 0; i < v->day_n; i++) {
		const struct app_loss_day *d = &v->day[i];
		if (d->messages == 0)
			continue;
		json_object(j, NULL);
		show_day(j, "day", true, d->day);
		json_uint(j, "messages", d->messages);
		json_uint(j, "own_lost", d->own);
		json_uint(j, "forwarded_lost", d->forwarded);
		json_uint(j, "abuse_stopped", d->abuse);
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_readiness_json(struct out *o, const struct app_readiness *v)
{
	struct json j;
	show_begin(o, &j);
	show_subject_json(&j, &v->line);
	json_str(&j, "stands_at", whatif_rung_words(v->rung));
	json_str(&j, "sp", record_policy_word(v->sp));
	json_str(&j, "np", record_policy_word(v->np));
	json_str(&j, v->given ? "asked" : "next",
		 v->at_end ? whatif_rung_words(v->next_rung) : v->step_words);
	json_bool(&j, "at_end", v->at_end);
	json_bool(&j, "ready", v->ready);
	show_day(&j, "ready_since", v->ready, v->ready_since);
	show_day(&j, "since", true, v->day_from);
	show_day(&j, "until", true, v->day_to);
	json_uint(&j, "days", v->days);
	json_uint(&j, "messages", v->messages);
	show_conditions_json(&j, v);
	show_losses_json(&j, "classes", v->of_class, SERVICE_CLASSES);
	show_losses_json(&j, "senders", v->sender, v->sender_n);
	show_days_json(&j, v);
	if (v->record.n)
		json_string(&j, "record", v->record);
	else
		json_null(&j, "record");
	json_bool(&j, "more", v->more);
	show_end(o, &j);
}

/* --- text --- */

static void show_conditions(struct out *o, const struct app_readiness *v)
{
	out_heading(o, "Is it safe?");
	for (size_t i = 0; i < v->condition_n; i++) {
		const struct app_condition *c = &v->condition[i];
		outf(o, "  %s%s%s", paint_on(o, c->met ? PAINT_GOOD : PAINT_BAD),
		     c->met ? "yes" : "no ", paint_off(o, PAINT_NONE));
		out_wrapped(o, "  ", sv_from(c->text));
		if (c->remedy)
			out_wrapped(o, "       to do: ", sv_from(c->remedy));
	}
}

static void add_fate(struct buf *b, const struct whatif_sum *s)
{
	char text[WORDS_TEXT];
	if (s->rejected)
		buf_addf(b, "%s rejected", words_number(s->rejected, text));
	if (s->rejected && s->quarantined)
		buf_add_str(b, ", ");
	if (s->quarantined)
		buf_addf(b, "%s quarantined", words_number(s->quarantined, text));
	if (!s->rejected && !s->quarantined)
		buf_add_str(b, "-");
}

static void show_losses(struct out *o, const struct app_loss *l, size_t n, bool senders)
{
	static const struct grid_column columns[] = {
		{ NULL, "SENDER", false, 1, 16 },
		{ NULL, "CLASS", false, 0, TABLE_WHOLE },
		{ NULL, "MESSAGES", true, 0, TABLE_WHOLE },
		{ NULL, "TODAY'S RECEIVERS", false, 0, TABLE_WHOLE },
		{ NULL, "OLDER RECEIVERS", false, 2, TABLE_WHOLE },
	};
	size_t skip = senders ? 0 : 1;
	struct grid *g = grid_new(o, NULL, NULL, columns + skip,
				  sizeof(columns) / sizeof(*columns) - skip);
	for (size_t i = 0; i < n; i++) {
		struct buf b;
		if (senders)
			grid_text(g, l[i].name, PAINT_NONE);
		grid_str(g, service_class_word(l[i].class));
		grid_number(g, l[i].messages);
		for (int r = 0; r < WHATIF_RECEIVERS; r++) {
			buf_init(&b, LIMIT_VALUE);
			add_fate(&b, &l[i].at[r]);
			grid_text(g, buf_sv(&b), PAINT_NONE);
			buf_deinit(&b);
		}
	}
	(void)grid_end(&g);
}

/* The domain's rung, and what is said apart of what is below it. */
static void show_place(struct out *o, const struct app_readiness *v)
{
	outf(o, "  It stands at: %s", whatif_rung_words(v->rung));
	if (v->apart)
		outf(o, " (subdomains %s, names that do not exist %s)",
		     record_policy_word(v->sp), record_policy_word(v->np));
	out_str(o, "\n");
}

/* The days on which it would have cost something, and the worst of them. */
static void show_lost_days(struct out *o, const struct app_readiness *v)
{
	struct arena *a = arena_new();
	uint64_t *cost = arena_array(a, v->day_n + 1, sizeof(*cost));
	size_t days = 0, worst = 0;
	char day[DATE_TEXT], n[WORDS_TEXT];
	struct buf b;
	for (size_t i = 0; i < v->day_n; i++) {
		cost[i] = v->day[i].own + v->day[i].forwarded;
		days += cost[i] > 0;
		worst = cost[i] > cost[worst] ? i : worst;
	}
	if (days) {
		size_t cells = show_is_wide(o) ? SPARK_WIDE : SPARK_NARROW;
		buf_init(&b, LIMIT_VALUE);
		spark_add(&b, cost, v->day_n, cells, spark_most(cost, v->day_n, cells));
		outf(o, "\n  lost  %s\n", buf_str(&b));
		buf_deinit(&b);
		outf(o, "  own or forwarded mail on %zu of %zu days, most on %s: %s\n",
		     days, v->days, date_format_day(v->day[worst].day, day),
		     words_number(cost[worst], n));
	}
	arena_free(&a);
}

static void show_standing(struct out *o, const struct app_readiness *v)
{
	char from[DATE_TEXT], to[DATE_TEXT];
	if (v->policy.found)
		show_place(o, v);
	else
		out_str(o, "  No report names its policy; taken for none.\n");
	outf(o, "  %s: %s\n",
	     v->given    ? "Asked for"
	     : v->at_end ? "It is at the end"
			 : "The next step",
	     v->at_end ? whatif_rung_words(v->next_rung) : v->step_words);
	outf(o, "  Judged by %s to %s: ", date_format_day(v->day_from, from),
	     date_format_day(v->day_to, to));
	show_count(o, v->days, "day with reports", "days with reports");
	out_str(o, ", ");
	show_count(o, v->messages, "message", "messages");
	out_str(o, "\n");
}

static void show_readiness_text(struct out *o, const struct app_readiness *v,
				uint32_t limit)
{
	size_t n = limit && limit < v->sender_n ? limit : v->sender_n;
	show_subject(o, &v->line, false, 0, 0);
	out_str(o, "\n");
	show_standing(o, v);
	show_conditions(o, v);
	bool trial = v->next.testing && !v->given;
	out_heading(o, trial ? "What it would have done in earnest, after the trial"
			     : "What it would have done");
	show_losses(o, v->of_class, SERVICE_CLASSES, false);
	show_lost_days(o, v);
	if (n) {
		out_heading(o, "To whom");
		show_losses(o, v->sender, n, true);
		show_more(o, v->sender_n, n);
	}
	if (v->more)
		out_str(o, "  Not all rows were looked at: only those with most "
			   "messages.\n");
	if (!v->record.n)
		return;
	out_heading(o, v->ready ? "To publish" : "To publish, once all above is yes");
	out_str(o, "  _dmarc.");
	out_text(o, v->line.name);
	out_str(o, ". IN TXT \"");
	out_text(o, v->record);
	out_str(o, "\"\n");
	out_wrapped(o, "  ",
		    SV("in place of today's; where that names more addresses in rua or "
		       "ruf, keep "
		       "them: reports do not say"));
}

void show_readiness(struct out *o, const struct app_readiness *v, uint32_t limit)
{
	if (o->form == OUT_JSON)
		show_readiness_json(o, v);
	else
		show_readiness_text(o, v, limit);
}
