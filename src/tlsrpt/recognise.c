/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"
#include "tlsrpt/member.h"
#include "tlsrpt/tlsrpt.h"

enum {
	HEAD = 8192
};

/* Of any place. */
static enum tls_member find_anywhere(struct sv name)
{
	static const enum tls_place places[] = { TLS_AT_REPORT, TLS_AT_ENTRY,
						 TLS_AT_FAILURE };
	enum tls_spelling how;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		enum tls_member m = tls_member_find(places[i], name, &how);
		if (m)
			return m;
	}
	return TLS_MEMBER_UNKNOWN;
}

/* Takes the next text in quotes that a colon follows. */
static bool take_name(struct sv *s, struct sv *out)
{
	while (sv_chr(*s, '"') < s->n) {
		sv_take_until(s, '"');
		size_t end = sv_chr(*s, '"');
		*out = sv_sub(*s, 0, end);
		struct sv after = sv_trim(sv_sub(*s, end + 1, s->n));
		if (end < s->n && after.n && after.p[0] == ':') {
			sv_take(s, end + 1);
			return true;
		}
	}
	return false;
}

/* Two members at least, and one of them is of TLS reports alone: other reports have an
 * organization and an id as well. "policy" and "summary" are anybody's words. */
static bool has_members(struct sv s)
{
	uint32_t seen = 0;
	unsigned n = 0;
	bool own = false;
	for (struct sv name; take_name(&s, &name);) {
		enum tls_member m = find_anywhere(name);
		if (m == TLS_MEMBER_UNKNOWN || m == TLS_MEMBER_POLICY ||
		    m == TLS_MEMBER_SUMMARY || seen >> m & 1)
			continue;
		seen |= UINT32_C(1) << m;
		n++;
		own = own || m == TLS_MEMBER_POLICIES ||
		      (tls_member_place(m) != TLS_AT_REPORT &&
		       tls_member_place(m) != TLS_AT_RANGE);
	}
	return own && n >= 2;
}
_Static_assert(TLS_MEMBER_N <= 32, "a bit for each member");

bool tls_recognise(struct sv head)
{
	size_t mark;
	head = sv_sub(head, 0, HEAD);
	const struct charset *set = charset_detect(head, &mark);
	sv_take(&head, mark);
	if (!set || set->form == CHARSET_UTF8)
		return has_members(head);
	struct buf text;
	buf_init(&text, 4 * HEAD);
	struct charset_decoder decoder;
	charset_decoder_init(&decoder, set);
	charset_decode(&decoder, head, true, &text);
	bool found = has_members(buf_sv(&text));
	buf_deinit(&text);
	return found;
}
