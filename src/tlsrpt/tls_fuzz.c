/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "tlsrpt/tlsrpt.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The bytes as a report: what is read encodes, within its caps, and decodes to what
 * encodes to the same bytes; its counts add up. And as an encoded meta or part: whatever
 * decodes encodes to the same bytes.
 */
static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static bool check_meta(struct sv bytes, struct arena *a, struct buf *again)
{
	struct tls_meta m;
	if (!tls_meta_decode(bytes, a, &m))
		return false;
	buf_clear(again);
	must(tls_meta_encode(&m, again), "a decoded meta encodes");
	must(sv_eq(bytes, buf_sv(again)), "a meta has one encoding");
	return true;
}

static bool check_part(struct sv bytes, struct arena *a, struct buf *again)
{
	struct tls_part part;
	if (!tls_part_decode(bytes, a, &part))
		return false;
	buf_clear(again);
	must(part.kind == TLS_PART_POLICY ? tls_policy_encode(&part.policy, again)
					  : tls_failure_encode(&part.failure, again),
	     "a decoded part encodes");
	must(sv_eq(bytes, buf_sv(again)), "a part has one encoding");
	return true;
}

static void check_policy(const struct tls_policy *p, struct arena *a, struct buf *b,
			 struct buf *again)
{
	buf_clear(b);
	must(tls_policy_encode(p, b), "a policy encodes");
	must(check_part(buf_sv(b), a, again), "a policy decodes");
	for (size_t i = 0; i < p->failures_n; i++) {
		buf_clear(b);
		must(tls_failure_encode(&p->failures[i], b), "a failure encodes");
		must(check_part(buf_sv(b), a, again), "a failure decodes");
	}
}

static void check_repairs(const struct tls_report *r, struct buf *b)
{
	for (size_t i = 0; i < r->repairs_n; i++) {
		struct repair back;
		buf_clear(b);
		must(repair_encode(&r->repairs[i], b), "a repair encodes");
		struct sv bytes = buf_sv(b);
		must(repair_take(&bytes, &back) && bytes.n == 0, "a repair decodes");
	}
}

static void check_report(const struct tls_report *r, struct arena *a, struct buf *b,
			 struct buf *again)
{
	uint64_t succeeded = 0, failed = 0;
	size_t failures = 0;
	buf_clear(b);
	must(tls_meta_encode(&r->meta, b), "a meta encodes");
	must(check_meta(buf_sv(b), a, again), "a meta decodes");
	for (size_t i = 0; i < r->policies_n; i++) {
		check_policy(&r->policies[i], a, b, again);
		succeeded += r->policies[i].succeeded;
		failed += r->policies[i].failed;
		failures += r->policies[i].failures_n;
	}
	must(succeeded == r->succeeded && failed == r->failed &&
		     succeeded + failed <= LIMIT_MESSAGES && failures == r->failures_n,
	     "counts add up");
	check_repairs(r, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	if (!ready)
		tls_init(1);
	ready = true;
	struct sv bytes = { size ? (const char *)data : "", size };
	struct arena *a = arena_new();
	struct tls_report report;
	struct buf b, again;
	char reason[LIMIT_REASON + 1] = "";
	buf_init(&b, 2 * LIMIT_META);
	buf_init(&again, 2 * LIMIT_META);
	(void)tls_recognise(bytes);
	if (tls_read(bytes, a, &report, reason))
		check_report(&report, a, &b, &again);
	else
		must(*reason && utf8_is_valid(sv_from(reason)), "a refusal has a reason");
	(void)check_meta(bytes, a, &again);
	(void)check_part(bytes, a, &again);
	buf_deinit(&b);
	buf_deinit(&again);
	arena_free(&a);
	return 0;
}
