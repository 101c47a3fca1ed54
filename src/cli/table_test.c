/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grid.h"
#include "cli/spark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct table_column columns[] = {
	{ "NAME", false, 2, 6 },
	{ "NOTE", false, 1, 4 },
	{ "COUNT", true, 0, 0 },
};

static void expect_table(unsigned width, const char *want)
{
	struct out o;
	struct table *t = table_new(columns, 3);
	out_init(&o, -1, OUT_TEXT);
	o.width = width;
	table_cell_str(t, "alpha.example", PAINT_NONE);
	table_cell_str(t, "a longer note", PAINT_NONE);
	table_cell_str(t, "1,234", PAINT_NONE);
	table_cell_str(t, "b", PAINT_NONE);
	table_cell_str(t, "", PAINT_NONE);
	table_cell_str(t, "5", PAINT_NONE);
	table_print(t, &o);
	assert_string_equal(buf_str(&o.b), want);
	table_free(&t);
	out_deinit(&o);
}

static void shrinks_in_order(void **state)
{
	(void)state;
	expect_table(0, "  NAME           NOTE           COUNT\n"
			"  alpha.example  a longer note  1,234\n"
			"  b                                 5\n");
	expect_table(37, "  NAME           NOTE           COUNT\n"
			 "  alpha.example  a longer note  1,234\n"
			 "  b                                 5\n");
	expect_table(32, "  NAME           NOTE      COUNT\n"
			 "  alpha.example  a longe\xe2\x80\xa6  1,234\n"
			 "  b                            5\n");
	expect_table(24, "  NAME       NOTE  COUNT\n"
			 "  alpha.     a l\xe2\x80\xa6  1,234\n"
			 "    example\n"
			 "  b                    5\n");
	/* then columns are left out in the same order, but never the first */
	expect_table(20, "  NAME         COUNT\n"
			 "  alpha.       1,234\n"
			 "    example\n"
			 "  b                5\n");
	/* and at last text gives way, and figures stay whole */
	expect_table(11, "  NAM  COUNT\n"
			 "  E\n"
			 "  alp  1,234\n"
			 "  ha.\n"
			 "  exa\n"
			 "  mpl\n"
			 "  e\n"
			 "  b        5\n");
}

static void keeps_what_tells_rows_apart(void **state)
{
	static const struct table_column report[] = {
		{ "SOURCE", false, TABLE_KEY | 3, 12 },
		{ "FROM", false, TABLE_KEY | 2, 8 },
		{ "SPF", false, 0, 0 },
		{ "RESULTS", false, TABLE_BELOW | 1, 0 },
	};
	static const char *const cells[] = {
		"2001:db8:0:1::1", "a.example", "pass", "dkim a.example/s pass, spf none",
		"2001:db8:0:1::2", "b.example", "fail", "",
	};
	struct out o;
	struct table *t = table_new(report, 4);
	(void)state;
	for (size_t i = 0; i < 8; i++)
		table_cell_str(t, cells[i], PAINT_NONE);
	out_init(&o, -1, OUT_TEXT);
	o.width = 34;
	table_print(t, &o);
	assert_string_equal(buf_str(&o.b), "  SOURCE           FROM       SPF\n"
					   "  2001:db8:0:1::1  a.example  pass\n"
					   "    results    dkim a.example/s\n"
					   "               pass, spf none\n"
					   "  2001:db8:0:1::2  b.example  fail\n");
	buf_clear(&o.b);
	o.width = 28;
	table_spare(t, 1);
	table_print(t, &o);
	assert_null(strstr(buf_str(&o.b), "FROM"));
	buf_clear(&o.b);
	o.width = 0;
	table_print(t, &o);
	assert_non_null(strstr(buf_str(&o.b), "b.example  fail\n"));
	table_free(&t);
	out_deinit(&o);
}

static void makes_cells_visible(void **state)
{
	static const struct table_column one[] = { { "X", false, 0, 0 } };
	struct out o;
	struct table *t = table_new(one, 1);
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	table_cell(t, SV("a\x1b[31mb\n\xe2\x80\xae\xe2\x80\xac"), PAINT_NONE);
	table_print(t, &o);
	assert_null(strchr(buf_str(&o.b), '\x1b'));
	assert_null(strchr(buf_str(&o.b), '\xe2'));
	assert_int_equal(sv_find(buf_sv(&o.b), SV("\n  a\\x1b[31mb\\x0a")), 3);
	table_free(&t);
	out_deinit(&o);
}

static void paints_only_with_colour(void **state)
{
	struct out o;
	struct table *t = table_new(columns + 2, 1);
	(void)state;
	table_cell_str(t, "7", PAINT_BAD);
	out_init(&o, -1, OUT_TEXT);
	table_print(t, &o);
	assert_string_equal(buf_str(&o.b), "  COUNT\n      7\n");
	buf_clear(&o.b);
	o.colour = true;
	table_print(t, &o);
	assert_string_equal(buf_str(&o.b),
			    "  \x1b[2mCOUNT\x1b[0m\n      \x1b[31m7\x1b[0m\n");
	table_free(&t);
	out_deinit(&o);
}

static const struct grid_column both[] = {
	{ "name", "NAME", false, 0, 0 }, { "messages", "MESSAGES", true, 0, 0 },
	{ NULL, "PASS", true, 0, 0 },    { "seen", NULL, false, 0, 0 },
	{ "day", "DAY", false, 0, 0 },
};

static void fill(struct grid *g)
{
	grid_text(g, SV("=cmd|' /C calc'!A0\x1b,\"x\""), PAINT_NONE);
	grid_number(g, 1234);
	grid_share(g, 1, 3);
	grid_bool(g, true);
	grid_day(g, true, 0);
	grid_str(g, "b");
	grid_number(g, 0);
	grid_share(g, 0, 0);
	grid_bool(g, false);
	grid_none(g);
}

static void expect_grid(enum out_form form, const char *want)
{
	struct out o;
	struct json j;
	out_init(&o, -1, form);
	json_init(&j, &o.b);
	struct grid *g = grid_new(&o, &j, NULL, both, 5);
	fill(g);
	assert_int_equal(grid_end(&g), 2);
	assert_string_equal(buf_str(&o.b), want);
	out_deinit(&o);
}

static void gives_every_form(void **state)
{
	(void)state;
	expect_grid(
		OUT_JSON,
		"[{\"name\":\"=cmd|' /C calc'!A0\\u001b,\\\"x\\\"\",\"messages\":1234,"
		"\"seen\":true,\"day\":\"1970-01-01\"},{\"name\":\"b\",\"messages\":0,"
		"\"seen\":false,\"day\":null}]");
	expect_grid(OUT_CSV,
		    "name,messages,seen,day\n"
		    "\"'=cmd|' /C calc'!A0\\x1b,\"\"x\"\"\",1234,true,1970-01-01\n"
		    "b,0,false,\n");
	expect_grid(OUT_TEXT, "  NAME                        MESSAGES    PASS  DAY\n"
			      "  =cmd|' /C calc'!A0\\x1b,\"x\"     1,234  33.3 %  "
			      "1970-01-01\n"
			      "  b                                  0       -  -\n");
}

static void draws_sparklines(void **state)
{
	static const struct {
		uint64_t value[6];
		size_t n, cells;
		const char *want;
	} cases[] = {
		{ { 0 }, 0, 5, "" },
		{ { 0, 0 }, 2, 5, "\xc2\xb7\xc2\xb7" },
		{ { 1 }, 1, 5, "\xe2\x96\x88" },
		{ { 0, 1, 700, 350 },
		  4,
		  4,
		  "\xc2\xb7\xe2\x96\x81\xe2\x96\x88\xe2\x96\x85" },
		{ { 1, 1, 3, 3 }, 4, 2, "\xe2\x96\x83\xe2\x96\x88" },
		{ { UINT64_MAX, UINT64_MAX }, 2, 1, "\xe2\x96\x88" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b;
		buf_init(&b, 100);
		double most = spark_most(cases[i].value, cases[i].n, cases[i].cells);
		spark_add(&b, cases[i].value, cases[i].n, cases[i].cells, most);
		assert_string_equal(buf_str(&b), cases[i].want);
		buf_deinit(&b);
	}
}

static void wraps_at_the_width(void **state)
{
	struct out o;
	(void)state;
	out_init(&o, -1, OUT_TEXT);
	o.width = 20;
	out_wrapped(&o, "  - ", SV("one two three four\x07 five"));
	assert_string_equal(buf_str(&o.b), "  - one two three\n"
					   "    four\\x07 five\n");
	buf_clear(&o.b);
	o.width = 0;
	out_wrapped(&o, "- ", SV("one two three four five six seven"));
	assert_string_equal(buf_str(&o.b), "- one two three four five six seven\n");
	out_deinit(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrinks_in_order),
		cmocka_unit_test(keeps_what_tells_rows_apart),
		cmocka_unit_test(makes_cells_visible),
		cmocka_unit_test(paints_only_with_colour),
		cmocka_unit_test(gives_every_form),
		cmocka_unit_test(draws_sparklines),
		cmocka_unit_test(wraps_at_the_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
