/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

static void stamp(struct json *j, const char *key, bool has, int64_t seconds)
{
	if (has)
		json_int(j, key, seconds);
	else
		json_null(j, key);
}

static void domains_json(struct json *j, struct sv lines)
{
	struct sv line;
	json_array(j, "domains");
	while (sv_take_line(&lines, &line))
		json_string(j, NULL, line);
	json_array_end(j);
}

void show_outcome_json(struct out *o, const struct intake_outcome *v)
{
	struct json j;
	struct sv repairs = v->repairs;
	struct repair r;
	json_init(&j, &o->b);
	json_object(&j, NULL);
	json_string(&j, "path", v->path);
	json_string(&j, "member", v->member);
	json_str(&j, "kind", app_kind_name(v->kind));
	json_str(&j, "status", app_status_name(v->status));
	json_string(&j, "id", v->id);
	json_string(&j, "org", v->org);
	json_string(&j, "report_id", v->report_id);
	json_string(&j, "domain", v->domain);
	if (v->kind == APP_KIND_TLS)
		domains_json(&j, v->domains);
	stamp(&j, "begin", v->has_begin, v->begin);
	stamp(&j, "end", v->has_end, v->end);
	json_uint(&j, "rows", v->rows);
	json_uint(&j, "messages", v->messages);
	json_uint(&j, "passed", v->passed);
	json_array(&j, "repairs");
	while (repairs.n && repair_take(&repairs, &r))
		show_repair_json(&j, &r);
	json_array_end(&j);
	if (v->reason.n)
		json_string(&j, "reason", v->reason);
	else
		json_null(&j, "reason");
	const struct scan_cause_info *left = scan_cause_info(v->left);
	if (left)
		json_str(&j, "unscanned", left->name);
	else
		json_null(&j, "unscanned");
	json_object_end(&j);
	out_str(o, "\n");
}

/* The columns of CSV; `repairs` is how many there were. */
static const struct grid_column columns[] = {
	{ "path", NULL, false, 0, 0 },      { "member", NULL, false, 0, 0 },
	{ "kind", NULL, false, 0, 0 },      { "status", NULL, false, 0, 0 },
	{ "id", NULL, false, 0, 0 },        { "org", NULL, false, 0, 0 },
	{ "report_id", NULL, false, 0, 0 }, { "domain", NULL, false, 0, 0 },
	{ "begin", NULL, false, 0, 0 },     { "end", NULL, false, 0, 0 },
	{ "rows", NULL, false, 0, 0 },      { "messages", NULL, false, 0, 0 },
	{ "passed", NULL, false, 0, 0 },    { "repairs", NULL, false, 0, 0 },
	{ "reason", NULL, false, 0, 0 },    { "unscanned", NULL, false, 0, 0 },
};

struct grid *show_outcomes_begin(struct out *o)
{
	return grid_new(o, NULL, NULL, columns, sizeof(columns) / sizeof(*columns));
}

void show_outcome_csv(struct grid *g, const struct intake_outcome *v)
{
	grid_text(g, v->path, PAINT_NONE);
	grid_text(g, v->member, PAINT_NONE);
	grid_str(g, app_kind_name(v->kind));
	grid_str(g, app_status_name(v->status));
	grid_text(g, v->id, PAINT_NONE);
	grid_text(g, v->org, PAINT_NONE);
	grid_text(g, v->report_id, PAINT_NONE);
	grid_text(g, v->domain, PAINT_NONE);
	grid_seconds(g, v->has_begin, v->begin);
	grid_seconds(g, v->has_end, v->end);
	grid_number(g, v->rows);
	grid_number(g, v->messages);
	grid_number(g, v->passed);
	grid_number(g, v->repair_n);
	grid_text(g, v->reason, PAINT_NONE);
	const struct scan_cause_info *left = scan_cause_info(v->left);
	grid_str(g, left ? left->name : "");
}

void show_summary_json(struct out *o, const struct intake_summary *s)
{
	struct json j;
	json_init(&j, &o->b);
	json_object(&j, NULL);
	json_object(&j, "summary");
	json_uint(&j, "files", s->files);
	json_uint(&j, "reports", s->reports);
	json_uint(&j, "new", s->new_);
	json_uint(&j, "duplicate", s->duplicate);
	json_uint(&j, "superseded", s->superseded);
	json_uint(&j, "conflict", s->conflict);
	json_uint(&j, "refused", s->refused);
	json_uint(&j, "aside", s->aside);
	json_uint(&j, "repaired", s->repaired);
	json_int(&j, "rows", s->rows);
	json_int(&j, "messages", s->messages);
	json_int(&j, "passed", s->passed);
	json_double(&j, "seconds", s->seconds, 3);
	json_object_end(&j);
	json_object_end(&j);
	out_str(o, "\n");
}
