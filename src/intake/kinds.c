/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/kinds.h"

#include "intake/worker.h"
#include "report/aggregate.h"

static bool is_aggregate(const struct unpack_leaf *leaf)
{
	return leaf->form == FORM_XML && aggregate_recognise(leaf->head);
}

/* RFC 8460 4: the members that every TLS report has. */
static bool is_tls(const struct unpack_leaf *leaf)
{
	if (leaf->form != FORM_JSON)
		return false;
	return sv_has_prefix_fold(leaf->type, SV("application/tlsrpt")) ||
	       (sv_find(leaf->head, SV("\"policies\"")) < leaf->head.n &&
		(sv_find(leaf->head, SV("\"organization-name\"")) < leaf->head.n ||
		 sv_find(leaf->head, SV("\"date-range\"")) < leaf->head.n ||
		 sv_find(leaf->head, SV("\"report-id\"")) < leaf->head.n));
}

/* RFC 5965, 6591; and the gateways that only write a sentence (Exim, cPanel). */
static bool is_failure(const struct unpack_leaf *leaf)
{
	if (!leaf->mail || leaf->why)
		return false;
	return sv_eq(leaf->type, SV("message/feedback-report")) ||
	       sv_eq(leaf->mail->report_type, SV("feedback-report")) ||
	       (sv_has_prefix_fold(leaf->type, SV("text/")) &&
		sv_find_fold(leaf->head,
			     SV("A message claiming to be from you has failed")) <
			leaf->head.n);
}

static const struct kind kinds[] = {
	{ KIND_AGGREGATE, "aggregate report", is_aggregate, worker_read_aggregate,
	  false },
	{ KIND_TLS, "TLS report", is_tls, NULL, false },
	{ KIND_FAILURE, "failure report", is_failure, NULL, true },
};

const struct kind *kinds_table(size_t *out_n)
{
	*out_n = sizeof(kinds) / sizeof(*kinds);
	return kinds;
}

const struct kind *kind_of(const struct unpack_leaf *leaf)
{
	for (size_t i = 0; !leaf->why && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].recognise(leaf))
			return &kinds[i];
	return NULL;
}

/* RFC 7489 7.2.1.1: receiver!policy-domain!begin!end.xml.gz, and the subject. */
bool kind_was_meant(const struct unpack_leaf *leaf)
{
	static const char *const endings[] = { ".xml", ".xml.gz", ".zip", ".gz",
					       ".json.gz" };
	if (leaf->mail && sv_has_prefix_fold(leaf->mail->subject, SV("Report Domain:")))
		return leaf->why || leaf->name.n > 0 ||
		       !sv_has_prefix_fold(leaf->type, SV("text/"));
	bool ending = false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		ending = ending || sv_has_suffix_fold(leaf->name, sv_from(endings[i]));
	struct sv rest = leaf->name;
	int marks = 0;
	while (sv_chr(rest, '!') < rest.n) {
		sv_take_until(&rest, '!');
		marks++;
	}
	return ending && marks >= 2;
}
