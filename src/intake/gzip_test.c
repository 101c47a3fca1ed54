/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/compose.h"
#include "intake/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <stdlib.h>

static const char text[] = "<feedback><report_metadata/><record/><record/></feedback>";

static const int window[] = { [INFLATE_GZIP] = MAX_WBITS + 16,
			      [INFLATE_ZLIB] = MAX_WBITS,
			      [INFLATE_BARE] = -MAX_WBITS };

/* Feeds `in` in pieces of `step` and takes out as many bytes at a time. */
static enum inflate_result run(struct inflater *i, enum inflate_format format,
			       struct sv in, size_t step, struct buf *out)
{
	char piece[64];
	struct sv now = { "", 0 };
	inflater_reset(i, format);
	buf_clear(out);
	for (;;) {
		if (now.n == 0)
			now = sv_take(&in, step);
		size_t n;
		enum inflate_result r = inflater_run(i, &now, in.n == 0 && now.n == 0,
						     piece, step, &n);
		buf_add(out, piece, n);
		if (r != INFLATE_MORE)
			return r;
	}
}

static void test_formats(void **state)
{
	struct inflater *i = *state;
	struct buf in, out;
	buf_init(&in, SIZE_MAX);
	buf_init(&out, SIZE_MAX);
	for (int f = INFLATE_GZIP; f <= INFLATE_BARE; f++) {
		for (size_t step = 1; step <= 64; step += 7) {
			buf_clear(&in);
			compose_deflate(&in, sv_from(text), window[f], NULL);
			assert_int_equal(
				run(i, (enum inflate_format)f, buf_sv(&in), step, &out),
				INFLATE_END);
			assert_string_equal(buf_str(&out), text);
		}
	}
	buf_deinit(&in);
	buf_deinit(&out);
}

/* Cut short at every byte: what comes out is the beginning of the text. */
static void test_cut(void **state)
{
	struct inflater *i = *state;
	struct buf in, out;
	buf_init(&in, SIZE_MAX);
	buf_init(&out, SIZE_MAX);
	for (int f = INFLATE_GZIP; f <= INFLATE_BARE; f++) {
		buf_clear(&in);
		compose_deflate(&in, sv_from(text), window[f], NULL);
		for (size_t n = 0; n < in.n; n++) {
			struct sv cut = sv_sub(buf_sv(&in), 0, n);
			assert_int_equal(run(i, (enum inflate_format)f, cut, 16, &out),
					 INFLATE_SHORT);
			assert_memory_equal(buf_str(&out), text, out.n);
		}
	}
	buf_deinit(&in);
	buf_deinit(&out);
}

/* What may stand behind a gzip member. */
static void test_behind(void **state)
{
	static const struct {
		struct sv tail;
		enum inflate_result result;
	} cases[] = {
		{ { "\r\n", 2 }, INFLATE_END },
		{ { "\0\0\0\0\0\0\0\0\0", 9 }, INFLATE_END },
		{ { "\x1f", 1 }, INFLATE_END },
		{ { "\x1f\x1f\x1f", 3 }, INFLATE_END },
		{ { "\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00", 10 }, INFLATE_END },
		{ { "\x1f\x8b", 2 }, INFLATE_SHORT },
		{ { "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10 }, INFLATE_SHORT },
		{ { "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x07", 11 },
		  INFLATE_DAMAGED },
	};
	struct inflater *i = *state;
	struct buf in, out;
	buf_init(&in, SIZE_MAX);
	buf_init(&out, SIZE_MAX);
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		buf_clear(&in);
		compose_gzip(&in, sv_from(text));
		buf_add_sv(&in, cases[k].tail);
		for (size_t step = 1; step <= 64; step += 9) {
			assert_int_equal(run(i, INFLATE_GZIP, buf_sv(&in), step, &out),
					 cases[k].result);
			assert_string_equal(buf_str(&out), text);
		}
	}
	buf_deinit(&in);
	buf_deinit(&out);
}

static void test_members(void **state)
{
	struct inflater *i = *state;
	struct buf in, out;
	Bytef extra[] = "extra", name[] = "a.xml", comment[] = "no comment";
	gz_header h = { .extra = extra,
			.extra_len = 5,
			.name = name,
			.comment = comment,
			.hcrc = 1 };
	buf_init(&in, SIZE_MAX);
	buf_init(&out, SIZE_MAX);
	compose_gzip(&in, SV("one "));
	compose_deflate(&in, SV("two "), MAX_WBITS + 16, &h);
	compose_gzip(&in, SV(""));
	compose_gzip(&in, SV("four"));
	buf_add_str(&in, "\r\n");
	assert_int_equal(run(i, INFLATE_GZIP, buf_sv(&in), 5, &out), INFLATE_END);
	assert_string_equal(buf_str(&out), "one two four");
	buf_deinit(&in);
	buf_deinit(&out);
}

static void test_damage(void **state)
{
	struct inflater *i = *state;
	struct buf in, out;
	buf_init(&in, SIZE_MAX);
	buf_init(&out, SIZE_MAX);
	compose_gzip(&in, sv_from(text));
	in.p[in.n - 1] ^= 1; /* the length */
	assert_int_equal(run(i, INFLATE_GZIP, buf_sv(&in), 64, &out), INFLATE_CHECK);
	assert_string_equal(buf_str(&out), text);
	in.p[in.n - 5] ^= 1; /* the checksum */
	assert_int_equal(run(i, INFLATE_GZIP, buf_sv(&in), 64, &out), INFLATE_CHECK);
	assert_string_equal(buf_str(&out), text);
	in.p[10] = 7; /* a block of the type that there is not */
	assert_int_equal(run(i, INFLATE_GZIP, buf_sv(&in), 64, &out), INFLATE_DAMAGED);
	assert_int_equal(out.n, 0);
	buf_deinit(&in);
	buf_deinit(&out);
}

static void test_whole(void **state)
{
	struct inflater *i = *state;
	struct buf in;
	char out[sizeof(text)];
	size_t n = strlen(text);
	uint32_t size;
	buf_init(&in, SIZE_MAX);
	compose_gzip(&in, sv_from(text));
	assert_true(gzip_size(buf_sv(&in), &size));
	assert_int_equal(size, n);
	assert_true(inflate_whole(i, INFLATE_GZIP, buf_sv(&in), out, n));
	assert_memory_equal(out, text, n);
	assert_false(inflate_whole(i, INFLATE_GZIP, buf_sv(&in), out, n - 1));
	assert_false(inflate_whole(i, INFLATE_GZIP, buf_sv(&in), out, n + 1));
	assert_false(gzip_size(sv_sub(buf_sv(&in), 0, 17), &size));
	assert_false(
		inflate_whole(i, INFLATE_GZIP, sv_sub(buf_sv(&in), 0, in.n - 1), out, n));
	assert_false(inflate_whole(i, INFLATE_GZIP, SV(""), out, n));
	/* Junk is passed over, a second member is left to the stream. */
	size_t one = in.n;
	buf_add_str(&in, "\r\n");
	assert_true(inflate_whole(i, INFLATE_GZIP, buf_sv(&in), out, n));
	in.n = one;
	compose_gzip(&in, SV("more"));
	assert_false(inflate_whole(i, INFLATE_GZIP, buf_sv(&in), out, n));
	buf_clear(&in);
	compose_deflate(&in, sv_from(text), -MAX_WBITS, NULL);
	assert_true(inflate_whole(i, INFLATE_BARE, buf_sv(&in), out, n));
	assert_memory_equal(out, text, n);
	assert_int_equal(inflate_crc32(inflate_crc32(0, SV("<feed")), sv_from(text + 5)),
			 libdeflate_crc32(0, text, n));
	buf_deinit(&in);
}

static int setup(void **state)
{
	*state = inflater_new();
	return 0;
}

static int teardown(void **state)
{
	struct inflater *i = *state;
	inflater_free(&i);
	inflater_free(&i);
	return i != NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_behind),  cmocka_unit_test(test_members),
		cmocka_unit_test(test_damage),  cmocka_unit_test(test_whole),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
