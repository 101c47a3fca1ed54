/* SPDX-License-Identifier: Apache-2.0 */
#include "app/notes_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void tells_a_spike_from_a_usual_day(void **state)
{
	static const struct {
		uint64_t failed[5];
		bool stands_out;
		uint64_t usual, worst;
	} cases[] = {
		{ { 0, 0, 0, 0, 0 }, false, 0, 0 },
		{ { 0, 0, 99, 0, 0 }, false, 0, 99 },
		{ { 0, 0, 100, 0, 0 }, true, 0, 100 },
		{ { 9, 9, 9, 9, 100 }, true, 9, 100 },
		{ { 10, 10, 10, 10, 100 }, false, 10, 100 },
		{ { 500, 600, 500, 700, 900 }, false, 600, 900 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct notes_spike s = notes_spike(cases[i].failed, 5);
		assert_int_equal(s.stands_out, cases[i].stands_out);
		assert_int_equal(s.usual, cases[i].usual);
		assert_int_equal(s.worst, cases[i].worst);
		assert_int_equal(cases[i].failed[s.worst_at], s.worst);
	}
	assert_false(notes_spike(NULL, 0).stands_out);
}

static void names_every_kind_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < APP_NOTE_KINDS; i++) {
		const char *name = app_note_name((enum app_note_kind)i);
		assert_non_null(name);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(name,
						app_note_name((enum app_note_kind)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_spike_from_a_usual_day),
		cmocka_unit_test(names_every_kind_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
