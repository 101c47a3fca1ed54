/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregate.h"

#include "base/charset.h"

enum {
	HEAD = 4096
};

/* Is this a start tag of the element feedback, with any prefix? */
static bool is_root(struct sv s)
{
	sv_take(&s, 1);
	size_t n = 0;
	while (n < s.n && (ascii_is_alnum(s.p[n]) || s.p[n] == '_' || s.p[n] == ':' ||
			   s.p[n] == '-' || s.p[n] == '.'))
		n++;
	struct sv name = sv_sub(s, 0, n);
	size_t colon = sv_chr(name, ':');
	if (colon < name.n)
		sv_take(&name, colon + 1);
	return n < s.n && sv_eq_fold(name, SV("feedback")) &&
	       (s.p[n] == '>' || s.p[n] == '/' || ascii_is_space(s.p[n]));
}

/* A DOCTYPE for feedback is a report too: one that will be refused. */
static bool is_doctype(struct sv s)
{
	if (!sv_has_prefix_fold(s, SV("<!DOCTYPE")))
		return false;
	sv_take(&s, 9);
	while (s.n && ascii_is_space(s.p[0]))
		sv_take(&s, 1);
	return sv_has_prefix_fold(s, SV("feedback"));
}

/* A web page may speak of feedback, but is no report. */
static bool is_page(struct sv s)
{
	return sv_has_prefix_fold(s, SV("<html")) ||
	       sv_has_prefix_fold(s, SV("<!DOCTYPE html"));
}

/* Goes from '<' to '<', past comments and whatever else stands before the root. */
static bool has_root(struct sv s)
{
	for (sv_take(&s, sv_chr(s, '<')); s.n; sv_take(&s, sv_chr(s, '<'))) {
		if (is_root(s) || is_doctype(s))
			return true;
		if (is_page(s))
			return false;
		if (sv_has_prefix_fold(s, SV("<!--")))
			sv_take(&s, sv_find(s, SV("-->")));
		else
			sv_take(&s, 1);
	}
	return false;
}

bool aggregate_recognise(struct sv head)
{
	size_t mark;
	head = sv_sub(head, 0, HEAD);
	const struct charset *set = charset_detect(head, &mark);
	sv_take(&head, mark);
	if (!set || set->form == CHARSET_UTF8)
		return has_root(head);
	struct buf text;
	buf_init(&text, 4 * HEAD);
	struct charset_decoder decoder;
	charset_decoder_init(&decoder, set);
	charset_decode(&decoder, head, true, &text);
	bool found = has_root(buf_sv(&text));
	buf_deinit(&text);
	return found;
}
