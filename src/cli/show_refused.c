/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LINE_MAX_BYTES = 64 * 1024
};

/* Text is a paragraph an item, for a reason is a sentence: no table holds it. */
static const struct grid_column columns[] = {
	{ "arrived", NULL, true, 0, 0 }, { "status", NULL, false, 0, 0 },
	{ "kind", NULL, false, 0, 0 },   { "path", NULL, false, 0, 0 },
	{ "member", NULL, false, 0, 0 }, { "id", NULL, false, 0, 0 },
	{ "reason", NULL, false, 0, 0 }, { "domain", NULL, false, 0, 0 },
	{ "sha256", NULL, false, 0, 0 }, { "size", NULL, true, 0, 0 },
	{ "kept", NULL, false, 0, 0 },   { "removed", NULL, true, 0, 0 },
};

struct refused_list {
	struct out *o;
	struct json j;
	struct grid *g; /* NULL for text */
	uint64_t all, shown;
	bool kept, gone, domain; /* one of what is shown */
};

struct refused_list *show_refused_begin(struct out *o, uint64_t all)
{
	struct refused_list *l = heap_array(1, sizeof(*l));
	l->o = o;
	l->all = all;
	show_begin(o, &l->j);
	if (o->form == OUT_JSON)
		json_uint(&l->j, "all", all);
	if (o->form != OUT_TEXT)
		l->g = grid_new(o, &l->j, "refused", columns,
				sizeof(columns) / sizeof(*columns));
	return l;
}

static void show_cells(struct grid *g, const struct app_refused_item *r)
{
	grid_seconds(g, true, r->arrived);
	grid_str(g, r->status);
	grid_str(g, r->kind);
	grid_text(g, r->path, PAINT_NONE);
	grid_text(g, r->member, PAINT_NONE);
	grid_text_or_none(g, sv_from(r->id));
	grid_text(g, r->reason, PAINT_NONE);
	grid_text_or_none(g, r->domain);
	grid_str(g, r->sha);
	grid_number(g, r->size);
	grid_bool(g, r->kept);
	grid_seconds(g, r->removed != 0, r->removed);
}

static const char *bytes_words(const struct app_refused_item *r)
{
	if (r->kept)
		return "kept";
	return r->removed ? "not kept any more" : "not kept";
}

static void show_item(struct out *o, const struct app_refused_item *r)
{
	char first[DATE_TEXT + 32], time[DATE_TEXT], size[WORDS_TEXT];
	struct buf b;
	buf_init(&b, LINE_MAX_BYTES);
	(void)snprintf(first, sizeof(first), "%s  %-7s  ",
		       date_format_time(r->arrived, time), r->status);
	buf_addf(&b, "%.*s%s%.*s", SV_ARG(r->path), r->member.n ? ", " : "",
		 SV_ARG(r->member));
	if (r->id[0])
		buf_addf(&b, ", report %s", r->id);
	struct sv why = r->reason.n ? r->reason : SV("no reason is kept");
	buf_addf(&b, ": %.*s (%s, %s)", SV_ARG(why), words_size(r->size, size),
		 bytes_words(r));
	out_wrapped(o, first, buf_sv(&b));
	buf_deinit(&b);
}

void show_refused_next(struct refused_list *l, const struct app_refused_item *r)
{
	l->shown++;
	l->kept |= r->kept;
	l->domain |= r->domain.n > 0;
	l->gone |= !r->kept && r->domain.n == 0;
	if (l->g)
		show_cells(l->g, r);
	else
		show_item(l->o, r);
}

static void show_next(const struct refused_list *l)
{
	out_heading(l->o, "Next");
	if (l->kept)
		out_wrapped(l->o, "  ",
			    SV("What is kept, `postern reparse` of a later version reads "
			       "again; nothing has to be sent again."));
	if (l->domain)
		out_wrapped(l->o, "  ",
			    SV("A domain that you refused, `postern domain add` takes "
			       "in; then feed its reports again."));
	if (l->gone)
		out_wrapped(l->o, "  ",
			    SV("What is not kept stays where it came from: mend it "
			       "there, and feed it again."));
}

static void end_text(const struct refused_list *l)
{
	char n[WORDS_TEXT];
	if (l->all == 0) {
		out_str(l->o, "Nothing was refused or kept aside.\n");
		return;
	}
	if (l->shown < l->all)
		outf(l->o, "  ... and %s more; --limit 0 shows all\n",
		     words_number(l->all - l->shown, n));
	outf(l->o, "\n  %s refused or kept aside in all\n", words_number(l->all, n));
	show_next(l);
}

void show_refused_end(struct refused_list **l)
{
	if ((*l)->g)
		(void)grid_end(&(*l)->g);
	show_end((*l)->o, &(*l)->j);
	if ((*l)->o->form == OUT_TEXT)
		end_text(*l);
	free(*l);
	*l = NULL;
}
