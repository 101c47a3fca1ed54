/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LANG_LANG_H
#define LANG_LANG_H

#include "base/sv.h"

struct arena;

/*
 * Sentences by key, in a language: what letters and findings are written with. A text is
 *
 *     language: de Deutsch
 *     # a remark
 *     finding.gone-sender.evidence: {subject} sendet nicht mehr; zuletzt am {day}.
 *         A line that begins with a blank goes on with the one before.
 *
 * {name} stands for a value; {name:one|many} for a number and its word. What a language
 * lacks comes from English; what no language has is the key itself.
 */
enum {
	LANG_BYTES_MAX = 256 * 1024, /* of a text */
	LANG_ENTRIES_MAX = 4000
};

struct lang_entry {
	struct sv key, text;
};

struct lang {
	struct sv word, name;     /* "de", "Deutsch" */
	struct lang_entry *entry; /* by key */
	size_t n;
	const struct lang *beneath; /* where to look for what is not here; or NULL */
};

/* The languages that the program brings, by word; false where there is none such. */
bool lang_own(struct sv word, struct arena *a, struct lang *out);
/* Reads one text; views of it stay. False: *out_line and *out_why say what is wrong. */
bool lang_read(struct sv text, struct arena *a, struct lang *out, size_t *out_line,
	       const char **out_why);

enum lang_kind {
	LANG_TEXT,
	LANG_NUMBER,
	LANG_SHARE, /* n of all, to one decimal */
	LANG_DAY    /* n: days since 1970-01-01 */
};

struct lang_value {
	const char *name;
	enum lang_kind kind;
	struct sv text;
	int64_t n;
	uint64_t all;
};

/* The text of a key with its values, in the arena. A value that is not given stays as it
 * is written. */
struct sv lang_say(const struct lang *l, const char *key, const struct lang_value *v,
		   size_t n, struct arena *a);
/* One value by itself, as the language writes it. */
struct sv lang_value(const struct lang *l, const struct lang_value *v, struct arena *a);
/* The n-th of the words of a key, from 0 on; empty where it has fewer. */
struct sv lang_word(const struct lang *l, struct sv key, size_t n);
/* A key's text as it is written; empty where there is none. */
struct sv lang_raw(const struct lang *l, struct sv key);
/* The next {name} or {name:...} of a text, whole and without its ":..."; false: no more.
 */
bool lang_take_place(struct sv *text, struct sv *before, struct sv *out_name,
		     struct sv *out_words);

#endif
