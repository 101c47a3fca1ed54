/* SPDX-License-Identifier: Apache-2.0 */
#include "store/manifest_test.h"
#include "store/backup_int.h"
#include "store/version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct manifest sample(void)
{
	struct manifest m = {
		.format = MANIFEST_FORMAT,
		.schema = 1,
		.build = version_ours(),
		.least_build = version_ours(),
		.version = POSTERN_VERSION,
		.features = "gzip",
		.host = "mail.example",
		.created = 1795478400,
		.packed_size = 12,
		.plain_size = MANIFEST_BYTES_MAX,
		.count = { .clients = 1, .rows = INT64_MAX, .raw = 3 },
	};
	memset(m.packed_sha, 0xa5, DIGEST_SIZE);
	memset(m.plain_sha, 0x0f, DIGEST_SIZE);
	return m;
}

static enum manifest_outcome read_block(const char *block, size_t n, struct manifest *m)
{
	const char *why;
	return manifest_read((struct sv){ block, n }, m, &why);
}

static void is_read_as_it_was_written(void **state)
{
	(void)state;
	char block[MANIFEST_SIZE];
	struct manifest m = sample(), have;
	manifest_write(&m, block);
	assert_int_equal(read_block(block, sizeof(block), &have), MANIFEST_READ);
	assert_memory_equal(&have, &m, sizeof(m));
}

/* Each bit of the block, and each length of it. */
static void nothing_else_is(void **state)
{
	(void)state;
	char block[MANIFEST_SIZE + 1] = "";
	struct manifest m = sample(), have;
	manifest_write(&m, block);
	for (size_t i = 0; i < 8 * MANIFEST_SIZE; i++) {
		block[i / 8] = (char)(block[i / 8] ^ 1 << i % 8);
		enum manifest_outcome how = read_block(block, MANIFEST_SIZE, &have);
		if (how != (i / 8 < 15 ? MANIFEST_FOREIGN : MANIFEST_DAMAGED))
			fail_msg("bit %zu: %d", i, (int)how);
		block[i / 8] = (char)(block[i / 8] ^ 1 << i % 8);
	}
	for (size_t n = 0; n <= sizeof(block); n++) {
		enum manifest_outcome how = read_block(block, n, &have);
		if (how != (n < 15               ? MANIFEST_FOREIGN
			    : n == MANIFEST_SIZE ? MANIFEST_READ
						 : MANIFEST_DAMAGED))
			fail_msg("length %zu: %d", n, (int)how);
	}
}

static void texts_are_made_plain(void **state)
{
	(void)state;
	char block[MANIFEST_SIZE];
	struct manifest m = sample(), have;
	memset(m.host, 'h', sizeof(m.host) - 1);
	m.host[3] = '\n';
	m.host[4] = '\x1b';
	m.host[5] = '\xff';
	manifest_write(&m, block);
	assert_int_equal(read_block(block, sizeof(block), &have), MANIFEST_READ);
	memcpy(m.host + 3, "???", 3);
	assert_string_equal(have.host, m.host);
}

/* The fullest one that can be has room. */
static void fits_its_block(void **state)
{
	(void)state;
	char block[MANIFEST_SIZE];
	struct manifest m = sample(), have;
	memset(m.host, 'h', sizeof(m.host) - 1);
	memset(m.features, 'f', sizeof(m.features) - 1);
	m.created = m.schema = INT64_MAX;
	m.packed_size = MANIFEST_BYTES_MAX;
	memset(&m.count, 0x7f, sizeof(m.count));
	manifest_write(&m, block);
	assert_int_equal(read_block(block, sizeof(block), &have), MANIFEST_READ);
	assert_memory_equal(&have, &m, sizeof(m));
}

/* A block whose lines are these, with the digest that they have. */
static enum manifest_outcome read_text(const char *lines, struct manifest *m)
{
	char block[MANIFEST_SIZE];
	manifest_of_lines(sv_from(lines), block);
	return read_block(block, sizeof(block), m);
}

#define X8(c) c c c c c c c c
#define X64 X8(X8("x"))

/* What tells that a build is too old is looked at before any other line. */
static void a_later_one_is_not_damaged(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		enum manifest_outcome how;
	} cases[] = {
		{ "format 2\nleast_build 77.0.0\nbuild 77.1.0\n", MANIFEST_LATER },
		{ "format 2\nleast_build 77.0.0\nbuild 77.1.0-" X64 "\n",
		  MANIFEST_LATER },
		{ "format 1\nleast_build 77.0.0\nbuild 77.1.0\n\ntrailer\n",
		  MANIFEST_LATER },
		{ "format 1\nleast_build 0.2.0\nbuild 77.1.0\nhost \x1b\n",
		  MANIFEST_LATER },
		{ "format 1\nleast_build 0.2.0\nbuild 77.1.0-" X64 "\n", MANIFEST_LATER },
		{ "format 1\nleast_build 0.2.0\nbuild 0.2.0\nfeatures gzip\n",
		  MANIFEST_DAMAGED },
		{ "format 1\nleast_build 0.2.0\nbuild 0.2.0\nfeatures gzip box\n",
		  MANIFEST_LATER },
		{ "format 1\nleast_build 0.2.0\nbuild 0.2.0\nfeatures " X64 "\n",
		  MANIFEST_LATER },
		{ "format 1\nleast_build 0.2.0\nbuild 0.2.0\n\nfeatures box\n",
		  MANIFEST_DAMAGED },
		{ "format 0\nleast_build 77.0.0\nbuild 77.1.0\n", MANIFEST_DAMAGED },
		{ "format 2\nleast_build 77.0\nbuild 77.1.0\n", MANIFEST_DAMAGED },
		{ "format 2\nleast_build 77.0.0\nbuild x\n", MANIFEST_DAMAGED },
		{ "format 2\nbuild 77.1.0\nleast_build 77.0.0\n", MANIFEST_DAMAGED },
		{ "format 2\nleast_build 77.0.0\n", MANIFEST_DAMAGED },
		{ "", MANIFEST_DAMAGED },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest m;
		struct err err;
		enum manifest_outcome how = read_text(cases[i].lines, &m);
		if (how != cases[i].how)
			fail_msg("case %zu: %d", i, (int)how);
		if (how == MANIFEST_LATER &&
		    (m.schema != 0 || backup_fits("x", &m, true, &err) ||
		     err.code != ERR_TOO_NEW))
			fail_msg("case %zu fits", i);
	}
}

static void a_build_is_named_that_is_later(void **state)
{
	(void)state;
	struct manifest m = sample();
	struct err err;
	(void)snprintf(m.features, sizeof(m.features), "gzip box");
	assert_false(backup_fits("x", &m, false, &err));
	assert_non_null(strstr(err.text, "Install a later version of Postern than this "
					 "one, then"));
	m.build++;
	assert_false(backup_fits("x", &m, false, &err));
	assert_null(strstr(err.text, "a later version"));
}

static void which_build_may(void **state)
{
	(void)state;
	const uint64_t ours = version_ours();
	const uint64_t schema = (uint64_t)store_schema();
	const struct {
		uint64_t format, schema, build, least;
		const char *features;
		bool fits, fits_older;
	} cases[] = {
		{ 1, schema, ours, ours, "gzip", true, true },
		{ 1, 1, 1, 1, "gzip", true, true },
		{ 1, schema, ours + 1, ours, "gzip", false, true },
		{ 1, schema, ours + 1, ours + 1, "gzip", false, false },
		{ 1, schema + 1, ours, ours, "gzip", false, false },
		{ 2, schema, ours, ours, "gzip", false, false },
		{ 1, schema, ours, ours, "gzip box", false, false },
		{ 1, schema, ours, ours, "", true, true },
		{ 1, schema, ours, ours, "gzi", false, false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct manifest m = sample();
		struct err err = { 0 };
		m.format = cases[i].format;
		m.schema = cases[i].schema;
		m.build = cases[i].build;
		m.least_build = cases[i].least;
		(void)snprintf(m.features, sizeof(m.features), "%s", cases[i].features);
		bool fits = backup_fits("x", &m, false, &err);
		if (fits != cases[i].fits || (!fits && err.code != ERR_TOO_NEW))
			fail_msg("case %zu: %s", i, err.text);
		if (backup_fits("x", &m, true, &err) != cases[i].fits_older)
			fail_msg("case %zu, older: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_read_as_it_was_written),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(texts_are_made_plain),
		cmocka_unit_test(fits_its_block),
		cmocka_unit_test(a_later_one_is_not_damaged),
		cmocka_unit_test(a_build_is_named_that_is_later),
		cmocka_unit_test(which_build_may),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
