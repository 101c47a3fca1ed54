/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/kinds.h"

#include "arf/arf.h"
#include "intake/worker.h"
#include "report/aggregate.h"
#include "tlsrpt/tlsrpt.h"

static bool is_aggregate(const struct unpack_leaf *leaf)
{
	return leaf->form == FORM_XML && aggregate_recognise(leaf->head);
}

static bool is_tls(const struct unpack_leaf *leaf)
{
	return sv_has_prefix_fold(leaf->type, SV("application/tlsrpt")) ||
	       (leaf->form != FORM_XML && tls_recognise(leaf->head));
}

static bool is_failure(const struct unpack_leaf *leaf)
{
	const struct arf_leaf part = { leaf->type, leaf->head, leaf->mail };
	return leaf->mail && arf_recognise(&part);
}

static const struct kind kinds[] = {
	{ KIND_AGGREGATE, "aggregate report", is_aggregate, worker_read_aggregate, false,
	  AGE_FACTS, AGE_RAW },
	{ KIND_FAILURE, "failure report", is_failure, worker_read_failure, true,
	  AGE_FAILURE, AGE_FAILURE_BODY },
	{ KIND_TLS, "TLS report", is_tls, worker_read_tls, false, AGE_FACTS, AGE_RAW },
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
