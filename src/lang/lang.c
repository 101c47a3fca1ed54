/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lang.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SAID_MAX = 64 * 1024,
	GROUP = 3
};

/* --- reading --- */

struct reader {
	struct sv rest;
	size_t line;
	struct lang_entry *entry;
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A line with those that go on with it, as one. */
static bool take_entry(struct reader *r, struct arena *a, struct sv *out)
{
	struct sv line;
	if (!sv_take_line(&r->rest, out))
		return false;
	r->line++;
	while (r->rest.n && is_blank(r->rest.p[0]) && sv_take_line(&r->rest, &line)) {
		const struct sv part[2] = { sv_trim(*out), sv_trim(line) };
		*out = arena_join(a, part, 2, ' ');
		r->line++;
	}
	*out = sv_trim(*out);
	return true;
}

static const char *read_entry(struct reader *r, struct sv line, struct lang *out)
{
	struct sv text = line, key = sv_trim(sv_take_until(&text, ':'));
	if (line.n == 0 || line.p[0] == '#')
		return NULL;
	if (sv_chr(line, ':') == line.n)
		return "a line is KEY: TEXT";
	if (r->n == LANG_ENTRIES_MAX)
		return "there are too many lines";
	text = sv_trim(text);
	if (sv_eq(key, SV("language"))) {
		out->word = sv_take_until(&text, ' ');
		out->name = sv_trim(text);
		return NULL;
	}
	r->entry[r->n++] = (struct lang_entry){ key, text };
	return NULL;
}

static int by_key(const void *x, const void *y)
{
	const struct lang_entry *a = x, *b = y;
	return sv_cmp(a->key, b->key);
}

bool lang_read(struct sv text, struct arena *a, struct lang *out, size_t *out_line,
	       const char **out_why)
{
	struct reader r = { .rest = text };
	struct sv line;
	*out = (struct lang){ 0 };
	*out_line = 0;
	*out_why = "it is too large";
	if (text.n > LANG_BYTES_MAX)
		return false;
	r.entry = arena_array(a, LANG_ENTRIES_MAX, sizeof(*r.entry));
	while (take_entry(&r, a, &line)) {
		*out_why = read_entry(&r, line, out);
		*out_line = r.line;
		if (*out_why)
			return false;
	}
	if (r.n)
		qsort(r.entry, r.n, sizeof(*r.entry), by_key);
	*out_why = "a key stands twice";
	for (size_t i = 1; i < r.n; i++)
		if (by_key(&r.entry[i - 1], &r.entry[i]) == 0)
			return false;
	out->entry = r.entry;
	out->n = r.n;
	return true;
}

/* --- what the program brings --- */

extern const unsigned char lang_text[];
extern const size_t lang_text_n;

/* The text of one language: up to the next line that begins one. */
static bool take_language(struct sv *all, struct sv *out)
{
	static const char mark[] = "\nlanguage:";
	struct sv behind = sv_sub(*all, 1, all->n);
	size_t end = sv_find(behind, sv_from(mark));
	*out = sv_take(all, end < behind.n ? end + 2 : all->n);
	return out->n > 0;
}

static bool read_own(struct sv word, struct arena *a, struct lang *out)
{
	struct sv all = { (const char *)lang_text, lang_text_n }, text;
	size_t line;
	const char *why;
	while (take_language(&all, &text))
		if (lang_read(text, a, out, &line, &why) && sv_eq(out->word, word))
			return true;
	return false;
}

bool lang_own(struct sv word, struct arena *a, struct lang *out)
{
	struct lang *english = arena_alloc(a, sizeof(*english));
	if (!read_own(word, a, out))
		return false;
	if (sv_eq(word, SV("en")) || !read_own(SV("en"), a, english))
		return true;
	out->beneath = english;
	return true;
}

struct sv lang_raw(const struct lang *l, struct sv key)
{
	const struct lang_entry want = { key, SV("") };
	for (; l; l = l->beneath) {
		const struct lang_entry *e = l->n ? bsearch(&want, l->entry, l->n,
							    sizeof(want), by_key)
						  : NULL;
		if (e)
			return e->text;
	}
	return SV("");
}

/* --- saying --- */

bool lang_take_place(struct sv *text, struct sv *before, struct sv *out_name,
		     struct sv *out_words)
{
	size_t open = sv_chr(*text, '{');
	size_t shut = sv_chr(sv_sub(*text, open, text->n), '}');
	if (open == text->n || open + shut == text->n)
		return false;
	*before = sv_sub(*text, 0, open);
	struct sv inner = sv_sub(*text, open + 1, shut - 1);
	*out_name = sv_take_until(&inner, ':');
	*out_words = inner;
	*text = sv_sub(*text, open + shut + 1, text->n);
	return true;
}

static void add_grouped(const struct lang *l, uint64_t n, struct buf *b)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%" PRIu64, n);
	struct sv between = lang_raw(l, SV("thousands"));
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % GROUP == 0)
			buf_add_sv(b, between);
		buf_add_char(b, text[i]);
	}
}

/* To one decimal; what only rounds to all or to nothing is said to be less or more. */
static void add_tenths(const struct lang *l, uint64_t part, uint64_t all, struct buf *b)
{
	uint64_t tenths = (uint64_t)((double)part / (double)all * 1000 + 0.5);
	if (part && tenths == 0) {
		tenths = 1;
		buf_add_char(b, '<');
	} else if (part < all && tenths >= 1000) {
		tenths = 999;
		buf_add_char(b, '>');
	}
	buf_addf(b, "%" PRIu64, tenths / 10);
	if (tenths % 10) {
		buf_add_sv(b, lang_raw(l, SV("decimal")));
		buf_addf(b, "%" PRIu64, tenths % 10);
	}
}

static void add_share(const struct lang *l, uint64_t part, uint64_t all, struct buf *b)
{
	struct sv shape = lang_raw(l, SV("share")), before, name, words;
	if (!all) {
		buf_add_char(b, '-');
		return;
	}
	while (lang_take_place(&shape, &before, &name, &words)) {
		buf_add_sv(b, before);
		add_tenths(l, part, all, b);
	}
	buf_add_sv(b, shape);
}

struct sv lang_word(const struct lang *l, struct sv key, size_t n)
{
	struct sv words = lang_raw(l, key), one = SV("");
	for (size_t i = 0; i <= n; i++)
		one = sv_take_until(&words, ' ');
	return one;
}

static void add_day(const struct lang *l, int64_t day, struct buf *b)
{
	char iso[DATE_TEXT];
	uint64_t month = 0, d = 0;
	struct sv text = sv_from(date_format_day(day, iso));
	struct sv year = sv_take_until(&text, '-');
	(void)sv_to_u64(sv_take_until(&text, '-'), &month);
	(void)sv_to_u64(text, &d);
	struct sv shape = lang_raw(l, SV("date")), before, name, words;
	while (lang_take_place(&shape, &before, &name, &words)) {
		buf_add_sv(b, before);
		if (sv_eq(name, SV("d")))
			buf_addf(b, "%" PRIu64, d);
		else if (sv_eq(name, SV("month")))
			buf_add_sv(b, lang_word(l, SV("months"), (size_t)month - 1));
		else if (sv_eq(name, SV("year")))
			buf_add_sv(b, year);
	}
	buf_add_sv(b, shape);
}

static void add_value(const struct lang *l, const struct lang_value *v, struct sv words,
		      struct buf *b)
{
	switch (v->kind) {
	case LANG_NUMBER:
		add_grouped(l, (uint64_t)v->n, b);
		break;
	case LANG_SHARE:
		add_share(l, (uint64_t)v->n, v->all, b);
		break;
	case LANG_DAY:
		add_day(l, v->n, b);
		break;
	case LANG_TEXT:
	default:
		buf_add_sv(b, v->text);
		break;
	}
	if (!words.n)
		return;
	struct sv one = sv_take_until(&words, '|');
	buf_add_str(b, " ");
	buf_add_sv(b, v->kind == LANG_NUMBER && v->n == 1 ? one : words);
}

static const struct lang_value *find_value(const struct lang_value *v, size_t n,
					   struct sv name)
{
	for (size_t i = 0; i < n; i++)
		if (sv_eq(sv_from(v[i].name), name))
			return &v[i];
	return NULL;
}

static struct sv taken(struct buf *b, struct arena *a)
{
	struct sv out = arena_sv(a, buf_sv(b));
	buf_deinit(b);
	return out;
}

struct sv lang_say(const struct lang *l, const char *key, const struct lang_value *v,
		   size_t n, struct arena *a)
{
	struct sv text = lang_raw(l, sv_from(key)), before, name, words;
	struct buf b;
	if (!text.n)
		return sv_from(key);
	buf_init(&b, SAID_MAX);
	while (lang_take_place(&text, &before, &name, &words)) {
		const struct lang_value *value = find_value(v, n, name);
		buf_add_sv(&b, before);
		if (value)
			add_value(l, value, words, &b);
		else
			buf_addf(&b, "{%.*s}", SV_ARG(name));
	}
	buf_add_sv(&b, text);
	return taken(&b, a);
}

struct sv lang_value(const struct lang *l, const struct lang_value *v, struct arena *a)
{
	struct buf b;
	buf_init(&b, SAID_MAX);
	add_value(l, v, SV(""), &b);
	return taken(&b, a);
}
