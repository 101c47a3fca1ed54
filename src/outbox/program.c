/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* The program at work: we write the mail to it and hear what it complains of. */
struct program {
	pid_t pid;
	int in, err; /* ours: to its standard input, from its standard error; -1: shut */
	struct sv rest;
	char said[OUTBOX_SAID];
	size_t said_n;
	time_t until;
};

static time_t seconds_now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static int spawn(const struct outbox_way *w, const struct outbox_mail *m, const int in[2],
		 const int err[2], pid_t *out)
{
	const char *const argv[] = {
		w->sendmail, "-i", "-f", m->from, "--", m->to, NULL
	};
	const char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
				     NULL };
	posix_spawn_file_actions_t f;
	posix_spawnattr_t a;
	sigset_t none;
	(void)sigemptyset(&none);
	(void)posix_spawn_file_actions_init(&f);
	(void)posix_spawn_file_actions_adddup2(&f, in[0], 0);
	(void)posix_spawn_file_actions_addopen(&f, 1, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&f, err[1], 2);
	(void)posix_spawnattr_init(&a);
	(void)posix_spawnattr_setsigmask(&a, &none);
	(void)posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSIGMASK);
	int failed = posix_spawn(out, w->sendmail, &f, &a, (char *const *)(uintptr_t)argv,
				 (char *const *)(uintptr_t)envp);
	(void)posix_spawnattr_destroy(&a);
	(void)posix_spawn_file_actions_destroy(&f);
	return failed;
}

static bool begin(const struct outbox_way *w, const struct outbox_mail *m,
		  struct program *p, struct err *err)
{
	int in[2], said[2];
	if (pipe2(in, O_CLOEXEC))
		return err_set(err, ERR_TEMP, "a pipe: %s", strerror(errno));
	if (pipe2(said, O_CLOEXEC)) {
		shut(&in[0]);
		shut(&in[1]);
		return err_set(err, ERR_TEMP, "a pipe: %s", strerror(errno));
	}
	int failed = spawn(w, m, in, said, &p->pid);
	shut(&in[0]);
	shut(&said[1]);
	p->in = in[1];
	p->err = said[0];
	if (!failed)
		return true;
	shut(&p->in);
	shut(&p->err);
	return err_set(err, ERR_CONFIG,
		       "%s cannot be started: %s. Install a mail server, or name one by "
		       "smtp.url",
		       w->sendmail, strerror(failed));
}

static void write_some(struct program *p)
{
	ssize_t n = write(p->in, p->rest.p, p->rest.n);
	if (n > 0)
		(void)sv_take(&p->rest, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		shut(&p->in); /* its status tells why */
	if (p->rest.n == 0)
		shut(&p->in);
}

static void hear_some(struct program *p)
{
	char text[OUTBOX_SAID];
	ssize_t n = read(p->err, text, sizeof(text));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shut(&p->err);
		return;
	}
	size_t room = sizeof(p->said) - p->said_n;
	size_t take = (size_t)n < room ? (size_t)n : room;
	memcpy(p->said + p->said_n, text, take);
	p->said_n += take;
}

/* Until both ends are shut; false: it took too long. */
static bool talk(struct program *p)
{
	(void)fcntl(p->in, F_SETFL, O_NONBLOCK);
	while (p->in >= 0 || p->err >= 0) {
		time_t left = p->until - seconds_now();
		struct pollfd fd[2] = { { p->in, POLLOUT, 0 }, { p->err, POLLIN, 0 } };
		if (left <= 0)
			return false;
		if (poll(fd, 2, (int)left * 1000) < 0 && errno != EINTR)
			return false;
		if (fd[0].revents)
			write_some(p);
		if (fd[1].revents)
			hear_some(p);
	}
	return true;
}

static void answer(struct program *p, int status, bool late, struct outbox_answer *out)
{
	struct sv said = { p->said, p->said_n };
	char text[64];
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	enum outbox_result result = code == 0 ? OUTBOX_ACCEPTED
				    : late || code < 0 || code == EX_TEMPFAIL
					    ? OUTBOX_LATER
					    : OUTBOX_REFUSED;
	if (late)
		(void)snprintf(text, sizeof(text), "it did not end in time");
	else
		(void)snprintf(text, sizeof(text), "it ended with status %d", code);
	outbox_say(out, result, said.n || code == 0 ? said : sv_from(text));
}

bool outbox_program(const struct outbox_way *w, const struct outbox_mail *m,
		    struct outbox_answer *out, struct err *err)
{
	struct program p = { .rest = m->bytes,
			     .until = seconds_now() + (time_t)w->seconds };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int status = 0;
	(void)sigaction(SIGPIPE, &ignore, &before);
	bool ok = begin(w, m, &p, err);
	bool late = ok && !talk(&p);
	if (late)
		(void)kill(p.pid, SIGKILL);
	shut(&p.in);
	shut(&p.err);
	while (ok && waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)sigaction(SIGPIPE, &before, NULL);
	if (ok)
		answer(&p, status, late, out);
	return ok;
}
