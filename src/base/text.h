/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/*
 * Text from outside on its way to a person. Everything that a report or a mail said goes
 * through one of these before it reaches a terminal, a log or a spreadsheet.
 */

/* Adds `s` with whatever could move a cursor, reorder or hide text made visible: C0, DEL,
 * C1, bidi controls, zero-width and other format characters, line separators and
 * ill-formed UTF-8 become \xNN (ASCII and bytes) or \u{NNNN}. A backslash stays as it is.
 */
void text_add_visible(struct buf *b, struct sv s);
/* Is this one of the characters that text_add_visible() does not let through? */
bool text_is_hidden(uint32_t c);

/* Adds one CSV field (RFC 4180): visible, quoted where needed, and, where it begins with
 * = + - @ (also behind blanks), with a ' in front so that no spreadsheet takes it for a
 * formula. A field that is a plain decimal number, with sign or not, is left alone. */
void text_add_csv(struct buf *b, struct sv s);

/* Columns that `s` (UTF-8, already visible) takes on a terminal: wide East Asian
 * characters two, combining marks none. */
size_t text_width(struct sv s);
/* The longest prefix that takes at most `columns`. */
struct sv text_clip(struct sv s, size_t columns);

/* Decodes one character; returns its bytes (1..4), 0 where `s` is empty or ill-formed
 * (overlong, surrogate, beyond U+10FFFF). */
size_t utf8_decode(struct sv s, uint32_t *out);
/* Adds one character; U+FFFD for what is none. */
void utf8_encode(struct buf *b, uint32_t c);
bool utf8_is_valid(struct sv s);
/* Bytes of the longest well-formed prefix; s.n where all of it is. */
size_t utf8_span(struct sv s);

#endif
