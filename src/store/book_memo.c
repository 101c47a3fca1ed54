/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_memo.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
	POLICY_SLOTS = 256, /* direct-mapped, a power of two */
	POLICY_NAME = 64,   /* longer names are asked for each time */
	SHA = 32,
};

struct policy_slot {
	uint64_t round; /* it holds where this is the memo's */
	struct book_memo_policy p;
	size_t n;
	char name[POLICY_NAME];
};

struct book_memo {
	uint64_t round;
	struct policy_slot policy[POLICY_SLOTS];
	bool no_raw, alone;
	uint8_t no_raw_sha[SHA], alone_sha[SHA];
	int odd;
	int64_t report; /* 0: none */
	struct rollup_place place;
};

struct book_memo *book_memo_new(void)
{
	struct book_memo *m = heap_array(1, sizeof(*m));
	m->round = 1;
	m->odd = -1;
	return m;
}

void book_memo_free(struct book_memo **m)
{
	free(*m);
	*m = NULL;
}

void book_memo_clear(struct store *s)
{
	struct book_memo *m = s->memo;
	m->round++;
	m->no_raw = false;
	m->alone = false;
	m->odd = -1;
	m->report = 0;
}

static size_t slot_of(const struct store *s, struct sv name)
{
	return (size_t)hash_bytes(&s->key, name.p, name.n) % POLICY_SLOTS;
}

struct book_memo_policy book_memo_policy(const struct store *s, struct sv name)
{
	struct book_memo_policy none = { 0 };
	if (!s->in_tx || name.n == 0 || name.n > POLICY_NAME)
		return none;
	const struct policy_slot *p = &s->memo->policy[slot_of(s, name)];
	bool same = p->round == s->memo->round && p->n == name.n &&
		    memcmp(p->name, name.p, name.n) == 0;
	return same ? p->p : none;
}

void book_memo_policy_is(struct store *s, struct sv name, struct book_memo_policy p)
{
	if (!s->in_tx || name.n == 0 || name.n > POLICY_NAME)
		return;
	struct policy_slot *slot = &s->memo->policy[slot_of(s, name)];
	slot->round = s->memo->round;
	slot->p = p;
	slot->n = name.n;
	memcpy(slot->name, name.p, name.n);
}

bool book_memo_no_raw(const struct store *s, const uint8_t sha[32])
{
	return s->memo->no_raw && memcmp(s->memo->no_raw_sha, sha, SHA) == 0;
}

void book_memo_no_raw_is(struct store *s, const uint8_t sha[32], bool missing)
{
	s->memo->no_raw = missing && s->in_tx;
	memcpy(s->memo->no_raw_sha, sha, SHA);
}

bool book_memo_alone(const struct store *s, const uint8_t sha[32])
{
	return s->memo->alone && memcmp(s->memo->alone_sha, sha, SHA) == 0;
}

void book_memo_alone_is(struct store *s, const uint8_t sha[32], bool alone)
{
	s->memo->alone = alone && s->in_tx;
	memcpy(s->memo->alone_sha, sha, SHA);
}

int book_memo_odd(const struct store *s)
{
	return s->memo->odd;
}

void book_memo_odd_is(struct store *s, bool odd)
{
	s->memo->odd = s->in_tx ? odd : -1;
}

bool book_memo_place(const struct store *s, int64_t report, struct rollup_place *out)
{
	if (!report || s->memo->report != report)
		return false;
	*out = s->memo->place;
	return true;
}

void book_memo_place_is(struct store *s, int64_t report, const struct rollup_place *at)
{
	s->memo->report = s->in_tx && at ? report : 0;
	if (at)
		s->memo->place = *at;
}
