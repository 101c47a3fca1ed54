/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROC_FILTER_H
#define PROC_FILTER_H

#include "proc/proc.h"

/* Loads a role's seccomp program into this process, for good. */
bool filter_load(const struct proc_filters *f, enum proc_role role);

#endif
