/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/doc.h"

#include <inttypes.h>

enum {
	BAR_CELLS = 30,
	COLUMNS_MOST = 8,
	LABEL_MOST = 30 /* columns of a table's first column */
};

/* Columns of a text: its characters. Letters hold no wide ones but in names. */
static size_t width_of(struct sv s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void add_times(struct buf *out, const char *what, size_t n)
{
	while (n-- > 0)
		buf_add_str(out, what);
}

/* Control characters of a name would break the line. */
static void add_word(struct buf *out, struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_add_char(out, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
}

static struct sv take_word(struct sv *s)
{
	while (s->n && s->p[0] == ' ')
		*s = sv_sub(*s, 1, s->n);
	return sv_take_until(s, ' ');
}

/* Wrapped behind `first`, following lines as far to the right. */
static void add_wrapped(struct buf *out, const char *first, struct sv text)
{
	size_t indent = sv_from(first).n, at = indent;
	buf_add_str(out, first);
	for (;;) {
		struct sv word = take_word(&text);
		size_t n = width_of(word);
		if (n == 0)
			break;
		if (at > indent && at + 1 + n > DOC_TEXT_WIDTH) {
			buf_add_str(out, "\n");
			add_times(out, " ", indent);
			at = indent;
		} else if (at > indent) {
			buf_add_str(out, " ");
			at++;
		}
		add_word(out, word);
		at += n;
	}
	buf_add_str(out, "\n");
}

static void add_rule(struct buf *out, const char *what, struct sv under)
{
	size_t n = width_of(under);
	add_times(out, what, n < DOC_TEXT_WIDTH ? n : DOC_TEXT_WIDTH);
	buf_add_str(out, "\n");
}

static void add_figures(struct buf *out, const struct doc_block *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct doc_figure *f = &b->figure[i];
		buf_add_str(out, "  ");
		add_word(out, f->value);
		buf_add_str(out, " ");
		add_word(out, f->label);
		if (f->note.n) {
			buf_add_str(out, " (");
			add_word(out, f->note);
			buf_add_str(out, ")");
		}
		buf_add_str(out, "\n");
	}
}

static size_t cells_of(uint64_t n, uint64_t most)
{
	return (size_t)((double)n / (double)most * BAR_CELLS + 0.5);
}

static uint64_t sum_of(const struct doc_bar *b)
{
	return b->good + b->bad + b->other;
}

static void add_bars(struct buf *out, const struct doc *d, const struct doc_block *b)
{
	uint64_t most = 1;
	size_t label = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct doc_bar *bar = &b->bar[i];
		size_t n = width_of(bar->label);
		most = sum_of(bar) > most ? sum_of(bar) : most;
		label = n > label ? n : label;
	}
	for (size_t i = 0; i < b->n; i++) {
		const struct doc_bar *bar = &b->bar[i];
		buf_add_str(out, "  ");
		add_word(out, bar->label);
		add_times(out, " ", label - width_of(bar->label) + 2);
		add_times(out, "#", cells_of(bar->good, most));
		add_times(out, "x", cells_of(bar->bad, most));
		add_times(out, "-", cells_of(bar->other, most));
		buf_add_str(out, "  ");
		add_word(out, bar->note);
		buf_add_str(out, "\n");
	}
	buf_addf(out, "  # %.*s, x %.*s, - %.*s\n", SV_ARG(d->good), SV_ARG(d->bad),
		 SV_ARG(d->other));
}

static void add_cell(struct buf *out, struct sv s, size_t width, bool right, bool last)
{
	size_t n = width_of(s);
	if (right)
		add_times(out, " ", width > n ? width - n : 0);
	add_word(out, s);
	if (!right && !last)
		add_times(out, " ", width > n ? width - n : 0);
}

static void add_table(struct buf *out, const struct doc_table *t)
{
	size_t width[COLUMNS_MOST] = { 0 };
	for (size_t i = 0; i < t->rows * t->columns; i++) {
		size_t n = width_of(t->cell[i]), c = i % t->columns;
		n = c == 0 && n > LABEL_MOST ? LABEL_MOST : n;
		width[c] = n > width[c] ? n : width[c];
	}
	for (size_t r = 0; r < t->rows; r++) {
		buf_add_str(out, "  ");
		for (size_t c = 0; c < t->columns; c++) {
			if (c)
				buf_add_str(out, "  ");
			add_cell(out, t->cell[r * t->columns + c], width[c],
				 t->right >> c & 1, c + 1 == t->columns);
		}
		buf_add_str(out, "\n");
	}
}

static void add_item(struct buf *out, const struct doc_block *b)
{
	add_wrapped(out, b->tone == DOC_BAD ? "  ! " : "  - ", b->text);
	if (b->note.n)
		add_wrapped(out, "    -> ", b->note);
	if (b->code.n) {
		buf_add_str(out, "\n      ");
		add_word(out, b->code); /* to be copied: whole, on a line */
		buf_add_str(out, "\n\n");
	}
}

static void add_block(struct buf *out, const struct doc *d, const struct doc_block *b)
{
	switch (b->kind) {
	case DOC_TITLE:
		add_wrapped(out, "", b->text);
		add_rule(out, "=", b->text);
		add_wrapped(out, "", b->note);
		break;
	case DOC_HEADING:
		buf_add_str(out, "\n");
		add_wrapped(out, "", b->text);
		add_rule(out, "-", b->text);
		break;
	case DOC_FIGURES:
		buf_add_str(out, "\n");
		add_figures(out, b);
		break;
	case DOC_BARS:
		buf_add_str(out, "\n");
		add_bars(out, d, b);
		break;
	case DOC_ITEM:
		add_item(out, b);
		break;
	case DOC_TABLE:
		add_table(out, &b->table);
		break;
	case DOC_FOOT:
		buf_add_str(out, "\n-- \n");
		add_wrapped(out, "", b->text);
		break;
	case DOC_LEAD:
		buf_add_str(out, "\n");
		add_wrapped(out, "", b->text);
		break;
	case DOC_PARAGRAPH:
	default:
		add_wrapped(out, "", b->text);
		break;
	}
}

void doc_text(const struct doc *d, struct buf *out)
{
	for (size_t i = 0; i < d->n; i++)
		add_block(out, d, &d->block[i]);
}
