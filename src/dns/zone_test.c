/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/dns_int.h"

#include "base/addr.h"
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] =
	"; a zone\n"
	"$ORIGIN c.example.\n"
	"$TTL 60\n"
	"@  300 IN A 192.0.2.1\n"
	"   IN MX 10 mail\n"
	"   IN MX 20 mx.other.example.\n"
	"   TXT \"v=spf1 \" \"-all\"\n"
	"mail AAAA 2001:db8::1\n"
	"Www CNAME mail\n"
	"deep.er.c.example. TXT ( \"a;b\"\n   c\\059d \"\\\"\" ) ; end\n"
	"*.wild TXT star\n"
	"*.wild CNAME mail\n"
	"loop1 CNAME loop2\nloop2 CNAME loop1\n"
	"gone CNAME nowhere.example.\n"
	"bad ERROR TXT SERVFAIL\n"
	"slow ERROR A TIMEOUT\n"
	"_25._tcp.mail TLSA 3 1 1 00ff A0\n"
	"1.2.0.192.in-addr.arpa. PTR Mail.c.example.\n"
	"x SOA a b 1 2 3 4 5\n"
	";secure c.example\n";

static const struct {
	const char *name;
	enum dns_type type;
	enum dns_status status;
	const char *record, *canonical;
	uint32_t ttl;
} asked[] = {
	{ "c.example", DNS_MX, DNS_FOUND, "10 mail.c.example", "", 60 },
	{ "C.Example.", DNS_TXT, DNS_FOUND, "v=spf1 -all", "", 60 },
	{ "c.example", DNS_A, DNS_FOUND, "\xc0\x00\x02\x01", "", 300 },
	{ "c.example", DNS_AAAA, DNS_NO_DATA, NULL, "", 0 },
	{ "www.c.example", DNS_CNAME, DNS_FOUND, "mail.c.example", "", 60 },
	{ "www.c.example", DNS_AAAA, DNS_FOUND, "\x20\x01\x0d\xb8", "mail.c.example",
	  60 },
	{ "www.c.example", DNS_TXT, DNS_NO_DATA, NULL, "mail.c.example", 0 },
	{ "deep.er.c.example", DNS_TXT, DNS_FOUND, "a;bc;d\"", "", 60 },
	{ "er.c.example", DNS_TXT, DNS_NO_DATA, NULL, "", 0 },
	{ "x.y.wild.c.example", DNS_TXT, DNS_FOUND, "star", "", 60 },
	{ "wild.c.example", DNS_TXT, DNS_NO_DATA, NULL, "", 0 },
	{ "no.c.example", DNS_TXT, DNS_NO_NAME, NULL, "", 0 },
	{ "gone.c.example", DNS_A, DNS_NO_NAME, NULL, "nowhere.example", 0 },
	{ "loop1.c.example", DNS_A, DNS_FAILED, NULL, NULL, 0 },
	{ "bad.c.example", DNS_TXT, DNS_FAILED, NULL, "", 60 },
	{ "bad.c.example", DNS_A, DNS_NO_DATA, NULL, "", 0 },
	{ "slow.c.example", DNS_A, DNS_TIMED_OUT, NULL, "", 60 },
	{ "_25._tcp.mail.c.example", DNS_TLSA, DNS_FOUND, "\x03\x01\x01", "", 60 },
	{ "1.2.0.192.in-addr.arpa", DNS_PTR, DNS_FOUND, "mail.c.example", "", 60 },
	{ "x.c.example", DNS_TXT, DNS_NO_DATA, NULL, "", 0 },
	{ "", DNS_A, DNS_NO_NAME, NULL, "", 0 },
};

static void answers(void **state)
{
	struct arena *a = arena_new();
	struct err err = { 0 };
	struct dns *d = dns_zone_new(sv_from(text), &err);
	struct dns_answer out;
	(void)state;
	if (!d)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		dns_start(d, i, sv_from(asked[i].name), asked[i].type);
	assert_int_equal(dns_pending(d), sizeof(asked) / sizeof(*asked));
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		assert_true(dns_next(d, 0, a, &out));
		assert_int_equal(out.id, i);
		if (out.status != asked[i].status)
			fail_msg("%s: %d", asked[i].name, out.status);
		assert_int_equal(out.ttl, asked[i].ttl);
		if (asked[i].canonical)
			assert_true(sv_eq(out.canonical, sv_from(asked[i].canonical)));
		assert_int_equal(out.n > 0, asked[i].record != NULL);
		if (asked[i].record)
			assert_memory_equal(out.record[0].p, asked[i].record,
					    strlen(asked[i].record));
	}
	assert_false(dns_next(d, 0, a, &out));
	dns_start(d, 1, SV("www.c.example"), DNS_AAAA);
	assert_true(dns_next(d, 0, a, &out) && out.secure);
	dns_start(d, 1, SV("1.2.0.192.in-addr.arpa"), DNS_PTR);
	assert_true(dns_next(d, 0, a, &out) && !out.secure);
	dns_start(d, 1, SV("never taken"), DNS_A);
	dns_free(&d);
	assert_null(d);
	arena_free(&a);
}

static const struct {
	const char *zone, *why;
} faults[] = {
	{ "a.example. A 1.2.3\n", "line 1: this is no value" },
	{ "\n\na.example. AAAA 1.2.3.4\n", "line 3: this is no value" },
	{ "a.example. TXT \"no end\n", "no end" },
	{ "a.example.\n", "NAME [TTL] [IN] TYPE VALUE" },
	{ " A 1.2.3.4\n", "NAME [TTL] [IN] TYPE VALUE" },
	{ "$INCLUDE x\n", "only $ORIGIN" },
	{ "a.example. ERROR TXT MAYBE\n", "SERVFAIL or TIMEOUT" },
	{ "a.example. MX x\n", "no value" },
	{ "a.example. TLSA 3 1 1 zz\n", "no value" },
};

static void says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct err err = { 0 };
		struct dns *d = dns_zone_new(sv_from(faults[i].zone), &err);
		assert_null(d);
		if (!strstr(err.text, faults[i].why))
			fail_msg("%s: %s", faults[i].zone, err.text);
	}
}

static void reads_records(void **state)
{
	struct arena *a = arena_new();
	struct sv out;
	(void)state;
	assert_true(dns_read_record(DNS_PTR, SV("\4MaIl\1a\0"), a, &out));
	assert_true(sv_eq(out, SV("mail.a")));
	assert_true(dns_read_record(DNS_PTR, SV("\3a.\x80\0"), a, &out));
	assert_true(sv_eq(out, SV("a\\046\\128")));
	assert_true(dns_read_record(DNS_MX, SV("\0\x0a\1a\0"), a, &out));
	assert_true(sv_eq(out, SV("10 a")));
	assert_true(dns_read_record(DNS_TXT, SV("\2ab\0\1c"), a, &out));
	assert_true(sv_eq(out, SV("abc")));
	static const struct {
		enum dns_type type;
		struct sv bytes;
	} none[] = {
		{ DNS_A, SV_INIT("abc") },      { DNS_AAAA, SV_INIT("abcd") },
		{ DNS_PTR, SV_INIT("\1a") },    { DNS_PTR, SV_INIT("\5a\0") },
		{ DNS_PTR, SV_INIT("\1a\0x") }, { DNS_PTR, SV_INIT("\xc0\x0c") },
		{ DNS_MX, SV_INIT("\0") },      { DNS_TXT, SV_INIT("\5a") },
		{ DNS_TXT, SV_INIT("") },       { DNS_TLSA, SV_INIT("abc") },
	};
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(dns_read_record(none[i].type, none[i].bytes, a, &out));
	arena_free(&a);
}

static void names_addresses_backwards(void **state)
{
	struct arena *a = arena_new();
	struct addr at;
	(void)state;
	assert_true(addr_parse(SV("192.0.2.1"), &at));
	assert_true(sv_eq(dns_reverse_name(&at, a), SV("1.2.0.192.in-addr.arpa")));
	assert_true(addr_parse(SV("2001:db8::1"), &at));
	assert_true(sv_eq(dns_reverse_name(&at, a),
			  SV("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0."
			     "1.0.0.2.ip6.arpa")));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(reads_records),
		cmocka_unit_test(names_addresses_backwards),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
