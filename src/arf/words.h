/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARF_WORDS_H
#define ARF_WORDS_H

#include "base/sv.h"

/* The words that a failure report is cut to; their numbers are stored. 0 is none. */
#define ARF_WORDS_ENUM(number, id, name, meaning, advice) ARF_##id = number,

enum arf_feedback {
#define FEEDBACK ARF_WORDS_ENUM
#include "arf/words.def"
#undef FEEDBACK
};

enum arf_auth {
#define AUTH ARF_WORDS_ENUM
#include "arf/words.def"
#undef AUTH
};

enum arf_delivery {
#define DELIVERY ARF_WORDS_ENUM
#include "arf/words.def"
#undef DELIVERY
};

enum arf_method {
#define METHOD ARF_WORDS_ENUM
#include "arf/words.def"
#undef METHOD
};

enum arf_result_word {
#define RESULT ARF_WORDS_ENUM
#include "arf/words.def"
#undef RESULT
};

enum arf_agent {
#define AGENT ARF_WORDS_ENUM
#include "arf/words.def"
#undef AGENT
};

struct arf_word {
	uint8_t number;
	const char *name;    /* "bodyhash", as it is written in reports and in JSON */
	const char *meaning; /* a clause for a person */
	const char *advice;  /* what to do, one sentence; empty where nothing is */
};

enum arf_table {
	ARF_TABLE_FEEDBACK,
	ARF_TABLE_AUTH,
	ARF_TABLE_DELIVERY,
	ARF_TABLE_METHOD,
	ARF_TABLE_RESULT,
	ARF_TABLE_AGENT
};

/* A whole table, by number from 1 on without gaps. */
const struct arf_word *arf_words(enum arf_table table, size_t *out_n);
/* NULL: no such number. */
const struct arf_word *arf_word(enum arf_table table, unsigned number);
/* By name, case folded; 0: none. */
uint8_t arf_word_find(enum arf_table table, struct sv name);

#endif
