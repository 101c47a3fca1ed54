/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/ingest.h"
#include "app/words.h"
#include "base/arena.h"
#include "cli/progress.h"
#include "cli/show_int.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINES_A_STATUS = 20, /* of refusals, conflicts, ... in text; JSON tells all */
	STATUSES = APP_STATUS_ASIDE + 1,
	LINE_MAX_BYTES = 64 * 1024,
};

static volatile sig_atomic_t stop;

static void on_stop(int number)
{
	(void)number;
	stop = 1;
}

const volatile sig_atomic_t *run_catch_stop(void)
{
	struct sigaction ask = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
	(void)sigaction(SIGINT, &ask, NULL);
	(void)sigaction(SIGTERM, &ask, NULL);
	return &stop;
}

/* What the text summary tells at the end. */
struct tally {
	uint64_t of_status[STATUSES];
	uint64_t tls, failure;     /* reports of these kinds, whatever their status */
	uint64_t *reports, *times; /* of each repair code */
	size_t codes;
};

struct ingest {
	struct cli *cli;
	struct progress progress;
	struct grid *csv;
	struct tally tally;
};

/* Of what is new: a duplicate's were told when it came first. */
static void count_repairs(struct tally *t, const struct intake_outcome *v)
{
	if (v->status == APP_STATUS_DUPLICATE)
		return;
	struct sv bytes = v->repairs;
	struct repair r;
	while (bytes.n && repair_take(&bytes, &r))
		if (r.code < t->codes) {
			t->reports[r.code]++;
			t->times[r.code] += r.times;
		}
}

static void count_kinds(struct tally *t, const struct intake_outcome *v)
{
	if (v->id.n == 0)
		return;
	t->tls += v->kind == APP_KIND_TLS;
	t->failure += v->kind == APP_KIND_FAILURE;
}

/* "report ID of ORG about DOMAIN", or "TLS report ID of ORG about DOMAIN and DOMAIN, 3
 * policies, 1,204 sessions, 4 failed". */
static void add_report(struct buf *b, const struct intake_outcome *v)
{
	struct sv domains = v->domains.n ? v->domains : v->domain, one;
	enum app_kind kind = (enum app_kind)v->kind;
	size_t n = 0;
	buf_addf(b, ": %s %.*s of %.*s about ",
		 kind == APP_KIND_AGGREGATE ? "report" : show_kind_words(kind),
		 SV_ARG(v->id), SV_ARG(v->org.n ? v->org : SV("?")));
	if (domains.n == 0)
		buf_add_str(b, "?");
	while (sv_take_line(&domains, &one))
		buf_addf(b, "%s%.*s", n++ ? ", " : "", SV_ARG(one));
	if (kind == APP_KIND_AGGREGATE)
		return;
	buf_add_str(b, "; ");
	show_add_figures(b, kind, v->rows, v->messages, v->passed);
}

/* Refusals and the like are told as they come; the first few of each, for a folder of
 * rubbish would hide the rest. */
static void tell(struct ingest *in, const struct intake_outcome *v)
{
	struct out *o = &in->cli->out;
	if (v->status == APP_STATUS_NEW || v->status == APP_STATUS_DUPLICATE ||
	    v->status >= STATUSES || in->cli->quiet)
		return;
	if (++in->tally.of_status[v->status] > LINES_A_STATUS)
		return;
	char first[32];
	struct buf b;
	buf_init(&b, LINE_MAX_BYTES);
	(void)snprintf(first, sizeof(first), "%-10s  ", app_status_name(v->status));
	buf_addf(&b, "%.*s%s%.*s", SV_ARG(v->path), v->member.n ? ", " : "",
		 SV_ARG(v->member));
	if (v->reason.n)
		buf_addf(&b, ": %.*s", SV_ARG(v->reason));
	else if (v->id.n)
		add_report(&b, v);
	progress_clear(&in->progress);
	out_wrapped(o, first, buf_sv(&b));
	buf_deinit(&b);
	if (in->tally.of_status[v->status] == LINES_A_STATUS)
		outf(o, "%-10s  ... further ones are counted; %s\n",
		     app_status_name(v->status),
		     v->status >= APP_STATUS_REFUSED ? "`postern refused` lists them"
						     : "--json tells each");
	out_flush(o);
}

static void on_outcome(void *ctx, const struct intake_outcome *v)
{
	struct ingest *in = ctx;
	struct out *o = &in->cli->out;
	if (o->form == OUT_TEXT) {
		count_repairs(&in->tally, v);
		count_kinds(&in->tally, v);
		tell(in, v);
		return;
	}
	if (o->form == OUT_CSV)
		show_outcome_csv(in->csv, v);
	else
		show_outcome_json(o, v);
	out_ease(o);
}

static void on_progress(void *ctx, const struct intake_progress *p)
{
	struct ingest *in = ctx;
	out_flush(&in->cli->out);
	progress_show(&in->progress, p);
}

static void on_warning(void *ctx, const char *sentence)
{
	struct ingest *in = ctx;
	progress_clear(&in->progress);
	out_flush(&in->cli->out);
	run_say(sentence);
}

/* --- the summary for a person --- */

static void summary_line(struct out *o, const char *name, uint64_t n, const char *what)
{
	char text[WORDS_TEXT];
	if (n)
		outf(o, "  %-11s %9s  %s\n", name, words_number(n, text), what);
}

static void show_repairs(struct out *o, const struct tally *t)
{
	static const struct grid_column columns[] = {
		{ NULL, "REPAIRED", false, TABLE_KEY | 1, 24 },
		{ NULL, "HOW IT WAS READ", false, TABLE_KEY | 2, 24 },
		{ NULL, "REPORTS", true, 0, 0 },
		{ NULL, "TIMES", true, 0, 0 },
	};
	struct grid *g = grid_new(o, NULL, NULL, columns, 4);
	bool any = false;
	for (size_t code = 0; code < t->codes; code++) {
		const struct repair_kind *k = repair_kind((uint16_t)code);
		if (!k || t->reports[code] == 0)
			continue;
		if (!any)
			out_str(o, "\n");
		any = true;
		grid_str(g, k->what);
		grid_str(g, k->how);
		grid_number(g, t->reports[code]);
		grid_number(g, t->times[code]);
	}
	grid_end(&g);
}

static void show_growth(struct out *o, const struct intake_summary *s)
{
	char rows[WORDS_TEXT], messages[WORDS_TEXT], share[WORDS_TEXT];
	struct buf b;
	buf_init(&b, LINE_MAX_BYTES);
	uint64_t row_n = words_magnitude(s->rows);
	uint64_t message_n = words_magnitude(s->messages);
	buf_addf(&b, "The totals grew by %s%s row%s and %s%s message%s",
		 s->rows < 0 ? "-" : "", words_number(row_n, rows), words_s(row_n),
		 s->messages < 0 ? "-" : "", words_number(message_n, messages),
		 words_s(message_n));
	if (s->messages > 0 && s->passed >= 0 && s->passed <= s->messages)
		buf_addf(&b, ", %s of which passed",
			 words_share((uint64_t)s->passed, (uint64_t)s->messages, share));
	buf_add_char(&b, '.');
	out_str(o, "\n");
	out_wrapped(o, "  ", buf_sv(&b));
	buf_deinit(&b);
}

static void show_kinds(struct out *o, const struct tally *t)
{
	if (t->tls + t->failure == 0)
		return;
	out_str(o, "\n  Among them ");
	if (t->tls)
		show_count(o, t->tls, "TLS report", "TLS reports");
	if (t->tls && t->failure)
		out_str(o, " and ");
	if (t->failure)
		show_count(o, t->failure, "failure report", "failure reports");
	out_str(o, ", which the totals leave out.\n");
}

static void show_summary(struct out *o, const struct intake_summary *s,
			 const struct tally *t)
{
	char files[WORDS_TEXT], rate[WORDS_TEXT];
	outf(o, "%s %s in %.1f s", words_number(s->files, files),
	     s->files == 1 ? "file or mail" : "files and mails", s->seconds);
	if (s->seconds > 0.1)
		outf(o, ", %s a second",
		     words_number((uint64_t)((double)s->files / s->seconds), rate));
	out_str(o, "\n");
	if (s->files == 0 && !s->interrupted) {
		out_str(o, "\n  No file or mail was found in what was given.\n");
		return;
	}
	if (s->reports + s->refused + s->aside)
		out_str(o, "\n");
	summary_line(o, "new", s->new_, "reports");
	summary_line(o, "duplicate", s->duplicate, "known already");
	summary_line(o, "superseded", s->superseded,
		     "incomplete, and one with all its rows is here");
	summary_line(o, "conflict", s->conflict,
		     "the key of another report, other content: both count");
	summary_line(o, "refused", s->refused,
		     "unreadable, no report, or refused by you");
	summary_line(o, "aside", s->aside, "of a kind that is not read yet");
	summary_line(o, "repaired", s->repaired, "of the reports");
	show_kinds(o, t);
	show_growth(o, s);
	if (!s->interrupted)
		show_repairs(o, t);
}

void run_progress(const struct cli *c, struct progress *out)
{
	bool never = strcmp(c->settings.value[SETTING_PROGRESS].text, "never") == 0;
	progress_init(out, 2, !c->quiet && !never, c->err_terminal,
		      c->err_terminal ? out_columns(2, getenv("COLUMNS")) : 0);
}

static void begin(struct ingest *in, struct cli *c)
{
	size_t n = 0;
	const struct repair_kind *k = repair_table(&n);
	in->cli = c;
	run_progress(c, &in->progress);
	in->tally.codes = n ? (size_t)k[n - 1].code + 1 : 0;
	in->tally.reports = arena_array(c->arena, in->tally.codes + 1, sizeof(uint64_t));
	in->tally.times = arena_array(c->arena, in->tally.codes + 1, sizeof(uint64_t));
	if (c->out.form == OUT_CSV)
		in->csv = show_outcomes_begin(&c->out);
}

/* A run that failed before it kept anything has nothing to sum up. What it says at last
 * comes after all this. */
static void end(struct ingest *in, const struct intake_summary *s, bool failed)
{
	struct cli *c = in->cli;
	progress_clear(&in->progress);
	if (in->csv)
		grid_end(&in->csv);
	else if (c->out.form == OUT_JSON)
		show_summary_json(&c->out, s);
	else if (!c->quiet && !(failed && s->files == 0))
		show_summary(&c->out, s, &in->tally);
	out_flush(&c->out);
}

bool run_parser(const struct cli *c, enum aggregate_parser *out, struct err *err)
{
	static const struct {
		const char *word;
		enum aggregate_parser parser;
	} parsers[] = { { "scan", AGGREGATE_SCAN }, { "expat", AGGREGATE_EXPAT } };
	const char *word = cli_value(c->args, OPT_PARSER);
	*out = AGGREGATE_SCAN;
	for (size_t i = 0; word && i < sizeof(parsers) / sizeof(parsers[0]); i++)
		if (strcmp(word, parsers[i].word) == 0) {
			*out = parsers[i].parser;
			return true;
		}
	return !word ||
	       err_set(err, ERR_USAGE, "a parser is scan or expat; not \"%s\"", word);
}

bool run_ingest(struct cli *c, struct err *err)
{
	struct ingest in = { 0 };
	struct intake_summary s;
	enum aggregate_parser parser;
	if (!run_parser(c, &parser, err))
		return false;
	begin(&in, c);
	struct app_ingest how = {
		.paths = c->args->word,
		.path_n = c->args->word_n,
		.count_first = in.progress.on,
		.keep_failure_body = cli_has(c->args, OPT_KEEP_FAILURE_BODY),
		.parser = parser,
		.stop = run_catch_stop(),
		.outcome = on_outcome,
		.progress = on_progress,
		.warning = on_warning,
		.ctx = &in,
	};
	bool ok = app_ingest(&c->app, &how, &s, err);
	end(&in, &s, !ok);
	if (!ok && s.interrupted)
		return err_set(
			err, ERR_TEMP,
			"stopped; what was read is kept, and the same command goes "
			"on where it stopped");
	return ok;
}
