/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "base/date.h"

static const struct grid_column columns[] = {
	{ "domain", "DOMAIN", false, 1, 16 },
	{ "client", NULL, false, 0, 0 },
	{ "stands_at", "STANDS AT", false, 0, TABLE_WHOLE },
	{ "next", NULL, false, 0, 0 },
	{ "ready", NULL, false, 0, 0 },
	{ "ready_since", NULL, true, 0, 0 },
	{ "condition", "HELD BY", false, 0, TABLE_WHOLE },
	{ "unmet", "UNMET", true, 4, TABLE_WHOLE },
	{ "text", NULL, false, 0, 0 },
	{ "remedy", NULL, false, 0, 0 },
	{ "messages", "MESSAGES", true, 5, TABLE_WHOLE },
	{ "own_lost", "OWN LOST", true, 0, TABLE_WHOLE },
	{ "forwarded_lost", "FORWARDED", true, 3, TABLE_WHOLE },
	{ "abuse_stopped", "ABUSE", true, 2, TABLE_WHOLE },
};

static void show_held(struct grid *g, const struct app_ready_line *l)
{
	if (!l->judged)
		grid_str(g, "no reports");
	else if (l->at_end || l->ready)
		grid_text(g, l->at_end ? SV("-") : SV("ready"),
			  l->at_end ? PAINT_NONE : PAINT_GOOD);
	else
		grid_str(g, app_condition_word(l->held));
}

static void show_row(struct grid *g, const struct app_ready_line *l)
{
	bool ready = l->judged && l->ready;
	grid_text(g, l->line.name, PAINT_NONE);
	grid_text(g, l->line.client, PAINT_NONE);
	grid_str(g, l->judged ? whatif_rung_words(l->rung) : "-");
	grid_text_or_none(g, sv_from(l->judged && !l->at_end ? l->step_words : ""));
	grid_bool(g, ready);
	grid_day(g, ready, l->ready_since);
	show_held(g, l);
	grid_number(g, l->unmet);
	grid_text_or_none(g, sv_from(l->text));
	grid_text_or_none(g, sv_from(l->remedy));
	grid_number(g, l->messages);
	grid_number(g, l->own);
	grid_number(g, l->forwarded);
	grid_number(g, l->abuse);
}

static void show_sums(struct out *o, const struct app_fleet *v)
{
	char from[DATE_TEXT], to[DATE_TEXT];
	out_str(o, "\n  ");
	show_count(o, v->n, "domain", "domains");
	outf(o, ": %zu ready for the next step, %zu at reject; judged by %s to %s\n",
	     v->ready, v->at_end, date_format_day(v->day_from, from),
	     date_format_day(v->day_to, to));
	if (v->n)
		out_wrapped(o, "  ",
			    SV("`postern readiness DOMAIN` says what holds one back, and "
			       "what to publish."));
}

void show_fleet(struct out *o, const struct app_fleet *v, uint32_t limit)
{
	size_t n = limit && limit < v->n ? limit : v->n;
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_day(&j, "since", true, v->day_from);
		show_day(&j, "until", true, v->day_to);
		json_uint(&j, "ready", v->ready);
		json_uint(&j, "at_end", v->at_end);
		json_uint(&j, "all", v->n);
	}
	struct grid *g = grid_new(o, &j, "domains", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		show_row(g, &v->line[i]);
	(void)grid_end(&g);
	show_end(o, &j);
	if (o->form != OUT_TEXT)
		return;
	show_more(o, v->n, n);
	show_sums(o, v);
}
