/* SPDX-License-Identifier: Apache-2.0 */
#include "record/dmarc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *text;
	enum record_policy p, sp, np;
	unsigned pct;
	bool testing, strict;
} good[] = {
	{ "v=DMARC1; p=none", RECORD_NONE, RECORD_NONE, RECORD_NONE, 100, false, false },
	{ " v = DMARC1 ;p=Reject;sp=none", RECORD_REJECT, RECORD_NONE, RECORD_NONE, 100,
	  false, false },
	{ "v=DMARC1;p=quarantine;np=reject;pct=0;t=y;adkim=s;aspf=s;;", RECORD_QUARANTINE,
	  RECORD_QUARANTINE, RECORD_REJECT, 0, true, true },
	{ "v=DMARC1; rua=mailto:a@b; p=reject; sp=bad; pct=101; t=n; x=y; adkim=r",
	  RECORD_NONE, RECORD_NONE, RECORD_NONE, 100, false, false },
	{ "v=DMARC1; rua=mailto:a@b", RECORD_NONE, RECORD_NONE, RECORD_NONE, 100, false,
	  false },
};

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct record_dmarc r;
		const char *why = NULL;
		assert_true(record_dmarc_read(sv_from(good[i].text), &r, &why));
		assert_int_equal(r.p, good[i].p);
		assert_int_equal(r.sp, good[i].sp);
		assert_int_equal(r.np, good[i].np);
		assert_int_equal(r.pct, good[i].pct);
		assert_int_equal(r.testing, good[i].testing);
		assert_int_equal(r.adkim_strict, good[i].strict);
		assert_int_equal(r.aspf_strict, good[i].strict);
	}
}

static void says_why_not(void **state)
{
	static const char *const bad[] = { "",
					   "v=spf1 -all",
					   "p=none; v=DMARC1",
					   "v=dmarc1; p=none",
					   "v=DMARC1",
					   "v=DMARC1; p=",
					   "v=DMARC1; sp=reject",
					   "v=DMARC1; p=all",
					   "v=DMARC1; p=reject; sp=bad; rua=https://b" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct record_dmarc r;
		const char *why = NULL;
		assert_false(record_dmarc_read(sv_from(bad[i]), &r, &why));
		assert_non_null(why);
	}
	assert_string_equal(record_policy_word(RECORD_QUARANTINE), "quarantine");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads),
					    cmocka_unit_test(says_why_not) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
