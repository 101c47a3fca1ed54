/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "msg/msg_int.h"

#include <string.h>

enum {
	FIELD_NAME_MAX = 256
};

/* Fields that tell a mail from other text; without hyphens, sorted. */
static const char *const known_fields[] = {
	"apparentlyto",
	"arcauthenticationresults",
	"arcmessagesignature",
	"arcseal",
	"authenticationresults",
	"bcc",
	"cc",
	"contentdescription",
	"contentdisposition",
	"contentid",
	"contentlanguage",
	"contenttransferencoding",
	"contenttype",
	"date",
	"deliveredto",
	"dkimsignature",
	"domainkeysignature",
	"envelopeto",
	"feedbackid",
	"from",
	"importance",
	"inreplyto",
	"listid",
	"listunsubscribe",
	"messageid",
	"mimeversion",
	"organization",
	"precedence",
	"received",
	"receivedspf",
	"references",
	"replyto",
	"resentfrom",
	"returnpath",
	"sender",
	"subject",
	"threadindex",
	"threadtopic",
	"to",
	"useragent",
	"xaccountkey",
	"xenvelopefrom",
	"xenvelopeto",
	"xgmailreceived",
	"xgmmessagestate",
	"xgooglesmtpsource",
	"xmailer",
	"xmozillastatus",
	"xoriginalto",
	"xreceived",
	"xspamstatus",
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Offset of the colon behind a field's name, 0 where no field begins. */
static size_t field_colon(struct sv s, size_t *out_name)
{
	size_t i = 0;
	while (i < s.n && i < FIELD_NAME_MAX && s.p[i] > ' ' && s.p[i] < 127 &&
	       s.p[i] != ':')
		i++;
	*out_name = i;
	if (i == 0)
		return 0;
	while (i < s.n && is_blank(s.p[i])) /* RFC 5322 4.5.3 */
		i++;
	return i < s.n && s.p[i] == ':' ? i : 0;
}

bool header_is_field(struct sv line)
{
	size_t name;
	return field_colon(line, &name) > 0;
}

static bool can_begin_line(struct sv s)
{
	return s.n == 0 || is_blank(s.p[0]) || s.p[0] == '\r' ||
	       (s.n > 1 && s.p[0] == '-' && s.p[1] == '-') || header_is_field(s);
}

size_t header_line(struct sv s, size_t *out_whole)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t end = i;
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\r')
			end++;
		if (s.p[i] == '\r' && end + 1 < s.n && s.p[end + 1] == '\n')
			end++;
		if (s.p[end] == '\n') {
			*out_whole = end + 1;
			return i;
		}
		/* A CR alone is a line's end only in mails that use it so. */
		if (s.p[i] == '\r' && (i == 0 || can_begin_line(sv_sub(s, i + 1, s.n)))) {
			*out_whole = i + 1;
			return i;
		}
	}
	*out_whole = s.n;
	return s.n;
}

bool header_is_named(struct sv name, const char *want)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '-')
			continue;
		if (*want == '\0' || ascii_lower(name.p[i]) != *want)
			return false;
		want++;
	}
	return *want == '\0';
}

static bool is_known_name(struct sv name)
{
	for (size_t i = 0; i < sizeof(known_fields) / sizeof(known_fields[0]); i++)
		if (header_is_named(name, known_fields[i]))
			return true;
	return false;
}

static bool is_known_field(struct sv line)
{
	size_t n, colon = field_colon(line, &n);
	return colon > 0 && is_known_name(sv_sub(line, 0, n));
}

/* Does the line at the front belong to the field before it? A line that is neither field
 * nor folded is the first of a body whose empty line is missing, unless the header
 * plainly goes on behind it: then a gateway broke a long field. A line of blanks is the
 * empty line, unless the header goes on. */
static bool is_continuation(struct sv rest, size_t *out_whole)
{
	size_t n = header_line(rest, out_whole);
	struct sv next = sv_sub(rest, *out_whole, rest.n);
	if (n == 0)
		return false;
	if (is_blank(rest.p[0]))
		return sv_trim(sv_sub(rest, 0, n)).n > 0 || header_is_field(next);
	if (header_is_field(sv_sub(rest, 0, n)) ||
	    (n > 1 && memcmp(rest.p, "--", 2) == 0))
		return false;
	return is_known_field(next);
}

bool header_next(struct sv *rest, struct header_field *out)
{
	size_t whole, name, n = header_line(*rest, &whole);
	struct sv line = sv_sub(*rest, 0, n);
	size_t colon = field_colon(line, &name);
	if (colon == 0) {
		out->value = sv_take(rest, sv_trim(line).n == 0 ? whole : 0);
		return false;
	}
	struct sv text = *rest;
	out->name = sv_take(rest, name);
	sv_take(rest, whole - name);
	while (is_continuation(*rest, &whole))
		sv_take(rest, whole);
	size_t taken = text.n - rest->n;
	out->value = sv_trim(sv_sub(text, colon + 1, taken - colon - 1));
	return true;
}

static bool skip_separator(struct sv *s)
{
	struct sv line = *s;
	if (line.n && line.p[0] == '>')
		sv_take(&line, 1);
	if (line.n < 5 || memcmp(line.p, "From ", 5) != 0 || header_is_field(line))
		return false;
	size_t whole;
	header_line(*s, &whole);
	sv_take(s, whole);
	return true;
}

struct sv header_begin(struct sv mail)
{
	if (mail.n >= 3 && memcmp(mail.p, "\xef\xbb\xbf", 3) == 0)
		sv_take(&mail, 3);
	struct sv s = mail;
	while (s.n && (s.p[0] == '\r' || s.p[0] == '\n'))
		sv_take(&s, 1);
	bool separated = false;
	while (skip_separator(&s))
		separated = true;
	return separated || is_known_field(s) ? s : mail;
}

struct sv header_window(struct sv text)
{
	if (text.n <= LIMIT_HEADER)
		return text;
	const char *last = memrchr(text.p, '\n', LIMIT_HEADER);
	return sv_sub(text, 0, last ? (size_t)(last + 1 - text.p) : LIMIT_HEADER);
}

/* Length of a separator, a quoted string, a comment or a word at the front. */
static size_t phrase_length(struct sv s)
{
	size_t n = 1;
	if (ascii_is_space(s.p[0]) || s.p[0] == ',' || s.p[0] == ';')
		return n;
	if (s.p[0] == '"') {
		while (n < s.n && s.p[n] != '"')
			n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
		return n + (n < s.n);
	}
	if (s.p[0] == '(') {
		n = sv_chr(s, ')');
		return n + (n < s.n);
	}
	while (n < s.n && !ascii_is_space(s.p[n]) && !memchr(",;<(", s.p[n], 4))
		n++;
	return n;
}

struct sv header_address(struct sv s)
{
	struct sv bare = SV("");
	while (s.n) {
		char first = s.p[0];
		if (first == '<') {
			struct sv in = sv_sub(s, 1, sv_chr(s, '>') - 1);
			if (sv_chr(in, '@') < in.n)
				return sv_trim(in);
		}
		struct sv word = sv_take(&s, phrase_length(s));
		if (bare.n == 0 && first != '"' && first != '(' && first != '<' &&
		    sv_chr(word, '@') < word.n)
			bare = word;
	}
	return bare;
}

/* Names of mail fields are words; what begins with other signs is XML, JSON or text. */
static bool is_plain_name(struct sv name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_alnum(name.p[i]) && !strchr("-_.", name.p[i]))
			return false;
	return true;
}

bool mime_recognise(struct sv head)
{
	struct sv rest = header_begin(sv_sub(head, 0, LIMIT_HEADER));
	struct header_field f;
	while (header_next(&rest, &f) && is_plain_name(f.name))
		if (is_known_name(f.name))
			return true;
	return false;
}
