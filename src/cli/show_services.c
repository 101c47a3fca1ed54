/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "cli/show_int.h"

#include <stdio.h>

enum {
	WHAT_WIDTH = 34
};

/* The first word of a fact, where it is known: "yes", "relaxed". */
static struct sv answer(const struct service *s, enum service_key key)
{
	for (size_t i = 0; i < s->fact_n; i++) {
		struct sv v = s->fact[i].value;
		size_t n = 0;
		while (n < v.n && ascii_is_alnum(v.p[n]))
			n++;
		if (s->fact[i].key == key)
			return sv_sub(v, 0, n);
	}
	return SV("");
}

void show_services(struct out *o, const struct service_catalogue *c)
{
	static const struct grid_column columns[] = {
		{ "service", "SERVICE", false, 2, 12 },
		{ "name", "NAME", false, 1, 16 },
		{ "kind", "KIND", false, 3, 12 },
		{ "dkim_aligns", "DKIM", false, 0, TABLE_WHOLE },
		{ "spf_aligns", "SPF", false, 0, TABLE_WHOLE },
		{ "home", NULL, false, 0, 0 },
	};
	struct json j;
	show_begin(o, &j);
	struct grid *g = grid_new(o, &j, "services", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < c->n; i++) {
		const struct service *s = &c->service[i];
		grid_text(g, s->id, PAINT_NONE);
		grid_text(g, s->name, PAINT_NONE);
		grid_str(g, service_kind_word(s->kind));
		grid_text_or_none(g, answer(s, SERVICE_KEY_DKIM_ALIGNS));
		grid_text_or_none(g, answer(s, SERVICE_KEY_SPF_ALIGNS));
		grid_text(g, s->home, PAINT_NONE);
	}
	(void)grid_end(&g);
	show_end(o, &j);
	if (o->form == OUT_TEXT)
		out_str(o, "\n  DKIM and SPF: can they align with a customer's domain? "
			   "`postern services NAME` says how.\n");
}

/* --- one --- */

static void show_fact_json(struct json *j, const struct service_fact *f)
{
	json_object(j, NULL);
	json_str(j, "key", service_key_word(f->key));
	json_string(j, "value", f->value);
	json_bool(j, "verified", f->source.n > 0);
	if (f->source.n) {
		json_string(j, "source", f->source);
		json_string(j, "date", f->date);
	} else {
		json_null(j, "source");
		json_null(j, "date");
	}
	json_object_end(j);
}

static void show_service_json(struct out *o, const struct service *s)
{
	struct json j;
	show_begin(o, &j);
	json_string(&j, "service", s->id);
	json_string(&j, "name", s->name);
	json_str(&j, "kind", service_kind_word(s->kind));
	json_string(&j, "home", s->home);
	json_array(&j, "facts");
	for (size_t i = 0; i < s->fact_n; i++)
		if (s->fact[i].key > SERVICE_KEY_HOME)
			show_fact_json(&j, &s->fact[i]);
	json_array_end(&j);
	show_end(o, &j);
}

/* What is published is only what somebody read. */
static bool is_shown(const struct service_fact *f)
{
	return f->source.n ||
	       (f->key != SERVICE_KEY_PUBLISH && f->key != SERVICE_KEY_SPF);
}

static void show_fact(struct out *o, const struct service_fact *f, bool again)
{
	char first[60];
	struct buf b;
	buf_init(&b, LIMIT_VALUE);
	(void)snprintf(first, sizeof(first), "  %-*s", WHAT_WIDTH,
		       again ? "" : service_key_what(f->key));
	buf_add_sv(&b, f->value);
	if (!f->source.n)
		buf_add_str(&b, " (unverified)");
	out_wrapped(o, first, buf_sv(&b));
	buf_deinit(&b);
}

/* Facts of some keys, under a heading. */
static void show_group(struct out *o, const struct service *s, const char *heading,
		       enum service_key from, enum service_key to)
{
	int before = -1;
	for (size_t i = 0; i < s->fact_n; i++) {
		const struct service_fact *f = &s->fact[i];
		if (f->key < from || f->key > to || !is_shown(f))
			continue;
		if (before < 0)
			out_heading(o, heading);
		show_fact(o, f, before == (int)f->key);
		before = (int)f->key;
	}
}

static bool is_named_before(const struct service *s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (sv_eq(s->fact[k].source, s->fact[i].source))
			return true;
	return false;
}

/* Where the facts were read. */
static void show_read(struct out *o, const struct service *s)
{
	bool any = false;
	for (size_t i = 0; i < s->fact_n; i++) {
		const struct service_fact *f = &s->fact[i];
		if (!f->source.n || is_named_before(s, i))
			continue;
		if (!any)
			out_heading(o, "Read in");
		any = true;
		out_str(o, "  ");
		out_text(o, f->source);
		out_str(o, ", ");
		out_text(o, f->date);
		out_str(o, "\n");
	}
}

static bool has_hint(const struct service *s)
{
	for (size_t i = 0; i < s->fact_n; i++)
		if (s->fact[i].key > SERVICE_KEY_HOME && !s->fact[i].source.n)
			return true;
	return false;
}

static void show_service_text(struct out *o, const struct service *s)
{
	out_str(o, paint_on(o, PAINT_BOLD));
	out_text(o, s->name);
	outf(o, "%s (", paint_off(o, PAINT_BOLD));
	out_text(o, s->id);
	outf(o, "): %s\n  ", service_kind_what(s->kind));
	out_text(o, s->home);
	out_str(o, "\n");
	show_group(o, s, "Its mail can be", SERVICE_KEY_DKIM_ALIGNS,
		   SERVICE_KEY_FORWARDS);
	show_group(o, s, "What a customer publishes", SERVICE_KEY_PUBLISH,
		   SERVICE_KEY_SETUP);
	show_group(o, s, "How it is known", SERVICE_KEY_LEGACY, SERVICE_KEY_REPORTS_FROM);
	show_group(o, s, "Mind", SERVICE_KEY_NOTE, SERVICE_KEY_NOTE);
	show_read(o, s);
	if (has_hint(s)) {
		out_str(o, "\n");
		out_wrapped(
			o, "  ",
			SV("Unverified is what nobody read in a source: a hint, and in "
			   "no record."));
	}
}

void show_service(struct out *o, const struct service *s)
{
	if (o->form == OUT_JSON)
		show_service_json(o, s);
	else
		show_service_text(o, s);
}

/* --- held against the DNS --- */

static const struct grid_column verified[] = {
	{ "service", "SERVICE", false, 0, 12 },
	{ "fact", "FACT", false, 0, TABLE_WHOLE },
	{ "name", "NAME", false, 0, 20 },
	{ "what", "LOOKED FOR", false, 1, TABLE_WHOLE },
	{ "verdict", "VERDICT", false, 0, TABLE_WHOLE },
	{ "verified", NULL, false, 0, 0 },
};

static void show_verified(struct out *o, struct json *j, const struct app_verification *v)
{
	struct grid *g = grid_new(o, j, "names", verified,
				  sizeof(verified) / sizeof(*verified));
	for (size_t i = 0; i < v->n; i++) {
		const struct app_verified *n = &v->name[i];
		if (o->form == OUT_TEXT && n->verdict == APP_VERDICT_HOLDS)
			continue;
		grid_text(g, n->service->id, PAINT_NONE);
		grid_str(g, service_key_word(n->fact->key));
		grid_text(g, n->name, PAINT_NONE);
		grid_str(g, n->what);
		grid_str(g, app_verdict_word(n->verdict));
		grid_bool(g, n->fact->source.n > 0);
	}
	(void)grid_end(&g);
}

void show_verification(struct out *o, const struct app_verification *v)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_uint(&j, "services", v->services);
		for (int i = 0; i < APP_VERDICTS; i++)
			json_uint(&j, app_verdict_word((enum app_verdict)i), v->of[i]);
		json_uint(&j, "patterns", v->left);
		json_bool(&j, "stopped", v->stopped);
	}
	show_verified(o, &j, v);
	show_end(o, &j);
	if (o->form != OUT_TEXT)
		return;
	out_str(o, "\n  ");
	show_count(o, v->n, "name", "names");
	out_str(o, " of ");
	show_count(o, v->services, "service", "services");
	outf(o, " looked up: %zu hold, %zu differ, %zu are gone, %zu got no answer\n",
	     v->of[APP_VERDICT_HOLDS], v->of[APP_VERDICT_DIFFERS],
	     v->of[APP_VERDICT_GONE], v->of[APP_VERDICT_SILENT]);
	outf(o, "  %zu patterns cannot be asked for\n", v->left);
}
