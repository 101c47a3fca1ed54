/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lang.h"

#include "base/arena.h"
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *a;

static struct lang open_own(struct sv word)
{
	struct lang l;
	assert_true(lang_own(word, a, &l));
	return l;
}

static struct lang read_text(const char *text)
{
	struct lang l;
	size_t line;
	const char *why;
	assert_true(lang_read(sv_from(text), a, &l, &line, &why));
	return l;
}

static void expect(struct sv have, const char *want)
{
	assert_string_equal(arena_sv(a, have).p, want);
}

static void say(const struct lang *l, const struct lang_value *v, const char *want)
{
	expect(lang_value(l, v, a), want);
}

static void test_values(void **state)
{
	(void)state;
	int64_t day;
	assert_true(date_parse_day(SV("2026-03-07"), &day));
	struct lang en = open_own(SV("en")), de = open_own(SV("de"));
	const struct lang_value n = { .kind = LANG_NUMBER, .n = 1234567 };
	say(&en, &n, "1,234,567");
	say(&de, &n, "1.234.567");
	say(&en, &(struct lang_value){ .kind = LANG_NUMBER, .n = 999 }, "999");
	const struct lang_value share = { .kind = LANG_SHARE, .n = 982, .all = 1000 };
	say(&en, &share, "98.2 %");
	say(&de, &share, "98,2 %");
	say(&en, &(struct lang_value){ .kind = LANG_SHARE, .n = 9999, .all = 10000 },
	    ">99.9 %");
	say(&en, &(struct lang_value){ .kind = LANG_SHARE, .n = 1, .all = 10000 },
	    "<0.1 %");
	say(&en, &(struct lang_value){ .kind = LANG_SHARE, .n = 0, .all = 5 }, "0 %");
	say(&en, &(struct lang_value){ .kind = LANG_SHARE, .n = 5, .all = 5 }, "100 %");
	say(&en, &(struct lang_value){ .kind = LANG_SHARE }, "-");
	const struct lang_value d = { .kind = LANG_DAY, .n = day };
	say(&en, &d, "7 March 2026");
	say(&de, &d, "7. März 2026");
}

static void test_sentences(void **state)
{
	(void)state;
	struct lang l = read_text("language: xx Test\n"
				  "a: {who} sent {n:mail|mails}\n"
				  "  and {x}\n"
				  "b: open { brace\n");
	const struct lang_value v[] = { { .name = "who", .text = SV("Acme {n}") },
					{ .name = "n", .kind = LANG_NUMBER, .n = 1 } };
	expect(lang_say(&l, "a", v, 2, a), "Acme {n} sent 1 mail and {x}");
	expect(lang_say(&l, "a", v, 1, a), "Acme {n} sent {n} and {x}");
	expect(lang_say(&l, "b", v, 2, a), "open { brace");
	expect(lang_say(&l, "c", v, 2, a), "c");
	const struct lang_value two = { .name = "n", .kind = LANG_NUMBER, .n = 2 };
	expect(lang_say(&l, "a", &two, 1, a), "{who} sent 2 mails and {x}");
}

static void test_beneath(void **state)
{
	(void)state;
	struct lang en = read_text("a: one\nb: two\n"), own = read_text("b: zwei\n");
	own.beneath = &en;
	expect(lang_say(&own, "a", NULL, 0, a), "one");
	expect(lang_say(&own, "b", NULL, 0, a), "zwei");
}

static void test_wrong(void **state)
{
	(void)state;
	static const char *const wrong[] = { "no colon", "a: 1\nb: 2\na: 3", "\xff\xff" };
	struct lang l;
	size_t line;
	const char *why;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_false(lang_read(sv_from(wrong[i]), a, &l, &line, &why));
		assert_true(strlen(why) > 0);
	}
	char *big = arena_alloc(a, LANG_BYTES_MAX + 1);
	memset(big, 'a', LANG_BYTES_MAX + 1);
	assert_false(
		lang_read((struct sv){ big, LANG_BYTES_MAX + 1 }, a, &l, &line, &why));
	assert_false(lang_own(SV("xx"), a, &l));
}

/* Whether a text has a place of that name, and with words for one and many. */
static bool has_place(struct sv text, struct sv name, bool words)
{
	struct sv before, n, w;
	while (lang_take_place(&text, &before, &n, &w))
		if (sv_eq(n, name) && (w.n > 0) == words)
			return true;
	return false;
}

static void same_places(struct sv key, struct sv x, struct sv y)
{
	struct sv before, name, words, rest = x;
	while (lang_take_place(&rest, &before, &name, &words))
		if (!has_place(y, name, words.n > 0))
			fail_msg("%.*s: {%.*s} is in one language only", SV_ARG(key),
				 SV_ARG(name));
}

/* Every language says what English says, and nothing else. */
static void test_languages_agree(void **state)
{
	(void)state;
	struct lang en = open_own(SV("en")), de = open_own(SV("de"));
	de.beneath = NULL;
	assert_true(en.n > 0);
	assert_int_equal(en.n, de.n);
	for (size_t i = 0; i < en.n; i++) {
		if (!sv_eq(en.entry[i].key, de.entry[i].key))
			fail_msg("%.*s, %.*s", SV_ARG(en.entry[i].key),
				 SV_ARG(de.entry[i].key));
		same_places(en.entry[i].key, en.entry[i].text, de.entry[i].text);
		same_places(en.entry[i].key, de.entry[i].text, en.entry[i].text);
	}
}

static int setup(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values), TEST(test_sentences),       TEST(test_beneath),
		TEST(test_wrong),  TEST(test_languages_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
