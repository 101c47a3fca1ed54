/* SPDX-License-Identifier: Apache-2.0 */
#include "app/owner.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
	const struct book_domain *x = a, *y = b;
	return sv_cmp(x->name, y->name);
}

void owner_sort(struct book_domain *entry, size_t n)
{
	if (n)
		qsort(entry, n, sizeof(*entry), by_name);
}

const struct book_domain *owner_of(const struct book_domain *entry, size_t n,
				   struct sv name)
{
	while (n && name.n) {
		struct book_domain key = { .name = name };
		const struct book_domain *found = bsearch(&key, entry, n, sizeof(*entry),
							  by_name);
		if (found)
			return found;
		sv_take_until(&name, '.');
	}
	return NULL;
}

bool owner_covers(struct sv parent, struct sv name)
{
	if (!sv_has_suffix_fold(name, parent))
		return false;
	return name.n == parent.n || name.p[name.n - parent.n - 1] == '.';
}
