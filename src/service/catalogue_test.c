/* SPDX-License-Identifier: Apache-2.0 */
#include "service/catalogue.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "service: a-b\nname: A B\nkind: marketing\nhome: https://a.example/\n"
#define SOURCE "source x: a place, in it, 2026-11\n"
#define FACT "ptr: a.example *.b.example | x\n"

static int begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int end(void **state)
{
	struct arena *a = *state;
	arena_free(&a);
	return 0;
}

static void reads_a_file(void **state)
{
	struct service_catalogue c;
	struct service_fault f = { 0 };
	assert_true(
		service_parse(SV("# nothing\n\nservice: z\r\nname: Z\nkind: crm\n"
				 "home: http://z.example/\nlegacy: Zett | unverified\n"
				 "dkim: z.example | unverified\n" HEAD SOURCE FACT),
			      *state, &c, &f));
	assert_int_equal(c.n, 2);
	const struct service *s = &c.service[0];
	assert_true(sv_eq(s->id, SV("a-b")) && sv_eq(s->name, SV("A B")));
	assert_true(sv_eq(s->home, SV("https://a.example/")));
	assert_int_equal(s->kind, SERVICE_MARKETING);
	const struct service_fact *p = &s->fact[s->fact_n - 1];
	assert_int_equal(p->key, SERVICE_KEY_PTR);
	assert_true(sv_eq(p->value, SV("a.example *.b.example")));
	assert_true(sv_eq(p->source, SV("a place, in it")) &&
		    sv_eq(p->date, SV("2026-11")));
	assert_ptr_equal(service_find(&c, SV("zett")), &c.service[1]);
	assert_ptr_equal(service_find(&c, SV("Z")), &c.service[1]);
	assert_ptr_equal(service_find(&c, SV("a b")), s);
	assert_null(service_find(&c, SV("b")));
	assert_int_equal(c.service[1].fact[4].source.n, 0);
}

static const struct {
	const char *text;
	size_t line;
	const char *why;
} faults[] = {
	{ "name: A\n", 1, "comes first" },
	{ "service: a b\n", 1, "an id is" },
	{ HEAD "what: x | x\n", 5, "is no key" },
	{ HEAD "nothing\n", 5, "KEY: VALUE" },
	{ HEAD "ptr: a.example\n", 5, "is missing" },
	{ HEAD "ptr: a.example | y\n", 5, "no source" },
	{ HEAD "ptr: | unverified\n", 5, "no value" },
	{ HEAD "ptr: a|b | unverified\n", 5, "no pattern" },
	{ HEAD "name: B\n", 5, "twice" },
	{ HEAD "kind: crm\n", 5, "twice" },
	{ "service: a\nname: A | x\n", 2, "has no source" },
	{ "service: a\nkind: none\n", 2, "there is no kind" },
	{ "service: a\nhome: a.example\n", 2, "https://" },
	{ HEAD "source x: place\n", 5, "YYYY-MM" },
	{ HEAD SOURCE SOURCE, 6, "two sources" },
	{ HEAD SOURCE FACT FACT, 7, "twice" },
	{ HEAD SOURCE "ptr: a.example | unverified\n", 6, "nothing is of" },
	{ HEAD "network: 10.0.0.0/33 | unverified\n", 5, "no network" },
	{ HEAD "network: 10.0.0.0 | unverified\n", 5, "no network" },
	{ HEAD "publish: a.<domain> AAAA x | unverified\n", 5, "NAME TYPE VALUE" },
	{ HEAD "publish: a.<domain> TXT | unverified\n", 5, "NAME TYPE VALUE" },
	{ HEAD "spf-aligns: maybe | unverified\n", 5, "none of the words" },
	{ HEAD "note: x | unverified\n", 5, "nothing identifies" },
	{ HEAD SOURCE FACT "service: b\n", 1, "has no name" },
	{ HEAD SOURCE FACT HEAD SOURCE FACT, 6, "two services" },
	{ HEAD "note: \xff | unverified\n", 5, "UTF-8" },
};

static void says_what_is_wrong(void **state)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct service_catalogue c;
		struct service_fault f = { 0 };
		assert_false(service_parse(sv_from(faults[i].text), *state, &c, &f));
		assert_non_null(strstr(f.text, faults[i].why));
		assert_int_equal(f.line, faults[i].line);
		assert_int_equal(c.n, 0);
	}
}

static void reads_its_own(void **state)
{
	struct service_catalogue c;
	struct service_fault f = { 0 };
	if (!service_own(*state, &c, &f))
		fail_msg("%.*s, line %zu: %s", SV_ARG(f.service), f.line, f.text);
	assert_non_null(service_find(&c, SV("sendgrid")));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(reads_a_file), TEST(says_what_is_wrong),
					    TEST(reads_its_own) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
