/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include "base/buf.h"

/*
 * Character sets that reports and mail headers come in, as own tables (iconv opens files,
 * which a worker may not): UTF-8, UTF-16 (BOM, LE, BE), US-ASCII, ISO-8859-1 and -15,
 * windows-1250 to -1258, KOI8-R. A byte without meaning becomes U+FFFD. US-ASCII is read
 * as UTF-8, which holds it: whoever says the one and writes more mostly means the other.
 */
enum charset_form {
	CHARSET_UTF8,
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_BYTES
};

struct charset {
	const char *name; /* as it is written in reports of ours */
	enum charset_form form;
	const uint16_t *high; /* CHARSET_BYTES: code points of 0x80..0xff; 0xfffd: none */
};

/* By name or alias; case, blanks and punctuation do not matter; NULL where it is not
 * known. "utf-16" is the order that its byte order mark says (the decoder drops it); by
 * RFC 2781 4.3 big-endian without one, unless the first unit is ASCII in the other order.
 */
const struct charset *charset_find(struct sv name);
const struct charset *charset_utf8(void);
const struct charset *charset_windows1252(void); /* what unknown ones are read as */
/* By byte order mark, and UTF-16 by a '<', '{' or '[' beside a zero; NULL where nothing
 * tells.
 * *out_bom is the length of the mark. */
const struct charset *charset_detect(struct sv head, size_t *out_bom);

/* A decoder to UTF-8, fed in pieces that may end anywhere. In CHARSET_UTF8, bytes that
 * are not UTF-8 are read as windows-1252 and counted in `mended`; elsewhere `mended`
 * counts the U+FFFD. */
struct charset_decoder {
	const struct charset *set;
	uint8_t held[4]; /* the begin of a character whose end has not come yet */
	uint8_t held_n;
	uint64_t mended;
};

void charset_decoder_init(struct charset_decoder *d, const struct charset *set);
/* Adds the UTF-8 of what is whole in `in` to `out`; `last` decides what is still held. */
void charset_decode(struct charset_decoder *d, struct sv in, bool last, struct buf *out);

#endif
