/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"
#include "cli/show_int.h"

static void show_differences(struct out *o, const struct app_fsck *f)
{
	show_count(o, f->differ, "sum of a day differs", "sums of days differ");
	out_str(o, ", ");
	show_count(o, f->facets_differ, "outcome", "outcomes");
	out_str(o, " would be judged otherwise, the figures of ");
	show_count(o, f->figures_differ, "report", "reports");
	out_str(o, f->figures_differ == 1 ? " are not those of its rows."
					  : " are not those of their rows.");
	if (f->sealed_differ)
		out_str(o, "\nTotals of sealed months cannot be made anew: restore a "
			   "backup that is sound.");
	out_str(o, f->mended ? "\nWhat differed was written anew.\n"
			     : "\n`postern fsck --mend` writes anew what differs.\n");
}

/* Reading again takes what is there out of the sums, and so the rest stays in them twice
 * until these are made anew. */
static void show_missing(struct out *o, const struct app_fsck *f)
{
	out_str(o, "Rows are missing of ");
	show_count(o, f->rows_missing, "report", "reports");
	out_str(o,
		", whose figures and sums stay as they are:\n`postern reparse` reads "
		"them "
		"again from the raw copy, then `postern fsck --mend`\nmakes the sums "
		"anew. Where no raw copy is kept, a backup has them\n(`postern restore "
		"--replace`).\n");
}

static void show_tls_differ(struct out *o, const struct app_fsck *f)
{
	out_str(o, "The figures of ");
	show_count(o, f->tls_differ, "TLS report", "TLS reports");
	out_str(o, f->tls_differ == 1 ? " are not those of its policies: "
				      : " are not those of their policies: ");
	out_str(o, "`postern reparse`\nreads them again.\n");
}

static void show_raw_damaged(struct out *o, const struct app_fsck *f)
{
	show_count(o, f->raw_damaged, "raw copy is", "raw copies are");
	out_str(o, " not what came. First: that of ");
	out_text(o, sv_from(f->raw_first));
	out_str(o, "\nNo sum changes by that, but what came in them can be had only from "
		   "the "
		   "mailbox or\nfrom a backup (`postern restore`), and `postern reparse` "
		   "leaves it as it was read.\n");
}

void show_fsck(struct out *o, const struct app_fsck *f)
{
	struct json j;
	bool sound = app_fsck_is_sound(f);
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_bool(&j, "sound", sound);
		json_bool(&j, "mended",
			  f->mended &&
				  (f->differ | f->facets_differ | f->figures_differ));
		json_uint(&j, "reports", f->reports);
		json_uint(&j, "rows", f->rows);
		json_uint(&j, "domain_days", f->domain_days);
		json_uint(&j, "differ", f->differ);
		json_uint(&j, "facets_differ", f->facets_differ);
		json_uint(&j, "figures_differ", f->figures_differ);
		json_uint(&j, "rows_missing", f->rows_missing);
		json_uint(&j, "sealed_differ", f->sealed_differ);
		json_uint(&j, "tls_differ", f->tls_differ);
		json_uint(&j, "raw_copies", f->raw_copies);
		json_uint(&j, "raw_bytes", f->raw_bytes);
		json_uint(&j, "raw_damaged", f->raw_damaged);
		json_str(&j, "first", f->first[0] ? f->first : NULL);
		show_end(o, &j);
		return;
	}
	show_count(o, f->reports, "report", "reports");
	out_str(o, ", ");
	show_count(o, f->rows, "row", "rows");
	out_str(o, ", ");
	show_count(o, f->domain_days, "day of a domain", "days of domains");
	out_str(o, " and ");
	show_count(o, f->raw_copies, "raw copy", "raw copies");
	out_str(o, sound ? " looked at: all sums agree.\n" : " looked at.\n");
	if (sound)
		return;
	if (f->first[0]) {
		out_str(o, "First: ");
		out_text(o, sv_from(f->first));
		out_str(o, "\n");
	}
	if (!app_fsck_sums_agree(f))
		show_differences(o, f);
	if (f->rows_missing)
		show_missing(o, f);
	if (f->tls_differ)
		show_tls_differ(o, f);
	if (f->raw_damaged)
		show_raw_damaged(o, f);
}
