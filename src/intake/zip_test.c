/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/compose.h"
#include "intake/unpack_stream.h"
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
		zip_read(&z, buf_sv(&bytes), NULL);
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
			zip_read(&z, (struct sv){ copy, n }, NULL);
			assert_true(z.n > 0 || z.why);
			free(copy);
		}
	}
	make(&archives[0], &bytes);
	for (size_t n = 60; n < bytes.n; n++) {
		zip_read(&z, sv_sub(buf_sv(&bytes), 0, n), NULL);
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
			zip_read(&z, buf_sv(&bytes), NULL);
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

	zip_read(&z, buf_sv(&bytes), NULL);
	assert_int_equal(z.n, 3);
	assert_null(z.entry[0].why);
	assert_string_equal(z.entry[1].why, "the zip entry overlaps another one");
	assert_string_equal(z.entry[2].why, "the zip entry overlaps another one");
	zip_deinit(&z);
	buf_deinit(&bytes);
	buf_deinit(&inner);
}

/* A comment of what looks like ends, each of which would have to be tried. */
static void test_many_ends(void **state)
{
	(void)state;
	static const char end[22] = { 'P', 'K', 5, 6, [12] = 1 };
	struct buf bytes, ends;
	struct zip z = { 0 };
	buf_init(&bytes, SIZE_MAX);
	buf_init(&ends, SIZE_MAX);
	for (int n = 1; n <= LIMIT_ZIP_ENDS; n++) {
		buf_add(&ends, end, sizeof(end));
		if (n < LIMIT_ZIP_ENDS - 1)
			continue;
		buf_clear(&bytes);
		struct compose_zip c = compose_zip_begin(&bytes);
		compose_zip_add(&c, SV("a.xml"), sv_from(xml), 0);
		compose_zip_end(&c, false, buf_sv(&ends));
		zip_read(&z, buf_sv(&bytes), NULL);
		assert_int_equal(z.salvaged, n == LIMIT_ZIP_ENDS);
		assert_int_equal(z.n, 1);
	}
	zip_deinit(&z);
	buf_deinit(&bytes);
	buf_deinit(&ends);
}

static struct sparse *make_sparse(struct sv bytes, enum mime_encoding encoding)
{
	struct sparse *s = sparse_new();
	char piece[STREAM_PIECE];
	struct mime_decoder d, before;
	size_t n;
	mime_decoder_init(&d, encoding, bytes);
	while (before = d, (n = stream_decode(&d, piece, sizeof(piece))) > 0)
		sparse_add(s, &before, n);
	sparse_begin(s);
	return s;
}

/* Both find the same in it, at the same places. */
static void check_sparse(struct sv bytes)
{
	struct zip want = { 0 }, got = { 0 };
	struct buf text, other;
	buf_init(&text, SIZE_MAX);
	buf_init(&other, SIZE_MAX);
	struct sparse *s = make_sparse(bytes, MIME_IDENTITY);
	zip_read(&want, bytes, NULL);
	zip_read(&got, (struct sv){ s->p, (size_t)s->size }, s);
	describe(&want, &text);
	describe(&got, &other);
	assert_string_equal(buf_str(&text), buf_str(&other));
	for (size_t i = 0; i < want.n; i++) {
		const struct zip_entry *a = &want.entry[i], *b = &got.entry[i];
		assert_int_equal(a->data, b->data);
		assert_int_equal(a->n, b->n);
		assert_int_equal(a->offset, b->offset);
		assert_int_equal(a->crc, b->crc);
		assert_int_equal(a->method, b->method);
	}
	zip_deinit(&want);
	zip_deinit(&got);
	sparse_free(&s);
	buf_deinit(&text);
	buf_deinit(&other);
}

static void add_noise(struct buf *b, size_t n)
{
	static const char words[] =
		"PK\x07\x08 PK PK\x03\x04\xff no PK\x01\x02, PK\x05\x06 ";
	for (size_t i = 0; i < n; i++)
		buf_add_char(b, words[i % 37 % (sizeof(words) - 1)]);
}

/* Archives behind so many other bytes that what is looked at lies across pieces, and
 * windows. */
static void test_sparse(void **state)
{
	(void)state;
	struct buf bytes, all;
	buf_init(&bytes, SIZE_MAX);
	buf_init(&all, SIZE_MAX);
	for (size_t i = 0; i < sizeof(archives) / sizeof(archives[0]); i++) {
		make(&archives[i], &bytes);
		check_sparse(buf_sv(&bytes));
		for (size_t n = STREAM_PIECE - 400; n < STREAM_PIECE + 100; n += 97) {
			buf_clear(&all);
			add_noise(&all, n);
			buf_add_sv(&all, buf_sv(&bytes));
			check_sparse(buf_sv(&all));
		}
	}
	buf_deinit(&bytes);
	buf_deinit(&all);
}

/* Headers, directory and end far from each other; also without an end. */
static void test_sparse_spread(void **state)
{
	(void)state;
	struct buf bytes, noise, name;
	buf_init(&bytes, SIZE_MAX);
	buf_init(&noise, SIZE_MAX);
	buf_init(&name, SIZE_MAX);
	add_noise(&noise, STREAM_PIECE);
	struct compose_zip z = compose_zip_begin(&bytes);
	for (int i = 0; i < 60; i++) {
		buf_clear(&name);
		for (int k = 0; k < 2000 + i; k++)
			buf_add_char(&name, 'n');
		buf_add_char(&name, i % 9 ? 'n' : '/');
		if (i % 20 == 7)
			compose_zip_add(&z, SV("long.xml"), buf_sv(&noise),
					COMPOSE_STORED);
		compose_zip_add(&z, buf_sv(&name), sv_from(i % 9 ? xml : ""),
				i % 3 ? 0 : COMPOSE_DESCRIPTOR);
	}
	buf_clear(&noise);
	while (noise.n < UINT16_MAX)
		buf_add_char(&noise, 'c');
	compose_zip_end(&z, true, buf_sv(&noise));
	check_sparse(buf_sv(&bytes));
	bytes.n -= noise.n + 100;
	check_sparse(buf_sv(&bytes));
	buf_deinit(&bytes);
	buf_deinit(&noise);
	buf_deinit(&name);
}

/* A signature, or a header, across the end of a window. */
static void test_sparse_window(void **state)
{
	(void)state;
	struct buf bytes;
	buf_init(&bytes, SIZE_MAX);
	for (size_t n = STREAM_PIECE - 6; n < STREAM_PIECE + 2; n++) {
		buf_clear(&bytes);
		while (bytes.n < n)
			buf_add_char(&bytes, 'P');
		struct compose_zip z = compose_zip_begin(&bytes);
		compose_zip_add(&z,
				SV("a-name-that-is-longer-than-what-is-read-beyond-a-"
				   "window.xml"),
				sv_from(xml), COMPOSE_ZIP64);
		buf_deinit(&z.dir);
		check_sparse(buf_sv(&bytes));
	}
	buf_deinit(&bytes);
}

/* Long data whose length stands behind it, without a directory. */
static void test_sparse_long(void **state)
{
	(void)state;
	static const unsigned how[] = { COMPOSE_DESCRIPTOR, COMPOSE_BARE };
	struct buf bytes, noise;
	buf_init(&bytes, SIZE_MAX);
	buf_init(&noise, SIZE_MAX);
	for (size_t n = 2 * STREAM_PIECE - 200; n < 2 * STREAM_PIECE + 100; n += 13) {
		buf_clear(&bytes);
		buf_clear(&noise);
		add_noise(&noise, n);
		struct compose_zip z = compose_zip_begin(&bytes);
		compose_zip_add(&z, SV("long.xml"), buf_sv(&noise),
				how[n % 2] | COMPOSE_STORED);
		compose_zip_add(&z, SV("d/"), SV(""), COMPOSE_STORED);
		compose_zip_add(&z, SV("b.xml"), sv_from(xml), how[n / 2 % 2]);
		buf_deinit(&z.dir);
		check_sparse(buf_sv(&bytes));
	}
	buf_deinit(&bytes);
	buf_deinit(&noise);
}

/* A file that is written to while it is read: what is encoded twice gives less, or more,
 * the second time. */
static void test_sparse_changed(void **state)
{
	(void)state;
	static const char *const now[] = { "=", "!", "A" };
	struct buf bytes;
	buf_init(&bytes, SIZE_MAX);
	for (size_t i = 0; i < sizeof(now) / sizeof(now[0]); i++) {
		buf_clear(&bytes);
		for (size_t k = 0; bytes.n < 4 * STREAM_PIECE; k++)
			buf_add_str(&bytes, i == 2 && k % 3 == 0 ? "\r\n" : "QUJD");
		struct sparse *s = make_sparse(buf_sv(&bytes), MIME_BASE64);
		assert_true(s->n > 2);
		memset(bytes.p, now[i][0], bytes.n);
		sparse_need(s, 5, s->size);
		assert_memory_equal(s->p + s->size - 2, "\0", 2);
		sparse_free(&s);
	}
	buf_deinit(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_entry_cap),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_many_ends),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_sparse_changed),
		cmocka_unit_test(test_sparse_long),
		cmocka_unit_test(test_sparse_spread),
		cmocka_unit_test(test_sparse_window),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
