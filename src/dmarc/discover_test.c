/* SPDX-License-Identifier: Apache-2.0 */
#include "dmarc/dmarc.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TXT(name, text) "_dmarc." name ". TXT \"" text "\"\n"
#define NONE "v=DMARC1; p=none"

static const struct {
	const char *what, *zone, *author;
	enum dmarc_found found;
	const char *domain; /* whose record applies; NULL: none */
	enum record_policy policy;
	const char *organization;
	unsigned questions;
} given[] = {
	/* RFC 9989 B.4.1 */
	{ "its own record, and one above",
	  TXT("example.com", "v=DMARC1; p=reject") TXT("mail.example.com", NONE),
	  "mail.example.com", DMARC_FOUND, "mail.example.com", RECORD_NONE, "example.com",
	  3 },
	{ "the organization's", TXT("example.com", "v=DMARC1; p=reject; sp=quarantine"),
	  "a.mail.example.com", DMARC_FOUND, "example.com", RECORD_QUARANTINE,
	  "example.com", 4 },
	{ "none between counts",
	  TXT("example.com", "v=DMARC1; p=reject") TXT("mail.example.com", NONE),
	  "a.mail.example.com", DMARC_FOUND, "example.com", RECORD_REJECT, "example.com",
	  4 },
	/* B.4.2: eight questions, however long the name is */
	{ "a long name", TXT("example.com", "v=DMARC1; p=reject"),
	  "a.b.c.d.e.f.g.h.i.j.mail.example.com", DMARC_FOUND, "example.com",
	  RECORD_REJECT, "example.com", 8 },
	{ "a record that a long name skips",
	  TXT("c.d.e.f.g.h.i.j.mail.example.com", NONE),
	  "a.b.c.d.e.f.g.h.i.j.mail.example.com", DMARC_NO_RECORD, NULL, RECORD_NONE,
	  "a.b.c.d.e.f.g.h.i.j.mail.example.com", 8 },
	{ "eight labels", TXT("c.d.e.f.g.example.com", NONE), "b.c.d.e.f.g.example.com",
	  DMARC_FOUND, "c.d.e.f.g.example.com", RECORD_NONE, "c.d.e.f.g.example.com", 8 },
	/* B.4.3: a public suffix that is a bank's */
	{ "below a public suffix", TXT("bank.example", "v=DMARC1; p=reject; psd=y"),
	  "giant.bank.example", DMARC_FOUND, "bank.example", RECORD_REJECT,
	  "giant.bank.example", 2 },
	{ "the suffix's own mail", TXT("bank.example", "v=DMARC1; p=reject; psd=y"),
	  "bank.example", DMARC_FOUND, "bank.example", RECORD_REJECT, "bank.example", 1 },
	{ "an organization below a suffix",
	  TXT("bank.example", "v=DMARC1; p=reject; psd=y")
		  TXT("giant.bank.example", NONE),
	  "mail.mega.giant.bank.example", DMARC_FOUND, "giant.bank.example", RECORD_NONE,
	  "giant.bank.example", 4 },
	{ "without a record below the suffix",
	  TXT("bank.example", "v=DMARC1; p=reject; psd=y"), "mail.giant.bank.example",
	  DMARC_FOUND, "bank.example", RECORD_REJECT, "giant.bank.example", 3 },
	{ "psd=n ends the walk",
	  TXT("example.com", "v=DMARC1; p=reject")
		  TXT("uni.example.com", "v=DMARC1; p=quarantine; psd=n"),
	  "x.uni.example.com", DMARC_FOUND, "uni.example.com", RECORD_QUARANTINE,
	  "uni.example.com", 2 },
	/* what is no record, or too many */
	{ "two records are none", TXT("example.com", NONE) TXT("example.com", NONE),
	  "example.com", DMARC_NO_RECORD, NULL, RECORD_NONE, "example.com", 2 },
	{ "beside other texts", TXT("example.com", "hello") TXT("example.com", NONE),
	  "example.com", DMARC_FOUND, "example.com", RECORD_NONE, "example.com", 2 },
	{ "a policy that cannot be read", TXT("example.com", "v=DMARC1; p=refuse"),
	  "example.com", DMARC_NO_RECORD, NULL, RECORD_NONE, "example.com", 2 },
	{ "the same, with reports",
	  TXT("example.com", "v=DMARC1; p=refuse; rua=mailto:a@example.com"),
	  "example.com", DMARC_FOUND, "example.com", RECORD_NONE, "example.com", 2 },
	{ "nothing", "x.example. A 192.0.2.1\n", "example.com", DMARC_NO_RECORD, NULL,
	  RECORD_NONE, "example.com", 2 },
	/* names that are not there */
	{ "np, and the name is not there",
	  TXT("example.com", "v=DMARC1; p=none; np=reject"), "nobody.example.com",
	  DMARC_FOUND, "example.com", RECORD_REJECT, "example.com", 4 },
	{ "np, and it is",
	  TXT("example.com", "v=DMARC1; p=none; np=reject") "some.example.com. TXT x\n",
	  "some.example.com", DMARC_FOUND, "example.com", RECORD_NONE, "example.com", 4 },
	{ "np, and a name below is",
	  TXT("example.com", "v=DMARC1; p=none; np=reject") "x.some.example.com. TXT x\n",
	  "some.example.com", DMARC_FOUND, "example.com", RECORD_NONE, "example.com", 4 },
	/* the DNS */
	{ "no answer at the name", "_dmarc.example.com. ERROR TXT SERVFAIL\n",
	  "example.com", DMARC_NO_ANSWER, NULL, RECORD_NONE, "example.com", 2 },
	{ "no answer above it",
	  TXT("example.com", NONE) "_dmarc.com. ERROR TXT TIMEOUT\n", "example.com",
	  DMARC_NO_ANSWER, NULL, RECORD_NONE, "example.com", 2 },
};

static void finds_policies(void **state)
{
	const struct dns_budget budget = { 50, 60000 };
	struct arena *a = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		struct err err;
		const char *zone = arena_printf(a, "$ORIGIN .\n$TTL 60\n%s",
						given[i].zone);
		struct dns *d = dns_zone_new(sv_from(zone), &err);
		assert_non_null(d);
		struct dns_asker *k = dns_asker_new(d, &budget);
		struct dmarc_policy p;
		dmarc_find_policy(sv_from(given[i].author), k, a, &p);
		if (p.found != given[i].found || p.policy != given[i].policy ||
		    !sv_eq(p.domain, sv_from(given[i].domain)) ||
		    !sv_eq(p.organization, sv_from(given[i].organization)) ||
		    dns_asked(k) != given[i].questions)
			fail_msg("%s: %d, %.*s, %s, %.*s, %u questions", given[i].what,
				 p.found, SV_ARG(p.domain), record_policy_word(p.policy),
				 SV_ARG(p.organization), dns_asked(k));
		dns_asker_free(&k);
		dns_free(&d);
	}
	arena_free(&a);
}

static void aligns(void **state)
{
	static const char zone[] = "$ORIGIN .\n$TTL 60\n" TXT("example.com", NONE)
		TXT("sub.other.example", NONE)
			TXT("bank.example", "v=DMARC1; p=none; psd=y");
	static const struct {
		const char *author, *name;
		bool relaxed;
	} pairs[] = {
		{ "example.com", "example.com", true },
		{ "a.example.com", "b.c.example.com", true },
		{ "example.com", "example.org", false },
		/* Above what has a record nothing is published: they are strangers. */
		{ "sub.other.example", "other.example", false },
		{ "x.nothing.example", "nothing.example", false },
		{ "one.bank.example", "two.bank.example", false },
		{ "a.one.bank.example", "b.one.bank.example", true },
	};
	const struct dns_budget budget = { 100, 60000 };
	struct arena *a = arena_new();
	struct err err;
	struct dns *d = dns_zone_new(sv_from(zone), &err);
	struct dns_asker *k = dns_asker_new(d, &budget);
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct sv x = sv_from(pairs[i].author), y = sv_from(pairs[i].name);
		bool told;
		assert_int_equal(dmarc_is_aligned(x, y, false, k, a, &told),
				 pairs[i].relaxed);
		assert_true(told);
		assert_int_equal(dmarc_is_aligned(x, y, true, k, a, &told), sv_eq(x, y));
	}
	dns_asker_free(&k);
	dns_free(&d);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds_policies),
					    cmocka_unit_test(aligns) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
