/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CHARSET_INT_H
#define BASE_CHARSET_INT_H

#include <stdint.h>

/* The single-byte sets: code points of 0x80..0xff; 0xfffd where a byte has no meaning. */
enum charset_table {
	CHARSET_ISO_8859_1,
	CHARSET_ISO_8859_15,
	CHARSET_WINDOWS_1250,
	CHARSET_WINDOWS_1251,
	CHARSET_WINDOWS_1252,
	CHARSET_WINDOWS_1253,
	CHARSET_WINDOWS_1254,
	CHARSET_WINDOWS_1255,
	CHARSET_WINDOWS_1256,
	CHARSET_WINDOWS_1257,
	CHARSET_WINDOWS_1258,
	CHARSET_KOI8_R,
	CHARSET_TABLES
};

extern const uint16_t charset_high[CHARSET_TABLES][128];

#endif
