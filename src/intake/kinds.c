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

static bool has_ending(struct sv name)
{
	static const char *const endings[] = { ".xml", ".gz", ".zip", ".json" };
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (sv_has_suffix_fold(name, sv_from(endings[i])))
			return true;
	return false;
}

static bool has_report_type(struct sv type)
{
	static const char *const types[] = {
		"application/gzip", "application/x-gzip",           "application/zip",
		"application/xml",  "application/x-zip-compressed", "text/xml",
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (sv_eq(type, sv_from(types[i])))
			return true;
	return sv_has_prefix_fold(type, SV("application/tlsrpt"));
}

/* RFC 7489 7.2.1.1: receiver!policy-domain!begin!end.xml.gz, and the subject. A mail with
 * that subject has other parts too: a letter, a logo, a signature. */
bool kind_was_meant(const struct unpack_leaf *leaf)
{
	bool ending = has_ending(leaf->name);
	if (leaf->mail && sv_has_prefix_fold(leaf->mail->subject, SV("Report Domain:")) &&
	    (leaf->why || ending || has_report_type(leaf->type) ||
	     (sv_eq(leaf->type, SV("application/octet-stream")) && leaf->name.n == 0)))
		return true;
	struct sv rest = leaf->name;
	int marks = 0;
	while (sv_chr(rest, '!') < rest.n) {
		sv_take_until(&rest, '!');
		marks++;
	}
	return ending && marks >= 2;
}
