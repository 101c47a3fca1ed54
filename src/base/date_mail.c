/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"

#include <string.h>

/* A date on its way to being read; -1: not seen yet. */
struct parts {
	int64_t year, hour, minute, second;
	int month, day, offset; /* minutes east of Greenwich */
	bool has_offset;
};

static bool is_letter(char c)
{
	return ascii_is_alnum(c) && !ascii_is_digit(c);
}

static int month_of(struct sv word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (int i = 0; word.n >= 3 && i < 12; i++)
		if (sv_has_prefix_fold(word, (struct sv){ names + i * 3, 3 }))
			return i + 1;
	return -1;
}

/* RFC 5322 4.3, and what European mail servers write; any other zone is unknown, which
 * means UTC. */
static int zone_of(struct sv word)
{
	static const struct {
		char name[6];
		int hours;
	} zones[] = {
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 },
		{ "MDT", -6 }, { "PST", -8 }, { "PDT", -7 }, { "CET", 1 },  { "CEST", 2 },
		{ "MEZ", 1 },  { "MESZ", 2 }, { "BST", 1 },  { "WEST", 1 }, { "EET", 2 },
		{ "EEST", 3 }, { "MSK", 3 },  { "JST", 9 },
	};
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (sv_eq_fold(word, sv_from(zones[i].name)))
			return zones[i].hours * 60;
	return 0;
}

static bool take_number(struct sv *s, size_t most, int64_t *out)
{
	size_t n = 0;
	uint64_t v;
	while (n < s->n && ascii_is_digit(s->p[n]))
		n++;
	if (n == 0 || n > most || !sv_to_u64(sv_take(s, n), &v))
		return false;
	*out = (int64_t)v;
	return true;
}

/* HH:MM, HH:MM:SS, with a fraction perhaps. */
static bool take_time(struct sv *s, struct parts *p)
{
	int64_t fraction;
	if (p->hour >= 0 || !take_number(s, 2, &p->hour) || s->n == 0 ||
	    sv_take(s, 1).p[0] != ':' || !take_number(s, 2, &p->minute))
		return false;
	p->second = 0;
	if (s->n && s->p[0] == ':') {
		sv_take(s, 1);
		if (!take_number(s, 2, &p->second))
			return false;
	}
	if (s->n && (s->p[0] == '.' || s->p[0] == ',') && s->n > 1 &&
	    ascii_is_digit(s->p[1])) {
		sv_take(s, 1);
		return take_number(s, 18, &fraction);
	}
	return true;
}

/* +hhmm, +hh:mm or +hh. */
static bool take_offset(struct sv *s, struct parts *p)
{
	bool west = sv_take(s, 1).p[0] == '-';
	int64_t hours, minutes = 0;
	struct sv first = sv_take(s, 2);
	if (!take_number(&first, 2, &hours))
		return false;
	if (s->n && s->p[0] == ':')
		sv_take(s, 1);
	if (s->n && ascii_is_digit(s->p[0]) && !take_number(s, 2, &minutes))
		return false;
	if (hours > 23 || minutes > 59)
		return false;
	int offset = (int)(hours * 60 + minutes);
	if (!p->has_offset)
		p->offset = west ? -offset : offset;
	p->has_offset = true;
	return true;
}

static bool take_word(struct sv *s, struct parts *p)
{
	size_t n = 0;
	while (n < s->n && is_letter(s->p[n]))
		n++;
	struct sv word = sv_take(s, n);
	int month = month_of(word);
	if (month > 0 && p->month < 0) {
		p->month = month;
	} else if (p->hour >= 0 && !p->has_offset) {
		p->offset = zone_of(word);
		p->has_offset = true;
	}
	return true; /* a day's name, or a T between date and time */
}

/* A number that stands alone: day or year, in the order of RFC 5322 or of ISO 8601. */
static bool take_lone(struct sv *s, struct parts *p)
{
	size_t n = 0;
	while (n < s->n && ascii_is_digit(s->p[n]))
		n++;
	int64_t v;
	if (!take_number(s, 4, &v))
		return false;
	if (n == 4 && p->year < 0) {
		p->year = v;
	} else if (n <= 2 && p->year >= 0 && p->month < 0) {
		p->month = (int)v;
	} else if (n <= 2 && p->day < 0) {
		p->day = (int)v;
	} else if (n <= 3 && p->year < 0) { /* RFC 5322 4.3 */
		p->year = v < 50 && n == 2 ? v + 2000 : v + 1900;
	} else {
		return false;
	}
	return true;
}

static void skip_comment(struct sv *s)
{
	int depth = 0;
	while (s->n) {
		char c = sv_take(s, 1).p[0];
		depth += c == '(';
		depth -= c == ')';
		if (depth == 0)
			return;
	}
}

static bool take_part(struct sv *s, struct parts *p)
{
	char c = s->p[0];
	struct sv ahead = *s;
	int64_t ignored;
	if (c == '(')
		return skip_comment(s), true;
	if (ascii_is_space(c) || (c && strchr(",.", c)))
		return sv_take(s, 1), true;
	if (c == '+' || (c == '-' && p->hour >= 0))
		return s->n > 1 && take_offset(s, p);
	if (c == '-')
		return sv_take(s, 1), true;
	if (is_letter(c))
		return take_word(s, p);
	if (take_number(&ahead, 2, &ignored) && ahead.n && ahead.p[0] == ':')
		return take_time(s, p);
	return take_lone(s, p);
}

static bool is_day(const struct parts *p)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (p->year < 0 || p->month < 1 || p->month > 12 || p->day < 1 ||
	    p->day > days[p->month - 1])
		return false;
	return p->month != 2 || p->day < 29 ||
	       (p->year % 4 == 0 && (p->year % 100 || p->year % 400 == 0));
}

bool date_parse_mail(struct sv s, int64_t *out_seconds)
{
	struct parts p = { .year = -1, .hour = -1, .month = -1, .day = -1 };
	s = sv_sub(s, 0, DATE_MAIL_MAX);
	while (s.n)
		if (!take_part(&s, &p))
			return false;
	/* A second of 60 is a leap second. */
	if (!is_day(&p) || p.hour < 0 || p.hour > 23 || p.minute > 59 || p.second > 60)
		return false;
	int64_t day = date_from_civil(p.year, (unsigned)p.month, (unsigned)p.day);
	*out_seconds = day * DATE_DAY_SECONDS +
		       (p.hour * 3600 + p.minute * 60 + p.second - p.offset * 60);
	return true;
}
