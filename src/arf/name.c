/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"
#include "base/arena.h"

#include <string.h>

enum {
	LABEL_MAX = 63,
	LOOKS_MAX = 200
};

static bool is_label(struct sv s)
{
	if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return true;
}

static bool is_lower(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_lower(s.p[i]) != s.p[i])
			return false;
	return true;
}

/* Counts the labels, 0 where one is none. */
static size_t labels(struct sv s, struct sv *out_last)
{
	size_t n = 0;
	if (s.n > ARF_NAME_MAX)
		return 0;
	for (bool more = true; more; n++) {
		more = sv_chr(s, '.') < s.n;
		*out_last = sv_take_until(&s, '.');
		if (!is_label(*out_last))
			return 0;
	}
	return n;
}

bool name_is_selector(struct sv s)
{
	struct sv last;
	return is_lower(s) && labels(s, &last) > 0;
}

bool name_is_domain(struct sv s)
{
	struct sv last;
	return is_lower(s) && labels(s, &last) > 1 && last.n > 1 &&
	       ascii_is_alnum(last.p[0]) && !ascii_is_digit(last.p[0]);
}

/* Up to four numbers of up to three digits: nothing that could be a date or a telephone
 * number of somebody. */
static size_t version_length(struct sv s)
{
	size_t good = 0, i = 0;
	for (int groups = 0; groups < 4; groups++) {
		size_t begin = i;
		while (i < s.n && ascii_is_digit(s.p[i]))
			i++;
		if (i == begin || i - begin > 3)
			break;
		good = i;
		if (i == s.n || s.p[i] != '.')
			break;
		i++;
	}
	return good;
}

bool name_is_version(struct sv s)
{
	return version_length(s) == s.n;
}

static struct sv lower(struct reading *rd, struct sv s)
{
	char *p = arena_str(rd->a, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(p[i]);
	return (struct sv){ p, s.n };
}

struct sv name_version(struct reading *rd, struct sv text)
{
	return arena_sv(rd->a, sv_sub(text, 0, version_length(text)));
}

/* Without brackets, quotes and a list's signs around it. */
static struct sv bare(struct sv s)
{
	s = sv_trim(s);
	while (s.n && strchr("<\"'([", s.p[0]) && s.p[0])
		sv_take(&s, 1);
	while (s.n && s.p[s.n - 1] && strchr(">\"')],; \t", s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool is_in_local_part(char c)
{
	return ascii_is_alnum(c) || (uint8_t)c >= 0x80 ||
	       (c && strchr("!#$%&*.^_`{|}~-+", c));
}

/* Where a name stands in a text: before an @, behind one. */
struct uses {
	bool as_local_part, as_domain;
};

/* Looks at each @: at the local part before it, also without what RFC 5233 appends to
 * it, and at the domain behind it. */
static void look_for(struct sv name, struct sv text, struct uses *out)
{
	text = sv_sub(text, 0, LIMIT_HEADER);
	for (size_t at = 0; (at += sv_chr(sv_sub(text, at, text.n), '@')) < text.n;
	     at++) {
		size_t begin = at;
		while (begin && is_in_local_part(text.p[begin - 1]))
			begin--;
		struct sv local = sv_sub(text, begin, at - begin);
		if (sv_has_prefix_fold(local, name) &&
		    (local.n == name.n || local.p[name.n] == '+'))
			out->as_local_part = true;
		if (sv_has_prefix_fold(sv_sub(text, at + 1, text.n), name))
			out->as_domain = true;
	}
}

/* Looking costs time, so that a hostile report gets no more of it than any other. */
static struct uses uses_of(struct reading *rd, struct sv name, size_t first_text)
{
	struct uses uses = { .as_local_part = false };
	if (rd->looks == LOOKS_MAX)
		return (struct uses){ .as_local_part = true };
	rd->looks++;
	for (size_t i = first_text; i < READING_TEXTS; i++)
		look_for(name, rd->texts[i], &uses);
	return uses;
}

/* Is a text with a domain's form the local part of an address in what is reported? The
 * report's own mail does not count: domains are local parts of addresses that take
 * reports. */
static bool is_somebody(struct reading *rd, struct sv name)
{
	struct uses uses = uses_of(rd, name, READING_FEEDBACK);
	return uses.as_local_part && !uses.as_domain;
}

/* Takes the domain of an address; false where there is no @. */
static bool take_address(struct sv *text)
{
	const char *at = text->n ? memrchr(text->p, '@', text->n) : NULL;
	if (at)
		sv_take(text, (size_t)(at - text->p) + 1);
	return at;
}

static struct sv read_domain(struct reading *rd, struct sv s, bool behind_at,
			     const char *where)
{
	bool dot = s.n && s.p[s.n - 1] == '.';
	bool any = s.n > 0 || behind_at;
	s.n -= dot;
	if (s.n > ARF_NAME_MAX || !name_is_domain(s = lower(rd, s)) ||
	    (!behind_at && is_somebody(rd, s))) {
		if (any)
			reading_note(rd, REPAIR_FAILURE_DOMAIN, where);
		return SV("");
	}
	if (dot)
		reading_note(rd, REPAIR_DOMAIN_DOT, where);
	return s;
}

struct sv name_domain(struct reading *rd, struct sv text, const char *where)
{
	struct sv s = bare(text);
	bool address = take_address(&s);
	s = read_domain(rd, s, address, where);
	if (address && s.n)
		reading_note(rd, REPAIR_FAILURE_ADDRESS, where);
	return s;
}

struct sv name_address_domain(struct reading *rd, struct sv text, const char *where)
{
	struct sv address = header_address(text);
	struct sv s = address.n ? address : bare(text);
	bool behind_at = take_address(&s);
	return read_domain(rd, s, behind_at, where);
}

struct sv name_helo(struct reading *rd, struct sv text, const char *where)
{
	static const char *const own[] = { ".local",    ".localdomain", ".lan",
					   ".home",     ".internal",    ".home.arpa",
					   ".corp",     ".intranet",    ".private",
					   ".fritz.box" };
	struct sv s = bare(text);
	struct addr ignored;
	if (sv_chr(s, '.') == s.n || addr_parse(s, &ignored))
		return SV("");
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (sv_has_suffix_fold(s, sv_from(own[i])))
			return SV("");
	return name_domain(rd, s, where);
}

/* Local parts that say nothing of a person, and that are selectors too. */
static bool is_role(struct sv s)
{
	static const char *const roles[] = {
		"abuse",    "admin",      "alert",     "bounce",     "bounces",
		"contact",  "default",    "dkim",      "dmarc",      "email",
		"google",   "help",       "info",      "key",        "mail",
		"mailer",   "marketing",  "news",      "newsletter", "no-reply",
		"noreply",  "postmaster", "reply",     "root",       "sales",
		"selector", "selector1",  "selector2", "service",    "smtp",
		"support",  "system",     "test",      "webmaster",
	};
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (sv_eq(s, sv_from(roles[i])))
			return true;
	return false;
}

struct sv name_selector(struct reading *rd, struct sv text, const char *where)
{
	struct sv s = bare(text);
	if (s.n > ARF_NAME_MAX || !name_is_selector(s = lower(rd, s))) {
		if (s.n)
			reading_note(rd, REPAIR_FAILURE_SELECTOR, where);
		return SV("");
	}
	if (!is_role(s) && uses_of(rd, s, READING_MAIL).as_local_part) {
		reading_note(rd, REPAIR_FAILURE_SELECTOR, where);
		return SV("");
	}
	return s;
}
