/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of this room: complete, unique, sorted, and found again. */
#include "report/report_test.h"

#include "report/names.h"
#include "report/places.h"
#include "report/words.h"

#include "base/text.h"

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(word_find((struct sv){ NULL, 0 }), WORD_ABSENT);
	assert_int_equal(word_find(SV("")), WORD_EMPTY);
	assert_null(word_text(WORD_ABSENT).p);
	assert_true(WORD_N_ALL <= 64);
	for (unsigned w = WORD_OTHER + 1; w < WORD_N_ALL; w++) {
		struct sv text = word_text((enum word)w);
		assert_true(text.n > 0 && text.n <= WORD_LONGEST);
		assert_int_equal(word_find(text), w);
		/* One letter another, or one less, is another word or none. */
		char other[WORD_LONGEST];
		for (size_t i = 0; i < text.n; i++) {
			memcpy(other, text.p, text.n);
			other[i] = '~';
			assert_int_equal(word_find((struct sv){ other, text.n }),
					 WORD_OTHER);
		}
		assert_int_not_equal(word_find(sv_sub(text, 0, text.n - 1)), w);
	}
	static const char *const none[] = {
		"Pass", "pas", "passed", "x", "xx", "fails", "trusted_forwarders"
	};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(word_find(sv_from(none[i])), WORD_OTHER);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(name_find(SV("")), NAME_UNKNOWN);
	for (unsigned n = NAME_UNKNOWN + 1; n < NAME_ALL; n++) {
		struct sv text = name_text((enum name)n);
		char other[32];
		assert_true(text.n > 0 && text.n < sizeof(other));
		assert_int_equal(name_find(text), n);
		assert_int_equal(name_find_fold(text), n);
		for (size_t i = 0; i < text.n; i++) {
			memcpy(other, text.p, text.n);
			other[i] = '~';
			assert_int_equal(name_find((struct sv){ other, text.n }),
					 NAME_UNKNOWN);
		}
		for (size_t i = 0; i < text.n; i++)
			other[i] = (char)(text.p[i] >= 'a' && text.p[i] <= 'z'
						  ? text.p[i] - 'a' + 'A'
						  : text.p[i]);
		assert_int_equal(name_find((struct sv){ other, text.n }), NAME_UNKNOWN);
		assert_int_equal(name_find_fold((struct sv){ other, text.n }), n);
	}
	assert_int_equal(name_find_fold(SV("extra_contact_information")), NAME_UNKNOWN);
}

static void test_places(void **state)
{
	(void)state;
	for (unsigned p = PLACE_FEEDBACK; p < PLACE_ALL; p++) {
		const struct place_info *info = &place_info[p];
		assert_int_equal(place_child[info->parent][info->name], p);
		assert_int_equal(info->value == VALUE_NONE, p < PLACE_FIRST_LEAF);
		assert_int_equal(info->group == GROUP_NONE, p < PLACE_FIRST_LEAF);
		assert_true(info->parent < PLACE_FIRST_LEAF);
	}
	assert_true(place_in_record(PLACE_RECORD));
	assert_true(place_in_record(PLACE_DKIM_DOMAIN));
	assert_false(place_in_record(PLACE_FEEDBACK));
	assert_false(place_in_record(PLACE_POLICY_DOMAIN));
}

static void test_meant(void **state)
{
	(void)state;
	static const struct {
		enum place in;
		enum name name;
		enum place meant;
	} cases[] = {
		{ PLACE_METADATA, NAME_RECORD, PLACE_RECORD },
		{ PLACE_DKIM_DOMAIN, NAME_RECORD, PLACE_RECORD },
		{ PLACE_DKIM_DOMAIN, NAME_RESULT, PLACE_DKIM_RESULT },
		{ PLACE_DKIM, NAME_SPF, PLACE_SPF },
		{ PLACE_DKIM, NAME_DKIM, PLACE_DKIM },
		{ PLACE_ROW, NAME_IDENTIFIERS, PLACE_IDENTIFIERS },
		{ PLACE_ROW, NAME_HEADER_FROM, PLACE_HEADER_FROM },
		{ PLACE_FEEDBACK, NAME_EMAIL, PLACE_EMAIL },
		{ PLACE_RECORD, NAME_POLICY_PUBLISHED, PLACE_POLICY },
		{ PLACE_RECORD, NAME_FEEDBACK, PLACE_FEEDBACK },
		/* Of two places none is meant more than the other. */
		{ PLACE_RECORD, NAME_DOMAIN, PLACE_NOWHERE },
		{ PLACE_FEEDBACK, NAME_DKIM, PLACE_NOWHERE },
		{ PLACE_RECORD, NAME_EMAIL, PLACE_NOWHERE },
		{ PLACE_FEEDBACK, NAME_COUNT, PLACE_NOWHERE },
		{ PLACE_ROW, NAME_UNKNOWN, PLACE_NOWHERE },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (place_meant(cases[i].in, cases[i].name) != cases[i].meant)
			fail_msg("case %zu", i);
}

static bool is_plain(const char *text)
{
	size_t n = strlen(text);
	return n > 0 && utf8_is_valid(sv_from(text)) && text[n - 1] != '.' &&
	       !ascii_is_space(text[0]) && !ascii_is_space(text[n - 1]);
}

static void test_repairs(void **state)
{
	(void)state;
	size_t n;
	const struct repair_kind *kinds = repair_table(&n);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || kinds[i - 1].code < kinds[i].code);
		assert_ptr_equal(repair_kind(kinds[i].code), &kinds[i]);
		assert_true(is_plain(kinds[i].name) && is_plain(kinds[i].what) &&
			    is_plain(kinds[i].how));
		for (const char *c = kinds[i].name; *c; c++)
			assert_true((*c >= 'a' && *c <= 'z') || *c == '-');
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(kinds[i].name, kinds[k].name);
	}
	assert_null(repair_kind(0));
	assert_null(repair_kind((uint16_t)(kinds[n - 1].code + 1)));
	assert_null(repair_kind(UINT16_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_places),  cmocka_unit_test(test_meant),
		cmocka_unit_test(test_repairs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
