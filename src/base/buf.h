/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/sv.h"

#include <stdarg.h>

/*
 * Text or bytes being built: grows up to `max`, always terminated by a NUL that does not
 * count. What does not fit is left out whole and `over` is set, once and for all until
 * the next buf_clear(). Running out of memory ends the process.
 */
struct buf {
	char *p;
	size_t n, cap, max;
	bool over;
};

void buf_init(struct buf *b, size_t max);
void buf_deinit(struct buf *b);
void buf_clear(struct buf *b); /* keeps the storage */

bool buf_add(struct buf *b, const void *p, size_t n); /* false: over */
bool buf_add_sv(struct buf *b, struct sv s);
bool buf_add_str(struct buf *b, const char *cstr);
bool buf_add_char(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_addv(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Unsigned LEB128, as sv_take_varint() reads it. */
bool buf_add_varint(struct buf *b, uint64_t v);
/* A varint length, then the bytes; sv_take_block() is its reader. */
bool buf_add_block(struct buf *b, struct sv s);

struct sv buf_sv(const struct buf *b);
const char *buf_str(const struct buf *b); /* never NULL */

/* False: cut short, longer than 10 bytes or more than 64 bits. */
bool sv_take_varint(struct sv *s, uint64_t *out);
bool sv_take_block(struct sv *s, struct sv *out);

#endif
