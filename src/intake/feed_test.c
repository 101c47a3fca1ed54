/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/feed.h"
#include "intake/walk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char dir[64];
};

/* A shell command with the folder in $D. */
static void run(const char *command, const char *dir)
{
	assert_int_equal(setenv("D", dir, 1), 0);
	assert_int_equal(system(command), 0);
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/postern-feed-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;
	run("rm -rf \"$D\"", p->dir);
	free(p);
	return 0;
}

static void put(const struct place *p, const char *name, const char *text)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	for (char *at = path + strlen(p->dir) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		(void)mkdir(path, 0700);
		*at = '/';
	}
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* All paths that a walk gives, without the folder's own, one a line. */
static void assert_walk(const struct place *p, const char *expected)
{
	const char *paths[] = { p->dir };
	struct walk *w = walk_new(paths, 1, NULL);
	char all[1024] = "";
	const char *path;
	size_t n = 0;
	while (walk_next(w, &path) == WALK_FILE)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s\n",
				      path + strlen(p->dir) + 1);
	walk_free(&w);
	assert_string_equal(all, expected);
}

static void test_folders_by_name(void **state)
{
	const struct place *p = *state;
	put(p, "b.xml", "1");
	put(p, "a/z.xml", "2");
	put(p, "a/.hidden", "3");
	put(p, "c/d/e.gz", "4");
	run("ln -s $D/a $D/link-to-folder && ln -s b.xml $D/link-to-file", p->dir);
	assert_walk(p, "a/.hidden\na/z.xml\nb.xml\nc/d/e.gz\nlink-to-file\n");
}

static void test_a_maildir(void **state)
{
	const struct place *p = *state;
	put(p, "cur/1:2,S", "1");
	put(p, "new/2", "2");
	put(p, "tmp/3", "3");
	put(p, "dovecot.index", "4");
	put(p, "dovecot-uidlist", "5");
	put(p, ".Reports/cur/4", "6");
	put(p, ".Reports/new/5", "7");
	put(p, ".Reports/maildirfolder", "");
	assert_walk(p, ".Reports/cur/4\n.Reports/new/5\ncur/1:2,S\nnew/2\n");
}

static void test_named_paths_that_are_not_there(void **state)
{
	const char *paths[] = { "/nonexistent/postern", "-" };
	struct walk *w = walk_new(paths, 2, NULL);
	const char *path;
	(void)state;
	assert_int_equal(walk_next(w, &path), WALK_UNREADABLE);
	assert_string_equal(path, "/nonexistent/postern");
	assert_int_equal(walk_next(w, &path), WALK_STREAM);
	assert_int_equal(walk_next(w, &path), WALK_END);
	walk_free(&w);
}

/* Every item: its prefix and its bytes between brackets. */
static void read_all(const char *const *paths, size_t n, const char *spool, char *all,
		     size_t size)
{
	struct feed *f = feed_new(paths, n, spool, NULL, NULL);
	struct feed_item it;
	struct err err = { 0 };
	size_t at = 0;
	while (feed_next(f, &it, &err) == FEED_ITEM) {
		assert_non_null(it.held);
		at += (size_t)snprintf(all + at, size - at, "%s[%.*s]", it.prefix,
				       (int)it.length, it.held);
		feed_release(f, &it);
		assert_null(it.source);
		assert_null(it.held);
	}
	feed_free(&f);
}

static const char mbox[] =
	"From a@b Thu Nov 19 10:00:00 2026\nSubject: 1\n\nFrom here on\n"
	">From x\n\nFrom c@d Thu Nov 19 11:00:00 2026\nSubject: 2\n\n"
	"From nobody\n";
static const char mails[] = "mail 1[Subject: 1\n\nFrom here on\n>From x\n]"
			    "mail 2[Subject: 2\n\nFrom nobody\n]";

static void test_an_mbox_is_split(void **state)
{
	const struct place *p = *state;
	const char *paths[] = { p->dir };
	char all[1024] = "";
	put(p, "mbox", mbox);
	put(p, "z", "other");
	read_all(paths, 1, p->dir, all, sizeof(all));
	assert_memory_equal(all, mails, strlen(mails));
	assert_string_equal(all + strlen(mails), "[other]");
}

static void test_a_stream_is_spooled(void **state)
{
	const struct place *p = *state;
	const char *paths[] = { "-" };
	char path[128], spool[128], all[1024] = "";
	(void)snprintf(spool, sizeof(spool), "%s/not/there/yet", p->dir);
	static const char *const streams[][2] = { { mbox, mails },
						  { "plain", "[plain]" } };
	for (size_t i = 0; i < 2; i++) {
		put(p, "in", streams[i][0]);
		(void)snprintf(path, sizeof(path), "%s/in", p->dir);
		int was = dup(STDIN_FILENO), fd = open(path, O_RDONLY);
		assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
		read_all(paths, 1, spool, all, sizeof(all));
		assert_string_equal(all, streams[i][1]);
		assert_int_equal(dup2(was, STDIN_FILENO), STDIN_FILENO);
		close(was);
		close(fd);
	}
	/* Nothing is left of the spool. */
	run("test -z \"$(ls -A $D/not/there/yet)\"", p->dir);
}

static void test_files_and_bytes_are_counted(void **state)
{
	const struct place *p = *state;
	const char *paths[] = { p->dir };
	uint64_t files, bytes;
	put(p, "a", "12345");
	put(p, "b/c", "678");
	feed_count(paths, 1, NULL, &files, &bytes);
	assert_int_equal(files, 2);
	assert_int_equal(bytes, 8);
}

int main(void)
{
#define IN_A_PLACE(t) cmocka_unit_test_setup_teardown(t, make_place, drop_place)
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(test_folders_by_name),
		IN_A_PLACE(test_a_maildir),
		cmocka_unit_test(test_named_paths_that_are_not_there),
		IN_A_PLACE(test_an_mbox_is_split),
		IN_A_PLACE(test_a_stream_is_spooled),
		IN_A_PLACE(test_files_and_bytes_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
