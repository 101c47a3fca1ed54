/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/proc.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	MEMORY = 64 << 20
};

static int do_nothing(void *ctx)
{
	(void)ctx;
	return 7;
}

static int do_open(void *ctx)
{
	(void)ctx;
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0 ? 1 : 2;
}

static int do_create(void *ctx)
{
	(void)ctx;
	return syscall(SYS_creat, "/tmp/postern-proc-test", 0600) >= 0 ? 1 : 2;
}

static int do_socket(void *ctx)
{
	(void)ctx;
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 2;
}

static int do_ring(void *ctx)
{
	(void)ctx;
	return syscall(SYS_io_uring_setup, 1, NULL) >= 0 ? 1 : 2;
}

static int do_exec(void *ctx)
{
	char *argv[] = { NULL };
	(void)ctx;
	execv("/bin/true", argv);
	return 2;
}

static int do_fork(void *ctx)
{
	(void)ctx;
	return syscall(SYS_fork) >= 0 ? 1 : 2;
}

static int do_kill(void *ctx)
{
	(void)ctx;
	return kill(getppid(), 0) == 0 ? 1 : 2;
}

static int do_map_code(void *ctx)
{
	(void)ctx;
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	return p != MAP_FAILED ? 1 : 2;
}

static int by_byte(const void *a, const void *b)
{
	return memcmp(a, b, 1);
}

/* Enough that qsort() takes memory, and asks the system how much there is. */
static int do_sort(void *ctx)
{
	static char bytes[64 * 1024];
	(void)ctx;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	qsort(bytes, sizeof(bytes), 1, by_byte);
	return bytes[0] == 0 ? 0 : 1;
}

#ifndef POSTERN_SANITIZE /* the sanitizers' run-time needs more room than these limits \
			  */
static int do_eat(void *ctx)
{
	(void)ctx;
	for (int i = 0; i < 64; i++) {
		char *p = malloc(4 << 20);
		if (!p)
			return 3;
		memset(p, i, 4 << 20);
	}
	return 1;
}

static int do_write_to_a_file(void *ctx)
{
	const int *fds = ctx;
	return write(fds[0], "x", 1) == 1 ? 1 : 3;
}
#endif

static int do_use_descriptor(void *ctx)
{
	const int *fds = ctx;
	char c = 0;
	if (write(fds[1], "x", 1) != 1)
		return 2;
	return read(fds[0], &c, 1) == 1 && c == 'x' ? 0 : 3;
}

static int run_role(enum proc_role role, int (*run)(void *), int *fds, size_t fd_n)
{
	struct err err = { 0 };
	struct proc_filters *f = proc_filters_new(&err);
	struct proc_spec spec = { .role = role,
				  .name = "test",
				  .fd_n = fd_n,
				  .memory = MEMORY,
				  .run = run,
				  .ctx = fds };
	int status = -1;
	assert_non_null(f);
	for (size_t i = 0; i < fd_n; i++)
		spec.fds[i] = fds[i];
	pid_t pid = proc_spawn(f, &spec, &err);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	proc_filters_free(&f);
	assert_null(f);
	return status;
}

static void test_a_worker_may_compute(void **state)
{
	(void)state;
	int status = run_role(PROC_WORKER, do_nothing, NULL, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void test_a_worker_may_use_what_it_was_handed(void **state)
{
	(void)state;
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	int status = run_role(PROC_WORKER, do_use_descriptor, fds, 2);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(fds[0]);
	close(fds[1]);
}

static void test_a_worker_may_sort(void **state)
{
	(void)state;
	int status = run_role(PROC_WORKER, do_sort, NULL, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Standard error may be a file: what a worker says there at its end is lost, and how it
 * ends stays as it is. */
static void test_a_worker_lengthens_no_file(void **state)
{
	(void)state;
#ifdef POSTERN_SANITIZE
	skip(); /* the sanitizers' messages may go to a file */
#else
	char name[] = "/tmp/postern-proc-XXXXXX";
	int fd = mkstemp(name);
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(unlink(name), 0);
	int status = run_role(PROC_WORKER, do_write_to_a_file, &fd, 1);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	close(fd);
#endif
}

static void test_what_was_not_handed_is_closed(void **state)
{
	(void)state;
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	int status = run_role(PROC_WORKER, do_use_descriptor, fds, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
	close(fds[0]);
	close(fds[1]);
}

static void test_what_a_worker_may_not_is_its_end(void **state)
{
	static int (*const forbidden[])(void *) = {
		do_socket, do_exec, do_fork, do_kill, do_map_code, do_create,
#ifndef POSTERN_SANITIZE
		do_open, /* the sanitizers' run-time reads /proc: a wider filter */
#endif
	};
	(void)state;
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		int status = run_role(PROC_WORKER, forbidden[i], NULL, 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
	}
}

static void test_the_writer_has_no_network(void **state)
{
	(void)state;
	int status = run_role(PROC_WRITER, do_socket, NULL, 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	status = run_role(PROC_WRITER, do_exec, NULL, 0);
	assert_true(WIFSIGNALED(status));
	status = run_role(PROC_WRITER, do_ring, NULL, 0);
	assert_true(WIFSIGNALED(status));
	status = run_role(PROC_WRITER, do_open, NULL, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void test_memory_is_limited(void **state)
{
	(void)state;
#ifdef POSTERN_SANITIZE
	skip(); /* the allocator is the sanitizer's */
#else
	int status = run_role(PROC_WORKER, do_eat, NULL, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
#endif
}

static void test_an_end_in_words(void **state)
{
	char text[80];
	(void)state;
	assert_string_equal(
		proc_end_text(run_role(PROC_WORKER, do_nothing, NULL, 0), text),
		"exit status 7");
	assert_string_equal(
		proc_end_text(run_role(PROC_WORKER, do_socket, NULL, 0), text),
		"signal 31 (Bad system call)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_worker_may_compute),
		cmocka_unit_test(test_a_worker_may_use_what_it_was_handed),
		cmocka_unit_test(test_a_worker_may_sort),
		cmocka_unit_test(test_a_worker_lengthens_no_file),
		cmocka_unit_test(test_what_was_not_handed_is_closed),
		cmocka_unit_test(test_what_a_worker_may_not_is_its_end),
		cmocka_unit_test(test_the_writer_has_no_network),
		cmocka_unit_test(test_memory_is_limited),
		cmocka_unit_test(test_an_end_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
