/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf.h"
#include "base/arena.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever decodes encodes to the same bytes. */
static bool decodes(struct sv bytes)
{
	struct arf_report r;
	struct buf again;
	if (!arf_decode(bytes, &r))
		return false;
	buf_init(&again, ARF_ENCODED_MAX);
	if (!arf_encode(&r, &again) || !sv_eq(buf_sv(&again), bytes))
		abort();
	for (enum arf_method m = ARF_SPF; m <= ARF_DKIM; m++)
		(void)arf_outcome(&r, m);
	buf_deinit(&again);
	return true;
}

/* A report that was read is one that a stranger's decoder lets through. */
static void check(const struct arf_report *r)
{
	struct buf bytes;
	buf_init(&bytes, ARF_ENCODED_MAX);
	if (!arf_encode(r, &bytes) || !decodes(buf_sv(&bytes)))
		abort();
	for (size_t i = 0; i < r->repair_n; i++)
		if (!repair_kind(r->repair[i].code) || r->repair[i].found.n ||
		    r->repair[i].times == 0)
			abort();
	if (r->identity_n == 0 || r->identity_n > ARF_IDENTITY_MAX)
		abort();
	buf_deinit(&bytes);
}

static void recognise(struct sv mail, struct arena *a)
{
	struct mime_walk *w = mime_walk_new(mail, a);
	struct mime_part p;
	while (mime_walk_next(w, &p)) {
		struct arf_leaf leaf = { p.type, sv_sub(p.body, 0, 4096), p.mail };
		(void)arf_recognise(&leaf);
	}
	mime_walk_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv bytes = { size ? (const char *)data : "", size };
	struct arena *a = arena_new();
	struct arf_report r;
	char reason[LIMIT_REASON + 1] = "";
	(void)decodes(bytes);
	if (arf_read(bytes, a, &r, reason))
		check(&r);
	else if (reason[0] == '\0')
		abort();
	recognise(bytes, a);
	arena_free(&a);
	return 0;
}
