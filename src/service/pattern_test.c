/* SPDX-License-Identifier: Apache-2.0 */
#include "service/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *pattern, *yes[3], *no[4];
} whole[] = {
	{ "sendgrid.net",
	  { "sendgrid.net", "SendGrid.NET" },
	  { "a.sendgrid.net", "", "x" } },
	{ "em#.<domain>", { "em1.a.example", "EM4711.b" }, { "em.a.example", "em1." } },
	{ "s[12]", { "s1", "S2" }, { "s3", "s", "s12", "as1" } },
	{ "[a-z2-7]{32}", { "abcdefghijklmnopqrstuvwxyz234567" }, { "abc", "" } },
	{ "k#{1,2}", { "k1", "k12" }, { "k", "k123" } },
	{ "mail-*.x", { "mail-ab-1.x" }, { "mail-a.b.x", "mail-.x" } },
	{ "s2?", { "s", "s2" }, { "s22", "" } },
	{ "a#?b", { "ab", "a12b" }, { "a1c" } },
	{ "*.*.*", { "a.b.c" }, { "a.b", "a.b.c.d" } },
	{ "srs0=*=<domain>", { "srs0=hash=a.example" }, { "srs0=hash" } },
};

static void matches_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		struct sv p = sv_from(whole[i].pattern);
		assert_true(pattern_is_valid(p));
		for (size_t k = 0; k < 3 && whole[i].yes[k]; k++)
			assert_true(pattern_matches(p, sv_from(whole[i].yes[k])));
		for (size_t k = 0; k < 4 && whole[i].no[k]; k++)
			assert_false(pattern_matches(p, sv_from(whole[i].no[k])));
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const none[] = { "",      "a b",  "[",    "[]",     "[a",
					    "[b-a]", "<",    "<a",   "<>",     "a{2}",
					    "#{",    "#{0}", "#{a}", "#{3,2}", "#{256}",
					    "?",     "a|b",  "^a$",  "\\d",    "\xe4" };
	char name[300];
	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		assert_false(pattern_is_valid(sv_from(none[i])));
		assert_false(pattern_matches(sv_from(none[i]), sv_from(none[i])));
	}
	memset(name, 'a', sizeof(name));
	assert_false(pattern_is_valid((struct sv){ name, PATTERN_MAX + 1 }));
	assert_true(pattern_matches(SV("*"), (struct sv){ name, PATTERN_NAME }));
	assert_false(pattern_matches(SV("*"), (struct sv){ name, PATTERN_NAME + 1 }));
}

static void is_below(void **state)
{
	(void)state;
	assert_true(pattern_is_below(SV("sendgrid.net"), SV("o1.sendgrid.net")));
	assert_true(pattern_is_below(SV("sendgrid.net"), SV("sendgrid.net")));
	assert_false(pattern_is_below(SV("sendgrid.net"), SV("notsendgrid.net")));
	assert_false(
		pattern_is_below(SV("sendgrid.net"), SV("sendgrid.net.evil.example")));
	assert_true(pattern_is_below(SV("amazonses[a-z]?.com"), SV("a.b.amazonses.com")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_the_whole),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(is_below),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
