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
	out_str(o, f->mended ? "\nWhat differed was written anew.\n"
			     : "\n`postern fsck --mend` writes anew what differs.\n");
}

/* Reading again takes what is there out of the sums, and so the rest stays in them twice
 * until these are made anew. */
static void show_missing(struct out *o, const struct app_fsck *f)
{
	out_str(o, "Rows are missing of ");
	show_count(o, f->rows_missing, "report", "reports");
	out_str(o, ", whose figures and sums stay as they are:\n");
	out_str(o,
		"`postern reparse` reads them again from the raw copy, then `postern\n");
	out_str(o,
		"fsck --mend` makes the sums anew. Where no raw copy is kept, a backup\n"
		"has them (`postern restore --replace`).\n");
}

static void show_sealed_differ(struct out *o, const struct app_fsck *f)
{
	out_str(o, "The totals of sealed months are not those of their reports, of ");
	show_count(o, f->sealed_differ, "domain", "domains");
	out_str(o,
		".\nTheir details are gone: nothing makes these totals anew, and --mend\n"
		"leaves them as they are. A backup that is sound has them (`postern\n"
		"restore --replace`).\n");
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
	out_str(o,
		"\nNo sum changes by that, but what came in them can be had only from\n"
		"the mailbox or from a backup (`postern restore`), and `postern\n"
		"reparse` leaves what was read of them.\n");
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
		json_uint(&j, "sealed_months", f->sealed_months);
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
	if (f->sealed_months) {
		out_str(o, ", ");
		show_count(o, f->sealed_months, "sealed month of a domain",
			   "sealed months of domains");
	}
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
	if (f->sealed_differ)
		show_sealed_differ(o, f);
	if (f->tls_differ)
		show_tls_differ(o, f);
	if (f->raw_damaged)
		show_raw_damaged(o, f);
}
