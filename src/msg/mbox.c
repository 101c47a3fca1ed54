/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mbox.h"

#include <string.h>

enum {
	DATE_TOKENS = 7
};

/* The words of a date, each at most once but for zones ("+0200", "EST", "DST"). */
struct date_seen {
	bool month, day, time, year;
	unsigned zones;
};

static bool is_in_list(struct sv word, const char *list)
{
	for (; word.n == 3 && *list; list += 3)
		if (sv_eq_fold(word, (struct sv){ list, 3 }))
			return true;
	return false;
}

static bool is_weekday(struct sv word)
{
	if (word.n && word.p[word.n - 1] == ',')
		word.n--;
	return is_in_list(word, "montuewedthufrisatsun");
}

/* HH:MM or HH:MM:SS. */
static bool is_time(struct sv word)
{
	static const unsigned most[] = { 23, 59, 60 };
	unsigned i = 0;
	for (; word.n && i < 3; i++) {
		uint64_t v;
		struct sv field = sv_take_until(&word, ':');
		if (field.n > 2 || !sv_to_u64(field, &v) || v > most[i])
			return false;
	}
	return i >= 2 && word.n == 0;
}

static bool is_zone(struct sv word)
{
	uint64_t v;
	if (word.n == 5 && (word.p[0] == '+' || word.p[0] == '-'))
		return sv_to_u64(sv_sub(word, 1, 4), &v);
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'A' || word.p[i] > 'Z')
			return false;
	return word.n >= 1 && word.n <= 5;
}

static bool see_word(struct date_seen *seen, struct sv word)
{
	uint64_t v = 0;
	bool number = sv_to_u64(word, &v);
	bool *which = NULL;
	if (number && word.n == 4 && v >= 1970)
		which = &seen->year;
	else if (number && word.n <= 2 && v >= 1 && v <= 31)
		which = &seen->day;
	else if (is_in_list(word, "janfebmaraprmayjunjulaugsepoctnovdec"))
		which = &seen->month;
	else if (is_time(word))
		which = &seen->time;
	else
		return is_zone(word) && ++seen->zones <= 2;
	if (*which)
		return false;
	*which = true;
	return true;
}

static bool take_word(struct sv *s, struct sv *out)
{
	*s = sv_trim(*s);
	*out = sv_take_until(s, ' ');
	return out->n > 0;
}

/* Is all of `s`, which stands behind a weekday, the rest of a date? */
static bool is_date_rest(struct sv s)
{
	struct date_seen seen = { .zones = 0 };
	struct sv word;
	size_t n = 0;
	while (take_word(&s, &word))
		if (++n > DATE_TOKENS || !see_word(&seen, word))
			return false;
	return seen.month && seen.day && seen.time && seen.year;
}

bool mbox_is_from_line(struct sv line)
{
	if (line.n < 5 || memcmp(line.p, "From ", 5) != 0)
		return false;
	/* UUCP's addition, as some transports still write it. */
	struct sv rest = sv_sub(line, 5, line.n), word;
	rest.n = sv_find(rest, SV(" remote from "));
	while (take_word(&rest, &word))
		if (is_weekday(word) && is_date_rest(rest))
			return true;
	return false;
}

bool mbox_recognise(struct sv head)
{
	size_t n = sv_chr(head, '\n');
	return n < head.n && n < MBOX_LINE_MAX &&
	       mbox_is_from_line(sv_trim_end(sv_sub(head, 0, n)));
}

void mbox_scan_init(struct mbox_scan *s)
{
	*s = (struct mbox_scan){ .after_empty = true };
}

/* Takes input up to and with the line's end, if it is there, and remembers the line's
 * beginning where it may be a separator. */
static bool take_rest_of_line(struct mbox_scan *s, struct sv *in)
{
	size_t n = sv_chr(*in, '\n');
	bool ended = n < in->n;
	struct sv part = sv_take(in, ended ? n + 1 : n);
	size_t room = s->line_n == 0 || s->line[0] == 'F' ? sizeof(s->line) - s->line_n
							  : 0;
	struct sv kept = sv_sub(part, 0, room);
	if (s->line_n == 0 && kept.n && kept.p[0] != 'F')
		kept.n = 1;
	if (kept.n)
		memcpy(s->line + s->line_n, kept.p, kept.n);
	s->line_n = (uint16_t)(s->line_n + kept.n);
	s->offset += part.n;
	return ended;
}

/* Passes over whole lines that are neither empty nor may be a separator. */
static void skip_lines(struct mbox_scan *s, struct sv *in)
{
	const char *p = in->p, *end = p + in->n, *eol;
	while (p < end && *p != 'F' && *p != '\n' && *p != '\r' &&
	       (eol = memchr(p, '\n', (size_t)(end - p))))
		p = eol + 1;
	size_t n = (size_t)(p - in->p);
	if (n == 0)
		return;
	sv_take(in, n);
	s->offset += n;
	s->line_start = s->offset;
	s->after_empty = false;
}

bool mbox_scan_next(struct mbox_scan *s, struct sv *in, uint64_t *out_start)
{
	while (in->n) {
		if (s->line_n == 0)
			skip_lines(s, in);
		if (!take_rest_of_line(s, in))
			return false;
		uint64_t start = s->line_start, length = s->offset - start;
		struct sv line = { s->line, s->line_n };
		bool found = s->after_empty && line.p[0] == 'F' && length == line.n &&
			     mbox_is_from_line(sv_trim_end(line));
		s->after_empty = length == 1 || (length == 2 && line.p[0] == '\r');
		s->line_start = s->offset;
		s->line_n = 0;
		if (found) {
			*out_start = start;
			return true;
		}
	}
	return false;
}

/* Length of the quoting '>' at the front of a quoted separator, 0 for another line. */
static size_t quote_length(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && p[i] == '>')
		i++;
	return i && n - i >= 5 && memcmp(p + i, "From ", 5) == 0 ? i : 0;
}

size_t mbox_unquote(char *mail, size_t n)
{
	size_t read = 0, written = 0; /* [0, written) is done, [read, at) is as it was */
	for (size_t at = 0; at < n;) {
		if (mail[at] == '>' && quote_length(mail + at, n - at)) {
			if (written != read)
				memmove(mail + written, mail + read, at - read);
			written += at - read;
			read = at + 1;
		}
		const char *end = memchr(mail + at, '\n', n - at);
		at = end ? (size_t)(end - mail) + 1 : n;
	}
	if (written != read)
		memmove(mail + written, mail + read, n - read);
	return written + n - read;
}
