/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Starts a role of this binary in a process of its own: only the descriptors that it is
 * handed, limits, and a seccomp filter that is made once and costs next to nothing a
 * process. A role that does what its filter forbids dies of SIGSYS.
 */
enum proc_role {
	PROC_WRITER, /* files and the database; no network, no exec */
	PROC_WORKER, /* computes, reads and writes inherited descriptors; nothing else */
	PROC_ROLES,
};

struct proc_filters; /* the programs of all roles */

struct proc_filters *proc_filters_new(struct err *err);
void proc_filters_free(struct proc_filters **f);

enum {
	PROC_FDS = 8
};

struct proc_spec {
	enum proc_role role;
	const char *name;  /* as ps shows it, 15 bytes */
	int fds[PROC_FDS]; /* kept open, beside standard error */
	size_t fd_n;
	uint64_t memory; /* bytes of private memory, 0: no limit; capped by the allocator
			    under sanitizers */
	/* Runs in the new process before the filter is loaded (libraries that open files
	 * when first used), then within it; what `run` returns is the exit status. */
	void (*prepare)(void *ctx);
	int (*run)(void *ctx);
	void *ctx;
};

/* The new process's id, or -1 with `err`. */
pid_t proc_spawn(const struct proc_filters *f, const struct proc_spec *spec,
		 struct err *err);

/* How a process ended, in words: "signal 31 (Bad system call)", "exit status 71". */
const char *proc_end_text(int wait_status, char out[80]);

/* Processor time of a live process, milliseconds; 0 where it cannot be told. */
uint64_t proc_cpu_ms(pid_t pid);

#endif
