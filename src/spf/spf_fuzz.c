/* SPDX-License-Identifier: Apache-2.0 */
#include "spf/record.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A first line "HELO REVERSE-PATH", and behind it a zone's text that answers: whatever it
 * says, the check ends with a result, within its limits, and with a bounded number of
 * questions. The first line as a record: what is wrong with it is a part of it.
 */
enum {
	QUESTIONS = 200
};

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	(void)fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static void check_record(struct sv text, struct arena *a)
{
	struct spf_record r;
	enum spf_why why;
	struct sv at;
	if (!spf_is_record(text))
		return;
	bool ok = spf_record_read(text, a, &r, &why, &at);
	must(ok || (at.p >= text.p && at.p + at.n <= text.p + text.n), "a part of it");
	must(!ok || r.n <= text.n / 2 + 1, "terms are of the text");
}

static void check(struct sv who, struct dns *d, const char *ip, struct arena *a)
{
	const struct dns_budget budget = { QUESTIONS, 60000 };
	struct dns_asker *k = dns_asker_new(d, &budget);
	struct spf_question q = { .helo = sv_take_until(&who, ' ') };
	struct spf_answer out;
	q.mail_from = who;
	must(addr_parse(sv_from(ip), &q.ip), "an address");
	spf_check(&q, k, a, &out);
	must(out.result <= SPF_PERMERROR && out.why < SPF_WHYS, "a result");
	must(out.lookups <= SPF_LOOKUPS + 1 && out.step_n <= SPF_STEPS, "limits");
	must(dns_asked(k) <= QUESTIONS, "a budget");
	dns_asker_free(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv text = { (const char *)data, size }, who = SV("");
	struct arena *a = arena_new();
	struct err err;
	(void)sv_take_line(&text, &who);
	check_record(who, a);
	struct dns *d = dns_zone_new(text, &err);
	if (d) {
		check(who, d, "192.0.2.1", a);
		check(who, d, "2001:db8::1", a);
	}
	dns_free(&d);
	arena_free(&a);
	return 0;
}
