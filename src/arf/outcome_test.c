/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_test.h"

#define REPORT(fields, results) \
	MAIL(FEEDBACK(MUST "Reported-Domain: shop.example\n" fields \
			   "Authentication-Results: mx; " results "\n") SAMPLE(FROM))

static const char *const kinds[] = { "unknown", "failed", "unaligned", "passed" };

static const struct {
	const char *mail, *spf, *dkim;
} cases[] = {
	{ REPORT("Auth-Failure: dmarc\n", "none"), "unknown", "unknown" },
	{ REPORT("Auth-Failure: dmarc\n", "spf=pass smtp.mailfrom=a@other.example; "
					  "dkim=fail header.d=shop.example "
					  "header.s=k1"),
	  "unaligned pass other.example", "failed fail shop.example k1" },
	{ REPORT("Auth-Failure: dmarc\n", "dkim=pass header.d=other.example; dkim=pass "
					  "header.d=mail.shop.example; "
					  "spf=pass smtp.mailfrom=notshop.example"),
	  "unaligned pass notshop.example", "passed pass mail.shop.example" },
	{ REPORT("Auth-Failure: dmarc\n", "spf=none smtp.helo=mx.isp.example; dkim=none"),
	  "failed none mx.isp.example", "failed none" },
	{ REPORT("Auth-Failure: spf\nOriginal-Mail-From: a@mail.shop.example\n", "none"),
	  "failed mail.shop.example", "unknown" },
	{ REPORT("Auth-Failure: bodyhash\nDKIM-Domain: shop.example\n"
		 "DKIM-Selector: k1\n",
		 "none"),
	  "unknown", "failed shop.example k1" },
	{ REPORT("Auth-Failure: signature\nDKIM-Domain: shop.example\n"
		 "DKIM-Selector: k1\n",
		 "dkim=fail header.d=shop.example"),
	  "unknown", "failed fail shop.example k1" },
	/* RFC 7489: none aligned. RFC 9991: both failed. */
	{ REPORT("Auth-Failure: dmarc\nIdentity-Alignment: none\n", "none"), "failed",
	  "failed" },
	{ REPORT("Auth-Failure: dmarc\nIdentity-Alignment: dkim, spf\n", "none"),
	  "failed", "failed" },
	{ REPORT("Auth-Failure: dmarc\nIdentity-Alignment: dkim, spf\n",
		 "spf=pass smtp.mailfrom=other.example"),
	  "unaligned pass other.example", "failed" },
	/* One alone may be either. */
	{ REPORT("Auth-Failure: dmarc\nIdentity-Alignment: dkim\n", "none"), "unknown",
	  "unknown" },
	{ REPORT("Identity-Alignment: none\n", "none"), "unknown", "unknown" },
	/* The report's own result goes before that of the mail's header. */
	{ MAIL(FEEDBACK(MUST ABOUT "Authentication-Results: mx; spf=softfail "
				   "smtp.mailfrom=shop.example\n")
		       SAMPLE("Authentication-Results: mx; spf=pass "
			      "smtp.mailfrom=shop.example; dkim=temperror\n" FROM)),
	  "failed softfail shop.example", "failed temperror" },
};

static void show_outcome(struct buf *b, struct arf_outcome o)
{
	buf_clear(b);
	buf_add_str(b, kinds[o.kind]);
	if (o.result)
		buf_addf(b, " %s", arf_word(ARF_TABLE_RESULT, o.result)->name);
	if (o.domain.n)
		buf_addf(b, " %.*s", SV_ARG(o.domain));
	if (o.selector.n)
		buf_addf(b, " %.*s", SV_ARG(o.selector));
}

static void test_outcomes(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct outcome o;
		read_mail(&o, "outcome", cases[i].mail);
		show_outcome(&b, arf_outcome(&o.report, ARF_SPF));
		assert_string_equal(buf_str(&b), cases[i].spf);
		show_outcome(&b, arf_outcome(&o.report, ARF_DKIM));
		assert_string_equal(buf_str(&b), cases[i].dkim);
		forget(&o);
	}
	buf_deinit(&b);
}

static void test_tables(void **state)
{
	(void)state;
	for (int t = ARF_TABLE_FEEDBACK; t <= ARF_TABLE_AGENT; t++) {
		size_t n;
		enum arf_table table = (enum arf_table)t;
		const struct arf_word *words = arf_words(table, &n);
		assert_in_range(n, 1, table == ARF_TABLE_AUTH ? 15 : 255);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(words[i].number, i + 1);
			assert_ptr_equal(arf_word(table, (unsigned)i + 1), &words[i]);
			assert_int_equal(arf_word_find(table, sv_from(words[i].name)),
					 i + 1);
			assert_true(words[i].meaning[0] != '\0');
		}
		assert_null(arf_word(table, 0));
		assert_null(arf_word(table, (unsigned)n + 1));
		assert_int_equal(arf_word_find(table, SV("")), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_outcomes),
					    cmocka_unit_test(test_tables) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
