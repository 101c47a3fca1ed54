/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * For builds with -Dfaults=true: a small run that is killed at each of its steps, or
 * finds the disk full there, and is then run again. Each run is a process of its own, as
 * steps are counted a process.
 */
enum {
	GROUPS = 3,
	ROWS = 30,
	STEPS_MAX = 400,
};

static bool enter(struct fixture *f, unsigned group)
{
	struct store *s = f->s;
	struct err *e = &f->err;
	struct book_report r = test_report(group, "a.example", 100 + group), known;
	bool found;
	int64_t facet;
	r.rows = r.messages = r.passed = ROWS;
	if (!book_report_by_sha(s, r.sha, f->a, &known, &found, e) || found)
		return found;
	if (!store_savepoint(s, e) || !facts_facet(s, 1, SV("a"), true, &facet, e) ||
	    !facts_put_begin(s, e))
		return false;
	for (unsigned i = 0; i < ROWS; i++) {
		struct addr a = test_addr(i);
		if (!facts_put(s, &a, facet, 1, e))
			return false;
	}
	return book_report_add(s, &r, e) && facts_put_end(s, r.id, e) &&
	       facts_count(s, r.id, true, e) && store_release(s, e);
}

static bool run(struct fixture *f)
{
	f->s = test_open(f, STORE_CREATE);
	bool ok = f->s != NULL;
	for (unsigned i = 0; ok && i < GROUPS; i++)
		ok = store_begin(f->s, &f->err) && enter(f, i) &&
		     store_commit(f->s, &f->err);
	store_close(&f->s);
	return ok;
}

/* 0: it ran to its end; ERR_TEMP: it said why not. */
static int child_runs(struct fixture *f)
{
	return run(f) ? 0 : (int)f->err.code;
}

static int child_verifies(struct fixture *f)
{
	f->s = test_open(f, STORE_READ);
	struct facts_query q = test_all();
	const struct facts_check_options o = { 0 };
	struct facts_sum sum;
	struct facts_check_result r;
	bool ok = f->s && facts_total(f->s, &q, &sum, &f->err) &&
		  facts_check(f->s, &o, &r, &f->err);
	return ok && sum.rows == (uint64_t)GROUPS * ROWS && r.reports == GROUPS &&
			       r.differ + r.figures_differ == 0
		       ? 0
		       : 1;
}

static int in_child(struct fixture *f, int (*what)(struct fixture *), const char *fault,
		    int at)
{
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		char text[16];
		(void)snprintf(text, sizeof(text), "%d", at);
		if (fault)
			(void)setenv(fault, text, 1);
		_exit(what(f));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void at_every_step(const char *fault, int expected)
{
	int at = 1, how = expected;
	for (; at < STEPS_MAX && how == expected; at++) {
		struct fixture f = { .a = arena_new() };
		(void)snprintf(f.dir, sizeof(f.dir), "/tmp/postern-store-XXXXXX");
		assert_non_null(mkdtemp(f.dir));
		(void)snprintf(f.path, sizeof(f.path), "%s/it.db", f.dir);
		how = in_child(&f, child_runs, fault, at);
		if (how != expected && how != 0)
			fail_msg("%s=%d: %d", fault, at, how);
		assert_int_equal(in_child(&f, child_runs, NULL, 0), 0);
		if (in_child(&f, child_verifies, NULL, 0) != 0)
			fail_msg("%s=%d: the totals are not those of a whole run", fault,
				 at);
		arena_free(&f.a);
		(void)nftw(f.dir, test_unlink, 8, FTW_DEPTH | FTW_PHYS);
	}
	/* It ended because a run had fewer steps. */
	assert_in_range(at, 20, STEPS_MAX - 1);
}

static void test_killed(void **state)
{
	(void)state;
	at_every_step("POSTERN_KILL_AT", -SIGKILL);
}

static void test_full(void **state)
{
	(void)state;
	at_every_step("POSTERN_FULL_AT", ERR_TEMP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
