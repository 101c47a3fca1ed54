/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregate.h"

#include "base/charset.h"

enum {
	HEAD = 4096
};

static struct sv skip_blanks(struct sv s)
{
	while (s.n && ascii_is_space(s.p[0]))
		sv_take(&s, 1);
	return s;
}

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

/* The markup at the front of `s`: a comment, an instruction, a tag, up to its end. */
static void skip_markup(struct sv *s)
{
	bool comment = sv_has_prefix_fold(*s, SV("<!--"));
	struct sv end = comment                            ? SV("-->")
			: sv_has_prefix_fold(*s, SV("<?")) ? SV("?>")
							   : SV(">");
	sv_take(s, sv_find(*s, end) + end.n);
}

/* A DOCTYPE for feedback is a report too: one that will be refused. */
static bool is_doctype(struct sv s)
{
	if (!sv_has_prefix_fold(s, SV("<!DOCTYPE")))
		return false;
	sv_take(&s, 9);
	return sv_has_prefix_fold(skip_blanks(s), SV("feedback"));
}

static bool has_root(struct sv s)
{
	for (s = skip_blanks(s); s.n && s.p[0] == '<'; s = skip_blanks(s)) {
		if (is_root(s) || is_doctype(s))
			return true;
		skip_markup(&s);
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
