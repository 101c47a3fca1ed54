/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/worker_int.h"

#include "arf/arf.h"
#include "base/arena.h"

static bool say_report(struct worker *w, const struct arf_report *r)
{
	struct frame_end end = { .complete = true };
	buf_clear(&w->meta);
	if (!arf_encode(r, &w->meta))
		return false;
	normal_digest_reset(w->digest);
	for (size_t i = 0; i < r->identity_n; i++)
		normal_digest_add(w->digest, r->identity[i].p, r->identity[i].n);
	normal_digest_end(w->digest, end.sha);
	end.meta = buf_sv(&w->meta);
	return worker_end(w, &end, r->repair, r->repair_n, 0, w->keep_personal);
}

/* A failure report is a whole mail, not only the leaf by which it was recognised. Nothing
 * of it is quoted, and its bytes stay only where the user asked for that. */
bool worker_read_failure(struct worker *w, const struct unpack_leaf *leaf)
{
	struct arf_report report;
	char why[LIMIT_REASON + 1];
	worker_member(w, KIND_FAILURE, leaf);
	arena_reset(w->arena);
	if (!arf_read(leaf->mail->raw, w->arena, &report, why))
		return worker_verdict(w, STATUS_REFUSED, w->keep_personal, why);
	return say_report(w, &report);
}
