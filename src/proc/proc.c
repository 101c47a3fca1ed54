/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/proc.h"

#include "proc/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WORKER_FILES = 64,
	EXIT_CONFINED = 70
};

static int by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Closes all descriptors but standard error and those kept. Standard input and output
 * become /dev/null, so that no later descriptor takes their numbers. */
static void keep_descriptors(const struct proc_spec *spec)
{
	int kept[PROC_FDS];
	unsigned next = STDERR_FILENO + 1;
	memcpy(kept, spec->fds, sizeof(kept));
	qsort(kept, spec->fd_n, sizeof(kept[0]), by_number);
	for (size_t i = 0; i < spec->fd_n; i++) {
		unsigned fd = (unsigned)kept[i];
		if (fd > next)
			(void)close_range(next, fd - 1, 0);
		next = fd + 1;
	}
	(void)close_range(next, ~0u, 0);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		close(null);
	}
}

static void set_limit(int what, rlim_t value)
{
	struct rlimit r = { value, value };
	(void)setrlimit((__rlimit_resource_t)what, &r);
}

static void set_limits(const struct proc_spec *spec)
{
	set_limit(RLIMIT_CORE, 0);
	if (spec->role != PROC_WORKER)
		return;
	set_limit(RLIMIT_NOFILE, WORKER_FILES);
#ifndef POSTERN_SANITIZE
	set_limit(RLIMIT_FSIZE, 0);
	set_limit(RLIMIT_NPROC, 0);
	if (spec->memory)
		set_limit(RLIMIT_DATA, spec->memory);
#endif
}

static void set_signals(void)
{
	/* The terminal's Ctrl-C reaches the whole group; the parent decides what it
	 * means. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	/* A last word on standard error that is a file: lost, and no other end for it. */
	(void)signal(SIGXFSZ, SIG_IGN);
	sigset_t none;
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void child(const struct proc_filters *f, const struct proc_spec *spec,
			    pid_t parent)
{
	(void)prctl(PR_SET_NAME, spec->name);
	if (spec->role == PROC_WORKER)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_CONFINED);
	set_signals();
	keep_descriptors(spec);
	if (spec->prepare)
		spec->prepare(spec->ctx);
	set_limits(spec);
	if (!filter_load(f, spec->role))
		_exit(EXIT_CONFINED);
	_exit(spec->run(spec->ctx));
}

pid_t proc_spawn(const struct proc_filters *f, const struct proc_spec *spec,
		 struct err *err)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid < 0)
		err_set(err, ERR_TEMP, "a process could not be started: %s",
			strerror(errno));
	if (pid == 0)
		child(f, spec, parent);
	return pid;
}

const char *proc_end_text(int wait_status, char out[80])
{
	if (WIFSIGNALED(wait_status))
		(void)snprintf(out, 80, "signal %d (%.40s)", WTERMSIG(wait_status),
			       strsignal(WTERMSIG(wait_status)));
	else
		(void)snprintf(out, 80, "exit status %d", WEXITSTATUS(wait_status));
	return out;
}

uint64_t proc_cpu_ms(pid_t pid)
{
	clockid_t clock;
	struct timespec t;
	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
