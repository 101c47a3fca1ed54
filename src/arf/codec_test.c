/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_test.h"

#define NAME_63 "a23456789-123456789-123456789-123456789-123456789-123456789-123"
#define NAME_253 \
	NAME_63 "." NAME_63 "." NAME_63 "." \
		"b23456789-123456789-123456789-123456789-123456789-123456789-1"

/* Every field at its longest. */
static struct arf_report fullest(void)
{
	struct sv name = SV(NAME_253);
	struct arf_report r = {
		.feedback = ARF_FEEDBACK_OTHER,
		.delivery = ARF_DELIVERY_OTHER,
		.auth_failures = 0x1fe,
		.alignment = 7,
		.spf_aligned = ARF_YES,
		.dkim_aligned = ARF_YES,
		.agent = ARF_AGENT_MAILRU,
		.agent_version = SV_INIT("100.200.300.400"),
		.text_only = true,
		.null_sender = true,
		.policy_domain = name,
		.header_from = name,
		.dkim_domain = name,
		.dkim_selector = name,
		.dkim_identity = name,
		.mail_from = name,
		.helo = name,
		.spf_record = name,
		.reporting_mta = name,
		.reporter = name,
		.source = { ADDR_V6, { 0x20, 1, 0xd, 0xb8 } },
		.has_arrival = true,
		.arrival = 253402300799,
		.incidents = LIMIT_MESSAGES,
		.repairs = UINT32_MAX,
		.reported_n = ARF_REPORTED_MAX,
		.result_n = ARF_RESULTS_MAX,
	};
	for (size_t i = 0; i < ARF_REPORTED_MAX; i++)
		r.reported[i] = name;
	for (size_t i = 0; i < ARF_RESULTS_MAX; i++)
		r.result[i] = (struct arf_result){ .method = ARF_SPF,
						   .result = ARF_RESULT_OTHER,
						   .scope = ARF_SCOPE_HELO,
						   .sample = true,
						   .domain = name,
						   .selector = name };
	return r;
}

static void test_fullest(void **state)
{
	(void)state;
	struct arf_report r = fullest();
	assert_int_equal(r.policy_domain.n, ARF_NAME_MAX);
	check_codec(&r);
}

static struct arf_report plain(void)
{
	return (struct arf_report){
		.feedback = ARF_FEEDBACK_AUTH_FAILURE,
		.policy_domain = SV("shop.example"),
		.incidents = 1,
		.source = { ADDR_V4, { 192, 0, 2, 7 } },
		.reported = { SV_INIT("shop.example") },
		.reported_n = 1,
		.result = { { .method = ARF_DKIM,
			      .result = ARF_FAIL,
			      .domain = SV_INIT("shop.example"),
			      .selector = SV_INIT("k1") } },
		.result_n = 1,
	};
}

static bool survives(const struct arf_report *r)
{
	struct buf b;
	struct arf_report out;
	buf_init(&b, 1 << 20);
	assert_true(arf_encode(r, &b));
	bool good = arf_decode(buf_sv(&b), &out);
	buf_deinit(&b);
	return good;
}

#define REFUSED(member, value) \
	do { \
		struct arf_report r = plain(); \
		assert_true(survives(&r)); \
		r.member = (value); \
		if (survives(&r)) \
			fail_msg("let through: " #member " = " #value); \
	} while (0)

static void test_values(void **state)
{
	(void)state;
	REFUSED(feedback, 0);
	REFUSED(feedback, ARF_FEEDBACK_OTHER + 1);
	REFUSED(delivery, ARF_DELIVERY_OTHER + 1);
	REFUSED(auth_failures, 1);
	REFUSED(auth_failures, ARF_BIT(ARF_AUTH_OTHER + 1));
	REFUSED(alignment, 8);
	REFUSED(spf_aligned, ARF_YES + 1);
	REFUSED(dkim_aligned, ARF_YES + 1);
	REFUSED(agent, ARF_AGENT_MAILRU + 1);
	REFUSED(arrival, 5); /* without its flag */
	REFUSED(incidents, 0);
	REFUSED(incidents, LIMIT_MESSAGES + 1);
	REFUSED(source.kind, 5);
	REFUSED(result[0].method, 0);
	REFUSED(result[0].method, ARF_ARC + 1);
	REFUSED(result[0].result, ARF_RESULT_OTHER + 1);
	REFUSED(result[0].scope, ARF_SCOPE_MAILFROM); /* of DKIM */
	REFUSED(policy_domain, SV(""));
	REFUSED(reported[0], SV(""));
	REFUSED(agent_version, SV("1.2.3.4.5"));
	REFUSED(agent_version, SV("1234"));
	REFUSED(agent_version, SV("1."));
	struct arf_report r = plain();
	r.has_arrival = true;
	r.arrival = 253402300800;
	assert_false(survives(&r));
	r.arrival = -1;
	assert_false(survives(&r));
	r = plain();
	r.source = (struct addr){ ADDR_V6, { [10] = 0xff, [11] = 0xff, [12] = 192 } };
	assert_false(survives(&r));
}

static void test_names(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"shop",        "Shop.example",      "shop.example.",     ".example",
		"a..example",  "jane@shop.example", "-a.example",        "a-.example",
		"a b.example", "192.0.2.7",         "shop.7x",           "shop.x",
		NAME_253 "c",  NAME_63 "4.example", "b\xc3\xbc.example",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		REFUSED(policy_domain, sv_from(bad[i]));
		REFUSED(header_from, sv_from(bad[i]));
		REFUSED(reporter, sv_from(bad[i]));
		REFUSED(reported[0], sv_from(bad[i]));
		REFUSED(result[0].domain, sv_from(bad[i]));
	}
	static const char *const selectors[] = { "K1",  "a b", "jane@shop",
						 "k1.", "k=1", NAME_253 "c" };
	for (size_t i = 0; i < sizeof(selectors) / sizeof(*selectors); i++) {
		REFUSED(dkim_selector, sv_from(selectors[i]));
		REFUSED(result[0].selector, sv_from(selectors[i]));
	}
}

/* Cut anywhere, with a byte too many, or in a longer form of a number: refused. Any byte
 * changed: refused, or another report in its canonical form. */
static void test_bytes(void **state)
{
	(void)state;
	struct arf_report r = plain(), out;
	struct buf b, again;
	buf_init(&b, 1 << 20);
	buf_init(&again, 1 << 20);
	assert_true(arf_encode(&r, &b));
	for (size_t n = 0; n < b.n; n++)
		assert_false(arf_decode(sv_sub(buf_sv(&b), 0, n), &out));
	for (size_t i = 0; i < b.n; i++) {
		char old = b.p[i];
		for (int c = 0; c < 256; c++) {
			b.p[i] = (char)c;
			buf_clear(&again);
			if (!arf_decode(buf_sv(&b), &out))
				continue;
			assert_true(arf_encode(&out, &again));
			assert_true(sv_eq(buf_sv(&b), buf_sv(&again)));
		}
		b.p[i] = old;
	}
	buf_clear(&again);
	buf_add(&again, "\x81\x00", 2); /* the version, in two bytes */
	buf_add_sv(&again, sv_sub(buf_sv(&b), 1, b.n));
	assert_false(arf_decode(buf_sv(&again), &out));
	buf_add_char(&b, '\0');
	assert_false(arf_decode(buf_sv(&b), &out));
	buf_deinit(&b);
	buf_deinit(&again);
}

static void test_too_small(void **state)
{
	(void)state;
	struct arf_report r = plain();
	struct buf b;
	buf_init(&b, 20);
	assert_false(arf_encode(&r, &b));
	buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fullest),   cmocka_unit_test(test_values),
		cmocka_unit_test(test_names),     cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_too_small),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
