/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "tlsrpt/read_int.h"

#include <stdio.h>

enum {
	SHOWN = 60 /* columns of what is quoted */
};

/* "policy 2, failure 1, result-type" */
static const char *where(struct tls_reader *r, enum tls_member m, char out[REPAIR_WHERE])
{
	const char *name = tls_member_name(m);
	if (r->failure)
		(void)snprintf(out, REPAIR_WHERE, "policy %zu, failure %zu%s%s",
			       r->policy, r->failure, *name ? ", " : "", name);
	else if (r->policy)
		(void)snprintf(out, REPAIR_WHERE, "policy %zu%s%s", r->policy,
			       *name ? ", " : "", name);
	else
		(void)snprintf(out, REPAIR_WHERE, "%s", name);
	return out;
}

void tls_note(struct tls_reader *r, enum repair_code code, enum tls_member m,
	      struct sv found)
{
	char place[REPAIR_WHERE];
	struct note *note = notes_add(&r->notes, code, m, found);
	if (note)
		note_set_where(note, sv_from(where(r, m, place)));
}

const char *tls_shown(struct tls_reader *r, struct sv s)
{
	struct buf b;
	buf_init(&b, (size_t)64 * SHOWN);
	text_add_visible(&b, sv_sub(s, 0, (size_t)4 * SHOWN));
	char *shown = arena_str(r->scratch, text_clip(buf_sv(&b), SHOWN));
	buf_deinit(&b);
	return shown;
}

bool tls_refuse(struct tls_reader *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(r->reason, LIMIT_REASON + 1, fmt, ap);
	va_end(ap);
	return false;
}

bool tls_refuse_value(struct tls_reader *r, enum tls_member m)
{
	char place[REPAIR_WHERE];
	return tls_refuse(r, "%s is longer than %d bytes, the most that is read",
			  where(r, m, place), LIMIT_VALUE);
}

bool tls_refuse_size(struct tls_reader *r)
{
	return tls_refuse(
		r,
		"the report has more than %llu bytes, the most that is read as a "
		"TLS report",
		(unsigned long long)LIMIT_TLS_REPORT);
}

bool tls_refuse_part(struct tls_reader *r)
{
	char place[REPAIR_WHERE];
	(void)where(r, TLS_MEMBER_UNKNOWN, place);
	return tls_refuse(r, "%s holds more than %d bytes of text, the most that is read",
			  *place ? place : "what the report says of itself",
			  *place ? LIMIT_TLS_PART : LIMIT_META);
}
