/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void test_alloc(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0,    1,     7,     8,     15,     16, 17,
					1000, 16383, 16384, 16385, 100000, 3 };
	struct arena *a = arena_new();
	/* The second round runs in memory that the first one wrote. */
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			char *p = arena_alloc(a, sizes[i]);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			assert_true(is_zero(p, sizes[i]));
			memset(p, 0xee, sizes[i]);
		}
		assert_true(arena_used(a) >= 16383 * 3);
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
	}
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void test_text(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	assert_string_equal(arena_str(a, SV("abc")), "abc");
	assert_string_equal(arena_str(a, (struct sv){ NULL, 0 }), "");
	struct sv s = arena_sv(a, SV("a\0b"));
	assert_true(sv_eq(s, SV("a\0b")));
	assert_int_equal(s.p[3], 0);
	assert_string_equal(arena_printf(a, "%s:%d", "x", 5), "x:5");
	assert_string_equal(arena_printf(a, "%s", ""), "");
	char *big = arena_printf(a, "%050000d", 7);
	assert_int_equal(strlen(big), 50000);
	arena_free(&a);
}

static void test_heap(void **state)
{
	(void)state;
	char *p = heap_array(10, 3);
	assert_true(is_zero(p, 30));
	memset(p, 'x', 30);
	p = heap_grow(p, 100, 3);
	assert_memory_equal(p, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 30);
	free(p);
	char *copied = heap_str(SV("a copy"));
	assert_string_equal(copied, "a copy");
	free(copied);
	p = heap_array(0, 0);
	assert_non_null(p);
	free(p);
}

static void too_many(struct arena *a)
{
	(void)arena_array(a, SIZE_MAX / 2, 3);
}

static void too_big(struct arena *a)
{
	(void)arena_alloc(a, SIZE_MAX - 4);
}

static void far_too_big(struct arena *a)
{
	(void)arena_alloc(a, SIZE_MAX - 20);
}

/* A product or sum that overflows must end at the guard, never in a small block. */
static void test_guard(void **state)
{
	(void)state;
	static void (*const cases[])(struct arena *) = { too_many, too_big, far_too_big };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a = arena_new();
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			int null = open("/dev/null", O_WRONLY);
			(void)dup2(null, STDERR_FILENO);
			cases[i](a);
			_exit(0);
		}
		int status = 0;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 71);
		arena_free(&a);
	}
}

static void test_join(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	const struct sv three[] = { SV("one"), SV(""), SV("three") };
	assert_true(sv_eq(arena_join(a, three, 3, '\n'), SV("one\n\nthree")));
	assert_true(sv_eq(arena_join(a, three, 1, '\n'), SV("one")));
	assert_int_equal(arena_join(a, NULL, 0, '\n').n, 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alloc), cmocka_unit_test(test_text),
		cmocka_unit_test(test_heap),  cmocka_unit_test(test_guard),
		cmocka_unit_test(test_join),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
