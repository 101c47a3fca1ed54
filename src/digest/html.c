/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/doc.h"

#include <inttypes.h>

/*
 * Mail programs: the oldest still show HTML by a word processor, so that what holds is
 * tables, widths in per cent, bgcolor, and styles that stand at each element.
 */
#define FONT \
	"font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
#define INK "#1d2733"
#define PALE "#5d6b7a"
#define LINE "#e3e8ee"
#define ACCENT "#1f5fbf"
#define FAILED "#d9655c"
#define OTHERS "#a9b4c2"
#define TABLE \
	"<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" " \
	"cellspacing=\"0\" border=\"0\""

static const char *const colours[] = {
	[DOC_PLAIN] = INK,
	[DOC_GOOD] = "#1c7a4a",
	[DOC_WARN] = "#9a5b00",
	[DOC_BAD] = "#b3261e",
};

static void add_escaped(struct buf *out, struct sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		switch (c) {
		case '<':
			buf_add_str(out, "&lt;");
			break;
		case '>':
			buf_add_str(out, "&gt;");
			break;
		case '&':
			buf_add_str(out, "&amp;");
			break;
		case '"':
			buf_add_str(out, "&quot;");
			break;
		case '\'':
			buf_add_str(out, "&#39;");
			break;
		default:
			buf_add_char(out, c < ' ' || c == 0x7f ? ' ' : (char)c);
			break;
		}
	}
}

/* One element with its style, and a text in it. */
static void add_p(struct buf *out, const char *style, struct sv text)
{
	buf_addf(out, "<p style=\"margin:0;" FONT "%s\">", style);
	add_escaped(out, text);
	buf_add_str(out, "</p>\n");
}

static void add_title(struct buf *out, const struct doc *d, const struct doc_block *b)
{
	if (d->logo.n) {
		buf_add_str(out, "<p style=\"margin:0 0 16px\"><img src=\"cid:");
		add_escaped(out, d->logo);
		buf_add_str(out, "\" alt=\"");
		add_escaped(out, d->logo_name);
		buf_add_str(out,
			    "\" height=\"36\" style=\"height:36px;border:0\"></p>\n");
	}
	add_p(out, "font-size:13px;line-height:18px;color:" PALE, b->note);
	buf_add_str(out,
		    "<h1 style=\"margin:2px 0 0;" FONT
		    "font-size:24px;line-height:30px;font-weight:600;color:" INK "\">");
	add_escaped(out, b->text);
	buf_add_str(out, "</h1>\n");
}

static void add_figures(struct buf *out, const struct doc_block *b)
{
	buf_add_str(out, TABLE " style=\"margin:20px 0 4px\"><tr>\n");
	for (size_t i = 0; i < b->n; i++) {
		const struct doc_figure *f = &b->figure[i];
		buf_addf(out,
			 "<td width=\"%zu%%\" valign=\"top\" "
			 "style=\"padding:0 8px 0 0;" FONT "\">"
			 "<div style=\"font-size:26px;line-height:32px;font-weight:600;"
			 "color:%s\">",
			 100 / b->n, colours[f->tone]);
		add_escaped(out, f->value);
		buf_add_str(out, "</div><div style=\"font-size:13px;line-height:18px;"
				 "color:" PALE "\">");
		add_escaped(out, f->label);
		buf_add_str(out, "</div><div style=\"font-size:12px;line-height:17px;"
				 "color:" PALE "\">");
		add_escaped(out, f->note);
		buf_add_str(out, "</div></td>\n");
	}
	buf_add_str(out, "</tr></table>\n");
}

static void add_part(struct buf *out, const char *colour, double percent)
{
	if (percent > 0)
		buf_addf(out,
			 "<td width=\"%.1f%%\" height=\"14\" bgcolor=\"%s\" "
			 "style=\"width:%.1f%%;height:14px;background:%s;font-size:1px;"
			 "line-height:1px\">&nbsp;</td>",
			 percent, colour, percent, colour);
}

/* Per cent of the width; what there is at all is seen. */
static double share_of(uint64_t n, uint64_t most)
{
	double p = (double)n / (double)most * 100;
	return n && p < 0.6 ? 0.6 : p;
}

/* What a colour stands for. */
static void add_key(struct buf *out, const char *colour, struct sv what)
{
	buf_addf(out, "<span style=\"color:%s\">&#9632;</span> ", colour);
	add_escaped(out, what);
	buf_add_str(out, " &nbsp; ");
}

static uint64_t sum_of(const struct doc_bar *b)
{
	return b->good + b->bad + b->other;
}

static void add_bars(struct buf *out, const struct doc *d, const struct doc_block *b)
{
	uint64_t most = 1;
	for (size_t i = 0; i < b->n; i++)
		most = sum_of(&b->bar[i]) > most ? sum_of(&b->bar[i]) : most;
	buf_add_str(out, TABLE " style=\"margin:16px 0 4px\">\n");
	for (size_t i = 0; i < b->n; i++) {
		const struct doc_bar *bar = &b->bar[i];
		double good = share_of(bar->good, most), bad = share_of(bar->bad, most);
		double other = share_of(bar->other, most);
		double rest = 100 - good - bad - other;
		buf_add_str(out, "<tr><td nowrap style=\"padding:3px 10px 3px 0;" FONT
				 "font-size:13px;line-height:18px;color:" PALE
				 ";white-space:nowrap\">");
		add_escaped(out, bar->label);
		buf_add_str(out, "</td><td width=\"100%\" style=\"padding:3px 0\">" TABLE
				 "><tr>");
		add_part(out, ACCENT, good);
		add_part(out, FAILED, bad);
		add_part(out, OTHERS, other);
		add_part(out, "#f0f3f7", rest > 0.05 ? rest : 0);
		buf_add_str(out, "</tr></table></td><td align=\"right\" nowrap "
				 "style=\"padding:3px 0 3px 10px;" FONT
				 "font-size:13px;line-height:18px;color:" INK
				 ";white-space:nowrap\">");
		add_escaped(out, bar->note);
		buf_add_str(out, "</td></tr>\n");
	}
	buf_add_str(out, "</table>\n<p style=\"margin:0;" FONT
			 "font-size:12px;line-height:17px;color:" PALE "\">");
	add_key(out, ACCENT, d->good);
	add_key(out, FAILED, d->bad);
	add_key(out, OTHERS, d->other);
	buf_add_str(out, "</p>\n");
}

static void add_item(struct buf *out, const struct doc_block *b)
{
	const char *colour = b->tone == DOC_PLAIN ? ACCENT : colours[b->tone];
	buf_add_str(out, TABLE " style=\"margin:10px 0\">");
	buf_addf(out,
		 "<tr><td width=\"4\" bgcolor=\"%s\" style=\"width:4px;background:%s;"
		 "font-size:1px\">&nbsp;</td><td style=\"padding:2px 0 2px 12px\">\n",
		 colour, colour);
	add_p(out, "font-size:15px;line-height:22px;color:" INK, b->text);
	if (b->note.n)
		add_p(out, "margin-top:4px;font-size:14px;line-height:20px;color:" PALE,
		      b->note);
	if (b->code.n) {
		buf_add_str(
			out,
			"<p style=\"margin:8px 0 0;padding:8px 10px;background:#f4f6f9;"
			"font-family:Consolas,Menlo,'Liberation Mono',monospace;"
			"font-size:13px;line-height:19px;color:" INK
			";word-break:break-word;overflow-wrap:anywhere\">");
		add_escaped(out, b->code);
		buf_add_str(out, "</p>\n");
	}
	buf_add_str(out, "</td></tr></table>\n");
}

static void add_row(struct buf *out, const struct doc_table *t, size_t r)
{
	enum doc_tone tone = t->tone && r ? t->tone[r] : DOC_PLAIN;
	buf_add_str(out, "<tr>");
	for (size_t c = 0; c < t->columns; c++) {
		bool right = t->right >> c & 1;
		buf_addf(
			out,
			"<td%s valign=\"top\" style=\"padding:6px %s 6px 0;border-bottom:"
			"1px solid " LINE ";" FONT "font-size:%s;line-height:19px;color:"
			"%s%s\">",
			right ? " align=\"right\" nowrap" : "",
			c + 1 == t->columns ? "0" : "10px", r ? "14px" : "12px",
			r ? colours[c ? DOC_PLAIN : tone] : PALE,
			c == 0 ? ";word-break:break-word" : "");
		add_escaped(out, t->cell[r * t->columns + c]);
		buf_add_str(out, "</td>");
	}
	buf_add_str(out, "</tr>\n");
}

static void add_table(struct buf *out, const struct doc_table *t)
{
	buf_add_str(out, TABLE " style=\"margin:6px 0 4px\">\n");
	for (size_t r = 0; r < t->rows; r++)
		add_row(out, t, r);
	buf_add_str(out, "</table>\n");
}

static void add_block(struct buf *out, const struct doc *d, const struct doc_block *b)
{
	switch (b->kind) {
	case DOC_TITLE:
		add_title(out, d, b);
		break;
	case DOC_LEAD:
		buf_addf(out,
			 "<p style=\"margin:14px 0 0;" FONT
			 "font-size:16px;line-height:24px;color:%s\">",
			 colours[b->tone]);
		add_escaped(out, b->text);
		buf_add_str(out, "</p>\n");
		break;
	case DOC_FIGURES:
		add_figures(out, b);
		break;
	case DOC_BARS:
		add_bars(out, d, b);
		break;
	case DOC_HEADING:
		buf_add_str(out,
			    "<h2 style=\"margin:28px 0 4px;" FONT
			    "font-size:17px;line-height:24px;font-weight:600;color:" INK
			    "\">");
		add_escaped(out, b->text);
		buf_add_str(out, "</h2>\n");
		break;
	case DOC_ITEM:
		add_item(out, b);
		break;
	case DOC_TABLE:
		add_table(out, &b->table);
		break;
	case DOC_FOOT:
		add_p(out,
		      "margin-top:28px;padding-top:12px;border-top:1px solid " LINE
		      ";font-size:12px;line-height:18px;color:" PALE,
		      b->text);
		break;
	case DOC_PARAGRAPH:
	default:
		add_p(out, "margin-top:6px;font-size:14px;line-height:21px;color:" INK,
		      b->text);
		break;
	}
}

void doc_html(const struct doc *d, struct buf *out)
{
	buf_add_str(out, "<!DOCTYPE html>\n<html lang=\"");
	add_escaped(out, d->lang);
	buf_add_str(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
			 "<meta name=\"viewport\" content=\"width=device-width, "
			 "initial-scale=1\">\n<meta name=\"color-scheme\" "
			 "content=\"light\">\n<title>");
	add_escaped(out, d->n ? d->block[0].text : SV(""));
	buf_add_str(out,
		    "</title>\n</head>\n<body style=\"margin:0;padding:0;"
		    "background:#eef1f5\">\n" TABLE
		    " bgcolor=\"#eef1f5\"><tr><td align=\"center\" "
		    "style=\"padding:16px 8px\">\n" TABLE
		    " bgcolor=\"#ffffff\" style=\"max-width:600px;background:#ffffff;"
		    "border:1px solid " LINE
		    "\"><tr><td align=\"left\" style=\"padding:24px 20px\">\n");
	for (size_t i = 0; i < d->n; i++)
		add_block(out, d, &d->block[i]);
	buf_add_str(out, "</td></tr></table>\n</td></tr></table>\n</body>\n</html>\n");
}
