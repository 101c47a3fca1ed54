/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/held.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_until_it_is_full(void **state)
{
	struct held *h = held_new(100);
	(void)state;
	char *a = held_take(h, 60), *b = held_take(h, 40);
	assert_ptr_equal(b, a + 60);
	assert_null(held_take(h, 1));
	assert_null(held_take(h, 0));
	held_give_back(h, b); /* what came before it is still there */
	assert_null(held_take(h, 1));
	held_give_back(h, a);
	assert_null(held_take(h, 101));
	assert_ptr_equal(held_take(h, 100), a);
	held_free(&h);
	assert_null(h);
}

static void test_around_the_end(void **state)
{
	struct held *h = held_new(100);
	(void)state;
	char *a = held_take(h, 50), *b = held_take(h, 30);
	held_give_back(h, a);
	assert_ptr_equal(held_take(h, 30), a); /* 20 at the end are too few */
	assert_null(held_take(h, 20));         /* it would touch b */
	char *c = held_take(h, 19);
	assert_ptr_equal(c, a + 30);
	held_give_back(h, c);
	held_give_back(h, b);
	assert_null(held_take(h, 70)); /* 70 from there on would go past the end */
	held_free(&h);
}

static void test_no_two_share_a_byte(void **state)
{
	enum {
		N = 64,
		SIZE = 4096
	};
	struct held *h = held_new(SIZE);
	char *p[N] = { NULL };
	size_t n[N];
	uint32_t rnd = 1;
	(void)state;
	for (int i = 0; i < 20000; i++) {
		rnd = rnd * 1103515245 + 12345;
		size_t k = rnd >> 16 & (N - 1);
		if (p[k]) {
			for (size_t b = 0; b < n[k]; b++)
				assert_int_equal(p[k][b], (char)k);
			held_give_back(h, p[k]);
		}
		n[k] = (rnd >> 8) % 200;
		p[k] = held_take(h, n[k]);
		if (p[k])
			memset(p[k], (int)k, n[k]);
	}
	held_free(&h);
}

static void test_no_more_pieces_than_it_can_count(void **state)
{
	struct held *h = held_new(10000);
	(void)state;
	char *first = held_take(h, 1);
	for (int i = 1; i < 1024; i++)
		assert_non_null(held_take(h, 1));
	assert_null(held_take(h, 1));
	held_give_back(h, first);
	assert_non_null(held_take(h, 1));
	held_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_until_it_is_full),
		cmocka_unit_test(test_around_the_end),
		cmocka_unit_test(test_no_two_share_a_byte),
		cmocka_unit_test(test_no_more_pieces_than_it_can_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
