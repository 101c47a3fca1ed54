/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts_int.h"
#include "store/stmt.h"

static bool seal_one(struct store *s, const struct facts_sealed *f, struct err *err)
{
	struct rollup *r = s->facts->roll;
	struct rollup_place at = { f->domain, f->first_day, f->days, false };
	if (f->counted && (!rollup_add_report(s, r, &at, err) ||
			   !facts_feed(s, f->report, &at, r, NULL, err)))
		return false;
	return facts_remove(s, f->report, err);
}

bool facts_seal(struct store *s, const struct facts_sealed *f, size_t n, struct err *err)
{
	struct rollup *r = s->facts->roll;
	if (!store_in_tx(s, err) || !facts_settle(s, err))
		return false;
	rollup_set_sealing(r, true);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = seal_one(s, &f[i], err);
	ok = ok && rollup_flush(s, r, err);
	rollup_set_sealing(r, false);
	return ok;
}
