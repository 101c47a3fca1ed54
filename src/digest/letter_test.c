/* SPDX-License-Identifier: Apache-2.0 */
#include "digest/letter.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	MONDAY = 20773 /* 2026-11-16 */
};

struct fixture {
	struct arena *a;
	struct lang lang;
	struct letter l;
	struct letter_day day[7];
	struct finding finding;
	struct letter_finding told[5];
	struct letter_sender sender[2];
	struct letter_domain domain[1];
	struct buf text, html;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->a = arena_new();
	assert_true(lang_own(SV("en"), f->a, &f->lang));
	f->l = (struct letter){ .lang = &f->lang,
				.client = SV("Acme Ltd"),
				.year = 2026,
				.number = 47,
				.day_from = MONDAY,
				.day_to = MONDAY + 6,
				.messages = 1000,
				.passed = 990,
				.before = 900,
				.before_passed = 900,
				.day = f->day,
				.day_n = 7,
				.reports = 12,
				.reporters = 3 };
	for (int i = 0; i < 7; i++)
		f->day[i] = (struct letter_day){ MONDAY + i, 140, i == 2 ? 10 : 0,
						 i == 2 ? 4 : 0 };
	f->finding = (struct finding){ .code = FINDING_NOT_ALIGNED,
				       .severity = FINDING_WARNING,
				       .client = SV("Acme Ltd"),
				       .domain = SV("acme.example"),
				       .subject = SV("Mailchimp") };
	for (int i = 0; i < 5; i++)
		f->told[i] = (struct letter_finding){ &f->finding, SV("It happened."),
						      SV("") };
	buf_init(&f->text, DOC_BYTES_MAX);
	buf_init(&f->html, DOC_BYTES_MAX);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	buf_deinit(&f->text);
	buf_deinit(&f->html);
	arena_free(&f->a);
	free(f);
	return 0;
}

static void write_it(struct fixture *f)
{
	struct doc d = letter_doc(&f->l, f->a);
	buf_clear(&f->text);
	buf_clear(&f->html);
	doc_text(&d, &f->text);
	doc_html(&d, &f->html);
}

static void has(struct fixture *f, const char *what)
{
	if (!strstr(buf_str(&f->text), what))
		fail_msg("the text has no \"%s\":\n%s", what, buf_str(&f->text));
	if (!strstr(buf_str(&f->html), what))
		fail_msg("the HTML has no \"%s\"", what);
}

static void lacks(struct fixture *f, const char *what)
{
	assert_null(strstr(buf_str(&f->text), what));
	assert_null(strstr(buf_str(&f->html), what));
}

static void test_quiet(void **state)
{
	struct fixture *f = *state;
	write_it(f);
	has(f, "Acme Ltd");
	has(f, "Week 47 of 2026, 16 November 2026 to 22 November 2026");
	has(f, "A quiet time");
	has(f, "1,000");
	has(f, "99 %");
	has(f, "100 % the week before");
	has(f, "12 reports by 3 mailbox providers");
	lacks(f, "What to do");
	f->l.messages = 0;
	write_it(f);
	has(f, "No report came for this time");
	lacks(f, "A quiet time");
}

static void test_three_things(void **state)
{
	struct fixture *f = *state;
	f->l.todo = f->told;
	f->l.todo_n = 1;
	f->told[0].record = SV("_dmarc.acme.example. TXT \"v=DMARC1; p=none\"");
	write_it(f);
	has(f, "1 thing wants somebody");
	has(f, "It happened.");
	has(f, "If Mailchimp is yours");
	assert_non_null(strstr(buf_str(&f->text), "\"v=DMARC1; p=none\""));
	f->l.todo_n = 5;
	write_it(f);
	has(f, "5 things want somebody");
	has(f, "And 2 things more");
	size_t n = 0;
	for (const char *p = buf_str(&f->text); (p = strstr(p, "It happened.")); p++)
		n++;
	assert_int_equal(n, LETTER_TODO);
}

static void test_tables(void **state)
{
	struct fixture *f = *state;
	f->l.sender = f->sender;
	f->l.sender_n = 2;
	f->sender[0] = (struct letter_sender){ SV("HubSpot"), "own", true, 20, 20 };
	f->sender[1] = (struct letter_sender){ SV("unrelated networks"), "abuse", false,
					       50, 0 };
	f->l.domain = f->domain;
	f->l.domain_n = 1;
	f->domain[0] = (struct letter_domain){
		SV("acme.example"), "none", "try-quarantine", false, true, ""
	};
	write_it(f);
	has(f, "HubSpot");
	has(f, "yours, new");
	has(f, "ready for quarantine, on trial");
	assert_true(lang_own(SV("de"), f->a, &f->lang));
	write_it(f);
	has(f, "fremde Netze");
	has(f, "bereit für quarantine auf Probe");
	has(f, "Woche 47 2026, 16. November 2026 bis 22. November 2026");
}

/* A name is shown as it is, whatever it holds. */
static void test_hostile_names(void **state)
{
	struct fixture *f = *state;
	f->l.client = SV("<script>alert(1)</script>\r\nX: \"'&");
	f->l.sender = f->sender;
	f->l.sender_n = 1;
	f->sender[0] = (struct letter_sender){ SV("{n}<img src=x onerror=y>\n\n--"),
					       "own", false, 20, 20 };
	f->l.provider = SV("{client}");
	write_it(f);
	const char *html = buf_str(&f->html);
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "<img"));
	assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_non_null(strstr(html, "{n}&lt;img"));
	assert_non_null(strstr(html, "{client}"));
	assert_null(strstr(buf_str(&f->text), "\n--\n"));
}

static void test_nothing_from_elsewhere(void **state)
{
	struct fixture *f = *state;
	write_it(f);
	const char *html = buf_str(&f->html);
	assert_null(strstr(html, "http"));
	assert_null(strstr(html, "src="));
	assert_null(strstr(html, "<script"));
}

static void test_text_is_narrow(void **state)
{
	struct fixture *f = *state;
	f->l.todo = f->told;
	f->l.todo_n = 3;
	f->told[1].evidence = SV(
		"a b c d e f g h i j k l m n o p q r s t u v w x y z a b "
		"c d e f g h i j k l m n o p q r s t u v w x y z");
	write_it(f);
	struct sv rest = buf_sv(&f->text), line;
	while (sv_take_line(&rest, &line))
		assert_true(line.n <= DOC_TEXT_WIDTH);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quiet),
		TEST(test_three_things),
		TEST(test_tables),
		TEST(test_hostile_names),
		TEST(test_nothing_from_elsewhere),
		TEST(test_text_is_narrow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
