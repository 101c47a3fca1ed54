/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/eml.h"

#include "base/date.h"

enum {
	LINE = 76,        /* columns of an encoded line */
	WORD_BYTES = 42,  /* of a text in one encoded word (RFC 2047: 75 columns) */
	BASE64_BYTES = 57 /* in one line */
};

/* Its boundaries: no line of quoted-printable or base64 begins with them. */
#define OUTER "=_postern_letter"
#define INNER "=_postern_forms"

static void add_line(struct buf *out, const char *line)
{
	buf_add_str(out, line);
	buf_add_str(out, "\r\n");
}

/* --- encodings --- */

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_base64(struct buf *out, struct sv s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = 0;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0);
		buf_add_char(out, digits[v >> 18]);
		buf_add_char(out, digits[v >> 12 & 63]);
		buf_add_char(out, i + 1 < s.n ? digits[v >> 6 & 63] : '=');
		buf_add_char(out, i + 2 < s.n ? digits[v & 63] : '=');
	}
}

static bool is_plain(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || (unsigned char)s.p[i] > '~')
			return false;
	return sv_find(s, SV("=?")) == s.n;
}

/* Where a piece of at most so many bytes ends without cutting a character. */
static size_t piece_end(struct sv s, size_t most)
{
	size_t n = s.n < most ? s.n : most;
	while (n < s.n && n > 1 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* A header's text (RFC 2047 where it must be). */
static void add_words(struct buf *out, struct sv s)
{
	if (is_plain(s) && s.n <= LINE) {
		buf_add_sv(out, s);
		return;
	}
	for (bool first = true; s.n; first = false) {
		struct sv piece = sv_take(&s, piece_end(s, WORD_BYTES));
		buf_add_str(out, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
		add_base64(out, piece);
		buf_add_str(out, "?=");
	}
}

/* A value that can be no second line, nor leave its <>. */
static void add_bare(struct buf *out, struct sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c > ' ' && c < 0x7f && c != '<' && c != '>' && c != ',')
			buf_add_char(out, (char)c);
	}
}

/* Quoted-printable (RFC 2045 6.7) of lines that end with LF. */
static void add_quoted(struct buf *out, struct sv s)
{
	size_t at = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool end = i + 1 == s.n || s.p[i + 1] == '\n';
		bool raw = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !end);
		if (c == '\n') {
			buf_add_str(out, "\r\n");
			at = 0;
			continue;
		}
		/* A dot that begins a line would be doubled on its way. */
		raw = raw && !(c == '.' && at == 0);
		if (at + (raw ? 1 : 3) > LINE - 1) {
			buf_add_str(out, "=\r\n");
			at = 0;
			raw = raw && c != '.';
		}
		if (raw)
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "=%02X", c);
		at += raw ? 1 : 3;
	}
	if (at)
		buf_add_str(out, "\r\n");
}

/* --- the mail --- */

static void add_date(struct buf *out, int64_t seconds)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t day = date_day_of(seconds), year,
		of_day = seconds - day * DATE_DAY_SECONDS;
	unsigned month, mday;
	date_to_civil(day, &year, &month, &mday);
	size_t weekday = (size_t)((day % 7 + 7) % 7);
	buf_addf(out, "%.3s, %02u %.3s %04lld %02lld:%02lld:%02lld +0000",
		 days + weekday * 3, mday, months + (size_t)(month - 1) * 3,
		 (long long)year, (long long)(of_day / 3600),
		 (long long)(of_day / 60 % 60), (long long)(of_day % 60));
}

static void add_header(struct buf *out, const struct eml *m)
{
	buf_add_str(out, "From: ");
	if (m->from_name.n) {
		bool plain = is_plain(m->from_name) &&
			     sv_chr(m->from_name, '"') == m->from_name.n &&
			     sv_chr(m->from_name, '\\') == m->from_name.n;
		buf_add_str(out, plain ? "\"" : "");
		add_words(out, m->from_name);
		buf_add_str(out, plain ? "\" " : "\r\n ");
	}
	buf_add_str(out, "<");
	add_bare(out, m->from);
	buf_add_str(out, ">\r\n");
	if (m->to.n) {
		buf_add_str(out, "To: <");
		add_bare(out, m->to);
		buf_add_str(out, ">\r\n");
	}
	buf_add_str(out, "Subject: ");
	add_words(out, m->subject);
	buf_add_str(out, "\r\nDate: ");
	add_date(out, m->date);
	buf_add_str(out, "\r\nMessage-ID: <");
	add_bare(out, m->message_id);
	add_line(out, ">");
	add_line(out, "Auto-Submitted: auto-generated");
	add_line(out, "MIME-Version: 1.0");
}

static void add_form(struct buf *out, const char *type, struct sv text)
{
	add_line(out, "--" INNER);
	buf_addf(out, "Content-Type: %s; charset=utf-8\r\n", type);
	add_line(out, "Content-Transfer-Encoding: quoted-printable");
	add_line(out, "");
	add_quoted(out, text);
}

static void add_forms(struct buf *out, const struct eml *m)
{
	add_line(out, "Content-Type: multipart/alternative; boundary=\"" INNER "\"");
	add_line(out, "");
	add_form(out, "text/plain", m->text);
	add_form(out, "text/html", m->html);
	add_line(out, "--" INNER "--");
}

static void add_logo(struct buf *out, const struct eml *m)
{
	struct sv rest = m->logo;
	add_line(out, "--" OUTER);
	buf_add_str(out, "Content-Type: ");
	add_bare(out, m->logo_type);
	buf_add_str(out, "\r\nContent-ID: <");
	add_bare(out, m->logo_id);
	add_line(out, ">");
	add_line(out, "Content-Disposition: inline");
	add_line(out, "Content-Transfer-Encoding: base64");
	add_line(out, "");
	while (rest.n) {
		add_base64(out, sv_take(&rest, BASE64_BYTES));
		add_line(out, "");
	}
	add_line(out, "--" OUTER "--");
}

void eml_write(const struct eml *m, struct buf *out)
{
	add_header(out, m);
	if (m->logo.n) {
		add_line(out,
			 "Content-Type: multipart/related; "
			 "type=\"multipart/alternative\";\r\n boundary=\"" OUTER "\"");
		add_line(out, "");
		add_line(out, "--" OUTER);
	}
	add_forms(out, m);
	if (m->logo.n)
		add_logo(out, m);
}
