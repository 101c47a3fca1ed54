/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/tls_test.h"

static const struct report_extra extras[] = {
	{ SV_INIT("summary/note"), SV_INIT("x") },
	{ SV_INIT("n"), { NULL, 0 } },
};

static const struct sv lines[] = { SV_INIT("version: STSv1"), SV_INIT("mode: none") };
static const struct sv hosts[] = { SV_INIT("*.example.com") };

static const struct tls_meta metas[] = {
	{ .has_begin = false },
	{ .org = SV_INIT("Reporter"),
	  .report_id = SV_INIT(""),
	  .begin = 0,
	  .has_begin = true },
	{ .org = SV_INIT("Ren\xc3\xa9"),
	  .contact = SV_INIT("tls@reporter.example"),
	  .report_id = SV_INIT("1"),
	  .begin = INT64_C(1795478400),
	  .end = INT64_C(253402300800),
	  .has_begin = true,
	  .has_end = true,
	  .extra = extras,
	  .extra_n = 2 },
};

static const struct tls_policy policies[] = {
	{ .type = TLS_POLICY_STS, .type_text = SV_INIT("sts") },
	{ .type = TLS_POLICY_OTHER, .type_text = SV_INIT("Magic"), .failed = 1 },
	{ .type = TLS_POLICY_STS,
	  .type_text = SV_INIT("sts"),
	  .domain = SV_INIT("example.com"),
	  .strings = lines,
	  .strings_n = 2,
	  .mx = hosts,
	  .mx_n = 1,
	  .succeeded = LIMIT_MESSAGES - 5,
	  .failed = 5,
	  .extra = extras,
	  .extra_n = 2 },
};

static const struct tls_failure failures[] = {
	{ .result = TLS_RESULT_DANE_REQUIRED, .result_text = SV_INIT("dane-required") },
	{ .result = TLS_RESULT_OTHER,
	  .result_text = SV_INIT("Moon-Phase"),
	  .sending_text = SV_INIT("mta"),
	  .receiving_text = SV_INIT("") },
	{ .result = TLS_RESULT_CERTIFICATE_EXPIRED,
	  .result_text = SV_INIT("certificate-expired"),
	  .sending = { ADDR_V4, { 192, 0, 2, 1 } },
	  .receiving = { ADDR_V6, { 0x20, 1, 0xd, 0xb8 } },
	  .mx = SV_INIT("mx.example.com"),
	  .helo = SV_INIT("mx"),
	  .info = SV_INIT("https://reporter.example/"),
	  .reason = SV_INIT("expired"),
	  .sessions = LIMIT_MESSAGES,
	  .extra = extras,
	  .extra_n = 2 },
};

/* Says what the bytes decode to; false where they do not. */
static bool decode(struct sv bytes, bool meta, struct buf *said)
{
	struct arena *a = arena_new();
	struct tls_meta m;
	struct tls_part part;
	bool ok = meta ? tls_meta_decode(bytes, a, &m) : tls_part_decode(bytes, a, &part);
	buf_clear(said);
	if (ok && meta)
		say_meta(said, &m);
	else if (ok && part.kind == TLS_PART_POLICY)
		say_policy(said, &part.policy);
	else if (ok)
		say_failure(said, &part.failure);
	arena_free(&a);
	return ok;
}

/* What was encoded decodes to the same, and no shorter and no longer bytes do. */
static void check(struct sv bytes, bool meta, const struct buf *want)
{
	struct buf said;
	buf_init(&said, 1 << 20);
	assert_true(decode(bytes, meta, &said));
	assert_string_equal(buf_str(&said), buf_str(want));
	char *copy = heap_array(bytes.n + 1, 1);
	memcpy(copy, bytes.p, bytes.n);
	assert_false(decode((struct sv){ copy, bytes.n + 1 }, meta, &said));
	free(copy);
	for (size_t n = 0; n < bytes.n; n++) {
		copy = heap_array(n ? n : 1, 1);
		memcpy(copy, bytes.p, n);
		assert_false(decode((struct sv){ copy, n }, meta, &said));
		free(copy);
	}
	buf_deinit(&said);
}

static void test_round(void **state)
{
	(void)state;
	struct buf bytes, want;
	buf_init(&bytes, 1 << 20);
	buf_init(&want, 1 << 20);
	for (size_t i = 0; i < 9; i++) {
		buf_clear(&bytes);
		buf_clear(&want);
		if (i < 3) {
			assert_true(tls_meta_encode(&metas[i], &bytes));
			say_meta(&want, &metas[i]);
		} else if (i < 6) {
			assert_true(tls_policy_encode(&policies[i - 3], &bytes));
			say_policy(&want, &policies[i - 3]);
		} else {
			assert_true(tls_failure_encode(&failures[i - 6], &bytes));
			say_failure(&want, &failures[i - 6]);
		}
		check(buf_sv(&bytes), i < 3, &want);
	}
	buf_deinit(&bytes);
	buf_deinit(&want);
}

/* What encoding would never write. */
static void test_strict(void **state)
{
	(void)state;
	static const struct {
		bool meta;
		struct sv bytes;
		bool good;
	} cases[] = {
		{ true, SV_INIT("\1\0\0\0\0\0"), true },
		{ true, SV_INIT("\2\0\0\0\0\0"), false },     /* form */
		{ true, SV_INIT("\1\4\0\0\0\0"), false },     /* flags */
		{ true, SV_INIT("\1\0\x80\0\0\0\0"), false }, /* a long zero */
		{ true, SV_INIT("\1\0\2\n\0\0\0"), false },   /* a control character */
		{ true, SV_INIT("\1\0\2\x7f\0\0\0"), false },
		{ true, SV_INIT("\1\0\2\xff\0\0\0"), false }, /* no UTF-8 */
		{ true, SV_INIT("\1\0\2a\0\0\0"), true },
		{ true, SV_INIT("\1\0\0\0\0\1\2a\0"), true },
		{ true, SV_INIT("\1\0\0\0\0\1\0\0"),
		  false }, /* a name that is not there */
		{ true, SV_INIT("\1\0\0\0\0\1\2a\2\1"), false },
		/* 10000-01-01, and a second later. */
		{ true, SV_INIT("\1\1\x80\x83\xd1\xff\xaf\x07\0\0\0\0"), true },
		{ true, SV_INIT("\1\1\x81\x83\xd1\xff\xaf\x07\0\0\0\0"), false },
		{ false, SV_INIT("\1\1\2\0\0\0\0\0\0"), true },
		{ false, SV_INIT("\1\3\2\0\0\0\0\0\0"), false }, /* kind */
		{ false, SV_INIT("\1\1\4\0\0\0\0\0\0"), false }, /* policy type */
		{ false, SV_INIT("\1\1\0\4sts\0\0\0\0\0\0"),
		  false }, /* a word of the RFC */
		{ false, SV_INIT("\1\1\0\4STS\0\0\0\0\0\0"), true },
		{ false, SV_INIT("\1\1\2\0\1\0\0\0\0\0"),
		  false }, /* a line that is none */
		{ false, SV_INIT("\1\1\2\0\1\1\0\0\0\0"), true },
		/* 2^40 sessions, one more, and one more together. */
		{ false, SV_INIT("\1\1\2\0\0\0\x80\x80\x80\x80\x80\x20\0\0"), true },
		{ false, SV_INIT("\1\1\2\0\0\0\x81\x80\x80\x80\x80\x20\0\0"), false },
		{ false, SV_INIT("\1\1\2\0\0\0\x80\x80\x80\x80\x80\x20\1\0"), false },
		{ false, SV_INIT("\1\2\1\0\0\0\0\0\0\0\0\0\0"), true },
		{ false, SV_INIT("\1\2\x0c\0\0\0\0\0\0\0\0\0\0"), false }, /* result */
		{ false, SV_INIT("\1\2\0\x0dtlsa-invalid\0\0\0\0\0\0\0\0\0\0"), false },
		{ false, SV_INIT("\1\2\1\4\xc0\0\2\1\0\0\0\0\0\0\0\0"), true },
		{ false, SV_INIT("\1\2\1\5\xc0\0\2\1\0\0\0\0\0\0\0\0"),
		  false }, /* family */
		/* An IPv4 address in IPv6 clothes. */
		{ false,
		  SV_INIT("\1\2\1\6\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1\0\0\0\0\0\0\0"
			  "\0"),
		  false },
		{ false,
		  SV_INIT("\1\2\1\6\0\0\0\0\0\0\0\0\0\1\xff\xff\xc0\0\2\1\0\0\0\0\0\0\0"
			  "\0"),
		  true },
	};
	struct buf said;
	buf_init(&said, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (decode(cases[i].bytes, cases[i].meta, &said) != cases[i].good)
			fail_msg("case %zu", i);
	buf_deinit(&said);
}

/* Lines, extras and bytes up to their caps, and one more. */
static void test_caps(void **state)
{
	(void)state;
	struct sv *many = heap_array(LIMIT_TLS_LINES + 1, sizeof(*many));
	char *text = heap_array(LIMIT_VALUE + 1, 1);
	struct buf bytes, said;
	buf_init(&bytes, 8 << 20);
	buf_init(&said, 8 << 20);
	memset(text, 'a', LIMIT_VALUE + 1);
	for (size_t i = 0; i <= LIMIT_TLS_LINES; i++)
		many[i] = (struct sv){ text, 1 };
	struct tls_policy p = { .strings = many, .strings_n = LIMIT_TLS_LINES };
	assert_true(tls_policy_encode(&p, &bytes));
	assert_true(decode(buf_sv(&bytes), false, &said));
	buf_clear(&bytes);
	p.strings_n++;
	assert_true(tls_policy_encode(&p, &bytes));
	assert_false(decode(buf_sv(&bytes), false, &said));
	for (size_t more = 0; more < 2; more++) {
		struct tls_failure f = { .reason = { text, LIMIT_VALUE + more } };
		buf_clear(&bytes);
		assert_true(tls_failure_encode(&f, &bytes));
		assert_int_equal(decode(buf_sv(&bytes), false, &said), more == 0);
	}
	for (size_t i = 0; i <= LIMIT_TLS_LINES; i++)
		many[i].n = LIMIT_TLS_PART / LIMIT_TLS_LINES;
	buf_clear(&bytes);
	assert_false(tls_policy_encode(&p, &bytes));
	buf_deinit(&bytes);
	buf_deinit(&said);
	free(many);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_caps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
