/* SPDX-License-Identifier: Apache-2.0 */
#include "app/words.h"

#include <inttypes.h>
#include <stdio.h>

const char *words_number(uint64_t n, char out[WORDS_TEXT])
{
	char digits[WORDS_TEXT];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n), o = 0;
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[o++] = ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	return out;
}

/* Per mille, rounded to the nearest; a double is exact enough for three digits. */
static unsigned per_mille(uint64_t part, uint64_t whole)
{
	return (unsigned)((double)part / (double)whole * 1000.0 + 0.5);
}

uint64_t words_magnitude(int64_t n)
{
	return n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
}

const char *words_share(uint64_t passed, uint64_t messages, char out[WORDS_TEXT])
{
	unsigned m = messages ? per_mille(passed, messages) : 0;
	const char *word = NULL;
	if (messages == 0)
		word = "-";
	else if (passed >= messages)
		word = "100 %";
	else if (passed == 0)
		word = "0 %";
	else if (m == 0)
		word = "<0.1 %";
	else if (m >= 1000)
		word = ">99.9 %";
	if (word)
		(void)snprintf(out, WORDS_TEXT, "%s", word);
	else
		(void)snprintf(out, WORDS_TEXT, "%u.%u %%", m / 10, m % 10);
	return out;
}

const char *words_size(uint64_t bytes, char out[WORDS_TEXT])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t u = 0;
	uint64_t tenths = bytes > UINT64_MAX / 10 ? UINT64_MAX : bytes * 10;
	while (tenths >= 10240 && u + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1024;
		u++;
	}
	if (u == 0)
		(void)snprintf(out, WORDS_TEXT, "%" PRIu64 " B", bytes);
	else
		(void)snprintf(out, WORDS_TEXT, "%" PRIu64 ".%u %s", tenths / 10,
			       (unsigned)(tenths % 10), units[u]);
	return out;
}

const char *words_duration(uint64_t s, char out[WORDS_TEXT])
{
	if (s < 60)
		(void)snprintf(out, WORDS_TEXT, "%" PRIu64 " s", s);
	else if (s < 3600)
		(void)snprintf(out, WORDS_TEXT, "%" PRIu64 " min %" PRIu64 " s", s / 60,
			       s % 60);
	else
		(void)snprintf(out, WORDS_TEXT, "%" PRIu64 " h %" PRIu64 " min", s / 3600,
			       s / 60 % 60);
	return out;
}

const char *words_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}
