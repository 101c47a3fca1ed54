/* SPDX-License-Identifier: Apache-2.0 */
#include "app/failure.h"
#include "base/arena.h"
#include "report/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct result {
	const char *domain, *result;
};

static size_t take(const struct result *r, struct report_auth *out)
{
	size_t n = 0;
	for (; n < 3 && r[n].domain; n++)
		out[n] = (struct report_auth){ .domain = sv_from(r[n].domain),
					       .result = sv_from(r[n].result) };
	return n;
}

static void says_why(void **state)
{
	static const struct {
		const char *from;
		struct result dkim[4], spf[4];
		const char *text;
	} cases[] = {
		{ "example.com",
		  { { 0 } },
		  { { 0 } },
		  "no DKIM signature; no SPF result" },
		{ "example.com",
		  { { "", "none" } },
		  { { "mx.example", "softfail" } },
		  "no DKIM signature; SPF fails for mx.example (softfail)" },
		{ "example.com",
		  { { "SendGrid.net", "pass" } },
		  { { "em.sendgrid.net", "pass" } },
		  "DKIM passes for sendgrid.net, SPF passes for em.sendgrid.net: neither "
		  "in the domain's own name" },
		{ "example.com",
		  { { "sendgrid.net", "pass" } },
		  { { "SENDGRID.net", "pass" } },
		  "DKIM and SPF pass for sendgrid.net, not in the domain's own name" },
		{ "example.com",
		  { { "example.com", "fail" }, { "list.example", "pass" } },
		  { { "list.example", "fail" } },
		  "DKIM passes only for list.example, not in the domain's own name; SPF "
		  "fails for list.example (fail)" },
		{ "example.com",
		  { { "list.example", "fail" }, { "Example.com.", "permerror" } },
		  { { "fwd.example", "pass" } },
		  "DKIM fails for example.com (permerror); SPF passes only for "
		  "fwd.example, not in the domain's own name" },
		{ "mail.example.com",
		  { { "example.com", "pass" } },
		  { { "x.example", "none" } },
		  "DKIM passes for example.com, yet the reporter did not count it; no "
		  "SPF "
		  "record at x.example" },
		{ "",
		  { { "notexample.org", "pass" } },
		  { { "", "temperror" } },
		  "DKIM passes only for notexample.org, not in the domain's own name; "
		  "SPF "
		  "fails for a domain not named (temperror)" },
		{ "",
		  { { "sub.example.org", "pass" } },
		  { { 0 } },
		  "DKIM passes for sub.example.org, yet the reporter did not count it; "
		  "no "
		  "SPF result" },
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report_auth dkim[3], spf[3];
		struct report_facet f = { .header_from = sv_from(cases[i].from),
					  .auth_dkim = dkim,
					  .auth_spf = spf };
		f.auth_dkim_n = take(cases[i].dkim, dkim);
		f.auth_spf_n = take(cases[i].spf, spf);
		struct failure_cause c = failure_of(&f, SV("example.org"), a);
		struct sv text = failure_text(&c, a);
		assert_string_equal(arena_str(a, text), cases[i].text);
		assert_int_equal(failure_cmp(&c, &c), 0);
	}
	arena_free(&a);
}

/* Causes that differ are told in other words; those in the same words are one. */
static void tells_causes_apart(void **state)
{
	static const struct {
		const char *envelope;
		struct result dkim, spf;
		const char *text;
	} cases[] = {
		{ "", { 0 }, { 0 }, "no DKIM signature; no SPF result" },
		{ "", { "", "none" }, { 0 }, "no DKIM signature; no SPF result" },
		{ "a.example",
		  { 0 },
		  { 0 },
		  "no DKIM signature; no SPF result for a.example" },
		{ "",
		  { 0 },
		  { "", "none" },
		  "no DKIM signature; no SPF record at a domain not named" },
		{ "b.example",
		  { "b.example", "none" },
		  { "", "none" },
		  "no DKIM signature; no SPF record at b.example" },
	};
	enum {
		N = sizeof(cases) / sizeof(cases[0])
	};
	struct failure_cause c[N];
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < N; i++) {
		struct report_auth dkim, spf;
		struct report_facet f = { .header_from = SV("example.com"),
					  .envelope_from = sv_from(cases[i].envelope),
					  .auth_dkim = &dkim,
					  .auth_spf = &spf };
		f.auth_dkim_n = take((struct result[3]){ cases[i].dkim }, &dkim);
		f.auth_spf_n = take((struct result[3]){ cases[i].spf }, &spf);
		c[i] = failure_of(&f, SV("example.org"), a);
		assert_string_equal(arena_str(a, failure_text(&c[i], a)), cases[i].text);
		for (size_t k = 0; k < i; k++)
			assert_int_equal(failure_cmp(&c[i], &c[k]) == 0,
					 strcmp(cases[i].text, cases[k].text) == 0);
	}
	arena_free(&a);
}

static void names_every_kind_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FAILURE_KINDS; i++)
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(failure_kind_name((enum failure_kind)i),
						failure_kind_name((enum failure_kind)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_why),
		cmocka_unit_test(tells_causes_apart),
		cmocka_unit_test(names_every_kind_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
