/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_reports_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	TEXT_MAX = 64 * 1024 /* of all results or reasons of a row, on one line */
};

struct report_rows {
	struct out *o;
	struct json j;
	struct grid *g; /* text, CSV */
	uint64_t all, shown;
};

/* --- what a report says of itself --- */

static const struct {
	const char *key, *label;
	size_t at;
} meta_fields[] = {
#define FIELD(key, label, member) \
	{ \
		key, label, offsetof(struct report_meta, member) \
	}
	FIELD("org", "organisation", org),
	FIELD("email", "e-mail", email),
	FIELD("contact", "contact", contact),
	FIELD("report_id", "report id", report_id),
	FIELD("generator", "generator", generator),
	FIELD("error", "error", error),
	FIELD("version", "version", version),
	FIELD("xmlns", "namespace", xmlns),
	FIELD("domain", "policy domain", domain),
	FIELD("p", "p", p),
	FIELD("sp", "sp", sp),
	FIELD("np", "np", np),
	FIELD("adkim", "adkim", adkim),
	FIELD("aspf", "aspf", aspf),
	FIELD("pct", "pct", pct),
	FIELD("fo", "fo", fo),
	FIELD("testing", "testing", testing),
	FIELD("discovery_method", "discovery", discovery_method),
#undef FIELD
};

static struct sv meta_field(const struct report_meta *m, size_t i)
{
	return *(const struct sv *)((const char *)m + meta_fields[i].at);
}

static void extra_json(struct json *j, const struct report_extra *e, size_t n)
{
	json_array(j, "extra");
	for (size_t i = 0; i < n; i++) {
		json_object(j, NULL);
		json_string(j, "name", e[i].name);
		json_string(j, "value", e[i].value);
		json_object_end(j);
	}
	json_array_end(j);
}

/* What was not there is null, what was there and empty is "". */
static void field_json(struct json *j, const char *key, struct sv value)
{
	if (value.p)
		json_string(j, key, value);
	else
		json_null(j, key);
}

static void meta_json(struct json *j, const struct report_meta *m)
{
	json_object(j, "meta");
	for (size_t i = 0; i < sizeof(meta_fields) / sizeof(*meta_fields); i++)
		field_json(j, meta_fields[i].key, meta_field(m, i));
	extra_json(j, m->extra, m->extra_n);
	json_object_end(j);
}

void show_repair_json(struct json *j, const struct repair *r)
{
	const struct repair_kind *k = repair_kind(r->code);
	json_object(j, NULL);
	json_str(j, "name", k ? k->name : "unknown");
	json_string(j, "where", r->where);
	json_string(j, "found", r->found);
	json_str(j, "what", k ? k->what : "");
	json_str(j, "how", k ? k->how : "");
	json_uint(j, "times", r->times);
	json_object_end(j);
}

static void delivery_json(struct json *j, const struct app_delivery *d)
{
	json_object(j, NULL);
	json_str(j, "status", d->status);
	json_string(j, "path", d->path);
	json_string(j, "member", d->member);
	json_int(j, "arrived", d->arrived);
	json_bool(j, "by_mail", d->by_mail);
	json_string(j, "from", d->from);
	json_string(j, "dkim_domains", d->dkim_domains);
	json_string(j, "auth_results", d->auth_results);
	json_string(j, "message_id", d->message_id);
	json_string(j, "subject", d->subject);
	json_string(j, "date", d->date);
	json_object_end(j);
}

static void begin_json(struct report_rows *r, const struct app_report_detail *d)
{
	struct json *j = &r->j;
	struct grid *g;
	show_begin(r->o, j);
	g = show_report_grid(r->o, j, "report", d->report.which);
	show_report_cells(g, r->o, &d->report);
	grid_end(&g);
	if (d->client.n)
		json_string(j, "client", d->client);
	else
		json_null(j, "client");
	json_str(j, "superseded_by", d->superseded_by[0] ? d->superseded_by : NULL);
	meta_json(j, &d->meta);
	json_array(j, "repairs");
	for (size_t i = 0; i < d->repair_n; i++)
		show_repair_json(j, &d->repair[i]);
	json_array_end(j);
	json_array(j, "deliveries");
	for (size_t i = 0; i < d->delivery_n; i++)
		delivery_json(j, &d->delivery[i]);
	json_array_end(j);
	g = show_reports_grid(r->o, j, "conflicts", d->report.which);
	for (size_t i = 0; i < d->conflict_n; i++)
		show_report_cells(g, r->o, &d->conflict[i]);
	grid_end(&g);
	show_report_kind_json(r->o, j, d);
	json_array(j, "rows");
}

/* --- text --- */

void show_report_line(struct out *o, const char *label, struct sv value)
{
	if (value.n == 0)
		return;
	char first[64];
	(void)snprintf(first, sizeof(first), "  %-14s ", label);
	out_wrapped(o, first, value);
}

static void window(struct out *o, const struct app_report *r)
{
	char from[DATE_TEXT], to[DATE_TEXT], text[WORDS_TEXT];
	struct buf b;
	buf_init(&b, TEXT_MAX);
	buf_addf(&b, "%s to %s", r->has_begin ? date_format_time(r->begin, from) : "?",
		 r->has_end ? date_format_time(r->end, to) : "?");
	if (r->odd_window)
		buf_addf(&b, "; not usable, counts on %s",
			 date_format_day(r->first_day, from));
	else if (r->days > 1)
		buf_addf(&b, "; spread evenly over %s days", words_number(r->days, text));
	show_report_line(o, "window", buf_sv(&b));
	buf_deinit(&b);
}

static void headline(struct out *o, const struct app_report_detail *d)
{
	const struct app_report *r = &d->report;
	const char *state = show_report_state(r);
	struct buf b;
	buf_init(&b, TEXT_MAX);
	buf_addf(&b, "%s %s", show_kind_words(r->which), r->id);
	if (state[0])
		buf_addf(&b, " (%s%s%s)", state, d->superseded_by[0] ? " by " : "",
			 d->superseded_by);
	buf_add_str(&b, ": ");
	show_add_figures(&b, r->which, r->rows, r->messages, r->passed);
	out_str(o, paint_on(o, PAINT_BOLD));
	out_wrapped(o, "", buf_sv(&b));
	out_str(o, paint_off(o, PAINT_BOLD));
	out_str(o, "\n");
	buf_deinit(&b);
}

static void head(struct out *o, const struct app_report_detail *d)
{
	headline(o, d);
	/* A failure report has a time of arrival, which is told below. */
	if (d->report.which != APP_KIND_FAILURE || !d->report.has_begin)
		window(o, &d->report);
	if (d->client.n)
		show_report_line(o, "client", d->client);
	for (size_t i = 0; i < sizeof(meta_fields) / sizeof(*meta_fields); i++)
		show_report_line(o, meta_fields[i].label, meta_field(&d->meta, i));
	for (size_t i = 0; i < d->meta.extra_n; i++) {
		out_str(o, "  ");
		out_text(o, d->meta.extra[i].name);
		out_wrapped(o, " ", d->meta.extra[i].value);
	}
}

static void repairs(struct out *o, const struct app_report_detail *d)
{
	char text[WORDS_TEXT];
	uint64_t times = 0;
	if (d->repair_n == 0)
		return;
	out_heading(o, "Repairs");
	for (size_t i = 0; i < d->repair_n; i++) {
		const struct repair *r = &d->repair[i];
		const struct repair_kind *k = repair_kind(r->code);
		struct buf b;
		times += r->times;
		buf_init(&b, TEXT_MAX);
		if (r->where.n)
			buf_addf(&b, "%.*s: ", SV_ARG(r->where));
		buf_add_str(&b, k ? k->what : "a repair of a later build");
		if (r->found.n)
			buf_addf(&b, " (\"%.*s\")", SV_ARG(r->found));
		buf_addf(&b, "; %s", k ? k->how : "see there");
		if (r->times > 1)
			buf_addf(&b, ", %s times", words_number(r->times, text));
		out_wrapped(o, "  - ", buf_sv(&b));
		buf_deinit(&b);
	}
	if (d->report.repairs > times)
		outf(o, "  ... of %s in all\n", words_number(d->report.repairs, text));
}

static void deliveries(struct out *o, const struct app_report_detail *d)
{
	char time[DATE_TEXT];
	if (d->delivery_n)
		out_heading(o, "Deliveries");
	for (size_t i = 0; i < d->delivery_n; i++) {
		const struct app_delivery *v = &d->delivery[i];
		char first[64];
		struct buf b;
		buf_init(&b, TEXT_MAX);
		(void)snprintf(first, sizeof(first), "  %s  %-10s ",
			       date_format_time(v->arrived, time), v->status);
		buf_addf(&b, "%.*s%s%.*s", SV_ARG(v->path), v->member.n ? ", " : "",
			 SV_ARG(v->member));
		out_wrapped(o, first, buf_sv(&b));
		buf_deinit(&b);
		if (!v->by_mail)
			continue;
		show_report_line(o, "  from", v->from);
		show_report_line(o, "  subject", v->subject);
		show_report_line(o, "  date", v->date);
		show_report_line(o, "  message id", v->message_id);
		show_report_line(o, "  DKIM d=", v->dkim_domains);
		struct sv results = v->auth_results, one;
		while (sv_take_line(&results, &one))
			show_report_line(o, "  auth results", one);
	}
}

static void show_kin(struct out *o, const struct app_report_detail *d, bool superseded,
		     const char *heading)
{
	struct grid *g = NULL;
	for (size_t i = 0; i < d->conflict_n; i++) {
		if (d->conflict[i].superseded != superseded)
			continue;
		if (!g) {
			out_heading(o, heading);
			g = show_reports_grid(o, NULL, NULL, d->report.which);
		}
		show_report_cells(g, o, &d->conflict[i]);
	}
	if (g)
		grid_end(&g);
}

static void conflicts(struct out *o, const struct app_report_detail *d)
{
	show_kin(o, d, false,
		 d->report.superseded
			 ? "Others with the same key, of which one has all its rows"
			 : "Others with the same key, and other content");
	show_kin(o, d, true, "Superseded ones with the same key");
}

/* --- rows --- */

static const struct grid_column row_columns[] = {
	{ "source", "SOURCE", false, 7, 15 },
	{ "messages", "COUNT", true, 0, 0 },
	{ "passed", NULL, false, 0, 0 },
	{ "disposition", "DISPOSITION", false, TABLE_BELOW | 5, 0 },
	{ "dkim", "DKIM", false, 0, 0 },
	{ "spf", "SPF", false, 0, 0 },
	{ "header_from", "FROM", false, TABLE_BELOW | 4, 0 },
	{ "envelope_from", "ENVELOPE", false, TABLE_BELOW | 3, 0 },
	{ "envelope_to", NULL, false, 0, 0 },
	{ "auth", "RESULTS", false, TABLE_BELOW | 1, 0 },
	{ "reasons", "REASONS", false, TABLE_BELOW | 2, 0 },
	{ "extra", NULL, false, 0, 0 },
};

static void auth_json(struct json *j, const char *key, const struct report_auth *a,
		      size_t n, bool dkim)
{
	json_array(j, key);
	for (size_t i = 0; i < n; i++) {
		json_object(j, NULL);
		field_json(j, "domain", a[i].domain);
		if (dkim)
			field_json(j, "selector", a[i].selector);
		else
			field_json(j, "scope", a[i].scope);
		field_json(j, "result", a[i].result);
		field_json(j, "human_result", a[i].human_result);
		json_object_end(j);
	}
	json_array_end(j);
}

static void row_json(struct json *j, const struct app_row *r)
{
	const struct report_facet *f = &r->facet;
	char addr[ADDR_TEXT];
	json_object(j, NULL);
	json_str(j, "source",
		 r->source.kind == ADDR_NONE ? NULL : addr_format(&r->source, addr));
	field_json(j, "source_text", f->source_text);
	json_uint(j, "messages", r->messages);
	json_bool(j, "passed", r->passed);
	field_json(j, "disposition", f->disposition);
	field_json(j, "dkim", f->dkim);
	field_json(j, "spf", f->spf);
	json_array(j, "reasons");
	for (size_t i = 0; i < f->reason_n; i++) {
		json_object(j, NULL);
		field_json(j, "type", f->reason[i].type);
		field_json(j, "comment", f->reason[i].comment);
		json_object_end(j);
	}
	json_array_end(j);
	field_json(j, "header_from", f->header_from);
	field_json(j, "envelope_from", f->envelope_from);
	field_json(j, "envelope_to", f->envelope_to);
	auth_json(j, "auth_dkim", f->auth_dkim, f->auth_dkim_n, true);
	auth_json(j, "auth_spf", f->auth_spf, f->auth_spf_n, false);
	extra_json(j, f->extra, f->extra_n);
	json_object_end(j);
}

static void add_auth(struct buf *b, const char *method, const struct report_auth *a,
		     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_addf(b, "%s%s", b->n ? ", " : "", method);
		if (a[i].domain.n || a[i].selector.n)
			buf_addf(b, " %.*s", SV_ARG(a[i].domain));
		if (a[i].selector.n)
			buf_addf(b, "/%.*s", SV_ARG(a[i].selector));
		if (a[i].result.n)
			buf_addf(b, " %.*s", SV_ARG(a[i].result));
	}
}

static void grid_buf(struct grid *g, struct buf *b)
{
	grid_text(g, buf_sv(b), PAINT_NONE);
	buf_clear(b);
}

static void row_cells(struct grid *g, const struct app_row *r)
{
	const struct report_facet *f = &r->facet;
	struct buf b;
	buf_init(&b, TEXT_MAX);
	if (r->source.kind == ADDR_NONE && f->source_text.n)
		grid_text(g, f->source_text, PAINT_NONE);
	else
		grid_addr(g, &r->source);
	grid_number(g, r->messages);
	grid_bool(g, r->passed);
	grid_text(g, f->disposition, PAINT_NONE);
	grid_text(g, f->dkim, sv_eq(f->dkim, SV("pass")) ? PAINT_GOOD : PAINT_BAD);
	grid_text(g, f->spf, sv_eq(f->spf, SV("pass")) ? PAINT_GOOD : PAINT_BAD);
	grid_text(g, f->header_from, PAINT_NONE);
	grid_text(g, f->envelope_from, PAINT_NONE);
	grid_text(g, f->envelope_to, PAINT_NONE);
	add_auth(&b, "dkim", f->auth_dkim, f->auth_dkim_n);
	add_auth(&b, "spf", f->auth_spf, f->auth_spf_n);
	grid_buf(g, &b);
	for (size_t i = 0; i < f->reason_n; i++)
		buf_addf(&b, "%s%.*s%s%.*s", i ? ", " : "", SV_ARG(f->reason[i].type),
			 f->reason[i].comment.n ? ": " : "",
			 SV_ARG(f->reason[i].comment));
	grid_buf(g, &b);
	for (size_t i = 0; i < f->extra_n; i++)
		buf_addf(&b, "%s%.*s=%.*s", i ? ", " : "", SV_ARG(f->extra[i].name),
			 SV_ARG(f->extra[i].value));
	grid_buf(g, &b);
	buf_deinit(&b);
}

static void sealed(struct out *o)
{
	out_str(o, "\n");
	out_wrapped(
		o, "  ",
		SV("The rest is gone: `postern retention` removed it. The figures stay, "
		   "and count in the totals of the month."));
}

struct report_rows *show_report_begin(struct out *o, const struct app_report_detail *d,
				      uint32_t limit)
{
	bool rows = d->report.which == APP_KIND_AGGREGATE;
	struct report_rows *r = heap_array(1, sizeof(*r));
	r->o = o;
	r->all = rows && !d->report.sealed ? d->report.rows : 0;
	if (o->form == OUT_JSON) {
		begin_json(r, d);
		return r;
	}
	if (o->form == OUT_TEXT) {
		head(o, d);
		repairs(o, d);
		deliveries(o, d);
		conflicts(o, d);
		show_report_kind_text(o, d, limit);
		if (r->all)
			out_heading(o, "Rows");
		else if (d->report.sealed)
			sealed(o);
	} else if (!rows) {
		show_report_kind_csv(o, d);
		return r;
	}
	r->g = grid_new(o, NULL, NULL, row_columns,
			sizeof(row_columns) / sizeof(*row_columns));
	return r;
}

void show_report_row(struct report_rows *r, const struct app_row *row)
{
	if (r->g)
		row_cells(r->g, row);
	else
		row_json(&r->j, row);
	r->shown++;
	out_ease(r->o);
}

void show_report_end(struct report_rows **r)
{
	struct out *o = (*r)->o;
	char text[WORDS_TEXT];
	if ((*r)->g) {
		grid_end(&(*r)->g);
	} else if (o->form == OUT_JSON) {
		json_array_end(&(*r)->j);
		show_end(o, &(*r)->j);
	}
	if (o->form == OUT_TEXT && (*r)->shown < (*r)->all)
		outf(o, "  ... and %s more; --limit 0 shows all\n",
		     words_number((*r)->all - (*r)->shown, text));
	free(*r);
	*r = NULL;
}
