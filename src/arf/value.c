/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"
#include "base/date.h"

/* An address in brackets, with the tag of RFC 5321 4.1.3 before it, or with a port behind
 * it. */
static bool read_address(struct sv word, struct addr *out)
{
	if (word.n && word.p[0] == '[') {
		sv_take(&word, 1);
		word = sv_take_until(&word, ']');
	}
	if (sv_has_prefix_fold(word, SV("IPv6:")))
		sv_take(&word, 5);
	return addr_parse(word, out) ||
	       addr_parse(sv_sub(word, 0, sv_chr(word, ':')), out);
}

void value_source(struct reading *rd, struct sv text, const char *where)
{
	lex_skip(&text);
	struct sv word = lex_word(&text);
	lex_skip(&text);
	if (word.n == 0 && text.n == 0)
		return;
	if (!read_address(word, &rd->r->source))
		reading_note(rd, REPAIR_FAILURE_SOURCE, where);
	else if (text.n)
		reading_note(rd, REPAIR_FAILURE_SOURCE_TEXT, where);
}

bool value_time(struct reading *rd, struct sv text)
{
	int64_t at;
	if (!date_parse_mail(text, &at) || at < 0 || at > ARF_ARRIVAL_MAX)
		return false;
	rd->r->arrival = at;
	return rd->r->has_arrival = true;
}

void value_arrival(struct reading *rd, struct sv text, const char *where)
{
	if (!value_time(rd, text))
		reading_note(rd, REPAIR_FAILURE_DATE, where);
}
