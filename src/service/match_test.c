/* SPDX-License-Identifier: Apache-2.0 */
#include "service/match.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SERVICE(id, kind) \
	"service: " id "\nname: " id "\nkind: " kind "\nhome: https://" id ".example/\n" \
	"source x: a place, 2026-11\n"

static const char text[] = SERVICE(
	"carrier",
	"transactional") "ptr: carrier.example | x\n"
			 "dkim: carrier.example | x\n"
			 "target: s[12].domainkey.u#.carrier.example | x\n"
			 "selector-hint: s1 s2 | x\n"
			 "return-path: bounce.carrier.example | x\n"
			 "return-path: em#.<domain> | x\n"
			 "network: 198.18.0.0/15 2001:db8:c::/46 | x\n"
			 "as: 64500 64501 | x\n" SERVICE(
				 "rider",
				 "marketing") "dkim: rider.example | x\n"
					      "target: *.rider.example | x\n"
					      "selector: rider1 rider2 | x\nreturn-path: "
					      "rider.example | x\n" SERVICE(
						      "guess",
						      "crm") "ptr: guess.example | "
							     "unverified\n"
							     "dkim: guess.example | "
							     "unverified\n"
							     "note: x | x\n" SERVICE(
								     "host",
								     "mailbox-host") "sel"
										     "ect"
										     "or:"
										     " 20"
										     "23#"
										     " @ "
										     "hos"
										     "t."
										     "exa"
										     "mpl"
										     "e "
										     "| "
										     "x\n"
										     "dki"
										     "m: "
										     "<te"
										     "nan"
										     "t>."
										     "hos"
										     "t."
										     "exa"
										     "mpl"
										     "e "
										     "| "
										     "x\n"
										     "net"
										     "wor"
										     "k: "
										     "192"
										     ".0."
										     "2."
										     "128"
										     "/25"
										     " | "
										     "x"
										     "\n";

struct bench {
	struct arena *a;
	struct service_index *ix;
};

static int begin(void **state)
{
	struct bench *b = heap_array(1, sizeof(*b));
	struct service_catalogue *c;
	struct service_fault f = { 0 };
	b->a = arena_new();
	c = arena_alloc(b->a, sizeof(*c));
	if (!service_parse(sv_from(text), b->a, c, &f))
		fail_msg("line %zu: %s", f.line, f.text);
	b->ix = service_index_new(c, b->a);
	*state = b;
	return 0;
}

static int end(void **state)
{
	struct bench *b = *state;
	arena_free(&b->a);
	free(b);
	return 0;
}

/* Up to two signatures: d=, s=, the CNAME; `own` in the order. */
struct given {
	const char *source, *host, *return_path;
	bool return_path_own;
	const char *signature[2][3];
	bool own[2];
	/* expected */
	const char *service;
	enum service_by by;
	enum service_trust trust;
};

#define NO_SIGNATURE \
	{ { NULL } }, \
	{ \
		false \
	}

static const struct given given[] = {
	/* the client's own selector leads to a carrier; a selector of others does not */
	{ "",
	  "",
	  "",
	  false,
	  { { "c.example", "s1", "s1.domainkey.u12.carrier.example" } },
	  { true },
	  "carrier",
	  SERVICE_BY_TARGET,
	  SERVICE_SURE },
	{ "", "", "", false, { { "c.example", "s1", "" } }, { true }, NULL, 0, 0 },
	{ "",
	  "",
	  "",
	  false,
	  { { "c.example", "rider2", "" } },
	  { true },
	  "rider",
	  SERVICE_BY_SELECTOR,
	  SERVICE_LIKELY },
	/* it leads elsewhere: the selector's name proves nothing */
	{ "",
	  "",
	  "",
	  false,
	  { { "c.example", "rider2", "k.other.example" } },
	  { true },
	  NULL,
	  0,
	  0 },
	/* the selector of another's domain says nothing */
	{ "",
	  "",
	  "",
	  false,
	  { { "evil.example", "rider2", "x.rider.example" } },
	  { false },
	  NULL,
	  0,
	  0 },
	{ "",
	  "",
	  "",
	  false,
	  { { "mail.carrier.example", "s1", "" } },
	  { false },
	  "carrier",
	  SERVICE_BY_DKIM,
	  SERVICE_SURE },
	{ "",
	  "",
	  "",
	  false,
	  { { "CARRIER.example", "s1", "" } },
	  { false },
	  "carrier",
	  SERVICE_BY_DKIM,
	  SERVICE_SURE },
	{ "",
	  "",
	  "",
	  false,
	  { { "carrier.example.evil.example", "s1", "" } },
	  { false },
	  NULL,
	  0,
	  0 },
	{ "",
	  "",
	  "",
	  false,
	  { { "notcarrier.example", "s1", "" } },
	  { false },
	  NULL,
	  0,
	  0 },
	/* who rides on a carrier is named before it, in either order */
	{ "",
	  "",
	  "",
	  false,
	  { { "carrier.example", "a", "" }, { "rider.example", "b", "" } },
	  { false, false },
	  "rider",
	  SERVICE_BY_DKIM,
	  SERVICE_SURE },
	{ "",
	  "",
	  "",
	  false,
	  { { "rider.example", "b", "" }, { "carrier.example", "a", "" } },
	  { false, false },
	  "rider",
	  SERVICE_BY_DKIM,
	  SERVICE_SURE },
	{ "198.18.1.1",
	  "a.carrier.example",
	  "bounce.carrier.example",
	  false,
	  { { "c.example", "rider1", "" } },
	  { true },
	  "rider",
	  SERVICE_BY_SELECTOR,
	  SERVICE_LIKELY },
	/* ... by whatever way */
	{ "",
	  "",
	  "x.rider.example",
	  false,
	  { { "c.example", "s1", "s1.domainkey.u12.carrier.example" } },
	  { true },
	  "rider",
	  SERVICE_BY_RETURN_PATH,
	  SERVICE_SURE },
	/* return-paths: its own, and its shape below the client's */
	{ "", "", "x.bounce.carrier.example", false, NO_SIGNATURE, "carrier",
	  SERVICE_BY_RETURN_PATH, SERVICE_SURE },
	{ "", "", "em12.c.example", true, NO_SIGNATURE, "carrier", SERVICE_BY_RETURN_PATH,
	  SERVICE_LIKELY },
	{ "", "", "em12.other.example", false, NO_SIGNATURE, NULL, 0, 0 },
	{ "", "", "c.example", true, NO_SIGNATURE, NULL, 0, 0 },
	/* hosts and networks */
	{ "", "o1.ptr.carrier.example", "", false, NO_SIGNATURE, "carrier",
	  SERVICE_BY_HOST, SERVICE_SURE },
	{ "198.19.255.255", "", "", false, NO_SIGNATURE, "carrier", SERVICE_BY_NETWORK,
	  SERVICE_LIKELY },
	{ "198.20.0.0", "", "", false, NO_SIGNATURE, NULL, 0, 0 },
	{ "192.0.2.128", "", "", false, NO_SIGNATURE, "host", SERVICE_BY_NETWORK,
	  SERVICE_LIKELY },
	{ "192.0.2.127", "", "", false, NO_SIGNATURE, NULL, 0, 0 },
	{ "2001:db8:f::1", "", "", false, NO_SIGNATURE, "carrier", SERVICE_BY_NETWORK,
	  SERVICE_LIKELY },
	{ "2001:db8:10::1", "", "", false, NO_SIGNATURE, NULL, 0, 0 },
	/* a guess is a hint, and gives way to what is surer */
	{ "", "a.guess.example", "", false, NO_SIGNATURE, "guess", SERVICE_BY_HOST,
	  SERVICE_HINT },
	{ "192.0.2.200",
	  "a.guess.example",
	  "",
	  false,
	  { { "guess.example", "a", "" } },
	  { false },
	  "host",
	  SERVICE_BY_NETWORK,
	  SERVICE_LIKELY },
	{ "",
	  "",
	  "",
	  false,
	  { { "acme.host.example", "20231", "" } },
	  { false },
	  "host",
	  SERVICE_BY_DKIM,
	  SERVICE_SURE },
	/* nothing is known */
	{ "", "", "", false, NO_SIGNATURE, NULL, 0, 0 },
};

/* The last that tells, where the user's file knows it. */
static void knows_a_network_by_its_number(void **state)
{
	const struct bench *b = *state;
	const struct sv host = SV("a.host-of-nobody.example");
	struct service_source s = { .host = &host, .host_n = 1, .as = 64501 };
	struct service_match m;
	assert_true(addr_parse(SV("203.0.113.1"), &s.address));
	service_of_source(b->ix, &s, &m);
	assert_true(m.service && sv_eq(m.service->id, SV("carrier")));
	assert_int_equal(m.by, SERVICE_BY_AS);
	assert_int_equal(m.trust, SERVICE_LIKELY);
	s.as = 64502;
	service_of_source(b->ix, &s, &m);
	assert_null(m.service);
	s.as = 64500;
	assert_true(addr_parse(SV("192.0.2.128"), &s.address));
	service_of_source(b->ix, &s, &m);
	assert_int_equal(m.by, SERVICE_BY_NETWORK);
}

static void identifies(void **state)
{
	const struct bench *b = *state;
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		const struct given *g = &given[i];
		struct service_signature sig[2];
		struct sv host = sv_from(g->host);
		struct service_match mail, source;
		struct service_source from = { .host = &host, .host_n = host.n ? 1 : 0 };
		struct service_mail s = { .signature = sig,
					  .return_path = sv_from(g->return_path),
					  .return_path_own = g->return_path_own };
		(void)addr_parse(sv_from(g->source), &from.address);
		for (; s.signature_n < 2 && g->signature[s.signature_n][0];
		     s.signature_n++)
			sig[s.signature_n] = (struct service_signature){
				sv_from(g->signature[s.signature_n][0]),
				sv_from(g->signature[s.signature_n][1]),
				sv_from(g->signature[s.signature_n][2]),
				g->own[s.signature_n],
			};
		service_of_mail(b->ix, &s, &mail);
		service_of_source(b->ix, &from, &source);
		const struct service_match *m = service_better(&mail, &source);
		if (!g->service) {
			assert_null(m->service);
			continue;
		}
		assert_non_null(m->service);
		assert_true(sv_eq(m->service->id, sv_from(g->service)));
		assert_int_equal(m->by, g->by);
		assert_int_equal(m->trust, g->trust);
		assert_non_null(m->fact);
	}
}

static void has_words(void **state)
{
	(void)state;
	for (int i = SERVICE_BY_NONE; i <= SERVICE_BY_NETWORK; i++)
		assert_non_null(service_by_words((enum service_by)i));
	assert_string_equal(service_trust_word(SERVICE_SURE), "sure");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(identifies, begin, end),
		cmocka_unit_test_setup_teardown(knows_a_network_by_its_number, begin,
						end),
		cmocka_unit_test(has_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
