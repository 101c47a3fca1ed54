/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_WRITER_AGAIN_H
#define INTAKE_WRITER_AGAIN_H

#include "intake/writer_int.h"

/*
 * Raw copies are read again with today's readers. Each report is compared with what the
 * book holds under its SHA-256, and is replaced where it reads otherwise: in the same
 * transaction its old facts leave the totals and its new ones enter. Nothing is lost:
 * what today's reader would refuse stays as it was. Its deliveries are written anew with
 * what is kept of them today, and the bytes of personal data go.
 */

/* The item begins; `found`: its raw is in the book. */
bool writer_again_begin(struct writer *w, bool found);
/* The member was a report (uncounted, its facts put, its parts gathered), or was none. */
bool writer_again_report(struct writer *w, struct book_report *r);
bool writer_again_verdict(struct writer *w, const struct frame_verdict *v);
/* The item ends. */
bool writer_again_settle(struct writer *w, const struct frame_done *d);

#endif
