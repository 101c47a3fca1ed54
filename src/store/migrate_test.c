/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

static void test_build_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		int want; /* -2: a is none */
	} table[] = {
		{ "1.2.3", "1.2.3", 0 },   { "1.2.3", "1.2.10", -1 },
		{ "1.10.0", "1.9.9", 1 },  { "2.0.0", "10.0.0", -1 },
		{ "1.2", "1.2.3", -2 },    { "1.2.3.4", "1.2.3", -2 },
		{ "", "1.2.3", -2 },       { "1.x.3", "1.2.3", -2 },
		{ "v1.2.3", "1.2.3", -2 }, { "1.2.3-rc1", "1.2.3", -2 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t a[3], b[3];
		bool ok = migrate_build_parse(sv_from(table[i].a), a);
		assert_true(migrate_build_parse(sv_from(table[i].b), b));
		int have = ok ? migrate_build_cmp(a, b) : -2;
		if (have != table[i].want)
			fail_msg("%s, %s: %d", table[i].a, table[i].b, have);
	}
}

/* The bytes of the file, to see that nothing was changed. */
static size_t slurp(const char *path, char *out, size_t max)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t n = fread(out, 1, max, file);
	(void)fclose(file);
	return n;
}

static void refuses(struct fixture *f, const char *word)
{
	static char before[1 << 20], after[1 << 20];
	static const enum store_mode modes[] = { STORE_READ, STORE_WRITE, STORE_CREATE };
	size_t n = slurp(f->path, before, sizeof(before));
	for (size_t i = 0; i < 3; i++) {
		struct store *s = test_open(f, modes[i]);
		assert_null(s);
		assert_int_equal(f->err.code, ERR_CONFIG);
		if (!strstr(f->err.text, word))
			fail_msg("%s", f->err.text);
		assert_int_equal(slurp(f->path, after, sizeof(after)), n);
		assert_memory_equal(before, after, n);
	}
}

static void test_text_file(void **state)
{
	struct fixture *f = *state;
	(void)snprintf(f->path, sizeof(f->path), "%s/text", f->dir);
	FILE *file = fopen(f->path, "w");
	assert_non_null(file);
	for (int i = 0; i < 200; i++)
		(void)fputs("this is no database at all\n", file);
	(void)fclose(file);
	refuses(f, "is not a Postern database");
}

static void test_foreign_database(void **state)
{
	struct fixture *f = *state;
	static const char *const makes[] = {
		"CREATE TABLE meta (key TEXT, value TEXT)",
		"PRAGMA journal_mode=WAL; CREATE TABLE t (a)",
		"PRAGMA application_id=77; CREATE TABLE t (a)",
	};
	for (size_t i = 0; i < 3; i++) {
		sqlite3 *db;
		(void)snprintf(f->path, sizeof(f->path), "%s/%zu.db", f->dir, i);
		assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, makes[i], NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		refuses(f, "is not a Postern database");
	}
}

static void test_folder(void **state)
{
	struct fixture *f = *state;
	static const enum store_mode modes[] = { STORE_READ, STORE_WRITE, STORE_CREATE };
	(void)snprintf(f->path, sizeof(f->path), "%s", f->dir);
	for (size_t i = 0; i < 3; i++) {
		assert_null(test_open(f, modes[i]));
		assert_int_equal(f->err.code, ERR_CONFIG);
		assert_non_null(strstr(f->err.text, "is a folder, not a database"));
	}
}

static void test_newer(void **state)
{
	struct fixture *f = *state;
	OK(f, store_exec(f->s,
			 "UPDATE meta SET value = '99.10.2' WHERE key = 'least_build';"
			 "UPDATE meta SET value = '99.12.0' WHERE key = 'build';"
			 "UPDATE meta SET value = 9 WHERE key = 'schema'",
			 &f->err));
	store_close(&f->s);
	refuses(f, "needs Postern 99.10.2 or later");
}

static void test_newer_that_lets_us(void **state)
{
	struct fixture *f = *state;
	int64_t v;
	OK(f, store_exec(f->s,
			 "UPDATE meta SET value = '99.12.0' WHERE key = 'build';"
			 "UPDATE meta SET value = 9 WHERE key = 'schema'",
			 &f->err));
	store_close(&f->s);
	f->s = test_open(f, STORE_WRITE);
	assert_non_null(f->s);
	OK(f,
	   store_int(f->s, "SELECT value FROM meta WHERE key = 'schema'", &v, &f->err));
	assert_int_equal(v, 9);
}

static void test_older_build_is_brought_up(void **state)
{
	struct fixture *f = *state;
	int64_t v;
	OK(f, store_exec(f->s, "UPDATE meta SET value = '0.0.9' WHERE key = 'build'",
			 &f->err));
	store_close(&f->s);
	f->s = test_open(f, STORE_READ);
	assert_non_null(f->s);
	store_close(&f->s);
	f->s = test_open(f, STORE_WRITE);
	assert_non_null(f->s);
	OK(f, store_int(f->s,
			"SELECT value = '" POSTERN_VERSION "' FROM meta WHERE key = "
			"'build'",
			&v, &f->err));
	assert_int_equal(v, 1);
}

static void test_damaged_meta(void **state)
{
	struct fixture *f = *state;
	OK(f, store_exec(f->s, "DELETE FROM meta WHERE key = 'build'", &f->err));
	store_close(&f->s);
	assert_null(test_open(f, STORE_WRITE));
	assert_int_equal(f->err.code, ERR_TEMP);
	assert_non_null(strstr(f->err.text, "damaged"));
}

static void test_empty_file(void **state)
{
	struct fixture *f = *state;
	(void)snprintf(f->path, sizeof(f->path), "%s/empty.db", f->dir);
	FILE *file = fopen(f->path, "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_null(test_open(f, STORE_WRITE));
	assert_int_equal(f->err.code, ERR_CONFIG);
	struct store *s = test_open(f, STORE_CREATE);
	assert_non_null(s);
	store_close(&s);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build_numbers),
		TEST(test_text_file),
		TEST(test_foreign_database),
		TEST(test_folder),
		TEST(test_newer),
		TEST(test_newer_that_lets_us),
		TEST(test_older_build_is_brought_up),
		TEST(test_damaged_meta),
		TEST(test_empty_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
