/* SPDX-License-Identifier: Apache-2.0 */
#include "store/kept.h"

#include "store/store_test.h"

static uint64_t state_of(struct fixture *f)
{
	uint64_t n;
	OK(f, kept_state(f->s, &n, &f->err));
	return n;
}

static bool holds(struct fixture *f, const char *name, const char *want)
{
	struct sv v;
	bool ok;
	OK(f, kept_get(f->s, name, f->a, &v, &ok, &f->err));
	assert_true(sv_eq(v, sv_from(want)));
	return ok;
}

static bool keep(struct fixture *f, const char *name, uint64_t state, const char *answer)
{
	bool kept;
	OK(f, kept_put(f->s, name, state, sv_from(answer), &kept, &f->err));
	return kept;
}

static void write_something(struct fixture *f, bool commit)
{
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_meta_set(f->s, "something", SV("else"), &f->err));
	if (commit)
		OK(f, store_commit(f->s, &f->err));
	else
		store_rollback(f->s);
}

static void holds_until_something_is_written(void **state)
{
	struct fixture *f = *state;
	assert_false(holds(f, "kept.a", ""));
	assert_true(keep(f, "kept.a", state_of(f), "answer"));
	assert_true(holds(f, "kept.a", "answer"));
	write_something(f, false);
	OK(f, store_begin(f->s, &f->err)); /* nothing is written in it */
	OK(f, store_commit(f->s, &f->err));
	assert_true(holds(f, "kept.a", "answer"));
	write_something(f, true);
	assert_false(holds(f, "kept.a", "answer"));
}

static void is_not_kept_where_the_state_moved_on(void **state)
{
	struct fixture *f = *state;
	uint64_t before = state_of(f);
	write_something(f, true);
	assert_true(state_of(f) > before);
	assert_false(keep(f, "kept.a", before, "old"));
	assert_false(holds(f, "kept.a", ""));
	assert_true(keep(f, "kept.a", state_of(f), ""));
	assert_true(holds(f, "kept.a", ""));
}

static void another_answer_ends_it(void **state)
{
	struct fixture *f = *state;
	uint64_t at = state_of(f);
	assert_true(keep(f, "kept.a", at, "a"));
	assert_false(keep(f, "kept.b", at, "b"));
	assert_true(keep(f, "kept.b", state_of(f), "b"));
	assert_false(holds(f, "kept.a", "a"));
	assert_true(holds(f, "kept.b", "b"));
}

static void damaged_bytes_do_not_hold(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_meta_set(f->s, "kept.a", SV("short"), &f->err));
	OK(f, store_commit(f->s, &f->err));
	assert_false(holds(f, "kept.a", ""));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(holds_until_something_is_written),
		TEST(is_not_kept_where_the_state_moved_on),
		TEST(another_answer_ends_it),
		TEST(damaged_bytes_do_not_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
