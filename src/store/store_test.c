/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_made(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	char in[80];
	int64_t v;
	(void)snprintf(in, sizeof(in), "%s/in", f->dir);
	assert_int_equal(stat(in, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	static const struct {
		const char *sql;
		int64_t want;
	} table[] = {
		{ "PRAGMA application_id", STORE_APPLICATION_ID },
		{ "PRAGMA auto_vacuum", 2 },
		{ "PRAGMA synchronous", 2 },
		{ "PRAGMA foreign_keys", 1 },
		{ "PRAGMA page_size", 4096 },
		{ "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'",
		  1 },
		{ "SELECT value = 4 FROM meta WHERE key = 'schema'", 1 },
		{ "SELECT value = '" POSTERN_VERSION "' FROM meta WHERE key = 'build'",
		  1 },
		{ "SELECT count(*) FROM meta WHERE key = 'least_build'", 1 },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		OK(f, store_int(f->s, table[i].sql, &v, &f->err));
		if (v != table[i].want)
			fail_msg("%s: %lld", table[i].sql, (long long)v);
	}
	assert_true(store_size(f->s) > 0);
	assert_string_equal(store_path(f->s), f->path);
	/* A double-quoted string is no string. */
	assert_false(store_exec(f->s, "SELECT \"text\"", &f->err));
}

static void test_missing(void **state)
{
	struct fixture *f = *state;
	store_close(&f->s);
	(void)snprintf(f->path, sizeof(f->path), "%s/none.db", f->dir);
	assert_null(test_open(f, STORE_READ));
	assert_int_equal(f->err.code, ERR_NO_INPUT);
	assert_null(test_open(f, STORE_WRITE));
	assert_int_equal(f->err.code, ERR_NO_INPUT);
	assert_int_not_equal(access(f->path, F_OK), 0);
}

static void test_names_that_sqlite_knows(void **state)
{
	struct fixture *f = *state;
	char cwd[4096];
	store_close(&f->s);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir(f->dir), 0);
	(void)snprintf(f->path, sizeof(f->path), ":memory:");
	f->s = test_open(f, STORE_CREATE);
	bool made = access("./:memory:", F_OK) == 0;
	store_close(&f->s);
	assert_int_equal(chdir(cwd), 0);
	assert_true(made);
}

static void test_locked(void **state)
{
	struct fixture *f = *state;
	struct store *other = test_open(f, STORE_WRITE);
	assert_non_null(other);
	OK(f, store_begin(f->s, &f->err));
	assert_false(store_begin(other, &f->err));
	assert_int_equal(f->err.code, ERR_TEMP);
	assert_non_null(strstr(f->err.text, "the database is locked by another process"));
	OK(f, store_commit(f->s, &f->err));
	OK(f, store_begin(other, &f->err));
	store_close(&other); /* rolls back */
	OK(f, store_begin(f->s, &f->err));
	store_rollback(f->s);
}

static void count_polls(void *ctx)
{
	++*(int *)ctx;
}

static void test_waiting_is_told(void **state)
{
	struct fixture *f = *state;
	int polls = 0;
	const struct store_options o = { .path = f->path,
					 .mode = STORE_WRITE,
					 .busy_ms = 25,
					 .waiting = count_polls,
					 .ctx = &polls };
	struct store *other = store_open(&o, &f->err);
	assert_non_null(other);
	OK(f, store_begin(f->s, &f->err));
	assert_false(store_begin(other, &f->err));
	assert_in_range(polls, 1, 8);
	store_close(&other);
}

static void test_transactions(void **state)
{
	struct fixture *f = *state;
	assert_false(store_commit(f->s, &f->err));
	assert_false(store_savepoint(f->s, &f->err));
	OK(f, store_begin(f->s, &f->err));
	assert_false(store_begin(f->s, &f->err));
	assert_false(store_undo(f->s, &f->err));
	OK(f, book_meta_set(f->s, "a", SV("1"), &f->err));
	OK(f, store_savepoint(f->s, &f->err));
	assert_false(store_savepoint(f->s, &f->err));
	OK(f, book_meta_set(f->s, "a", SV("2"), &f->err));
	OK(f, store_undo(f->s, &f->err));
	OK(f, store_savepoint(f->s, &f->err));
	OK(f, book_meta_set(f->s, "b", SV("3"), &f->err));
	OK(f, store_release(f->s, &f->err));
	OK(f, store_commit(f->s, &f->err));
	struct sv v;
	OK(f, book_meta_get(f->s, "a", f->a, &v, &f->err));
	assert_true(sv_eq(v, SV("1")));
	OK(f, book_meta_get(f->s, "b", f->a, &v, &f->err));
	assert_true(sv_eq(v, SV("3")));
	OK(f, book_meta_get(f->s, "c", f->a, &v, &f->err));
	assert_int_equal(v.n, 0);
}

static void test_full(void **state)
{
	struct fixture *f = *state;
	char sql[64];
	int64_t pages;
	static char big[200000];
	OK(f, store_int(f->s, "PRAGMA page_count", &pages, &f->err));
	(void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%lld",
		       (long long)pages + 3);
	OK(f, store_exec(f->s, sql, &f->err));
	OK(f, store_begin(f->s, &f->err));
	assert_false(
		book_meta_set(f->s, "big", (struct sv){ big, sizeof(big) }, &f->err));
	assert_int_equal(f->err.code, ERR_TEMP);
	assert_non_null(strstr(f->err.text, "disk is full"));
	/* SQLite took the transaction back, or left it to us; both end alike. */
	if (store_commit(f->s, &f->err))
		assert_int_equal(sqlite3_get_autocommit(f->s->db), 1);
	else
		assert_int_equal(f->err.code, ERR_TEMP);
	store_rollback(f->s);
	OK(f, store_exec(f->s, "PRAGMA max_page_count=1000000", &f->err));
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_meta_set(f->s, "big", (struct sv){ big, sizeof(big) }, &f->err));
	OK(f, store_commit(f->s, &f->err));
}

static void test_read_forbids_writing(void **state)
{
	struct fixture *f = *state;
	struct store *r = test_open(f, STORE_READ);
	assert_non_null(r);
	assert_false(book_meta_set(r, "a", SV("1"), &f->err));
	assert_int_equal(f->err.code, ERR_TEMP);
	assert_non_null(strstr(f->err.text, "read-only"));
	OK(f, book_meta_set(f->s, "a", SV("1"), &f->err));
	struct sv v;
	OK(f, book_meta_get(r, "a", f->a, &v, &f->err));
	assert_true(sv_eq(v, SV("1")));
	store_close(&r);
}

/* As another user, who may only read; 0 where all is as it should be. */
static int read_only_user(const struct fixture *f)
{
	struct fixture mine = *f;
	struct sv v;
	if (geteuid() == 0 && setuid(65534) != 0)
		return 2;
	struct store *s = test_open(&mine, STORE_READ);
	if (!s)
		return 3;
	bool ok = book_meta_get(s, "a", mine.a, &v, &mine.err) && sv_eq(v, SV("1"));
	store_close(&s);
	if (!ok)
		return 4;
	s = test_open(&mine, STORE_WRITE);
	return s ? 5 : mine.err.code == ERR_TEMP ? 0 : 6;
}

static void test_read_only_file(void **state)
{
	struct fixture *f = *state;
	char in[80];
	int status = -1;
	OK(f, book_meta_set(f->s, "a", SV("1"), &f->err));
	store_close(&f->s);
	(void)snprintf(in, sizeof(in), "%s/in", f->dir);
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(chmod(in, 0555), 0);
	assert_int_equal(chmod(f->dir, 0755), 0);
	pid_t child = fork();
	if (child == 0)
		_exit(read_only_user(f));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(chmod(in, 0755), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_gives_space_back(void **state)
{
	struct fixture *f = *state;
	static char big[400000];
	OK(f, book_meta_set(f->s, "big", (struct sv){ big, sizeof(big) }, &f->err));
	OK(f, store_give_back(f->s, &f->err));
	uint64_t before = store_size(f->s);
	OK(f, book_meta_set(f->s, "big", SV(""), &f->err));
	OK(f, store_give_back(f->s, &f->err));
	assert_true(store_size(f->s) + 300000 < before);
}

static void test_leaves_nothing_beside_it(void **state)
{
	struct fixture *f = *state;
	char in[80];
	int others = 0;
	store_close(&f->s);
	(void)snprintf(in, sizeof(in), "%s/in", f->dir);
	DIR *d = opendir(in);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		others += e->d_name[0] != '.' && strcmp(e->d_name, "it.db") != 0;
	closedir(d);
	assert_int_equal(others, 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_made),
		TEST(test_missing),
		TEST(test_names_that_sqlite_knows),
		TEST(test_locked),
		TEST(test_waiting_is_told),
		TEST(test_transactions),
		TEST(test_full),
		TEST(test_read_forbids_writing),
		TEST(test_read_only_file),
		TEST(test_gives_space_back),
		TEST(test_leaves_nothing_beside_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
