/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregate.h"

#include "base/charset.h"

enum {
	HEAD_MAX = 16 * 1024 /* the head in UTF-8 */
};

static bool ends_name(struct sv s)
{
	return s.n == 0 || ascii_is_space(s.p[0]) || s.p[0] == '>' || s.p[0] == '/';
}

/* The name behind a '<' without its prefix: is it the root of a report? */
static bool is_feedback(struct sv s)
{
	size_t n = 0;
	while (n < s.n && (ascii_is_alnum(s.p[n]) || s.p[n] == '-' || s.p[n] == '_' ||
			   s.p[n] == '.'))
		n++;
	if (n && n < s.n && s.p[n] == ':')
		sv_take(&s, n + 1);
	return sv_has_prefix_fold(s, SV("feedback")) && ends_name(sv_sub(s, 8, s.n));
}

/* Goes from '<' to '<', past comments and whatever else stands before the root. */
static bool has_root(struct sv s)
{
	while (sv_chr(s, '<') < s.n) {
		sv_take_until(&s, '<');
		if (sv_has_prefix_fold(s, SV("!--")))
			sv_take(&s, sv_find(s, SV("-->")));
		else if (sv_has_prefix_fold(s, SV("html")) ||
			 sv_has_prefix_fold(s, SV("!doctype html")))
			return false;
		else if (is_feedback(s))
			return true;
	}
	return false;
}

bool aggregate_recognise(struct sv head)
{
	size_t mark = 0;
	const struct charset *set = charset_detect(head, &mark);
	struct charset_decoder decoder;
	struct buf text;
	buf_init(&text, HEAD_MAX);
	charset_decoder_init(&decoder, set ? set : charset_utf8());
	charset_decode(&decoder, sv_sub(head, mark, LIMIT_VALUE), true, &text);
	bool found = has_root(buf_sv(&text));
	buf_deinit(&text);
	return found;
}
