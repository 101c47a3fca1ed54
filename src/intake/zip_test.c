/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/compose.h"
#include "intake/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static const char xml[] = "<feedback><record/><record/><record/></feedback>";

/* An archive to be made: entries, each with how it is packed, then its end. */
struct archive {
	const char *title;
	struct {
		const char *name, *plain;
		unsigned how;
	} entry[4];
	unsigned cut;  /* bytes taken off the end */
	unsigned keep; /* bytes kept, where not 0 */
	bool zip64, no_end;
	const char *before, *comment;
	const char *expected;
};

static const struct archive archives[] = {
	{ "one deflated", { { "a.xml", xml, 0 } }, .expected = "a.xml 48 ok\n" },
	{ "one stored",
	  { { "a.xml", xml, COMPOSE_STORED } },
	  .expected = "a.xml 48 ok\n" },
	{ "folders and empty entries are passed over",
	  { { "d/", "", 0 }, { "d/e", "", COMPOSE_STORED }, { "d/a.xml", xml, 0 } },
	  .expected = "d/a.xml 48 ok\n" },
	{ "sizes behind the data",
	  { { "a", xml, COMPOSE_DESCRIPTOR }, { "b", xml, COMPOSE_BARE } },
	  .expected = "a 48 ok\nb 48 ok\n" },
	{ "zip64",
	  { { "a", xml, COMPOSE_ZIP64 }, { "b", xml, COMPOSE_ZIP64 | COMPOSE_STORED } },
	  .zip64 = true,
	  .expected = "a 48 ok\nb 48 ok\n" },
	{ "a comment, and something before",
	  { { "a", xml, 0 }, { "b", xml, 0 } },
	  .before = "#!/bin/sh\n",
	  .comment = "PK\x05\x06 no end",
	  .expected = "a 48 ok\nb 48 ok\n" },
	{ "encrypted",
	  { { "a", xml, COMPOSE_ENCRYPTED } },
	  .expected = "a 48 the zip entry is encrypted: give it without a password\n" },
	{ "another method beside a good one",
	  { { "a", xml, COMPOSE_METHOD_12 }, { "b", xml, 0 } },
	  .expected = "a 48 the zip entry is compressed in a way other than deflate: "
		      "pack it again with an ordinary zip program\nb 48 ok\n" },
	{ "an offset that is wrong",
	  { { "a", xml, COMPOSE_WRONG_OFFSET }, { "b", xml, 0 } },
	  .expected = "a 48 the zip entry does not lie where the directory says\n"
		      "b 48 ok\n" },
	{ "empty", { { NULL, NULL, 0 } }, .expected = "! the zip archive is empty\n" },
	{ "nothing but folders",
	  { { "a/", "", 0 }, { "a/b/", "", 0 } },
	  .expected = "! the zip archive holds nothing but folders and empty files\n" },
	{ "no directory",
	  { { "a", xml, 0 }, { "e/", "", COMPOSE_STORED }, { "b", xml, 0 } },
	  .no_end = true,
	  .expected = "salvaged\na 48 ok\nb 48 ok\n" },
	{ "no directory, sizes behind the data",
	  { { "a", xml, COMPOSE_DESCRIPTOR },
	    { "b", xml, COMPOSE_BARE },
	    { "c", xml, COMPOSE_DESCRIPTOR | COMPOSE_ZIP64 },
	    { "d", xml, COMPOSE_DESCRIPTOR } },
	  .no_end = true,
	  .expected = "salvaged\na 48 ok\nb 48 ok\nc 48 ok\nd 48 ok\n" },
	{ "no directory, the last size is missing too",
	  { { "a", xml, 0 }, { "b", xml, COMPOSE_DESCRIPTOR } },
	  .no_end = true,
	  .cut = 16,
	  .expected = "salvaged\na 48 ok\nb unknown ok\n" },
	{ "no directory, within an entry",
	  { { "a", xml, 0 }, { "b", xml, 0 } },
	  .no_end = true,
	  .cut = 3,
	  .expected = "salvaged\na 48 ok\nb 48 cut\n" },
	{ "the end of the directory is cut",
	  { { "a", xml, 0 } },
	  .cut = 1,
	  .expected = "salvaged\na 48 ok\n" },
	{ "nothing but the beginning",
	  { { "a", xml, 0 } },
	  .keep = 30,
	  .expected =
		  "! the zip archive is damaged: none of its entries can be found\n" },
};

static void make(const struct archive *a, struct buf *out)
{
	buf_clear(out);
	buf_add_str(out, a->before ? a->before : "");
	struct compose_zip z = compose_zip_begin(out);
	for (size_t i = 0; i < 4 && a->entry[i].name; i++)
		compose_zip_add(&z, sv_from(a->entry[i].name), sv_from(a->entry[i].plain),
				a->entry[i].how);
	if (a->no_end)
		buf_deinit(&z.dir);
	else
		compose_zip_end(&z, a->zip64, sv_from(a->comment));
	assert_true(out->n >= a->cut);
	out->n = a->keep ? a->keep : out->n - a->cut;
}

static void describe(const struct zip *z, struct buf *out)
{
	buf_clear(out);
	if (z->why)
		buf_addf(out, "! %s\n", z->why);
	else if (z->salvaged)
		buf_add_str(out, "salvaged\n");
	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *e = &z->entry[i];
		buf_add_sv(out, e->name);
		if (e->has_check)
			buf_addf(out, " %llu", (unsigned long long)e->size);
		else
			buf_add_str(out, " unknown");
		buf_addf(out, " %s\n", e->why ? e->why : e->cut ? "cut" : "ok");
	}
}

static void test_archives(void **state)
{
	(void)state;
	struct buf bytes, text;
	struct zip z = { 0 };
	buf_init(&bytes, SIZE_MAX);
	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		make(&archives[i], &bytes);
		zip_read(&z, buf_sv(&bytes));
		describe(&z, &text);
		if (strcmp(buf_str(&text), archives[i].expected) != 0)
			fail_msg("%s:\n%s", archives[i].title, buf_str(&text));
	}
	zip_deinit(&z);
	buf_deinit(&bytes);
	buf_deinit(&text);
}

/* Every beginning of every archive: an exact copy each, so that a sanitizer sees a byte
 * too many. Entries that were whole before the cut are found. */
static void test_cut(void **state)
{
	(void)state;
	struct buf bytes;
	struct zip z = { 0 };
	buf_init(&bytes, SIZE_MAX);
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		make(&archives[i], &bytes);
		for (size_t n = 0; n < bytes.n; n++) {
			char *copy = malloc(n ? n : 1);
			memcpy(copy, bytes.p, n);
			zip_read(&z, (struct sv){ copy, n });
			assert_true(z.n > 0 || z.why);
			free(copy);
		}
	}
	make(&archives[0], &bytes);
	for (size_t n = 60; n < bytes.n; n++) {
		zip_read(&z, sv_sub(buf_sv(&bytes), 0, n));
		assert_int_equal(z.n, 1);
	}
	zip_deinit(&z);
	buf_deinit(&bytes);
}

static void test_entry_cap(void **state)
{
	(void)state;
	struct buf bytes;
	struct zip z = { 0 };
	buf_init(&bytes, SIZE_MAX);
	for (uint32_t n = LIMIT_ENTRIES; n <= LIMIT_ENTRIES + 1; n++) {
		for (int end = 0; end <= 1; end++) {
			buf_clear(&bytes);
			struct compose_zip c = compose_zip_begin(&bytes);
			for (uint32_t i = 0; i < n; i++) {
				char name[16];
				(void)snprintf(name, sizeof(name), "%u.xml", i);
				compose_zip_add(&c, sv_from(name), SV("<a/>"),
						COMPOSE_STORED);
			}
			compose_zip_end(&c, false, SV(""));
			bytes.n -= end ? 0 : 1;
			zip_read(&z, buf_sv(&bytes));
			assert_int_equal(z.n, n == LIMIT_ENTRIES ? n : 0);
			if (n > LIMIT_ENTRIES)
				assert_string_equal(z.why, "the zip archive has more "
							   "than 1000 entries");
		}
	}
	zip_deinit(&z);
	buf_deinit(&bytes);
}

/* Entries that share data: two records of one entry, and one within another's data. */
static void test_overlap(void **state)
{
	(void)state;
	struct buf bytes, inner;
	struct zip z = { 0 };
	buf_init(&bytes, SIZE_MAX);
	buf_init(&inner, SIZE_MAX);
	struct compose_zip c = compose_zip_begin(&inner);
	compose_zip_add(&c, SV("in"), sv_from(xml), 0);
	size_t inner_dir = c.dir.n;

	struct compose_zip o = compose_zip_begin(&bytes);
	compose_zip_add(&o, SV("out"), buf_sv(&inner), COMPOSE_STORED);
	/* Where the inner entry lies now: behind the outer header. */
	c.dir.p[42] = 30 + 3;
	buf_add(&o.dir, c.dir.p, inner_dir);
	buf_add(&o.dir, c.dir.p, inner_dir);
	compose_zip_end(&o, false, SV(""));
	buf_deinit(&c.dir);

	zip_read(&z, buf_sv(&bytes));
	assert_int_equal(z.n, 3);
	assert_null(z.entry[0].why);
	assert_string_equal(z.entry[1].why, "the zip entry overlaps another one");
	assert_string_equal(z.entry[2].why, "the zip entry overlaps another one");
	zip_deinit(&z);
	buf_deinit(&bytes);
	buf_deinit(&inner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_entry_cap),
		cmocka_unit_test(test_overlap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
