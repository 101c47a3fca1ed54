/* SPDX-License-Identifier: Apache-2.0 */
#include "app/overview_int.h"

#include "app/app_test.h"
#include "app/fsck.h"
#include "base/limits.h"
#include "store/kept.h"

static struct app_source sources[] = {
	{ .source = { .kind = ADDR_V4, .b = { 192, 0, 2, 1 } },
	  .first_day = -3,
	  .last_day = TODAY,
	  .domains = 7,
	  .f = { 0, 11, UINT64_C(1) << 40, 5 } },
	{ .source = { .kind = ADDR_NONE }, .f = { 0, 1, 1, 0 } },
};
static struct app_finding findings[] = {
	{ .f = { .code = FINDING_SPIKE,
		 .severity = FINDING_WARNING,
		 .client = SV_INIT("A"),
		 .domain = SV_INIT("a.example"),
		 .since = -4,
		 .due = TODAY,
		 .says = { 100, 99, 1, 3, 0, SV_INIT(""), SV_INIT("") },
		 .id = UINT64_C(0xffffffffffff) },
	  .evidence = SV_INIT("a.example: many"),
	  .remedy = SV_INIT("look") },
	{ .f = { .code = FINDING_REPORTER_SILENT, .subject = SV_INIT("r.example") },
	  .evidence = SV_INIT("nobody writes") },
};

static void decodes_what_it_encodes(void **state)
{
	struct bench *b = *state;
	const struct app_overview o = { .source = sources,
					.source_n = 2,
					.source_all = 12,
					.finding = findings,
					.finding_n = 2 };
	const struct overview_kept k = { .made = 1700000000, .day = TODAY, .took_ms = 9 };
	struct overview_kept k2 = { 0 };
	struct app_overview o2 = { 0 };
	struct buf one, two;
	buf_init(&one, 4096);
	buf_init(&two, 4096);
	overview_encode(&k, &o, &one);
	assert_true(overview_decode(buf_sv(&one), b->arena, &k2, &o2));
	assert_int_equal(o2.source_all, 12);
	assert_int_equal(o2.source[0].first_day, -3);
	assert_true(sv_eq(o2.finding[0].evidence, SV("a.example: many")));
	assert_true(sv_eq(o2.finding[1].f.subject, SV("r.example")));
	assert_int_equal(o2.finding[0].f.since, -4);
	assert_int_equal(o2.finding[0].f.id, UINT64_C(0xffffffffffff));
	assert_int_equal(o2.finding[0].f.says.usual, 1);
	overview_encode(&k2, &o2, &two);
	assert_true(sv_eq(buf_sv(&one), buf_sv(&two)));
	/* Cut short or with a tail it is no answer. */
	for (size_t n = 0; n < one.n; n++)
		assert_false(
			overview_decode(sv_sub(buf_sv(&one), 0, n), b->arena, &k2, &o2));
	buf_add_char(&one, 0);
	assert_false(overview_decode(buf_sv(&one), b->arena, &k2, &o2));
	buf_deinit(&one);
	buf_deinit(&two);
}

/* Large enough to keep answers: what fills it is read by nobody. */
static void make_large(struct bench *b)
{
	struct err err = { 0 };
	struct store *s = open_store(b);
	char *bytes = calloc(1, LIMIT_KEEP_FROM);
	must(store_begin(s, &err) &&
		     book_meta_set(s, "filler", (struct sv){ bytes, LIMIT_KEEP_FROM },
				   &err) &&
		     store_commit(s, &err),
	     &err);
	free(bytes);
	store_close(&s);
}

static struct overview_kept kept(struct bench *b)
{
	struct err err = { 0 };
	struct scope s;
	struct overview_kept k = { 0 };
	must(scope_open(&s, &b->app, STORE_READ, NULL, b->arena, &err) &&
		     overview_kept_read(&s, TODAY, NULL, &k, &err),
	     &err);
	scope_close(&s);
	return k;
}

static struct app_overview ask_as(struct bench *b, const char *client, bool fresh)
{
	struct err err = { 0 };
	struct app_overview o;
	struct app_filter f = app_filter_all();
	const struct app_overview_options want = { &f, 20, fresh };
	f.client = sv_from(client);
	must(app_overview(&b->app, &want, b->arena, &o, &err), &err);
	return o;
}

static struct app_overview ask(struct bench *b, const char *client)
{
	return ask_as(b, client, false);
}

/* So long ago that somebody should have reported on it. */
static void add_silent(struct bench *b, const char *name, const char *domain)
{
	const int64_t ago = INT64_C(30) * DATE_DAY_SECONDS;
	b->app.now -= ago;
	add_client(b, name, domain);
	b->app.now += ago;
}

static void keeps_nothing_where_it_is_small(void **state)
{
	struct bench *b = *state;
	add_client(b, "A", "a.example");
	(void)ask(b, "");
	assert_false(kept(b).holds);
}

/* Puts an answer that no question would give, to see whether it is given. */
static void put_false_answer(struct bench *b)
{
	struct err err = { 0 };
	struct store *s = open_store(b);
	uint64_t state;
	const struct overview_kept k = { .made = b->app.now, .day = TODAY };
	const struct app_overview o = { .source = sources,
					.source_n = 2,
					.source_all = 12,
					.finding = findings,
					.finding_n = 2 };
	must(kept_state(s, &state, &err), &err);
	store_close(&s);
	overview_keep(&b->app, state, &k, &o);
}

static void answers_from_what_is_kept(void **state)
{
	struct bench *b = *state;
	add_silent(b, "A", "a.example");
	make_large(b);
	struct app_overview o = ask(b, "");
	assert_int_equal(o.finding_n, 1); /* no report of a.example yet */
	assert_true(kept(b).holds);
	put_false_answer(b);
	o = ask(b, "");
	assert_int_equal(o.finding_n, 2);
	assert_int_equal(o.source_n, 2);
	/* No other question is answered by it, ... */
	assert_int_equal(ask(b, "A").finding_n, 1);
	/* ... nor this one of the next day, ... */
	b->app.now += DATE_DAY_SECONDS;
	assert_int_equal(ask(b, "").finding_n, 1);
	b->app.now -= DATE_DAY_SECONDS;
	put_false_answer(b);
	assert_false(ask(b, "").stale);
}

static void says_what_is_stale(void **state)
{
	struct bench *b = *state;
	add_silent(b, "A", "a.example");
	make_large(b);
	put_false_answer(b);
	int64_t found = b->app.now;
	add_silent(b, "B", "b.example");
	b->app.now += 60;
	struct app_overview o = ask(b, "");
	assert_true(o.stale);
	assert_int_equal(o.found, found);
	assert_int_equal(o.source_n, 2);
	assert_int_equal(o.domain_n, 2); /* all else is of now */
	/* To ask does not make it hold. */
	assert_true(ask(b, "").stale);
	o = ask_as(b, "", true);
	assert_false(o.stale);
	assert_int_equal(o.source_n, 0);
	assert_int_equal(o.finding_n, 2);
	/* What was found fresh is kept. */
	o = ask(b, "");
	assert_false(o.stale);
	assert_int_equal(o.source_n, 0);
	/* Of another day nothing is shown. */
	put_false_answer(b);
	add_silent(b, "C", "c.example");
	b->app.now += DATE_DAY_SECONDS;
	o = ask(b, "");
	assert_false(o.stale);
	assert_int_equal(o.finding_n, 3);
}

static struct app_fsck fsck(struct bench *b, bool mend)
{
	struct err err = { 0 };
	struct app_fsck f;
	const struct app_fsck_options o = { .mend = mend };
	must(app_fsck(&b->app, &o, &f, &err), &err);
	return f;
}

static void fsck_compares_what_is_kept(void **state)
{
	struct bench *b = *state;
	add_silent(b, "A", "a.example");
	make_large(b);
	(void)ask(b, "");
	assert_true(kept(b).holds);
	struct app_fsck f = fsck(b, false);
	assert_true(app_fsck_is_sound(&f));
	put_false_answer(b);
	f = fsck(b, false);
	assert_int_equal(f.differ, 1);
	assert_non_null(strstr(f.first, "overview"));
	f = fsck(b, true);
	assert_true(f.mended);
	assert_false(kept(b).holds);
	f = fsck(b, false);
	assert_true(app_fsck_is_sound(&f));
}

static void upkeep_rests_between(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	add_silent(b, "A", "a.example");
	make_large(b);
	must(overview_upkeep(&b->app, &err), &err);
	assert_true(kept(b).holds);
	add_silent(b, "B", "b.example");
	assert_false(kept(b).holds);
	put_false_answer(b);
	add_silent(b, "C", "c.example");
	must(overview_upkeep(&b->app, &err), &err); /* it took no time at all */
	assert_true(kept(b).holds);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(decodes_what_it_encodes),   TEST(keeps_nothing_where_it_is_small),
		TEST(answers_from_what_is_kept), TEST(fsck_compares_what_is_kept),
		TEST(upkeep_rests_between),      TEST(says_what_is_stale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
