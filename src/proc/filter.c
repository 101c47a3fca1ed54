/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/filter.h"

#include "base/arena.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct proc_filters {
	struct sock_fprog program[PROC_ROLES];
};

/* What a worker may ask of the kernel: its memory, and bytes on descriptors it has. */
static const int worker_calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(recvmsg),
	SCMP_SYS(close),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(getrandom), /* expat salts its tables, a report at a time */
	SCMP_SYS(sysinfo),   /* qsort() asks for the memory before it takes any */
#ifdef POSTERN_SANITIZE
	/* The sanitizers' run-time: its own threads of memory, stack traces, messages. */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(tgkill),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(getrusage),
	SCMP_SYS(prctl),
	SCMP_SYS(readlink),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lseek),
	SCMP_SYS(ioctl),
	SCMP_SYS(pipe),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(clone),
	SCMP_SYS(wait4),
#endif
};

/* What the writer may not: it needs files and nothing beyond this machine. */
static const int writer_denied[] = {
	SCMP_SYS(socket),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount),
	SCMP_SYS(bpf),
	SCMP_SYS(keyctl),
	SCMP_SYS(perf_event_open),
	/* Two ways around this list: a ring that opens sockets, a neighbour's own ones.
	 */
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(pidfd_getfd),
};

/* Memory may be mapped and its protection changed, but never made executable. */
static int allow_memory(scmp_filter_ctx c)
{
	const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < 2; i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, calls[i], 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return rc;
}

static scmp_filter_ctx worker_filter(void)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = c ? allow_memory(c) : -ENOMEM;
	for (size_t i = 0; rc == 0 && i < sizeof(worker_calls) / sizeof(*worker_calls);
	     i++)
		rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, worker_calls[i], 0);
	if (rc && c)
		seccomp_release(c);
	return rc ? NULL : c;
}

static scmp_filter_ctx writer_filter(void)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);
	int rc = c ? 0 : -ENOMEM;
	for (size_t i = 0; rc == 0 && i < sizeof(writer_denied) / sizeof(*writer_denied);
	     i++)
		rc = seccomp_rule_add(c, SCMP_ACT_KILL_PROCESS, writer_denied[i], 0);
	if (rc && c)
		seccomp_release(c);
	return rc ? NULL : c;
}

/* libseccomp hands a program out by descriptor only. */
static bool take_program(scmp_filter_ctx c, struct sock_fprog *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	bool ok = fd >= 0 && seccomp_export_bpf(c, fd) == 0;
	off_t size = ok ? lseek(fd, 0, SEEK_END) : 0;
	size_t n = size > 0 ? (size_t)size / sizeof(struct sock_filter) : 0;
	ok = ok && n > 0 && n <= BPF_MAXINSNS;
	if (ok) {
		out->filter = heap_array(n, sizeof(struct sock_filter));
		out->len = (unsigned short)n;
		ok = pread(fd, out->filter, (size_t)size, 0) == size;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

struct proc_filters *proc_filters_new(struct err *err)
{
	struct proc_filters *f = heap_array(1, sizeof(*f));
	scmp_filter_ctx made[PROC_ROLES] = {
		[PROC_WRITER] = writer_filter(), [PROC_WORKER] = worker_filter()
	};
	bool ok = true;
	for (int i = 0; i < PROC_ROLES; i++) {
		ok = ok && made[i] && take_program(made[i], &f->program[i]);
		if (made[i])
			seccomp_release(made[i]);
	}
	if (ok)
		return f;
	err_set(err, ERR_INTERNAL,
		"the seccomp filters could not be made on this system");
	proc_filters_free(&f);
	return NULL;
}

void proc_filters_free(struct proc_filters **f)
{
	if (!*f)
		return;
	for (int i = 0; i < PROC_ROLES; i++)
		free((*f)->program[i].filter);
	free(*f);
	*f = NULL;
}

bool filter_load(const struct proc_filters *f, enum proc_role role)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f->program[role]) == 0;
}
