/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include "store/facts_codec.h"

static const uint64_t numbers[] = { 0, 1, 2, 127, 128, 300, 1 << 20, UINT64_MAX };

enum {
	NUMBER_N = sizeof(numbers) / sizeof(numbers[0])
};

static struct facts_row row_of(unsigned i)
{
	return (struct facts_row){ .source = test_addr(i / 3),
				   .facet = 1 + (int64_t)(i / 2) * 1000003,
				   .messages = numbers[i % NUMBER_N] };
}

static void test_rows(void **state)
{
	(void)state;
	static uint8_t bytes[400 * CODEC_ROW_MAX];
	struct facts_row before = { 0 }, row = { 0 };
	size_t n = 0;
	for (unsigned i = 0; i < 400; i++) {
		struct facts_row r = row_of(i);
		size_t one = codec_put_row(&before, &r, bytes + n);
		assert_in_range(one, 1, CODEC_ROW_MAX);
		n += one;
	}
	struct sv in = { (const char *)bytes, n };
	for (unsigned i = 0; i < 400; i++) {
		struct facts_row want = row_of(i);
		assert_true(codec_take_row(&in, &row));
		assert_int_equal(addr_cmp(&row.source, &want.source), 0);
		assert_int_equal(row.facet, want.facet);
		assert_int_equal(row.messages, want.messages);
	}
	assert_int_equal(in.n, 0);
	assert_false(codec_take_row(&in, &row));
}

static void test_damaged_rows(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		const char *what;
	} table[] = {
		{ "\x09\x01\x02\x03\x04", 5, "no facet" },
		{ "\x09\x01\x02\x03\x04\x00", 6, "facet 0" },
		{ "\x0b\x05", 2, "the same address, without one before" },
		{ "\x0d\x01\x02\x03\x04", 5, "the same facet, without one before" },
		{ "\x49\x01\x02\x03\x04\x05", 6, "an unknown flag" },
		{ "\x09\x01\x02\x03", 4, "a short address" },
		{ "\x01\x01\x02\x03\x04\x05\x80", 7, "a short number" },
		{ "\x09\x01\x02\x03\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 15,
		  "a facet that is no row id" },
		{ "\x01\x01\x02\x03\x04\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 16,
		  "a number of more than 64 bits" },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sv in = { table[i].bytes, table[i].n };
		struct facts_row row = { 0 };
		if (codec_take_row(&in, &row))
			fail_msg("taken: %s", table[i].what);
	}
}

static struct codec_entry entry_of(unsigned i)
{
	struct addr a = { .kind = ADDR_V4,
			  .b = { 10, 0, (uint8_t)(i / 8), (uint8_t)(i / 2 % 4) } };
	if (i >= 100)
		a = (struct addr){ .kind = ADDR_V6, .b = { 0x20, 1, (uint8_t)(i / 2) } };
	struct codec_entry e = { .rows = numbers[i % NUMBER_N],
				 .messages = numbers[(i + 1) % NUMBER_N] };
	e.key = codec_key_of(&a, 1 + i, i % 3 == 0);
	return e;
}

static void test_entries(void **state)
{
	(void)state;
	static uint8_t bytes[200 * CODEC_ENTRY_MAX];
	struct codec_key before = { 0 };
	struct codec_entry e = { 0 };
	size_t n = 0;
	for (unsigned i = 0; i < 200; i++) {
		struct codec_entry in = entry_of(i);
		n += codec_put_entry(&before, &in, bytes + n);
	}
	struct sv in = { (const char *)bytes, n };
	for (unsigned i = 0; i < 200; i++) {
		struct codec_entry want = entry_of(i);
		struct addr a = codec_key_source(&want.key), b;
		assert_true(codec_take_entry(&in, &e));
		b = codec_key_source(&e.key);
		assert_int_equal(addr_cmp(&a, &b), 0);
		assert_int_equal(codec_key_facet(&e.key), 1 + i);
		assert_int_equal(codec_key_passed(&e.key), i % 3 == 0);
		assert_int_equal(e.rows, want.rows);
		assert_int_equal(e.messages, want.messages);
	}
	assert_int_equal(in.n, 0);
}

static void test_damaged_entries(void **state)
{
	(void)state;
	uint8_t bytes[3 * CODEC_ENTRY_MAX];
	struct codec_entry e = { 0 };
	struct codec_key before = { 0 };
	struct codec_entry high = entry_of(40), low = entry_of(4);
	size_t n = codec_put_entry(&before, &high, bytes);
	for (size_t cut = 0; cut < n; cut++) {
		struct sv in = { (const char *)bytes, cut };
		e = (struct codec_entry){ 0 };
		assert_false(codec_take_entry(&in, &e));
	}
	n += codec_put_entry(&before, &low, bytes + n);
	struct sv in = { (const char *)bytes, n };
	e = (struct codec_entry){ 0 };
	assert_true(codec_take_entry(&in, &e));
	assert_false(codec_take_entry(&in, &e)); /* descending */
	/* No rows and no messages: such an entry is never written. */
	struct sv nothing = { "\x11\x0a\x00\x00\x01\x05\x00", 7 };
	e = (struct codec_entry){ 0 };
	assert_false(codec_take_entry(&nothing, &e));
}

static void test_folds(void **state)
{
	(void)state;
	static uint8_t bytes[200 * CODEC_FOLD_MAX];
	struct codec_key before = { 0 };
	struct codec_fold f = { 0 };
	size_t n = 0;
	for (unsigned i = 0; i < 200; i++) {
		struct codec_fold in = { entry_of(i), (uint8_t)(i % 31),
					 (uint8_t)(i % 31 + (i / 31) % (31 - i % 31)) };
		n += codec_put_fold(&before, &in, bytes + n);
	}
	struct sv in = { (const char *)bytes, n };
	for (unsigned i = 0; i < 200; i++) {
		struct codec_entry want = entry_of(i);
		assert_true(codec_take_fold(&in, &f));
		assert_int_equal(codec_key_cmp(&f.e.key, &want.key), 0);
		assert_int_equal(f.e.messages, want.messages);
		assert_int_equal(f.first, i % 31);
		assert_int_equal(f.last, i % 31 + (i / 31) % (31 - i % 31));
	}
	assert_int_equal(in.n, 0);
	/* A day that no month has. */
	struct codec_fold late = { entry_of(1), 30, 30 };
	before = (struct codec_key){ 0 };
	n = codec_put_fold(&before, &late, bytes);
	bytes[n - 1] = 31;
	in = (struct sv){ (const char *)bytes, n };
	f = (struct codec_fold){ 0 };
	assert_false(codec_take_fold(&in, &f));
}

static void test_key_order(void **state)
{
	(void)state;
	uint8_t a[CODEC_KEY_SIZE], b[CODEC_KEY_SIZE];
	struct codec_key back;
	for (unsigned i = 0; i < 60; i++) {
		for (unsigned j = 0; j < 60; j++) {
			struct addr x = test_addr(i / 3), y = test_addr(j / 3);
			struct codec_key p = codec_key_of(&x, 1 + i % 3, i % 2);
			struct codec_key q = codec_key_of(&y, 1 + j % 3, j % 2);
			codec_key_bytes(&p, a);
			codec_key_bytes(&q, b);
			int have = codec_key_cmp(&p, &q);
			int want = memcmp(a, b, sizeof(a));
			assert_int_equal((have > 0) - (have < 0),
					 (want > 0) - (want < 0));
			assert_true(codec_key_parse((struct sv){ (char *)a, sizeof(a) },
						    &back));
			assert_int_equal(codec_key_cmp(&p, &back), 0);
		}
	}
	assert_false(codec_key_parse(SV("short"), &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),      cmocka_unit_test(test_damaged_rows),
		cmocka_unit_test(test_entries),   cmocka_unit_test(test_damaged_entries),
		cmocka_unit_test(test_key_order), cmocka_unit_test(test_folds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
