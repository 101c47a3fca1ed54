/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void reads_domains(void **state)
{
	static const struct {
		const char *text, *want; /* want NULL: refused */
	} cases[] = {
		{ "Acme.Example", "acme.example" },
		{ " acme.example. ", "acme.example" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "_x.acme.example", "_x.acme.example" },
		{ "example", NULL },
		{ "", NULL },
		{ ".", NULL },
		{ "acme..example", NULL },
		{ ".acme.example", NULL },
		{ "-acme.example", NULL },
		{ "acme-.example", NULL },
		{ "b\xc3\xbc"
		  "cher.example",
		  NULL },
		{ "acme example.com", NULL },
		{ "acme.example\"", NULL },
		{ "a23456789012345678901234567890123456789012345678901234567890123.x",
		  "a23456789012345678901234567890123456789012345678901234567890123.x" },
		{ "a234567890123456789012345678901234567890123456789012345678901234.x",
		  NULL },
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv out;
		const char *why = NULL;
		bool ok = record_read_domain(sv_from(cases[i].text), a, &out, &why);
		assert_int_equal(ok, cases[i].want != NULL);
		if (ok)
			assert_true(sv_eq(out, sv_from(cases[i].want)));
		else
			assert_non_null(why);
	}
	arena_free(&a);
}

static void reads_addresses(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "Reports@MSP.Example", "Reports@msp.example" },
		{ "a+b.c@msp.example", "a+b.c@msp.example" },
		{ "msp.example", NULL },
		{ "@msp.example", NULL },
		{ "a@b", NULL },
		{ "a..b@msp.example", NULL },
		{ ".a@msp.example", NULL },
		{ "a b@msp.example", NULL },
		{ "a,b@msp.example", NULL },
		{ "a;b@msp.example", NULL },
		{ "a@b@msp.example", NULL },
	};
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv out;
		const char *why = NULL;
		bool ok = record_read_address(sv_from(cases[i].text), a, &out, &why);
		assert_int_equal(ok, cases[i].want != NULL);
		if (ok)
			assert_true(sv_eq(out, sv_from(cases[i].want)));
	}
	arena_free(&a);
}

static void knows_external_hosts(void **state)
{
	static const struct {
		const char *domain, *host;
		bool external;
	} cases[] = {
		{ "acme.example", "acme.example", false },
		{ "acme.example", "reports.acme.example", false },
		{ "news.acme.example", "acme.example", false },
		{ "acme.example", "msp.example", true },
		{ "notacme.example", "acme.example", true },
		{ "acme.example", "notacme.example", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(record_is_external(sv_from(cases[i].domain),
						    sv_from(cases[i].host)),
				 cases[i].external);
}

static void expect_lines(const struct record_set *set, const char *const *want, size_t n)
{
	assert_int_equal(set->n, n);
	for (size_t i = 0; i < n; i++) {
		struct buf b;
		buf_init(&b, 4096);
		record_add_line(&set->record[i], &b);
		assert_string_equal(buf_str(&b), want[i]);
		buf_deinit(&b);
	}
}

static void builds_the_first_record(void **state)
{
	static const char *const elsewhere[] = {
		("_dmarc.acme.example. IN TXT "
		 "\"v=DMARC1; p=none; rua=mailto:dmarc@msp.example\""),
		"acme.example._report._dmarc.msp.example. IN TXT \"v=DMARC1\"",
		("_smtp._tls.acme.example. IN TXT "
		 "\"v=TLSRPTv1; rua=mailto:dmarc@msp.example\""),
	};
	static const char *const at_home[] = {
		("_dmarc.acme.example. IN TXT "
		 "\"v=DMARC1; p=none; rua=mailto:d%21x@acme.example\""),
		("_smtp._tls.acme.example. IN TXT "
		 "\"v=TLSRPTv1; rua=mailto:d%21x@acme.example\""),
	};
	struct arena *a = arena_new();
	struct record_set set;
	(void)state;
	record_first(SV("acme.example"), SV("dmarc@msp.example"), a, &set);
	expect_lines(&set, elsewhere, 3);
	assert_true(sv_eq(set.record[1].zone, SV("msp.example")));
	assert_false(set.record[1].optional);
	assert_true(set.record[2].optional);
	record_first(SV("acme.example"), SV("d!x@acme.example"), a, &set);
	expect_lines(&set, at_home, 2);
	record_tls(SV("acme.example"), SV("d!x@acme.example"), a, &set);
	expect_lines(&set, at_home + 1, 1);
	arena_free(&a);
}

static void builds_parked_records(void **state)
{
	static const char *const want[] = {
		("_dmarc.old.example. IN TXT "
		 "\"v=DMARC1; p=reject; rua=mailto:dmarc@msp.example\""),
		"old.example. IN TXT \"v=spf1 -all\"",
		"old.example. IN MX 0 .",
		"*._domainkey.old.example. IN TXT \"v=DKIM1; p=\"",
		"old.example._report._dmarc.msp.example. IN TXT \"v=DMARC1\"",
	};
	struct arena *a = arena_new();
	struct record_set set;
	(void)state;
	record_parked(SV("old.example"), SV("dmarc@msp.example"), a, &set);
	expect_lines(&set, want, 5);
	arena_free(&a);
}

static void says_where_a_name_is_too_long(void **state)
{
	struct arena *a = arena_new();
	struct record_set set;
	char name[240], address[200];
	(void)state;
	memset(name, 'a', sizeof(name));
	for (size_t i = 49; i < sizeof(name); i += 50)
		name[i] = '.';
	memset(address, 'b', sizeof(address));
	address[1] = '@';
	record_first((struct sv){ name, 200 }, (struct sv){ address, 60 }, a, &set);
	assert_int_equal(set.n, 2);
	assert_true(set.record[1].optional);
	assert_true(set.unauthorisable);
	arena_free(&a);
}

static void splits_long_text(void **state)
{
	char text[300];
	struct buf b;
	(void)state;
	memset(text, 'x', sizeof(text));
	text[0] = '"';
	struct record r = { .name = SV("a.example"), .value = { text, sizeof(text) } };
	buf_init(&b, 4096);
	record_add_line(&r, &b);
	assert_true(sv_has_prefix_fold(buf_sv(&b), SV("a.example. IN TXT \"\\\"xxx")));
	/* two strings: 256 bytes with the escape, then 45 */
	assert_int_equal(sv_find(buf_sv(&b), SV("\" \"")), 18 + 1 + 256);
	buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_domains),
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(knows_external_hosts),
		cmocka_unit_test(builds_the_first_record),
		cmocka_unit_test(builds_parked_records),
		cmocka_unit_test(says_where_a_name_is_too_long),
		cmocka_unit_test(splits_long_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
