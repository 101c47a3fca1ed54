/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/read_int.h"

#include <assert.h>
#include <string.h>

/*
 * The library asks for its memory without saying for whom: so this is the one place that
 * remembers. Within tls_load() it gets pieces of an arena, up to a budget; nothing is
 * given back singly, and the arena's end is the tree's.
 */
struct budget {
	struct arena *arena; /* NULL outside of tls_load() */
	size_t left;
	bool spent;
};

static _Thread_local struct budget budget;
static bool ready;

static void *spend(size_t n)
{
	if (!budget.arena || n > budget.left) {
		budget.spent = true;
		return NULL;
	}
	budget.left -= n;
	return arena_alloc(budget.arena, n);
}

static void give_back(void *p)
{
	(void)p;
}

void tls_init(uint64_t seed)
{
	size_t folded = (size_t)(seed ^ seed >> 32);
	json_set_alloc_funcs(spend, give_back);
	json_object_seed((uint32_t)folded ? (uint32_t)folded : 1);
	ready = true;
}

/* `duplicate object key near '"name"'` */
static struct sv quoted(const char *said)
{
	const char *from = strchr(said, '"'), *to = strrchr(said, '"');
	return from && to > from ? (struct sv){ from + 1, (size_t)(to - from - 1) }
				 : (struct sv){ NULL, 0 };
}

/* Whether to try again with other flags, or why not. */
static bool try_again(struct tls_reader *r, const json_error_t *e, size_t *flags)
{
	enum json_error_code code = json_error_code(e);
	if (budget.spent)
		return tls_refuse(r,
				  "the report's JSON takes more than %llu bytes of "
				  "memory, the most that is used",
				  (unsigned long long)LIMIT_TLS_MEMORY);
	if (code == json_error_duplicate_key && *flags & JSON_REJECT_DUPLICATES) {
		*flags &= ~(size_t)JSON_REJECT_DUPLICATES;
		tls_note(r, REPAIR_MEMBER_TWICE, TLS_MEMBER_UNKNOWN, quoted(e->text));
		return true;
	}
	if (code == json_error_numeric_overflow && !(*flags & JSON_DECODE_INT_AS_REAL)) {
		*flags |= JSON_DECODE_INT_AS_REAL;
		return true;
	}
	if (code == json_error_premature_end_of_input)
		return tls_refuse(r,
				  "the report ends early: its JSON is cut off after "
				  "%d bytes",
				  e->position);
	return tls_refuse(r, "the report is not well-formed JSON: %s, at byte %d",
			  tls_shown(r, sv_from(e->text)), e->position);
}

bool tls_load(struct tls_reader *r, struct sv text, json_t **out)
{
	size_t flags = JSON_REJECT_DUPLICATES;
	assert(ready);
	do {
		json_error_t error = { 0 };
		arena_reset(r->tree);
		budget = (struct budget){ r->tree, LIMIT_TLS_MEMORY, false };
		*out = json_loadb(text.p, text.n, flags, &error);
		budget.arena = NULL;
		if (!*out && !try_again(r, &error, &flags))
			return false;
	} while (!*out);
	return true;
}
