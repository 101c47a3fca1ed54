/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts.h"

#include "base/arena.h"
#include "store/stmt.h"

#include <stdlib.h>
#include <string.h>

enum {
	MULTISET_MAX = 1000 * 1000
};

/* A row as 128 bits of keyed hash: a million of them take 24 MB and not 40, and no
 * outsider can make two that are alike. */
struct print {
	uint64_t a, b;
	uint64_t left; /* how many of this one are still to be found */
};

static struct print print_of(const struct store *s, const struct facts_row *row)
{
	uint8_t bytes[1 + 16 + 8 + 8];
	bytes[0] = row->source.kind;
	memcpy(bytes + 1, row->source.b, 16);
	memcpy(bytes + 17, &row->facet, 8);
	memcpy(bytes + 25, &row->messages, 8);
	struct hash_key other = { ~s->key.k0, s->key.k1 };
	return (struct print){ hash_bytes(&s->key, bytes, sizeof(bytes)),
			       hash_bytes(&other, bytes, sizeof(bytes)), 1 };
}

static int print_cmp(const void *x, const void *y)
{
	const struct print *p = x, *q = y;
	if (p->a != q->a)
		return p->a < q->a ? -1 : 1;
	return (p->b > q->b) - (p->b < q->b);
}

static bool rows_equal(const struct facts_row *x, const struct facts_row *y)
{
	return addr_cmp(&x->source, &y->source) == 0 && x->facet == y->facet &&
	       x->messages == y->messages;
}

/* A report that was cut short is a prefix of the whole: no memory is needed. */
static bool is_prefix(struct store *s, int64_t big, int64_t small, bool *out,
		      struct err *err)
{
	struct facts_rows *b = facts_rows(s, big, err), *l = facts_rows(s, small, err);
	struct facts_row x, y;
	bool ok = b && l, same = true;
	while (ok && same && facts_rows_next(l, &y, err)) {
		same = facts_rows_next(b, &x, err) && rows_equal(&x, &y);
		ok = err->code == ERR_NONE;
	}
	ok = ok && err->code == ERR_NONE;
	facts_rows_free(&b);
	facts_rows_free(&l);
	*out = same;
	return ok;
}

/* False with ERR_NONE where there are too many. */
static bool read_prints(struct store *s, int64_t report, struct print **out,
			size_t *out_n, struct err *err)
{
	struct facts_rows *it = facts_rows(s, report, err);
	struct facts_row row;
	size_t n = 0, cap = 0;
	bool over = false;
	while (it && facts_rows_next(it, &row, err)) {
		over = n == MULTISET_MAX;
		if (over)
			break;
		if (n == cap) {
			cap = cap ? cap * 2 : 256;
			*out = heap_grow(*out, cap, sizeof(**out));
		}
		(*out)[n++] = print_of(s, &row);
	}
	bool ended = it && err->code == ERR_NONE && !over;
	facts_rows_free(&it);
	*out_n = n;
	return ended;
}

static size_t fold_equal(struct print *p, size_t n)
{
	size_t out = 0;
	for (size_t i = 0; i < n; i++) {
		if (out && print_cmp(&p[out - 1], &p[i]) == 0)
			p[out - 1].left++;
		else
			p[out++] = p[i];
	}
	return out;
}

static bool find_all(struct store *s, int64_t big, struct print *p, size_t n,
		     size_t wanted, struct err *err)
{
	size_t distinct = fold_equal(p, n);
	struct facts_rows *it = facts_rows(s, big, err);
	struct facts_row row;
	while (it && wanted && facts_rows_next(it, &row, err)) {
		struct print one = print_of(s, &row);
		struct print *at = bsearch(&one, p, distinct, sizeof(*p), print_cmp);
		if (at && at->left) {
			at->left--;
			wanted--;
		}
	}
	facts_rows_free(&it);
	return wanted == 0;
}

bool facts_contain(struct store *s, int64_t big, int64_t small, bool *out,
		   struct err *err)
{
	struct print *p = NULL;
	size_t n = 0;
	err->code = ERR_NONE;
	if (!is_prefix(s, big, small, out, err))
		return false;
	if (*out)
		return true;
	if (read_prints(s, small, &p, &n, err)) {
		if (n)
			qsort(p, n, sizeof(*p), print_cmp);
		*out = find_all(s, big, p, n, n, err);
	}
	free(p);
	return err->code == ERR_NONE;
}
