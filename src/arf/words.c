/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/words.h"

#define ROW(number, id, name, meaning, advice) { number, name, meaning, advice },

static const struct arf_word feedbacks[] = {
#define FEEDBACK ROW
#include "arf/words.def"
#undef FEEDBACK
};
static const struct arf_word auths[] = {
#define AUTH ROW
#include "arf/words.def"
#undef AUTH
};
static const struct arf_word deliveries[] = {
#define DELIVERY ROW
#include "arf/words.def"
#undef DELIVERY
};
static const struct arf_word methods[] = {
#define METHOD ROW
#include "arf/words.def"
#undef METHOD
};
static const struct arf_word results[] = {
#define RESULT ROW
#include "arf/words.def"
#undef RESULT
};
static const struct arf_word agents[] = {
#define AGENT ROW
#include "arf/words.def"
#undef AGENT
};

#define TABLE(rows) \
	{ \
		rows, sizeof(rows) / sizeof(*(rows)) \
	}

static const struct {
	const struct arf_word *rows;
	size_t n;
} tables[] = {
	[ARF_TABLE_FEEDBACK] = TABLE(feedbacks),  [ARF_TABLE_AUTH] = TABLE(auths),
	[ARF_TABLE_DELIVERY] = TABLE(deliveries), [ARF_TABLE_METHOD] = TABLE(methods),
	[ARF_TABLE_RESULT] = TABLE(results),      [ARF_TABLE_AGENT] = TABLE(agents),
};

const struct arf_word *arf_words(enum arf_table table, size_t *out_n)
{
	*out_n = tables[table].n;
	return tables[table].rows;
}

const struct arf_word *arf_word(enum arf_table table, unsigned number)
{
	return number >= 1 && number <= tables[table].n ? &tables[table].rows[number - 1]
							: NULL;
}

uint8_t arf_word_find(enum arf_table table, struct sv name)
{
	for (size_t i = 0; i < tables[table].n; i++)
		if (sv_eq_fold(name, sv_from(tables[table].rows[i].name)))
			return tables[table].rows[i].number;
	return 0;
}
