/* SPDX-License-Identifier: Apache-2.0 */
/* Facets, metas and repairs as bytes: there and back, and nothing but that. */
#include "report/report_test.h"
#include "report/words.h"

struct codec {
	struct buf one, two;
	struct arena *arena;
};

static int set_up(void **state)
{
	struct codec *c = calloc(1, sizeof(*c));
	assert_non_null(c);
	buf_init(&c->one, 1 << 20);
	buf_init(&c->two, 1 << 20);
	c->arena = arena_new();
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct codec *c = *state;
	buf_deinit(&c->one);
	buf_deinit(&c->two);
	arena_free(&c->arena);
	free(c);
	return 0;
}

static const struct report_reason reasons[] = {
	{ SV_INIT("local_policy"), SV_INIT("arc=pass") },
	{ SV_INIT("whitelist"), { NULL, 0 } },
	{ { NULL, 0 }, SV_INIT("") },
};
static const struct report_auth dkim[] = {
	{ SV_INIT("a.example"),
	  SV_INIT("s1"),
	  { NULL, 0 },
	  SV_INIT("pass"),
	  SV_INIT("2048") },
	{ SV_INIT(""), { NULL, 0 }, { NULL, 0 }, SV_INIT(""), { NULL, 0 } },
	{ { NULL, 0 }, SV_INIT(""), { NULL, 0 }, SV_INIT("invalid"), SV_INIT("") },
};
static const struct report_auth spf[] = {
	{ SV_INIT("m.example"),
	  { NULL, 0 },
	  SV_INIT("mfrom"),
	  SV_INIT("softfail"),
	  { NULL, 0 } },
	{ SV_INIT("h.example"),
	  { NULL, 0 },
	  SV_INIT("pra"),
	  SV_INIT("none"),
	  SV_INIT("x") },
};
static const struct report_extra extra[] = {
	{ SV_INIT("a/b"), SV_INIT("1\0002") },
	{ SV_INIT("a@c"), SV_INIT("") },
};

static const struct report_facet full = {
	.disposition = SV_INIT("quarantine"),
	.dkim = SV_INIT("odd"),
	.spf = SV_INIT("pass"),
	.reason = reasons,
	.reason_n = 3,
	.header_from = SV_INIT("example.com"),
	.envelope_from = SV_INIT(""),
	.envelope_to = { NULL, 0 },
	.auth_dkim = dkim,
	.auth_dkim_n = 3,
	.auth_spf = spf,
	.auth_spf_n = 2,
	.extra = extra,
	.extra_n = 2,
	.source_text = SV_INIT("X.X.X.X"),
};

static void same(struct sv a, struct sv b)
{
	assert_true(sv_eq(a, b));
	assert_int_equal(a.p == NULL, b.p == NULL);
}

static void same_auth(const struct report_auth *a, const struct report_auth *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		same(a[i].domain, b[i].domain);
		same(a[i].selector, b[i].selector);
		same(a[i].scope, b[i].scope);
		same(a[i].result, b[i].result);
		same(a[i].human_result, b[i].human_result);
	}
}

static void test_there_and_back(void **state)
{
	struct codec *c = *state;
	struct report_facet f;
	assert_true(report_facet_encode(&full, &c->one));
	assert_true(report_facet_decode(buf_sv(&c->one), c->arena, &f));
	same(f.disposition, full.disposition);
	same(f.dkim, full.dkim);
	same(f.spf, full.spf);
	same(f.header_from, full.header_from);
	same(f.envelope_from, full.envelope_from);
	same(f.envelope_to, full.envelope_to);
	same(f.source_text, full.source_text);
	assert_int_equal(f.reason_n, 3);
	for (size_t i = 0; i < 3; i++) {
		same(f.reason[i].type, reasons[i].type);
		same(f.reason[i].comment, reasons[i].comment);
	}
	assert_int_equal(f.auth_dkim_n, 3);
	same_auth(f.auth_dkim, dkim, 3);
	assert_int_equal(f.auth_spf_n, 2);
	same_auth(f.auth_spf, spf, 2);
	assert_int_equal(f.extra_n, 2);
	for (size_t i = 0; i < 2; i++) {
		same(f.extra[i].name, extra[i].name);
		same(f.extra[i].value, extra[i].value);
	}
	assert_true(report_facet_encode(&f, &c->two));
	assert_true(sv_eq(buf_sv(&c->one), buf_sv(&c->two)));
}

/* The bytes are stored: they may never change. */
static void test_stored_form(void **state)
{
	struct codec *c = *state;
	const struct report_auth one = { .domain = SV("d"),
					 .selector = SV("s"),
					 .result = SV("pass") };
	const struct report_auth two = { .domain = SV(""),
					 .scope = SV("helo"),
					 .result = SV("odd") };
	const struct report_facet f = {
		.dkim = SV("pass"),
		.spf = SV("x"),
		.disposition = SV("none"),
		.header_from = SV("h"),
		.auth_dkim = &one,
		.auth_dkim_n = 1,
		.auth_spf = &two,
		.auth_spf_n = 1,
	};
	static const char want[] = "\1\3\2\5"
				   "\1x"
				   "\2h"
				   "\0"
				   "\0"
				   "\0"
				   "\1"
				   "\2d\3\2s\0"
				   "\1"
				   "\1\2\3odd\16\0"
				   "\0"
				   "\0";
	assert_true(report_facet_encode(&f, &c->one));
	assert_int_equal(c->one.n, sizeof(want) - 1);
	assert_memory_equal(c->one.p, want, sizeof(want) - 1);
	const struct report_meta m = {
		.org = SV("o"), .has_end = true, .end = -3, .domain = SV("d"), .p = SV("")
	};
	static const char meta[] = "\1\2\5"
				   "\0\0\2o\0\0\0\0\0"
				   "\2d\0\0\1\0\0\0\0\0\0"
				   "\0";
	buf_clear(&c->one);
	assert_true(report_meta_encode(&m, &c->one));
	assert_int_equal(c->one.n, sizeof(meta) - 1);
	assert_memory_equal(c->one.p, meta, sizeof(meta) - 1);
}

static void test_passed(void **state)
{
	struct codec *c = *state;
	static const struct {
		struct sv dkim, spf;
		bool passed;
	} cases[] = {
		{ SV_INIT("pass"), SV_INIT("fail"), true },
		{ SV_INIT("fail"), SV_INIT("pass"), true },
		{ SV_INIT("pass"), SV_INIT("odd"), true },
		{ SV_INIT("fail"), SV_INIT("softfail"), false },
		{ SV_INIT("none"), SV_INIT(""), false },
		{ { NULL, 0 }, { NULL, 0 }, false },
		{ SV_INIT("passed"), SV_INIT("p"), false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct report_facet f = { .dkim = cases[i].dkim,
						.spf = cases[i].spf,
						.disposition = SV("pass") };
		buf_clear(&c->one);
		assert_true(report_facet_encode(&f, &c->one));
		assert_int_equal(report_facet_passed(buf_sv(&c->one)), cases[i].passed);
	}
	assert_false(report_facet_passed(SV("")));
	assert_false(report_facet_passed(SV("\1\3\3")));
	assert_false(report_facet_passed(SV("\2\3\3\5")));
}

/* Every other byte string is none, or one that encodes to itself. */
static void test_canonical(void **state)
{
	struct codec *c = *state;
	assert_true(report_facet_encode(&full, &c->one));
	for (size_t n = 0; n < c->one.n; n++) {
		struct report_facet f;
		arena_reset(c->arena);
		assert_false(
			report_facet_decode(sv_sub(buf_sv(&c->one), 0, n), c->arena, &f));
	}
	for (size_t i = 0; i < c->one.n; i++)
		for (unsigned v = 0; v < 256; v++) {
			struct report_facet f;
			char before = c->one.p[i];
			c->one.p[i] = (char)v;
			arena_reset(c->arena);
			buf_clear(&c->two);
			if (report_facet_decode(buf_sv(&c->one), c->arena, &f)) {
				assert_true(report_facet_encode(&f, &c->two));
				assert_true(sv_eq(buf_sv(&c->one), buf_sv(&c->two)));
			}
			c->one.p[i] = before;
		}
}

static void test_refused(void **state)
{
	struct codec *c = *state;
	static const struct sv cases[] = {
		SV_INIT("\2\0\0\0\0\0\0\0\0\0\0\0"),       /* another form */
		SV_INIT("\1\0\0\0\0\0\0\0\0\0\0\0\0"),     /* a byte too many */
		SV_INIT("\1\2\0\0\4pass\0\0\0\0\0\0\0\0"), /* a word spelt out */
		SV_INIT("\1\2\0\0\0\0\0\0\0\0\0\0\0"),     /* an empty word spelt out */
		SV_INIT("\1\77\0\0\0\0\0\0\0\0\0\0"),      /* a number that is no word */
		SV_INIT("\1\0\0\0\200\0\0\0\0\0\0\0\0"),   /* a length in two bytes */
		SV_INIT("\1\2\0\0\203\0odd\0\0\0\0\0\0\0\0"),
		SV_INIT("\1\0\0\0\0\0\0\177\0\0\0\0"), /* more reasons than bytes */
	};
	struct report_facet f;
	assert_true(report_facet_decode(SV("\1\0\0\0\0\0\0\0\0\0\0\0"), c->arena, &f));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (report_facet_decode(cases[i], c->arena, &f))
			fail_msg("case %zu", i);
}

static void test_facet_caps(void **state)
{
	struct codec *c = *state;
	struct report_auth many[LIMIT_DKIM + 1] = { 0 };
	struct report_facet f = { .auth_dkim = many, .auth_dkim_n = LIMIT_DKIM };
	assert_true(report_facet_encode(&f, &c->one));
	assert_true(report_facet_decode(buf_sv(&c->one), c->arena, &f));
	f.auth_dkim = many;
	f.auth_dkim_n++;
	assert_false(report_facet_encode(&f, &c->one));
	static char text[LIMIT_FACET];
	for (unsigned over = 0; over < 2; over++) {
		/* 11 other bytes, and 3 for the length. */
		const struct report_facet g = { .source_text = { text, LIMIT_FACET - 14 +
									       over } };
		buf_clear(&c->one);
		assert_int_equal(report_facet_encode(&g, &c->one), !over);
		assert_int_equal(report_facet_decode(buf_sv(&c->one), c->arena, &f),
				 !over);
	}
}

static void test_meta(void **state)
{
	struct codec *c = *state;
	const struct report_meta m = {
		.xmlns = SV("x"),
		.version = SV("1.0"),
		.org = SV("o"),
		.email = SV("e"),
		.contact = SV("c"),
		.report_id = SV("i"),
		.generator = SV("g"),
		.error = SV("a\nb"),
		.begin = INT64_MIN,
		.end = INT64_MAX,
		.has_begin = true,
		.has_end = true,
		.domain = SV("d"),
		.adkim = SV("r"),
		.aspf = SV("s"),
		.p = SV("none"),
		.sp = SV(""),
		.np = SV("reject"),
		.pct = SV("100"),
		.fo = SV("1"),
		.testing = SV("y"),
		.discovery_method = SV("psl"),
		.extra = extra,
		.extra_n = 2,
	};
	struct report_meta d;
	assert_true(report_meta_encode(&m, &c->one));
	assert_true(report_meta_decode(buf_sv(&c->one), c->arena, &d));
	assert_true(d.begin == INT64_MIN && d.end == INT64_MAX);
	assert_true(sv_eq(d.error, m.error) && sv_eq(d.discovery_method, SV("psl")));
	assert_true(d.sp.p && d.sp.n == 0);
	assert_int_equal(d.extra_n, 2);
	assert_true(report_meta_encode(&d, &c->two));
	assert_true(sv_eq(buf_sv(&c->one), buf_sv(&c->two)));
	for (size_t n = 0; n < c->one.n; n++)
		assert_false(
			report_meta_decode(sv_sub(buf_sv(&c->one), 0, n), c->arena, &d));
	buf_add_char(&c->one, '\0');
	assert_false(report_meta_decode(buf_sv(&c->one), c->arena, &d));
}

static void test_repairs(void **state)
{
	struct codec *c = *state;
	char text[REPAIR_WHERE + 1] = { 0 };
	const struct repair r = { REPAIR_COUNT_HUGE,
				  UINT32_MAX,
				  { text, REPAIR_WHERE },
				  { text, REPAIR_FOUND } };
	struct repair d;
	assert_true(repair_encode(&r, &c->one));
	assert_true(repair_encode(&r, &c->one));
	struct sv bytes = buf_sv(&c->one);
	assert_true(repair_take(&bytes, &d));
	assert_int_equal(d.code, REPAIR_COUNT_HUGE);
	assert_int_equal(d.times, UINT32_MAX);
	assert_int_equal(d.where.n, REPAIR_WHERE);
	assert_int_equal(d.found.n, REPAIR_FOUND);
	assert_true(repair_take(&bytes, &d));
	assert_int_equal(bytes.n, 0);
	assert_false(repair_take(&bytes, &d));
	static const struct sv bad[] = {
		SV_INIT("\0\1\0\0"),
		SV_INIT("\177\1\0\0"),
		SV_INIT("\1\0\0\0"),
		SV_INIT("\1\1\1"),
		SV_INIT("\1\1\0\1"),
		SV_INIT("\1\377\377\377\377\177\0\0"), /* more often than 32 bits */
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bytes = bad[i];
		assert_false(repair_take(&bytes, &d));
		assert_ptr_equal(bytes.p, bad[i].p);
	}
	struct repair big = r;
	big.where.n++;
	buf_clear(&c->one);
	assert_true(repair_encode(&big, &c->one));
	bytes = buf_sv(&c->one);
	assert_false(repair_take(&bytes, &d));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_there_and_back), TEST(test_stored_form), TEST(test_passed),
		TEST(test_canonical),      TEST(test_refused),     TEST(test_facet_caps),
		TEST(test_meta),           TEST(test_repairs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
