/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"

static bool is_notice(const struct mime_mail *mail)
{
	return sv_eq(mail->report_type, SV("delivery-status")) ||
	       sv_eq(mail->report_type, SV("disposition-notification"));
}

bool arf_recognise(const struct arf_leaf *leaf)
{
	const struct mime_mail *mail = leaf->mail;
	for (const struct mime_mail *m = mail; m; m = m->around)
		if (is_notice(m))
			return false;
	if (!mail)
		return false;
	return sv_eq(leaf->type, SV("message/feedback-report")) ||
	       sv_eq(mail->report_type, SV("feedback-report")) ||
	       fields_recognise(leaf->head) ||
	       (sv_has_prefix_fold(leaf->type, SV("text/")) &&
		sentences_recognise(leaf->head));
}
