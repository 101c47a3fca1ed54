/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "base/date.h"
#include "base/limits.h"

#include <stdio.h>

/* Text is a sentence a change: no table holds it. */
static const struct grid_column columns[] = {
	{ "change", NULL, false, 0, 0 },       { "client", NULL, false, 0, 0 },
	{ "domain", NULL, false, 0, 0 },       { "sender", NULL, false, 0, 0 },
	{ "service", NULL, false, 0, 0 },      { "class", NULL, false, 0, 0 },
	{ "day", NULL, true, 0, 0 },           { "before", NULL, true, 0, 0 },
	{ "before_passed", NULL, true, 0, 0 }, { "now", NULL, true, 0, 0 },
	{ "now_passed", NULL, true, 0, 0 },    { "from", NULL, false, 0, 0 },
	{ "to", NULL, false, 0, 0 },           { "text", NULL, false, 0, 0 },
};

static void show_cells(struct grid *g, const struct app_change *c)
{
	grid_str(g, app_change_word(c->kind));
	grid_text_or_none(g, c->client);
	grid_text(g, c->domain, PAINT_NONE);
	grid_text_or_none(g, c->sender);
	grid_text_or_none(g, c->service);
	grid_text_or_none(g,
			  c->sender.n ? sv_from(service_class_word(c->class)) : SV(""));
	grid_day(g, true, c->day);
	grid_number(g, c->before);
	grid_number(g, c->before_passed);
	grid_number(g, c->now);
	grid_number(g, c->now_passed);
	grid_text_or_none(g, c->from);
	grid_text_or_none(g, c->to);
	grid_text(g, c->text, PAINT_NONE);
}

static void show_list(struct out *o, struct json *j, const struct app_changes *v,
		      size_t n)
{
	struct grid *g = grid_new(o, j, "changes", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++)
		show_cells(g, &v->change[i]);
	(void)grid_end(&g);
}

/* Under the domain that they are of. */
static void show_text(struct out *o, const struct app_changes *v, size_t n)
{
	char from[DATE_TEXT], since[DATE_TEXT];
	for (size_t i = 0; i < n; i++) {
		const struct app_change *c = &v->change[i];
		if (i == 0 || !sv_eq(c->domain, v->change[i - 1].domain)) {
			outf(o, "%s%s", i ? "\n" : "", paint_on(o, PAINT_BOLD));
			out_text(o, c->domain);
			outf(o, "%s (", paint_off(o, PAINT_BOLD));
			out_text(o, c->client);
			out_str(o, ")\n");
		}
		char first[24];
		(void)snprintf(first, sizeof(first), "  %-8s", app_change_word(c->kind));
		out_wrapped(o, first, c->text);
	}
	show_more(o, v->n, n);
	outf(o, "%s  ", n ? "\n" : "");
	show_count(o, v->n, "change", "changes");
	outf(o, " since %s, against the days from %s on, in ",
	     date_format_day(v->since, since), date_format_day(v->before_from, from));
	show_count(o, v->domains, "domain", "domains");
	out_str(o, "\n");
	if (v->young)
		outf(o, "  Of %zu of them there are too few reports before.\n", v->young);
}

void show_changes(struct out *o, const struct app_changes *v, uint32_t limit)
{
	size_t n = limit && limit < v->n ? limit : v->n;
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_day(&j, "before_from", true, v->before_from);
		show_day(&j, "since", true, v->since);
		show_day(&j, "judged_to", true, v->judged_to);
		json_uint(&j, "domains", v->domains);
		json_uint(&j, "young", v->young);
		json_uint(&j, "all", v->n);
		json_bool(&j, "more", v->more);
		json_bool(&j, "named", v->named);
	}
	if (o->form != OUT_TEXT)
		show_list(o, &j, v, n);
	show_end(o, &j);
	if (o->form == OUT_TEXT)
		show_text(o, v, n);
}
