/* SPDX-License-Identifier: Apache-2.0 */
#include "report/notes.h"

#include <string.h>

void notes_clear(struct notes *n)
{
	n->n = 0;
	n->more = 0;
	n->calls = 0;
}

/* A copy of at most `max` bytes that ends with a whole character. */
static struct sv keep(char *to, size_t max, struct sv s)
{
	size_t n = s.n;
	if (n > max) {
		n = max;
		while (n > 0 && ((uint8_t)s.p[n] & 0xc0) == 0x80)
			n--;
	}
	if (n)
		memcpy(to, s.p, n);
	return (struct sv){ to, n };
}

struct note *notes_add(struct notes *n, enum repair_code code, unsigned place,
		       struct sv found)
{
	n->calls++;
	uint32_t key = (uint32_t)code << 16 | (uint16_t)place;
	for (size_t i = 0; i < n->n; i++) {
		if (n->at[i].key != key)
			continue;
		if (n->at[i].repair.times < UINT32_MAX)
			n->at[i].repair.times++;
		return NULL;
	}
	if (n->n == LIMIT_REPAIRS) {
		n->more++;
		return NULL;
	}
	struct note *note = &n->at[n->n++];
	note->key = key;
	note->repair = (struct repair){
		.code = (uint16_t)code,
		.times = 1,
		.where = { note->where, 0 },
		.found = keep(note->found, REPAIR_FOUND, found),
	};
	return note;
}

void note_set_where(struct note *note, struct sv where)
{
	note->repair.where = keep(note->where, REPAIR_WHERE, where);
}

const struct repair *notes_list(struct notes *n)
{
	for (size_t i = 0; i < n->n; i++)
		n->list[i] = n->at[i].repair;
	return n->list;
}
