/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"

static void show_address(struct json *j, const char *key, struct sv address)
{
	if (address.n)
		json_string(j, key, address);
	else
		json_null(j, key);
}

/* --- domains --- */

static void show_added_json(struct json *j, const struct app_domain_added *d)
{
	json_string(j, "domain", d->line.name);
	json_string(j, "client", d->line.client);
	json_str(j, "use", app_use_name(d->line.use));
	json_bool(j, "again", d->again);
	if (d->before.n)
		json_string(j, "before", d->before);
	else
		json_null(j, "before");
	show_address(j, "out_of", d->out_of);
	show_address(j, "out_of_client", d->out_of_client);
	show_address(j, "address", d->address);
	show_records_json(j, &d->records);
}

/* From which client's domain it is taken. */
static void show_out_of(struct out *o, const struct app_domain_added *d)
{
	struct buf b;
	if (d->out_of.n == 0)
		return;
	buf_init(&b, SIZE_MAX / 2);
	buf_addf(&b,
		 "%.*s was part of %.*s, a domain of %.*s: what is reported of it, also "
		 "until now, is no longer theirs.",
		 SV_ARG(d->line.name), SV_ARG(d->out_of), SV_ARG(d->out_of_client));
	out_wrapped(o, "  ", buf_sv(&b));
	buf_deinit(&b);
}

static void show_before(struct out *o, const struct app_domain_added *d)
{
	if (d->before.n == 0)
		return;
	out_str(o, "  ");
	out_text(o, d->line.name);
	out_str(o, " was a domain of ");
	out_text(o, d->before);
	out_str(o, " until it was retired; its history comes along.\n");
}

static void show_publish(struct out *o, const struct app_domain_added *d)
{
	if (d->address.n == 0) {
		out_str(o, "\n");
		out_wrapped(
			o, "  ",
			SV("There is no address for reports yet: set reports.address, "
			   "then `postern domain show NAME --records` says what to "
			   "publish."));
		return;
	}
	out_str(o, "\n  To publish for ");
	out_text(o, d->line.name);
	out_str(o, ", reports go to ");
	out_text(o, d->address);
	out_str(o, "\n");
	show_records(o, &d->records);
}

void show_domain_added(struct out *o, const struct app_domain_added *d)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_added_json(&j, d);
		show_figures(&j, "totals", &d->line.f);
		show_end(o, &j);
		return;
	}
	out_text(o, d->line.name);
	outf(o, " %s a %s domain of ", d->again ? "is again" : "is now",
	     app_use_name(d->line.use));
	out_text(o, d->line.client);
	out_str(o, ".\n");
	show_before(o, d);
	show_out_of(o, d);
	if (d->line.f.reports) {
		out_str(o, "  Taken over: ");
		show_count(o, d->line.f.reports, "report", "reports");
		out_str(o, ", ");
		show_count(o, d->line.f.messages, "message", "messages");
		out_str(o, ".\n");
	}
	show_publish(o, d);
}

void show_domain_retired(struct out *o, const struct app_domain_line *d)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_string(&j, "domain", d->name);
		json_string(&j, "client", d->client);
		json_bool(&j, "retired", true);
		show_end(o, &j);
		return;
	}
	out_text(o, d->name);
	out_str(o, " is retired. Its history and later reports stay with ");
	out_text(o, d->client);
	out_str(o, ".\n");
}

void show_domains(struct out *o, const struct app_domain_line *d, size_t n)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_TEXT && n == 0)
		out_str(o, "No client has a domain yet: postern domain add NAME --client "
			   "CLIENT\n");
	show_domain_lines(o, &j, "domains", d, n, SHOW_CLIENT);
	show_end(o, &j);
}

/* --- clients --- */

static void show_client_json(struct json *j, const struct app_client *c)
{
	json_string(j, "client", c->name);
	show_address(j, "raw", c->raw);
	show_address(j, "digest", c->digest);
	show_address(j, "address", c->address);
	json_int(j, "created", c->created);
	if (c->retired)
		json_int(j, "retired", c->retired);
	else
		json_null(j, "retired");
}

void show_clients(struct out *o, const struct app_client *c, size_t n)
{
	bool retired = false;
	for (size_t i = 0; i < n; i++)
		retired |= c[i].retired != 0;
	const struct grid_column columns[] = {
		{ "client", "CLIENT", false, 3, 12 },
		{ "domains", "DOMAINS", true, 0, 0 },
		SHOW_FIGURES,
		{ "address", "REPORTS GO TO", false, 1, 12 },
		{ "raw", NULL, false, 0, 0 },
		{ "digest", NULL, false, 0, 0 },
		{ "created", NULL, false, 0, 0 },
		{ "retired", retired ? "RETIRED" : NULL, false, 2, 10 },
	};
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_TEXT && n == 0)
		out_str(o, "There is no client yet: postern client add \"NAME\" --domain "
			   "DOMAIN --raw ADDRESS\n");
	struct grid *g = grid_new(o, &j, "clients", columns,
				  sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < n; i++) {
		grid_text(g, c[i].name, PAINT_NONE);
		grid_number(g, c[i].domain_n);
		show_figure_cells(g, &c[i].f);
		grid_text_or_none(g, c[i].address);
		grid_text_or_none(g, c[i].raw);
		grid_text_or_none(g, c[i].digest);
		grid_seconds(g, true, c[i].created);
		if (o->form == OUT_TEXT && c[i].retired)
			grid_day(g, true, date_day_of(c[i].retired));
		else if (o->form == OUT_TEXT)
			grid_str(g, "");
		else
			grid_seconds(g, c[i].retired != 0, c[i].retired);
	}
	grid_end(&g);
	show_end(o, &j);
}

static void show_client_text(struct out *o, const struct app_client *c)
{
	char day[DATE_TEXT];
	outf(o, "%s", paint_on(o, PAINT_BOLD));
	out_text(o, c->name);
	outf(o, "%s, since %s", paint_off(o, PAINT_BOLD),
	     date_format_day(date_day_of(c->created), day));
	if (c->retired)
		outf(o, ", retired %s", date_format_day(date_day_of(c->retired), day));
	out_str(o, "\n\n  reports go to  ");
	out_text(o, c->address.n ? c->address : SV("nowhere: set reports.address"));
	if (c->raw.n == 0 && c->address.n)
		out_str(o, " (the setting reports.address)");
	out_str(o, "\n  digests go to  ");
	out_text(o, c->digest.n ? c->digest : SV("nowhere"));
	out_str(o, "\n");
	if (c->domain_n)
		out_str(o, "\n");
}

void show_client(struct out *o, const struct app_client *c)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_client_json(&j, c);
		show_figures(&j, "totals", &c->f);
		show_day(&j, "details_from", c->sealed, c->details_from);
	} else if (o->form == OUT_TEXT) {
		show_client_text(o, c);
	}
	show_domain_lines(o, &j, "domains", c->domain, c->domain_n, 0);
	show_end(o, &j);
	if (o->form != OUT_TEXT || !c->sealed)
		return;
	out_str(o, "\n");
	show_sealed(o, c->sealed, c->cut, c->details_from);
}

void show_client_added(struct out *o, const struct app_client_added *c)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_client_json(&j, &c->client);
		json_bool(&j, "again", c->again);
		json_array(&j, "domains");
		for (size_t i = 0; i < c->domain_n; i++) {
			json_object(&j, NULL);
			show_added_json(&j, &c->domain[i]);
			json_object_end(&j);
		}
		json_array_end(&j);
		show_end(o, &j);
		return;
	}
	out_text(o, c->client.name);
	out_str(o, c->again ? " is a client again, with " : " is a client now, with ");
	show_count(o, c->domain_n, "domain", "domains");
	out_str(o, ".\n");
	for (size_t i = 0; i < c->domain_n; i++) {
		show_before(o, &c->domain[i]);
		show_out_of(o, &c->domain[i]);
		show_publish(o, &c->domain[i]);
	}
	if (c->domain_n == 0)
		out_str(o,
			"  postern domain add NAME --client CLIENT   enters a domain\n");
}

void show_client_retired(struct out *o, const struct app_client *c)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		show_client_json(&j, c);
		show_end(o, &j);
		return;
	}
	out_text(o, c->name);
	out_str(o,
		" is retired with its domains. Its history and later reports stay with "
		"it.\n  postern client add \"");
	out_text(o, c->name);
	out_str(o, "\"   brings it back with them\n");
}
