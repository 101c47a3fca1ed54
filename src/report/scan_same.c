/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "report/scan_int.h"

#include <stdlib.h>
#include <string.h>

/*
 * Records that repeat. Most records of a large report are, but for the values of
 * source_ip and count, the bytes of an earlier one. Where that one was read without a
 * note, with elements of the schemas in their places and without attributes, its facet
 * depends on those bytes alone: so it is this one's too, and only the two values are
 * read. Bytes are compared whole; the hash only says with which.
 */
enum {
	SLOTS = 512,
	LENGTHS = 16,       /* of what is kept, the newest ones */
	LEAST = 32,         /* bytes behind the count, see fold() */
	MOST = 4096,        /* the same, of a record that is kept */
	MARKUP = 256,       /* bytes before either value */
	TEXTS = 1024 * 1024 /* all that is kept; full, it begins again */
};

static const struct sv record_end = SV_INIT("</record>");

/* What stands behind the count, up to the record's end, and its facet. */
struct same_slot {
	uint32_t generation; /* of older ones the slot is empty */
	uint32_t at, n, facet_n;
};

struct scan_same {
	struct same_slot slot[SLOTS];
	uint32_t generation;
	struct buf texts;
	size_t length[LENGTHS];
	unsigned length_next;
	unsigned depth;         /* of the records that are kept */
	char markup[2][MARKUP]; /* theirs, to the address and from there to the count */
	size_t markup_n[2];
};

/* The parts of a record behind its start tag. */
struct same_record {
	struct sv markup[2], address, count, rest;
};

struct scan_same *scan_same_new(void)
{
	struct scan_same *m = heap_array(1, sizeof(*m));
	buf_init(&m->texts, TEXTS);
	m->generation = 1;
	return m;
}

void scan_same_free(struct scan_same *m)
{
	buf_deinit(&m->texts);
	free(m);
}

static void forget(struct scan_same *m)
{
	m->generation++;
	memset(m->length, 0, sizeof(m->length));
	buf_clear(&m->texts);
}

void scan_same_reset(struct scan_same *m)
{
	forget(m);
	m->depth = 0;
}

/* --- bytes --- */

/* Four lanes, since one multiplication waits for the one before. Whoever makes texts that
 * fall together only has them read as usual. */
static size_t fold(struct sv s)
{
	uint64_t lane[4] = { s.n, 1, 2, 3 };
	for (size_t at = 0; at < s.n; at += LEAST) {
		uint64_t word[4];
		/* The last ones overlap. */
		memcpy(word, s.p + (at + LEAST <= s.n ? at : s.n - LEAST), LEAST);
		for (int i = 0; i < 4; i++) {
			lane[i] = (lane[i] ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
			lane[i] ^= lane[i] >> 29;
		}
	}
	uint64_t all = lane[0] ^ lane[1] * 3 ^ lane[2] * 5 ^ lane[3] * 7;
	return (size_t)((all ^ all >> 32) % SLOTS);
}

static struct sv kept(const struct scan_same *m, size_t at, size_t n)
{
	return sv_sub(buf_sv(&m->texts), at, n);
}

static struct sv kept_markup(const struct scan_same *m, int i)
{
	return (struct sv){ m->markup[i], m->markup_n[i] };
}

/* The cursor goes behind the record's end. False: it is not there, or far. */
static bool take_rest(struct cursor *c, struct sv *out)
{
	struct sv window = cursor_ahead(c, MOST);
	size_t n = sv_find(window, record_end) + record_end.n;
	if (n > window.n || n < LEAST)
		return false;
	*out = cursor_take_n(c, n);
	return true;
}

/* --- a record that was read --- */

/* Up to `tag` and with it. */
static bool take_markup(struct cursor *c, struct sv tag, struct sv *out)
{
	struct sv window = cursor_ahead(c, MARKUP);
	size_t n = sv_find(window, tag) + tag.n;
	if (n > window.n)
		return false;
	*out = cursor_take_n(c, n);
	return true;
}

/* Both values must be text alone, and each of them all that its element holds. */
static bool take_apart(struct cursor c, struct same_record *out)
{
	if (!take_markup(&c, SV("<source_ip>"), &out->markup[0]))
		return false;
	out->address = cursor_span(&c, CURSOR_VALUE);
	if (out->address.n == 0 || !take_markup(&c, SV("<count>"), &out->markup[1]))
		return false;
	out->count = cursor_span(&c, CURSOR_VALUE);
	return out->count.n && take_rest(&c, &out->rest) && cursor_left(&c) == 0 &&
	       sv_has_prefix_fold(out->markup[1], SV("</source_ip>")) &&
	       sv_has_prefix_fold(out->rest, SV("</count>"));
}

/* Those that are kept begin as this one does; else it is the first. */
static void keep_markup(struct scan_same *m, const struct same_record *r, unsigned depth)
{
	if (m->depth == depth && sv_eq(kept_markup(m, 0), r->markup[0]) &&
	    sv_eq(kept_markup(m, 1), r->markup[1]))
		return;
	forget(m);
	m->depth = depth;
	for (int i = 0; i < 2; i++) {
		memcpy(m->markup[i], r->markup[i].p, r->markup[i].n);
		m->markup_n[i] = r->markup[i].n;
	}
}

static void note_length(struct scan_same *m, size_t n)
{
	for (size_t i = 0; i < LENGTHS; i++)
		if (m->length[i] == n)
			return;
	m->length[m->length_next++ % LENGTHS] = n;
}

void scan_same_end(struct scan *s, const struct cursor *c)
{
	struct scan_same *m = s->same;
	struct same_record r;
	struct sv facet = buf_sv(&s->build->encoded);
	struct cursor record = { s->record, c->p };
	s->record = NULL;
	if (s->build->notes.calls != s->record_notes || !take_apart(record, &r))
		return;
	keep_markup(m, &r, s->depth);
	if (r.rest.n + facet.n > TEXTS - m->texts.n)
		forget(m);
	if (r.rest.n + facet.n > TEXTS)
		return;
	note_length(m, r.rest.n);
	m->slot[fold(r.rest)] = (struct same_slot){ m->generation, (uint32_t)m->texts.n,
						    (uint32_t)r.rest.n,
						    (uint32_t)facet.n };
	buf_add_sv(&m->texts, r.rest);
	buf_add_sv(&m->texts, facet);
}

/* --- a record like it --- */

static const struct same_slot *find(const struct scan_same *m, struct sv rest)
{
	const struct same_slot *slot = &m->slot[fold(rest)];
	bool is = slot->generation == m->generation &&
		  sv_eq(kept(m, slot->at, slot->n), rest);
	return is ? slot : NULL;
}

static bool ends_there(struct sv rest)
{
	return rest.n >= LEAST &&
	       bytes_same(rest.p + rest.n - record_end.n, record_end.p, record_end.n);
}

/* The record's end is mostly as far as an earlier one's, which is cheaper than to look
 * for it. */
static const struct same_slot *take_known(const struct scan_same *m, struct cursor *c)
{
	struct sv rest;
	const struct same_slot *slot = NULL;
	for (size_t i = 0; i < LENGTHS && !slot; i++) {
		rest = cursor_ahead(c, m->length[i]);
		if (rest.n == m->length[i] && ends_there(rest))
			slot = find(m, rest);
	}
	if (slot)
		cursor_take_n(c, rest.n);
	else if (take_rest(c, &rest))
		slot = find(m, rest);
	return slot;
}

bool scan_same_take(struct scan *s, struct cursor *c, bool *out_going)
{
	const struct scan_same *m = s->same;
	struct build *b = s->build;
	struct cursor at = *c;
	if (m->depth != s->depth || !build_may_repeat(b) ||
	    !cursor_take_sv(&at, SV("<record>")) ||
	    !cursor_take_sv(&at, kept_markup(m, 0)))
		return false;
	struct sv address = cursor_span(&at, CURSOR_VALUE);
	if (!cursor_take_sv(&at, kept_markup(m, 1)))
		return false;
	struct sv count = cursor_span(&at, CURSOR_VALUE);
	const struct same_slot *slot = take_known(m, &at);
	struct report_row row = { .messages = 0 };
	if (!slot || !addr_parse(address, &row.source) ||
	    !sv_to_u64(count, &row.messages) ||
	    row.messages > LIMIT_MESSAGES - b->messages)
		return false;
	row.facet = kept(m, slot->at + slot->n, slot->facet_n);
	s->repeated++;
	*out_going = build_same_row(b, &row);
	*c = at;
	return true;
}
