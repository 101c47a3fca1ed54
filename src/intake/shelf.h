/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_SHELF_H
#define INTAKE_SHELF_H

#include "intake/feed.h"
#include "intake/intake.h"
#include "proc/proc.h"

/*
 * The shelf: a process of its own that takes raw copies out of the database, one after
 * the other, and hands each to the parent as a descriptor, as if it were a file. So the
 * parent need not open the database here either.
 */
struct shelf;

/* NULL: err is set. What is larger than memory should hold lies meanwhile in unnamed
 * files in `spool_dir`. */
struct shelf *shelf_open(const struct proc_filters *filters, const char *db,
			 const struct intake_again *which, const char *spool_dir,
			 struct err *err);
/* Ends it. */
void shelf_close(struct shelf **s);
/* As feed_next(), which waits for nothing; FAILED where the shelf ended too early. */
enum feed_step shelf_next(struct shelf *s, struct feed_item *out, struct err *err);
/* Readable when there is more. */
int shelf_fd(const struct shelf *s);
/* How many there are, once that is known; for progress. */
uint64_t shelf_all(const struct shelf *s);

#endif
