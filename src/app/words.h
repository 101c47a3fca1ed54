/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_WORDS_H
#define APP_WORDS_H

#include "base/sv.h"

/* Figures as people read them. */
enum {
	WORDS_TEXT = 32
};

/* "1,234,567" */
const char *words_number(uint64_t n, char out[WORDS_TEXT]);
uint64_t words_magnitude(int64_t n); /* without its sign */
/* The share that passed, to one decimal: "97.3 %". All is "100 %", none "0 %", what only
 * rounds to them ">99.9 %" and "<0.1 %", and nothing of nothing "-". */
const char *words_share(uint64_t passed, uint64_t messages, char out[WORDS_TEXT]);
/* "512 B", "3.4 MiB" */
const char *words_size(uint64_t bytes, char out[WORDS_TEXT]);
/* "4 s", "3 min 20 s", "2 h 5 min" */
const char *words_duration(uint64_t seconds, char out[WORDS_TEXT]);
/* "" for 1, else "s" */
const char *words_s(uint64_t n);

#endif
