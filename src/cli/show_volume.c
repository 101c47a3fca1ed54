/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

static const struct grid_column columns[] = {
	{ "client", "CLIENT", false, 1, 12 },
	{ "group", NULL, false, 0, 0 },
	{ "retired", NULL, false, 0, 0 },
	{ "month", "MONTH", false, 0, TABLE_WHOLE },
	{ "domains", "DOMAINS", true, 2, TABLE_WHOLE },
	{ "messages", "MESSAGES", true, 0, TABLE_WHOLE },
	{ "passed", NULL, true, 0, 0 },
	{ NULL, "PASS", true, 1, TABLE_WHOLE },
	{ "aggregate", "AGGREGATE", true, 0, TABLE_WHOLE },
	{ "tls", "TLS", true, 0, TABLE_WHOLE },
	{ "failure", "FAILURE", true, 0, TABLE_WHOLE },
};

enum {
	OWNER_COLUMNS = 3 /* the first say whose it is */
};

static void show_months(struct grid *g, const struct app_volume *v,
			const struct app_volume_group *group, const char *owner)
{
	char text[DATE_TEXT];
	for (size_t i = 0; i < v->months; i++) {
		const struct app_volume_month *m = &group->month[i];
		if (m->domains == 0)
			continue;
		if (owner) {
			grid_text_or_none(g, group->client);
			grid_str(g, owner);
			grid_bool(g, group->retired);
		}
		grid_str(g, show_month(m->month, text));
		grid_number(g, m->domains);
		grid_number(g, m->messages);
		grid_number(g, m->passed);
		grid_share(g, m->passed, m->messages);
		grid_number(g, m->aggregate);
		grid_number(g, m->tls);
		grid_number(g, m->failure);
	}
}

/* In text what nobody owns stands apart, and what is one group's has no column for it. */
static void show_groups(struct out *o, struct json *j, const struct app_volume *v)
{
	struct grid *g = grid_new(o, j, "volume", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < v->n; i++)
		show_months(g, v, &v->client[i], "client");
	if (o->form != OUT_TEXT)
		show_months(g, v, &v->unassigned, "unassigned");
	(void)grid_end(&g);
}

static void show_group(struct out *o, struct json *j, const struct app_volume *v,
		       const struct app_volume_group *group, const char *key)
{
	struct grid *g = grid_new(o, j, key, columns + OWNER_COLUMNS,
				  sizeof(columns) / sizeof(*columns) - OWNER_COLUMNS);
	show_months(g, v, group, NULL);
	(void)grid_end(&g);
}

static void show_text(struct out *o, const struct app_volume *v)
{
	char from[DATE_TEXT], to[DATE_TEXT];
	outf(o, "Reports and messages of %s to %s, which is not over\n",
	     show_month(v->month_from, from), show_month(v->month_to, to));
	if (v->n == 0 && !v->has_unassigned) {
		out_str(o, "\n  No report counts in these months.\n");
		return;
	}
	if (v->n) {
		out_str(o, "\n");
		show_groups(o, NULL, v);
	}
	if (v->has_unassigned) {
		out_heading(o, "What no client owns");
		show_group(o, NULL, v, &v->unassigned, NULL);
	}
	if (v->n + v->has_unassigned < 2)
		return;
	out_heading(o, "In all");
	show_group(o, NULL, v, &v->total, NULL);
}

void show_volume(struct out *o, const struct app_volume *v)
{
	char text[DATE_TEXT];
	struct json j;
	if (o->form == OUT_TEXT) {
		show_text(o, v);
		return;
	}
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_str(&j, "first_month", show_month(v->month_from, text));
		json_str(&j, "last_month", show_month(v->month_to, text));
	}
	show_groups(o, &j, v);
	if (o->form == OUT_JSON)
		show_group(o, &j, v, &v->total, "totals");
	show_end(o, &j);
}
