/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_refused.h"
#include "store/store_test.h"

enum {
	RAWS = 12
};

/* A raw item a day: each has a member of every status; the bytes of even ones are here.
 */
static int fill(void **state)
{
	int rc = test_setup(state);
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	for (unsigned n = 0; n < RAWS; n++) {
		struct book_raw r = { .size = 100 + n, .path = SV("in/x") };
		test_sha(r.sha, n);
		OK(f, book_raw_begin(f->s, &r, &f->err));
		for (uint8_t status = STATUS_NEW; status <= STATUS_ASIDE; status++) {
			struct book_delivery d = { .raw_id = r.id,
						   .seq = status,
						   .kind = KIND_TLS,
						   .status = status,
						   .member = SV("m"),
						   .reason = SV("why"),
						   .path = SV("in/x"),
						   .arrived = n * 86400 };
			OK(f, book_delivery_add(f->s, &d, &f->err));
		}
		OK(f, book_raw_done(f->s, r.id, 0, n % 2 == 0, &f->err));
	}
	OK(f, store_commit(f->s, &f->err));
	return rc;
}

static size_t listed(struct fixture *f, const struct book_refused_filter *q,
		     struct book_refused *first)
{
	struct book_refused_iter *it = book_refused(f->s, q, &f->err);
	struct book_refused r, before = { .delivery.raw_id = INT64_MAX };
	size_t n = 0;
	assert_non_null(it);
	while (book_refused_next(it, f->a, &r, &f->err)) {
		assert_true(r.delivery.status >= STATUS_REFUSED);
		assert_true(r.delivery.raw_id < before.delivery.raw_id ||
			    (r.delivery.raw_id == before.delivery.raw_id &&
			     r.delivery.seq < before.delivery.seq));
		before = r;
		if (n++ == 0)
			*first = r;
	}
	assert_int_equal(f->err.code, ERR_NONE);
	book_refused_iter_free(&it);
	return n;
}

static void test_range_and_limit(void **state)
{
	struct fixture *f = *state;
	static const struct {
		int64_t from, to;
		uint32_t limit;
		uint64_t all, listed;
		int64_t newest; /* day */
	} table[] = {
		{ INT64_MIN, INT64_MAX, 0, 2 * RAWS, 2 * RAWS, RAWS - 1 },
		{ INT64_MIN, INT64_MAX, 3, 2 * RAWS, 3, RAWS - 1 },
		{ 2 * 86400, 4 * 86400, 0, 6, 6, 4 },
		{ 2 * 86400, 4 * 86400 - 1, 0, 4, 4, 3 },
		{ 2 * 86400 + 1, 4 * 86400, 1, 4, 1, 4 },
		{ RAWS * 86400, INT64_MAX, 0, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct book_refused_filter q = { table[i].from, table[i].to,
						       table[i].limit };
		struct book_refused first = { 0 };
		uint64_t all;
		OK(f, book_refused_count(f->s, &q, &all, &f->err));
		assert_int_equal(all, table[i].all);
		assert_int_equal(listed(f, &q, &first), table[i].listed);
		assert_int_equal(first.delivery.arrived, table[i].newest * 86400);
	}
}

static void test_what_is_said(void **state)
{
	struct fixture *f = *state;
	const struct book_refused_filter q = { INT64_MIN, INT64_MAX, 1 };
	struct book_refused r = { 0 };
	uint8_t sha[32];
	assert_int_equal(listed(f, &q, &r), 1);
	test_sha(sha, RAWS - 1);
	assert_memory_equal(r.sha, sha, 32);
	assert_int_equal(r.size, 100 + RAWS - 1);
	assert_false(r.kept);
	assert_int_equal(r.delivery.status, STATUS_ASIDE);
	assert_int_equal(r.delivery.kind, KIND_TLS);
	assert_true(sv_eq(r.delivery.member, SV("m")));
	assert_true(sv_eq(r.delivery.reason, SV("why")));
	assert_true(sv_eq(r.delivery.path, SV("in/x")));
	const struct book_refused_filter even = { 10 * 86400, 10 * 86400, 1 };
	assert_int_equal(listed(f, &even, &r), 1);
	assert_true(r.kept);
	assert_int_equal(r.removed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_range_and_limit, fill,
						test_teardown),
		cmocka_unit_test_setup_teardown(test_what_is_said, fill, test_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
