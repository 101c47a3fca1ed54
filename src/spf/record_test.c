/* SPDX-License-Identifier: Apache-2.0 */
#include "spf/record.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *text;
	enum spf_why why; /* SPF_WHY_MATCHED: it can be read */
	const char *at;
} given[] = {
	{ "v=spf1", SPF_WHY_MATCHED, "" },
	{ "v=spf1   -all  ", SPF_WHY_MATCHED, "" },
	{ "v=spf1 a:b.example/24//64 mx//48 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",
	  SPF_WHY_MATCHED, "" },
	{ "v=spf1 exists:%{ir}.%{v}._spf.%{d2} redirect=_spf.%{d}", SPF_WHY_MATCHED, "" },
	{ "v=spf1 x-other=%{d}a/b v2.0=", SPF_WHY_MATCHED, "" },
	{ "v=spf1 \xc3\xa9", SPF_WHY_NOT_ASCII, "\xc3" },
	{ "v=spf1 -all foo", SPF_WHY_UNKNOWN_TERM, "foo" },
	{ "v=spf1 -all:x.example", SPF_WHY_BAD_TERM, "-all:x.example" },
	{ "v=spf1 include", SPF_WHY_BAD_TERM, "include" },
	{ "v=spf1 include:", SPF_WHY_BAD_NAME, "include:" },
	{ "v=spf1 a:museum", SPF_WHY_BAD_NAME, "a:museum" },
	{ "v=spf1 a:x.1", SPF_WHY_BAD_NAME, "a:x.1" },
	{ "v=spf1 a:%{d}.x}", SPF_WHY_BAD_NAME, "a:%{d}.x}" },
	{ "v=spf1 a:%{d0}", SPF_WHY_BAD_MACRO, "a:%{d0}" },
	{ "v=spf1 a:%{t}.example", SPF_WHY_BAD_MACRO, "a:%{t}.example" },
	{ "v=spf1 a/33", SPF_WHY_BAD_ADDRESS, "a/33" },
	{ "v=spf1 a/08", SPF_WHY_BAD_ADDRESS, "a/08" },
	{ "v=spf1 a//129", SPF_WHY_BAD_ADDRESS, "a//129" },
	{ "v=spf1 ip4:192.0.2", SPF_WHY_BAD_ADDRESS, "ip4:192.0.2" },
	{ "v=spf1 ip4:2001:db8::1", SPF_WHY_BAD_ADDRESS, "ip4:2001:db8::1" },
	{ "v=spf1 ip6:192.0.2.1", SPF_WHY_BAD_ADDRESS, "ip6:192.0.2.1" },
	{ "v=spf1 exp=a.example exp=b.example", SPF_WHY_TWICE, "exp=b.example" },
};

static void reads(void **state)
{
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		struct spf_record r;
		enum spf_why why = SPF_WHY_MATCHED;
		struct sv at = SV("");
		bool ok = spf_record_read(sv_from(given[i].text), a, &r, &why, &at);
		if (ok != (given[i].why == SPF_WHY_MATCHED) || why != given[i].why ||
		    (!ok && !sv_eq(at, sv_from(given[i].at))))
			fail_msg("%s: %s at %.*s", given[i].text, spf_why_word(why),
				 SV_ARG(at));
	}
	arena_free(&a);
}

static void reads_the_parts(void **state)
{
	struct arena *a = arena_new();
	struct spf_record r;
	enum spf_why why;
	struct sv at;
	(void)state;
	assert_true(spf_record_read(
		SV("v=spf1 ?A:x.example/24//64 -ip4:192.0.2.0/28 redirect=y.example"), a,
		&r, &why, &at));
	assert_int_equal(r.n, 3);
	assert_int_equal(r.term[0].kind, SPF_A);
	assert_int_equal(r.term[0].result, SPF_NEUTRAL);
	assert_int_equal(r.term[0].bits4, 24);
	assert_int_equal(r.term[0].bits6, 64);
	assert_true(sv_eq(r.term[0].domain, SV("x.example")));
	assert_int_equal(r.term[1].result, SPF_FAIL);
	assert_int_equal(r.term[1].bits4, 28);
	assert_true(r.redirect == &r.term[2] && !r.exp && !r.has_all);
	arena_free(&a);
}

static void tells_a_record(void **state)
{
	(void)state;
	assert_true(spf_is_record(SV("v=spf1")));
	assert_true(spf_is_record(SV("V=SPF1 -all")));
	assert_false(spf_is_record(SV("v=spf10")));
	assert_false(spf_is_record(SV("v=spf1\t-all")));
	assert_false(spf_is_record(SV(" v=spf1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(reads_the_parts),
		cmocka_unit_test(tells_a_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
