/* SPDX-License-Identifier: Apache-2.0 */
#include "whatif/whatif.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *policy;
	bool below, dkim, spf;
	struct whatif_sum new, old; /* of 1,001 messages: as by RFC 9989, by RFC 7489 */
} cases[] = {
	{ "p=none", false, false, false, { 0, 0 }, { 0, 0 } },
	{ "p=quarantine", false, false, false, { 1001, 0 }, { 1001, 0 } },
	{ "p=reject", false, false, false, { 0, 1001 }, { 0, 1001 } },
	{ "p=reject", false, true, false, { 0, 0 }, { 0, 0 } },
	{ "p=reject", false, false, true, { 0, 0 }, { 0, 0 } },
	{ "p=quarantine; t=y; pct=0", false, false, false, { 0, 0 }, { 0, 0 } },
	{ "p=reject; t=y; pct=0", false, false, false, { 1001, 0 }, { 1001, 0 } },
	/* each heeds its own */
	{ "p=quarantine; t=y", false, false, false, { 0, 0 }, { 1001, 0 } },
	{ "p=quarantine; pct=0", false, false, false, { 1001, 0 }, { 0, 0 } },
	{ "p=reject; pct=25", false, false, false, { 0, 1001 }, { 751, 250 } },
	/* subdomains */
	{ "p=reject; sp=none", true, false, false, { 0, 0 }, { 0, 0 } },
	{ "p=none; sp=reject", true, false, false, { 0, 1001 }, { 0, 1001 } },
	{ "p=reject", true, false, false, { 0, 1001 }, { 0, 1001 } },
};

static void applies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[80] = "v=DMARC1; ";
		struct record_dmarc p;
		const char *why;
		struct whatif_sum sum[WHATIF_RECEIVERS] = { { 0, 0 } };
		const struct whatif_row row = { SERVICE_OWN, 1001, cases[i].dkim,
						cases[i].spf, cases[i].below };
		size_t n = 10;
		for (const char *c = cases[i].policy; *c; c++)
			text[n++] = *c;
		assert_true(record_dmarc_read((struct sv){ text, n }, &p, &why));
		for (int r = 0; r < WHATIF_RECEIVERS; r++)
			whatif_add(&p, (enum whatif_receiver)r, &row, &sum[r]);
		assert_int_equal(sum[WHATIF_9989].quarantined, cases[i].new.quarantined);
		assert_int_equal(sum[WHATIF_9989].rejected, cases[i].new.rejected);
		assert_int_equal(sum[WHATIF_7489].quarantined, cases[i].old.quarantined);
		assert_int_equal(sum[WHATIF_7489].rejected, cases[i].old.rejected);
	}
}

static void climbs(void **state)
{
	(void)state;
	for (int i = 0; i < WHATIF_RUNGS; i++) {
		struct record_dmarc p;
		const struct record_dmarc as = { .adkim_strict = true };
		whatif_rung_policy((enum whatif_rung)i, &as, &p);
		assert_int_equal(whatif_rung_of(&p), i);
		assert_true(p.adkim_strict && !p.aspf_strict);
		assert_non_null(whatif_rung_words((enum whatif_rung)i));
	}
}

static struct record_dmarc read_policy(const char *policy)
{
	char text[80] = "v=DMARC1; ";
	struct record_dmarc p;
	const char *why;
	size_t n = 10;
	for (const char *c = policy; *c; c++)
		text[n++] = *c;
	assert_true(record_dmarc_read((struct sv){ text, n }, &p, &why));
	return p;
}

/* What is below is never lowered, and tightened once the domain is at its end. */
static void minds_what_is_below(void **state)
{
	(void)state;
	static const struct {
		const char *now, *words;
		enum whatif_step step;
		enum record_policy p, sp, np;
		bool trial;
	} t[] = {
#define N RECORD_NONE
#define Q RECORD_QUARANTINE
#define R RECORD_REJECT
#define D WHATIF_STEP_DOMAIN
		{ "p=none", "quarantine, on trial", D, Q, Q, Q, true },
		{ "p=quarantine; t=y; pct=0", "quarantine", D, Q, Q, Q, false },
		{ "p=quarantine", "reject, on trial", D, R, R, R, true },
		{ "p=none; sp=reject", "quarantine", D, Q, R, R, false },
		{ "p=none; np=reject", "quarantine", D, Q, Q, R, false },
		{ "p=none; sp=quarantine", "quarantine", D, Q, Q, Q, false },
		{ "p=quarantine; sp=reject", "reject", D, R, R, R, false },
		{ "p=quarantine; sp=none", "reject, on trial", D, R, R, R, true },
		{ "p=reject; sp=none", "sp=quarantine", WHATIF_STEP_SP, R, Q, Q, false },
		{ "p=reject; sp=none; np=reject", "sp=quarantine", WHATIF_STEP_SP, R, Q,
		  R, false },
		{ "p=reject; sp=quarantine", "sp=reject", WHATIF_STEP_SP, R, R, R,
		  false },
		{ "p=reject; np=none", "np=quarantine", WHATIF_STEP_NP, R, R, Q, false },
		{ "p=reject", "", WHATIF_STEP_NONE, R, R, R, false },
#undef N
#undef Q
#undef R
#undef D
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		const struct record_dmarc now = read_policy(t[i].now);
		struct whatif_next n;
		whatif_next(&now, &n);
		assert_string_equal(n.words, t[i].words);
		assert_int_equal(n.step, t[i].step);
		assert_int_equal(n.policy.p, t[i].p);
		assert_int_equal(n.policy.sp, t[i].sp);
		assert_int_equal(n.policy.np, t[i].np);
		assert_int_equal(n.policy.testing, t[i].trial);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(applies),
					    cmocka_unit_test(climbs),
					    cmocka_unit_test(minds_what_is_below) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
