/* SPDX-License-Identifier: Apache-2.0 */
#include "service/class.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Stories of the domain c.example, row by row, and what a careful postmaster would say of
 * each. A row's names are "NAME/SELECTOR" of a signature and "NAME" of a return-path,
 * with
 * + where it passed and - where it failed.
 */
#define SERVICE(id, kind, facts) \
	"service: " id "\nname: " id "\nkind: " kind "\nhome: https://" id ".example/\n" \
	"source x: a place, 2026-11\n" facts

static const char catalogue[] = SERVICE(
	"esp", "marketing",
	"ptr: esp.example | x\ndkim: esp.example | x\nreturn-path: esp.example | x\n"
	"selector: esp1 | x\n") SERVICE("office", "mailbox-host",
					"ptr: office.example | x\nselector: office1 | "
					"x\ndkim: <tenant>.on-office.example | x\n")
	SERVICE("relay", "forwarder",
		"ptr: relay.example | x\nreturn-path: relay.example | x\n")
		SERVICE("filter", "gateway", "ptr: filter.example | x\n")
			SERVICE("guess", "marketing",
				"ptr: guess.example | unverified\nnote: x | x\n");

struct line {
	const char *source, *host, *names;
	uint64_t messages;
	enum service_class class;
	enum service_why why;
	bool excused;
	enum service_mark mark;
};

enum {
	LINES = 40,
	NAMES = 3
};

struct story {
	const char *what;
	bool parked;
	struct line line[LINES];
};

struct bench {
	struct arena *a;
	struct service_index *ix;
	struct service_catalogue c;
};

static int begin(void **state)
{
	struct bench *b = heap_array(1, sizeof(*b));
	struct service_fault f = { 0 };
	b->a = arena_new();
	if (!service_parse(sv_from(catalogue), b->a, &b->c, &f))
		fail_msg("line %zu: %s", f.line, f.text);
	b->ix = service_index_new(&b->c, b->a);
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

static bool is_own(struct sv name)
{
	return sv_eq(name, SV("c.example")) || sv_has_suffix_fold(name, SV(".c.example"));
}

static void add_name(struct service_facet *f, struct service_signature *good,
		     struct service_signature *bad, struct sv word)
{
	bool passed = word.p[word.n - 1] == '+';
	word.n--;
	size_t slash = sv_chr(word, '/');
	struct sv domain = sv_sub(word, 0, slash);
	bool own = is_own(domain);
	if (slash == word.n) {
		f->mail.return_path = passed ? domain : SV("");
		f->mail.return_path_own = passed && own;
		f->spf_aligned = passed && own;
		return;
	}
	struct service_signature s = { .domain = domain,
				       .selector = sv_sub(word, slash + 1, word.n),
				       .own = own };
	if (passed) {
		good[f->mail.signature_n++] = s;
		f->dkim_aligned = f->dkim_aligned || own;
	} else if (own) {
		bad[f->broken_n++] = s;
	}
}

static struct service_facet *facet_of(struct bench *b, const struct line *l)
{
	struct service_facet *f = arena_alloc(b->a, sizeof(*f));
	struct service_signature *good = arena_array(b->a, NAMES, sizeof(*good));
	struct service_signature *bad = arena_array(b->a, NAMES, sizeof(*bad));
	struct sv names = sv_from(l->names);
	*f = (struct service_facet){ .excused = l->excused };
	while (names.n)
		add_name(f, good, bad, sv_take_until(&names, ' '));
	f->mail.signature = good;
	f->broken = bad;
	service_of_mail(b->ix, &f->mail, &f->match);
	return f;
}

static struct service_from *from_of(struct bench *b, struct service_from *all, size_t *n,
				    const struct line *l)
{
	struct addr a;
	assert_true(addr_parse(sv_from(l->source), &a));
	for (size_t i = 0; i < *n; i++)
		if (addr_cmp(&all[i].source.address, &a) == 0)
			return &all[i];
	struct service_from *f = &all[(*n)++];
	struct sv *host = arena_alloc(b->a, sizeof(*host));
	*host = sv_from(l->host);
	*f = (struct service_from){
		.source = { .address = a, .host = host, .host_n = host->n ? 1 : 0 },
		.mark = l->mark,
	};
	service_of_source(b->ix, &f->source, &f->match);
	return f;
}

static void tell(struct bench *b, const struct story *s, const struct service_marked *m)
{
	struct service_row row[LINES];
	struct service_from from[LINES];
	struct service_domain d = { .row = row,
				    .from = from,
				    .parked = s->parked,
				    .marked = m,
				    .marked_n = m ? 1 : 0 };
	for (; d.row_n < LINES && s->line[d.row_n].source; d.row_n++) {
		const struct line *l = &s->line[d.row_n];
		row[d.row_n] = (struct service_row){ facet_of(b, l),
						     from_of(b, from, &d.from_n, l),
						     l->messages,
						     NULL,
						     0,
						     0 };
	}
	service_judge(&d, b->a);
	for (size_t i = 0; i < d.row_n; i++)
		if (row[i].class != s->line[i].class || row[i].why != s->line[i].why)
			fail_msg("%s, row %zu: %s by %s, and should be %s by %s", s->what,
				 i, service_class_word(row[i].class),
				 service_why_word(row[i].why),
				 service_class_word(s->line[i].class),
				 service_why_word(s->line[i].why));
}

#define OWN(why) SERVICE_OWN, SERVICE_WHY_##why, false, 0
#define IS(class, why) SERVICE_##class, SERVICE_WHY_##why, false, 0
#define EXCUSED(class, why) SERVICE_##class, SERVICE_WHY_##why, true, 0
/* The domain's own mail, without which nobody knows its selector. */
#define HOME \
	{ \
		"198.18.0.1", "mx.office.example", "c.example+ c.example/s1+", 1000, \
			OWN(BOTH) \
	}

static const struct story stories[] = {
	{ "its own",
	  false,
	  {
		  HOME,
		  { "198.18.0.2", "mx2.office.example",
		    "c.example/s1+ mx2.office.example+", 9, OWN(DKIM) },
		  { "198.18.0.3", "", "b.c.example+", 9, OWN(SPF) },
		  /* a bounce: no return-path */
		  { "198.18.0.1", "", "c.example/s1+", 9, OWN(DKIM) },
	  } },
	{ "a spoofer writes its selector",
	  false,
	  {
		  HOME,
		  { "203.0.113.9", "", "c.example/s1- c.example-", 50,
		    IS(UNKNOWN, SELECTOR_ONLY) },
	  } },
	{ "a spoofer writes a known service's d=",
	  false,
	  {
		  HOME,
		  { "203.0.113.9", "", "esp.example/k- c.example-", 50,
		    IS(UNKNOWN, NOTHING) },
		  /* ... or its return-path */
		  { "203.0.113.10", "", "esp.example-", 50, IS(UNKNOWN, NOTHING) },
	  } },
	{ "a service signs in its own name",
	  false,
	  {
		  HOME,
		  { "198.18.5.1", "", "esp.example/k+ esp.example+", 50,
		    IS(NOT_ALIGNED, OTHER_NAME) },
		  { "198.18.5.2", "o.esp.example", "", 50, IS(NOT_ALIGNED, ITS_HOST) },
		  /* without SPF, in the domain's name: no forwarder */
		  { "198.18.5.3", "o.esp.example", "c.example/esp1+ esp.example+", 50,
		    OWN(DKIM) },
		  { "198.18.5.4", "o.esp.example", "c.example/esp1+ esp.example+", 500,
		    OWN(DKIM) },
	  } },
	{ "a service that nobody knows signs in the domain's name",
	  false,
	  {
		  HOME,
		  { "198.18.6.1", "a.some.example", "c.example/zz+ bounce.some.example+",
		    50, OWN(DKIM) },
		  { "198.18.6.2", "b.some.example", "c.example/zz+ bounce.some.example+",
		    70, OWN(DKIM) },
	  } },
	{ "a forwarder",
	  false,
	  {
		  HOME,
		  { "198.18.7.1", "out.relay.example", "c.example/s1+ relay.example+", 20,
		    IS(FORWARDED, RELAYED) },
		  { "198.18.7.2", "", "c.example/s1+ x.relay.example+", 20,
		    IS(FORWARDED, RELAYED) },
		  { "198.18.7.3", "in.filter.example", "c.example/s1+ c.example-", 20,
		    IS(FORWARDED, RELAYED) },
		  /* the receiver's word */
		  { "198.18.7.4", "", "c.example/s1+", 20, EXCUSED(FORWARDED, EXCUSED) },
		  /* it breaks the signature, or there was none */
		  { "198.18.7.1", "out.relay.example", "c.example/s1- relay.example+", 20,
		    IS(MAYBE_FORWARDED, BROKEN) },
		  { "198.18.7.1", "out.relay.example", "relay.example+", 20,
		    IS(MAYBE_FORWARDED, UNSIGNED) },
		  /* a host that nobody knows passes it on: its own, as far as one can
		     tell */
		  { "198.18.7.5", "", "c.example/s1+", 20, OWN(DKIM) },
		  { "198.18.7.6", "", "c.example/s1+ srs.some.example+", 20,
		    IS(FORWARDED, REWRITTEN) },
	  } },
	{ "a host that nobody knows passes on what a service signed",
	  false,
	  {
		  { "198.18.0.1", "mx.office.example", "c.example+ c.example/office1+",
		    1000, OWN(BOTH) },
		  { "198.18.9.1", "out.club.example", "c.example/office1+ club.example+",
		    9, IS(FORWARDED, ELSEWHERE) },
		  /* that it might be a service's is no more than a guess */
		  { "198.18.9.3", "h.guess.example", "c.example/office1+", 9,
		    IS(FORWARDED, ELSEWHERE) },
		  /* without a name it may be one of the service's own */
		  { "198.18.9.2", "", "c.example/office1+", 9, OWN(DKIM) },
		  { "198.18.0.8", "mx8.office.example", "c.example/office1+", 9,
		    OWN(DKIM) },
		  { "198.18.0.8", "mx8.office.example", "c.example/office1- c.example-",
		    9, IS(UNKNOWN, FAILING) },
	  } },
	{ "a forwarder of a domain that is hosted where it forwards",
	  false,
	  {
		  HOME,
		  { "198.18.0.9", "mx9.office.example", "c.example/s1+ c.example-", 20,
		    OWN(DKIM) },
	  } },
	{ "a mailing list breaks signatures",
	  false,
	  {
		  HOME,
		  { "198.18.8.1", "", "c.example/s1- list.example/l+ list.example+", 20,
		    EXCUSED(MAYBE_FORWARDED, BROKEN) },
		  { "198.18.8.2", "", "c.example/s1- list.example+", 20,
		    IS(MAYBE_FORWARDED, BROKEN) },
		  /* a selector that never passed is no known one */
		  { "198.18.8.3", "", "c.example/s9- list.example+", 20,
		    IS(UNKNOWN, STRANGER) },
		  { "198.18.8.4", "", "", 20, EXCUSED(MAYBE_FORWARDED, RECEIVER) },
	  } },
	{ "a shared platform proves the platform, not the account",
	  false,
	  {
		  HOME,
		  { "198.18.0.5", "mx5.office.example", "", 20, IS(UNKNOWN, PLATFORM) },
		  { "198.18.0.5", "mx5.office.example", "evil.on-office.example/s+", 20,
		    IS(NOT_ALIGNED, OTHER_NAME) },
	  } },
	{ "abuse from all over",
	  false,
	  {
		  HOME,
		  { "203.0.113.1", "", "c.example-", 3, IS(ABUSE, SPREAD) },
		  { "192.0.2.1", "", "c.example-", 2, IS(ABUSE, SPREAD) },
		  { "198.51.100.1", "", "c.example/s1-", 4, IS(ABUSE, SPREAD) },
		  { "2001:db8::1", "", "", 1, IS(ABUSE, SPREAD) },
		  /* a name that passes beside it, also where nothing else is seen of it
		   */
		  { "203.0.113.1", "", "bulk.example/x+ bulk.example+", 2,
		    IS(ABUSE, SPREAD) },
		  { "100.64.0.1", "", "bulk.example/x+ bulk.example+", 2,
		    IS(ABUSE, COMPANY) },
		  /* not: who sends much more, who passes sometimes, who stands for
		     himself */
		  { "198.18.9.1", "", "web.host.example-", 400, IS(UNKNOWN, NOTHING) },
		  { "198.18.0.7", "", "c.example+", 2, OWN(SPF) },
		  { "198.18.0.7", "", "", 2, IS(UNKNOWN, NOTHING) },
		  { "198.18.9.2", "", "new.example/x+", 9, IS(UNKNOWN, STRANGER) },
	  } },
	{ "another customer of the platform writes the selector",
	  false,
	  {
		  { "198.18.0.1", "mx.office.example", "c.example+ c.example/office1+",
		    1000, OWN(BOTH) },
		  /* beside a name of its own: what that is */
		  { "198.18.0.6", "mx6.office.example",
		    "c.example/office1- evil.on-office.example/k+ "
		    "evil.on-office.example+",
		    50, IS(NOT_ALIGNED, OTHER_NAME) },
		  { "198.18.0.6", "mx6.office.example", "c.example/office1- c.example-",
		    50, IS(UNKNOWN, FAILING) },
	  } },
	{ "a wave writes the selector, with hosts that have names",
	  false,
	  {
		  HOME,
		  { "203.0.113.1", "a.vps.example", "c.example/s1-", 3,
		    IS(ABUSE, SPREAD) },
		  { "192.0.2.1", "b.vps.example", "c.example/s1-", 2, IS(ABUSE, SPREAD) },
		  { "198.51.100.1", "c.vps.example", "c.example/s1-", 4,
		    IS(ABUSE, SPREAD) },
		  { "100.64.0.1", "d.vps.example", "c.example/s1-", 4,
		    IS(ABUSE, SPREAD) },
	  } },
	{ "a wave writes the selector beside a name that passes",
	  false,
	  {
		  HOME,
		  { "203.0.113.1", "", "c.example/s1- bulk.example+", 3,
		    IS(ABUSE, SPREAD) },
		  { "192.0.2.1", "", "c.example/s1- bulk.example+", 2,
		    IS(ABUSE, SPREAD) },
		  { "198.51.100.1", "", "c.example/s1- bulk.example+", 4,
		    IS(ABUSE, SPREAD) },
		  { "100.64.0.1", "", "c.example/s1- bulk.example+", 4,
		    IS(ABUSE, SPREAD) },
		  { "198.18.8.1", "", "c.example/s1- list.example+", 4,
		    IS(MAYBE_FORWARDED, BROKEN) },
	  } },
	{ "a wave with a replayed mail each, most of it from a few",
	  false,
	  {
		  HOME,
		  { "203.0.113.1", "", "c.example/s1+", 1, OWN(DKIM) },
		  { "203.0.113.1", "", "", 1000, IS(ABUSE, SPREAD) },
		  { "192.0.2.1", "", "", 1000, IS(ABUSE, SPREAD) },
		  { "198.51.100.1", "", "", 1000, IS(ABUSE, SPREAD) },
		  { "100.64.0.1", "", "", 1000, IS(ABUSE, SPREAD) },
		  { "100.65.0.1", "", "", 1, IS(ABUSE, SPREAD) },
		  { "100.66.0.1", "", "", 1, IS(ABUSE, SPREAD) },
		  { "100.67.0.1", "", "", 1, IS(ABUSE, SPREAD) },
		  { "100.68.0.1", "", "", 1, IS(ABUSE, SPREAD) },
		  { "100.69.0.1", "", "", 1, IS(ABUSE, SPREAD) },
	  } },
	{ "a busy host replays one mail: the key's home stays",
	  false,
	  {
		  { "198.18.0.1", "mx.office.example", "c.example/office1+", 1000,
		    OWN(DKIM) },
		  { "203.0.113.1", "", "c.example/office1+", 1, OWN(DKIM) },
		  { "203.0.113.1", "", "", 1001, IS(UNKNOWN, NOTHING) },
	  } },
	{ "few strangers are no abuse",
	  false,
	  {
		  HOME,
		  { "203.0.113.1", "", "c.example-", 3, IS(UNKNOWN, NOTHING) },
		  { "192.0.2.1", "", "c.example-", 2, IS(UNKNOWN, NOTHING) },
		  { "198.51.100.1", "", "c.example-", 4, IS(UNKNOWN, NOTHING) },
	  } },
	{ "a parked domain",
	  true,
	  {
		  { "203.0.113.1", "", "c.example-", 3, IS(ABUSE, PARKED) },
		  { "203.0.113.2", "", "bulk.example+", 3, IS(ABUSE, PARKED) },
		  { "198.18.5.1", "", "esp.example/k+", 5, IS(ABUSE, PARKED) },
	  } },
	{ "the user's word",
	  false,
	  {
		  HOME,
		  { "203.0.113.1", "", "c.example-", 3, SERVICE_OWN, SERVICE_WHY_MARKED,
		    false, SERVICE_MARK_OWN },
		  { "203.0.113.2", "", "c.example/s1+", 3, SERVICE_ABUSE,
		    SERVICE_WHY_MARKED, false, SERVICE_MARK_ABUSE },
		  { "203.0.113.3", "", "", 3, SERVICE_NOT_ALIGNED, SERVICE_WHY_MARKED,
		    false, SERVICE_MARK_KNOWN },
	  } },
	{ "nothing", false, { { 0 } } },
};

static void judges(void **state)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++)
		tell(*state, &stories[i], NULL);
}

static void obeys_marks_of_services(void **state)
{
	struct bench *b = *state;
	static const struct story own = {
		"a service marked as own",
		false,
		{
			{ "198.18.5.1", "", "esp.example/k+", 5, SERVICE_OWN,
			  SERVICE_WHY_MARKED, false, 0 },
			{ "198.18.5.9", "", "", 5, IS(UNKNOWN, NOTHING) },
		}
	};
	const struct service_marked m = { service_find(&b->c, SV("esp")),
					  SERVICE_MARK_OWN };
	tell(b, &own, &m);
}

static void has_words(void **state)
{
	(void)state;
	for (int i = 0; i < SERVICE_CLASSES; i++)
		assert_true(strlen(service_class_word((enum service_class)i)) &&
			    strlen(service_class_what((enum service_class)i)));
	for (int i = 0; i < SERVICE_WHYS; i++)
		assert_true(strlen(service_why_word((enum service_why)i)) &&
			    strlen(service_why_what((enum service_why)i)));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(judges), TEST(obeys_marks_of_services),
					    TEST(has_words) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
