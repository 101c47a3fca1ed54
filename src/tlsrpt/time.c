/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "tlsrpt/read_int.h"

enum {
	DATE_LENGTH = 10, /* YYYY-MM-DD */
	EPOCH_DIGITS = 11,
	HOUR = 3600
};

/* Two digits, 0 to `most`. */
static bool take_two(struct sv *s, int64_t most, int64_t *out)
{
	if (s->n < 2 || !ascii_is_digit(s->p[0]) || !ascii_is_digit(s->p[1]))
		return false;
	*out = (s->p[0] - '0') * 10 + (s->p[1] - '0');
	sv_take(s, 2);
	return *out <= most;
}

static bool take_char(struct sv *s, char c)
{
	if (s->n == 0 || ascii_lower(s->p[0]) != c)
		return false;
	sv_take(s, 1);
	return true;
}

/* ".123"; a comma is ISO 8601's, not the RFC's. */
static bool take_fraction(struct sv *s, bool *odd)
{
	bool comma = take_char(s, ',');
	if (!comma && !take_char(s, '.'))
		return true;
	*odd = *odd || comma;
	size_t n = 0;
	while (n < s->n && ascii_is_digit(s->p[n]))
		n++;
	sv_take(s, n);
	return n > 0;
}

static bool take_clock(struct sv *s, int64_t *out, bool *odd)
{
	int64_t hour, minute, second = 0;
	if (!take_two(s, 24, &hour) || !take_char(s, ':') || !take_two(s, 59, &minute))
		return false;
	if (!take_char(s, ':'))
		*odd = true;
	else if (!take_two(s, 60, &second) || !take_fraction(s, odd))
		return false;
	*out = hour * HOUR + minute * 60 + second;
	return *out <= DATE_DAY_SECONDS;
}

/* "+02:00"; without the colon or the minutes it is ISO 8601's only. */
static bool take_offset(struct sv *s, int64_t *out, bool *odd)
{
	int64_t sign = s->p[0] == '-' ? -1 : 1, hours, minutes = 0;
	sv_take(s, 1);
	if (!take_two(s, 23, &hours))
		return false;
	bool colon = take_char(s, ':');
	if (!colon)
		*odd = true;
	if ((colon || (s->n && ascii_is_digit(s->p[0]))) && !take_two(s, 59, &minutes))
		return false;
	*out = sign * (hours * HOUR + minutes * 60);
	return true;
}

static bool is_utc(struct sv s)
{
	return sv_eq_fold(s, SV("UTC")) || sv_eq_fold(s, SV("GMT"));
}

static bool take_zone(struct sv s, int64_t *offset, bool *odd)
{
	if (take_char(&s, 'z'))
		return s.n == 0;
	struct sv word = sv_trim(s);
	*odd = *odd || word.n != s.n;
	if (is_utc(word)) {
		*odd = true;
		return true;
	}
	if (word.n == 0 || (word.p[0] != '+' && word.p[0] != '-') ||
	    !take_offset(&word, offset, odd))
		return false;
	/* Go writes "+0000 UTC". */
	word = sv_trim(word);
	*odd = *odd || word.n;
	return word.n == 0 || is_utc(word);
}

/* The forms of one time, with *odd where it is not the RFC's. */
static enum tls_time_form parse(struct sv s, int64_t *out, bool *odd)
{
	int64_t day, clock, offset = 0;
	if (!date_parse_day(sv_take(&s, DATE_LENGTH), &day))
		return TLS_TIME_NONE;
	*out = day * DATE_DAY_SECONDS;
	if (s.n == 0)
		return TLS_TIME_OTHER;
	*odd = s.p[0] == ' ';
	if (!take_char(&s, 't') && !take_char(&s, ' '))
		return TLS_TIME_NONE;
	if (!take_clock(&s, &clock, odd))
		return TLS_TIME_NONE;
	*out += clock;
	if (s.n == 0)
		return TLS_TIME_NO_ZONE;
	if (!take_zone(s, &offset, odd))
		return TLS_TIME_NONE;
	*out -= offset;
	return *odd ? TLS_TIME_OTHER : TLS_TIME_RFC;
}

enum tls_time_form tls_time_parse(struct sv s, int64_t *out)
{
	uint64_t epoch;
	bool odd = false;
	s = sv_trim(s);
	if (s.n <= EPOCH_DIGITS && sv_to_u64(s, &epoch)) {
		*out = (int64_t)epoch;
		return TLS_TIME_OTHER;
	}
	enum tls_time_form form = parse(s, out, &odd);
	return form && *out >= 0 ? form : TLS_TIME_NONE;
}
