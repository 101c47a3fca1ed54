/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include <unistd.h>

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

/* A copy of the database that version 0.1.0 left us. */
static void take_schema_1(struct fixture *f)
{
	static char bytes[1 << 20];
	size_t n = slurp("tests/data/schema-1.db", bytes, sizeof(bytes));
	store_close(&f->s);
	(void)snprintf(f->path, sizeof(f->path), "%s/old.db", f->dir);
	FILE *file = fopen(f->path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	(void)fclose(file);
}

static int64_t schema_of(struct fixture *f, enum store_mode mode, bool as_is)
{
	const struct store_options o = { .path = f->path, .mode = mode, .as_is = as_is };
	int64_t v = 0;
	f->s = store_open(&o, &f->err);
	if (!f->s)
		fail_msg("%s", f->err.text);
	OK(f,
	   store_int(f->s, "SELECT value FROM meta WHERE key = 'schema'", &v, &f->err));
	store_close(&f->s);
	return v;
}

static void test_older_schema(void **state)
{
	struct fixture *f = *state;
	static const enum store_mode modes[] = { STORE_READ, STORE_WRITE, STORE_CREATE };
	for (size_t i = 0; i < 3; i++) {
		take_schema_1(f);
		assert_int_equal(schema_of(f, STORE_READ, true), 1);
		assert_int_equal(schema_of(f, modes[i], false), store_schema());
		assert_int_equal(schema_of(f, STORE_READ, true), store_schema());
	}
}

static void test_older_schema_locked(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;
	take_schema_1(f);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_null(test_open(f, STORE_READ));
	assert_int_equal(f->err.code, ERR_TEMP);
	assert_non_null(strstr(f->err.text, "locked"));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(schema_of(f, STORE_READ, true), 1);
}

struct swap {
	char from[128];
	const char *to;
	sqlite3 *holder;
};

/* Puts another file in the place of the one whose lock is waited for, then lets go. */
static void put_another(void *ctx)
{
	struct swap *w = ctx;
	if (!w->holder)
		return;
	assert_int_equal(rename(w->from, w->to), 0);
	assert_int_equal(sqlite3_close(w->holder), SQLITE_OK);
	w->holder = NULL;
}

static void test_replaced_while_opened(void **state)
{
	struct fixture *f = *state;
	char path[sizeof(f->path)];
	struct swap w = { .to = path };
	(void)snprintf(path, sizeof(path), "%s", f->path);
	(void)snprintf(f->path, sizeof(f->path), "%s/other.db", f->dir);
	(void)snprintf(w.from, sizeof(w.from), "%s", f->path);
	store_close(&f->s);
	f->s = test_open(f, STORE_CREATE);
	store_close(&f->s);
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	assert_int_equal(sqlite3_open(path, &w.holder), SQLITE_OK);
	assert_int_equal(sqlite3_exec(w.holder,
				      "PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE", NULL,
				      NULL, NULL),
			 SQLITE_OK);
	const struct store_options o = {
		.path = path, .mode = STORE_WRITE, .waiting = put_another, .ctx = &w
	};
	assert_null(store_open(&o, &f->err));
	assert_int_equal(f->err.code, ERR_TEMP);
	if (!strstr(f->err.text, "replaced"))
		fail_msg("%s", f->err.text);
	/* What stands there now is whole. */
	f->s = test_open(f, STORE_WRITE);
	assert_non_null(f->s);
}

static void test_damaged_meta(void **state)
{
	struct fixture *f = *state;
	OK(f, store_exec(f->s, "DELETE FROM meta WHERE key = 'build'", &f->err));
	store_close(&f->s);
	assert_null(test_open(f, STORE_WRITE));
	assert_int_equal(f->err.code, ERR_DAMAGED);
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
		TEST(test_text_file),
		TEST(test_foreign_database),
		TEST(test_folder),
		TEST(test_newer),
		TEST(test_newer_that_lets_us),
		TEST(test_older_build_is_brought_up),
		TEST(test_older_schema),
		TEST(test_older_schema_locked),
		TEST(test_replaced_while_opened),
		TEST(test_damaged_meta),
		TEST(test_empty_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
