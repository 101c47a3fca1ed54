/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const char zone[] = "$ORIGIN .\n$TTL 60\n"
			   "a.example. A 192.0.2.1\n"
			   "b.example. A 192.0.2.2\n"
			   "c.example. ERROR A TIMEOUT\n";

static struct dns *open_zone(void)
{
	struct err err;
	struct dns *d = dns_zone_new(sv_from(zone), &err);
	assert_non_null(d);
	return d;
}

static void asks_each_once(void **state)
{
	const struct dns_budget plenty = { 10, 60000 };
	struct dns *d = open_zone();
	struct dns_asker *k = dns_asker_new(d, &plenty);
	(void)state;
	dns_ahead(k, SV("b.example"), DNS_A);
	dns_ahead(k, SV("a.example"), DNS_A);
	assert_int_equal(dns_asked(k), 2);
	const struct dns_answer *a = dns_ask(k, SV("A.example"), DNS_A);
	assert_int_equal(a->status, DNS_FOUND);
	assert_int_equal(a->record[0].p[3], 1);
	assert_ptr_equal(dns_ask(k, SV("a.example"), DNS_A), a);
	assert_int_equal(dns_ask(k, SV("b.example"), DNS_A)->record[0].p[3], 2);
	assert_int_equal(dns_ask(k, SV("a.example"), DNS_TXT)->status, DNS_NO_DATA);
	assert_int_equal(dns_ask(k, SV("c.example"), DNS_A)->status, DNS_TIMED_OUT);
	assert_int_equal(dns_asked(k), 4);
	dns_asker_free(&k);
	dns_free(&d);
}

static void keeps_to_its_budget(void **state)
{
	const struct dns_budget two = { 2, 60000 }, none = { 2, 0 };
	struct dns *d = open_zone();
	struct dns_asker *k = dns_asker_new(d, &two);
	(void)state;
	(void)dns_ask(k, SV("a.example"), DNS_A);
	(void)dns_ask(k, SV("x.example"), DNS_A);
	assert_int_equal(dns_ask(k, SV("b.example"), DNS_A)->status, DNS_FAILED);
	/* What cannot be is not asked, and costs nothing. */
	assert_int_equal(dns_ask(k, SV("a..example"), DNS_A)->status, DNS_NO_NAME);
	assert_int_equal(dns_ask(k, SV(""), DNS_A)->status, DNS_NO_NAME);
	assert_int_equal(dns_asked(k), 2);
	dns_asker_free(&k);
	k = dns_asker_new(d, &none);
	(void)dns_ask(k, SV("a.example"), DNS_A); /* in time or not, it ends */
	dns_asker_free(&k);
	dns_free(&d);
}

/* Answers to those who gave up go to nobody else. */
static void drops_what_others_asked(void **state)
{
	const struct dns_budget plenty = { 10, 60000 };
	struct dns *d = open_zone();
	struct dns_asker *k = dns_asker_new(d, &plenty);
	(void)state;
	dns_ahead(k, SV("a.example"), DNS_A);
	dns_asker_free(&k);
	k = dns_asker_new(d, &plenty);
	assert_int_equal(dns_ask(k, SV("b.example"), DNS_A)->record[0].p[3], 2);
	dns_asker_free(&k);
	dns_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_each_once),
		cmocka_unit_test(keeps_to_its_budget),
		cmocka_unit_test(drops_what_others_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
