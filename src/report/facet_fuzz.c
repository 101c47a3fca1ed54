/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "report/model.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever decodes, as a facet, a meta or repairs, encodes to the same bytes. */
static void check(struct sv bytes, const struct buf *again)
{
	if (!sv_eq(bytes, buf_sv(again)))
		abort();
}

static void check_repairs(struct sv bytes, struct buf *b)
{
	struct repair r;
	uint64_t all = 0;
	while (repair_take(&bytes, &r)) {
		buf_clear(b);
		if (!repair_encode(&r, b) || ++all > 1000000)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv bytes = { size ? (const char *)data : "", size };
	struct arena *a = arena_new();
	struct report_facet facet;
	struct report_meta meta;
	struct buf b;
	buf_init(&b, 2 * LIMIT_META);
	if (report_facet_decode(bytes, a, &facet)) {
		if (!report_facet_encode(&facet, &b))
			abort();
		check(bytes, &b);
		bool passed = sv_eq(facet.dkim, SV("pass")) ||
			      sv_eq(facet.spf, SV("pass"));
		if (passed != report_facet_passed(bytes))
			abort();
	}
	buf_clear(&b);
	if (report_meta_decode(bytes, a, &meta)) {
		if (!report_meta_encode(&meta, &b))
			abort();
		check(bytes, &b);
	}
	check_repairs(bytes, &b);
	buf_deinit(&b);
	arena_free(&a);
	return 0;
}
