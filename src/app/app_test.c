/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_test.h"
#include "app/fsck.h"
#include "app/overview.h"
#include "app/reports.h"
#include "app/unassigned.h"
#include "report/model.h"
#include "store/facts.h"

static struct sv facet(struct bench *b, struct sv from, const char *dkim)
{
	struct report_facet f = { .disposition = SV("none"),
				  .dkim = sv_from(dkim),
				  .spf = SV("fail"),
				  .header_from = from };
	struct buf out;
	buf_init(&out, SIZE);
	assert_true(report_facet_encode(&f, &out));
	struct sv copy = arena_sv(b->arena, buf_sv(&out));
	buf_deinit(&out);
	return copy;
}

static struct sv meta(struct bench *b, const char *policy)
{
	struct report_meta m = { .org = SV("r.example"), .p = sv_from(policy) };
	struct buf out;
	buf_init(&out, SIZE);
	assert_true(report_meta_encode(&m, &out));
	struct sv copy = arena_sv(b->arena, buf_sv(&out));
	buf_deinit(&out);
	return copy;
}

/* A report about `domain` of the day `ago` days before today, arrived on that day. */
struct planted {
	const char *domain, *from, *source;
	int ago;
	uint64_t passed, failed;
};

static void plant(struct bench *b, const struct planted *p)
{
	struct err err = { 0 };
	struct store *s = open_store(b);
	int64_t day = TODAY - p->ago, good, bad;
	struct sv from = sv_from(p->from ? p->from : p->domain);
	struct addr source;
	struct book_raw raw = { .size = 1,
				.arrived = day * DATE_DAY_SECONDS,
				.path = SV("planted") };
	struct book_report r = { .kind = KIND_AGGREGATE,
				 .org = SV("r.example"),
				 .report_id = SV("x"),
				 .domain = sv_from(p->domain),
				 .has_begin = true,
				 .begin = day * DATE_DAY_SECONDS,
				 .has_end = true,
				 .end = day * DATE_DAY_SECONDS + 86399,
				 .complete = true,
				 .rows = 2,
				 .messages = p->passed + p->failed,
				 .passed = p->passed,
				 .first_day = day,
				 .days = 1,
				 .arrived = day * DATE_DAY_SECONDS,
				 .meta = meta(b, "none") };
	assert_true(addr_parse(sv_from(p->source), &source));
	memset(raw.sha, 0, sizeof(raw.sha));
	raw.sha[0] = (uint8_t)++b->reports;
	raw.sha[1] = (uint8_t)(b->reports >> 8);
	memcpy(r.sha, raw.sha, sizeof(r.sha));
	must(store_begin(s, &err) && book_raw_begin(s, &raw, &err), &err);
	r.raw_id = raw.id;
	must(facts_facet(s, KIND_AGGREGATE, facet(b, from, "pass"), true, &good, &err) &&
		     facts_facet(s, KIND_AGGREGATE, facet(b, from, "fail"), false, &bad,
				 &err) &&
		     facts_put_begin(s, &err) &&
		     facts_put(s, &source, good, p->passed, &err) &&
		     facts_put(s, &source, bad, p->failed, &err) &&
		     book_report_add(s, &r, &err) && facts_put_end(s, r.id, &err) &&
		     facts_count(s, r.id, true, &err) &&
		     book_raw_done(s, raw.id, 0, true, &err) && store_commit(s, &err),
	     &err);
	store_close(&s);
}

static struct app_overview overview(struct bench *b, const struct app_filter *f)
{
	struct err err = { 0 };
	struct app_overview v;
	struct app_filter all = app_filter_all();
	must(app_overview(&b->app,
			  &(struct app_overview_options){ f ? f : &all, 10, false },
			  b->arena, &v, &err),
	     &err);
	return v;
}

static void expect_sound(struct bench *b)
{
	struct err err = { 0 };
	struct app_fsck f;
	struct app_fsck_options o = { 0 };
	must(app_fsck(&b->app, &o, &f, &err), &err);
	assert_int_equal(f.differ + f.facets_differ + f.figures_differ, 0);
}

/* --- asking --- */

static void says_where_there_is_no_database(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_overview v;
	struct app_filter f = app_filter_all();
	assert_false(app_overview(&b->app,
				  &(struct app_overview_options){ &f, 10, false },
				  b->arena, &v, &err));
	assert_int_equal(err.code, ERR_NO_INPUT);
	assert_non_null(strstr(err.text, "ingest"));
	assert_int_equal(access(b->db, F_OK), -1);
}

static void totals_hold_what_nobody_owns(void **state)
{
	struct bench *b = *state;
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", 3, 10, 1 });
	plant(b, &(struct planted){ "news.acme.example", NULL, "192.0.2.1", 2, 5, 0 });
	plant(b, &(struct planted){ "other.example", NULL, "192.0.2.2", 40, 7, 3 });
	struct app_overview v = overview(b, NULL);
	assert_int_equal(v.total.reports, 3);
	assert_int_equal(v.total.rows, 6);
	assert_int_equal(v.total.messages, 26);
	assert_int_equal(v.total.passed, 22);
	assert_int_equal(v.client_n, 1);
	assert_int_equal(v.client[0].f.messages, 16);
	assert_int_equal(v.unassigned.messages, 10);
	assert_int_equal(v.domain_n, 2);
	assert_true(sv_eq(v.domain[0].name, SV("acme.example")));
	assert_int_equal(v.domain[0].f.reports, 2);
	assert_true(sv_eq(v.domain[1].name, SV("other.example")));
	assert_int_equal(v.source_n, 2);
	expect_sound(b);
}

static void filters_narrow(void **state)
{
	static const struct {
		const char *client, *domain;
		int since;
		enum app_result result;
		uint64_t reports, messages, passed;
	} cases[] = {
		{ "", "", 100, APP_RESULT_ALL, 3, 26, 22 },
		{ "acme", "", 100, APP_RESULT_ALL, 2, 16, 15 },
		{ "unassigned", "", 100, APP_RESULT_ALL, 1, 10, 7 },
		{ "", "acme.example", 100, APP_RESULT_ALL, 2, 16, 15 },
		{ "", "ACME.Example.", 100, APP_RESULT_ALL, 2, 16, 15 },
		{ "", "news.acme.example", 100, APP_RESULT_ALL, 1, 5, 5 },
		{ "unassigned", "acme.example", 100, APP_RESULT_ALL, 0, 0, 0 },
		{ "", "", 2, APP_RESULT_ALL, 1, 5, 5 },
		{ "", "", 100, APP_RESULT_FAIL, 2, 4, 0 },
		{ "", "", 100, APP_RESULT_PASS, 3, 22, 22 },
	};
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_overview v;
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", 3, 10, 1 });
	plant(b, &(struct planted){ "news.acme.example", NULL, "192.0.2.1", 2, 5, 0 });
	plant(b, &(struct planted){ "other.example", NULL, "192.0.2.2", 40, 7, 3 });
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct app_filter f = app_filter_all();
		f.client = sv_from(cases[i].client);
		f.domain = sv_from(cases[i].domain);
		f.day_from = TODAY - cases[i].since;
		f.result = cases[i].result;
		v = overview(b, &f);
		assert_int_equal(v.total.messages, cases[i].messages);
		assert_int_equal(v.total.passed, cases[i].passed);
		assert_int_equal(v.total.reports, cases[i].reports);
	}
	struct app_filter f = app_filter_all();
	f.client = SV("nobody");
	assert_false(app_overview(&b->app,
				  &(struct app_overview_options){ &f, 10, false },
				  b->arena, &v, &err));
	assert_int_equal(err.code, ERR_NO_INPUT);
	f = app_filter_all();
	f.domain = SV("unheard.example");
	assert_false(app_overview(&b->app,
				  &(struct app_overview_options){ &f, 10, false },
				  b->arena, &v, &err));
	assert_int_equal(err.code, ERR_NO_INPUT);
}

static void shows_a_domain(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_domain d;
	struct app_filter f = app_filter_all();
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", 5, 10, 1 });
	plant(b, &(struct planted){ "acme.example", "Shop.acme.example", "192.0.2.9", 2,
				    4, 0 });
	plant(b, &(struct planted){ "news.acme.example", NULL, "192.0.2.1", 2, 5, 0 });
	must(app_domain_show(&b->app, &f, SV("Acme.example"), 0, b->arena, &d, &err),
	     &err);
	assert_true(sv_eq(d.line.client, SV("Acme")));
	assert_int_equal(d.line.f.messages, 20);
	assert_int_equal(d.day_n, 4); /* from the first to the last, without gaps */
	assert_int_equal(d.day[0].messages, 11);
	assert_int_equal(d.day[1].messages, 0);
	assert_int_equal(d.day[3].messages, 9);
	assert_int_equal(d.source_n, 2);
	assert_int_equal(d.reporter_n, 1);
	assert_int_equal(d.reporter[0].reports, 3);
	assert_int_equal(d.policy_domain_n, 2);
	assert_int_equal(d.author_n, 3);
	assert_true(sv_eq(d.author[2].name, SV("shop.acme.example")));
	assert_true(d.policy.found && sv_eq(d.policy.p, SV("none")));
	assert_int_equal(d.records.n, 3);
}

static void lists_and_shows_reports(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_reports_query q = { .filter = app_filter_all(), .limit = 1 };
	struct app_report r;
	struct app_row row;
	uint64_t all;
	plant(b, &(struct planted){ "a.example", NULL, "192.0.2.1", 5, 10, 1 });
	plant(b, &(struct planted){ "a.example", NULL, "192.0.2.2", 2, 4, 0 });
	struct app_reports *p = app_reports_open(&b->app, &q, &all, &err);
	must(p != NULL, &err);
	assert_int_equal(all, 2);
	assert_true(app_reports_next(p, &r, &err));
	assert_int_equal(r.first_day, TODAY - 2); /* the newest */
	assert_int_equal(strlen(r.id), 12);
	assert_false(app_reports_next(p, &r, &err));
	assert_int_equal(err.code, ERR_NONE);
	app_reports_free(&p);

	struct app_report_view *v = app_report_open(&b->app, SV("0200"), &err);
	must(v != NULL, &err);
	assert_true(app_report_next_row(v, &row, &err));
	assert_int_equal(row.messages, 4);
	assert_true(row.passed);
	assert_true(sv_eq(row.facet.header_from, SV("a.example")));
	assert_true(app_report_next_row(v, &row, &err));
	assert_false(app_report_next_row(v, &row, &err));
	assert_int_equal(err.code, ERR_NONE);
	app_report_free(&v);

	static const struct {
		const char *id;
		enum err_code code;
	} cases[] = { { "ffff", ERR_NO_INPUT },
		      { "02", ERR_USAGE },
		      { "xyz0", ERR_USAGE } };
	for (size_t i = 0; i < 3; i++) {
		assert_null(app_report_open(&b->app, sv_from(cases[i].id), &err));
		assert_int_equal(err.code, cases[i].code);
	}
}

/* --- clients and domains --- */

static void adding_takes_over(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_domain_added d;
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "x.late.example", NULL, "192.0.2.1", 3, 10, 1 });
	assert_int_equal(overview(b, NULL).unassigned.messages, 11);
	must(app_domain_add(&b->app, SV("Late.example"), SV("acme"), APP_PARKED, b->arena,
			    &d, &err),
	     &err);
	assert_false(d.again);
	assert_int_equal(d.line.f.messages, 11);
	assert_int_equal(d.records.n, 5);
	struct app_overview v = overview(b, NULL);
	assert_int_equal(v.unassigned.messages, 0);
	assert_int_equal(v.client[0].f.messages, 11);
	assert_int_equal(v.total.messages, 11);
}

static void refuses_what_cannot_be_added(void **state)
{
	static const struct {
		const char *name, *domain, *raw;
	} cases[] = {
		{ "", "b.example", "" },           { "acme", "b.example", "" },
		{ "Unassigned", "b.example", "" }, { "B", "acme.example", "" },
		{ "B", "not a domain", "" },       { "B", "b.example", "nobody" },
		{ "a\nb", "b.example", "" },
	};
	struct bench *b = *state;
	add_client(b, "Acme", "acme.example");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };
		struct sv d = sv_from(cases[i].domain);
		struct app_client_new in = { .name = sv_from(cases[i].name),
					     .raw = sv_from(cases[i].raw),
					     .sending = &d,
					     .sending_n = 1 };
		struct app_client_added out;
		assert_false(app_client_add(&b->app, &in, b->arena, &out, &err));
		assert_int_equal(err.code, ERR_USAGE);
	}
	struct app_filter f = app_filter_all();
	struct app_client *list;
	struct err err = { 0 };
	size_t n;
	must(app_clients(&b->app, &f, b->arena, &list, &n, &err), &err);
	assert_int_equal(n, 1); /* what failed left nothing behind */
}

static void needs_an_address(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct sv d = SV("acme.example");
	struct app_client_new in = { .name = SV("Acme"), .sending = &d, .sending_n = 1 };
	struct app_client_added out;
	b->app.reports_address = SV("");
	assert_false(app_client_add(&b->app, &in, b->arena, &out, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(access(b->db, F_OK), -1);
	in.raw = SV("acme@msp.example");
	must(app_client_add(&b->app, &in, b->arena, &out, &err), &err);
	assert_true(sv_eq(out.domain[0].address, SV("acme@msp.example")));
}

static void retired_ones_keep_their_history(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_client c;
	struct app_domain_line l;
	struct app_domain_added d;
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", 3, 10, 1 });
	must(app_domain_retire(&b->app, SV("acme.example"), b->arena, &l, &err), &err);
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", 2, 5, 0 });
	assert_int_equal(overview(b, NULL).client[0].f.messages, 16);
	assert_false(app_domain_retire(&b->app, SV("acme.example"), b->arena, &l, &err));
	must(app_domain_add(&b->app, SV("acme.example"), SV("Acme"), APP_SENDING,
			    b->arena, &d, &err),
	     &err);
	assert_true(d.again);
	must(app_client_retire(&b->app, SV("acme"), b->arena, &c, &err), &err);
	struct app_overview v = overview(b, NULL);
	assert_true(v.client[0].retired && v.domain[0].retired);
	assert_int_equal(v.client[0].f.messages, 16);
	assert_int_equal(v.finding_n, 0); /* no findings for what is retired */
	assert_false(app_domain_add(&b->app, SV("b.example"), SV("Acme"), APP_SENDING,
				    b->arena, &d, &err));
}

/* --- what nobody owns --- */

static void refusing_uncounts_and_adding_counts_again(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_refusal r;
	struct app_domain_line *list;
	struct app_filter f = app_filter_all();
	struct app_domain_added d;
	size_t n;
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "spam.example", NULL, "192.0.2.1", 3, 10, 1 });
	plant(b, &(struct planted){ "fine.example", NULL, "192.0.2.1", 3, 2, 0 });
	must(app_unassigned_refuse(&b->app, SV("Spam.example"), b->arena, &r, &err),
	     &err);
	assert_int_equal(r.reports, 1);
	assert_true(r.known && !r.already);
	assert_int_equal(overview(b, NULL).total.messages, 2);
	expect_sound(b);
	must(app_unassigned(&b->app, &f, b->arena, &list, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_true(list[1].refused && sv_eq(list[1].name, SV("spam.example")));
	assert_false(
		app_unassigned_refuse(&b->app, SV("x.acme.example"), b->arena, &r, &err));
	must(app_domain_add(&b->app, SV("spam.example"), SV("Acme"), APP_SENDING,
			    b->arena, &d, &err),
	     &err);
	assert_int_equal(d.line.f.messages, 11);
	assert_int_equal(overview(b, NULL).total.messages, 13);
	expect_sound(b);
}

static void upkeep_removes_the_oldest(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_upkeep u;
	add_client(b, "Acme", "acme.example");
	plant(b, &(struct planted){ "old.example", NULL, "192.0.2.1", 91, 10, 1 });
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", 91, 100, 0 });
	plant(b, &(struct planted){ "old.example", NULL, "192.0.2.1", 90, 5, 0 });
	plant(b, &(struct planted){ "new.example", NULL, "192.0.2.1", 1, 2, 0 });
	must(app_unassigned_upkeep(&b->app, &u, &err), &err);
	assert_int_equal(u.old, 1);
	assert_int_equal(u.over, 0);
	assert_int_equal(overview(b, NULL).total.messages, 107);
	must(app_unassigned_upkeep(&b->app, &u, &err), &err);
	assert_int_equal(u.old, 0); /* nothing is due */
	b->app.now += 1;
	must(app_unassigned_upkeep(&b->app, &u, &err), &err);
	assert_int_equal(u.old, 1); /* the next one is, by a second */
	assert_int_equal(overview(b, NULL).total.messages, 102);
	b->app.unassigned_max = 0;
	must(app_unassigned_upkeep(&b->app, &u, &err), &err);
	assert_int_equal(u.over, 1);
	assert_int_equal(u.left, 0);
	assert_int_equal(overview(b, NULL).total.messages, 100);
	expect_sound(b);
}

/* --- what stands out --- */

static bool has(const struct app_overview *v, enum finding_code code, const char *domain)
{
	for (size_t i = 0; i < v->finding_n; i++)
		if (v->finding[i].f.code == code &&
		    sv_eq(v->finding[i].f.domain, sv_from(domain)))
			return true;
	return false;
}

static void finds_what_stands_out(void **state)
{
	struct bench *b = *state;
	struct err err = { 0 };
	struct app_domain_added d;
	add_client(b, "Acme", "acme.example");
	must(app_domain_add(&b->app, SV("parked.example"), SV("Acme"), APP_PARKED,
			    b->arena, &d, &err),
	     &err);
	must(app_domain_add(&b->app, SV("quiet.example"), SV("Acme"), APP_SENDING,
			    b->arena, &d, &err),
	     &err);
	must(app_domain_add(&b->app, SV("good.example"), SV("Acme"), APP_SENDING,
			    b->arena, &d, &err),
	     &err);
	for (int ago = 40; ago > 1; ago--) {
		bool spike = ago == 5;
		plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.1", ago, 50,
					    spike ? 4000 : 1 });
		plant(b,
		      &(struct planted){ "good.example", NULL, "192.0.2.3", ago, 30, 0 });
	}
	plant(b, &(struct planted){ "acme.example", NULL, "192.0.2.77", 3, 200, 0 });
	plant(b, &(struct planted){ "parked.example", NULL, "192.0.2.66", 3, 0, 9 });
	plant(b, &(struct planted){ "else.example", NULL, "192.0.2.66", 3, 0, 9 });
	struct app_overview v = overview(b, NULL);
	assert_true(has(&v, FINDING_SPIKE, "acme.example"));
	assert_true(has(&v, FINDING_PARKED_MAIL, "parked.example"));
	assert_true(has(&v, FINDING_READY, "good.example"));
	assert_false(has(&v, FINDING_READY, "acme.example"));
	assert_false(has(&v, FINDING_SPIKE, "good.example"));
	assert_false(has(&v, FINDING_NEW_SENDER, "good.example"));
	assert_false(has(&v, FINDING_REPORTER_SILENT, "good.example"));
	assert_false(has(&v, FINDING_NO_REPORTS, "quiet.example"));
	b->app.now += INT64_C(10) * DATE_DAY_SECONDS;
	v = overview(b, NULL);
	assert_true(has(&v, FINDING_NO_REPORTS, "quiet.example"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_where_there_is_no_database),
		TEST(totals_hold_what_nobody_owns),
		TEST(filters_narrow),
		TEST(shows_a_domain),
		TEST(lists_and_shows_reports),
		TEST(adding_takes_over),
		TEST(refuses_what_cannot_be_added),
		TEST(needs_an_address),
		TEST(retired_ones_keep_their_history),
		TEST(refusing_uncounts_and_adding_counts_again),
		TEST(upkeep_removes_the_oldest),
		TEST(finds_what_stands_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
