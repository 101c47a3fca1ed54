/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "cli/settings.h"

#include <stdio.h>
#include <string.h>

static const char purpose[] =
	"who sends mail as your clients' domains, what passes, what fails and why";

static const struct {
	int status;
	const char *meaning;
} statuses[] = {
	{ 0, "done; for ingest also where items were refused" },
	{ ERR_USAGE, "the command line is wrong" },
	{ ERR_DAMAGED,
	  "a backup is damaged, or is none; or the database is (ingest: 75)" },
	{ ERR_NO_INPUT, "a path cannot be read, or what was asked for is not there" },
	{ ERR_INTERNAL, "a fault of the program, or fsck found a difference" },
	{ ERR_TEMP, "busy, full or interrupted: the same command may succeed later" },
	{ ERR_TOO_NEW, "a backup needs a later version than this one" },
	{ ERR_CONFIG, "the settings or the database cannot be used as they are" },
};

enum {
	STATUSES = sizeof(statuses) / sizeof(*statuses),
	LEFT = 28 /* where meanings begin */
};

/* Two columns; the right one is wrapped. */
static void entry(struct out *o, const char *left, const char *right)
{
	char first[128];
	int n = snprintf(first, sizeof(first), "  %-*s", LEFT - 3, left);
	if (n > LEFT - 1) {
		outf(o, "  %s\n", left);
		(void)snprintf(first, sizeof(first), "%*s", LEFT - 1, "");
	}
	struct sv text = sv_from(right);
	size_t end = strlen(first);
	(void)snprintf(first + end, sizeof(first) - end, " ");
	out_wrapped(o, first, text);
}

static void option_name(const struct cli_option *x, char *out, size_t size)
{
	char letter[8] = "";
	if (x->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", x->letter);
	(void)snprintf(out, size, "%s--%s%s%s", letter, x->name, x->arg ? " " : "",
		       x->arg ? x->arg : "");
}

static void show_option(struct out *o, const struct cli_option *x)
{
	char name[96];
	option_name(x, name, sizeof(name));
	entry(o, name, x->meaning);
}

/* Those for the forms of an answer only where there are such. */
static void show_global(struct out *o, unsigned forms)
{
	out_heading(o, "Global options, before or after the command");
	for (unsigned i = OPT_NONE + 1; i < OPT_N; i++)
		if (cli_option(i)->global && (i != OPT_JSON || forms & FORM_JSON) &&
		    (i != OPT_CSV || forms & FORM_CSV))
			show_option(o, cli_option(i));
}

static void show_command(struct out *o, const struct cli_command *c)
{
	char left[96];
	(void)snprintf(left, sizeof(left), "%s%s%s", c->name, c->args[0] ? " " : "",
		       c->args);
	entry(o, left, c->does);
}

/* "Read reports. Takes ...": what the command does, and more about it. */
static const char *sentences(const struct cli_command *c, char *out, size_t size)
{
	char first = c->does[0];
	if (first >= 'a' && first <= 'z')
		first = (char)(first - 'a' + 'A');
	(void)snprintf(out, size, "%c%s.%s%s", first, c->does + 1, c->more[0] ? " " : "",
		       c->more);
	return out;
}

static void show_statuses(struct out *o)
{
	out_heading(o, "Exit status");
	for (size_t i = 0; i < STATUSES; i++) {
		char left[16];
		(void)snprintf(left, sizeof(left), "%d", statuses[i].status);
		entry(o, left, statuses[i].meaning);
	}
}

void help_main(struct out *o)
{
	outf(o, "postern %s: %s\n\n", POSTERN_VERSION, purpose);
	out_str(o, "Usage: postern [OPTION...] COMMAND [ARGUMENT...]\n");
	out_heading(o, "Commands");
	for (unsigned i = 0; i < COMMAND_N; i++)
		show_command(o, cli_command(i));
	show_global(o, FORM_JSON | FORM_CSV);
	show_statuses(o);
	out_str(o, "\n`postern help COMMAND` says more.\n");
}

void help_group(struct out *o, struct sv group)
{
	for (unsigned i = 0; i < COMMAND_N; i++) {
		struct sv name = sv_from(cli_command(i)->name);
		if (sv_eq(sv_take_until(&name, ' '), group) && name.n)
			show_command(o, cli_command(i));
	}
	for (unsigned i = 0; i < COMMAND_N; i++) {
		struct sv name = sv_from(cli_command(i)->name);
		if (!sv_eq(sv_take_until(&name, ' '), group) || name.n == 0)
			continue;
		outf(o, "\n`postern help %s` says more, and so for each.\n",
		     cli_command(i)->name);
		return;
	}
}

void help_command(struct out *o, const struct cli_command *c)
{
	outf(o, "Usage: postern %s%s%s%s\n\n", c->name,
	     c->option[0] != OPT_NONE ? " [OPTION...]" : "", c->args[0] ? " " : "",
	     c->args);
	char text[1024];
	out_wrapped(o, "", sv_from(sentences(c, text, sizeof(text))));
	if (c->option[0] != OPT_NONE)
		out_heading(o, "Options");
	for (unsigned i = 0; c->option[i] != OPT_NONE; i++)
		show_option(o, cli_option(c->option[i]));
	show_global(o, c->forms);
	if (c->forms)
		outf(o, "\nThe answer comes as text, %s.\n",
		     c->forms & FORM_CSV ? "as --json or as --csv" : "or as --json");
}

/* --- man(7) --- */

/* Text for roff: a backslash and a hyphen are meant as they stand, a line may not begin
 * with a request, and what stands in backquotes is bold. */
static void roff(struct out *o, const char *text)
{
	bool bold = false;
	if (text[0] == '.' || text[0] == '\'')
		out_str(o, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			out_str(o, "\\e");
		else if (*text == '-')
			out_str(o, "\\-");
		else if (*text == '`')
			out_str(o, (bold = !bold) ? "\\fB" : "\\fR");
		else
			buf_add_char(&o->b, *text);
	}
}

static void item(struct out *o, const char *name, const char *value, const char *text)
{
	out_str(o, ".TP\n\\fB");
	roff(o, name);
	out_str(o, "\\fR");
	if (value && value[0]) {
		out_str(o, " \\fI");
		roff(o, value);
		out_str(o, "\\fR");
	}
	out_str(o, "\n");
	roff(o, text);
	out_str(o, "\n");
}

static void man_option(struct out *o, const struct cli_option *x)
{
	char name[64];
	if (x->letter)
		(void)snprintf(name, sizeof(name), "-%c, --%s", x->letter, x->name);
	else
		(void)snprintf(name, sizeof(name), "--%s", x->name);
	item(o, name, x->arg, x->meaning);
}

static void man_commands(struct out *o)
{
	out_str(o, ".SH COMMANDS\n");
	for (unsigned i = 0; i < COMMAND_N; i++) {
		const struct cli_command *c = cli_command(i);
		char text[1024];
		item(o, c->name, c->args, sentences(c, text, sizeof(text)));
		if (c->option[0] == OPT_NONE)
			continue;
		out_str(o, ".RS\n");
		for (unsigned k = 0; c->option[k] != OPT_NONE; k++)
			man_option(o, cli_option(c->option[k]));
		out_str(o, ".RE\n");
	}
}

static void man_settings(struct out *o)
{
	out_str(o, ".SH SETTINGS\n");
	roff(o, "A setting comes from its option, else from the environment, else from "
		"the settings file, else from its default. In the file a line is "
		"`name = value`, and # begins a comment.");
	out_str(o, "\n");
	for (unsigned i = 0; i < SETTING_N; i++) {
		const struct setting *s = setting(i);
		char text[512], env[SETTING_ENV];
		(void)snprintf(text, sizeof(text), "%s. %s%s%sIn the environment %s.",
			       s->meaning, s->def[0] ? "Default: " : "", s->def,
			       s->def[0] ? ". " : "", setting_env(s, env));
		text[0] = (char)(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 32
								  : text[0]);
		item(o, s->name, NULL, text);
	}
}

void help_man(struct out *o)
{
	outf(o, ".TH POSTERN 1 \"\" \"postern %s\" \"Postern\"\n", POSTERN_VERSION);
	outf(o, ".SH NAME\npostern \\- %s\n", purpose);
	out_str(o, ".SH SYNOPSIS\n.B postern\n[\\fIOPTION\\fR...] \\fICOMMAND\\fR "
		   "[\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n");
	roff(o, "Postern reads the reports that mail receivers and senders send about a "
		"domain: aggregate reports (DMARC, RFC 7489 and RFC 9990), TLS reports "
		"(RFC 8460) and failure reports (RFC 6591 and RFC 9991). It keeps what "
		"they say, and answers which hosts send as that domain, what passes, "
		"what fails and why, and how encrypted delivery to it went: for one "
		"domain, or for all those that a service provider looks after.");
	out_str(o, "\n");
	man_commands(o);
	out_str(o, ".SH OPTIONS\nThese stand before or after the command.\n");
	for (unsigned i = OPT_NONE + 1; i < OPT_N; i++)
		if (cli_option(i)->global)
			man_option(o, cli_option(i));
	man_settings(o);
	out_str(o, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < STATUSES; i++) {
		char name[16];
		(void)snprintf(name, sizeof(name), "%d", statuses[i].status);
		item(o, name, NULL, statuses[i].meaning);
	}
	out_str(o, ".SH FILES\n");
	item(o, "/etc/postern/postern.conf", NULL, "the settings file");
	item(o, "$XDG_DATA_HOME/postern/postern.db", NULL, "the database");
	out_str(o, ".SH ENVIRONMENT\n");
	item(o, "POSTERN_SETTING", NULL, "each setting, as listed above");
	item(o, "NO_COLOR", NULL, "where it is set and not empty, there is no colour");
	item(o, "COLUMNS", NULL, "the width of a terminal that does not tell its own");
	out_str(o, ".SH EXAMPLES\n");
	item(o,
	     "postern client add \"Acme Ltd\" --domain acme.example --raw "
	     "reports@msp.example",
	     NULL, "enters a client, and prints what to publish");
	item(o, "postern ingest ~/Maildir/.dmarc", NULL, "reads what came since");
	item(o, "postern overview --since 30d", NULL, "from 30 days before today on");
}
