/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "base/sv.h"

/* The words that RFC 7489 and RFC 9990 allow as values, and how a facet numbers them. */
enum word {
	WORD_ABSENT = 0, /* the element was not there */
	WORD_EMPTY = 1,  /* it was there and empty */
	WORD_OTHER = 2,  /* none of the words below */
#define WORD(number, id, text) WORD_##id = number,
#include "report/words.def"
#undef WORD
	WORD_N_ALL
};

enum {
	WORD_LONGEST = 17
};

/* A set of words, as legal values of one element. */
#define WORD_BIT(word) (UINT64_C(1) << (word))

/* Exact: small letters only. */
enum word word_find(struct sv text);
/* The text of a word of words.def; it lives for ever. Empty for the first three. */
struct sv word_text(enum word word);

#endif
