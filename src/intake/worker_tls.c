/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/worker_int.h"

#include "base/arena.h"
#include "tlsrpt/tlsrpt.h"

#include <string.h>

void worker_tls_init(struct worker *w, const struct hash_key *key)
{
	uint64_t seed;
	memcpy(&seed, key, sizeof(seed));
	tls_init(seed);
	buf_init(&w->whole, LIMIT_TLS_REPORT + 1);
}

/* Parts go to the writer in their order: a policy, its failures, the next policy. */
static bool say_policy(struct worker *w, const struct tls_policy *p)
{
	struct buf *out = emit_buf(w->emit);
	size_t at = frame_start(out, FRAME_PART);
	bool ok = tls_policy_encode(p, out);
	frame_finish(out, at);
	for (size_t i = 0; ok && i < p->failures_n; i++) {
		at = frame_start(out, FRAME_PART);
		ok = tls_failure_encode(&p->failures[i], out);
		frame_finish(out, at);
		if (!emit_pace(w->emit))
			return false;
	}
	return ok && emit_pace(w->emit);
}

static bool say_report(struct worker *w, const struct tls_report *r)
{
	struct frame_end end = { .complete = true };
	for (size_t i = 0; i < r->policies_n; i++)
		if (!say_policy(w, &r->policies[i]))
			return false;
	buf_clear(&w->meta);
	if (!tls_meta_encode(&r->meta, &w->meta))
		return false;
	normal_digest_reset(w->digest);
	normal_digest_add(w->digest, w->whole.p, w->whole.n);
	normal_digest_end(w->digest, end.sha);
	end.meta = buf_sv(&w->meta);
	return worker_end(w, &end, r->repairs, r->repairs_n, r->repairs_more, true);
}

bool worker_read_tls(struct worker *w, const struct unpack_leaf *leaf)
{
	struct tls_report report;
	char why[LIMIT_REASON + 1];
	worker_member(w, KIND_TLS, leaf);
	if (!worker_read_whole(w, "a TLS report", LIMIT_TLS_REPORT, why))
		return worker_verdict(w, STATUS_REFUSED, true, why);
	arena_reset(w->arena);
	if (!tls_read(buf_sv(&w->whole), w->arena, &report, why))
		return worker_verdict(w, STATUS_REFUSED, true, why);
	return say_report(w, &report);
}
