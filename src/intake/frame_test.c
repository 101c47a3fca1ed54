/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/frame.h"
#include "intake/outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf made(void)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	return b;
}

static struct sv body_of(const struct buf *b, enum frame_type type)
{
	struct sv in = buf_sv(b);
	struct frame f;
	assert_int_equal(frame_take(&in, &f), FRAME_OK);
	assert_int_equal(f.type, type);
	assert_int_equal(in.n, 0);
	return f.body;
}

static void assert_sv(struct sv a, const char *text)
{
	assert_int_equal(a.n, strlen(text));
	assert_memory_equal(a.p, text, a.n);
}

static void test_every_cut_is_partial(void **state)
{
	struct buf b = made();
	struct frame f;
	(void)state;
	frame_put_u64(&b, FRAME_ITEM, 300);
	for (size_t n = 0; n < b.n; n++) {
		struct sv in = { b.p, n };
		assert_int_equal(frame_take(&in, &f), FRAME_PARTIAL);
		assert_int_equal(in.n, n);
	}
	uint64_t v;
	assert_true(frame_get_u64(body_of(&b, FRAME_ITEM), &v));
	assert_int_equal(v, 300);
	buf_deinit(&b);
}

static void test_bad_heads(void **state)
{
	static const struct sv bad[] = {
		SV_INIT("\x00\x00\x00\x00\x00"), /* no type */
		SV_INIT("\x00\x00\x00\x00\x7f"), /* unknown type */
		SV_INIT("\x01\x00\x20\x00\x01"), /* one byte beyond LIMIT_FRAME */
		SV_INIT("\xff\xff\xff\xff\x01"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct sv in = bad[i];
		struct frame f;
		assert_int_equal(frame_take(&in, &f), FRAME_BAD);
	}
	struct sv most = SV("\x00\x00\x20\x00\x01");
	struct frame f;
	assert_int_equal(frame_take(&most, &f), FRAME_PARTIAL);
}

static void test_a_member_comes_back(void **state)
{
	struct buf b = made();
	const struct frame_member m = { 1,
					SV("part 2/a.xml"),
					{ true, SV("a@b.example"), SV("b.example"),
					  SV("mx; dkim=pass"), SV("<1@b>"), SV("Report"),
					  SV("Mon") } };
	struct frame_member out;
	(void)state;
	frame_put_member(&b, &m);
	struct sv body = body_of(&b, FRAME_MEMBER);
	assert_true(frame_get_member(body, &out));
	assert_int_equal(out.kind, 1);
	assert_sv(out.member, "part 2/a.xml");
	assert_true(out.mail.by_mail);
	assert_sv(out.mail.auth_results, "mx; dkim=pass");
	assert_sv(out.mail.date, "Mon");
	for (size_t n = 0; n < body.n; n++)
		assert_false(frame_get_member(sv_sub(body, 0, n), &out));
	body.n++; /* one byte too much: buf keeps a NUL there */
	assert_false(frame_get_member(body, &out));
	buf_deinit(&b);
}

static void test_long_fields_are_nonsense(void **state)
{
	struct buf b = made();
	char *text = calloc(1, LIMIT_MEMBER + 1);
	struct frame_member m = { 0 };
	(void)state;
	m.member = (struct sv){ text, LIMIT_MEMBER };
	frame_put_member(&b, &m);
	assert_true(frame_get_member(body_of(&b, FRAME_MEMBER), &m));
	buf_clear(&b);
	m.member = (struct sv){ text, LIMIT_MEMBER + 1 };
	frame_put_member(&b, &m);
	assert_false(frame_get_member(body_of(&b, FRAME_MEMBER), &m));
	free(text);
	buf_deinit(&b);
}

static void test_rows(void **state)
{
	struct buf b = made();
	struct frame_row r = { { 0 }, 7, 42 }, out;
	(void)state;
	assert_true(addr_parse(SV("2001:db8::1"), &r.source));
	frame_add_row(&b, &r);
	assert_true(addr_parse(SV("192.0.2.1"), &r.source));
	frame_add_row(&b, &r);
	struct sv in = buf_sv(&b);
	assert_true(frame_take_row(&in, &out));
	assert_int_equal(out.source.kind, ADDR_V6);
	assert_true(frame_take_row(&in, &out));
	assert_int_equal(out.source.kind, ADDR_V4);
	assert_int_equal(out.facet, 7);
	assert_int_equal(out.messages, 42);
	assert_int_equal(in.n, 0);
	assert_false(frame_take_row(&in, &out));
	buf_clear(&b);
	r.messages = LIMIT_MESSAGES;
	frame_add_row(&b, &r);
	r.messages++;
	frame_add_row(&b, &r);
	in = buf_sv(&b);
	assert_true(frame_take_row(&in, &out));
	assert_false(frame_take_row(&in, &out));
	struct sv kind = SV("\x05"
			    "aaaaaaaaaaaaaaaaaaaa");
	assert_false(frame_take_row(&kind, &out));
	buf_deinit(&b);
}

static void test_raw_pieces(void **state)
{
	struct buf b = made();
	struct frame_raw r = { 1, 5, SV("xx") }, out;
	(void)state;
	frame_put_raw(&b, &r);
	assert_true(frame_get_raw(body_of(&b, FRAME_RAW), &out));
	assert_int_equal(out.plain_n, 5);
	buf_clear(&b);
	r.plain_n = LIMIT_RAW_PIECE + 1;
	frame_put_raw(&b, &r);
	assert_false(frame_get_raw(body_of(&b, FRAME_RAW), &out));
	buf_clear(&b);
	r = (struct frame_raw){ 2, 5, SV("xx") };
	frame_put_raw(&b, &r);
	assert_false(frame_get_raw(body_of(&b, FRAME_RAW), &out));
	buf_deinit(&b);
}

static void test_the_rest_comes_back(void **state)
{
	struct buf b = made();
	struct frame_end e = {
		.complete = true, .meta = SV("m"), .repair_n = 9, .repairs = SV("r")
	};
	struct frame_verdict v = { 4, true, SV("because") };
	struct frame_ask a = { .item = 5, .size = 6, .path = SV("p"), .prefix = SV("q") };
	struct frame_keep k = { 1, 2, 3, true, SV("why") };
	(void)state;
	e.sha[31] = 7;
	frame_put_end(&b, &e);
	assert_true(frame_get_end(body_of(&b, FRAME_END), &e));
	assert_int_equal(e.sha[31], 7);
	assert_int_equal(e.repair_n, 9);
	buf_clear(&b);
	frame_put_verdict(&b, &v);
	assert_true(frame_get_verdict(body_of(&b, FRAME_VERDICT), &v));
	assert_sv(v.reason, "because");
	buf_clear(&b);
	frame_put_ask(&b, &a);
	assert_true(frame_get_ask(body_of(&b, FRAME_ASK), &a));
	assert_sv(a.prefix, "q");
	buf_clear(&b);
	frame_put_keep(&b, &k);
	assert_true(frame_get_keep(body_of(&b, FRAME_KEEP), &k));
	assert_int_equal(k.length, 3);
	assert_true(k.undone);
	buf_deinit(&b);
}

static void test_an_outcome_comes_back(void **state)
{
	struct buf b = made();
	struct intake_outcome o = { .path = SV("x.xml"),
				    .status = 3,
				    .has_begin = true,
				    .begin = -5,
				    .messages = 8,
				    .reason = SV("z") };
	struct intake_outcome out;
	(void)state;
	outcome_put(&b, &o);
	assert_true(outcome_get(body_of(&b, FRAME_OUTCOME), &out));
	assert_sv(out.path, "x.xml");
	assert_true(out.has_begin);
	assert_false(out.has_end);
	assert_int_equal(out.begin, -5);
	assert_int_equal(out.messages, 8);
	assert_sv(out.reason, "z");
	buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cut_is_partial),
		cmocka_unit_test(test_bad_heads),
		cmocka_unit_test(test_a_member_comes_back),
		cmocka_unit_test(test_long_fields_are_nonsense),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_raw_pieces),
		cmocka_unit_test(test_the_rest_comes_back),
		cmocka_unit_test(test_an_outcome_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
