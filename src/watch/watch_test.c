/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/watch.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	TODAY = 20000,
	FIRST = TODAY - WATCH_DAYS + 1,
	MOST_SENDERS = 3
};

/* A domain that is a year old and gets 1,000 messages a day, all of which pass. */
struct fixture {
	struct arena *a;
	struct watch_domain d;
	struct watch_sender sender[MOST_SENDERS];
	struct watch_reporter reporter[2];
	uint64_t sent[WATCH_DAYS], failed[WATCH_DAYS];
	struct watch_found found;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->a = arena_new();
	f->d = (struct watch_domain){ .client = SV("Acme"),
				      .name = SV("acme.example"),
				      .assigned = true,
				      .today = TODAY,
				      .entered = TODAY - 365,
				      .seen = true,
				      .first_day = TODAY - 365,
				      .last_day = TODAY - 1,
				      .sender = f->sender,
				      .sender_n = 1,
				      .reporter = f->reporter };
	f->sender[0] = (struct watch_sender){ .name = SV("own servers"),
					      .class = SERVICE_OWN,
					      .messages = 92000,
					      .passed = 92000,
					      .before = true,
					      .first_day = FIRST,
					      .last_day = TODAY,
					      .sent = f->sent,
					      .failed = f->failed };
	for (size_t i = 0; i < WATCH_DAYS; i++)
		f->d.messages[i] = f->sent[i] = 1000;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	arena_free(&f->a);
	free(f);
	return 0;
}

static void look(struct fixture *f)
{
	f->found = (struct watch_found){ .arena = f->a };
	watch_domain(&f->d, &f->found);
}

/* The only finding there is. */
static const struct finding *only(struct fixture *f, enum finding_code code)
{
	look(f);
	assert_int_equal(f->found.n, 1);
	assert_int_equal(f->found.finding[0].code, code);
	return &f->found.finding[0];
}

static void none(struct fixture *f)
{
	look(f);
	assert_int_equal(f->found.n, 0);
}

static struct watch_sender *add_sender(struct fixture *f, enum service_class class,
				       uint64_t messages, int64_t first)
{
	struct watch_sender *s = &f->sender[f->d.sender_n++];
	*s = (struct watch_sender){ .name = SV("Mailchimp"),
				    .class = class,
				    .messages = messages,
				    .first_day = first,
				    .last_day = TODAY };
	return s;
}

static void test_all_is_well(void **state)
{
	none(*state);
}

static void test_new_sender(void **state)
{
	struct fixture *f = *state;
	struct watch_sender *s = add_sender(f, SERVICE_NOT_ALIGNED, 600, TODAY - 5);
	const struct finding *n = only(f, FINDING_NEW_SENDER);
	assert_int_equal(n->since, TODAY - 5);
	assert_int_equal(n->severity, FINDING_WARNING);
	assert_true(sv_eq(n->subject, SV("Mailchimp")));
	s->class = SERVICE_OWN;
	s->passed = s->messages;
	assert_int_equal(only(f, FINDING_NEW_SENDER)->severity, FINDING_NOTE);
	s->before = true; /* it came back */
	none(f);
	s->before = false;
	s->class = SERVICE_ABUSE;
	none(f);
	s->class = SERVICE_UNKNOWN;
	s->messages = 9;
	none(f);
	s->messages = 600;
	f->d.first_day = TODAY - 30; /* all is new there */
	none(f);
}

static void test_in_another_name(void **state)
{
	struct fixture *f = *state;
	struct watch_sender *s = add_sender(f, SERVICE_NOT_ALIGNED, 600, TODAY - 60);
	assert_int_equal(only(f, FINDING_NOT_ALIGNED)->since, TODAY - 60);
	s->marked = true;
	none(f);
	s->marked = false;
	s->last_day = TODAY - 40;
	none(f);
	/* However large the domain is, a hundred are worth a word. */
	s->last_day = TODAY;
	s->messages = 100;
	(void)only(f, FINDING_NOT_ALIGNED);
	s->messages = 99;
	none(f);
}

static void test_gone_sender(void **state)
{
	struct fixture *f = *state;
	struct watch_sender *s = add_sender(f, SERVICE_OWN, 600, FIRST);
	uint64_t sent[WATCH_DAYS] = { 0 }, failed[WATCH_DAYS] = { 0 };
	s->sent = sent;
	s->failed = failed;
	s->before = true;
	for (size_t i = 0; i < 78; i += 7)
		sent[i] = 50;
	none(f); /* a weekly sender that missed one week */
	sent[77] = 0;
	const struct finding *g = only(f, FINDING_GONE_SENDER);
	assert_int_equal(g->since, FIRST + 71);
	assert_int_equal(g->says.day, FIRST + 70);
	f->d.last_day = FIRST + 80; /* nobody reported since */
	look(f);
	for (size_t i = 0; i < f->found.n; i++)
		assert_int_not_equal(f->found.finding[i].code, FINDING_GONE_SENDER);
}

static void test_own_failing(void **state)
{
	struct fixture *f = *state;
	for (size_t i = WATCH_DAYS - 6; i < WATCH_DAYS; i++) {
		f->failed[i] = 900;
		f->sent[i] = 100;
	}
	f->sent[WATCH_DAYS - 5] = f->failed[WATCH_DAYS - 5] = 0; /* Sunday */
	const struct finding *o = only(f, FINDING_OWN_FAILING);
	assert_int_equal(o->since, TODAY - 5);
	assert_int_equal(o->severity, FINDING_WARNING);
	assert_int_equal(o->says.failed, 2700); /* of the judged days */
	memset(f->failed, 0, sizeof(f->failed));
	f->failed[WATCH_DAYS - 4] = 19;
	none(f);
}

static void test_spike(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < WATCH_DAYS; i++)
		f->d.failed[i] = i % 7 == 3 ? 400 : 10; /* Mondays */
	none(f);
	size_t at = WATCH_DAYS - 4;
	while (at % 7 == 3)
		at--;
	f->d.failed[at] = 300;
	const struct finding *s = only(f, FINDING_SPIKE);
	assert_int_equal(s->since, FIRST + (int64_t)at);
	assert_int_equal(s->says.messages, 300);
	assert_int_equal(s->says.usual, 10);
	f->d.failed[at] = 10;
	f->d.failed[WATCH_DAYS - 1] = 5000; /* too young */
	none(f);
	f->d.failed[WATCH_DAYS - 1] = 10;
	f->d.failed[at] = 300;
	f->d.first_day = TODAY - 25; /* no habit yet */
	none(f);
}

static void test_abuse(void **state)
{
	struct fixture *f = *state;
	f->d.abuse_sources = 77;
	f->d.abuse[WATCH_DAYS - 1] = 2000;
	f->d.abuse[WATCH_DAYS - 2] = 5000;
	f->d.abuse[WATCH_DAYS - 4] = 3000;
	const struct finding *a = only(f, FINDING_ABUSE);
	assert_int_equal(a->since, TODAY - 3);
	assert_int_equal(a->says.messages, 10000);
	assert_int_equal(a->says.sources, 77);
	assert_int_equal(a->says.day, TODAY - 1);
	for (size_t i = 0; i < WATCH_DAYS; i++)
		f->d.abuse[i] = 4000; /* what it is used to has not begun */
	none(f);
}

static void test_silent_reporter(void **state)
{
	struct fixture *f = *state;
	f->d.reporter_n = 2;
	f->reporter[0] =
		(struct watch_reporter){ SV("google.com"), 90, { 90, 1, 1 }, TODAY - 10 };
	f->reporter[1] =
		(struct watch_reporter){ SV("weekly"), 14, { 14, 7, 7 }, TODAY - 10 };
	const struct finding *s = only(f, FINDING_REPORTER_SILENT);
	assert_true(sv_eq(s->subject, SV("google.com")));
	assert_int_equal(s->severity, FINDING_WARNING);
	assert_int_equal(s->since, TODAY - 9);
	f->reporter[0].last_day = TODAY -
				  7; /* reports of the young days are on the way */
	none(f);
}

static void test_habit(void **state)
{
	struct fixture *f = *state;
	const int64_t day[] = { 1, 2, 3, 4, 10, 11 };
	struct watch_habit h = watch_habit_of(day, 6, f->a);
	assert_int_equal(h.usual, 1);
	assert_int_equal(h.most, 6);
	assert_false(watch_is_silent(&h, 18));
	assert_true(watch_is_silent(&h, 19));
	h = watch_habit_of(day, 4, f->a);
	assert_false(watch_is_silent(&h, 100)); /* it has no habit yet */
	h = watch_habit_of(day, 1, f->a);
	assert_int_equal(h.usual, 0);
}

static void test_no_reports(void **state)
{
	struct fixture *f = *state;
	f->d.last_day = TODAY - 10;
	assert_int_equal(only(f, FINDING_NO_REPORTS)->since, TODAY - 9);
	f->d.seen = false;
	f->d.entered = TODAY - 5;
	none(f);
	f->d.entered = TODAY - 50;
	assert_int_equal(only(f, FINDING_NO_REPORTS)->since, TODAY - 49);
	f->d.parked = true; /* nobody writes in its name: all is well */
	none(f);
}

static void test_policy(void **state)
{
	struct fixture *f = *state;
	f->d.weakened = true;
	f->d.changed = TODAY - 3;
	f->d.policy_before = SV("p=reject");
	f->d.policy_now = SV("p=none");
	const struct finding *p = only(f, FINDING_POLICY_WEAKENED);
	assert_int_equal(p->since, TODAY - 3);
	assert_int_equal(p->due, TODAY - 1);
	f->d.weakened = false;
	f->d.next = SV("quarantine");
	f->d.ready_since = TODAY - 8;
	assert_int_equal(only(f, FINDING_READY)->since, TODAY - 8);
}

static void test_parked(void **state)
{
	struct fixture *f = *state;
	f->d.parked = true;
	memset(f->d.messages, 0, sizeof(f->d.messages));
	f->d.messages[WATCH_DAYS - 8] = 30;
	f->d.messages[WATCH_DAYS - 3] = 12;
	const struct finding *p = only(f, FINDING_PARKED_MAIL);
	assert_int_equal(p->since, TODAY - 7);
	assert_int_equal(p->says.messages, 42);
}

static void test_tls(void **state)
{
	struct fixture *f = *state;
	f->d.tls_failed = 9;
	f->d.tls_since = TODAY - 12;
	assert_int_equal(only(f, FINDING_TLS_FAILURES)->severity, FINDING_NOTE);
	f->d.tls_failed = 10;
	f->d.tls_result = SV("certificate-expired");
	const struct finding *t = only(f, FINDING_TLS_FAILURES);
	assert_int_equal(t->severity, FINDING_WARNING);
	assert_int_equal(t->since, TODAY - 12);
	assert_true(sv_eq(t->says.after, SV("certificate-expired")));
}

static void test_unassigned(void **state)
{
	struct fixture *f = *state;
	f->d.assigned = false;
	f->d.client = SV("");
	const struct finding *u = only(f, FINDING_UNASSIGNED);
	assert_int_equal(u->says.messages, WATCH_DAYS * 1000);
	assert_int_equal(u->since, TODAY - 365);
}

/* Looked at on the next day, the same finding has the same id and days. */
static void test_it_stays(void **state)
{
	struct fixture *f = *state;
	add_sender(f, SERVICE_NOT_ALIGNED, 600, TODAY - 5);
	struct finding today = *only(f, FINDING_NEW_SENDER);
	f->d.today++;
	f->sender[1].messages += 40;
	const struct finding *next = only(f, FINDING_NEW_SENDER);
	assert_true(next->id == today.id);
	assert_int_equal(next->since, today.since);
	assert_int_equal(next->due, today.due);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_is_well),     TEST(test_new_sender),
		TEST(test_in_another_name), TEST(test_gone_sender),
		TEST(test_own_failing),     TEST(test_spike),
		TEST(test_abuse),           TEST(test_silent_reporter),
		TEST(test_no_reports),      TEST(test_habit),
		TEST(test_policy),          TEST(test_parked),
		TEST(test_unassigned),      TEST(test_tls),
		TEST(test_it_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
