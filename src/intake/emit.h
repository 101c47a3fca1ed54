/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_EMIT_H
#define INTAKE_EMIT_H

#include "base/hash.h"
#include "intake/frame.h"
#include "report/model.h"
#include "report/scan.h"

/*
 * A worker's way out: frames gathered in one buffer and written when it is full, and the
 * dictionary of a report's facets, so that each text crosses the pipe once. Memory is
 * bounded: a full dictionary begins again.
 */
struct emit;

struct emit *emit_new(int fd, struct hash_key key);
void emit_free(struct emit **e);
/* Where further frames are put; emit_flush() writes what is there. */
struct buf *emit_buf(struct emit *e);
/* False: the writer is gone. */
bool emit_flush(struct emit *e);
/* Writes once enough has gathered. */
bool emit_pace(struct emit *e);

/* A member begins: an empty dictionary on both sides. */
void emit_member(struct emit *e, const struct frame_member *m);
bool emit_row(struct emit *e, const struct report_row *row);
/* What was said of rows since emit_member() is to be forgotten. */
void emit_again(struct emit *e, enum scan_cause cause);
/* Before the END or VERDICT of the member. */
void emit_rows_end(struct emit *e);

#endif
