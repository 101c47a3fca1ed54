/* SPDX-License-Identifier: Apache-2.0 */
#include "app/owner.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void finds_the_longest_entry(void **state)
{
	static const struct {
		const char *name;
		int64_t owner; /* 0: unassigned */
	} cases[] = {
		{ "acme.example", 1 },           { "www.acme.example", 1 },
		{ "a.b.www.acme.example", 1 },   { "shop.acme.example", 2 },
		{ "x.shop.acme.example", 2 },    { "workshop.acme.example", 1 },
		{ "notacme.example", 0 },        { "example", 0 },
		{ "acme.example.evil.test", 0 }, { "", 0 },
		{ "zeta.example", 3 },           { ".", 0 },
	};
	struct book_domain d[] = {
		{ .id = 3, .name = SV("zeta.example"), .retired = 5 },
		{ .id = 2, .name = SV("shop.acme.example") },
		{ .id = 1, .name = SV("acme.example") },
	};
	(void)state;
	owner_sort(d, 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct book_domain *o = owner_of(d, 3, sv_from(cases[i].name));
		assert_int_equal(o ? o->id : 0, cases[i].owner);
	}
	assert_null(owner_of(NULL, 0, SV("acme.example")));
}

static void covers_by_whole_labels(void **state)
{
	(void)state;
	assert_true(owner_covers(SV("acme.example"), SV("acme.example")));
	assert_true(owner_covers(SV("acme.example"), SV("a.acme.example")));
	assert_false(owner_covers(SV("acme.example"), SV("notacme.example")));
	assert_false(owner_covers(SV("a.acme.example"), SV("acme.example")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_longest_entry),
		cmocka_unit_test(covers_by_whole_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
