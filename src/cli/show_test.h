/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_TEST_H
#define CLI_SHOW_TEST_H

/* What the tests of answers share: an evil report, and what no answer may do with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#include "base/arena.h"
#include "cli/grid.h"
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an evil report might say: escape sequences, a line's end, a change of direction, a
 * formula, markup, quotes, bytes that are no UTF-8. */
#define EVIL \
	"=cmd|' /C " \
	"calc'!A0\x1b]0;pwned\x07\x1b[2J\r\n\xe2\x80\xae\xe2\x80\x8b<b>\"\\\xff" \
	"\xc2\x9b\xe2\x80\xac"

static const struct sv evil = { EVIL, sizeof(EVIL) - 1 };

static inline struct app_figures figures(void)
{
	return (struct app_figures){ 12, 34, 1234567, 1200000 };
}

static inline struct app_domain_line evil_line(bool assigned)
{
	return (struct app_domain_line){ .name = evil,
					 .client = assigned ? evil : SV(""),
					 .assigned = assigned,
					 .seen = true,
					 .first_day = 20000,
					 .last_day = 20010,
					 .refused = !assigned,
					 .f = figures() };
}

static inline struct app_report evil_report(void)
{
	return (struct app_report){ .id = "0123456789ab",
				    .sha = "0123456789abcdef",
				    .kind = "aggregate",
				    .which = APP_KIND_AGGREGATE,
				    .org = evil,
				    .email = evil,
				    .report_id = evil,
				    .domain = evil,
				    .complete = true,
				    .rows = 1,
				    .messages = 2,
				    .passed = 1,
				    .days = 2 };
}

static inline struct record_set some_records(void)
{
	return (struct record_set){
		.n = 1,
		.record = { { RECORD_TXT, SV("_dmarc.a.example"), SV("v=DMARC1; p=none"),
			      SV("a.example"), "asks for reports", false } },
	};
}

/* --- what holds for every answer --- */

struct answer {
	void (*show)(struct out *o);
	bool csv;
};

static inline void expect_harmless(const struct out *o)
{
	static const char override[] = { '\xe2', '\x80', '\xae', '\0' };
	static const char *const hidden[] = { override, "\xe2\x80\x8b", "\xc2\x9b",
					      "\xff" };
	const char *text = buf_str(&o->b);
	assert_int_equal(strlen(text), o->b.n);
	for (const char *p = text; *p; p++)
		if (((uint8_t)*p < 0x20 && *p != '\n') || *p == 0x7f)
			fail_msg("a control character in: %s", text);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		assert_null(strstr(text, hidden[i]));
}

static inline void expect_harmless_text(const struct answer *answer, size_t n)
{
	static const unsigned widths[] = { 0, 80, 20 };
	for (size_t i = 0; i < n; i++)
		for (size_t w = 0; w < 3; w++) {
			struct out o;
			out_init(&o, -1, OUT_TEXT);
			o.width = widths[w];
			answer[i].show(&o);
			expect_harmless(&o);
			out_deinit(&o);
		}
}

static inline void expect_harmless_csv(const struct answer *answer, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct out o;
		if (!answer[i].csv)
			continue;
		out_init(&o, -1, OUT_CSV);
		answer[i].show(&o);
		expect_harmless(&o);
		const char *text = buf_str(&o.b);
		for (const char *p = text; *p; p++)
			if (*p == '=' && (p == text || strchr(",\n\"", p[-1])))
				fail_msg("a formula in: %s", text);
		out_deinit(&o);
	}
}

/* Keys of the JSON in `text` that the page does not name in backquotes. */
static inline void expect_named(const char *text, const char *page)
{
	for (const char *p = strstr(text, "\":"); p; p = strstr(p + 1, "\":")) {
		const char *begin = p;
		char key[64];
		while (begin > text && begin[-1] != '"')
			begin--;
		(void)snprintf(key, sizeof(key), "`%.*s`", (int)(p - begin), begin);
		if (!strstr(page, key))
			fail_msg("docs/json.md does not name %s", key);
	}
}

static inline char *read_page(void)
{
	FILE *f = fopen("docs/json.md", "r");
	char *page = calloc(1, 65536);
	assert_non_null(f);
	assert_non_null(page);
	assert_true(fread(page, 1, 65535, f) > 0);
	fclose(f);
	return page;
}

static inline void expect_described_json(const struct answer *answer, size_t n)
{
	char *page = read_page();
	for (size_t i = 0; i < n; i++) {
		struct out o;
		out_init(&o, -1, OUT_JSON);
		answer[i].show(&o);
		expect_harmless(&o);
		const char *text = buf_str(&o.b);
		assert_int_equal(text[0], '{');
		assert_string_equal(text + strlen(text) - 2, "}\n");
		assert_null(memchr(text, '\n', strlen(text) - 1));
		expect_named(text, page);
		out_deinit(&o);
	}
	free(page);
}

#endif
