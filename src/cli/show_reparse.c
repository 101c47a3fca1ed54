/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

/* What reading the raw copies again brought. */

enum {
	LINES_A_CHANGE = 20, /* in text; JSON tells all */
	CHANGES = CHANGE_KEPT + 1,
	LINE_MAX_BYTES = 64 * 1024,
};

static const struct {
	const char *name, *what;
} changes[CHANGES] = {
	[CHANGE_NONE] = { "none", "" },
	[CHANGE_SAME] = { "same", "as they were" },
	[CHANGE_READ] = { "read", "reports now that were refused or kept aside" },
	[CHANGE_REPORT] = { "changed", "reports that read otherwise" },
	[CHANGE_REASON] = { "reason", "no report, for another reason than before" },
	[CHANGE_KEPT] = { "kept", "would be refused now: they stay as they were" },
};

struct show_reparse {
	struct out *o;
	bool dry_run, quiet;
	uint64_t of[CHANGES];
};

struct show_reparse *show_reparse_begin(struct out *o, bool dry_run, bool quiet)
{
	struct show_reparse *r = heap_array(1, sizeof(*r));
	*r = (struct show_reparse){ .o = o, .dry_run = dry_run, .quiet = quiet };
	return r;
}

/* --- JSON --- */

struct reading {
	uint8_t kind, status;
	bool report, complete;
	struct sv org, report_id, domain, reason;
	uint64_t rows, messages, passed, repairs;
};

static void show_reading(struct json *j, const char *key, const struct reading *r)
{
	json_object(j, key);
	json_str(j, "kind", app_kind_name(r->kind));
	json_str(j, "status", app_status_name(r->status));
	json_bool(j, "report", r->report);
	json_bool(j, "complete", r->complete);
	json_string(j, "org", r->org);
	json_string(j, "report_id", r->report_id);
	json_string(j, "domain", r->domain);
	json_uint(j, "rows", r->rows);
	json_uint(j, "messages", r->messages);
	json_uint(j, "passed", r->passed);
	json_uint(j, "repairs", r->repairs);
	if (r->reason.n)
		json_string(j, "reason", r->reason);
	else
		json_null(j, "reason");
	json_object_end(j);
}

static struct reading before_of(const struct intake_outcome *v)
{
	const struct intake_before *b = &v->before;
	return (struct reading){ b->kind, b->status,    b->report, b->complete,
				 b->org,  b->report_id, b->domain, b->reason,
				 b->rows, b->messages,  b->passed, b->repair_n };
}

static struct reading after_of(const struct intake_outcome *v)
{
	return (struct reading){ v->kind, v->status,    v->id.n > 0, v->complete,
				 v->org,  v->report_id, v->domain,   v->reason,
				 v->rows, v->messages,  v->passed,   v->repair_n };
}

static void show_json(struct out *o, const struct intake_outcome *v)
{
	const struct reading before = before_of(v), after = after_of(v);
	struct json j;
	json_init(&j, &o->b);
	json_object(&j, NULL);
	json_string(&j, "path", v->path);
	json_string(&j, "member", v->member);
	json_string(&j, "id", v->id);
	json_str(&j, "change", v->change < CHANGES ? changes[v->change].name : "none");
	show_reading(&j, "before", &before);
	show_reading(&j, "after", &after);
	json_object_end(&j);
	out_str(o, "\n");
}

/* --- text --- */

static void add_number(struct buf *b, const char *what, uint64_t was, uint64_t is)
{
	char from[WORDS_TEXT], to[WORDS_TEXT];
	if (was != is)
		buf_addf(b, "%s %s %s instead of %s", b->n ? "," : "", what,
			 words_number(is, to), words_number(was, from));
}

static void add_text(struct buf *b, const char *what, struct sv was, struct sv is)
{
	if (!sv_eq(was, is))
		buf_addf(b, "%s %s \"%.*s\" instead of \"%.*s\"", b->n ? "," : "", what,
			 SV_ARG(is), SV_ARG(was));
}

/* In what the two readings differ. */
static void add_difference(struct buf *out, const struct intake_outcome *v)
{
	const struct reading was = before_of(v), is = after_of(v);
	struct buf b;
	buf_init(&b, LINE_MAX_BYTES);
	add_text(&b, "organisation", was.org, is.org);
	add_text(&b, "domain", was.domain, is.domain);
	add_text(&b, "report id", was.report_id, is.report_id);
	add_number(&b, "rows", was.rows, is.rows);
	add_number(&b, "messages", was.messages, is.messages);
	add_number(&b, "passed", was.passed, is.passed);
	add_number(&b, "repairs", was.repairs, is.repairs);
	if (was.complete != is.complete)
		buf_addf(&b, "%s %s", b.n ? "," : "",
			 is.complete ? "complete" : "incomplete");
	if (b.n == 0)
		buf_add_str(&b, " the same figures, but other details");
	buf_addf(out, ":%.*s", SV_ARG(buf_sv(&b)));
	buf_deinit(&b);
}

static void add_report(struct buf *b, const struct intake_outcome *v)
{
	buf_addf(b, ": %s report %.*s of %.*s about %.*s", app_kind_name(v->kind),
		 SV_ARG(v->id), SV_ARG(v->org.n ? v->org : SV("?")),
		 SV_ARG(v->domain.n ? v->domain : SV("?")));
}

static void show_text(struct show_reparse *r, const struct intake_outcome *v)
{
	char first[32];
	struct buf b;
	buf_init(&b, LINE_MAX_BYTES);
	(void)snprintf(first, sizeof(first), "%-8s  ", changes[v->change].name);
	buf_addf(&b, "%.*s%s%.*s", SV_ARG(v->path), v->member.n ? ", " : "",
		 SV_ARG(v->member));
	if (v->change == CHANGE_READ || v->change == CHANGE_REPORT)
		add_report(&b, v);
	if (v->change == CHANGE_REPORT)
		add_difference(&b, v);
	if (v->change == CHANGE_REASON || v->change == CHANGE_KEPT)
		buf_addf(&b, ": %.*s", SV_ARG(v->reason));
	out_wrapped(r->o, first, buf_sv(&b));
	buf_deinit(&b);
}

void show_reparse_next(struct show_reparse *r, const struct intake_outcome *v)
{
	uint8_t change = v->change < CHANGES ? v->change : CHANGE_NONE;
	r->of[change]++;
	if (r->o->form == OUT_JSON)
		show_json(r->o, v);
	else if (change != CHANGE_SAME && !r->quiet && r->of[change] <= LINES_A_CHANGE)
		show_text(r, v);
	if (r->o->form == OUT_TEXT && !r->quiet && change != CHANGE_SAME &&
	    r->of[change] == LINES_A_CHANGE)
		outf(r->o, "%-8s  ... further ones are counted; --json tells each\n",
		     changes[change].name);
}

/* --- the end --- */

static void end_json(struct show_reparse *r, const struct intake_summary *s)
{
	struct json j;
	json_init(&j, &r->o->b);
	json_object(&j, NULL);
	json_object(&j, "summary");
	json_uint(&j, "raw", s->files);
	for (size_t i = CHANGE_SAME; i < CHANGES; i++)
		json_uint(&j, changes[i].name, r->of[i]);
	json_int(&j, "rows", s->rows);
	json_int(&j, "messages", s->messages);
	json_int(&j, "passed", s->passed);
	json_bool(&j, "dry_run", r->dry_run);
	json_double(&j, "seconds", s->seconds, 3);
	json_object_end(&j);
	json_object_end(&j);
	out_str(r->o, "\n");
}

static const char *sign(int64_t n)
{
	return n < 0 ? "-" : "+";
}

static void end_text(struct show_reparse *r, const struct intake_summary *s)
{
	char n[WORDS_TEXT], rows[WORDS_TEXT], messages[WORDS_TEXT];
	outf(r->o, "%s raw cop%s read again in %.1f s\n\n", words_number(s->files, n),
	     s->files == 1 ? "y" : "ies", s->seconds);
	for (size_t i = CHANGE_SAME; i < CHANGES; i++)
		if (r->of[i])
			outf(r->o, "  %-8s %9s  %s\n", changes[i].name,
			     words_number(r->of[i], n), changes[i].what);
	uint64_t row_n = words_magnitude(s->rows);
	uint64_t message_n = words_magnitude(s->messages);
	if (row_n || message_n)
		outf(r->o, "\n  The totals %s by %s%s row%s and %s%s message%s.\n",
		     r->dry_run ? "would change" : "changed", sign(s->rows),
		     words_number(row_n, rows), words_s(row_n), sign(s->messages),
		     words_number(message_n, messages), words_s(message_n));
	if (r->dry_run)
		out_str(r->o, "\n  This was a dry run: nothing was changed.\n");
}

void show_reparse_end(struct show_reparse **r, const struct intake_summary *s)
{
	if (s && (*r)->o->form == OUT_JSON)
		end_json(*r, s);
	else if (s && !(*r)->quiet)
		end_text(*r, s);
	free(*r);
	*r = NULL;
}
