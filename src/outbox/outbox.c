/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox_int.h"

void outbox_say(struct outbox_answer *out, enum outbox_result result, struct sv said)
{
	size_t n = 0;
	said = sv_trim(said);
	out->result = result;
	for (size_t i = 0; i < said.n && n < OUTBOX_SAID - 1; i++) {
		unsigned char c = (unsigned char)said.p[i];
		out->said[n++] = c < ' ' || c >= 0x7f ? ' ' : (char)c;
	}
	out->said[n] = '\0';
}

/* An address that could be taken for an option, a second one, or an SMTP command. */
static bool is_odd(const char *address)
{
	if (address[0] == '-' || address[0] == '\0')
		return true;
	for (const char *p = address; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == '<' || *p == '>' || *p == ',' ||
		    (unsigned char)*p >= 0x7f)
			return true;
	return false;
}

bool outbox_send(const struct outbox_way *w, const struct outbox_mail *m,
		 struct outbox_answer *out, struct err *err)
{
	*out = (struct outbox_answer){ .result = OUTBOX_REFUSED };
	if (is_odd(m->from) || is_odd(m->to))
		return err_set(err, ERR_USAGE, "\"%s\" is no address to send %s",
			       is_odd(m->from) ? m->from : m->to,
			       is_odd(m->from) ? "from" : "to");
	return w->smtp ? outbox_smtp(w, m, out, err) : outbox_program(w, m, out, err);
}
